/* SPDX-License-Identifier: Apache-2.0 */
/* The audit for a terminal: no line is longer than 100 columns. */
#include "report/audit.h"

#include "base/text.h"
#include "base/time.h"
#include "report/audit_lines.h"
#include "report/text.h"

#include <inttypes.h>
#include <stdio.h>

#define SHORT_DIGEST  12
#define SHORT_ID      16
#define PLACE_COLUMNS 20 /* "targets/releases 3": longer names are cut */

/* ---- the first line ---- */

static enum assay_status append_counts(const struct audit_report *audit, struct buf *out,
                                       struct assay_error *err)
{
    bool is_first = true;
    TRY(buf_append_string(out, "  findings=", err));
    for (int s = AUDIT_CRITICAL; s >= AUDIT_INFO; s--) {
        size_t count = 0;
        for (size_t i = 0; i < audit->findings.count; i++) {
            count += audit_finding_severity(audit->findings.items[i].id) == (enum audit_severity)s;
        }
        if (count > 0) {
            TRY(buf_printf(out, err, "%s%zu %s", is_first ? "" : ", ", count,
                           audit_severity_name((enum audit_severity)s)));
            is_first = false;
        }
    }
    return is_first ? buf_append_string(out, "none", err) : ASSAY_OK;
}

/* The rest of the first line. */
static enum assay_status append_facts(const struct audit_report *audit, struct buf *out,
                                      struct assay_error *err)
{
    const struct audit_role *roots = audit_history_find(&audit->history, "root");
    const struct audit_version *newest = audit_role_newest(roots);
    if (newest != NULL) {
        TRY(buf_printf(out, err, "  root=%" PRIu64 "-%" PRIu64 "  anchor=%s",
                       audit_oldest_vouched(roots), newest->version,
                       audit_anchor_name(audit->anchor)));
    }
    TRY(append_counts(audit, out, err));
    if (audit->has_at) {
        char at[TIME_TEXT_BYTES];
        time_format(audit->now_unix_s, at);
        TRY(buf_printf(out, err, "  at=%s", at));
    }
    return buf_append_byte(out, '\n', err);
}

static enum assay_status append_verdict(const struct audit_report *audit, bool colour,
                                        struct buf *out, struct assay_error *err)
{
    const char *word = audit->status == ASSAY_OK ? "VOUCHED" : report_word(audit->status);
    const char *code = audit->status == ASSAY_OK ? "\033[32m" : "\033[31m";
    TRY(buf_printf(out, err, "%s%s%s  ", colour ? code : "", word, colour ? "\033[0m" : ""));
    TRY(report_squeezed(audit->gun[0] == '\0' ? audit->where : audit->gun, out, err));
    if (audit->status != ASSAY_OK) {
        TRY(buf_printf(out, err, "  %s  ", assay_status_id(audit->status)));
        TRY(report_squeezed(assay_error_message(&audit->error), out, err));
    }
    return append_facts(audit, out, err);
}

/* ---- what happened ---- */

/* The sentence with its digests cut: they are whole in the JSON. */
static enum assay_status shorten_digests(const char *text, struct buf *out, struct assay_error *err)
{
    static const struct slice prefix = { (const uint8_t *)"sha256:", 7 };
    struct slice rest = slice_from_string(text);
    while (rest.len > 0) {
        struct slice hex = slice_first(slice_from(rest, prefix.len), 64);
        if (slice_has_prefix(rest, prefix) && hex.len == 64 && text_is_lower_hex(hex)) {
            TRY(buf_append(out, slice_first(rest, prefix.len + SHORT_DIGEST), err));
            TRY(buf_append_string(out, "...", err));
            rest = slice_from(rest, prefix.len + 64);
        } else {
            TRY(buf_append_byte(out, rest.ptr[0], err));
            rest = slice_from(rest, 1);
        }
    }
    return ASSAY_OK;
}

