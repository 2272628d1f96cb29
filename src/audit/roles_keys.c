/* SPDX-License-Identifier: Apache-2.0 */
/* The keys that verified parents gave a role, version by version. */
#include "audit/roles_parts.h"

#include "base/mem.h"

void key_sets_clear(struct key_sets *sets)
{
    mem_free(sets->items);
    *sets = (struct key_sets){ .count = 0 };
}

void key_cache_clear(struct key_cache *cache)
{
    for (size_t i = 0; i < cache->count; i++) {
        key_free(cache->items[i].key);
    }
    *cache = (struct key_cache){ .count = 0 };
}

bool role_parent(const char *role, struct slice *out)
{
    struct slice name = slice_from_string(role);
    size_t slash = slice_find_last(name, '/');
    *out = slice_first(name, slash);
    return slash < name.len;
}

static bool same_keys(const struct audit_role_keys *a, const struct audit_role_keys *b)
{
    return a->threshold == b->threshold &&
           slice_equal(slice_of(a->keys, a->key_count * sizeof(*a->keys)),
                       slice_of(b->keys, b->key_count * sizeof(*b->keys)));
}

static enum assay_status add_set(struct key_sets *sets, const struct audit_role_keys *keys,
                                 const struct audit_version *version, struct assay_error *err)
{
    bool is_vouched = version->trust == AUDIT_VOUCHED;
    struct key_set *last = sets->count == 0 ? NULL : &sets->items[sets->count - 1];
    if (last != NULL && last->is_vouched == is_vouched && same_keys(last->keys, keys)) {
        last->last = version->version;
        return ASSAY_OK;
    }
    TRY(mem_grow(&sets->items, sets->count, &sets->cap, sizeof(*sets->items), err));
    sets->items[sets->count++] =
        (struct key_set){ keys, version->version, version->version, is_vouched };
    return ASSAY_OK;
}

/* Whether what the version says of keys is of use: see key_sets_collect. */
static bool tells_keys(const struct audit_version *version, bool is_root, size_t vouched)
{
    return version->trust == AUDIT_VOUCHED ||
           (version->trust == AUDIT_UNVOUCHED && is_root && vouched == 0);
}

enum assay_status key_sets_collect(const struct audit_history *history, const char *role,
                                   struct key_sets *out, struct assay_error *err)
{
    struct slice name;
    const struct audit_role *parent = NULL;
    bool is_delegation = role_parent(role, &name);
    for (size_t i = 0; i < history->role_count; i++) {
        if (slice_is(is_delegation ? name : SLICE_LITERAL("root"), history->roles[i].name)) {
            parent = &history->roles[i];
        }
    }
    size_t vouched = 0;
    for (size_t i = 0; parent != NULL && i < parent->count; i++) {
        const struct audit_version *version = &parent->versions[i];
        const struct audit_role_keys *keys =
            tells_keys(version, !is_delegation, vouched) ? audit_version_keys(version, role) : NULL;
        vouched += version->trust == AUDIT_VOUCHED;
        if (keys != NULL && keys->key_count > 0) {
            TRY(add_set(out, keys, version, err));
        }
    }
    return ASSAY_OK;
}
