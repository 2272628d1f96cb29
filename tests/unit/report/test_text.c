/* SPDX-License-Identifier: Apache-2.0 */
#include "report/text.h"

#include "verdicts.h"

#include <criterion/criterion.h>

TestSuite(report_text, .timeout = 60);

#define TEXT_BYTES 65536

static void expect_line(const char *what, const struct assay_verdict *verdict, bool colour,
                        const char *expected)
{
    const struct report_style style = { .colour = colour };
    AUTO_BUF out = BUF_INIT(TEXT_BYTES);
    cr_assert_eq(report_verdict(verdict, &style, &out, NULL), ASSAY_OK);
    cr_expect_str_eq(buf_text(&out), expected, "%s: %s", what, buf_text(&out));
}

Test(report_text, lines)
{
    struct assay_verdict verdict = trusted_verdict();
    expect_line("trusted", &verdict, false,
                "TRUSTED  registry.example.com/app:1.0  sha256:" HEX_64
                "  role=targets/releases  expires=2025-11-25T00:00:00Z\n");
    verdict.stateless = true;
    verdict.has_at = true;
    verdict.at_unix_s = 0;
    expect_line("conditions", &verdict, false,
                "TRUSTED  registry.example.com/app:1.0  sha256:" HEX_64
                "  role=targets/releases  expires=2025-11-25T00:00:00Z"
                "  state=none  at=1970-01-01T00:00:00Z\n");
    verdict = failed_verdict(ASSAY_EXPIRED);
    verdict.has_at = true;
    expect_line("rejected", &verdict, false,
                "REJECTED  registry.example.com/app:1.0  expired  the timestamp expired"
                "  at=1970-01-01T00:00:00Z\n");
    verdict = failed_verdict(ASSAY_TAG_NOT_SIGNED);
    expect_line("unsigned", &verdict, true,
                "\033[33mUNSIGNED\033[0m  registry.example.com/app:1.0  tag-not-signed"
                "  the timestamp expired\n");
}

/* Every status but ok has a word of its class, and the digest never stands beside it. */
Test(report_text, every_status)
{
    static const enum assay_status all[] = {
#define X(number, name, id, class, sentence, remedy) ASSAY_##name,
#include <assay/status.def>
#undef X
    };
    for (size_t i = 1; i < ARRAY_LEN(all); i++) {
        const struct report_style style = { 0 };
        struct assay_verdict verdict = failed_verdict(all[i]);
        AUTO_BUF out = BUF_INIT(TEXT_BYTES);
        enum assay_class class = assay_status_class(all[i]);
        const char *word = class == ASSAY_CLASS_REJECTED   ? "REJECTED  "
                           : class == ASSAY_CLASS_UNSIGNED ? "UNSIGNED  "
                                                           : "UNDECIDED  ";
        const char *id = assay_status_id(all[i]);
        cr_assert_eq(report_verdict(&verdict, &style, &out, NULL), ASSAY_OK);
        cr_expect(strncmp(buf_text(&out), word, strlen(word)) == 0, "%s", id);
        cr_expect_not_null(strstr(buf_text(&out), id), "%s", id);
        cr_expect_null(strstr(buf_text(&out), HEX_64), "%s", id);
        cr_expect_null(strstr(buf_text(&out), "TRUSTED"), "%s", id);
        cr_expect_eq(report_pin(&verdict, &out, NULL), ASSAY_INTERNAL, "%s", id);
    }
}

/* What a user types cannot make up a field, a line or a colour. */
Test(report_text, no_forged_fields)
{
    struct assay_verdict verdict = failed_verdict(ASSAY_REFERENCE);
    verdict.reference = "x  TRUSTED   y \033[32m\n\xe2\x80\xae";
    expect_line("forged", &verdict, false,
                "UNDECIDED  x TRUSTED y \\x1b[32m\\x0a\\u{202e}  reference"
                "  the timestamp expired\n");
    verdict.reference = "";
    expect_line("empty", &verdict, false, "UNDECIDED  -  reference  the timestamp expired\n");
}

Test(report_text, pin)
{
    struct assay_verdict verdict = trusted_verdict();
    AUTO_BUF out = BUF_INIT(TEXT_BYTES);
    cr_assert_eq(report_pin(&verdict, &out, NULL), ASSAY_OK);
    cr_expect_str_eq(buf_text(&out), "registry.example.com/app:1.0@sha256:" HEX_64 "\n");
    verdict.tag = NULL;
    buf_reset(&out);
    cr_assert_eq(report_pin(&verdict, &out, NULL), ASSAY_OK);
    cr_expect_str_eq(buf_text(&out), "registry.example.com/app@sha256:" HEX_64 "\n");
    verdict.digest[0] = '\0';
    cr_expect_eq(report_pin(&verdict, &out, NULL), ASSAY_INTERNAL);
}

