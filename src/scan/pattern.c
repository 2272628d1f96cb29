/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pattern is pieces without "*", divided by "*". Where one piece is put as early as it can be,
 * those behind it have the most room: so no choice is ever taken back, and a search compares each
 * byte of the value with each of the pattern once at most.
 */
#include "scan/pattern.h"

#define NOWHERE SIZE_MAX

/* A pattern's text from one "*" to the next, or to its end. */
static struct slice next_piece(struct slice pattern, size_t *at)
{
    size_t start = *at;
    size_t end = start;
    while (end < pattern.len && pattern.ptr[end] != '*') {
        end += pattern.ptr[end] == '\\' && end + 1 < pattern.len ? 2 : 1;
    }
    *at = end + 1; /* behind the star; more than the length: this was the last */
    return slice_first(slice_from(pattern, start), end - start);
}

static bool is_inside_character(struct slice text, size_t at)
{
    return at < text.len && (text.ptr[at] & 0xC0) == 0x80;
}

/* Where a match of the piece that begins at from ends. */
static size_t match_piece(struct slice piece, struct slice value, size_t from)
{
    size_t at = from;
    for (size_t i = 0; i < piece.len; i++) {
        bool is_any = piece.ptr[i] == '?';
        if (piece.ptr[i] == '\\') {
            i++;
        }
        if (at >= value.len || (!is_any && value.ptr[at] != piece.ptr[i])) {
            return NOWHERE;
        }
        at++;
        while (is_any && is_inside_character(value, at)) {
            at++;
        }
    }
    return at;
}

static size_t find_first(struct slice piece, struct slice value, size_t from, size_t *end)
{
    for (size_t at = from; at <= value.len; at++) {
        *end = match_piece(piece, value, at);
        if (*end != NOWHERE && !is_inside_character(value, at)) {
            return at;
        }
    }
    return NOWHERE;
}

/* The last match that begins at from or later and ends at most at limit; exactly there where
 * is_at_limit. */
static size_t find_last(struct slice piece, struct slice value, size_t from, size_t limit,
                        bool is_at_limit, size_t *end)
{
    for (size_t at = limit + 1; at > from; at--) {
        *end = match_piece(piece, value, at - 1);
        if (*end <= limit && (!is_at_limit || *end == limit) &&
            !is_inside_character(value, at - 1)) {
            return at - 1;
        }
    }
    return NOWHERE;
}

static enum assay_status check_escapes(struct slice pattern, struct assay_error *err)
{
    for (size_t i = 0; i < pattern.len; i++) {
        if (pattern.ptr[i] != '\\') {
            continue;
        }
        i++;
        if (i == pattern.len || strchr("*?\\/}", pattern.ptr[i]) == NULL ||
            pattern.ptr[i] == '\0') {
            return FAIL(err, ASSAY_FILE_SYNTAX, "the pattern \"%.*s\" has an invalid escape",
                        SLICE_ARGS(pattern));
        }
    }
    return ASSAY_OK;
}

/* The shortest match at the end: the pieces are put from the last to the first, each as late as it
 * can be. */
static bool find_short_suffix(struct slice pattern, struct slice value, size_t *start)
{
    size_t limit = value.len;
    bool is_last = true;
    size_t behind = pattern.len + 1; /* one behind the end of the piece */
    while (behind > 0) {
        /* the piece before the star at behind - 1: found from the front, where escapes are told */
        size_t from = 0;
        size_t next = 0;
        struct slice piece = next_piece(pattern, &next);
        while (next < behind) {
            from = next;
            piece = next_piece(pattern, &next);
        }
        size_t end;
        limit = find_last(piece, value, 0, limit, is_last, &end);
        if (limit == NOWHERE) {
            return false;
        }
        is_last = false;
        behind = from;
    }
    *start = limit;
    return true;
}

/* All others: the pieces are put from the first to the last, each as early as it can be; the last
 * one as late as it can be, where the match is to be long. */
static bool find_forward(struct slice pattern, enum pattern_use use, bool is_long,
                         struct slice value, size_t *start, size_t *end)
{
    bool is_suffix = use == PATTERN_SUFFIX;
    size_t next = 0;
    struct slice piece = next_piece(pattern, &next);
    bool is_only = next > pattern.len;
    if (use == PATTERN_PREFIX) {
        *start = 0;
        *end = match_piece(piece, value, 0);
    } else if (is_suffix && is_only) {
        *start = find_last(piece, value, 0, value.len, true, end);
    } else {
        *start = find_first(piece, value, 0, end);
    }
    bool found = *start != NOWHERE && *end != NOWHERE;
    while (found && next <= pattern.len) {
        piece = next_piece(pattern, &next);
        bool is_late = next > pattern.len && (is_long || is_suffix);
        size_t at = is_late ? find_last(piece, value, *end, value.len, is_suffix, end)
                            : find_first(piece, value, *end, end);
        found = at != NOWHERE;
    }
    return found;
}

enum assay_status pattern_find(struct slice pattern, enum pattern_use use, bool is_long,
                               struct slice value, struct pattern_match *out,
                               struct assay_error *err)
{
    TRY(check_escapes(pattern, err));
    if (use == PATTERN_SUFFIX && !is_long) {
        out->end = value.len;
        out->found = find_short_suffix(pattern, value, &out->start);
    } else {
        out->found = find_forward(pattern, use, is_long, value, &out->start, &out->end);
    }
    return ASSAY_OK;
}
