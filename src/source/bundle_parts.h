/* SPDX-License-Identifier: Apache-2.0 */
/* What an open bundle is made of, and the reading of its index. Private to bundle*.c. */
#ifndef SOURCE_BUNDLE_PARTS_H
#define SOURCE_BUNDLE_PARTS_H

#include "base/arena.h"
#include "source/bundle.h"
#include "json/tree.h"

#define BUNDLE_INDEX_NAME  "assay-bundle.json"
#define BUNDLE_BLOB_PREFIX "blobs/sha256/"
#define BUNDLE_SCHEMA      1

struct bundle_blob {
    struct digest digest; /* SHA-256; the archive's names are in its order */
    uint64_t size;        /* bytes */
    uint64_t offset;      /* of the first one in the file */
    bool is_named;        /* the index names it */
};

struct bundle_role {
    const char *name;
    const struct bundle_blob *blob;
};

struct bundle_entry {
    struct bundle_repository view;
    struct bundle_role *roles; /* in byte order of names */
    size_t role_count;
};

struct bundle {
    int fd;
    char *path;
    struct bundle_blob *blobs;
    size_t blob_count;
    size_t blob_cap;
    struct arena arena; /* owns all below */
    struct bundle_entry *entries;
    size_t entry_count;
    const struct bundle_blob **documents;
    size_t document_count;
};

/* NULL when the bundle does not hold it. */
struct bundle_blob *bundle_blob_find(const struct bundle *bundle, const struct digest *digest);
/* The blob's bytes, hashed here. ASSAY_BUNDLE. */
MUST_CHECK enum assay_status bundle_blob_read(const struct bundle *bundle,
                                              const struct bundle_blob *blob, size_t max_bytes,
                                              struct buf *out, struct assay_error *err);
/* Reads assay-bundle.json: its names are checked, and it names exactly the blobs that are there. */
MUST_CHECK enum assay_status bundle_index_parse(struct bundle *bundle, struct slice text,
                                                struct assay_error *err);

#endif
