/* SPDX-License-Identifier: Apache-2.0 */
#include "json/scan.h"

#include "base/text.h"

#define EVERY_BYTE(value) (0x0101010101010101ULL * (value))
#define HIGH_BITS         EVERY_BYTE(0x80)

static bool is_plain(uint8_t byte)
{
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

/* Not zero if any byte of word is not plain. For bytes below 0x80 the subtractions borrow out of a
 * byte only where that byte is a hit itself, so the answer for the whole word is exact. */
static uint64_t find_special(uint64_t word)
{
    uint64_t quote = word ^ EVERY_BYTE('"');
    uint64_t backslash = word ^ EVERY_BYTE('\\');
    uint64_t below =
        (word - EVERY_BYTE(0x20)) | (quote - EVERY_BYTE(1)) | (backslash - EVERY_BYTE(1)) | word;
    return below & HIGH_BITS;
}

size_t scan_plain_portable(struct slice bytes)
{
    size_t pos = 0;
    while (bytes.len - pos >= sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, bytes.ptr + pos, sizeof(word));
        if (find_special(word) != 0) {
            break;
        }
        pos += sizeof(word);
    }
    while (pos < bytes.len && is_plain(bytes.ptr[pos])) {
        pos++;
    }
    return pos;
}

size_t scan_space(struct slice bytes)
{
    size_t pos = 0;
    while (pos < bytes.len && (bytes.ptr[pos] == ' ' || bytes.ptr[pos] == '\n' ||
                               bytes.ptr[pos] == '\t' || bytes.ptr[pos] == '\r')) {
        pos++;
    }
    return pos;
}

static int hex_value(uint8_t digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'a' && digit <= 'f') {
        return digit - 'a' + 10;
    }
    if (digit >= 'A' && digit <= 'F') {
        return digit - 'A' + 10;
    }
    return -1;
}

/* The code unit of "\uXXXX" at the start of text, or -1. */
static int32_t read_unit(struct slice text)
{
    if (text.len < 6 || text.ptr[0] != '\\' || text.ptr[1] != 'u') {
        return -1;
    }
    int32_t unit = 0;
    for (size_t i = 2; i < 6; i++) {
        int digit = hex_value(text.ptr[i]);
        if (digit < 0) {
            return -1;
        }
        unit = unit * 16 + digit;
    }
    return unit;
}

static bool is_high_surrogate(int32_t unit)
{
    return unit >= 0xD800 && unit <= 0xDBFF;
}

