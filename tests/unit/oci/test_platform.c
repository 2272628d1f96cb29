/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/manifest.h"

#include <criterion/criterion.h>

TestSuite(platform, .timeout = 60);

Test(platform, choice_is_read)
{
    struct oci_platform_choice choice;

    cr_assert_eq(oci_platform_choice_parse("all", &choice, NULL), ASSAY_OK);
    cr_expect(choice.all);
    cr_assert_eq(oci_platform_choice_parse("linux/amd64", &choice, NULL), ASSAY_OK);
    cr_expect_not(choice.all);
    cr_expect_str_eq(choice.os, "linux");
    cr_expect_str_eq(choice.architecture, "amd64");
    cr_expect_str_eq(choice.variant, "");
    cr_assert_eq(oci_platform_choice_parse("linux/arm/v7", &choice, NULL), ASSAY_OK);
    cr_expect_str_eq(choice.variant, "v7");
}

#define WORD16 "0123456789abcdef"
#define WORD64 WORD16 WORD16 WORD16 WORD16 /* one more than a word may have */

Test(platform, bad_choice_is_refused)
{
    static const char *const TEXTS[] = {
        "",          "linux",       "/",           "linux/",   "/amd64",
        "linux//v7", "linux/arm/",  "linux/a/b/c", "ALL",      "all/all/",
        "Linux/x",   "linux/amd 4", "linux/am\n",  "linux/;y", "linux/" WORD64,
    };
    struct oci_platform_choice choice;

    for (size_t i = 0; i < ARRAY_LEN(TEXTS); i++) {
        cr_expect_eq(oci_platform_choice_parse(TEXTS[i], &choice, NULL), ASSAY_USAGE, "'%s'",
                     TEXTS[i]);
        cr_expect_not(choice.all, "'%s'", TEXTS[i]);
    }
}

static bool matches(const char *wanted, const char *os, const char *architecture,
                    const char *variant)
{
    struct oci_platform_choice choice;
    struct oci_platform platform = { os, architecture, variant, "" };

    cr_assert_eq(oci_platform_choice_parse(wanted, &choice, NULL), ASSAY_OK);
    return oci_platform_matches(&choice, &platform);
}

Test(platform, matching)
{
    cr_expect(matches("all", "plan9", "mips", ""));
    cr_expect(matches("linux/amd64", "linux", "amd64", ""));
    cr_expect(matches("linux/amd64", "linux", "amd64", "v3"));
    cr_expect_not(matches("linux/amd64", "linux", "arm64", ""));
    cr_expect_not(matches("linux/amd64", "windows", "amd64", ""));
    cr_expect_not(matches("linux/amd64", "", "", ""));
    cr_expect(matches("linux/arm/v7", "linux", "arm", "v7"));
    cr_expect(matches("linux/arm/v7", "linux", "arm", ""));
    cr_expect_not(matches("linux/arm/v7", "linux", "arm", "v6"));
    cr_expect_not(matches("linux/arm/v6", "linux", "arm", ""));
    cr_expect(matches("linux/arm64/v8", "linux", "arm64", ""));
    cr_expect_not(matches("linux/arm64/v9", "linux", "arm64", ""));
    cr_expect_not(matches("linux/amd64/v2", "linux", "amd64", ""));
    cr_expect_not(matches("linux/riscv64/x", "linux", "riscv64", ""));
}

Test(platform, formatting)
{
    struct oci_platform platform = { "linux", "arm64", "v8", "" };
    char text[64];

    oci_platform_format(&platform, text, sizeof(text));
    cr_expect_str_eq(text, "linux/arm64/v8");
    platform.variant = "";
    oci_platform_format(&platform, text, sizeof(text));
    cr_expect_str_eq(text, "linux/arm64");
    oci_platform_format(&platform, text, 8);
    cr_expect_str_eq(text, "linux/a");
}

Test(platform, index_against_config)
{
    static const struct {
        struct oci_platform index;
        struct oci_platform config;
        bool same;
    } CASES[] = {
        { { "linux", "amd64", "", "" }, { "linux", "amd64", "", "" }, true },
        { { "linux", "arm", "v7", "" }, { "linux", "arm", "v7", "" }, true },
        { { "linux", "arm64", "v8", "" }, { "linux", "arm64", "", "" }, true },
        { { "linux", "arm64", "", "" }, { "linux", "arm64", "v8", "" }, true },
        { { "linux", "amd64", "", "" }, { "linux", "arm64", "", "" }, false },
        { { "linux", "amd64", "", "" }, { "windows", "amd64", "", "" }, false },
        { { "linux", "arm", "v7", "" }, { "linux", "arm", "v6", "" }, false },
        { { "", "", "", "" }, { "linux", "amd64", "", "" }, false },
        { { "Linux", "amd64", "", "" }, { "linux", "amd64", "", "" }, false },
    };

    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        cr_expect_eq(oci_platform_check(&CASES[i].index, &CASES[i].config, NULL),
                     CASES[i].same ? ASSAY_OK : ASSAY_PLATFORM_MISMATCH, "case %zu", i);
    }
}
