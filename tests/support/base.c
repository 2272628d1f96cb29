/* SPDX-License-Identifier: Apache-2.0 */
/* The repository that fixtures and cases start from. */
#include "repo.h"

#include <stdio.h>

#define DAY_S 86400

static struct node *role_new(struct repo *repo, const char *type, long long version,
                             int64_t expires_unix_s)
{
    struct node *out = node_object(repo->pool);
    (void)node_add(repo->pool, out, "_type", node_string(repo->pool, type));
    (void)node_add(repo->pool, out, "expires",
                   node_string(repo->pool, time_text(repo->pool, expires_unix_s)));
    (void)node_add(repo->pool, out, "version", node_int(repo->pool, version));
    return out;
}

/* {"keyids":[...],"threshold":N}, and the keys into keys. */
static struct node *role_entry(struct pool *pool, struct node *keys,
                               const struct meta_key *const *list, size_t count,
                               long long threshold)
{
    struct node *ids = node_array(pool);
    for (size_t i = 0; i < count; i++) {
        (void)node_put(pool, keys, list[i]->id, meta_key_node(pool, list[i]));
        (void)node_push(ids, node_string(pool, list[i]->id));
    }
    struct node *out = node_object(pool);
    (void)node_add(pool, out, "keyids", ids);
    (void)node_add(pool, out, "threshold", node_int(pool, threshold));
    return out;
}

void root_set_role(struct repo *repo, struct node *root, const char *role,
                   const struct meta_key *const *keys, size_t count, long long threshold)
{
    struct node *entry = role_entry(repo->pool, node_member(root, "keys"), keys, count, threshold);
    (void)node_put(repo->pool, node_member(root, "roles"), role, entry);
}

struct node *targets_new(struct repo *repo, long long version, int64_t expires_unix_s)
{
    struct pool *pool = repo->pool;
    struct node *out = role_new(repo, "Targets", version, expires_unix_s);
    struct node *delegations = node_object(pool);
    (void)node_add(pool, delegations, "keys", node_object(pool));
    (void)node_add(pool, delegations, "roles", node_array(pool));
    (void)node_add(pool, out, "delegations", delegations);
    (void)node_add(pool, out, "targets", node_object(pool));
    return out;
}

void targets_delegate(struct repo *repo, struct node *targets, const char *role,
                      const struct meta_key *const *keys, size_t count, long long threshold,
                      const char *path)
{
    struct pool *pool = repo->pool;
    struct node *delegations = node_member(targets, "delegations");
    struct node *entry = role_entry(pool, node_member(delegations, "keys"), keys, count, threshold);
    (void)node_add(pool, entry, "name", node_string(pool, role));
    struct node *paths = node_add(pool, entry, "paths", node_array(pool));
    (void)node_push(paths, node_string(pool, path));
    (void)node_push(node_member(delegations, "roles"), entry);
}

void targets_add(struct repo *repo, const char *role, const char *tag, const char *file)
{
    struct repo_file *targets = repo_file(repo, role);
    (void)node_add(repo->pool, node_member(targets->doc, "targets"), tag, node_object(repo->pool));
    repo_link(targets, LINK_TARGET, pool_printf(repo->pool, "/targets/%s", tag), file);
}

static void add_signers(struct repo_file *file, const struct meta_key *const *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        file->signers[file->signer_count++] = keys[i];
    }
}

static void add_root(struct repo *repo, const struct repo_spec *spec, unsigned version)
{
    const struct meta_key *roots[] = { repo_key(repo, "root-a"), repo_key(repo, "root-b") };
    size_t root_count = spec->root_threshold > 1 ? ARRAY_LEN(roots) : 1;
    bool last = version == spec->root_versions;
    const struct meta_key *targets =
        repo_key(repo, last || version > 1 ? "targets" : "targets-old");
    const struct meta_key *snapshot = repo_key(repo, last ? "snapshot" : "snapshot-old");
    const struct meta_key *timestamp = repo_key(repo, "timestamp");
    int64_t expires_unix_s = spec->made_unix_s + spec->root_days * DAY_S;
    struct node *doc = role_new(repo, "Root", version, expires_unix_s);
    (void)node_add(repo->pool, doc, "consistent_snapshot", node_raw(repo->pool, "false"));
    (void)node_add(repo->pool, doc, "keys", node_object(repo->pool));
    (void)node_add(repo->pool, doc, "roles", node_object(repo->pool));
    root_set_role(repo, doc, "root", roots, root_count, (long long)root_count);
    root_set_role(repo, doc, "targets", &targets, 1, 1);
    root_set_role(repo, doc, "snapshot", &snapshot, 1, 1);
    root_set_role(repo, doc, "timestamp", &timestamp, 1, 1);
    struct repo_file *file =
        repo_add(repo, pool_printf(repo->pool, "%u.root", version), FILE_ROOT, doc);
    add_signers(file, roots, root_count);
}

