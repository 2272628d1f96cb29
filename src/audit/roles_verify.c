/* SPDX-License-Identifier: Apache-2.0 */
/* One file of a role: verified by keys that the role had at some time, then parsed. */
#include "audit/roles_parts.h"

#include <inttypes.h>

void role_file_init(struct role_file *file)
{
    *file = (struct role_file){ .arena = ARENA_INIT(LIMIT_ROLE_ARENA) };
}

void role_file_clear(struct role_file *file)
{
    tuf_targets_clear(&file->targets);
    tuf_unverified_clear(&file->file);
    arena_clear(&file->arena);
    role_file_init(file);
}

/* ---- keys ---- */

/* A key of the history, ready to verify; NULL where its type never does. */
static enum assay_status cache_key(struct roles_run *run, uint32_t place, struct crypto_key **out,
                                   struct assay_error *err)
{
    struct key_cache *cache = &run->cache;
    const struct audit_key *key = &run->report->history.keys[place];
    *out = NULL;
    if (key->material.len == 0) {
        return ASSAY_OK;
    }
    for (size_t i = 0; i < cache->count; i++) {
        if (cache->items[i].place == place) {
            *out = cache->items[i].key;
            return ASSAY_OK;
        }
    }
    TRY(key_load(key_bare_type(key->type), key->material, out, err));
    size_t slot = cache->count < KEY_CACHE ? cache->count++ : cache->next;
    key_free(cache->items[slot].key);
    cache->items[slot].place = place;
    cache->items[slot].key = *out;
    cache->next = (slot + 1) % KEY_CACHE;
    return ASSAY_OK;
}

/* A set in the form that signatures are checked against. The cache holds two sets, so that none of
 * one is given up while it is made. */
struct loaded_set {
    struct tuf_key keys[LIMIT_ROLE_KEYS];
    struct tuf_listed_key listed[LIMIT_ROLE_KEYS];
    struct tuf_role_keys role;
};

static enum assay_status load_set(struct roles_run *run, const struct audit_role_keys *from,
                                  struct loaded_set *out, struct assay_error *err)
{
    *out = (struct loaded_set){ .role = { .threshold = from->threshold } };
    for (size_t i = 0; i < from->key_count && i < LIMIT_ROLE_KEYS; i++) {
        const struct audit_key *key = &run->report->history.keys[from->keys[i]];
        struct crypto_key *made = NULL;
        TRY(cache_key(run, from->keys[i], &made, err));
        memcpy(out->keys[i].id, key->id, sizeof(key->id));
        memcpy(out->keys[i].canonical_id, key->canonical_id, sizeof(key->canonical_id));
        out->keys[i].type = key->type;
        out->keys[i].key = made;
        out->listed[i].id = slice_from_string(out->keys[i].id);
        out->listed[i].type = key->type;
        out->listed[i].key = made == NULL ? NULL : &out->keys[i];
        out->role.keys[out->role.count++] = &out->listed[i];
    }
    return ASSAY_OK;
}

/* Whether one of the file's signatures is by a key of the set. */
static bool has_signer(const struct roles_run *run, const struct tuf_unverified *file,
                       const struct audit_role_keys *keys)
{
    for (size_t i = 0; i < keys->key_count; i++) {
        const char *id = run->report->history.keys[keys->keys[i]].id;
        for (size_t s = 0; s < file->signature_count; s++) {
            if (slice_is(file->signatures[s].keyid, id)) {
                return true;
            }
        }
    }
    return false;
}

/* ---- signatures ---- */

static enum assay_status note_signers(struct roles_run *run, const struct key_set *set,
                                      const struct tuf_signers *signers,
                                      struct audit_version *version, struct assay_error *err)
{
    uint32_t places[LIMIT_ROLE_KEYS];
    size_t count = 0;
    for (size_t i = 0; i < set->keys->key_count && i < LIMIT_ROLE_KEYS; i++) {
        size_t place = count;
        if (!signers->signed_it[i]) {
            continue;
        }
        for (; place > 0 && places[place - 1] > set->keys->keys[i]; place--) {
            places[place] = places[place - 1];
        }
        places[place] = set->keys->keys[i];
        count++;
    }
    version->trust = set->is_vouched ? AUDIT_VOUCHED : AUDIT_UNVOUCHED;
    version->parent_first = set->first;
    version->parent_last = set->last;
    version->signer_count = count;
    return audit_history_list(&run->report->history, places, count, &version->signers, err);
}

