/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changing references in files that are not ours: every other byte stays as it is, and at every
 * moment either the old file or the new one is there, whole.
 */
#ifndef SCAN_REWRITE_H
#define SCAN_REWRITE_H

#include "base/buf.h"

struct scan_edit {
    size_t offset;   /* bytes */
    const char *was; /* the reference that must stand there, to its end */
    const char *text;
};

/* bytes with the edits made, appended to out. Edits are in order and do not overlap.
 * ASSAY_FILE_IO: something else stands there. */
MUST_CHECK enum assay_status scan_rewrite(struct slice bytes, const struct scan_edit *edits,
                                          size_t count, struct buf *out, struct assay_error *err);
/* The same in a file, through a link to where it leads; mode and, if possible, owner are kept.
 * ASSAY_FILE_IO: it was changed since it was read, or cannot be written, and is as it was; or it is
 * written, but it cannot be told whether that will outlast a loss of power. */
MUST_CHECK enum assay_status scan_rewrite_file(const char *path, const struct scan_edit *edits,
                                               size_t count, struct assay_error *err);

#endif
