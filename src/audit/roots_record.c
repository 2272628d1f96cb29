/* SPDX-License-Identifier: Apache-2.0 */
/* From a root in the machine to a version in the history. */
#include "audit/roots_parts.h"

enum assay_status root_note_keys(struct root_walker *walker, struct root_batch *batch,
                                 struct assay_error *err)
{
    struct tuf_root_view view;
    walker->root_key_count = 0;
    if (walker->machine == NULL) {
        return ASSAY_OK;
    }
    tuf_trusted_root_view(walker->machine, &view);
    const struct tuf_role_keys *keys = &view.root->roles[TUF_ROOT];
    for (size_t i = 0; i < keys->count; i++) {
        TRY(audit_history_key(&batch->found, keys->keys[i], &walker->root_keys[i], err));
    }
    walker->root_key_count = keys->count;
    return ASSAY_OK;
}

/* ---- lists of keys ---- */

enum assay_status root_keys_list(struct audit_history *history, const uint32_t *former,
                                 size_t former_count, const uint32_t *list, size_t count,
                                 const uint32_t **out, struct assay_error *err)
{
    if (former != NULL && slice_equal(slice_of(former, former_count * sizeof(*former)),
                                      slice_of(list, count * sizeof(*list)))) {
        *out = former;
        return ASSAY_OK;
    }
    return audit_history_list(history, list, count, out, err);
}

static const struct audit_version *newest(const struct audit_role *role)
{
    return role->count == 0 ? NULL : &role->versions[role->count - 1];
}

static enum assay_status record_role(struct root_batch *batch, const struct tuf_role_keys *from,
                                     const struct audit_role_keys *former,
                                     struct audit_role_keys *out, struct assay_error *err)
{
    uint32_t keys[LIMIT_ROLE_KEYS];
    for (size_t i = 0; i < from->count; i++) {
        TRY(audit_history_key(&batch->found, from->keys[i], &keys[i], err));
    }
    out->threshold = from->threshold;
    out->key_count = from->count;
    return root_keys_list(&batch->found, former == NULL ? NULL : former->keys,
                          former == NULL ? 0 : former->key_count, keys, from->count, &out->keys,
                          err);
}

size_t root_keys_put(uint32_t *list, size_t count, uint32_t key)
{
    size_t place = count;
    while (place > 0 && list[place - 1] > key) {
        place--;
    }
    if (place > 0 && list[place - 1] == key) {
        return count;
    }
    memmove(&list[place + 1], &list[place], (count - place) * sizeof(*list));
    list[place] = key;
    return count + 1;
}

/* ---- who signed ---- */

static enum assay_status record_signers(const struct root_walker *walker, struct root_batch *batch,
                                        const struct tuf_root_view *view, bool starts,
                                        struct audit_version *out, struct assay_error *err)
{
    uint32_t signers[2 * LIMIT_ROLE_KEYS];
    size_t count = 0;
    const struct audit_role_keys *own = &out->roles[TUF_ROOT];
    for (size_t i = 0; i < own->key_count; i++) {
        if (view->own->signed_it[i]) {
            count = root_keys_put(signers, count, own->keys[i]);
        }
    }
    for (size_t i = 0; !starts && i < walker->root_key_count; i++) {
        if (view->former->signed_it[i]) {
            count = root_keys_put(signers, count, walker->root_keys[i]);
        }
    }
    out->signer_count = count;
    return audit_history_list(&batch->found, signers, count, &out->signers, err);
}

/* ---- keys that no role names ---- */

static bool is_used(const struct tuf_root *root, const struct tuf_listed_key *key)
{
    for (size_t i = 0; i < TUF_TOP_ROLES; i++) {
        for (size_t j = 0; j < root->roles[i].count; j++) {
            if (root->roles[i].keys[j] == key) {
                return true;
            }
        }
    }
    return false;
}

