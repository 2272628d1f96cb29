/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/manifest.h"

#include "base/buf.h"

#include <criterion/criterion.h>

TestSuite(config, .timeout = 60);

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ID    "\"sha256:" HEX64 "\""

static enum assay_status parse(const char *text, struct oci_config *out, struct assay_error *err)
{
    return oci_config_parse(slice_from_string(text), out, err);
}

Test(config, as_tools_write_it)
{
    struct oci_config config;
    char digest[DIGEST_TEXT_BYTES];

    cr_assert_eq(parse("{\"created\":\"2026-01-01T00:00:00.5Z\",\"architecture\":\"arm64\","
                       "\"os\":\"linux\",\"variant\":\"v8\",\"config\":{\"Env\":[\"A=b\"],"
                       "\"Labels\":null},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[" ID "," ID
                       "]},\"history\":[{\"created_by\":\"x\",\"empty_layer\":true}]}",
                       &config, NULL),
                 ASSAY_OK);
    cr_expect_str_eq(config.platform.os, "linux");
    cr_expect_str_eq(config.platform.architecture, "arm64");
    cr_expect_str_eq(config.platform.variant, "v8");
    cr_expect_str_eq(config.platform.os_version, "");
    cr_assert_eq(config.diff_id_count, 2U); /* the same layer twice is honest */
    digest_format(&config.diff_ids[1], digest);
    cr_expect_str_eq(digest, "sha256:" HEX64);
    oci_config_clear(&config);

    cr_assert_eq(parse("{\"architecture\":\"amd64\",\"os\":\"windows\",\"os.version\":\"10.0.1\","
                       "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}",
                       &config, NULL),
                 ASSAY_OK);
    cr_expect_str_eq(config.platform.os_version, "10.0.1");
    cr_expect_eq(config.diff_id_count, 0U);
    oci_config_clear(&config);
}

#define PLAIN    "\"architecture\":\"amd64\",\"os\":\"linux\""
#define ROOTFS   "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[" ID "]}"
#define IDS(ids) "{" PLAIN ",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":" ids "}}"

Test(config, refused)
{
    static const struct {
        const char *name;
        const char *text;
        enum assay_status status;
    } CASES[] = {
        { "good", "{" PLAIN "," ROOTFS "}", ASSAY_OK },
        { "not an object", "[]", ASSAY_SCHEMA },
        { "not JSON", "config", ASSAY_JSON_SYNTAX },
        { "empty object", "{}", ASSAY_SCHEMA },
        { "no os", "{\"architecture\":\"amd64\"," ROOTFS "}", ASSAY_SCHEMA },
        { "no architecture", "{\"os\":\"linux\"," ROOTFS "}", ASSAY_SCHEMA },
        { "os of another kind", "{\"architecture\":\"amd64\",\"os\":1," ROOTFS "}", ASSAY_SCHEMA },
        { "slash in os", "{\"architecture\":\"amd64\",\"os\":\"a/b\"," ROOTFS "}", ASSAY_SCHEMA },
        { "escape in variant", "{" PLAIN ",\"variant\":\"\\u001b[1m\"," ROOTFS "}", ASSAY_SCHEMA },
        { "long variant", "{" PLAIN ",\"variant\":\"" HEX64 "\"," ROOTFS "}", ASSAY_SCHEMA },
        { "no rootfs", "{" PLAIN "}", ASSAY_SCHEMA },
        { "null rootfs", "{" PLAIN ",\"rootfs\":null}", ASSAY_SCHEMA },
        { "other rootfs", "{" PLAIN ",\"rootfs\":{\"type\":\"x\",\"diff_ids\":[]}}", ASSAY_SCHEMA },
        { "no type", "{" PLAIN ",\"rootfs\":{\"diff_ids\":[]}}", ASSAY_SCHEMA },
        { "no diff_ids", "{" PLAIN ",\"rootfs\":{\"type\":\"layers\"}}", ASSAY_SCHEMA },
        { "null diff_ids", IDS("null"), ASSAY_SCHEMA },
        { "diff_ids no list", IDS(ID), ASSAY_SCHEMA },
        { "diff_id no text", IDS("[1]"), ASSAY_SCHEMA },
        { "short diff_id", IDS("[\"sha256:0123\"]"), ASSAY_SCHEMA },
        { "upper case",
          IDS("[\"sha256:"
              "0123456789ABCDEF0123456789abcdef0123456789abcdef"
              "0123456789abcdef\"]"),
          ASSAY_SCHEMA },
        { "path", IDS("[\"sha256:../../x\"]"), ASSAY_SCHEMA },
        { "md5", IDS("[\"md5:0123456789abcdef0123456789abcdef\"]"), ASSAY_DIGEST_ALGORITHM },
        { "second is bad", IDS("[" ID ",\"\"]"), ASSAY_SCHEMA },
        { "OS", "{" PLAIN ",\"OS\":\"windows\"," ROOTFS "}", ASSAY_AMBIGUOUS },
        { "Architecture", "{" PLAIN ",\"Architecture\":\"arm\"," ROOTFS "}", ASSAY_AMBIGUOUS },
        { "RootFS", "{" PLAIN "," ROOTFS ",\"RootFS\":{}}", ASSAY_AMBIGUOUS },
        { "Diff_IDs",
          "{" PLAIN ",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[],\"Diff_IDs\":[]}}",
          ASSAY_AMBIGUOUS },
        { "long s", "{" PLAIN ",\"o\\u017f\":\"windows\"," ROOTFS "}", ASSAY_AMBIGUOUS },
        { "twice", "{" PLAIN ",\"os\":\"windows\"," ROOTFS "}", ASSAY_JSON_DUPLICATE },
        { "unread members differ in case", "{" PLAIN ",\"Config\":{},\"config\":{}," ROOTFS "}",
          ASSAY_OK },
    };

    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        struct oci_config config;
        struct assay_error err = ERROR_INIT;
        enum assay_status status = parse(CASES[i].text, &config, &err);
        cr_expect_eq(status, CASES[i].status, "%s: %s", CASES[i].name, err.message);
        if (status != ASSAY_OK) {
            cr_expect_null(config.diff_ids, "%s", CASES[i].name);
        }
        oci_config_clear(&config);
    }
}

Test(config, limits)
{
    AUTO_BUF text = BUF_INIT(LIMIT_CONFIG_BYTES + 1);
    struct oci_config config;

    for (size_t extra = 0; extra < 2; extra++) {
        buf_reset(&text);
        cr_assert_eq(buf_append_string(&text,
                                       "{" PLAIN ",\"rootfs\":{\"type\":\"layers\","
                                       "\"diff_ids\":[" ID,
                                       NULL),
                     ASSAY_OK);
        for (size_t i = 1; i < LIMIT_LAYERS + extra; i++) {
            cr_assert_eq(buf_append_string(&text, "," ID, NULL), ASSAY_OK);
        }
        cr_assert_eq(buf_append_string(&text, "]}}", NULL), ASSAY_OK);
        enum assay_status status = oci_config_parse(buf_slice(&text), &config, NULL);
        cr_expect_eq(status == ASSAY_OK, extra == 0, "%d", (int)status);
        oci_config_clear(&config);
    }
    while (text.len < LIMIT_CONFIG_BYTES + 1) {
        cr_assert_eq(buf_append_byte(&text, ' ', NULL), ASSAY_OK);
    }
    cr_expect_eq(oci_config_parse(buf_slice(&text), &config, NULL), ASSAY_TOO_LARGE);
}
