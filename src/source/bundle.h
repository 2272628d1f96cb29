/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bundle: evidence for an offline verification in one file, a deterministic tar of
 *
 *   assay-bundle.json     what is there: schema, repositories, references
 *   blobs/sha256/HEX      the bytes: role files, roots, manifests, indexes, configs
 *
 * Evidence, never a root of trust: what it says is a claim until the trusted machine and the
 * digests agree. Servers and times in it are shown and decide nothing.
 */
#ifndef SOURCE_BUNDLE_H
#define SOURCE_BUNDLE_H

#include "base/buf.h"
#include "source/source.h"

struct bundle; /* an open one; does not change: several threads may use it */

/* ASSAY_BUNDLE for a form that is not as above or a blob that is not what its name says,
 * ASSAY_FILE_IO, ASSAY_ARCHIVE and the others of archive.h. */
MUST_CHECK enum assay_status bundle_open(const char *path, struct bundle **out,
                                         struct assay_error *err);
void bundle_free(struct bundle *bundle); /* NULL is fine */
/* Whether path is still the file that bundle was opened from, NULL: still nothing. ASSAY_OUTPUT. */
MUST_CHECK enum assay_status bundle_check_current(const struct bundle *bundle, const char *path,
                                                  struct assay_error *err);
const char *bundle_path(const struct bundle *bundle);

struct bundle_repository {
    const char *gun;
    const char *server;            /* a claim; "" when unknown */
    int64_t modified_unix_s;       /* the server's time of its newest file, a claim; 0: unknown */
    const char *const *references; /* full names, in byte order */
    size_t reference_count;
};
/* Borrowed from the bundle; NULL at the end. In byte order of GUNs. */
const struct bundle_repository *bundle_repository_at(const struct bundle *bundle, size_t index);
/* NULL when there is none of that name. */
const struct bundle_repository *bundle_repository_find(const struct bundle *bundle,
                                                       const char *gun);

/* A role file: "timestamp", "snapshot", "targets/releases", "root", "3.root". *found false: the
 * bundle does not have it. The bytes have the digest that the bundle names. */
MUST_CHECK enum assay_status bundle_metadata(const struct bundle *bundle, const char *gun,
                                             const char *name, size_t max_bytes, struct buf *out,
                                             bool *found, struct assay_error *err);
/* Calls each with the names of all role files of a repository, in byte order. */
MUST_CHECK enum assay_status bundle_metadata_names(const struct bundle *bundle, const char *gun,
                                                   name_fn *each, void *ctx,
                                                   struct assay_error *err);
/* Manifests, indexes and configs in order of their digests; false at the end. */
MUST_CHECK bool bundle_document_at(const struct bundle *bundle, size_t index, struct digest *digest,
                                   uint64_t *size);
/* Manifests, indexes and configs by digest, as a source: by_digest and blob; named says
 * ASSAY_MANIFEST_MISSING, and there are no layers. Borrows the bundle. */
MUST_CHECK enum assay_status bundle_source_new(const struct bundle *bundle, struct source **out,
                                               struct assay_error *err);

/* ---- writing ---- */

struct bundle_writer;
/* base: a bundle whose contents are taken over first; NULL: none. Borrowed for the writer's life.
 */
MUST_CHECK enum assay_status bundle_writer_new(const struct bundle *base,
                                               struct bundle_writer **out, struct assay_error *err);
void bundle_writer_free(struct bundle_writer *writer); /* NULL is fine */
/* Begins a repository: what base had of its role files is replaced; references stay. */
MUST_CHECK enum assay_status bundle_writer_repository(struct bundle_writer *writer, const char *gun,
                                                      const char *server, int64_t modified_unix_s,
                                                      struct assay_error *err);
/* Of the repository begun last. Copies. */
MUST_CHECK enum assay_status bundle_writer_metadata(struct bundle_writer *writer, const char *name,
                                                    struct slice bytes, struct assay_error *err);
MUST_CHECK enum assay_status bundle_writer_reference(struct bundle_writer *writer,
                                                     const char *reference,
                                                     struct assay_error *err);
MUST_CHECK enum assay_status bundle_writer_document(struct bundle_writer *writer,
                                                    struct slice bytes, struct assay_error *err);
/* The same contents give the same bytes. A new file beside path, synced, then renamed over it:
 * path holds the old bundle or the new one. ASSAY_OUTPUT. */
MUST_CHECK enum assay_status bundle_writer_save(struct bundle_writer *writer, const char *path,
                                                struct assay_error *err);

#endif
