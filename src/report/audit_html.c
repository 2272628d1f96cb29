/* SPDX-License-Identifier: Apache-2.0 */
/* One page that needs nothing else: verdict, timeline, findings, keys, events, raw values. */
#include "report/audit_html.h"

#include "report/text.h"

#include <assay/version.h>
#include <inttypes.h>

static const char style[] =
    "*{box-sizing:border-box}body{margin:0 auto;padding:1rem;max-width:72rem;background:var(--bg);"
    "color:var(--fg);font:15px/1.45 system-ui,sans-serif}h1{font-size:1.35rem;margin:.2rem 0;"
    "overflow-wrap:anywhere}h2{font-size:1.05rem;margin:1.8rem 0 .5rem;border-bottom:1px solid "
    "var(--line);padding-bottom:.2rem}code,.m{font:12.5px/1.4 ui-monospace,monospace;"
    "overflow-wrap:anywhere}.v{border-left:.5rem solid var(--ok);background:var(--soft);padding:"
    ".6rem .9rem}.v.bad{border-left-color:var(--bad)}.v b{font-size:1.1rem}.w{overflow-x:auto;"
    "border:1px solid var(--line)}.w:focus{outline:2px solid var(--bar)}table{border-collapse:"
    "collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.25rem .6rem;"
    "border-bottom:1px solid var(--line)}td{overflow-wrap:anywhere;min-width:6rem}th{font-weight:600;white-space:nowrap}thead th{background:"
    "var(--soft)}dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:"
    ".6rem 0}dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}.sev{white-space:nowrap;"
    "font-weight:600}.critical,.high{color:var(--bad)}.medium{color:var(--warn)}p.note,.dim{color:"
    "var(--dim)}.mx td,.mx th{text-align:center;padding:.15rem .4rem;min-width:0}.mx th[scope=row]{text-align:"
    "left;position:sticky;left:0;background:var(--bg)}svg.t{display:block;width:100%;min-width:58rem;height:auto}.nw{white-space:nowrap}ul.l{margin"
    ":.3rem 0;padding-left:1.2rem}details summary{cursor:pointer;margin:.4rem 0}"
    "@media(max-width:40rem){dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}}"
    "@media print{body{max-width:none;padding:0;font-size:11px}.w{overflow:visible;border:0}"
    "svg.t{min-width:0}h2,tr{break-inside:avoid}h2{break-after:avoid}"
    "details{display:block}}";

/* ---- the head and the verdict ---- */

static const char *subject_of(const struct audit_report *audit)
{
    return audit->gun[0] == '\0' ? audit->where : audit->gun;
}

static void write_head(struct markup *page, const struct audit_report *audit)
{
    markup_raw(page, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                     "style-src 'unsafe-inline'\">"
                     "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
                     "<meta name=\"color-scheme\" content=\"light dark\"><title>Audit of ");
    markup_text(page, subject_of(audit));
    markup_raw(page, "</title><style>");
    markup_fixed(page, markup_colours);
    markup_fixed(page, style);
    markup_raw(page, "</style></head><body>\n");
}

static void write_counts(struct markup *page, const struct audit_report *audit)
{
    bool is_first = true;
    for (int s = AUDIT_CRITICAL; s >= AUDIT_INFO; s--) {
        size_t count = 0;
        for (size_t i = 0; i < audit->findings.count; i++) {
            count += audit_finding_severity(audit->findings.items[i].id) == (enum audit_severity)s;
        }
        if (count > 0) {
            markup_raw(page, "%s%zu %s", is_first ? "" : ", ", count,
                       audit_severity_name((enum audit_severity)s));
            is_first = false;
        }
    }
    markup_raw(page, is_first ? "none" : "");
}

static void write_verdict(struct markup *page, const struct report_audit *what)
{
    const struct audit_report *audit = what->audit;
    bool is_good = audit->status == ASSAY_OK;
    markup_raw(page, "<header><h1>");
    markup_text(page, subject_of(audit));
    markup_raw(page, "</h1><div class=\"v%s\"><b>%s</b> ", is_good ? "" : " bad",
               is_good ? "VOUCHED" : report_word(audit->status));
    if (is_good) {
        markup_raw(page, "Signatures lead from %s to the newest one.",
                   audit->anchor == AUDIT_ANCHOR_FIRST_USE ? "the oldest root that is there, which "
                                                             "nobody pinned,"
                   : audit->anchor == AUDIT_ANCHOR_STATE ? "the root that earlier runs started from"
                                                         : "the pinned root");
    } else {
        markup_raw(page, "<code>%s</code> ", assay_status_id(audit->status));
        markup_text(page, assay_error_message(&audit->error));
    }
    markup_raw(page, "<br>Findings: ");
    write_counts(page, audit);
    markup_raw(page, "</div><dl><dt>evidence from</dt><dd class=\"m\">");
    markup_text(page, audit->where);
    markup_raw(page, "</dd><dt>judged at</dt><dd>");
    markup_time(page, audit->now_unix_s);
    markup_raw(page, "%s</dd><dt>anchor</dt><dd>root version %" PRIu64 " (%s)</dd>",
               audit->has_at ? " (--at)" : "", audit->anchor_version,
               audit_anchor_name(audit->anchor));
    if (audit->left_out_by_time > 0) {
        markup_raw(page, "<dt>left out, as later</dt><dd>%" PRIu64 " versions</dd>",
                   audit->left_out_by_time);
    }
    markup_raw(page, "</dl></header>\n<main>\n");
}

/* ---- findings ---- */

