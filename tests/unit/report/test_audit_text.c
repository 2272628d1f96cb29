/* SPDX-License-Identifier: Apache-2.0 */
#include "report/audit.h"

#include "audit_sample.h"
#include "base/text.h"
#include "report/audit_lines.h"

#include <criterion/criterion.h>

TestSuite(report_audit_text, .timeout = 60);

#define TEXT_BYTES (1024UL * 1024)

static void write(const struct audit_report *report, const struct audit_diff *diff, bool colour,
                  struct buf *out)
{
    struct assay_error err = ERROR_INIT;
    const struct report_audit what = { report, diff, "assay audit x" };
    cr_assert_eq(report_audit_text(&what, colour, out, &err), ASSAY_OK, "%s",
                 assay_error_message(&err));
}

static bool has(const struct buf *text, const char *part)
{
    return strstr(buf_text(text), part) != NULL;
}

/* The first line is one record; all others fit, no escape is in them and they are UTF-8. */
static void expect_lines(const char *name, const struct buf *text)
{
    size_t count = 0;
    cr_expect(text_is_utf8(buf_slice(text)), "%s", name);
    cr_expect(!has(text, "\033"), "%s", name);
    for (const char *at = strchr(buf_text(text), '\n') + 1; *at != '\0'; count++) {
        const char *end = strchr(at, '\n');
        cr_assert(end != NULL, "%s: the last line ends", name);
        size_t fits = audit_fitting(at, AUDIT_COLUMNS);
        cr_expect(fits >= (size_t)(end - at), "%s: %.*s", name, (int)(end - at), at);
        at = end + 1;
    }
    cr_expect_gt(count, 10, "%s", name);
    cr_expect_lt(count, 500, "%s", name);
}

Test(report_audit_text, lines_fit)
{
    for (int s = 0; s < AUDIT_SAMPLE_COUNT; s++) {
        CLEANUP(buf_clear) struct buf text = BUF_INIT(TEXT_BYTES);
        struct audit_report *report = audit_sample_make((enum audit_sample)s);
        write(report, NULL, false, &text);
        expect_lines(audit_sample_name((enum audit_sample)s), &text);
        audit_report_free(report);
    }
}

/* Every text from outside is long, wide, or tries to look like several columns. */
Test(report_audit_text, hostile_texts)
{
    static const char *const texts[] = {
        "\u540d\u524d\u540d\u524d\u540d\u524d\u540d\u524d\u540d\u524d\u540d\u524d\u540d\u524d\u540d"
        "\u524d\u540d\u524d\u540d\u524d\u540d\u524d\u540d\u524d\u540d\u524d\u540d\u524d\u540d\u524d"
        "\u540d\u524d\u540d\u524d\u540d\u524d\u540d\u524d\u540d\u524d\u540d\u524d\u540d\u524d\u540d",
        "one  VOUCHED  two   three                                                               "
        "                                                 four",
        "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"
        "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567",
        "\u00e9 \u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9",
        " ",
        "",
    };
    for (size_t t = 0; t < ARRAY_LEN(texts); t++) {
        AUTO_BUF text = BUF_INIT(TEXT_BYTES);
        struct audit_report *report = audit_sample_make(AUDIT_SAMPLE_SMALL);
        struct audit_change change = { AUDIT_CHANGE_KEY_ADDED, texts[t], texts[t] };
        const struct audit_diff diff = { "2026-11-25T12:00:00Z", &change, 1, 1 };
        report->gun = texts[t];
        report->where = texts[t];
        for (size_t i = 0; i < report->events.count; i++) {
            report->events.items[i].role = texts[t];
            report->events.items[i].detail = texts[t];
        }
        for (size_t i = 0; i < report->findings.count; i++) {
            report->findings.items[i].evidence = texts[t];
            report->findings.items[i].subject = texts[t];
        }
        for (size_t i = 0; i < report->history.role_count; i++) {
            struct audit_role *role = &report->history.roles[i];
            for (size_t v = 0; v < role->count; v++) {
                role->versions[v].failure = texts[t];
            }
        }
        write(report, &diff, false, &text);
        expect_lines(texts[t], &text);
        cr_expect(!has(&text, "  VOUCHED") && !has(&text, "two  "), "%s", buf_text(&text));
        audit_report_free(report);
    }
}

Test(report_audit_text, columns)
{
    cr_expect_eq(audit_fitting("abc", 2), 2);
    cr_expect_eq(audit_fitting("abc", 9), 3);
    cr_expect_eq(audit_fitting("\u00e9\u00e9\u00e9", 2), 4);
    cr_expect_eq(audit_fitting("\u540d\u524d", 3), 3, "a wide character takes two");
    cr_expect_eq(audit_fitting("\u540d\u524d", 4), 6);
    cr_expect_eq(audit_fitting("", 0), 0);
    static const struct {
        const char *text;
        const char *cell;
    } cells[] = {
        { "abc", "abc   " },
        { "abcdef", "abcdef" },
        { "abcdefg", "abc..." },
        { "a  b", "a b   " },
        { "\u540d\u524d\u540d\u524d", "\u540d... " },
    };
    for (size_t i = 0; i < ARRAY_LEN(cells); i++) {
        AUTO_BUF out = BUF_INIT(TEXT_BYTES);
        cr_assert_eq(audit_append_cell(&out, 6, cells[i].text, NULL), ASSAY_OK);
        cr_expect_str_eq(buf_text(&out), cells[i].cell, "%s", buf_text(&out));
    }
}

