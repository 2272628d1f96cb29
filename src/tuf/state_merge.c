/* SPDX-License-Identifier: Apache-2.0 */
#include "tuf/state.h"

#include "base/mem.h"

#include <inttypes.h>

static bool floor_same(const struct tuf_floor *a, const struct tuf_floor *b)
{
    if (strcmp(a->role, b->role) != 0 || a->version != b->version || a->length != b->length ||
        a->expires_unix_s != b->expires_unix_s || a->key_count != b->key_count ||
        !digest_equal(&a->sha256, &b->sha256)) {
        return false;
    }
    for (size_t i = 0; i < a->key_count; i++) {
        if (!digest_equal(&a->keys[i], &b->keys[i])) {
            return false;
        }
    }
    return true;
}

static bool root_same(const struct tuf_stored_root *a, const struct tuf_stored_root *b)
{
    return a->version == b->version && a->length == b->length &&
           digest_equal(&a->sha256, &b->sha256);
}

static bool seen_same(const struct tuf_seen *a, const struct tuf_seen *b)
{
    return strcmp(a->tag, b->tag) == 0 && digest_equal(&a->digest, &b->digest);
}

static bool seen_find(const struct tuf_state *state, const struct tuf_seen *pair)
{
    for (size_t i = 0; i < state->seen_count; i++) {
        if (seen_same(&state->seen[i], pair)) {
            return true;
        }
    }
    return false;
}

bool tuf_state_same(const struct tuf_state *a, const struct tuf_state *b)
{
    if (a->anchor != b->anchor || a->root_count != b->root_count ||
        a->floors.count != b->floors.count || a->seen_count != b->seen_count) {
        return false;
    }
    for (size_t i = 0; i < a->root_count; i++) {
        if (!root_same(&a->roots[i], &b->roots[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < a->floors.count; i++) {
        if (!floor_same(&a->floors.items[i], &b->floors.items[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < a->seen_count; i++) {
        if (!seen_same(&a->seen[i], &b->seen[i]) && !seen_find(b, &a->seen[i])) {
            return false;
        }
    }
    return true;
}

bool tuf_state_names(const struct tuf_state *state, const struct digest *sha256)
{
    for (size_t i = 0; i < state->root_count; i++) {
        if (digest_equal(&state->roots[i].sha256, sha256)) {
            return true;
        }
    }
    for (size_t i = 0; i < state->floors.count; i++) {
        if (digest_equal(&state->floors.items[i].sha256, sha256)) {
            return true;
        }
    }
    return false;
}

static bool is_top_level(const char *role)
{
    return strcmp(role, "root") == 0 || strcmp(role, "timestamp") == 0 ||
           strcmp(role, "snapshot") == 0 || strcmp(role, "targets") == 0;
}

/* Whether the run made no statement about a delegation: its floor is the one it opened with. */
static bool is_untouched(const struct tuf_state *opened, const struct tuf_floor *floor)
{
    const struct tuf_floor *before = tuf_floors_find(&opened->floors, floor->role);
    return !is_top_level(floor->role) && before != NULL && floor_same(before, floor);
}

static enum assay_status judge_roots(const struct tuf_state *current, const struct tuf_state *next,
                                     struct assay_error *err)
{
    if (next->root_count == 0) {
        return FAIL(err, ASSAY_INTERNAL, "a state without a root is not stored");
    }
    if (current->root_count == 0) {
        return ASSAY_OK;
    }
    uint64_t newest = next->roots[next->root_count - 1].version;
    uint64_t known = current->roots[current->root_count - 1].version;
    if (newest < known) {
        return FAIL(err, ASSAY_ROLLBACK,
                    "root: version %" PRIu64 " was seen before, this is version %" PRIu64, known,
                    newest);
    }
    uint64_t first = current->roots[0].version;
    if (next->roots[0].version > known) {
        return FAIL(err, ASSAY_EQUIVOCATION,
                    "root: another run stored versions up to %" PRIu64
                    ", which this chain does not go on from",
                    known);
    }
    for (size_t i = 0; i < next->root_count; i++) {
        const struct tuf_stored_root *root = &next->roots[i];
        if (root->version >= first && root->version <= known &&
            !root_same(root, &current->roots[root->version - first])) {
            return FAIL(err, ASSAY_EQUIVOCATION,
                        "root version %" PRIu64 " was seen with other bytes", root->version);
        }
    }
    return ASSAY_OK;
}

enum assay_status tuf_state_judge(const struct tuf_state *opened, const struct tuf_state *current,
                                  const struct tuf_state *next, struct assay_error *err)
{
    TRY(judge_roots(current, next, err));
    for (size_t i = 0; i < next->floors.count; i++) {
        const struct tuf_floor *floor = &next->floors.items[i];
        if (is_untouched(opened, floor)) {
            continue;
        }
        bool fell = false;
        TRY(tuf_floor_check(tuf_floors_find(&current->floors, floor->role), floor->role,
                            floor->version, &floor->sha256, floor->keys, floor->key_count, &fell,
                            err));
    }
    return ASSAY_OK;
}

static enum assay_status merge_floor(const struct tuf_state *opened, const struct tuf_floor *theirs,
                                     struct tuf_state *next, struct assay_error *err)
{
    const struct tuf_floor *ours = tuf_floors_find(&next->floors, theirs->role);
    bool is_ours = ours != NULL && !is_untouched(opened, ours);
    return is_ours ? ASSAY_OK : tuf_floors_put(&next->floors, theirs, err);
}

static enum assay_status merge_seen(const struct tuf_seen *theirs, struct tuf_state *next,
                                    struct assay_error *err)
{
    bool is_known = seen_find(next, theirs) || next->seen_count >= LIMIT_SEEN_TAGS;
    return is_known ? ASSAY_OK : tuf_state_append_seen(next, theirs, err);
}

/* The chain that begins earlier is the longer evidence: its beginning and its anchor stay. */
static enum assay_status merge_roots(const struct tuf_state *current, struct tuf_state *next,
                                     struct assay_error *err)
{
    if (current->root_count == 0 || current->roots[0].version > next->roots[0].version) {
        return ASSAY_OK;
    }
    struct tuf_state longer = { .anchor = current->anchor };
    enum assay_status status = ASSAY_OK;
    for (size_t i = 0; i < current->root_count && status == ASSAY_OK &&
                       current->roots[i].version < next->roots[0].version;
         i++) {
        status = tuf_state_add_root(&longer, &current->roots[i], err);
    }
    for (size_t i = 0; i < next->root_count && status == ASSAY_OK; i++) {
        status = tuf_state_add_root(&longer, &next->roots[i], err);
    }
    if (status != ASSAY_OK) {
        tuf_state_clear(&longer);
        return status;
    }
    mem_free(next->roots);
    next->anchor = longer.anchor;
    next->roots = longer.roots;
    next->root_count = longer.root_count;
    next->root_cap = longer.root_cap;
    return ASSAY_OK;
}

enum assay_status tuf_state_merge(const struct tuf_state *opened, const struct tuf_state *current,
                                  struct tuf_state *next, struct assay_error *err)
{
    TRY(merge_roots(current, next, err));
    for (size_t i = 0; i < current->floors.count; i++) {
        TRY(merge_floor(opened, &current->floors.items[i], next, err));
    }
    for (size_t i = 0; i < current->seen_count; i++) {
        TRY(merge_seen(&current->seen[i], next, err));
    }
    if (current->last_seen_unix_s > next->last_seen_unix_s) {
        next->last_seen_unix_s = current->last_seen_unix_s;
    }
    return ASSAY_OK;
}
