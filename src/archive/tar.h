/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A strict reader of tar streams (POSIX ustar with PAX headers, GNU long names): two readers must
 * never see two archives in the same bytes. Entries come in order, names clean.
 */
#ifndef ARCHIVE_TAR_H
#define ARCHIVE_TAR_H

#include "archive/reader.h"

enum tar_kind {
    TAR_FILE,
    TAR_DIRECTORY,
    TAR_SYMLINK,
    TAR_OTHER /* hard link, device, FIFO: never content */
};

struct tar_entry {
    enum tar_kind kind;
    /* Without one leading "./" and, for a directory, the last '/'. Clean: relative, no empty, "."
     * or ".." component, UTF-8 without control characters and backslashes, at most
     * LIMIT_TAR_NAME_BYTES. Borrowed until the next call. */
    const char *name;
    const char *link; /* of a symlink, as written; "" otherwise */
    uint64_t size;    /* content bytes */
    uint64_t offset;  /* of the first one, from where the reader began */
};

struct tar_reader;

/* bytes is borrowed. */
MUST_CHECK enum assay_status tar_reader_new(struct byte_reader *bytes, struct tar_reader **out,
                                            struct assay_error *err);
void tar_reader_free(struct tar_reader *reader); /* NULL is fine */
/* The next entry; goes over what is left of the one before. *end: there is none, and the archive
 * ended as it must: two zero blocks, then nothing but zeros up to the end of the bytes.
 * ASSAY_ARCHIVE, ASSAY_ARCHIVE_NAME, ASSAY_TOO_LARGE, and what the bytes fail with. */
MUST_CHECK enum assay_status tar_next(struct tar_reader *reader, struct tar_entry *entry, bool *end,
                                      struct assay_error *err);
/* Content of the entry; *got is 0 at its end. ASSAY_ARCHIVE when the bytes end before it does. */
MUST_CHECK enum assay_status tar_read(struct tar_reader *reader, uint8_t *to, size_t max,
                                      size_t *got, struct assay_error *err);

#endif
