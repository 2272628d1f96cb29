/* SPDX-License-Identifier: Apache-2.0 */
/* What a scan found, in a few words a line, for tables. */
#ifndef TEST_SCAN_FOUND_H
#define TEST_SCAN_FOUND_H

#include "scan/scan.h"

/* "LINE:COLUMN TEXT (OWNER)\n", "?" before the written text where it is not resolved, "~" before a
 * text that cannot be rewritten; "!LINE:COLUMN\n" for a problem. Also fails the test where the
 * bytes of a rewritable reference are not its text. In the order of scan_finish. */
void found_show(struct scan *scan, struct slice file, struct buf *out);

/* A file, and what is found in it, as found_show has it; no other can be opened. */
struct found_row {
    const char *file;
    const char *found;
};

/* custom: "Kind:path" of Kubernetes; NULL: none. */
void found_check(enum assay_status (*find)(struct scan *, const struct scan_input *,
                                           struct assay_error *),
                 const struct found_row *rows, size_t count, const char *custom);

#endif
