/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/diff.h"

#include "audit_sample.h"
#include "audit_sample_parts.h"
#include "base/mem.h"
#include "base/time.h"
#include "report/audit.h"
#include "report/json.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(audit_diff, .timeout = 60);

#define TEXT_BYTES (64UL * 1024 * 1024)

static void write_json(const struct audit_report *report, struct buf *out)
{
    struct assay_error err = ERROR_INIT;
    const struct report_audit what = { report, NULL, "assay audit x" };
    struct json_new *results = json_new_array();
    report_audit_json(&what, results);
    cr_assert_eq(report_json(ASSAY_CLASS_TRUSTED, results, NULL, out, &err), ASSAY_OK, "%s",
                 assay_error_message(&err));
}

/* ---- what a comparison tells ---- */

static struct audit_role *role_of(struct audit_report *report, const char *name)
{
    for (size_t i = 0; i < report->history.role_count; i++) {
        if (slice_is(slice_from_string(name), report->history.roles[i].name)) {
            return &report->history.roles[i];
        }
    }
    cr_assert_fail("no role %s", name);
    return NULL;
}

static struct audit_version *newest(struct audit_report *report, const char *name)
{
    struct audit_role *role = role_of(report, name);
    return &role->versions[role->count - 1];
}

static struct audit_delegation *delegation(struct audit_report *report, size_t index)
{
    return (struct audit_delegation *)&newest(report, "targets")->delegations[index];
}

static void nothing(struct audit_report *report UNUSED)
{
}

static void last_root_is_not_there(struct audit_report *report)
{
    role_of(report, "root")->count--;
}

static void last_two_snapshots_are_not_there(struct audit_report *report)
{
    role_of(report, "snapshot")->count -= 2;
}

static void an_old_root_is_not_there(struct audit_report *report)
{
    role_of(report, "root")->versions[1].trust = AUDIT_ABSENT;
}

static void other_bytes(struct audit_report *report)
{
    role_of(report, "root")->versions[2].sha256 = sample_digest("other bytes");
}

static void other_threshold(struct audit_report *report)
{
    newest(report, "root")->roles[TUF_TARGETS].threshold = 2;
}

static void other_threshold_of_a_delegation(struct audit_report *report)
{
    delegation(report, 1)->keys.threshold = 2;
}

static void one_delegation_less(struct audit_report *report)
{
    newest(report, "targets")->delegation_count--;
}

static void one_key_less(struct audit_report *report)
{
    delegation(report, 1)->keys.key_count--;
}

/* bob's public key in its third certificate stands where the second stood */
static void another_certificate(struct audit_report *report)
{
    const struct sample_keys keys = { .keys = { sample_key(report, "alice", "ECDSA P-256", 0),
                                                sample_key(report, "bob#3", "ECDSA P-256",
                                                           sample_time("2026-11-01T00:00:00Z")) },
                                      .count = 2,
                                      .threshold = 1 };
    delegation(report, 1)->keys = sample_role_keys(report, &keys);
}

static void one_finding_less(struct audit_report *report)
{
    report->findings.count--;
}

static void rejected(struct audit_report *report)
{
    report->status = FAIL(&report->error, ASSAY_ROOT_CHAIN_MISSING, "7.root.json is not there");
}

static void one_role_less(struct audit_report *report)
{
    cr_assert_str_eq(report->history.roles[report->history.role_count - 1].name,
                     "targets/releases");
    report->history.role_count--;
    mem_free(report->history.roles[report->history.role_count].versions);
}

static void a_later_day(struct audit_report *report)
{
    report->now_unix_s += SAMPLE_DAY;
    report->findings.items[0].evidence = "the same on another day";
    report->findings.items[0].version++;
}

/* now: the changed report is the present one, before: the earlier one. */
static const struct {
    const char *name;
    void (*change)(struct audit_report *report);
    const char *now;
    const char *before;
} cases[] = {
    { "nothing", nothing, "", "" },
    { "a later day", a_later_day, "", "" },
    { "a version", last_root_is_not_there, " version-gone key-added key-removed",
      " version-new key-added key-removed" },
    { "two versions", last_two_snapshots_are_not_there, " version-gone version-gone",
      " version-new" },
    { "an old version", an_old_root_is_not_there, " version-gone", "" },
    { "contents", other_bytes, " content finding-new", " content finding-new" },
    { "a threshold", other_threshold, " threshold", " threshold" },
    { "a delegation's threshold", other_threshold_of_a_delegation, " threshold", " threshold" },
    { "a delegation", one_delegation_less, " delegation-removed", " delegation-added" },
    { "a delegation's key", one_key_less, " key-removed", " key-added" },
    { "a certificate", another_certificate, "", "" },
    { "a finding", one_finding_less, " finding-gone", " finding-new" },
    { "the chain", rejected, " status", " status" },
    { "a role", one_role_less, " version-gone version-gone version-gone", " version-new" },
};