/* The role and the version; the name gives way to the version where both do not fit. */
static enum assay_status append_place(const struct audit_event *event, struct buf *out,
                                      struct assay_error *err)
{
    char version[24] = "";
    if (event->version > 0) {
        (void)snprintf(version, sizeof(version), " %" PRIu64, event->version);
    }
    size_t taken = strlen(version);
    size_t most = taken < PLACE_COLUMNS ? PLACE_COLUMNS - taken : 0;
    if (!audit_fits(event->role, most)) {
        TRY(audit_append_cell(out, most, event->role, err));
        return buf_printf(out, err, "%s  ", version);
    }
    AUTO_BUF place = BUF_INIT(LIMIT_JSON_STRING_BYTES);
    TRY(buf_printf(&place, err, "%s%s", event->role[0] == '\0' ? "server" : event->role, version));
    TRY(audit_append_cell(out, PLACE_COLUMNS, buf_text(&place), err));
    return buf_append_string(out, "  ", err);
}

static enum assay_status append_events(const struct audit_report *audit, struct buf *out,
                                       struct assay_error *err)
{
    size_t count = audit->events.count;
    size_t shown = count < AUDIT_LINES_MOST ? count : AUDIT_LINES_MOST;
    if (count == 0) {
        return ASSAY_OK;
    }
    TRY(audit_append_heading(out, "What happened", err));
    TRY(audit_append_more(out, shown, count + audit->events.left_out, err));
    for (size_t i = count - shown; i < count; i++) {
        const struct audit_event *event = &audit->events.items[i];
        char date[AUDIT_DATE_BYTES];
        audit_format_claim(&event->when, date);
        TRY(buf_printf(out, err, "  %-12s  ", date));
        TRY(append_place(event, out, err));
        AUTO_BUF detail = BUF_INIT(LIMIT_JSON_STRING_BYTES);
        TRY(shorten_digests(event->detail, &detail, err));
        TRY(audit_append_wrapped(out, 2 + 12 + 2 + PLACE_COLUMNS + 2, buf_text(&detail), err));
    }
    return buf_append_string(out,
                             "  ~ nobody signed this time: f says the changefeed, m Last-Modified, "
                             "c a certificate's\n    first day, l the expiry less the role's usual "
                             "lifetime\n",
                             err);
}

/* ---- the roots ---- */

#define ROOT_COLUMNS 47

static enum assay_status append_root(const struct audit_version *version,
                                     const struct audit_version *before, struct buf *out,
                                     struct assay_error *err)
{
    char published[AUDIT_DATE_BYTES];
    char expires[AUDIT_DATE_BYTES] = "?";
    size_t own = 0;
    size_t former = 0;
    audit_format_claim(&version->published, published);
    if (version->expires_unix_s != 0) {
        audit_format_day(version->expires_unix_s, expires);
    }
    for (size_t i = 0; i < version->signer_count; i++) {
        own += audit_keys_have(version->roles[TUF_ROOT].keys, version->roles[TUF_ROOT].key_count,
                               version->signers[i]);
        former += before != NULL &&
                  audit_keys_have(before->roles[TUF_ROOT].keys, before->roles[TUF_ROOT].key_count,
                                  version->signers[i]);
    }
    TRY(buf_printf(out, err, "  %6" PRIu64 "  %-9s  %-12s  %-10s  ", version->version,
                   audit_trust_name(version->trust), published, expires));
    if (version->failure != NULL && version->failure[0] != '\0') {
        return audit_append_wrapped(out, ROOT_COLUMNS, version->failure, err);
    }
    TRY(buf_printf(out, err, "own %zu of %" PRIu64, own, version->roles[TUF_ROOT].threshold));
    if (before != NULL) {
        TRY(buf_printf(out, err, ", former %zu of %" PRIu64, former,
                       before->roles[TUF_ROOT].threshold));
    }
    return buf_append_byte(out, '\n', err);
}

static enum assay_status append_roots(const struct audit_report *audit, struct buf *out,
                                      struct assay_error *err)
{
    const struct audit_role *roots = audit_history_find(&audit->history, "root");
    size_t count = roots == NULL ? 0 : roots->count;
    size_t first = count < AUDIT_LINES_MOST ? 0 : count - AUDIT_LINES_MOST;
    if (count == 0) {
        return ASSAY_OK;
    }
    TRY(audit_append_heading(out, "Roots", err));
    TRY(buf_printf(out, err, "  %6s  %-9s  %-12s  %-10s  %s\n", "", "", "published", "expires",
                   "valid signatures"));
    TRY(audit_append_more(out, count - first, count, err));
    for (size_t i = first; i < count; i++) {
        const struct audit_version *version = &roots->versions[i];
        bool follows = i > 0 && version[-1].version + 1 == version->version &&
                       version[-1].roles[TUF_ROOT].threshold > 0;
        TRY(append_root(version, follows ? version - 1 : NULL, out, err));
    }
    return ASSAY_OK;
}

