/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of at most 100 columns, and the short forms that they hold. Private to report/audit_*.c. */
#ifndef REPORT_AUDIT_LINES_H
#define REPORT_AUDIT_LINES_H

#include "audit/history.h"

#define AUDIT_LINES_MOST 40 /* of one list; the whole is in the JSON */
#define AUDIT_DATE_BYTES 12 /* "~2026-11-25" and NUL */

/* How many bytes of the text fill at most so many columns. */
size_t audit_fitting(const char *text, size_t columns);
/* The text in lines, broken at blanks where there are some; the first begins where the cursor is,
 * the others below it in that column. */
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
/* "~2026-11-25", since nobody signed it, "?" where nobody says. */
void audit_format_claim(const struct audit_time *time, char out[AUDIT_DATE_BYTES]);
void audit_format_day(int64_t unix_s, char out[AUDIT_DATE_BYTES]);

#endif
