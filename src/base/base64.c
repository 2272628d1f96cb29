/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

static const char base64_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* What each byte stands for; 64 and more: nothing. */
#define NO 64
static const uint8_t base64_values[256] = {
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, 62, NO, NO, NO, 63,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, NO, NO, NO, NO, NO, NO, NO, 0,  1,  2,  3,  4,  5,  6,
    7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, NO, NO, NO, NO, NO,
    NO, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48,
    49, 50, 51, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
};
#undef NO

enum assay_status base64_encode(struct slice bytes, struct buf *out, struct assay_error *err)
{
    size_t groups = bytes.len / 3 + (bytes.len % 3 != 0);
    size_t text_len = 0;
    if (__builtin_mul_overflow(groups, 4U, &text_len)) {
        return FAIL_NO_MEMORY(err);
    }
    TRY(buf_reserve(out, text_len, err));
    for (size_t pos = 0; pos < bytes.len; pos += 3) {
        const uint8_t *in = bytes.ptr + pos;
        size_t left = bytes.len - pos;
        uint32_t bits = (uint32_t)in[0] << 16;
        bits |= left > 1 ? (uint32_t)in[1] << 8 : 0;
        bits |= left > 2 ? in[2] : 0;
        uint8_t *text = out->ptr + out->len;
        text[0] = (uint8_t)base64_alphabet[bits >> 18];
        text[1] = (uint8_t)base64_alphabet[bits >> 12 & 0x3FU];
        text[2] = left > 1 ? (uint8_t)base64_alphabet[bits >> 6 & 0x3FU] : (uint8_t)'=';
        text[3] = left > 2 ? (uint8_t)base64_alphabet[bits & 0x3FU] : (uint8_t)'=';
        out->len += 4;
    }
    out->ptr[out->len] = '\0';
    return ASSAY_OK;
}

/* The last group holds 1 to 3 bytes; what its padding leaves over must be zero bits. */
static bool base64_decode_last(const uint8_t text[4], size_t padding, uint8_t *out)
{
    static const uint32_t unused_bits[] = { 0, 0x3, 0xF };
    uint32_t bits = 0;
    uint32_t last = 0;
    for (size_t i = 0; i < 4 - padding; i++) {
        last = base64_values[text[i]];
        if (last > 63) {
            return false;
        }
        bits = bits << 6 | last;
    }
    if ((last & unused_bits[padding]) != 0) {
        return false;
    }
    bits <<= 6 * padding;
    for (size_t i = 0; i < 3 - padding; i++) {
        out[i] = (uint8_t)(bits >> (16 - 8 * i));
    }
    return true;
}

enum assay_status base64_decode(struct slice text, uint8_t *out, size_t out_max, size_t *out_len,
                                struct assay_error *err)
{
    *out_len = 0;
    if (text.len == 0) {
        return ASSAY_OK;
    }
    if (text.len % 4 != 0) {
        return FAIL(err, ASSAY_SCHEMA, "base64: expected groups of four characters, found %zu",
                    text.len);
    }
    size_t padding = 0;
    if (text.ptr[text.len - 1] == '=') {
        padding = text.ptr[text.len - 2] == '=' ? 2 : 1;
    }
    size_t len = text.len / 4 * 3 - padding;
    if (len > out_max) {
        return FAIL(err, ASSAY_SCHEMA, "base64: expected at most %zu bytes, found %zu", out_max,
                    len);
    }
    size_t last_group = text.len - 4;
    size_t done = 0;
    for (size_t pos = 0; pos < last_group; pos += 4) {
        const uint8_t *group = text.ptr + pos;
        uint32_t a = base64_values[group[0]];
        uint32_t b = base64_values[group[1]];
        uint32_t c = base64_values[group[2]];
        uint32_t d = base64_values[group[3]];
        if ((a | b | c | d) > 63) {
            return FAIL(err, ASSAY_SCHEMA, "base64: unexpected character in group at %zu", pos);
        }
        uint32_t bits = a << 18 | b << 12 | c << 6 | d;
        out[done] = (uint8_t)(bits >> 16);
        out[done + 1] = (uint8_t)(bits >> 8);
        out[done + 2] = (uint8_t)bits;
        done += 3;
    }
    if (!base64_decode_last(text.ptr + last_group, padding, out + done)) {
        return FAIL(err, ASSAY_SCHEMA, "base64: the last group is malformed");
    }
    *out_len = len;
    return ASSAY_OK;
}
