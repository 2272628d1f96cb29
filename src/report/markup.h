/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a page piece by piece: its failure is kept, and for XML and HTML one way to escape.
 * Private to report/. */
#ifndef REPORT_MARKUP_H
#define REPORT_MARKUP_H

#include "base/buf.h"

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

/* What stands for a character of XML and HTML; NULL: it itself. */
const char *markup_entity(char c);

#endif