/* The newest set of keys whose threshold signed the file. ASSAY_THRESHOLD when none did. */
static enum assay_status find_set(struct roles_run *run, const char *role,
                                  const struct key_sets *sets, struct role_file *file,
                                  struct tuf_verified *verified, struct audit_version *version,
                                  struct assay_error *err)
{
    size_t tried = 0;
    for (size_t i = sets->count; i > 0 && tried < LIMIT_AUDIT_KEY_SETS; i--) {
        const struct key_set *set = &sets->items[i - 1];
        struct loaded_set loaded;
        if (!has_signer(run, &file->file, set->keys)) {
            continue;
        }
        tried++;
        TRY(load_set(run, set->keys, &loaded, err));
        enum assay_status status =
            tuf_threshold_check(&file->file, &loaded.role, role, verified, err);
        if (status == ASSAY_OK) {
            return note_signers(run, set, &verified->signers, version, err);
        }
        if (status != ASSAY_THRESHOLD) {
            return status;
        }
    }
    return tried > 0 ? ASSAY_THRESHOLD
                     : FAIL(err, ASSAY_THRESHOLD,
                            "no key that a verified file gave the role %s signed it", role);
}

/* ---- the file ---- */

static enum assay_status parse(struct roles_run *run, const char *role,
                               const struct tuf_verified *verified, struct role_file *file,
                               struct assay_error *err)
{
    struct slice name = slice_from_string(role);
    if (slice_is(name, "timestamp")) {
        file->header = &file->map.header;
        return tuf_timestamp_parse(verified, run->dialect, &file->arena, &file->map, err);
    }
    if (slice_is(name, "snapshot")) {
        file->header = &file->map.header;
        return tuf_snapshot_parse(verified, run->dialect, &file->arena, &file->map, err);
    }
    file->header = &file->targets.header;
    return tuf_targets_parse(verified, run->dialect, role, &file->arena, &file->targets, err);
}

static enum assay_status check(struct roles_run *run, const char *role, const struct key_sets *sets,
                               struct slice bytes, struct role_file *file,
                               struct audit_version *version, struct assay_error *err)
{
    struct tuf_verified verified;
    bool is_targets = slice_has_prefix(slice_from_string(role), SLICE_LITERAL("targets"));
    TRY(tuf_envelope_read(bytes, run->dialect, is_targets ? UINT64_MAX : LIMIT_JSON_NODES,
                          &file->file, err));
    TRY(find_set(run, role, sets, file, &verified, version, err));
    TRY(parse(run, role, &verified, file, err));
    version->expires_unix_s = file->header->expires_unix_s;
    if (version->version != 0 && version->version != file->header->version) {
        return FAIL(err, ASSAY_VERSION, "expected version %" PRIu64 ", found %" PRIu64,
                    version->version, file->header->version);
    }
    version->version = file->header->version;
    return ASSAY_OK;
}

enum assay_status role_verify(struct roles_run *run, const char *role, const struct key_sets *sets,
                              struct slice bytes, struct role_file *file,
                              struct audit_version *version, struct assay_error *err)
{
    struct assay_error reason = ERROR_INIT;
    version->length = bytes.len;
    version->failure = "";
    TRY(digest_compute(DIGEST_SHA256, bytes, &version->sha256, err));
    enum assay_status status = check(run, role, sets, bytes, file, version, &reason);
    if (status == ASSAY_NO_MEMORY || status == ASSAY_INTERNAL) {
        return FAIL(err, status, "%s: %s", role, reason.message);
    }
    version->status = status;
    if (status != ASSAY_OK) {
        version->trust = AUDIT_INVALID;
        version->parent_first = 0;
        version->parent_last = 0;
        return audit_history_text(&run->report->history, slice_from_string(reason.message),
                                  &version->failure, err);
    }
    return ASSAY_OK;
}
