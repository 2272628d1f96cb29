/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include "base/mem.h"

#include <stdalign.h>
#include <stdio.h>

#define ARENA_ALIGN           alignof(max_align_t)
#define ARENA_BLOCK_MIN_BYTES 4096UL
#define ARENA_BLOCK_MAX_BYTES (256UL * 1024)

struct arena_block {
    struct arena_block *next;
    size_t used;
    size_t cap;
    max_align_t bytes[];
};

/* Blocks double, so that a small document costs little and a large one few allocations. */
static struct arena_block *arena_grow(struct arena *arena, size_t len)
{
    size_t cap = ARENA_BLOCK_MIN_BYTES;
    if (arena->blocks != NULL && arena->blocks->cap < ARENA_BLOCK_MAX_BYTES) {
        cap = 2 * arena->blocks->cap;
    } else if (arena->blocks != NULL) {
        cap = ARENA_BLOCK_MAX_BYTES;
    }
    if (cap < len) {
        cap = len;
    }
    struct arena_block *block = mem_alloc(1, sizeof(*block) + cap);
    if (block == NULL) {
        return NULL;
    }
    block->cap = cap;
    block->next = arena->blocks;
    arena->blocks = block;
    return block;
}

static enum assay_status arena_full(const struct arena *arena, struct assay_error *err)
{
    return FAIL(err, ASSAY_JSON_LIMIT, "the parsed form needs more than %zu bytes", arena->max);
}

static enum assay_status arena_take(struct arena *arena, size_t len, uint8_t **out,
                                    struct assay_error *err)
{
    size_t left = arena->max - arena->used;
    if (len > left) {
        return arena_full(arena, err);
    }
    /* Even nothing takes a place, so that the maximum bounds the number of requests, too. */
    size_t padded = (len + (len == 0) + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
    struct arena_block *block = arena->blocks;
    if (block == NULL || padded > block->cap - block->used) {
        block = arena_grow(arena, padded);
    }
    if (block == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    *out = (uint8_t *)block->bytes + block->used;
    block->used += padded;
    arena->used += padded < left ? padded : left;
    return ASSAY_OK;
}

enum assay_status arena_alloc(struct arena *arena, size_t count, size_t size, void *out,
                              struct assay_error *err)
{
    size_t len = 0;
    uint8_t *ptr = NULL;
    if (__builtin_mul_overflow(count, size, &len)) {
        return arena_full(arena, err);
    }
    TRY(arena_take(arena, len, &ptr, err));
    memcpy(out, &ptr, sizeof(ptr)); /* out points to a pointer of some type */
    return ASSAY_OK;
}

enum assay_status arena_copy(struct arena *arena, struct slice bytes, struct slice *out,
                             struct assay_error *err)
{
    size_t with_nul = 0;
    uint8_t *copy = NULL;
    if (__builtin_add_overflow(bytes.len, 1U, &with_nul)) {
        return arena_full(arena, err);
    }
    TRY(arena_take(arena, with_nul, &copy, err));
    if (bytes.len > 0) {
        memcpy(copy, bytes.ptr, bytes.len);
    }
    *out = slice_of(copy, bytes.len);
    return ASSAY_OK;
}

enum assay_status arena_copy_text(struct arena *arena, struct slice text, const char **out,
                                  struct assay_error *err)
{
    struct slice copy;
    TRY(arena_copy(arena, text, &copy, err));
    *out = (const char *)copy.ptr;
    return ASSAY_OK;
}

enum assay_status arena_format(struct arena *arena, const char **out, struct assay_error *err,
                               const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int needed = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (needed < 0) {
        return FAIL(err, ASSAY_INTERNAL, "a text cannot be formatted");
    }
    TRY(arena_alloc(arena, (size_t)needed + 1, 1, &text, err));
    va_start(args, format);
    int written = vsnprintf(text, (size_t)needed + 1, format, args);
    va_end(args);
    *out = text;
    return written == needed ? ASSAY_OK : FAIL(err, ASSAY_INTERNAL, "a text cannot be formatted");
}

void arena_clear(struct arena *arena)
{
    struct arena_block *block = arena->blocks;
    while (block != NULL) {
        struct arena_block *next = block->next;
        mem_free(block);
        block = next;
    }
    arena->blocks = NULL;
    arena->used = 0;
}
