/* SPDX-License-Identifier: Apache-2.0 */
#include "tuf/trusted.h"

#include "base/mem.h"
#include "tuf/machine.h"

#include <inttypes.h>

enum assay_status tuf_trusted_new(const struct tuf_trusted_options *options,
                                  struct tuf_trusted **out, struct assay_error *err)
{
    *out = NULL;
    struct tuf_trusted *trusted = mem_alloc(1, sizeof(*trusted));
    if (trusted == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    trusted->dialect = options->dialect;
    trusted->now_unix_s = options->now_unix_s;
    trusted->floors = options->floors;
    trusted->trace = options->trace;
    trusted->ca_pem.max = LIMIT_CA_FILE_BYTES;
    trusted->gun = mem_copy_string(options->gun);
    if (trusted->gun == NULL) {
        tuf_trusted_free(trusted);
        return FAIL_NO_MEMORY(err);
    }
    *out = trusted;
    return ASSAY_OK;
}

void tuf_trusted_free(struct tuf_trusted *trusted)
{
    if (trusted == NULL) {
        return;
    }
    machine_clear_nodes(trusted);
    taken_free(trusted->snapshot);
    taken_free(trusted->timestamp);
    taken_free(trusted->root);
    tuf_keyring_clear(&trusted->ring);
    buf_clear(&trusted->ca_pem);
    mem_free(trusted->gun);
    mem_free(trusted);
}

static enum assay_status parse_timestamp(struct tuf_taken *taken,
                                         const struct tuf_verified *verified,
                                         const struct tuf_load *load,
                                         const struct tuf_dialect *dialect, struct assay_error *err)
{
    (void)load;
    taken->header = &taken->map.header;
    return tuf_timestamp_parse(verified, dialect, &taken->arena, &taken->map, err);
}

static enum assay_status parse_snapshot(struct tuf_taken *taken,
                                        const struct tuf_verified *verified,
                                        const struct tuf_load *load,
                                        const struct tuf_dialect *dialect, struct assay_error *err)
{
    (void)load;
    taken->header = &taken->map.header;
    return tuf_snapshot_parse(verified, dialect, &taken->arena, &taken->map, err);
}

static enum assay_status parse_targets(struct tuf_taken *taken, const struct tuf_verified *verified,
                                       const struct tuf_load *load,
                                       const struct tuf_dialect *dialect, struct assay_error *err)
{
    taken->header = &taken->targets.header;
    return tuf_targets_parse(verified, dialect, load->role, &taken->arena, &taken->targets, err);
}

enum assay_status tuf_trusted_add_timestamp(struct tuf_trusted *trusted, struct slice bytes,
                                            struct assay_error *err)
{
    if (trusted->phase != PHASE_CLOSED) {
        return FAIL(err, ASSAY_INTERNAL, "a timestamp out of order");
    }
    struct tuf_load load = { .role = "timestamp",
                             .max_bytes = LIMIT_TIMESTAMP_BYTES,
                             .max_nodes = LIMIT_JSON_NODES,
                             .keys = &trusted->root->root.roles[TUF_TIMESTAMP],
                             .parse = parse_timestamp };
    TRY(machine_load(trusted, &load, bytes, &trusted->timestamp, err));
    trusted->phase = PHASE_TIMESTAMP;
    return ASSAY_OK;
}

/* The snapshot must have been made for the very root that we ended at. */
static enum assay_status check_root_named(const struct tuf_trusted *trusted,
                                          const struct tuf_taken *snapshot, struct assay_error *err)
{
    const struct tuf_taken *root = trusted->root;
    const struct tuf_meta *meta = tuf_meta_map_find(&snapshot->map, trusted->dialect, "root");
    char subject[SUBJECT_BYTES], found[DIGEST_TEXT_BYTES];
    machine_subject("root", root->header->version, subject);
    digest_format(&root->sha256, found);
    enum assay_status status = tuf_meta_check(meta, subject, root->bytes, err);
    if (status == ASSAY_LENGTH_MISMATCH || status == ASSAY_HASH_MISMATCH) {
        char expected[DIGEST_TEXT_BYTES];
        digest_format(&meta->sha256, expected);
        status = FAIL(err, ASSAY_HASH_MISMATCH,
                      "the snapshot was made for another root than version %" PRIu64
                      ": expected %s with %" PRIu64 " bytes, found %s with %zu",
                      root->header->version, expected, meta->length, found, root->bytes.len);
    }
    if (status != ASSAY_OK) {
        return machine_note_failure(trusted, RULE_META_HASH, subject, status, err);
    }
    trace_add(trusted->trace, RULE_META_HASH, true, subject, "%zu bytes, %s, as the snapshot says",
              root->bytes.len, found);
    return ASSAY_OK;
}

enum assay_status tuf_trusted_add_snapshot(struct tuf_trusted *trusted, struct slice bytes,
                                           struct assay_error *err)
{
    if (trusted->phase != PHASE_TIMESTAMP) {
        return FAIL(err, ASSAY_INTERNAL, "a snapshot out of order");
    }
    struct tuf_load load = { .role = "snapshot",
                             .max_bytes = LIMIT_SNAPSHOT_BYTES,
                             .max_nodes = LIMIT_JSON_NODES,
                             .meta = tuf_trusted_meta(trusted, "snapshot"),
                             .keys = &trusted->root->root.roles[TUF_SNAPSHOT],
                             .parse = parse_snapshot };
    AUTO_TAKEN taken = NULL;
    TRY(machine_load(trusted, &load, bytes, &taken, err));
    TRY(check_root_named(trusted, taken, err));
    trusted->snapshot = STEAL(taken);
    trusted->phase = PHASE_SNAPSHOT;
    return ASSAY_OK;
}

/* The delegation as its parent has it: keys that can vouch, paths that it may speak for. */
static enum assay_status check_delegation(const struct tuf_trusted *trusted, struct tuf_node *node,
                                          struct assay_error *err)
{
    enum assay_status status = machine_check_node(trusted, node, err);
    if (status != ASSAY_OK) {
        return machine_note_failure(trusted, RULE_DELEGATION, node->name, status, err);
    }
    TRY(machine_set_paths(node, err));
    trace_add(trusted->trace, RULE_DELEGATION, true, node->name,
              "%s delegates to it, with %zu keys, for %zu path prefixes", node->parent->name,
              node->keys->count, node->path_count);
    return ASSAY_OK;
}

enum assay_status tuf_trusted_add_targets(struct tuf_trusted *trusted, const char *role,
                                          struct slice bytes, struct assay_error *err)
{
    if (trusted->phase != PHASE_SNAPSHOT) {
        return FAIL(err, ASSAY_INTERNAL, "%s out of order", role);
    }
    struct tuf_node *node = machine_find_node(trusted, role);
    if (node == NULL) {
        return FAIL(err, ASSAY_ROLE_MISSING, "no loaded role delegates to %s", role);
    }
    if (node->taken != NULL) {
        return FAIL(err, ASSAY_INTERNAL, "%s is loaded already", role);
    }
    if (node->how != NULL) {
        TRY(check_delegation(trusted, node, err));
    }
    struct tuf_load load = { .role = node->name,
                             .max_bytes = LIMIT_TARGETS_BYTES,
                             .max_nodes = UINT64_MAX,
                             .meta = tuf_trusted_meta(trusted, role),
                             .keys = node->keys,
                             .parse = parse_targets };
    if (load.meta == NULL) {
        return FAIL(err, ASSAY_ROLE_MISSING, "the snapshot does not name %s", role);
    }
    AUTO_TAKEN taken = NULL;
    TRY(machine_load(trusted, &load, bytes, &taken, err));
    TRY(machine_add_nodes(trusted, node, taken, err));
    node->taken = STEAL(taken);
    return ASSAY_OK;
}

const struct tuf_meta *tuf_trusted_meta(const struct tuf_trusted *trusted, const char *role)
{
    bool is_snapshot = strcmp(role, tuf_top_role_names[TUF_SNAPSHOT]) == 0;
    const struct tuf_taken *parent = is_snapshot ? trusted->timestamp : trusted->snapshot;
    return parent == NULL ? NULL : tuf_meta_map_find(&parent->map, trusted->dialect, role);
}

/* No node: not delegated, or nobody could say yet. */
static enum assay_status check_parent_loaded(const struct tuf_trusted *trusted, const char *role,
                                             struct assay_error *err)
{
    char parent[LIMIT_ROLE_NAME_BYTES + 1] = { 0 };
    struct slice name = slice_from_string(role);
    size_t len = slice_find_last(name, '/');
    if (len > LIMIT_ROLE_NAME_BYTES) {
        return ASSAY_OK; /* too long a name to be delegated */
    }
    memcpy(parent, role, len);
    const struct tuf_node *node = machine_find_node(trusted, parent);
    const struct tuf_node *top = machine_find_node(trusted, tuf_top_role_names[TUF_TARGETS]);
    if (top == NULL || top->taken == NULL || (node != NULL && node->taken == NULL)) {
        return FAIL(err, ASSAY_INTERNAL, "%s is asked for before its parent", role);
    }
    return ASSAY_OK;
}

/* A delegation that the snapshot does not name: never published, or withheld. */
static enum assay_status judge_absent(const struct tuf_trusted *trusted,
                                      const struct tuf_node *node, struct assay_error *err)
{
    const struct tuf_floor *floor =
        trusted->floors == NULL ? NULL : tuf_floors_find(trusted->floors, node->name);
    if (floor == NULL) {
        return ASSAY_OK;
    }
    struct digest identities[LIMIT_ROLE_KEYS];
    size_t count = tuf_role_keys_identities(node->keys, identities);
    bool fell = false;
    TRY(tuf_floor_check(floor, node->name, floor->version, &floor->sha256, identities, count, &fell,
                        err));
    if (fell) {
        return ASSAY_OK;
    }
    enum assay_status status =
        FAIL(err, ASSAY_ROLE_MISSING,
             "%s is delegated and version %" PRIu64 " of it was seen, but the snapshot lacks it",
             node->name, floor->version);
    return machine_note_failure(trusted, RULE_DELEGATION, node->name, status, err);
}

enum assay_status tuf_trusted_delegation(const struct tuf_trusted *trusted, const char *role,
                                         enum tuf_delegation *out, struct assay_error *err)
{
    *out = TUF_DELEGATION_NONE;
    const struct tuf_node *node = machine_find_node(trusted, role);
    if (node == NULL) {
        return check_parent_loaded(trusted, role, err);
    }
    if (node->how == NULL) {
        return FAIL(err, ASSAY_INTERNAL, "%s is no delegation", role);
    }
    if (node->keys->count == 0) {
        return ASSAY_OK; /* its last key was taken away: the parent signed that */
    }
    enum assay_status status = machine_check_node(trusted, node, err);
    if (status != ASSAY_OK) {
        return machine_note_failure(trusted, RULE_DELEGATION, node->name, status, err);
    }
    if (tuf_trusted_meta(trusted, role) != NULL) {
        *out = TUF_DELEGATION_PUBLISHED;
        return ASSAY_OK;
    }
    TRY(judge_absent(trusted, node, err));
    *out = TUF_DELEGATION_UNPUBLISHED;
    return ASSAY_OK;
}
