/* SPDX-License-Identifier: Apache-2.0 */
/* Writing HTML and SVG: what an audit writes often, and the drawing that the page and the picture
 * share. Private to report/audit_*.c. */
#ifndef REPORT_AUDIT_MARKUP_H
#define REPORT_AUDIT_MARKUP_H

#include "report/audit.h"
#include "report/markup.h"

/* "2026-11-25T13:18:37Z" */
void markup_time(struct markup *markup, int64_t unix_s);
/* The same behind "~" with its source, or "not known". */
void markup_claim(struct markup *markup, const struct audit_time *time);
/* "sha256:..." or "-" */
void markup_digest(struct markup *markup, const struct digest *digest);

/* The <svg> element with its own style. */
void markup_timeline(struct markup *markup, const struct audit_report *audit);
/* The rules that page and picture share: colours for light and dark, patterns. */
extern const char markup_colours[];

#define MARKUP_SHORT_ID 16
/* What people compare: the canonical id where it is known. */
const char *markup_key_id(const struct audit_key *key);

#endif
