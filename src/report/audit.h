/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outputs of an audit: a timeline in text of at most 100 columns, JSON (audit.schema.json), an
 * SVG, and one HTML page that needs nothing else. Everything here fills a buffer.
 */
#ifndef REPORT_AUDIT_H
#define REPORT_AUDIT_H

#include "audit/diff.h"
#include "json/tree.h"

struct report_audit {
    const struct audit_report *audit;
    const struct audit_diff *diff; /* NULL: not compared */
    const char *command;           /* to reproduce it: as it was typed, quoted for a shell */
};

MUST_CHECK enum assay_status report_audit_text(const struct report_audit *what, bool colour,
                                               struct buf *out, struct assay_error *err);
/* Appended to results; out of memory shows when that is written. */
void report_audit_json(const struct report_audit *what, struct json_new *results);
MUST_CHECK enum assay_status report_audit_svg(const struct report_audit *what, struct buf *out,
                                              struct assay_error *err);
MUST_CHECK enum assay_status report_audit_html(const struct report_audit *what, struct buf *out,
                                               struct assay_error *err);

#endif
