/* SPDX-License-Identifier: Apache-2.0 */
/* What can be asked of the machine once it has taken roles in. */
#include "base/text.h"
#include "tuf/machine.h"

#include <stdio.h>

/* A role that is not loaded answers nothing only if there is nothing of it to load. */
static enum assay_status check_nothing_to_load(const struct tuf_trusted *trusted, const char *role,
                                               struct assay_error *err)
{
    enum tuf_delegation delegation = TUF_DELEGATION_NONE;
    TRY(tuf_trusted_delegation(trusted, role, &delegation, err));
    if (delegation == TUF_DELEGATION_PUBLISHED) {
        return FAIL(err, ASSAY_INTERNAL, "%s is asked before it is loaded", role);
    }
    return ASSAY_OK;
}

enum assay_status tuf_trusted_find(const struct tuf_trusted *trusted, const char *role,
                                   struct slice name, struct tuf_target *out, bool *found,
                                   struct assay_error *err)
{
    *found = false;
    const struct tuf_node *node = machine_find_node(trusted, role);
    if (node == NULL || node->taken == NULL) {
        return check_nothing_to_load(trusted, role, err);
    }
    const struct tuf_target_entry *entry = tuf_targets_find(&node->taken->targets, name);
    if (entry == NULL || !machine_node_covers(node, name)) {
        return ASSAY_OK;
    }
    if (entry->length == 0) {
        return FAIL(err, ASSAY_SCHEMA, "%s: \"%.*s\" is listed with length 0", role,
                    SLICE_ARGS(name));
    }
    TRY(tuf_targets_get(&node->taken->targets, entry, out, err));
    *found = true;
    return ASSAY_OK;
}

size_t tuf_trusted_target_count(const struct tuf_trusted *trusted, const char *role)
{
    const struct tuf_node *node = machine_find_node(trusted, role);
    return node == NULL || node->taken == NULL ? 0 : node->taken->targets.count;
}

enum assay_status tuf_trusted_target_at(const struct tuf_trusted *trusted, const char *role,
                                        size_t index, struct tuf_target *out,
                                        struct assay_error *err)
{
    const struct tuf_node *node = machine_find_node(trusted, role);
    if (node == NULL || node->taken == NULL || index >= node->taken->targets.count) {
        return FAIL(err, ASSAY_INTERNAL, "%s has no entry %zu", role, index);
    }
    const struct tuf_targets *targets = &node->taken->targets;
    return tuf_targets_get(targets, &targets->entries[index], out, err);
}

static void view_key(const struct tuf_listed_key *listed, bool signed_it, struct tuf_key_view *out)
{
    *out = (struct tuf_key_view){ .type = listed->type, .signed_it = signed_it };
    text_sanitise(listed->id, out->id, sizeof(out->id));
    if (listed->key != NULL) {
        memcpy(out->canonical_id, listed->key->canonical_id, sizeof(out->canonical_id));
        out->identity = *key_identity(listed->key->key);
    }
}

static void view_role(const char *name, const struct tuf_role_keys *keys,
                      const struct tuf_taken *taken, struct tuf_role_view *out)
{
    *out = (struct tuf_role_view){ .name = name,
                                   .loaded = taken != NULL,
                                   .threshold = keys->threshold,
                                   .key_count = keys->count };
    if (taken != NULL) {
        out->version = taken->header->version;
        out->expires_unix_s = taken->header->expires_unix_s;
    }
    for (size_t i = 0; i < keys->count; i++) {
        view_key(keys->keys[i], taken != NULL && taken->signers.signed_it[i], &out->keys[i]);
    }
}

/* The file of one of the four; NULL when it is not loaded. */
static const struct tuf_taken *top_taken(const struct tuf_trusted *trusted, enum tuf_top_role role)
{
    switch (role) {
    case TUF_ROOT:
        return trusted->root;
    case TUF_TIMESTAMP:
        return trusted->timestamp;
    case TUF_SNAPSHOT:
        return trusted->snapshot;
    case TUF_TARGETS:
        return trusted->node_count == 0 ? NULL : trusted->nodes[0]->taken;
    case TUF_TOP_ROLES:
        break;
    }
    return NULL;
}

bool tuf_trusted_role_at(const struct tuf_trusted *trusted, size_t index, struct tuf_role_view *out)
{
    if (trusted->root == NULL) {
        return false;
    }
    if (index < TUF_TOP_ROLES) {
        view_role(tuf_top_role_names[index], &trusted->root->root.roles[index],
                  top_taken(trusted, (enum tuf_top_role)index), out);
        return true;
    }
    size_t node = index - TUF_TOP_ROLES + 1; /* the first node is top-level targets */
    if (node >= trusted->node_count) {
        return false;
    }
    view_role(trusted->nodes[node]->name, trusted->nodes[node]->keys, trusted->nodes[node]->taken,
              out);
    return true;
}

void tuf_trusted_root_view(const struct tuf_trusted *trusted, struct tuf_root_view *out)
{
    *out = (struct tuf_root_view){ .root = NULL };
    if (trusted->root != NULL) {
        out->root = &trusted->root->root;
        out->sha256 = &trusted->root->sha256;
        out->own = &trusted->root->signers;
        out->former = &trusted->root->former;
    }
}

static enum assay_status put_floor(const char *role, const struct tuf_role_keys *keys,
                                   const struct tuf_taken *taken, struct tuf_floors *floors,
                                   size_t *fell, struct assay_error *err)
{
    if (taken == NULL) {
        return ASSAY_OK;
    }
    struct tuf_floor floor = { .version = taken->header->version,
                               .sha256 = taken->sha256,
                               .length = taken->bytes.len,
                               .expires_unix_s = taken->header->expires_unix_s };
    (void)snprintf(floor.role, sizeof(floor.role), "%s", role);
    floor.key_count = tuf_role_keys_identities(keys, floor.keys);
    *fell += taken->floor_fell ? 1 : 0;
    return tuf_floors_put(floors, &floor, err);
}

/* Roots that were not closed, since something failed, were not held against their floor yet. */
static bool root_stands(const struct tuf_trusted *trusted)
{
    if (trusted->phase >= PHASE_CLOSED || trusted->floors == NULL) {
        return trusted->root != NULL;
    }
    const struct tuf_floor *floor = tuf_floors_find(trusted->floors, tuf_top_role_names[TUF_ROOT]);
    bool fell = false;
    return trusted->root != NULL &&
           tuf_floor_check(floor, tuf_top_role_names[TUF_ROOT], trusted->root->header->version,
                           &trusted->root->sha256, NULL, 0, &fell, NULL) == ASSAY_OK;
}

enum assay_status tuf_trusted_floors(const struct tuf_trusted *trusted, struct tuf_floors *floors,
                                     size_t *fell, struct assay_error *err)
{
    *fell = 0;
    if (!root_stands(trusted)) {
        return ASSAY_OK;
    }
    for (size_t i = 0; i < TUF_TARGETS; i++) {
        TRY(put_floor(tuf_top_role_names[i], &trusted->root->root.roles[i],
                      top_taken(trusted, (enum tuf_top_role)i), floors, fell, err));
    }
    for (size_t i = 0; i < trusted->node_count; i++) {
        const struct tuf_node *node = trusted->nodes[i];
        TRY(put_floor(node->name, node->keys, node->taken, floors, fell, err));
    }
    return ASSAY_OK;
}
