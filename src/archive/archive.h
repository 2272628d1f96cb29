/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tar archive as a table of names. A plain tar in a regular file is indexed by its headers and
 * read where something is asked for; anything else (a pipe, gzip or zstd around the whole) is read
 * once from beginning to end: every file is measured as it flows by, and documents that are small
 * enough are kept. Who uses it sees no difference. Nothing is extracted: names are only compared.
 *
 * After opening it does not change: several threads may use it.
 */
#ifndef ARCHIVE_ARCHIVE_H
#define ARCHIVE_ARCHIVE_H

#include "archive/measure.h"
#include "archive/tar.h"
#include "base/buf.h"

struct archive;
struct archive_file; /* a regular file of the archive; lives as long as the archive */

struct archive_options {
    const struct assay_env *env;
    unsigned threads;
    uint64_t max_unpacked_bytes; /* of all packed files of a stream; 0: LIMIT_ARCHIVE_BYTES */
};

/* A file named by the user; links are followed. shown names it in messages, e.g. "app.tar".
 * ASSAY_FILE_IO for what is neither a regular file nor a pipe; ASSAY_ARCHIVE, ASSAY_ARCHIVE_NAME,
 * ASSAY_ARCHIVE_DUPLICATE (a name of two entries, unless both are directories),
 * ASSAY_COMPRESSION, ASSAY_TOO_LARGE. */
MUST_CHECK enum assay_status archive_open_file(const char *path,
                                               const struct archive_options *options,
                                               struct archive **out, struct assay_error *err);
/* A stream; fd is borrowed for the call only. */
MUST_CHECK enum assay_status archive_open_stream(int fd, const char *shown,
                                                 const struct archive_options *options,
                                                 struct archive **out, struct assay_error *err);
void archive_free(struct archive *archive); /* NULL is fine */
const char *archive_shown(const struct archive *archive);

/* The file of that name; *out is NULL when there is none. A symlink is resolved by the table of
 * names, one hop, to a regular file anywhere in the archive, where follow says so (layers);
 * otherwise, and every other kind of entry, is ASSAY_ARCHIVE_LINK. */
MUST_CHECK enum assay_status archive_find(const struct archive *archive, const char *name,
                                          bool follow, const struct archive_file **out,
                                          struct assay_error *err);
uint64_t archive_file_size(const struct archive_file *file);
/* A document, whole. ASSAY_TOO_LARGE beyond max_bytes (at most LIMIT_ARCHIVE_DOCUMENT). */
MUST_CHECK enum assay_status archive_read(const struct archive *archive,
                                          const struct archive_file *file, size_t max_bytes,
                                          struct buf *out, struct assay_error *err);

struct archive_layer {
    const struct archive_file *file;
    bool detect; /* as in struct measure_job */
    enum compression compression;
    enum digest_alg stored_alg;
    enum digest_alg unpacked_alg;
    struct measured out;
};
/* ASSAY_TOO_LARGE for files beyond LIMIT_BLOB_BYTES. Measures files of a plain tar now; of a stream
 * it hands out what was measured: by SHA-512 what lies in blobs/sha512/, by SHA-256 the rest, and
 * of the former what it unpacks to by both. Another algorithm is ASSAY_DIGEST_ALGORITHM in
 * out.status. The file changing meanwhile is ASSAY_FILE_IO. */
MUST_CHECK enum assay_status archive_measure(const struct archive *archive,
                                             struct archive_layer *layers, size_t count,
                                             struct assay_error *err);

/* Entries in the order of the archive, of any kind, for listing what nothing refers to. */
size_t archive_entry_count(const struct archive *archive);
const char *archive_entry_name(const struct archive *archive, size_t index);

#endif
