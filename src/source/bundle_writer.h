/* SPDX-License-Identifier: Apache-2.0 */
/* What a bundle in the making is made of. Private to bundle_write.c and bundle_save.c. */
#ifndef SOURCE_BUNDLE_WRITER_H
#define SOURCE_BUNDLE_WRITER_H

#include "source/bundle_parts.h"

struct writer_role {
    char *name;
    struct digest digest;
    uint64_t size;
};

struct writer_repository {
    char *gun;
    char *server;
    int64_t modified_unix_s;
    struct writer_role *roles;
    size_t role_count;
    size_t role_cap;
    char **references;
    size_t reference_count;
    size_t reference_cap;
};

struct writer_blob {
    struct digest digest;
    uint64_t size;
    struct buf bytes; /* empty: the base has them */
    bool is_document;
    bool is_used; /* by a role file; what was replaced is not */
};

struct bundle_writer {
    const struct bundle *base; /* NULL: none */
    struct writer_repository *repositories;
    size_t repository_count;
    size_t repository_cap;
    size_t current; /* the repository begun last */
    struct writer_blob *blobs;
    size_t blob_count;
    size_t blob_cap;
};

/* NULL when there is none. */
struct writer_blob *bundle_writer_blob(const struct bundle_writer *writer,
                                       const struct digest *digest);

#endif
