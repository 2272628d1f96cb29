/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/history.h"

#include "base/list.h"
#include "base/mem.h"
#include "base/text.h"

#define TEXT_BYTES 4096 /* of a sanitised text; no honest one is longer */

void audit_history_init(struct audit_history *history)
{
    *history = (struct audit_history){ .arena = ARENA_INIT(LIMIT_AUDIT_ARENA) };
}

void audit_history_clear(struct audit_history *history)
{
    for (size_t i = 0; i < history->role_count; i++) {
        mem_free(history->roles[i].versions);
    }
    mem_free(history->roles);
    mem_free(history->keys);
    mem_free(history->keys_by_id);
    mem_free(history->tags);
    mem_free(history->feed);
    arena_clear(&history->arena);
    audit_history_init(history);
}

enum assay_status audit_history_text(struct audit_history *history, struct slice text,
                                     const char **out, struct assay_error *err)
{
    char clean[TEXT_BYTES];
    text_sanitise(text, clean, sizeof(clean));
    return arena_copy_text(&history->arena, slice_from_string(clean), out, err);
}

enum assay_status audit_history_list(struct audit_history *history, const uint32_t *from,
                                     size_t count, const uint32_t **out, struct assay_error *err)
{
    uint32_t *copy = NULL;
    *out = NULL;
    if (count == 0) {
        return ASSAY_OK;
    }
    TRY(arena_alloc(&history->arena, count, sizeof(*copy), &copy, err));
    memcpy(copy, from, count * sizeof(*copy));
    *out = copy;
    return ASSAY_OK;
}

/* ---- keys ---- */

struct wanted_key {
    const struct audit_key *keys;
    const char *id;
};

static int against_key(const void *wanted, const void *index)
{
    const struct wanted_key *key = wanted;
    return strcmp(key->id, key->keys[*(const uint32_t *)index].id);
}

/* Where the id is in keys_by_id, or would be. */
static size_t key_position(const struct audit_history *history, const char *id, bool *found)
{
    const struct wanted_key wanted = { history->keys, id };
    return list_place(&wanted, history->keys_by_id, history->key_count,
                      sizeof(*history->keys_by_id), against_key, found);
}

static enum assay_status describe_key(struct audit_history *history, const struct tuf_key *decoded,
                                      struct audit_key *out, struct assay_error *err)
{
    const struct crypto_key *key = decoded->key;
    const struct key_certificate *leaf = key_leaf(key);
    char algorithm[KEY_ALGORITHM_BYTES];
    key_algorithm(key, algorithm);
    TRY(audit_history_text(history, slice_from_string(algorithm), &out->algorithm, err));
    TRY(arena_copy(&history->arena, key_bare_material(key), &out->material, err));
    memcpy(out->canonical_id, decoded->canonical_id, sizeof(out->canonical_id));
    out->identity = *key_identity(key);
    if (leaf != NULL) {
        TRY(audit_history_text(history, leaf->common_name, &out->common_name, err));
        out->not_before_unix_s = leaf->not_before_unix_s;
        out->not_after_unix_s = leaf->not_after_unix_s;
    }
    return ASSAY_OK;
}

static enum assay_status insert_key(struct audit_history *history, size_t position,
                                    const struct audit_key *made, uint32_t *out,
                                    struct assay_error *err)
{
    TRY(mem_grow(&history->keys, history->key_count, &history->key_cap, sizeof(*history->keys),
                 err));
    *out = (uint32_t)history->key_count;
    TRY(list_open(&history->keys_by_id, &history->key_count, &history->keys_by_id_cap,
                  sizeof(*history->keys_by_id), position, err));
    history->keys_by_id[position] = *out;
    history->keys[*out] = *made;
    return ASSAY_OK;
}

enum assay_status audit_history_key(struct audit_history *history,
                                    const struct tuf_listed_key *listed, uint32_t *out,
                                    struct assay_error *err)
{
    struct audit_key made = { .type = listed->type, .algorithm = "unknown", .common_name = "" };
    bool found = false;
    text_sanitise(listed->id, made.id, sizeof(made.id));
    size_t position = key_position(history, made.id, &found);
    if (found) {
        /* it may have been listed without being used, and so undecoded, before */
        *out = history->keys_by_id[position];
        struct audit_key *there = &history->keys[*out];
        if (there->material.len > 0 || listed->key == NULL) {
            return ASSAY_OK;
        }
        there->type = listed->type;
        return describe_key(history, listed->key, there, err);
    }
    if (listed->key != NULL) {
        TRY(describe_key(history, listed->key, &made, err));
    }
    return insert_key(history, position, &made, out, err);
}

enum assay_status audit_history_adopt(struct audit_history *history, const struct audit_key *from,
                                      uint32_t *out, struct assay_error *err)
{
    struct audit_key made = *from;
    bool found = false;
    size_t position = key_position(history, made.id, &found);
    if (found) {
        *out = history->keys_by_id[position];
        if (history->keys[*out].material.len > 0 || from->material.len == 0) {
            return ASSAY_OK;
        }
    }
    TRY(audit_history_text(history, slice_from_string(from->algorithm), &made.algorithm, err));
    TRY(audit_history_text(history, slice_from_string(from->common_name), &made.common_name, err));
    TRY(arena_copy(&history->arena, from->material, &made.material, err));
    if (found) {
        history->keys[*out] = made;
        return ASSAY_OK;
    }
    return insert_key(history, position, &made, out, err);
}

