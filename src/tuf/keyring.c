/* SPDX-License-Identifier: Apache-2.0 */
#include "tuf/keyring.h"

#include "base/list.h"
#include "base/mem.h"

static void key_delete(struct tuf_key *key)
{
    if (key != NULL) {
        key_free(key->key);
        mem_free(key);
    }
}

static void key_cleanup(struct tuf_key **key)
{
    key_delete(*key);
}

void tuf_keyring_clear(struct tuf_keyring *ring)
{
    for (size_t i = 0; i < ring->count; i++) {
        key_delete(ring->items[i]);
    }
    mem_free(ring->items);
    *ring = (struct tuf_keyring){ 0 };
}

static bool list_has(const struct tuf_key_list *list, const struct tuf_key *key)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].key == key) {
            return true;
        }
    }
    return false;
}

void tuf_keyring_keep(struct tuf_keyring *ring, const struct tuf_key_list *a,
                      const struct tuf_key_list *b)
{
    size_t kept = 0;
    for (size_t i = 0; i < ring->count; i++) {
        if (list_has(a, ring->items[i]) || list_has(b, ring->items[i])) {
            ring->items[kept++] = ring->items[i];
        } else {
            key_delete(ring->items[i]);
        }
    }
    ring->count = kept;
}

static int against_id(const void *id, const void *key)
{
    return strcmp(id, (*(struct tuf_key *const *)key)->id);
}

/* Where the id is, or would be. */
static size_t ring_position(const struct tuf_keyring *ring, const char *id, bool *found)
{
    return list_place(id, ring->items, ring->count, sizeof(struct tuf_key *), against_id, found);
}

/* The key of an id that was computed from what it is: the ring's, or loaded now. */
static enum assay_status ring_get(struct tuf_keyring *ring, const struct tuf_dialect *dialect,
                                  enum key_type type, const char id[TUF_ID_BYTES],
                                  struct slice material, const struct tuf_key **out,
                                  struct assay_error *err)
{
    bool found = false;
    size_t position = ring_position(ring, id, &found);
    if (!found) {
        CLEANUP(key_cleanup) struct tuf_key *key = mem_alloc(1, sizeof(*key));
        if (key == NULL) {
            return FAIL_NO_MEMORY(err);
        }
        key->type = type;
        memcpy(key->id, id, TUF_ID_BYTES);
        TRY_IN(key_load(type, material, &key->key, err), err, "key %s", id);
        TRY(dialect->canonical_id(key->key, key->canonical_id, err));
        TRY(list_open(&ring->items, &ring->count, &ring->cap, sizeof(struct tuf_key *), position,
                      err));
        ring->items[position] = STEAL(key);
    }
    *out = ring->items[position];
    return ASSAY_OK;
}

enum assay_status tuf_keyring_load(struct tuf_keyring *ring, const struct tuf_dialect *dialect,
                                   struct tuf_listed_key *listed, struct assay_error *err)
{
    if (listed->key != NULL || listed->type == KEY_TYPE_UNKNOWN) {
        return ASSAY_OK;
    }
    AUTO_BUF material = BUF_INIT(LIMIT_KEY_BYTES);
    char id[TUF_ID_BYTES];
    TRY_IN(dialect->decode_key(listed, &material, id, err), err, "key %.*s",
           SLICE_ARGS(listed->id));
    return ring_get(ring, dialect, listed->type, id, buf_slice(&material), &listed->key, err);
}

enum assay_status tuf_keyring_load_role(struct tuf_keyring *ring, const struct tuf_dialect *dialect,
                                        struct tuf_role_keys *role, struct assay_error *err)
{
    for (size_t i = 0; i < role->count; i++) {
        TRY(tuf_keyring_load(ring, dialect, role->keys[i], err));
    }
    return ASSAY_OK;
}

size_t tuf_role_keys_identities(const struct tuf_role_keys *role,
                                struct digest out[LIMIT_ROLE_KEYS])
{
    size_t count = 0;
    for (size_t i = 0; i < role->count; i++) {
        if (role->keys[i]->key == NULL) {
            continue;
        }
        const struct digest *identity = key_identity(role->keys[i]->key->key);
        size_t j = 0;
        while (j < count && !digest_equal(&out[j], identity)) {
            j++;
        }
        if (j == count) {
            out[count++] = *identity;
        }
    }
    return count;
}

size_t tuf_role_keys_distinct(const struct tuf_role_keys *role)
{
    struct digest identities[LIMIT_ROLE_KEYS];
    size_t count = tuf_role_keys_identities(role, identities);
    for (size_t i = 0; i < role->count; i++) {
        count += role->keys[i]->key == NULL ? 1 : 0;
    }
    return count;
}
