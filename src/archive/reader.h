/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes in order, from wherever they come: a file, a pipe, a decompressor. */
#ifndef ARCHIVE_READER_H
#define ARCHIVE_READER_H

#include "archive/inflate.h"
#include "base/buf.h"
#include "base/env.h"

struct byte_reader {
    /* At least one byte, at most max; *got is 0 only at the end. ASSAY_FILE_IO when the file cannot
     * be read, ASSAY_COMPRESSION, ASSAY_BOMB from a decompressor. */
    enum assay_status (*read)(struct byte_reader *reader, uint8_t *to, size_t max, size_t *got,
                              struct assay_error *err);
    /* Goes over bytes without handing them out; NULL where only reading does that. Going over more
     * than is there is seen by the next read at the latest. */
    enum assay_status (*skip)(struct byte_reader *reader, uint64_t bytes, struct assay_error *err);
    void (*free)(struct byte_reader *reader);
};

void byte_reader_free(struct byte_reader *reader); /* NULL is fine */
/* Fills to, or less at the end. */
MUST_CHECK enum assay_status byte_reader_fill(struct byte_reader *reader, uint8_t *to, size_t max,
                                              size_t *got, struct assay_error *err);

/* A part of a regular file, by pread: several may read one fd at the same time. fd is borrowed. The
 * end of the file before the end of the part is ASSAY_FILE_IO ("changed while it was read"). */
MUST_CHECK enum assay_status reader_range_new(int fd, uint64_t offset, uint64_t bytes,
                                              struct byte_reader **out, struct assay_error *err);
/* Such a part, whole, appended. */
MUST_CHECK enum assay_status reader_range_read(int fd, uint64_t offset, size_t bytes,
                                               struct buf *out, struct assay_error *err);
/* Everything that comes from a pipe, socket or file, by read; an interruption ends the waiting. fd
 * and env are borrowed. */
MUST_CHECK enum assay_status reader_stream_new(int fd, const struct assay_env *env,
                                               struct byte_reader **out, struct assay_error *err);
/* Looks at the first bytes: gzip and zstd are unpacked, anything else comes as it is. Owns inner,
 * also on failure. *found says what it was. */
MUST_CHECK enum assay_status reader_detect_new(struct byte_reader *inner, uint64_t max_bytes,
                                               enum compression *found, struct byte_reader **out,
                                               struct assay_error *err);

#endif
