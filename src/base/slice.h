/* SPDX-License-Identifier: Apache-2.0 */
/* Borrowed bytes. All input travels as slices; a stored slice points into an arena or a buffer
 * whose life the holding struct's comment names. The only home of memcmp. */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
    const uint8_t *ptr;
    size_t len;
};

#define SLICE_EMPTY                                                                                \
    (struct slice)                                                                                 \
    {                                                                                              \
        NULL, 0                                                                                    \
    }
#define SLICE_LITERAL(text)                                                                        \
    (struct slice)                                                                                 \
    {                                                                                              \
        (const uint8_t *)("" text), sizeof(text) - 1                                               \
    }
/* For "%.*s": message formatting sanitises, so remote bytes are welcome there. */
#define SLICE_ARGS(s) ((int)((s).len > 256 ? 256 : (s).len)), (const char *)(s).ptr

static inline struct slice slice_of(const void *ptr, size_t len)
{
    return (struct slice){ (const uint8_t *)ptr, len };
}

static inline struct slice slice_from_string(const char *text)
{
    return (struct slice){ (const uint8_t *)text, strlen(text) };
}

static inline bool slice_equal(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool slice_is(struct slice a, const char *text)
{
    return slice_equal(a, slice_from_string(text));
}

/* Whether a is one of these texts. */
static inline bool slice_is_any(struct slice a, const char *const *texts, size_t count)
{
    size_t i = 0;
    while (i < count && !slice_is(a, texts[i])) {
        i++;
    }
    return i < count;
}

static inline int size_compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* Byte order, shorter first on a common prefix: the order of canonical JSON. */
static inline int slice_compare(struct slice a, struct slice b)
{
    size_t shared = a.len < b.len ? a.len : b.len;
    int order = shared == 0 ? 0 : memcmp(a.ptr, b.ptr, shared);
    if (order != 0) {
        return order;
    }
    return size_compare(a.len, b.len);
}

/* The part from offset on; offset beyond the end gives an empty slice. */
static inline struct slice slice_from(struct slice a, size_t offset)
{
    if (offset > a.len) {
        offset = a.len;
    }
    /* Nothing is added to the NULL of an empty slice. */
    return offset == 0 ? a : (struct slice){ a.ptr + offset, a.len - offset };
}

static inline bool slice_has_prefix(struct slice a, struct slice prefix)
{
    return a.len >= prefix.len && slice_equal((struct slice){ a.ptr, prefix.len }, prefix);
}

static inline bool slice_has_suffix(struct slice a, struct slice suffix)
{
    return a.len >= suffix.len && slice_equal(slice_from(a, a.len - suffix.len), suffix);
}

/* The first len bytes, fewer if there are fewer. */
static inline struct slice slice_first(struct slice a, size_t len)
{
    return (struct slice){ a.ptr, len < a.len ? len : a.len };
}

/* Without the bytes equal to c at its end. */
static inline struct slice slice_trim_end(struct slice a, char c)
{
    while (a.len > 0 && a.ptr[a.len - 1] == (uint8_t)c) {
        a.len--;
    }
    return a;
}

/* ASCII alone: no locale, no other letters. */
static inline uint8_t byte_to_lower(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + ('a' - 'A')) : byte;
}

/* Whether a is this lower-case text, but for the case of its ASCII letters. */
static inline bool slice_is_ignoring_case(struct slice a, const char *lower)
{
    size_t same = 0;
    size_t len = strlen(lower);
    while (same < a.len && same < len && byte_to_lower(a.ptr[same]) == (uint8_t)lower[same]) {
        same++;
    }
    return same == a.len && same == len;
}

/* Position of the first/last byte equal to c, or a.len. */
static inline size_t slice_find(struct slice a, char c)
{
    const uint8_t *hit = a.len == 0 ? NULL : memchr(a.ptr, c, a.len);
    return hit == NULL ? a.len : (size_t)(hit - a.ptr);
}

static inline size_t slice_find_last(struct slice a, char c)
{
    for (size_t i = a.len; i > 0; i--) {
        if (a.ptr[i - 1] == (uint8_t)c) {
            return i - 1;
        }
    }
    return a.len;
}

#endif