static void expect_changes(const char *name, struct audit_report *report,
                           const struct audit_report *earlier, const char *expected)
{
    AUTO_BUF text = BUF_INIT(TEXT_BYTES);
    AUTO_BUF found = BUF_INIT(4096);
    CLEANUP(audit_diff_clear) struct audit_diff diff = { 0 };
    struct assay_error err = ERROR_INIT;
    write_json(earlier, &text);
    cr_assert_eq(audit_diff_make(report, buf_slice(&text), &diff, &err), ASSAY_OK, "%s: %s", name,
                 assay_error_message(&err));
    for (size_t i = 0; i < diff.count; i++) {
        const char *change = audit_change_name(diff.items[i].kind);
        cr_assert_eq(buf_printf(&found, &err, " %s", change), ASSAY_OK);
        cr_expect_neq(diff.items[i].detail[0], '\0', "%s: %s", name, change);
    }
    cr_expect_str_eq(buf_text(&found), expected, "%s:%s, not%s", name, buf_text(&found), expected);
    char time[TIME_TEXT_BYTES];
    time_format(earlier->now_unix_s, time);
    cr_expect_str_eq(diff.earlier_time, time, "%s", name);
}

Test(audit_diff, each_change_both_ways)
{
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (int way = 0; way < 2; way++) {
            struct audit_report *changed = audit_sample_make(AUDIT_SAMPLE_SMALL);
            struct audit_report *other = audit_sample_make(AUDIT_SAMPLE_SMALL);
            cases[i].change(changed);
            if (way == 0) {
                expect_changes(cases[i].name, changed, other, cases[i].now);
            } else {
                expect_changes(cases[i].name, other, changed, cases[i].before);
            }
            audit_report_free(changed);
            audit_report_free(other);
        }
    }
}

Test(audit_diff, every_sample_with_itself)
{
    for (int s = 0; s < AUDIT_SAMPLE_COUNT; s++) {
        struct audit_report *report = audit_sample_make((enum audit_sample)s);
        struct audit_report *same = audit_sample_make((enum audit_sample)s);
        expect_changes(audit_sample_name((enum audit_sample)s), report, same, "");
        audit_report_free(report);
        audit_report_free(same);
    }
}

Test(audit_diff, words_and_details)
{
    AUTO_BUF text = BUF_INIT(TEXT_BYTES);
    CLEANUP(audit_diff_clear) struct audit_diff diff = { 0 };
    struct audit_report *report = audit_sample_make(AUDIT_SAMPLE_SMALL);
    struct audit_report *earlier = audit_sample_make(AUDIT_SAMPLE_SMALL);
    last_two_snapshots_are_not_there(earlier);
    write_json(earlier, &text);
    cr_assert_eq(audit_diff_make(report, buf_slice(&text), &diff, NULL), ASSAY_OK);
    cr_assert_eq(diff.count, 1);
    cr_expect_str_eq(diff.items[0].role, "snapshot");
    cr_expect_str_eq(diff.items[0].detail, "snapshot versions 6 to 7 are new");
    audit_report_free(report);
    audit_report_free(earlier);
}

/* ---- what is no such report ---- */

static void expect_refused(const char *name, struct slice text)
{
    CLEANUP(audit_diff_clear) struct audit_diff diff = { 0 };
    struct assay_error err = ERROR_INIT;
    struct audit_report *report = audit_sample_make(AUDIT_SAMPLE_SMALL);
    enum assay_status status = audit_diff_make(report, text, &diff, &err);
    cr_expect_eq(status, ASSAY_CONFIG, "%s: %s %s", name, assay_status_id(status),
                 assay_error_message(&err));
    audit_report_free(report);
}

/* The text with the first from replaced by to. */
static void replace(const struct buf *text, const char *from, const char *to, struct buf *out)
{
    const char *at = strstr(buf_text(text), from);
    cr_assert(at != NULL, "%s", from);
    size_t before = (size_t)(at - buf_text(text));
    cr_assert_eq(buf_append(out, slice_first(buf_slice(text), before), NULL), ASSAY_OK);
    cr_assert_eq(buf_append_string(out, to, NULL), ASSAY_OK);
    cr_assert_eq(buf_append_string(out, at + strlen(from), NULL), ASSAY_OK);
}

