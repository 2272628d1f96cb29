/* SPDX-License-Identifier: Apache-2.0 */
/* What batches found, brought together in order. */
#include "audit/roots_parts.h"

#include "base/mem.h"

struct merge {
    const struct root_batch *batch;
    uint32_t *map; /* from the batch's keys to the history's */
    struct audit_history *history;
    const struct audit_version *former; /* NULL: this is the first */
};

static enum assay_status map_key(struct merge *merge, uint32_t from, uint32_t *out,
                                 struct assay_error *err)
{
    if (merge->map[from] == UINT32_MAX) {
        TRY(audit_history_adopt(merge->history, &merge->batch->found.keys[from], &merge->map[from],
                                err));
    }
    *out = merge->map[from];
    return ASSAY_OK;
}

static enum assay_status map_role(struct merge *merge, const struct audit_role_keys *former,
                                  struct audit_role_keys *role, struct assay_error *err)
{
    uint32_t keys[LIMIT_ROLE_KEYS];
    for (size_t i = 0; i < role->key_count; i++) {
        TRY(map_key(merge, role->keys[i], &keys[i], err));
    }
    return root_keys_list(merge->history, former == NULL ? NULL : former->keys,
                          former == NULL ? 0 : former->key_count, keys, role->key_count,
                          &role->keys, err);
}

static enum assay_status map_set(struct merge *merge, const uint32_t *former, size_t former_count,
                                 const uint32_t **set, size_t count, struct assay_error *err)
{
    uint32_t keys[LIMIT_KEYS];
    size_t put = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t key = 0;
        TRY(map_key(merge, (*set)[i], &key, err));
        put = root_keys_put(keys, put, key);
    }
    return root_keys_list(merge->history, former, former_count, keys, put, set, err);
}

static enum assay_status map_version(struct merge *merge, struct audit_version *version,
                                     struct assay_error *err)
{
    const struct audit_version *former = merge->former;
    for (size_t i = 0; i < TUF_TOP_ROLES; i++) {
        TRY(map_role(merge, former == NULL ? NULL : &former->roles[i], &version->roles[i], err));
    }
    TRY(map_set(merge, former == NULL ? NULL : former->signers,
                former == NULL ? 0 : former->signer_count, &version->signers, version->signer_count,
                err));
    TRY(map_set(merge, former == NULL ? NULL : former->unused,
                former == NULL ? 0 : former->unused_count, &version->unused, version->unused_count,
                err));
    return audit_history_text(merge->history, slice_from_string(version->failure),
                              &version->failure, err);
}

/* NOLINTNEXTLINE(readability-non-const-parameter): it is written to through the merge */
enum assay_status root_merge(const struct root_batch *batch, size_t index, uint32_t *map,
                             struct audit_history *history, struct root_findings *found,
                             struct assay_error *err)
{
    struct audit_role *role = found->role;
    struct merge merge = { .batch = batch, .map = map, .history = history };
    uint64_t number = batch->role->versions[index].version;
    for (; index < batch->role->count && batch->role->versions[index].version == number; index++) {
        struct audit_version version = batch->role->versions[index];
        merge.former = role->count == 0 ? NULL : &role->versions[role->count - 1];
        TRY(map_version(&merge, &version, err));
        TRY(mem_grow(&found->marks, role->count, &found->mark_cap, sizeof(*found->marks), err));
        found->marks[role->count] = batch->marks[index];
        TRY(audit_role_add(role, &version, err));
    }
    return ASSAY_OK;
}
