/* SPDX-License-Identifier: Apache-2.0 */
#include "pool.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_BYTES ((size_t)64 * 1024)

struct pool_block {
    struct pool_block *next;
    size_t used;
    size_t cap;
    _Alignas(16) uint8_t data[];
};

void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fputs("fixture: ", stderr);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    exit(99);
}

static struct pool_block *add_block(struct pool *pool, size_t bytes)
{
    size_t cap = bytes > BLOCK_BYTES / 4 ? bytes : BLOCK_BYTES;
    struct pool_block *block = calloc(1, sizeof(*block) + cap);
    if (block == NULL) {
        die("out of memory");
    }
    block->cap = cap;
    /* A block for one large piece goes behind the one that still has room. */
    if (cap == bytes && pool->blocks != NULL) {
        block->next = pool->blocks->next;
        pool->blocks->next = block;
    } else {
        block->next = pool->blocks;
        pool->blocks = block;
    }
    return block;
}

void *pool_alloc(struct pool *pool, size_t bytes)
{
    size_t need = (bytes + 15) & ~(size_t)15;
    struct pool_block *block = pool->blocks;
    if (block == NULL || block->cap - block->used < need) {
        block = add_block(pool, need);
    }
    void *out = block->data + block->used;
    block->used += need;
    return out;
}

void pool_clear(struct pool *pool)
{
    while (pool->blocks != NULL) {
        struct pool_block *next = pool->blocks->next;
        free(pool->blocks);
        pool->blocks = next;
    }
}

uint8_t *pool_bytes(struct pool *pool, struct slice bytes)
{
    uint8_t *out = pool_alloc(pool, bytes.len + 1);
    if (bytes.len > 0) {
        memcpy(out, bytes.ptr, bytes.len);
    }
    return out;
}

struct slice pool_slice(struct pool *pool, struct slice bytes)
{
    return slice_of(pool_bytes(pool, bytes), bytes.len);
}

char *pool_string(struct pool *pool, const char *text)
{
    return (char *)pool_bytes(pool, slice_from_string(text));
}

char *pool_printf(struct pool *pool, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *out = pool_alloc(pool, (size_t)len + 1);
    (void)vsnprintf(out, (size_t)len + 1, format, again);
    va_end(again);
    return out;
}

void text_add(struct text *text, struct slice bytes)
{
    if (text->cap - text->len < bytes.len) {
        size_t cap = 2 * text->cap + bytes.len + 256;
        uint8_t *grown = pool_alloc(text->pool, cap + 1);
        if (text->len > 0) {
            memcpy(grown, text->ptr, text->len);
        }
        text->ptr = grown;
        text->cap = cap;
    }
    if (bytes.len > 0) {
        memcpy(text->ptr + text->len, bytes.ptr, bytes.len);
    }
    text->len += bytes.len;
}

void text_add_string(struct text *text, const char *string)
{
    text_add(text, slice_from_string(string));
}

void text_add_byte(struct text *text, uint8_t byte)
{
    text_add(text, slice_of(&byte, 1));
}

struct slice pool_base64(struct pool *pool, struct slice bytes)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct text out = { .pool = pool };
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t have = bytes.len - i < 3 ? bytes.len - i : 3;
        uint32_t group = 0;
        for (size_t j = 0; j < 3; j++) {
            group = group << 8 | (j < have ? bytes.ptr[i + j] : 0U);
        }
        for (size_t j = 0; j < 4; j++) {
            char c = alphabet[group >> (18 - 6 * j) & 63];
            text_add_byte(&out, (uint8_t)(j <= have ? c : '='));
        }
    }
    return text_slice(&out);
}

char *pool_hex(struct pool *pool, struct slice bytes)
{
    char *out = pool_alloc(pool, 2 * bytes.len + 1);
    for (size_t i = 0; i < bytes.len; i++) {
        out[2 * i] = "0123456789abcdef"[bytes.ptr[i] >> 4];
        out[2 * i + 1] = "0123456789abcdef"[bytes.ptr[i] & 15];
    }
    return out;
}

struct slice file_load(struct pool *pool, const char *path)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        die("%s: cannot be opened", path);
    }
    struct text out = { .pool = pool };
    uint8_t chunk[4096];
    size_t got = 0;
    while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0) {
        text_add(&out, slice_of(chunk, got));
    }
    if (ferror(file) != 0) {
        die("%s: cannot be read", path);
    }
    (void)fclose(file);
    return text_slice(&out);
}

static void make_parents(const char *path)
{
    char copy[4096];
    if (strlen(path) >= sizeof(copy)) {
        die("%s: too long", path);
    }
    memcpy(copy, path, strlen(path) + 1);
    for (char *slash = strchr(copy + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(copy, 0755) != 0 && errno != EEXIST) {
            die("%s: cannot be made", copy);
        }
        *slash = '/';
    }
}

void file_save(const char *path, struct slice bytes)
{
    make_parents(path);
    FILE *file = fopen(path, "wbe");
    if (file == NULL) {
        die("%s: cannot be written", path);
    }
    if ((bytes.len > 0 && fwrite(bytes.ptr, 1, bytes.len, file) != bytes.len) ||
        fclose(file) != 0) {
        die("%s: cannot be written", path);
    }
}

bool file_there(const char *path)
{
    return access(path, F_OK) == 0;
}
