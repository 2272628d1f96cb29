/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <stdio.h>

#define TEXT_RAW_BYTES 2048

/* Length of the well-formed UTF-8 sequence at the start of a non-empty slice, 0 if it is none. */
static size_t utf8_sequence(struct slice bytes, uint32_t *code_point)
{
    uint8_t first = bytes.ptr[0];
    if (first < 0x80) {
        *code_point = first;
        return 1;
    }
    size_t len = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || bytes.len < len) {
        return 0;
    }
    uint32_t value = first & (0x7FU >> len);
    for (size_t i = 1; i < len; i++) {
        if ((bytes.ptr[i] & 0xC0U) != 0x80) {
            return 0;
        }
        value = value << 6 | (bytes.ptr[i] & 0x3FU);
    }
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    if (value < least[len] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
        return 0;
    }
    *code_point = value;
    return len;
}

bool text_is_utf8(struct slice bytes)
{
    size_t pos = 0;
    while (pos < bytes.len) {
        uint64_t eight = 0;
        if (bytes.len - pos >= sizeof(eight)) { /* eight ASCII bytes at once */
            memcpy(&eight, bytes.ptr + pos, sizeof(eight));
            if ((eight & 0x8080808080808080U) == 0) {
                pos += sizeof(eight);
                continue;
            }
        }
        uint32_t code_point = 0;
        size_t len = utf8_sequence(slice_from(bytes, pos), &code_point);
        if (len == 0) {
            return false;
        }
        pos += len;
    }
    return true;
}

/* Whether showing it could move the cursor, reorder the line or hide something. */
static bool text_is_unsafe(uint32_t code_point)
{
    static const struct {
        uint32_t first;
        uint32_t last;
    } unsafe[] = {
        { 0x00, 0x1F },       { 0x7F, 0x9F },       /* controls */
        { 0xAD, 0xAD },       { 0x61C, 0x61C },     /* soft hyphen, Arabic mark */
        { 0x115F, 0x1160 },   { 0x180B, 0x180F },   /* fillers, selectors */
        { 0x200B, 0x200F },   { 0x2028, 0x202E },   /* zero width, lines, direction */
        { 0x2060, 0x206F },   { 0x3164, 0x3164 },   /* joiners, isolates, filler */
        { 0xFE00, 0xFE0F },   { 0xFEFF, 0xFEFF },   /* selectors, byte order mark */
        { 0xFFA0, 0xFFA0 },   { 0xFFF0, 0xFFFB },   /* filler, annotations */
        { 0xE000, 0xF8FF },   { 0xFFFE, 0xFFFF },   /* private use, no characters */
        { 0xE0000, 0xE0FFF }, { 0xF0000, 0x10FFFF } /* tags, private use */
    };
    if (code_point >= ' ' && code_point < 0x7F) { /* nearly all of any text */
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(unsafe); i++) {
        if (code_point >= unsafe[i].first && code_point <= unsafe[i].last) {
            return true;
        }
    }
    return false;
}

/* The safe form of what bytes starts with, into piece; returns how many bytes that covers. */
static size_t text_safe_piece(struct slice bytes, char piece[16], size_t *piece_len)
{
    uint32_t code_point = 0;
    size_t len = utf8_sequence(bytes, &code_point);
    int written = 0;
    if (len > 0 && !text_is_unsafe(code_point)) {
        memcpy(piece, bytes.ptr, len);
        *piece_len = len;
        return len;
    }
    if (len > 1) {
        written = snprintf(piece, 16, "\\u{%x}", (unsigned int)code_point);
    } else {
        len = 1;
        written = snprintf(piece, 16, "\\x%02x", (unsigned int)bytes.ptr[0]);
    }
    *piece_len = written > 0 ? (size_t)written : 0;
    return len;
}

void text_sanitise(struct slice bytes, char *out, size_t out_bytes)
{
    static const char cut_mark[] = "...";
    if (out_bytes == 0) {
        return;
    }
    size_t room = out_bytes - 1;
    size_t len = 0;
    size_t cut_at = 0; /* the last place that leaves room for the mark */
    size_t pos = 0;
    while (pos < bytes.len) {
        char piece[16];
        size_t piece_len = 0;
        pos += text_safe_piece(slice_from(bytes, pos), piece, &piece_len);
        if (piece_len > room - len) {
            size_t mark_len = sizeof(cut_mark) - 1 < room ? sizeof(cut_mark) - 1 : room;
            memcpy(out + cut_at, cut_mark, mark_len);
            len = cut_at + mark_len;
            break;
        }
        memcpy(out + len, piece, piece_len);
        len += piece_len;
        if (len + sizeof(cut_mark) - 1 <= room) {
            cut_at = len;
        }
    }
    out[len] = '\0';
}

void text_format(char *out, size_t out_bytes, const char *format, va_list args)
{
    /* Longer than any out, so that a cut here is also a cut, and marked as such, there. */
    char raw[TEXT_RAW_BYTES];
    int written = vsnprintf(raw, sizeof(raw), format, args);
    if (written < 0) {
        text_sanitise(SLICE_LITERAL("(a text that cannot be formatted)"), out, out_bytes);
        return;
    }
    size_t len = (size_t)written < sizeof(raw) ? (size_t)written : sizeof(raw) - 1;
    text_sanitise(slice_of(raw, len), out, out_bytes);
}

void hex_encode(struct slice bytes, char *out, size_t out_bytes)
{
    static const char digits[] = "0123456789abcdef";
    if (out_bytes == 0) {
        return;
    }
    /* Half a digest would be worse than none. */
    size_t count = bytes.len <= (out_bytes - 1) / 2 ? bytes.len : 0;
    for (size_t i = 0; i < count; i++) {
        out[2 * i] = digits[bytes.ptr[i] >> 4];
        out[2 * i + 1] = digits[bytes.ptr[i] & 0x0FU];
    }
    out[2 * count] = '\0';
}

/* Value of a lower-case hex digit, 16 if it is none. */
static unsigned int hex_value(uint8_t digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - (unsigned int)'0';
    }
    if (digit >= 'a' && digit <= 'f') {
        return digit - (unsigned int)'a' + 10U;
    }
    return 16;
}

enum assay_status hex_decode(struct slice text, uint8_t *out, size_t out_len,
                             struct assay_error *err)
{
    if (text.len / 2 != out_len || text.len % 2 != 0) {
        return FAIL(err, ASSAY_SCHEMA, "expected %zu bytes in lower-case hex, found %zu digits",
                    out_len, text.len);
    }
    for (size_t i = 0; i < out_len; i++) {
        unsigned int high = hex_value(text.ptr[2 * i]);
        unsigned int low = hex_value(text.ptr[2 * i + 1]);
        if (high > 15 || low > 15) {
            return FAIL(err, ASSAY_SCHEMA, "expected lower-case hex, found \"%.*s\"",
                        SLICE_ARGS(text));
        }
        out[i] = (uint8_t)(high << 4 | low);
    }
    return ASSAY_OK;
}

bool text_is_lower_hex(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (hex_value(text.ptr[i]) > 15) {
            return false;
        }
    }
    return true;
}

bool text_to_u64(struct slice text, uint64_t max, uint64_t *out)
{
    if (text.len == 0 || (text.len > 1 && text.ptr[0] == '0')) {
        return false;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t byte = text.ptr[i];
        if (byte < '0' || byte > '9' || __builtin_mul_overflow(value, 10U, &value) ||
            __builtin_add_overflow(value, (uint64_t)(byte - '0'), &value)) {
            return false;
        }
    }
    if (value > max) {
        return false;
    }
    *out = value;
    return true;
}