struct repo_file *repo_copy_root(struct repo *repo, unsigned from, unsigned to)
{
    const struct repo_file *old = repo_file(repo, pool_printf(repo->pool, "%u.root", from));
    struct node *doc = node_copy(repo->pool, old->doc);
    (void)node_put(repo->pool, doc, "version", node_int(repo->pool, to));
    struct repo_file *file = repo_add(repo, pool_printf(repo->pool, "%u.root", to), FILE_ROOT, doc);
    add_signers(file, old->signers, old->signer_count);
    return file;
}

static void add_targets(struct repo *repo, const struct repo_spec *spec)
{
    const struct meta_key *key = repo_key(repo, "targets");
    const struct meta_key *releases = repo_key(repo, "releases");
    int64_t expires_unix_s = spec->made_unix_s + spec->role_days * DAY_S;
    struct repo_file *targets =
        repo_add(repo, "targets", FILE_TARGETS, targets_new(repo, 4, expires_unix_s));
    add_signers(targets, &key, 1);
    if (!spec->delegation) {
        targets_add(repo, "targets", "1.0", "index");
        return;
    }
    targets_delegate(repo, targets->doc, "targets/releases", &releases, 1, 1, "");
    struct repo_file *file =
        repo_add(repo, "targets/releases", FILE_TARGETS, targets_new(repo, 2, expires_unix_s));
    add_signers(file, &releases, 1);
    targets_add(repo, "targets/releases", "1.0", "index");
    targets_add(repo, "targets/releases", "arm", "arm64");
    targets_add(repo, "targets", "1.0", "amd64"); /* superseded by targets/releases */
    targets_add(repo, "targets", "legacy", "amd64");
}

/* Snapshot and timestamp, whose entries are filled in when they are sealed. */
static void add_snapshot(struct repo *repo, const struct repo_spec *spec)
{
    struct pool *pool = repo->pool;
    const struct meta_key *snapshot_key = repo_key(repo, "snapshot");
    const struct meta_key *timestamp_key = repo_key(repo, "timestamp");
    struct repo_file *snapshot =
        repo_add(repo, "snapshot", FILE_SNAPSHOT,
                 role_new(repo, "Snapshot", 5, spec->made_unix_s + spec->role_days * DAY_S));
    add_signers(snapshot, &snapshot_key, 1);
    struct node *meta = node_add(pool, snapshot->doc, "meta", node_object(pool));
    (void)node_add(pool, meta, "root", node_object(pool));
    (void)node_add(pool, meta, "targets", node_object(pool));
    repo_link(snapshot, LINK_META, "/meta/root", "root");
    repo_link(snapshot, LINK_META, "/meta/targets", "targets");
    if (spec->delegation) {
        (void)node_add(pool, meta, "targets/releases", node_object(pool));
        repo_link(snapshot, LINK_META, "/meta/targets~1releases", "targets/releases");
    }
    struct repo_file *timestamp =
        repo_add(repo, "timestamp", FILE_TIMESTAMP,
                 role_new(repo, "Timestamp", 7 + spec->later,
                          spec->made_unix_s + spec->timestamp_days * DAY_S));
    add_signers(timestamp, &timestamp_key, 1);
    meta = node_add(pool, timestamp->doc, "meta", node_object(pool));
    (void)node_add(pool, meta, "snapshot", node_object(pool));
    repo_link(timestamp, LINK_META, "/meta/snapshot", "snapshot");
}

void repo_base(struct repo *repo, struct pool *pool, struct keyring *ring,
               const struct repo_spec *spec)
{
    *repo = (struct repo){ .pool = pool,
                           .ring = ring,
                           .gun = spec->gun,
                           .made_unix_s = spec->made_unix_s,
                           .sha512 = spec->sha512,
                           .sha512_diff_ids = spec->sha512_diff_ids };
    repo_add_image(repo);
    for (unsigned version = 1; version <= spec->root_versions; version++) {
        add_root(repo, spec, version);
    }
    add_targets(repo, spec);
    add_snapshot(repo, spec);
}