Test(report_audit_text, small)
{
    static const char *const parts[] = {
        "VOUCHED  registry.example.com/team/app  root=1-6  anchor=fingerprint  "
        "findings=1 critical, 1 high, 2 medium, 2 low, 1 info\n",
        "  timestamp: 1 of 1, held by the server\n",
        "  root: 1 of 1\n    de9d2e92d1ca824d  ECDSA P-256  since root 6  certificate to "
        "2035-09-08  signed the newest\n",
        "  targets/releases: 1 of 2, for every tag\n    51472ec373aa6492  ECDSA P-256  since "
        "targets 4  did not sign the newest\n",
        "  ~2023-04-02c  root 5                root got 1 new key and lost 1\n",
        "  ~2026-10-28l  targets/releases 3    moved to another digest\n",
        "       4  vouched    ~2021-01-20l  2023-01-20  own 1 of 1, former 1 of 1\n",
        "  targets/releases 3: 2 tags; over time 2 added, 1 moved, 0 removed\n    1.1 moved in "
        "version 3: sha256:",
        "  high      signer-gone\n            The keys that signed a role's newest file",
        ": 51472ec373aa6492\n",
    };
    AUTO_BUF text = BUF_INIT(TEXT_BYTES);
    struct audit_report *report = audit_sample_make(AUDIT_SAMPLE_SMALL);
    write(report, NULL, false, &text);
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        cr_expect(has(&text, parts[i]), "%s", parts[i]);
    }
    cr_expect(!has(&text, "Since the report") && !has(&text, "more: see"));
    cr_expect(!has(&text, "at="));
    audit_report_free(report);
}

Test(report_audit_text, only_severities_and_verdict_are_coloured)
{
    AUTO_BUF text = BUF_INIT(TEXT_BYTES);
    struct audit_report *report = audit_sample_make(AUDIT_SAMPLE_SMALL);
    write(report, NULL, true, &text);
    cr_expect(has(&text, "\033[32mVOUCHED\033[0m  "));
    cr_expect(has(&text, "  \033[31mcritical\033[0m  older-than-seen\n"));
    cr_expect(has(&text, "  \033[33mmedium  \033[0m  expiry-near\n"));
    cr_expect(has(&text, "  low       threshold-one\n"));
    audit_report_free(report);
}

Test(report_audit_text, what_is_rejected_and_when)
{
    AUTO_BUF text = BUF_INIT(TEXT_BYTES);
    struct audit_report *report = audit_sample_make(AUDIT_SAMPLE_HOSTILE);
    report->has_at = true;
    report->left_out_by_time = 7;
    write(report, NULL, false, &text);
    cr_expect(has(&text, "  threshold  expected 1 key of root version 3, found 0"));
    cr_expect(slice_has_prefix(buf_slice(&text), SLICE_LITERAL("REJECTED  registry.example.com/")));
    cr_expect(has(&text, "  root=1-3  anchor=fingerprint  findings=3 critical"));
    cr_expect(has(&text, "  at=2026-11-25T12:00:00Z\n"));
    cr_expect(has(&text, "as far as anybody says: 7\n"));
    cr_expect(
        has(&text, "       6  absent     ?             ?           6.root.json is not there\n"));
    audit_report_free(report);
}

/* Lists are cut, and say so. */
Test(report_audit_text, long_lists)
{
    AUTO_BUF text = BUF_INIT(TEXT_BYTES);
    struct audit_report *report = audit_sample_make(AUDIT_SAMPLE_HUGE);
    report->findings.left_out = 5;
    write(report, NULL, false, &text);
    cr_expect(has(&text, "  ... and 9960 more: see --output json\n"));
    cr_expect(has(&text, "   10000  vouched"));
    cr_expect(!has(&text, "\n    9960  vouched") && has(&text, "\n    9961  vouched"));
    audit_report_free(report);
}

Test(report_audit_text, comparison)
{
    struct audit_change changes[50];
    AUTO_BUF same = BUF_INIT(TEXT_BYTES);
    AUTO_BUF other = BUF_INIT(TEXT_BYTES);
    struct audit_report *report = audit_sample_make(AUDIT_SAMPLE_ONE);
    struct audit_diff diff = { "2026-11-01T00:00:00Z", changes, 0, ARRAY_LEN(changes) };
    for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
        changes[i] =
            (struct audit_change){ AUDIT_CHANGE_VERSION_NEW, "root", "root version 2 is new" };
    }
    write(report, &diff, false, &same);
    cr_expect(has(&same, "\nSince the report of 2026-11-01T00:00:00Z\n  nothing changed\n"));
    diff.count = ARRAY_LEN(changes);
    write(report, &diff, false, &other);
    cr_expect(has(&other, "  version-new: root version 2 is new\n"));
    cr_expect(has(&other, "  ... and 10 more: see --output json\n"));
    audit_report_free(report);
}
