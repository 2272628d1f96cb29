/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lexical level of JSON: white space, strings, numbers. It knows no nesting and builds no
 * errors; *why is a static text for one. Internal to json/.
 */
#ifndef JSON_SCAN_H
#define JSON_SCAN_H

#include "json/reader.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* The part from pos on; bytes.ptr is not NULL, pos at most bytes.len. */
static inline struct slice scan_rest(struct slice bytes, size_t pos)
{
    return slice_of(bytes.ptr + pos, bytes.len - pos);
}

/* The number of leading bytes that a string may hold as they are: 0x20 to 0x7F but " and \. Eight
 * at a time, on any machine. */
size_t scan_plain_portable(struct slice bytes);

/* The same, 16 at a time where every processor of the family can. */
static inline size_t scan_plain(struct slice bytes)
{
    size_t pos = 0;
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i space = _mm_set1_epi8(' ');
    while (bytes.len - pos >= sizeof(__m128i)) {
        __m128i block = _mm_loadu_si128((const __m128i *)(const void *)(bytes.ptr + pos));
        /* The comparison is signed: bytes from 0x80 on count as below the space, too. */
        __m128i hit = _mm_or_si128(
            _mm_cmplt_epi8(block, space),
            _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash)));
        unsigned int mask = (unsigned int)_mm_movemask_epi8(hit);
        if (mask != 0) {
            return pos + (size_t)__builtin_ctz(mask);
        }
        pos += sizeof(block);
    }
#endif
    return pos + scan_plain_portable(scan_rest(bytes, pos));
}

/* The number of leading bytes that are JSON white space. */
size_t scan_space(struct slice bytes);

MUST_CHECK enum assay_status scan_any_string(struct slice text, enum json_form form,
                                             size_t max_bytes, struct json_string *out,
                                             const char **why);

/* text starts with the opening quote; out->raw.len + 2 bytes are used up. Validates escapes, UTF-8
 * and length. ASSAY_JSON_SYNTAX, ASSAY_JSON_UTF8, ASSAY_JSON_LIMIT. */
MUST_CHECK static inline enum assay_status scan_string(struct slice text, enum json_form form,
                                                       size_t max_bytes, struct json_string *out,
                                                       const char **why)
{
    /* Nearly all strings are plain to their end. */
    size_t len = scan_plain(scan_rest(text, 1));
    if (len < text.len - 1 && text.ptr[len + 1] == '"' && len <= max_bytes) {
        out->raw = slice_of(text.ptr + 1, len);
        out->escaped = false;
        return ASSAY_OK;
    }
    return scan_any_string(text, form, max_bytes, out, why);
}

struct scan_number {
    size_t len;
    bool is_integer; /* no fraction, no exponent */
    int64_t value;   /* if is_integer; within +-LIMIT_JSON_INTEGER */
};

/* text starts with '-' or a digit. ASSAY_JSON_SYNTAX, ASSAY_JSON_NUMBER (an integer literal that is
 * -0 or out of range), ASSAY_JSON_LIMIT. */
MUST_CHECK enum assay_status scan_number(struct slice text, struct scan_number *out,
                                         const char **why);

/* Walks through the decoded bytes of a scanned string. */
struct scan_cursor {
    struct slice raw;
    size_t pos;
    uint8_t unit[4]; /* UTF-8 of the last \u escape */
    size_t unit_pos;
    size_t unit_len;
};

static inline struct scan_cursor scan_cursor_of(struct json_string string)
{
    return (struct scan_cursor){ .raw = string.raw };
}

/* The next decoded byte, or -1 at the end. */
int scan_next(struct scan_cursor *cursor);

int scan_compare_decoded(struct json_string a, struct json_string b);

/* Order of the decoded bytes. */
static inline int scan_compare(struct json_string a, struct json_string b)
{
    return a.escaped || b.escaped ? scan_compare_decoded(a, b) : slice_compare(a.raw, b.raw);
}

#endif
