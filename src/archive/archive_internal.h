/* SPDX-License-Identifier: Apache-2.0 */
/* The table behind an archive, and the two ways to fill it. Private to archive*.c. */
#ifndef ARCHIVE_ARCHIVE_INTERNAL_H
#define ARCHIVE_ARCHIVE_INTERNAL_H

#include "archive/archive.h"

#include <sys/stat.h>

/* What is kept of struct measured for each file of a stream: its texts are large. */
struct archive_measured {
    enum compression compression;
    enum assay_status unpack_status;
    char *unpack_message; /* owned; NULL after success */
    struct digest stored;
    struct digest unpacked;
    struct digest second; /* of the same bytes, where sha512 may be asked for; else DIGEST_NONE */
    uint64_t stored_bytes;
    uint64_t unpacked_bytes;
};

struct archive_file {
    char *name; /* owned */
    char *link; /* owned; of a symlink */
    enum tar_kind kind;
    uint64_t size;
    uint64_t offset;
    /* Of a stream: what was measured, and the bytes of what may be a document. */
    struct archive_measured *measured;
    struct buf document;
    bool has_document;
};

struct archive {
    char *shown;
    struct archive_options options;
    int fd; /* of a plain tar in a regular file; -1 of a stream */
    struct stat opened;
    struct archive_file *files; /* in the order of the archive */
    size_t count;
    size_t cap;
    struct archive_file **by_name; /* sorted */
    size_t document_bytes;
    uint64_t unpacked_bytes; /* of all packed files of a stream */
    size_t table_bytes;
};

/* Counts bytes of the table; ASSAY_TOO_LARGE. */
MUST_CHECK enum assay_status archive_charge(struct archive *archive, size_t bytes,
                                            struct assay_error *err);
MUST_CHECK enum assay_status archive_add(struct archive *archive, const struct tar_entry *entry,
                                         struct assay_error *err);
/* Reads a whole stream; owns bytes, also on failure. */
MUST_CHECK enum assay_status archive_read_stream(struct archive *archive, struct byte_reader *bytes,
                                                 struct assay_error *err);
/* Below a link or a file stands no entry: a program that unpacks would write through the link, to
 * another entry's place. by_name is sorted. ASSAY_ARCHIVE_LINK. */
MUST_CHECK enum assay_status archive_check_parents(const struct archive *archive,
                                                   struct assay_error *err);
/* What was measured, in the form that was asked for. */
void archive_hand_out(const struct archive_file *file, struct archive_layer *layer);

#endif
