/* SPDX-License-Identifier: Apache-2.0 */
/* Memory and files of the fixture maker. A pool owns all that is made in it and is freed at once;
 * what cannot go on ends the program with a message: the maker is a tool, not the product. */
#ifndef SUPPORT_POOL_H
#define SUPPORT_POOL_H

#include "base/attr.h"
#include "base/slice.h"

struct pool_block;

struct pool {
    struct pool_block *blocks;
};

void die(const char *format, ...) PRINTF(1, 2) __attribute__((noreturn));

/* Zeroed and never NULL. */
void *pool_alloc(struct pool *pool, size_t bytes);
void pool_clear(struct pool *pool);
#define AUTO_POOL CLEANUP(pool_clear) struct pool

/* Copies, with a NUL behind them. */
char *pool_string(struct pool *pool, const char *text);
char *pool_printf(struct pool *pool, const char *format, ...) PRINTF(2, 3);
struct slice pool_slice(struct pool *pool, struct slice bytes);
/* The first len bytes, room for more bytes, and the rest: a place to change bytes in. */
uint8_t *pool_bytes(struct pool *pool, struct slice bytes);

/* Growing bytes in a pool. */
struct text {
    struct pool *pool;
    uint8_t *ptr;
    size_t len;
    size_t cap;
};
void text_add(struct text *text, struct slice bytes);
void text_add_string(struct text *text, const char *string);
void text_add_byte(struct text *text, uint8_t byte);
static inline struct slice text_slice(const struct text *text)
{
    return slice_of(text->ptr, text->len);
}

struct slice pool_base64(struct pool *pool, struct slice bytes);
char *pool_hex(struct pool *pool, struct slice bytes);

/* Whole files. read ends the program when there is none; write makes the directories above. */
struct slice file_load(struct pool *pool, const char *path);
void file_save(const char *path, struct slice bytes);
bool file_there(const char *path);

#endif