Test(report_text, explain)
{
    const struct report_style style = { .explain = true };
    struct assay_verdict verdict = trusted_verdict();
    AUTO_BUF out = BUF_INIT(TEXT_BYTES);
    cr_assert_eq(report_verdict(&verdict, &style, &out, NULL), ASSAY_OK);
    const char *below = strchr(buf_text(&out), '\n');
    cr_assert_not_null(below);
    cr_expect_str_eq(below + 1, "  trust data   https://notary.example.com\n"
                                "  root         ab\n"
                                "  round trips  2\n"
                                "  platform  linux/amd64  sha256:aa  judged\n"
                                "  platform  linux/arm64/v8  sha256:bb  not asked for\n"
                                "  platform  -  sha256:cc  attestation, not judged\n"
                                "  platform  linux/s390x  sha256:dd  not present\n"
                                "  pass  pin  root version 1  sha256:...\n"
                                "  FAIL  expiry  timestamp  expired at noon\n");
}

Test(report_text, failure)
{
    const struct report_style style = { 0 };
    struct assay_verdict verdict = failed_verdict(ASSAY_EXPIRED);
    AUTO_BUF out = BUF_INIT(TEXT_BYTES);
    cr_assert_eq(report_failure("app:1.0", &verdict.error, &style, &out, NULL), ASSAY_OK);
    cr_expect_str_eq(buf_text(&out), "assay: app:1.0: the timestamp expired [expired]\n"
                                     "  in   registry.example.com/app\n"
                                     "  why  The metadata has expired.\n"
                                     "  do   Check this machine's clock; ask the publisher to "
                                     "sign again, or judge a past moment by --at TIME.\n");
    buf_reset(&out);
    (void)error_remedy(&verdict.error, ASSAY_EXPIRED, "Wait.");
    cr_assert_eq(report_failure("", &verdict.error, &style, &out, NULL), ASSAY_OK);
    cr_expect_not_null(strstr(buf_text(&out), "assay: the timestamp expired ["));
    cr_expect_not_null(strstr(buf_text(&out), "  do   Wait.\n"));
}

Test(report_text, notes)
{
    struct assay_verdict verdict = trusted_verdict();
    AUTO_BUF out = BUF_INIT(TEXT_BYTES);
    cr_assert_eq(report_notes(&verdict, &out, NULL), ASSAY_OK);
    cr_expect_str_eq(buf_text(&out), "assay: registry.example.com/app:1.0: note: the tag moved\n");
}

Test(report_text, tree)
{
    struct oci_descriptor layer = { .media_text = "layer/type",
                                    .digest = { .alg = DIGEST_SHA256 },
                                    .size = 7 };
    struct inspect_node child = { .digest = "sha256:bb",
                                  .size = 5,
                                  .media_type = "manifest/type",
                                  .platform = "linux/amd64\n",
                                  .config = layer,
                                  .layers = &layer,
                                  .layer_count = 1 };
    struct inspect_node children[] = { child, { .digest = "sha256:cc", .is_absent = true } };
    struct inspection tree = { .reference = "app:1.0",
                               .root = { .digest = "sha256:aa",
                                         .size = 3,
                                         .media_type = "index/type",
                                         .children = children,
                                         .child_count = ARRAY_LEN(children) } };
    const struct report_style style = { 0 };
    struct assay_verdict verdict = failed_verdict(ASSAY_EXPIRED);
    const char zero[] = "sha256:0000000000000000000000000000000000000000000000000000000000000000";
    AUTO_BUF out = BUF_INIT(TEXT_BYTES);
    AUTO_BUF expected = BUF_INIT(TEXT_BYTES);
    cr_assert_eq(buf_printf(&expected, NULL,
                            "NOT JUDGED  app:1.0  hashed only: no pin, state or trust server is "
                            "named for it\n"
                            "image     sha256:aa  3  index/type\n"
                            "  manifest  sha256:bb  5  manifest/type  linux/amd64\\x0a\n"
                            "    config    %s  7  layer/type\n"
                            "    layer     %s  7  layer/type\n"
                            "  manifest  sha256:cc  0  -  not present\n",
                            zero, zero),
                 ASSAY_OK);
    cr_assert_eq(report_inspection(&tree, &style, &out, NULL), ASSAY_OK);
    cr_expect_str_eq(buf_text(&out), buf_text(&expected), "%s", buf_text(&out));

    AUTO_BUF judged = BUF_INIT(TEXT_BYTES);
    AUTO_BUF line = BUF_INIT(TEXT_BYTES);
    tree.verdict = &verdict;
    cr_assert_eq(report_inspection(&tree, &style, &judged, NULL), ASSAY_OK);
    cr_assert_eq(report_verdict(&verdict, &style, &line, NULL), ASSAY_OK);
    cr_expect(slice_has_prefix(buf_slice(&line), SLICE_LITERAL("REJECTED  ")));
    cr_expect(slice_has_prefix(buf_slice(&judged), buf_slice(&line)), "the verdict stands first");
    struct slice below = slice_from(buf_slice(&expected), slice_find(buf_slice(&expected), '\n'));
    cr_expect(slice_has_suffix(buf_slice(&judged), below), "the tree is the same");
}

/* A full buffer is a status, not half a report that looks whole. */
Test(report_text, full_buffer)
{
    const struct report_style style = { 0 };
    struct assay_verdict verdict = trusted_verdict();
    for (size_t max = 1; max < 100; max += 7) {
        AUTO_BUF out = BUF_INIT(max);
        cr_expect_eq(report_verdict(&verdict, &style, &out, NULL), ASSAY_TOO_LARGE, "%zu", max);
    }
}
