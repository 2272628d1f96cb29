/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of at most 100 columns, and the short forms that they hold. Private to report/audit_*.c. */
#ifndef REPORT_AUDIT_LINES_H
#define REPORT_AUDIT_LINES_H

#include "audit/audit.h"

#define AUDIT_COLUMNS    100
#define AUDIT_LINES_MOST 40 /* of one list; the whole is in the JSON */
#define AUDIT_DATE_BYTES 13 /* "~2026-11-25f" and NUL */

/* How many bytes of the text fill at most so many columns. */
size_t audit_fitting(const char *text, size_t columns);
/* Whether the text fills at most so many columns. */
bool audit_fits(const char *text, size_t columns);
/* The text, cut with "..." and padded to exactly so many columns. */
MUST_CHECK enum assay_status audit_append_cell(struct buf *out, size_t columns, const char *text,
                                               struct assay_error *err);
/* The text in lines, broken at blanks where there are some; the first begins where the cursor is,
 * the others below it in that column. Runs of spaces become one, so that no text looks like
 * several columns. */
MUST_CHECK enum assay_status audit_append_wrapped(struct buf *out, size_t column, const char *text,
                                                  struct assay_error *err);
MUST_CHECK enum assay_status audit_append_line(struct buf *out, size_t column,
                                               struct assay_error *err, const char *format, ...)
    PRINTF(4, 5);
MUST_CHECK enum assay_status audit_append_heading(struct buf *out, const char *text,
                                                  struct assay_error *err);
/* How many of a list were left away, if any were. */
MUST_CHECK enum assay_status audit_append_more(struct buf *out, size_t shown, uint64_t all,
                                               struct assay_error *err);
/* "~2026-11-25f": nobody signed it, and the letter says who says so; "?" where nobody does. */
void audit_format_claim(const struct audit_time *time, char out[AUDIT_DATE_BYTES]);
void audit_format_day(int64_t unix_s, char out[AUDIT_DATE_BYTES]);

/* The oldest version of the role that is vouched for; 0: none. */
uint64_t audit_oldest_vouched(const struct audit_role *role);
MUST_CHECK enum assay_status audit_append_signers(const struct audit_report *audit, struct buf *out,
                                                  struct assay_error *err);
/* The section of the tags; nothing where no role has any. */
MUST_CHECK enum assay_status audit_append_tags(const struct audit_history *history, struct buf *out,
                                               struct assay_error *err);

#endif