Test(audit_diff, spoilt_members)
{
    static const struct {
        const char *from;
        const char *to;
    } spoilt[] = {
        { "\"schema\": 1", "\"schema\": 2" },
        { "\"schema\": 1", "\"schema\": \"1\"" },
        { "\"schema\": 1", "\"schema\": 1, \"schema\": 1" },
        { "\"results\": [", "\"results\": [{}, " },
        { "\"results\"", "\"result\"" },
        { "team/app", "team/other" },
        { "\"time\": \"2026-11-25T12:00:00Z\"", "\"time\": \"yesterday\"" },
        { "\"time\": \"2026-11-25T12:00:00Z\"", "\"time\": 5" },
        { "\"status\": \"ok\"", "\"status\": null" },
        { "\"canonical-id\"", "\"canonical\"" },
        { "\"versions\": [",
          "\"versions\": [{\"version\": -1, \"trust\": \"vouched\", \"sha256\": \"\"}, " },
        { "\"versions\": [",
          "\"versions\": [{\"version\": 1.5, \"trust\": \"vouched\", \"sha256\": \"\"}, " },
        { "\"versions\": [", "\"versions\": [{\"version\": 1, \"trust\": \"vouched\"}, " },
        { "\"trust\": \"vouched\"", "\"trust\": true" },
        { "\"threshold\": 1", "\"threshold\": \"1\"" },
        { "\"roles\": [", "\"roles\": [5, " },
        { "\"findings\": [", "\"findings\": [[], " },
        { "\"evidence\"", "\"proof\"" },
    };
    AUTO_BUF text = BUF_INIT(TEXT_BYTES);
    struct audit_report *report = audit_sample_make(AUDIT_SAMPLE_SMALL);
    role_of(report, "root")->versions += 5; /* so that the first threshold is one that is read */
    role_of(report, "root")->count -= 5;
    write_json(report, &text);
    role_of(report, "root")->versions -= 5;
    role_of(report, "root")->count += 5;
    for (size_t i = 0; i < ARRAY_LEN(spoilt); i++) {
        AUTO_BUF other = BUF_INIT(TEXT_BYTES);
        replace(&text, spoilt[i].from, spoilt[i].to, &other);
        expect_refused(spoilt[i].to, buf_slice(&other));
    }
    audit_report_free(report);
}

/* Keys are referred to by ids that the report's own table has. */
Test(audit_diff, unknown_key)
{
    AUTO_BUF text = BUF_INIT(TEXT_BYTES);
    AUTO_BUF other = BUF_INIT(TEXT_BYTES);
    struct audit_report *report = audit_sample_make(AUDIT_SAMPLE_SMALL);
    char id[TUF_ID_BYTES + 16];
    (void)snprintf(id, sizeof(id), "\"id\": \"%s\"",
                   report->history.keys[newest(report, "root")->roles[TUF_ROOT].keys[0]].id);
    write_json(report, &text);
    replace(&text, id, "\"id\": \"another\"", &other);
    expect_refused("unknown key", buf_slice(&other));
    audit_report_free(report);
}

Test(audit_diff, no_reports)
{
    static const char *const texts[] = { "",
                                         "{",
                                         "[]",
                                         "{}",
                                         "null",
                                         "{\"schema\":1}",
                                         "\xff",
                                         "[[",
                                         "\"",
                                         "0",
                                         "{\"schema\":1,\"results\":[]}" };
    AUTO_BUF deep = BUF_INIT(TEXT_BYTES);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        expect_refused(texts[i], slice_from_string(texts[i]));
    }
    for (size_t i = 0; i < 100000; i++) {
        cr_assert_eq(buf_append_byte(&deep, '[', NULL), ASSAY_OK);
    }
    expect_refused("deep", buf_slice(&deep));
}

Test(audit_diff, too_many_nodes)
{
    AUTO_BUF many = BUF_INIT(TEXT_BYTES);
    cr_assert_eq(buf_append_string(&many, "{\"schema\":1,\"x\":[0", NULL), ASSAY_OK);
    for (size_t i = 0; i < LIMIT_AUDIT_FILE_NODES; i++) {
        cr_assert_eq(buf_append_string(&many, ",0", NULL), ASSAY_OK);
    }
    cr_assert_eq(buf_append_string(&many, "]}", NULL), ASSAY_OK);
    expect_refused("many", buf_slice(&many));
}

/* Cut anywhere it is refused; with another byte anywhere it is compared or refused. */
Test(audit_diff, cut_and_bent)
{
    AUTO_BUF text = BUF_INIT(TEXT_BYTES);
    struct audit_report *sample = audit_sample_make(AUDIT_SAMPLE_HOSTILE);
    struct audit_report *now = audit_sample_make(AUDIT_SAMPLE_HOSTILE);
    write_json(sample, &text);
    for (size_t i = 0; i + 2 < text.len; i += 97) {
        expect_refused("cut", slice_first(buf_slice(&text), i));
    }
    for (size_t i = 0; i < text.len; i += 7) {
        CLEANUP(audit_diff_clear) struct audit_diff diff = { 0 };
        uint8_t was = text.ptr[i];
        text.ptr[i] = (uint8_t)((size_t)was + 1 + i % 11);
        enum assay_status status = audit_diff_make(now, buf_slice(&text), &diff, NULL);
        cr_expect(status == ASSAY_OK || status == ASSAY_CONFIG, "%zu: %s", i,
                  assay_status_id(status));
        text.ptr[i] = was;
    }
    audit_report_free(sample);
    audit_report_free(now);
}
