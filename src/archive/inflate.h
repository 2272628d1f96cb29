/* SPDX-License-Identifier: Apache-2.0 */
/* Bounded decompression of layers as the bytes flow: gzip (all members, no trailing bytes) or
 * none. zstd follows with archives. */
#ifndef ARCHIVE_INFLATE_H
#define ARCHIVE_INFLATE_H

#include "base/error.h"
#include "base/limits.h"
#include "base/slice.h"

enum compression {
    COMPRESSION_NONE,
    COMPRESSION_GZIP
};

struct inflater;

/* max_bytes bounds the output: ASSAY_BOMB. */
MUST_CHECK enum assay_status inflater_new(enum compression compression, uint64_t max_bytes,
                                          struct inflater **out, struct assay_error *err);
void inflater_free(struct inflater *inflater);
/* Feeds stored bytes; sink gets the unpacked ones. ASSAY_COMPRESSION when malformed. */
MUST_CHECK enum assay_status inflater_feed(struct inflater *inflater, struct slice bytes,
                                           enum assay_status (*sink)(void *ctx, struct slice bytes,
                                                                     struct assay_error *err),
                                           void *ctx, struct assay_error *err);
/* All members complete, checksums and lengths right. */
MUST_CHECK enum assay_status inflater_finish(struct inflater *inflater, struct assay_error *err);

#endif
