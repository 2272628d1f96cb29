/* SPDX-License-Identifier: Apache-2.0 */
/* What an update stores, and when. */
#include "base/mem.h"
#include "tuf/update_parts.h"

/* The chain of roots as the store keeps it, with the anchor's kind. */
static enum assay_status next_roots(struct tuf_update *update, struct assay_error *err)
{
    struct tuf_state *next = &update->next;
    if (next->anchor == TUF_ANCHOR_NONE) {
        next->anchor = update->accepted_first_use ? TUF_ANCHOR_TOFU : TUF_ANCHOR_PIN;
    }
    for (size_t i = next->root_count; i < update->chain_count; i++) {
        struct tuf_stored_root root = { .version = update->chain[i].version,
                                        .length = update->chain[i].bytes.len };
        TRY(digest_compute(DIGEST_SHA256, buf_slice(&update->chain[i].bytes), &root.sha256, err));
        TRY(tuf_state_add_root(next, &root, err));
    }
    return ASSAY_OK;
}

/* Hands the store the new roots and the role files; a file's hash is its role's floor. */
static enum assay_status write_state(struct tuf_update *update, size_t role_count,
                                     struct assay_error *err)
{
    size_t most = update->chain_count + role_count;
    AUTO_MEM struct tuf_object *objects = mem_alloc(most, sizeof(*objects));
    if (objects == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    size_t count = 0;
    for (size_t i = 0; i < update->chain_count; i++) {
        objects[count++] = (struct tuf_object){ .sha256 = update->next.roots[i].sha256,
                                                .bytes = buf_slice(&update->chain[i].bytes) };
    }
    for (size_t i = 0; i < role_count; i++) {
        const struct loaded_role *role = &update->loaded[i];
        const struct tuf_floor *floor = tuf_floors_find(&update->next.floors, role->role);
        if (floor == NULL) {
            return FAIL(err, ASSAY_INTERNAL, "%s was taken in without a floor", role->role);
        }
        objects[count++] = (struct tuf_object){ .sha256 = floor->sha256, .bytes = role->bytes };
    }
    return tuf_store_commit(update->options.store, &update->next, objects, count, err);
}

/* Roots that were verified before a later failure are kept: a revocation must not be lost because
 * another file is bad (TUF 5.3.8). Of a first run that failed nothing is kept, but for a chain from
 * a pin that is longer than one run may follow: the next run goes on from there. */
enum assay_status update_keep_roots(struct tuf_update *update, enum assay_status failure,
                                    struct assay_error *err)
{
    size_t known = update->before == NULL ? 0 : update->before->root_count;
    bool goes_on = failure == ASSAY_ROOT_LIMIT && update->options.pin->kind != TUF_PIN_NONE;
    if (update->options.store == NULL || (known == 0 && !goes_on) || update->chain_count <= known) {
        return ASSAY_OK;
    }
    struct tuf_floors floors = { 0 };
    size_t fell = 0;
    enum assay_status status = tuf_trusted_floors(update->trusted, &floors, &fell, err);
    const struct tuf_floor *root = status == ASSAY_OK ? tuf_floors_find(&floors, "root") : NULL;
    if (root != NULL) {
        status = tuf_floors_put(&update->next.floors, root, err);
    }
    tuf_floors_clear(&floors);
    TRY(status);
    TRY(next_roots(update, err));
    return write_state(update, 0, err);
}

bool tuf_update_was_seen(const struct tuf_update *update, const char *tag,
                         const struct digest *digest)
{
    for (size_t i = 0; i < update->next.seen_count; i++) {
        if (strcmp(tag, update->next.seen[i].tag) == 0 &&
            digest_equal(&update->next.seen[i].digest, digest)) {
            return true;
        }
    }
    return false;
}

enum assay_status tuf_update_mark_seen(struct tuf_update *update, const char *tag,
                                       const struct digest *digest, struct assay_error *err)
{
    return update->options.store == NULL ? ASSAY_OK
                                         : tuf_state_add_seen(&update->next, tag, digest, err);
}

enum assay_status tuf_update_commit(struct tuf_update *update, struct assay_error *err)
{
    if (update->options.store == NULL) {
        return ASSAY_OK;
    }
    TRY(next_roots(update, err));
    TRY(tuf_trusted_floors(update->trusted, &update->next.floors, &update->fallen_floors, err));
    if (update->options.now_unix_s > update->next.last_seen_unix_s) {
        update->next.last_seen_unix_s = update->options.now_unix_s;
    }
    return write_state(update, update->loaded_count, err);
}
