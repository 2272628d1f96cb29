/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the page. Private to report/audit_html*.c. */
#ifndef REPORT_AUDIT_HTML_H
#define REPORT_AUDIT_HTML_H

#include "report/audit_markup.h"

#define PAGE_ROWS 500 /* of one table; the whole is in the JSON */

/* A table in a box that scrolls by itself; heads are separated by '|'. */
void page_table(struct markup *page, const char *id, const char *caption, const char *heads);
/* listed: what the JSON report has; left_out: what no report has, for its limit. */
void page_table_end(struct markup *page, size_t shown, uint64_t listed, uint64_t left_out);

/* Who can sign now. */
void page_signers(struct markup *page, const struct audit_report *audit);
/* Keys by root versions. */
void page_matrix(struct markup *page, const struct audit_report *audit);
/* Every key and file, whole. */
void page_raw(struct markup *page, const struct audit_report *audit);

#endif
