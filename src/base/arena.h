/* SPDX-License-Identifier: Apache-2.0 */
/* Bump allocation with a mandatory maximum; everything is freed at once. Parsed documents live
 * here: an attacker's document is bounded by construction and never half freed. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/error.h"
#include "base/slice.h"

struct arena_block;

struct arena {
    struct arena_block *blocks;
    size_t used;
    size_t max; /* bytes of requests; reaching it is ASSAY_JSON_LIMIT */
};

#define ARENA_INIT(max_bytes)                                                                      \
    {                                                                                              \
        .max = (max_bytes)                                                                         \
    }
#define AUTO_ARENA CLEANUP(arena_clear) struct arena

/* Zeroed memory, aligned for any type. count * size is checked. Borrowed from the arena. */
MUST_CHECK enum assay_status arena_alloc(struct arena *arena, size_t count, size_t size, void *out,
                                         struct assay_error *err);
/* A copy of the bytes with a NUL behind. out->ptr is usable as text when it holds no NUL. */
MUST_CHECK enum assay_status arena_copy(struct arena *arena, struct slice bytes, struct slice *out,
                                        struct assay_error *err);
/* The same as a text. */
MUST_CHECK enum assay_status arena_copy_text(struct arena *arena, struct slice text,
                                             const char **out, struct assay_error *err);
/* A formatted text, raw, with a NUL behind. */
MUST_CHECK enum assay_status arena_format(struct arena *arena, const char **out,
                                          struct assay_error *err, const char *format, ...)
    PRINTF(4, 5);
void arena_clear(struct arena *arena);

#endif
