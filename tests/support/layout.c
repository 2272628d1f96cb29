/* SPDX-License-Identifier: Apache-2.0 */
/* Repositories as files. */
#include "repo.h"

#include <stdio.h>

size_t repo_served_names(const struct repo *repo, const struct repo_file *file,
                         const char *names[3])
{
    struct pool *pool = repo->pool;
    size_t count = 0;
    if (file->kind < FILE_ROOT) {
        return 0;
    }
    const char *plain = file->name;
    if (file->kind == FILE_ROOT) {
        names[count++] = file->name;
        const char *last = pool_printf(pool, "%u.root", repo_root_version(repo));
        if (strcmp(last, file->name) != 0) {
            return count;
        }
        plain = "root";
    }
    names[count++] = plain;
    if (file->kind != FILE_TIMESTAMP) {
        names[count++] =
            pool_printf(pool, "%s.%s", plain, pool_hex(pool, sha256_raw(pool, file->bytes)));
    }
    return count;
}

void repo_write_cache(const struct repo *repo, const char *out)
{
    for (size_t i = 0; i < repo->file_count; i++) {
        const char *names[3];
        size_t count = repo_served_names(repo, repo->files[i], names);
        /* Docker's own cache has no hashed names; older roots are added under their numbers. */
        for (size_t j = 0; j < count && j < (repo->files[i]->kind == FILE_ROOT ? 2U : 1U); j++) {
            file_save(
                pool_printf(repo->pool, "%s/tuf/%s/metadata/%s.json", out, repo->gun, names[j]),
                repo->files[i]->bytes);
        }
    }
}

void repo_write_server(const struct repo *repo, const char *out)
{
    for (size_t i = 0; i < repo->file_count; i++) {
        const char *names[3];
        size_t count = repo_served_names(repo, repo->files[i], names);
        for (size_t j = 0; j < count; j++) {
            file_save(
                pool_printf(repo->pool, "%s/v2/%s/_trust/tuf/%s.json", out, repo->gun, names[j]),
                repo->files[i]->bytes);
        }
    }
}

void repo_write_oci(struct repo *repo, const char *out, const char *reference)
{
    struct pool *pool = repo->pool;
    for (size_t i = 0; i < repo->file_count; i++) {
        const struct repo_file *file = repo->files[i];
        if (file->kind < FILE_ROOT) {
            struct slice hash =
                repo->sha512 ? sha512_raw(pool, file->bytes) : sha256_raw(pool, file->bytes);
            file_save(pool_printf(pool, "%s/blobs/%s/%s", out, repo->sha512 ? "sha512" : "sha256",
                                  pool_hex(pool, hash)),
                      file->bytes);
        }
    }
    const struct repo_file *index = repo_file(repo, "index");
    const char *text = pool_printf(
        pool,
        "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\","
        "\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.index.v1+json\","
        "\"digest\":\"%s\",\"size\":%zu,"
        "\"annotations\":{\"org.opencontainers.image.ref.name\":\"%s\"}}]}",
        repo->sha512 ? sha512_text(pool, index->bytes) : sha256_text(pool, index->bytes),
        index->bytes.len, reference);
    file_save(pool_printf(pool, "%s/index.json", out), slice_from_string(text));
    file_save(pool_printf(pool, "%s/oci-layout", out),
              slice_from_string("{\"imageLayoutVersion\":\"1.0.0\"}"));
}
