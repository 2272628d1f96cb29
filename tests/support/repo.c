/* SPDX-License-Identifier: Apache-2.0 */
#include "repo.h"

#include <stdio.h>
#include <time.h>

#define DAY_S 86400

const struct repo_spec repo_spec_acme = {
    .gun = "reg.test/acme/app",
    .made_unix_s = 1799539200, /* 2027-01-10T00:00:00Z */
    .root_threshold = 2,
    .root_versions = 3,
    .delegation = true,
    .timestamp_days = 14,
    .role_days = 1095,
    .root_days = 3650,
};

char *time_text(struct pool *pool, int64_t unix_s)
{
    time_t when = (time_t)unix_s;
    struct tm parts;
    char out[64];
    (void)gmtime_r(&when, &parts);
    (void)strftime(out, sizeof(out), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return pool_string(pool, out);
}

struct repo_file *repo_find(struct repo *repo, const char *name)
{
    if (strcmp(name, "root") == 0) {
        name = pool_printf(repo->pool, "%u.root", repo_root_version(repo));
    }
    for (size_t i = 0; i < repo->file_count; i++) {
        if (strcmp(repo->files[i]->name, name) == 0) {
            return repo->files[i];
        }
    }
    return NULL;
}

struct repo_file *repo_file(struct repo *repo, const char *name)
{
    struct repo_file *file = repo_find(repo, name);
    if (file == NULL) {
        die("%s: no such file in the repository", name);
    }
    return file;
}

struct repo_file *repo_add(struct repo *repo, const char *name, enum file_kind kind,
                           struct node *doc)
{
    if (repo->file_count == REPO_FILES) {
        die("more than %d files", REPO_FILES);
    }
    struct repo_file *file = pool_alloc(repo->pool, sizeof(*file));
    file->name = pool_string(repo->pool, name);
    file->kind = kind;
    file->doc = doc;
    file->form = NODE_WIRE;
    repo->files[repo->file_count++] = file;
    return file;
}

void repo_link(struct repo_file *file, enum link_kind kind, const char *pointer, const char *target)
{
    if (file->link_count == REPO_LINKS) {
        die("%s: more than %d links", file->name, REPO_LINKS);
    }
    file->links[file->link_count++] = (struct repo_link){ kind, pointer, target };
}

unsigned repo_root_version(const struct repo *repo)
{
    unsigned count = 0;
    for (size_t i = 0; i < repo->file_count; i++) {
        count += repo->files[i]->kind == FILE_ROOT;
    }
    return count;
}

const struct meta_key *repo_key(struct repo *repo, const char *name)
{
    const struct test_key *key = keyring_get(repo->ring, name);
    if (strncmp(name, "root", 4) != 0) {
        return meta_key_bare(repo->pool, key);
    }
    struct cert_spec spec = {
        .subject = key,
        .common_name = slice_from_string(repo->gun),
        .not_before_unix_s = repo->made_unix_s - DAY_S,
        .not_after_unix_s = repo->made_unix_s + (int64_t)7300 * DAY_S,
    };
    return meta_key_certified(repo->pool, key, cert_make(repo->pool, &spec));
}

/* ---- sealing ---- */

static void fill_meta(struct pool *pool, struct node *at, const struct repo_file *target, bool both)
{
    struct node *hashes = node_object(pool);
    struct slice sha256 = pool_base64(pool, sha256_raw(pool, target->bytes));
    (void)node_add(pool, hashes, "sha256", node_bytes(pool, sha256));
    if (both) {
        struct slice sha512 = pool_base64(pool, sha512_raw(pool, target->bytes));
        (void)node_add(pool, hashes, "sha512", node_bytes(pool, sha512));
    }
    (void)node_put(pool, at, "hashes", hashes);
    (void)node_put(pool, at, "length", node_int(pool, (long long)target->bytes.len));
}

static void fill_link(struct repo *repo, const struct repo_file *file, const struct repo_link *link)
{
    struct pool *pool = repo->pool;
    struct node *at = node_at(file->doc, link->pointer);
    const struct repo_file *target = repo_file(repo, link->file);
    if (at == NULL) {
        die("%s: no %s to link", file->name, link->pointer);
    }
    switch (link->kind) {
    case LINK_META:
    case LINK_TARGET:
        fill_meta(pool, at, target, link->kind == LINK_META);
        break;
    case LINK_DESCRIPTOR:
        (void)node_put(pool, at, "digest",
                       node_string(pool, repo->sha512 ? sha512_text(pool, target->bytes)
                                                      : sha256_text(pool, target->bytes)));
        (void)node_put(pool, at, "size", node_int(pool, (long long)target->bytes.len));
        break;
    case LINK_DIFF_ID:
    default:
        at->text = slice_from_string(repo->sha512_diff_ids ? sha512_text(pool, target->plain)
                                                           : sha256_text(pool, target->plain));
        break;
    }
}

struct node *repo_sign(struct pool *pool, const struct repo_file *file)
{
    struct slice message = node_write(pool, file->doc, NODE_CANONICAL);
    struct node *signatures = node_array(pool);
    for (size_t i = 0; i < file->signer_count; i++) {
        (void)node_push(signatures, meta_key_signature(pool, file->signers[i], message));
    }
    struct node *envelope = node_object(pool);
    (void)node_add(pool, envelope, "signed", file->doc);
    (void)node_add(pool, envelope, "signatures", signatures);
    return envelope;
}

static void seal_file(struct repo *repo, struct repo_file *file, const struct repo_hooks *hooks)
{
    for (size_t i = 0; i < file->link_count; i++) {
        fill_link(repo, file, &file->links[i]);
    }
    if (hooks != NULL) {
        hooks->before(hooks->ctx, file);
    }
    if (file->doc != NULL) {
        struct node *whole = file->doc;
        if (file->kind >= FILE_ROOT) {
            whole = repo_sign(repo->pool, file);
            if (hooks != NULL) {
                hooks->after(hooks->ctx, file, whole);
            }
        }
        file->bytes = node_write(repo->pool, whole, file->form);
    }
    if (hooks != NULL) {
        hooks->bytes(hooks->ctx, file);
    }
}

void repo_seal(struct repo *repo, const struct repo_hooks *hooks)
{
    repo_seal_from(repo, FILE_LAYER, hooks);
}

void repo_seal_from(struct repo *repo, enum file_kind first, const struct repo_hooks *hooks)
{
    for (int kind = (int)first; kind <= FILE_TIMESTAMP; kind++) {
        for (size_t i = 0; i < repo->file_count; i++) {
            if ((int)repo->files[i]->kind == kind) {
                seal_file(repo, repo->files[i], hooks);
            }
        }
    }
}
