/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/content_cache.h"

#include "base/limits.h"
#include "base/mem.h"

#define FIRST_SLOTS 64

struct entry {
    struct digest digest; /* DIGEST_NONE: free */
    char *media_type;
    uint8_t *bytes;
    size_t len;
};

struct content_cache {
    struct entry *slots;
    size_t slot_count; /* a power of two, never full */
    size_t used;
    size_t bytes;
};

struct content_cache *content_cache_new(void)
{
    struct content_cache *cache = mem_alloc(1, sizeof(*cache));
    if (cache == NULL) {
        return NULL;
    }
    cache->slot_count = FIRST_SLOTS;
    cache->slots = mem_alloc(cache->slot_count, sizeof(*cache->slots));
    if (cache->slots == NULL) {
        mem_free(cache);
        return NULL;
    }
    return cache;
}

void content_cache_free(struct content_cache *cache)
{
    for (size_t i = 0; cache != NULL && i < cache->slot_count; i++) {
        mem_free(cache->slots[i].media_type);
        mem_free(cache->slots[i].bytes);
    }
    if (cache != NULL) {
        mem_free(cache->slots);
    }
    mem_free(cache);
}

/* Where it is, or the free place where it would be. What is kept was hashed, so nobody chooses
 * digests that meet in one place without the work of finding them. */
static struct entry *place_of(struct entry *slots, size_t slot_count, const struct digest *digest)
{
    uint64_t start = 0;
    memcpy(&start, digest->bytes, sizeof(start));
    size_t at = (size_t)start & (slot_count - 1);
    while (slots[at].digest.alg != DIGEST_NONE && !digest_equal(&slots[at].digest, digest)) {
        at = (at + 1) & (slot_count - 1);
    }
    return &slots[at];
}

bool content_cache_find(const struct content_cache *cache, const struct digest *digest,
                        struct slice *bytes, const char **media_type)
{
    if (cache == NULL) {
        return false;
    }
    const struct entry *entry = place_of(cache->slots, cache->slot_count, digest);
    if (entry->digest.alg == DIGEST_NONE) {
        return false;
    }
    *bytes = slice_of(entry->bytes, entry->len);
    *media_type = entry->media_type;
    return true;
}

/* Keeps a quarter free. */
static bool make_room(struct content_cache *cache)
{
    if (cache->used < cache->slot_count / 4 * 3) {
        return true;
    }
    size_t more = cache->slot_count * 2;
    struct entry *slots = mem_alloc(more, sizeof(*slots));
    if (slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < cache->slot_count; i++) {
        if (cache->slots[i].digest.alg != DIGEST_NONE) {
            *place_of(slots, more, &cache->slots[i].digest) = cache->slots[i];
        }
    }
    mem_free(cache->slots);
    cache->slots = slots;
    cache->slot_count = more;
    return true;
}

void content_cache_add(struct content_cache *cache, const struct digest *digest, struct slice bytes,
                       const char *media_type)
{
    if (cache == NULL || digest->alg == DIGEST_NONE || bytes.len > LIMIT_CACHE_BYTES ||
        cache->bytes > LIMIT_CACHE_BYTES - bytes.len || !make_room(cache)) {
        return;
    }
    struct entry *entry = place_of(cache->slots, cache->slot_count, digest);
    if (entry->digest.alg != DIGEST_NONE) {
        return;
    }
    uint8_t *copy = mem_alloc(bytes.len + 1, 1);
    char *type = mem_copy_string(media_type);
    if (copy == NULL || type == NULL) {
        mem_free(copy);
        mem_free(type);
        return;
    }
    if (bytes.len > 0) {
        memcpy(copy, bytes.ptr, bytes.len);
    }
    *entry = (struct entry){ *digest, type, copy, bytes.len };
    cache->used++;
    cache->bytes += bytes.len;
}
