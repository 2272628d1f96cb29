/* SPDX-License-Identifier: Apache-2.0 */
/* Writing HTML and SVG: one way to escape, and the drawing that the page and the picture share.
 * Private to report/audit_*.c. */
#ifndef REPORT_AUDIT_MARKUP_H
#define REPORT_AUDIT_MARKUP_H

#include "report/audit.h"

/* Writing goes on after a failure and does nothing: the first failure is the page's. */
struct markup {
    struct buf *out;
    struct assay_error *err;
    enum assay_status status;
};

/* As printf, of what we write ourselves: the arguments must be numbers and fixed words. */
void markup_raw(struct markup *markup, const char *format, ...) PRINTF(2, 3);
/* The same of any length, without arguments. */
void markup_fixed(struct markup *markup, const char *text);
/* Text from anywhere, in element content or a quoted attribute. */
void markup_text(struct markup *markup, const char *text);
void markup_text_first(struct markup *markup, const char *text, size_t most_bytes);
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