/* ---- findings ---- */

static const char *severity_colour(enum audit_severity severity)
{
    return severity >= AUDIT_HIGH ? "\033[31m" : severity == AUDIT_MEDIUM ? "\033[33m" : "";
}

static enum assay_status append_meaning(enum audit_finding_id id, bool colour, struct buf *out,
                                        struct assay_error *err)
{
    enum audit_severity severity = audit_finding_severity(id);
    const char *code = colour ? severity_colour(severity) : "";
    TRY(buf_printf(out, err, "  %s%-8s%s  %s\n", code, audit_severity_name(severity),
                   code[0] == '\0' ? "" : "\033[0m", audit_finding_name(id)));
    TRY(audit_append_line(out, 12, err, "%s", audit_finding_meaning(id)));
    return audit_append_line(out, 12, err, "-> %s", audit_finding_remedy(id));
}

static enum assay_status append_evidence(const struct audit_finding *finding, struct buf *out,
                                         struct assay_error *err)
{
    struct slice subject = slice_from_string(finding->subject);
    bool is_key = subject.len == 64 && text_is_lower_hex(subject);
    return audit_append_line(out, 12, err, "* %s%s%.*s", finding->evidence, is_key ? ": " : "",
                             is_key ? SHORT_ID : 0, finding->subject);
}

/* The meaning and the remedy once for each id, the evidence of each finding below. */
static enum assay_status append_findings(const struct audit_report *audit, bool colour,
                                         struct buf *out, struct assay_error *err)
{
    const struct audit_findings *findings = &audit->findings;
    size_t shown = findings->count < AUDIT_LINES_MOST ? findings->count : AUDIT_LINES_MOST;
    TRY(audit_append_heading(out, "Findings", err));
    if (findings->count == 0) {
        return buf_append_string(out, "  none\n", err);
    }
    for (size_t i = 0; i < shown; i++) {
        const struct audit_finding *finding = &findings->items[i];
        if (i == 0 || findings->items[i - 1].id != finding->id) {
            TRY(append_meaning(finding->id, colour, out, err));
        }
        TRY(append_evidence(finding, out, err));
    }
    return audit_append_more(out, shown, findings->count + findings->left_out, err);
}

static enum assay_status append_diff(const struct audit_diff *diff, struct buf *out,
                                     struct assay_error *err)
{
    size_t shown = diff->count < AUDIT_LINES_MOST ? diff->count : AUDIT_LINES_MOST;
    TRY(buf_printf(out, err, "\nSince the report of %s\n", diff->earlier_time));
    if (diff->count == 0) {
        return buf_append_string(out, "  nothing changed\n", err);
    }
    for (size_t i = 0; i < shown; i++) {
        TRY(audit_append_line(out, 2, err, "%s: %s", audit_change_name(diff->items[i].kind),
                              diff->items[i].detail));
    }
    return audit_append_more(out, shown, diff->count, err);
}

enum assay_status report_audit_text(const struct report_audit *what, bool colour, struct buf *out,
                                    struct assay_error *err)
{
    const struct audit_report *audit = what->audit;
    TRY(append_verdict(audit, colour, out, err));
    TRY(audit_append_signers(audit, out, err));
    TRY(append_events(audit, out, err));
    TRY(append_roots(audit, out, err));
    TRY(audit_append_tags(&audit->history, out, err));
    TRY(append_findings(audit, colour, out, err));
    if (audit->left_out_by_time > 0) {
        TRY(audit_append_line(
            out, 0, err,
            "\nVersions left out, since they were published later, as far as anybody "
            "says: %" PRIu64,
            audit->left_out_by_time));
    }
    return what->diff == NULL ? ASSAY_OK : append_diff(what->diff, out, err);
}