static bool is_low_surrogate(int32_t unit)
{
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

static enum assay_status scan_unicode_escape(struct slice text, size_t *step, const char **why)
{
    int32_t unit = read_unit(text);
    if (unit < 0) {
        *why = "expected four hexadecimal digits after \\u";
        return ASSAY_JSON_SYNTAX;
    }
    if (unit == 0) {
        *why = "a string holds a NUL";
        return ASSAY_JSON_UTF8;
    }
    *step = 6;
    if (is_high_surrogate(unit) && is_low_surrogate(read_unit(slice_from(text, 6)))) {
        *step = 12;
    } else if (is_high_surrogate(unit) || is_low_surrogate(unit)) {
        *why = "a string holds half of a surrogate pair";
        return ASSAY_JSON_UTF8;
    }
    return ASSAY_OK;
}

/* text starts with the backslash; *step is the length of the escape. */
static enum assay_status scan_escape(struct slice text, enum json_form form, size_t *step,
                                     const char **why)
{
    uint8_t letter = text.len > 1 ? text.ptr[1] : 0;
    *step = 2;
    if (letter == '"' || letter == '\\') {
        return ASSAY_OK;
    }
    if (form != JSON_FORM_ANY) {
        *why = "an escape that the canonical form does not have";
        return ASSAY_JSON_SYNTAX;
    }
    switch (letter) {
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        return ASSAY_OK;
    case 'u':
        return scan_unicode_escape(text, step, why);
    default:
        *why = "an escape that JSON does not have";
        return ASSAY_JSON_SYNTAX;
    }
}

/* text starts with a byte that is neither plain nor a quote; *step is how far it is good. */
static enum assay_status scan_special(struct slice text, enum json_form form, size_t *step,
                                      const char **why)
{
    uint8_t byte = text.ptr[0];
    if (byte == '\\') {
        return scan_escape(text, form, step, why);
    }
    if (byte < 0x20) {
        *why = "a string holds a raw control character";
        *step = 1;
        return form == JSON_FORM_CANONICAL && byte != 0 ? ASSAY_OK : ASSAY_JSON_SYNTAX;
    }
    /* No sequence reaches beyond a run of non-ASCII bytes, so the run is judged as a whole. */
    size_t run = 1;
    while (run < text.len && text.ptr[run] >= 0x80) {
        run++;
    }
    *step = run;
    *why = "a string is not valid UTF-8";
    return text_is_utf8(slice_first(text, run)) ? ASSAY_OK : ASSAY_JSON_UTF8;
}

enum assay_status scan_any_string(struct slice text, enum json_form form, size_t max_bytes,
                                  struct json_string *out, const char **why)
{
    size_t pos = 1;
    out->escaped = false;
    for (;;) {
        pos += scan_plain(scan_rest(text, pos));
        if (pos >= text.len) {
            *why = "a string without a closing quote";
            return ASSAY_JSON_SYNTAX;
        }
        if (text.ptr[pos] == '"') {
            break;
        }
        out->escaped |= text.ptr[pos] == '\\';
        size_t step = 0;
        TRY(scan_special(scan_rest(text, pos), form, &step, why));
        pos += step;
    }
    out->raw = slice_of(text.ptr + 1, pos - 1);
    if (out->raw.len > max_bytes) {
        *why = "a string is longer than the limit";
        return ASSAY_JSON_LIMIT;
    }
    return ASSAY_OK;
}

static size_t scan_digits(struct slice text, size_t pos)
{
    while (pos < text.len && text.ptr[pos] >= '0' && text.ptr[pos] <= '9') {
        pos++;
    }
    return pos;
}

/* Moves *pos behind fraction and exponent; false where a digit is missing at *pos. */
static bool scan_fraction(struct slice text, size_t *pos)
{
    size_t start;
    if (*pos < text.len && text.ptr[*pos] == '.') {
        start = *pos + 1;
        *pos = scan_digits(text, start);
        if (*pos == start) {
            return false;
        }
    }
    if (*pos < text.len && (text.ptr[*pos] == 'e' || text.ptr[*pos] == 'E')) {
        start = *pos + 1;
        if (start < text.len && (text.ptr[start] == '+' || text.ptr[start] == '-')) {
            start++;
        }
        *pos = scan_digits(text, start);
        return *pos != start;
    }
    return true;
}

static enum assay_status number_value(struct slice digits, bool negative, struct scan_number *out,
                                      const char **why)
{
    uint64_t magnitude = 0;
    bool fits = text_to_u64(digits, LIMIT_JSON_INTEGER, &magnitude);
    if (!fits || (negative && magnitude == 0)) {
        *why = fits ? "the number -0" : "an integer beyond 2^53 - 1";
        return ASSAY_JSON_NUMBER;
    }
    out->value = negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return ASSAY_OK;
}

enum assay_status scan_number(struct slice text, struct scan_number *out, const char **why)
{
    /* One byte more than allowed is enough to see that it is too long. */
    struct slice window = slice_first(text, LIMIT_JSON_NUMBER_BYTES + 1);
    bool negative = window.len > 0 && window.ptr[0] == '-';
    size_t start = negative ? 1 : 0;
    size_t end = scan_digits(window, start);
    size_t pos = end;
    bool good = end > start && (end == start + 1 || window.ptr[start] != '0');
    good = good && scan_fraction(window, &pos);
    if (pos > LIMIT_JSON_NUMBER_BYTES) {
        *why = "a number longer than the limit";
        return ASSAY_JSON_LIMIT;
    }
    if (!good) {
        *why = "a malformed number";
        return ASSAY_JSON_SYNTAX;
    }
    *out = (struct scan_number){ .len = pos, .is_integer = pos == end };
    if (!out->is_integer) {
        return ASSAY_OK;
    }
    return number_value(slice_of(window.ptr + start, end - start), negative, out, why);
}

static size_t utf8_encode(uint32_t code, uint8_t out[4])
{
    if (code < 0x80) {
        out[0] = (uint8_t)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (uint8_t)(0xC0 | (code >> 6));
        out[1] = (uint8_t)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (uint8_t)(0xE0 | (code >> 12));
        out[1] = (uint8_t)(0x80 | ((code >> 6) & 0x3F));
        out[2] = (uint8_t)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (uint8_t)(0xF0 | (code >> 18));
    out[1] = (uint8_t)(0x80 | ((code >> 12) & 0x3F));
    out[2] = (uint8_t)(0x80 | ((code >> 6) & 0x3F));
    out[3] = (uint8_t)(0x80 | (code & 0x3F));
    return 4;
}

/* Decodes the \u escape, or the pair of them, at the cursor; the string was scanned before. */
static int decode_unit(struct scan_cursor *cursor)
{
    struct slice rest = scan_rest(cursor->raw, cursor->pos);
    uint32_t code = (uint32_t)read_unit(rest);
    cursor->pos += 6;
    if (is_high_surrogate((int32_t)code)) {
        uint32_t low = (uint32_t)read_unit(slice_from(rest, 6));
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        cursor->pos += 6;
    }
    cursor->unit_len = utf8_encode(code, cursor->unit);
    cursor->unit_pos = 1;
    return cursor->unit[0];
}

int scan_next(struct scan_cursor *cursor)
{
    if (cursor->unit_pos < cursor->unit_len) {
        return cursor->unit[cursor->unit_pos++];
    }
    if (cursor->pos >= cursor->raw.len) {
        return -1;
    }
    uint8_t byte = cursor->raw.ptr[cursor->pos];
    if (byte != '\\') {
        cursor->pos++;
        return byte;
    }
    uint8_t letter = cursor->raw.ptr[cursor->pos + 1];
    if (letter == 'u') {
        return decode_unit(cursor);
    }
    cursor->pos += 2;
    switch (letter) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return letter;
    }
}

int scan_compare_decoded(struct json_string a, struct json_string b)
{
    struct scan_cursor left = scan_cursor_of(a);
    struct scan_cursor right = scan_cursor_of(b);
    int from_left;
    int from_right;
    do {
        from_left = scan_next(&left);
        from_right = scan_next(&right);
    } while (from_left == from_right && from_left >= 0);
    return from_left - from_right;
}
