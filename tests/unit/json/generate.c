/* SPDX-License-Identifier: Apache-2.0 */
#include "generate.h"

#include <criterion/criterion.h>

static uint64_t pick(struct generator *generator, uint64_t count)
{
    uint64_t x = generator->state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    generator->state = x;
    return (x >> 11) % count;
}

static void put(struct generator *generator, const char *text)
{
    cr_assert_eq(buf_append_string(generator->out, text, NULL), ASSAY_OK);
}

static void put_space(struct generator *generator)
{
    static const char *const spaces[] = { " ", "\n", "\t", "\r", "  " };
    if (!generator->canonical && pick(generator, 6) == 0) {
        put(generator, spaces[pick(generator, ARRAY_LEN(spaces))]);
    }
}

static void put_string(struct generator *generator)
{
    static const char *const plain[] = { "a",
                                         "b",
                                         "c",
                                         "A",
                                         "_",
                                         "0",
                                         " ",
                                         "[",
                                         "]",
                                         "#",
                                         "\\\"",
                                         "\\\\",
                                         "é",
                                         "\xEF\xBD\x9E",
                                         "\xF0\x9F\x98\x80",
                                         "\x7F",
                                         "<",
                                         "0123456789abcdef",
                                         "\xE2\x80\xA8" };
    static const char *const odd[] = { "\\n", "\\/", "\\u0061", "\\u0001", "\\u00e9",
                                       "\\ud83d\\ude00", "\\u0022", "\\u005c", "\\t", "\\b", "\\f",
                                       "\\r", "\\uFFFD",
                                       /* refused ones, rarely reached */
                                       "\\ud83d", "\\ude00", "\\u0000", "\x01", "\n", "\xFF",
                                       "\xC0\xAF", "\xED\xA0\x80", "\\x", "\\u12", "\xC3", "\x1F" };
    put(generator, "\"");
    for (uint64_t left = pick(generator, 4); left > 0; left--) {
        if (generator->canonical || pick(generator, 4) != 0) {
            put(generator, plain[pick(generator, ARRAY_LEN(plain))]);
        } else {
            uint64_t among = pick(generator, 12) == 0 ? ARRAY_LEN(odd) : 13;
            put(generator, odd[pick(generator, among)]);
        }
    }
    put(generator, "\"");
}

static void put_number(struct generator *generator)
{
    static const char *const odd[] = { "-0",
                                       "1.0",
                                       "1e3",
                                       "0.5",
                                       "1E-2",
                                       "01",
                                       "1.",
                                       "-",
                                       "1e",
                                       "9007199254740992",
                                       "9223372036854775808",
                                       "1e400",
                                       "123456789012345678901",
                                       "-9007199254740991",
                                       "9007199254740991" };
    if (pick(generator, 20) == 0) {
        put(generator, odd[pick(generator, ARRAY_LEN(odd))]);
        return;
    }
    uint64_t digits = 1ULL << pick(generator, 53);
    cr_assert_eq(buf_printf(generator->out, NULL, "%s%llu", pick(generator, 4) == 0 ? "-" : "",
                            (unsigned long long)(1 + pick(generator, digits))),
                 ASSAY_OK);
}

static void put_scalar(struct generator *generator)
{
    switch (pick(generator, 8)) {
    case 0:
        put(generator, "true");
        break;
    case 1:
        put(generator, "false");
        break;
    case 2:
        put(generator, "null");
        break;
    case 3:
    case 4:
        put_number(generator);
        break;
    default:
        put_string(generator);
        break;
    }
}

/* Canonical objects get names of one rising letter; others get what comes. */
static void put_name(struct generator *generator, uint64_t index)
{
    char name[] = "\"a\"";
    if (generator->canonical && pick(generator, 30) != 0) {
        name[1] = (char)('a' + index);
        put(generator, name);
    } else {
        put_string(generator);
    }
    put_space(generator);
    put(generator, ":");
    put_space(generator);
}

static void put_value(struct generator *generator, size_t depth)
{
    bool is_object = pick(generator, 2) == 0;
    generator->budget -= generator->budget > 0 ? 1 : 0;
    if (depth > 5 || generator->budget == 0 || (depth > 0 && pick(generator, 2) == 0)) {
        put_scalar(generator);
        return;
    }
    put(generator, is_object ? "{" : "[");
    put_space(generator);
    uint64_t count = pick(generator, 6);
    for (uint64_t i = 0; i < count; i++) {
        if (i > 0) {
            put(generator, ",");
            put_space(generator);
        }
        if (is_object) {
            put_name(generator, i);
        }
        put_value(generator, depth + 1);
        put_space(generator);
    }
    put(generator, is_object ? "}" : "]");
}

/* Damages one byte now and then. */
static void damage(struct generator *generator)
{
    static const char bytes[] = "{}[],:\"\\ 0-e.tn\x01\xC3\xFF";
    struct buf *out = generator->out;
    if (out->len == 0 || pick(generator, 8) != 0) {
        return;
    }
    size_t place = pick(generator, out->len);
    switch (pick(generator, 3)) {
    case 0:
        out->ptr[place] = (uint8_t)bytes[pick(generator, sizeof(bytes))];
        break;
    case 1:
        out->len = place;
        break;
    default:
        memmove(out->ptr + place, out->ptr + place + 1, out->len - place - 1);
        out->len--;
        break;
    }
}

void generate_text(struct generator *generator)
{
    buf_reset(generator->out);
    generator->budget = 1 + pick(generator, 30);
    generator->canonical = pick(generator, 2) == 0;
    put_space(generator);
    put_value(generator, 0);
    put_space(generator);
    damage(generator);
}
