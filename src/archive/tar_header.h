/* SPDX-License-Identifier: Apache-2.0 */
/* One block of a tar header, and the records of a PAX header (POSIX.1-2017, pax). For what reads
 * and writes tar. */
#ifndef ARCHIVE_TAR_HEADER_H
#define ARCHIVE_TAR_HEADER_H

#include "base/buf.h"
#include "base/limits.h"

#define TAR_BLOCK_BYTES 512UL

struct tar_header {
    int type; /* the type flag; '0' for the old NUL */
    uint64_t size;
    struct slice name; /* borrowed from the block */
    struct slice prefix;
    struct slice link;
};

bool tar_is_zero(struct slice bytes);
/* ASSAY_ARCHIVE: wrong checksum, a number that is none. */
MUST_CHECK enum assay_status tar_header_parse(const uint8_t block[TAR_BLOCK_BYTES],
                                              struct tar_header *out, struct assay_error *err);

/* What a PAX header overrides; texts are borrowed from its bytes. */
struct tar_pax {
    bool has_path;
    bool has_link;
    bool has_size;
    struct slice path;
    struct slice link;
    uint64_t size;
};

/* is_global: of a header for all that follows, which may override nothing. ASSAY_ARCHIVE: a
 * malformed record, one key twice, a sparse file. */
MUST_CHECK enum assay_status tar_pax_parse(struct slice bytes, bool is_global, struct tar_pax *out,
                                           struct assay_error *err);

/* Makes a clean name of one as written: see struct tar_entry. *out is empty for the archive's own
 * root ("./"). ASSAY_ARCHIVE_NAME; ASSAY_ARCHIVE for a file that is named like a directory. */
MUST_CHECK enum assay_status tar_name_clean(struct slice written, bool is_directory,
                                            struct buf *out, struct assay_error *err);

#endif