/* Decoded, if it can be, to tell whose key it is; it decides nothing. */
static enum assay_status record_unused_key(struct root_batch *batch, const struct root_rules *rules,
                                           const struct tuf_listed_key *listed, uint32_t *out,
                                           struct assay_error *err)
{
    struct tuf_listed_key key = *listed;
    key.key = NULL;
    TRY(audit_history_key(&batch->found, &key, out, err));
    if (batch->found.keys[*out].material.len > 0) {
        return ASSAY_OK;
    }
    enum assay_status status = tuf_keyring_load(&batch->spare, rules->dialect, &key, NULL);
    if (status == ASSAY_NO_MEMORY) {
        return FAIL_NO_MEMORY(err);
    }
    return status == ASSAY_OK ? audit_history_key(&batch->found, &key, out, err) : ASSAY_OK;
}

static enum assay_status record_unused(struct root_batch *batch, const struct root_rules *rules,
                                       const struct tuf_root *root,
                                       const struct audit_version *former,
                                       struct audit_version *out, struct assay_error *err)
{
    uint32_t keys[LIMIT_KEYS];
    size_t count = 0;
    for (size_t i = 0; i < root->keys.count; i++) {
        const struct tuf_listed_key *listed = &root->keys.items[i];
        uint32_t key = 0;
        if (is_used(root, listed)) {
            continue;
        }
        TRY(record_unused_key(batch, rules, listed, &key, err));
        count = root_keys_put(keys, count, key);
    }
    out->unused_count = count;
    return root_keys_list(&batch->found, former == NULL ? NULL : former->unused,
                          former == NULL ? 0 : former->unused_count, keys, count, &out->unused,
                          err);
}

/* ---- a version ---- */

static enum assay_status record_root(const struct root_walker *walker, struct root_batch *batch,
                                     const struct tuf_trusted *machine, bool starts,
                                     struct audit_version *out, struct assay_error *err)
{
    const struct audit_version *former = newest(batch->role);
    struct tuf_root_view view;
    tuf_trusted_root_view(machine, &view);
    out->sha256 = *view.sha256;
    out->expires_unix_s = view.root->header.expires_unix_s;
    for (size_t i = 0; i < TUF_TOP_ROLES; i++) {
        TRY(record_role(batch, &view.root->roles[i], former == NULL ? NULL : &former->roles[i],
                        &out->roles[i], err));
    }
    TRY(record_signers(walker, batch, &view, starts, out, err));
    return record_unused(batch, walker->rules, view.root, former, out, err);
}

static enum assay_status record_reason(struct root_batch *batch, const struct assay_error *reason,
                                       struct audit_version *out, struct assay_error *err)
{
    out->trust = reason->status == ASSAY_OK ? AUDIT_UNVOUCHED : AUDIT_INVALID;
    out->status = reason->status;
    return reason->status == ASSAY_OK
               ? ASSAY_OK
               : audit_history_text(&batch->found, slice_from_string(reason->message),
                                    &out->failure, err);
}

/* NOLINTNEXTLINE(readability-function-size): the eighth parameter is the error, as everywhere */
enum assay_status root_record(struct root_walker *walker, struct root_batch *batch,
                              uint64_t version, const struct root_content *content,
                              const struct tuf_trusted *machine, const struct assay_error *reason,
                              const struct root_mark *mark, struct assay_error *err)
{
    struct audit_version made = { .version = version, .failure = "", .length = content->bytes.len };
    if (machine != NULL) {
        TRY(record_root(walker, batch, machine, mark->starts || !mark->in_chain, &made, err));
    } else {
        TRY(digest_compute(DIGEST_SHA256, content->bytes, &made.sha256, err));
    }
    TRY(record_reason(batch, reason, &made, err));
    if (content->modified_unix_s != 0) {
        audit_time_improve(&made.published, AUDIT_SOURCE_MODIFIED, content->modified_unix_s);
    }
    TRY(audit_role_add(batch->role, &made, err));
    batch->marks[batch->role->count - 1] = *mark;
    return ASSAY_OK;
}
