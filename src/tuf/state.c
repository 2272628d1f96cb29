/* SPDX-License-Identifier: Apache-2.0 */
#include "tuf/state.h"

#include "base/mem.h"
#include "oci/reference.h"

#include <inttypes.h>

void tuf_state_clear(struct tuf_state *state)
{
    mem_free(state->roots);
    tuf_floors_clear(&state->floors);
    mem_free(state->seen);
    *state = (struct tuf_state){ 0 };
}

/* A copy of count items in *out, NULL for none. */
static enum assay_status copy_items(const void *items, size_t count, size_t size, void *out,
                                    struct assay_error *err)
{
    void *copy = NULL;
    if (count > 0) {
        copy = mem_alloc(count, size);
        if (copy == NULL) {
            return FAIL_NO_MEMORY(err);
        }
        memcpy(copy, items, count * size);
    }
    memcpy(out, &copy, sizeof copy);
    return ASSAY_OK;
}

static enum assay_status copy_into(const struct tuf_state *from, struct tuf_state *to,
                                   struct assay_error *err)
{
    TRY(copy_items(from->roots, from->root_count, sizeof from->roots[0], &to->roots, err));
    to->root_count = from->root_count;
    to->root_cap = from->root_count;
    TRY(copy_items(from->floors.items, from->floors.count, sizeof from->floors.items[0],
                   &to->floors.items, err));
    to->floors.count = from->floors.count;
    to->floors.cap = from->floors.count;
    TRY(copy_items(from->seen, from->seen_count, sizeof from->seen[0], &to->seen, err));
    to->seen_count = from->seen_count;
    to->seen_cap = from->seen_count;
    return ASSAY_OK;
}

enum assay_status tuf_state_copy(const struct tuf_state *from, struct tuf_state *to,
                                 struct assay_error *err)
{
    *to = (struct tuf_state){ .generation = from->generation,
                              .last_seen_unix_s = from->last_seen_unix_s,
                              .anchor = from->anchor };
    enum assay_status status = copy_into(from, to, err);
    if (status != ASSAY_OK) {
        tuf_state_clear(to);
    }
    return status;
}

enum assay_status tuf_state_add_root(struct tuf_state *state, const struct tuf_stored_root *root,
                                     struct assay_error *err)
{
    if (state->root_count > 0 && root->version != state->roots[state->root_count - 1].version + 1) {
        return FAIL(err, ASSAY_INTERNAL, "root %" PRIu64 " does not follow root %" PRIu64,
                    root->version, state->roots[state->root_count - 1].version);
    }
    if (state->root_count >= LIMIT_STORED_ROOTS) {
        return FAIL(err, ASSAY_ROOT_LIMIT, "more than %d roots to remember", LIMIT_STORED_ROOTS);
    }
    TRY(mem_grow(&state->roots, state->root_count, &state->root_cap, sizeof(*state->roots), err));
    state->roots[state->root_count++] = *root;
    return ASSAY_OK;
}

static bool seen_has(const struct tuf_state *state, const char *tag, const struct digest *digest)
{
    for (size_t i = 0; i < state->seen_count; i++) {
        if (strcmp(state->seen[i].tag, tag) == 0 && digest_equal(&state->seen[i].digest, digest)) {
            return true;
        }
    }
    return false;
}

enum assay_status tuf_state_append_seen(struct tuf_state *state, const struct tuf_seen *pair,
                                        struct assay_error *err)
{
    TRY(mem_grow(&state->seen, state->seen_count, &state->seen_cap, sizeof(*state->seen), err));
    state->seen[state->seen_count++] = *pair;
    return ASSAY_OK;
}

enum assay_status tuf_state_add_seen(struct tuf_state *state, const char *tag,
                                     const struct digest *digest, struct assay_error *err)
{
    if (!oci_tag_is_valid(slice_from_string(tag)) || seen_has(state, tag, digest)) {
        return ASSAY_OK;
    }
    struct tuf_seen pair = { .digest = *digest };
    memcpy(pair.tag, tag, strlen(tag));
    if (state->seen_count == LIMIT_SEEN_TAGS) {
        state->seen_count--;
    }
    TRY(tuf_state_append_seen(state, &pair, err));
    memmove(&state->seen[1], &state->seen[0], (state->seen_count - 1) * sizeof state->seen[0]);
    state->seen[0] = pair;
    return ASSAY_OK;
}