static void write_findings(struct markup *page, const struct audit_report *audit)
{
    const struct audit_findings *findings = &audit->findings;
    size_t shown = findings->count < PAGE_ROWS ? findings->count : PAGE_ROWS;
    markup_raw(page, "<section><h2 id=\"findings\">Findings</h2>\n");
    if (findings->count == 0) {
        markup_raw(page, "<p>None.</p></section>\n");
        return;
    }
    page_table(page, "findings", "Findings", "Severity|Finding|Evidence|What to do");
    for (size_t i = 0; i < shown; i++) {
        const struct audit_finding *finding = &findings->items[i];
        const char *severity = audit_severity_name(audit_finding_severity(finding->id));
        markup_raw(page, "<tr><td class=\"sev %s\">%s</td><td><code>%s</code><br>", severity,
                   severity, audit_finding_name(finding->id));
        markup_text(page, audit_finding_meaning(finding->id));
        markup_raw(page, "</td><td>");
        markup_text(page, finding->evidence);
        if (finding->subject[0] != '\0') {
            markup_raw(page, "<br><code>");
            markup_text(page, finding->subject);
            markup_raw(page, "</code>");
        }
        markup_raw(page, "%s</td><td>",
                   finding->is_hint ? " <span class=\"dim\">(rests on a time that nobody signed)"
                                      "</span>"
                                    : "");
        markup_text(page, audit_finding_remedy(finding->id));
        markup_raw(page, "</td></tr>\n");
    }
    page_table_end(page, shown, findings->count, findings->left_out);
    markup_raw(page, "</section>\n");
}

/* ---- events ---- */

static void write_events(struct markup *page, const struct audit_report *audit)
{
    size_t count = audit->events.count;
    size_t first = count < PAGE_ROWS ? 0 : count - PAGE_ROWS;
    markup_raw(page, "<section><h2 id=\"events\">What happened</h2>\n"
                     "<p class=\"note\">In the order that snapshots sign. A time behind ~ is what "
                     "its source says; nobody signed it.</p>\n");
    page_table(page, "events", "Events", "When|File|Event|What");
    for (size_t i = first; i < count; i++) {
        const struct audit_event *event = &audit->events.items[i];
        markup_raw(page, "<tr><td>");
        markup_claim(page, &event->when);
        markup_raw(page, "</td><td>");
        markup_text(page, event->role);
        markup_raw(page, " %" PRIu64 "</td><td><code>%s</code></td><td>", event->version,
                   audit_event_name(event->kind));
        markup_text(page, event->detail);
        markup_raw(page, "</td></tr>\n");
    }
    page_table_end(page, count - first, count, audit->events.left_out);
    markup_raw(page, "</section>\n");
}

static void write_diff(struct markup *page, const struct audit_diff *diff)
{
    markup_raw(page, "<section><h2 id=\"diff\">Since the report of ");
    markup_text(page, diff->earlier_time);
    markup_raw(page, "</h2>\n");
    if (diff->count == 0) {
        markup_raw(page, "<p>Nothing changed.</p></section>\n");
        return;
    }
    size_t shown = diff->count < PAGE_ROWS ? diff->count : PAGE_ROWS;
    page_table(page, "diff", "Changes", "Change|What");
    for (size_t i = 0; i < shown; i++) {
        markup_raw(page, "<tr><td><code>%s</code></td><td>",
                   audit_change_name(diff->items[i].kind));
        markup_text(page, diff->items[i].detail);
        markup_raw(page, "</td></tr>\n");
    }
    page_table_end(page, shown, diff->count, 0);
    markup_raw(page, "</section>\n");
}

/* ---- the rest ---- */

static void write_timeline(struct markup *page, const struct audit_report *audit)
{
    markup_raw(page, "<section><h2 id=\"timeline\">Timeline</h2>\n<div class=\"w\" tabindex=\"0\" "
                     "role=\"region\" aria-label=\"Timeline\">");
    markup_timeline(page, audit);
    markup_raw(
        page,
        "</div>\n<p class=\"note\">A bar is a version, from its publication to its expiry. "
        "Hatched: nobody says when it was published, the place is estimated. Dashed: "
        "nothing vouches for it. Red hatching: it is wrong, or the root had expired before "
        "the next was there. Where everything happened within an hour the axis is the snapshots, "
        "whose order is signed, and a bar ends where the next begins. Point at a bar for its "
        "figures.</p></section>\n");
}

static void write_reproduce(struct markup *page, const struct report_audit *what)
{
    markup_raw(page, "<section><h2 id=\"reproduce\">To reproduce it</h2>\n<p><code>");
    markup_text(page, what->command);
    markup_raw(page, "</code></p><p class=\"note\">assay ");
    markup_text(page, assay_version());
    markup_raw(page, "; the same input files have the hashes below \"Raw values\", and give the "
                     "same report at the same time (--at).</p></section>\n");
}

enum assay_status report_audit_html(const struct report_audit *what, struct buf *out,
                                    struct assay_error *err)
{
    struct markup page = { .out = out, .err = err };
    write_head(&page, what->audit);
    write_verdict(&page, what);
    write_timeline(&page, what->audit);
    write_findings(&page, what->audit);
    if (what->diff != NULL) {
        write_diff(&page, what->diff);
    }
    page_signers(&page, what->audit);
    page_matrix(&page, what->audit);
    write_events(&page, what->audit);
    page_raw(&page, what->audit);
    write_reproduce(&page, what);
    markup_raw(&page, "</main></body></html>\n");
    return page.status;
}
