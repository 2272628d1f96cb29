/* SPDX-License-Identifier: Apache-2.0 */
#include "json/scan.h"

enum assay_status json_string_decode(struct json_string string, struct arena *arena,
                                     struct slice *out, struct assay_error *err)
{
    if (!string.escaped) {
        *out = string.raw;
        return ASSAY_OK;
    }
    /* No escape is shorter than what it stands for. */
    uint8_t *bytes = NULL;
    TRY(arena_alloc(arena, string.raw.len + 1, 1, (void *)&bytes, err));
    struct scan_cursor cursor = scan_cursor_of(string);
    size_t len = 0;
    for (int byte = scan_next(&cursor); byte >= 0; byte = scan_next(&cursor)) {
        bytes[len] = (uint8_t)byte;
        len++;
    }
    *out = slice_of(bytes, len);
    return ASSAY_OK;
}

bool json_string_is(struct json_string string, const char *text)
{
    struct json_string wanted = { .raw = slice_from_string(text), .escaped = false };
    if (!string.escaped) {
        return slice_equal(string.raw, wanted.raw);
    }
    struct scan_cursor cursor = scan_cursor_of(string);
    size_t pos = 0;
    int byte = scan_next(&cursor);
    while (byte >= 0 && pos < wanted.raw.len && (uint8_t)byte == wanted.raw.ptr[pos]) {
        byte = scan_next(&cursor);
        pos++;
    }
    return byte < 0 && pos == wanted.raw.len;
}

/* Passes over bytes if they come next. */
static bool take(struct scan_cursor *cursor, struct slice bytes)
{
    if (!slice_has_prefix(scan_rest(cursor->raw, cursor->pos), bytes)) {
        return false;
    }
    cursor->pos += bytes.len;
    return true;
}

/* The next letter after folding, or -1 at the end. Two letters outside ASCII fold into it. */
static int fold_next(struct scan_cursor *cursor)
{
    int byte = scan_next(cursor);
    if (byte == 0xC5 && take(cursor, SLICE_LITERAL("\xBF"))) { /* U+017F, long s */
        return 's';
    }
    if (byte == 0xE2 && take(cursor, SLICE_LITERAL("\x84\xAA"))) { /* U+212A, kelvin sign */
        return 'k';
    }
    return byte < 0 ? byte : byte_to_lower((uint8_t)byte);
}

bool json_string_is_folded(struct json_string string, const char *text)
{
    struct json_string other = { .raw = slice_from_string(text), .escaped = false };
    struct scan_cursor left = scan_cursor_of(string);
    struct scan_cursor right = scan_cursor_of(other);
    int from_left;
    int from_right;
    do {
        from_left = fold_next(&left);
        from_right = fold_next(&right);
    } while (from_left == from_right && from_left >= 0);
    return from_left == from_right;
}

enum assay_status json_check_case(const struct json_reader *reader, struct json_string key,
                                  const char *const *known, size_t known_count,
                                  struct assay_error *err)
{
    for (size_t i = 0; i < known_count; i++) {
        if (json_string_is(key, known[i])) {
            return ASSAY_OK;
        }
    }
    for (size_t i = 0; i < known_count; i++) {
        if (json_string_is_folded(key, known[i])) {
            return json_fail(reader, err, ASSAY_SCHEMA,
                             "this member differs from '%s' only in case", known[i]);
        }
    }
    return ASSAY_OK;
}
