/* SPDX-License-Identifier: Apache-2.0 */
/* The roles that may list targets, and what each may speak for. */
#include "tuf/machine.h"

#include "base/mem.h"

#include <inttypes.h>

struct tuf_node *machine_find_node(const struct tuf_trusted *trusted, const char *role)
{
    for (size_t i = 0; i < trusted->node_count; i++) {
        if (strcmp(role, trusted->nodes[i]->name) == 0) {
            return trusted->nodes[i];
        }
    }
    return NULL;
}

static void drop_nodes_from(struct tuf_trusted *trusted, size_t first)
{
    for (size_t i = first; i < trusted->node_count; i++) {
        taken_free(trusted->nodes[i]->taken);
        mem_free(trusted->nodes[i]->paths);
        mem_free(trusted->nodes[i]);
    }
    trusted->node_count = first;
}

void machine_clear_nodes(struct tuf_trusted *trusted)
{
    drop_nodes_from(trusted, 0);
    mem_free(trusted->nodes);
    trusted->nodes = NULL;
    trusted->node_cap = 0;
}

static enum assay_status add_node(struct tuf_trusted *trusted, const struct tuf_node *node,
                                  struct assay_error *err)
{
    TRY(mem_grow(&trusted->nodes, trusted->node_count, &trusted->node_cap,
                 sizeof(struct tuf_node *), err));
    struct tuf_node *copy = mem_alloc(1, sizeof(*copy));
    if (copy == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    *copy = *node;
    trusted->nodes[trusted->node_count++] = copy;
    return ASSAY_OK;
}

/* Decodes what can be decoded. A key that cannot makes its own role unusable, not the others: it is
 * judged by machine_check_node, when the role is wanted. */
static enum assay_status load_keys(struct tuf_trusted *trusted, struct tuf_role_keys *keys,
                                   struct assay_error *err)
{
    for (size_t i = 0; i < keys->count; i++) {
        struct assay_error reason = ERROR_INIT;
        enum assay_status status =
            tuf_keyring_load(&trusted->ring, trusted->dialect, keys->keys[i], &reason);
        if (status != ASSAY_OK && assay_status_class(status) != ASSAY_CLASS_REJECTED) {
            return FAIL(err, status, "%s", reason.message);
        }
    }
    return ASSAY_OK;
}

enum assay_status machine_add_nodes(struct tuf_trusted *trusted, const struct tuf_node *parent,
                                    struct tuf_taken *taken, struct assay_error *err)
{
    struct tuf_delegations *list = &taken->targets.delegations;
    size_t before = trusted->node_count;
    if (before - 1 + list->count > LIMIT_DELEGATIONS) {
        return FAIL(err, ASSAY_DELEGATION_LIMIT,
                    "expected at most %d delegations in a repository, found %zu", LIMIT_DELEGATIONS,
                    before - 1 + list->count);
    }
    enum assay_status status = ASSAY_OK;
    for (size_t i = 0; i < list->count && status == ASSAY_OK; i++) {
        struct tuf_delegated *how = &list->items[i];
        struct tuf_node node = {
            .name = how->name, .keys = &how->keys, .how = how, .parent = parent
        };
        status = load_keys(trusted, &how->keys, err);
        if (status == ASSAY_OK) {
            status = add_node(trusted, &node, err);
        }
    }
    if (status != ASSAY_OK) {
        drop_nodes_from(trusted, before);
    }
    return status;
}

enum assay_status machine_set_top_node(struct tuf_trusted *trusted, struct assay_error *err)
{
    struct tuf_node node = { .name = tuf_top_role_names[TUF_TARGETS],
                             .keys = &trusted->root->root.roles[TUF_TARGETS] };
    return add_node(trusted, &node, err);
}

enum assay_status machine_check_node(const struct tuf_trusted *trusted, const struct tuf_node *node,
                                     struct assay_error *err)
{
    for (size_t i = 0; i < node->keys->count; i++) {
        /* the error was not kept: decoding again, aside, gives it again */
        AUTO_KEYRING aside = { .items = NULL };
        struct tuf_listed_key listed = *node->keys->keys[i];
        TRY_IN(tuf_keyring_load(&aside, trusted->dialect, &listed, err), err, "role %s",
               node->name);
    }
    size_t distinct = tuf_role_keys_distinct(node->keys);
    if (node->keys->threshold > distinct) {
        return FAIL(err, ASSAY_THRESHOLD_UNREACHABLE,
                    "%s asks for %" PRIu64 " signers and has %zu distinct keys", node->name,
                    node->keys->threshold, distinct);
    }
    return ASSAY_OK;
}

bool machine_node_covers(const struct tuf_node *node, struct slice name)
{
    if (node->how == NULL) {
        return true;
    }
    for (size_t i = 0; i < node->path_count; i++) {
        if (slice_has_prefix(name, node->paths[i])) {
            return true;
        }
    }
    return false;
}

enum assay_status machine_set_paths(struct tuf_node *node, struct assay_error *err)
{
    size_t count = node->how->path_count;
    struct slice *paths = mem_alloc(count == 0 ? 1 : count, sizeof(struct slice));
    if (paths == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    mem_free(node->paths); /* of an attempt that failed */
    node->paths = paths;
    node->path_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (machine_node_covers(node->parent, node->how->paths[i])) {
            paths[node->path_count++] = node->how->paths[i];
        }
    }
    return ASSAY_OK;
}