bool audit_keys_have(const uint32_t *keys, size_t count, uint32_t key)
{
    for (size_t i = 0; i < count; i++) {
        if (keys[i] == key) {
            return true;
        }
    }
    return false;
}

/* ---- roles and their versions ---- */

/* The four stand in front, in their fixed order; delegations follow in byte order. */
static size_t role_rank(const char *name)
{
    for (size_t i = 0; i < TUF_TOP_ROLES; i++) {
        if (strcmp(name, tuf_top_role_names[i]) == 0) {
            return i;
        }
    }
    return TUF_TOP_ROLES;
}

static int compare_roles(const char *a, const char *b)
{
    size_t rank_a = role_rank(a);
    size_t rank_b = role_rank(b);
    if (rank_a != rank_b) {
        return rank_a < rank_b ? -1 : 1;
    }
    return strcmp(a, b);
}

enum assay_status audit_history_role(struct audit_history *history, const char *name,
                                     struct audit_role **out, struct assay_error *err)
{
    size_t place = 0;
    while (place < history->role_count && compare_roles(history->roles[place].name, name) < 0) {
        place++;
    }
    if (place < history->role_count && compare_roles(history->roles[place].name, name) == 0) {
        *out = &history->roles[place];
        return ASSAY_OK;
    }
    struct audit_role made = { .name = NULL };
    TRY(audit_history_text(history, slice_from_string(name), &made.name, err));
    TRY(list_open(&history->roles, &history->role_count, &history->role_cap,
                  sizeof(*history->roles), place, err));
    history->roles[place] = made;
    *out = &history->roles[place];
    return ASSAY_OK;
}

const struct audit_role *audit_history_find(const struct audit_history *history, const char *name)
{
    for (size_t i = 0; i < history->role_count; i++) {
        if (compare_roles(history->roles[i].name, name) == 0) {
            return &history->roles[i];
        }
    }
    return NULL;
}

enum assay_status audit_role_add(struct audit_role *role, const struct audit_version *version,
                                 struct assay_error *err)
{
    size_t place = role->count;
    while (place > 0 && role->versions[place - 1].version > version->version) {
        place--;
    }
    for (size_t i = place; i > 0 && role->versions[i - 1].version == version->version; i--) {
        if (digest_equal(&role->versions[i - 1].sha256, &version->sha256)) {
            return ASSAY_OK;
        }
    }
    if (role->count == LIMIT_AUDIT_VERSIONS) {
        return FAIL(err, ASSAY_ROOT_LIMIT, "%s: expected at most %lu versions, found more",
                    role->name, LIMIT_AUDIT_VERSIONS);
    }
    TRY(list_open(&role->versions, &role->count, &role->cap, sizeof(*role->versions), place, err));
    role->versions[place] = *version;
    return ASSAY_OK;
}

const struct audit_version *audit_role_newest(const struct audit_role *role)
{
    for (size_t i = role == NULL ? 0 : role->count; i > 0; i--) {
        if (role->versions[i - 1].trust == AUDIT_VOUCHED) {
            return &role->versions[i - 1];
        }
    }
    return NULL;
}

const struct audit_version *audit_role_next(const struct audit_role *role,
                                            const struct audit_version *version)
{
    size_t i = version == NULL ? 0 : (size_t)(version - role->versions) + 1;
    while (i < role->count && role->versions[i].trust != AUDIT_VOUCHED) {
        i++;
    }
    return i < role->count ? &role->versions[i] : NULL;
}

const struct audit_delegation *audit_version_delegation(const struct audit_version *version,
                                                        const char *name)
{
    for (size_t i = 0; version != NULL && i < version->delegation_count; i++) {
        if (strcmp(name, version->delegations[i].name) == 0) {
            return &version->delegations[i];
        }
    }
    return NULL;
}

const struct audit_role_keys *audit_version_keys(const struct audit_version *parent,
                                                 const char *role)
{
    const struct audit_delegation *delegation = audit_version_delegation(parent, role);
    for (size_t i = 0; delegation == NULL && i < TUF_TOP_ROLES; i++) {
        if (strcmp(role, tuf_top_role_names[i]) == 0) {
            return &parent->roles[i];
        }
    }
    return delegation == NULL ? NULL : &delegation->keys;
}

static int against_version(const void *version, const void *item)
{
    return size_compare(*(const uint64_t *)version, ((const struct audit_version *)item)->version);
}

size_t audit_role_lower(const struct audit_role *role, uint64_t version)
{
    bool found = false;
    return list_place(&version, role->versions, role->count, sizeof(*role->versions),
                      against_version, &found);
}

void audit_time_improve(struct audit_time *time, enum audit_source source, int64_t unix_s)
{
    bool is_better = time->source == AUDIT_SOURCE_NONE || source < time->source;
    if (source != AUDIT_SOURCE_NONE && is_better) {
        *time = (struct audit_time){ .unix_s = unix_s, .source = source };
    }
}
