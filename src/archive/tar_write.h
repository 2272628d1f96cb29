/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a tar (POSIX ustar) into memory. The same contents give the same bytes: mode 0644, owner
 * and group 0 without names, time 0; two zero blocks end it and no padding to a larger record
 * follows.
 */
#ifndef ARCHIVE_TAR_WRITE_H
#define ARCHIVE_TAR_WRITE_H

#include "archive/tar_header.h"

/* The header of a regular file; name is clean and shorter than 100 bytes, size below 8 GiB. */
MUST_CHECK enum assay_status tar_write_header(const char *name, uint64_t size,
                                              uint8_t out[TAR_BLOCK_BYTES],
                                              struct assay_error *err);
/* A regular file: header, bytes, zeros up to a whole block. ASSAY_TOO_LARGE when out is full. */
MUST_CHECK enum assay_status tar_write_file(struct buf *out, const char *name, struct slice bytes,
                                            struct assay_error *err);
MUST_CHECK enum assay_status tar_write_end(struct buf *out, struct assay_error *err);

#endif
