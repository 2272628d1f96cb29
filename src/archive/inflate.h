/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bounded decompression as the bytes flow: gzip (all members, no trailing bytes, header checksum,
 * checksum and length right), zstd (frames without dictionary, window at most LIMIT_ZSTD_WINDOW,
 * skippable frames refused), or none. One level only: output that is itself compressed is refused.
 */
#ifndef ARCHIVE_INFLATE_H
#define ARCHIVE_INFLATE_H

#include "base/callback.h"
#include "base/limits.h"

enum compression {
    COMPRESSION_NONE,
    COMPRESSION_GZIP,
    COMPRESSION_ZSTD
};

#define COMPRESSION_HEAD_BYTES 6

/* By the first COMPRESSION_HEAD_BYTES of a stream; fewer only at its end. ASSAY_COMPRESSION for
 * formats that are known and not read (xz, bzip2, lz4, compress). */
MUST_CHECK enum assay_status compression_detect(struct slice head, enum compression *out,
                                                struct assay_error *err);

struct inflater;

/* max_bytes bounds the output: ASSAY_BOMB. */
MUST_CHECK enum assay_status inflater_new(enum compression compression, uint64_t max_bytes,
                                          struct inflater **out, struct assay_error *err);
void inflater_free(struct inflater *inflater);
/* One step: takes bytes from the front of *in and puts at most max at to; *made says how many. Made
 * less than max: all of *in was taken, and no output is held back. ASSAY_COMPRESSION when
 * malformed, ASSAY_BOMB; then the inflater is of no more use. */
MUST_CHECK enum assay_status inflater_step(struct inflater *inflater, struct slice *in, uint8_t *to,
                                           size_t max, size_t *made, struct assay_error *err);
/* Steps over all of bytes; sink gets what they unpack to. */
MUST_CHECK enum assay_status inflater_feed(struct inflater *inflater, struct slice bytes,
                                           sink_fn *sink, void *ctx, struct assay_error *err);
/* All members or frames complete, at least one. */
MUST_CHECK enum assay_status inflater_finish(struct inflater *inflater, struct assay_error *err);

#endif
