/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/parts.h"
#include "base/mem.h"

/* What is known before anything is read. */
static enum assay_status begin(const struct audit_options *options, struct audit_report *report,
                               struct assay_error *err)
{
    struct audit_history *history = &report->history;
    report->now_unix_s = options->now_unix_s;
    report->has_at = options->has_at;
    TRY(audit_history_text(history, slice_from_string(options->gun), &report->gun, err));
    return audit_history_text(history, slice_from_string(options->remote->where), &report->where,
                              err);
}

static enum assay_status run(const struct audit_options *options, struct audit_report *report,
                             struct assay_error *err)
{
    const struct audit_judgement judgement = {
        .now_unix_s = options->now_unix_s,
        .warn_before_s = options->warn_before_s,
        .state = options->state,
    };
    TRY(begin(options, report, err));
    TRY(audit_roots(options, report, err));
    TRY(audit_roles(options, report, err));
    TRY(audit_times(options, report, err));
    TRY(audit_events_make(&report->history, &report->events, err));
    return audit_findings_make(&report->history, &judgement, &report->findings, err);
}

enum assay_status audit_run(const struct audit_options *options, struct audit_report **out,
                            struct assay_error *err)
{
    *out = NULL;
    struct audit_report *report = mem_alloc(1, sizeof(*report));
    if (report == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    audit_history_init(&report->history);
    enum assay_status status = run(options, report, err);
    if (status != ASSAY_OK) {
        audit_report_free(report);
        return status;
    }
    *out = report;
    return ASSAY_OK;
}

void audit_report_free(struct audit_report *report)
{
    if (report != NULL) {
        audit_events_clear(&report->events);
        audit_findings_clear(&report->findings);
        audit_history_clear(&report->history);
        mem_free(report);
    }
}
