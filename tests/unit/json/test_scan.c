/* SPDX-License-Identifier: Apache-2.0 */
#include "json/scan.h"

#include <criterion/criterion.h>

TestSuite(json_scan, .timeout = 60);

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static bool plain_by_definition(uint8_t byte)
{
    return byte >= 0x20 && byte <= 0x7F && byte != '"' && byte != '\\';
}

/* Every byte value at every place of a block, from every alignment. */
Test(json_scan, plain_stops_at_every_special_byte_everywhere)
{
    uint8_t block[80];
    for (unsigned int value = 0; value < 256; value++) {
        for (size_t place = 0; place < sizeof(block); place++) {
            memset(block, 'a', sizeof(block));
            block[place] = (uint8_t)value;
            size_t start = place % 17;
            struct slice bytes = slice_of(block + start, sizeof(block) - start);
            size_t wanted = plain_by_definition((uint8_t)value) ? bytes.len : place - start;
            cr_assert_eq(scan_plain(bytes), wanted, "byte %02x at %zu", value, place);
            cr_assert_eq(scan_plain_portable(bytes), wanted, "byte %02x at %zu", value, place);
        }
    }
}

Test(json_scan, both_paths_agree_on_random_bytes)
{
    uint64_t state = 0x9E3779B97F4A7C15ULL;
    uint8_t block[200];
    for (size_t round = 0; round < 200000; round++) {
        /* Near the borders of the plain range, with few hits. */
        static const uint8_t special[] = { 0x00, 0x1F, 0x80, 0xFF, '"', '\\', 0x81, 0x01 };
        for (size_t i = 0; i < sizeof(block); i++) {
            block[i] = (uint8_t)(0x20 + next_random(&state) % 2);
        }
        for (size_t hits = next_random(&state) % 3; hits > 0; hits--) {
            block[next_random(&state) % sizeof(block)] = special[next_random(&state) % 8];
        }
        size_t start = next_random(&state) % 32;
        struct slice bytes = slice_of(block + start, next_random(&state) % 160);
        size_t wanted = 0;
        while (wanted < bytes.len && plain_by_definition(bytes.ptr[wanted])) {
            wanted++;
        }
        cr_assert_eq(scan_plain(bytes), wanted);
        cr_assert_eq(scan_plain_portable(bytes), wanted);
    }
}

Test(json_scan, plain_of_nothing_is_nothing)
{
    cr_assert_eq(scan_plain(SLICE_LITERAL("")), 0);
    cr_assert_eq(scan_plain_portable(SLICE_LITERAL("")), 0);
}

Test(json_scan, space_is_four_bytes_only)
{
    cr_assert_eq(scan_space(SLICE_LITERAL(" \t\r\n{")), 4);
    cr_assert_eq(scan_space(SLICE_LITERAL("\v")), 0);
    cr_assert_eq(scan_space(SLICE_LITERAL("\f")), 0);
    cr_assert_eq(scan_space(SLICE_LITERAL("\xC2\xA0")), 0);
    cr_assert_eq(scan_space(SLICE_LITERAL("")), 0);
}

struct string_case {
    const char *text; /* with the quotes */
    enum assay_status wire;
    enum assay_status canonical;
    enum assay_status any;
    const char *decoded; /* where any is ASSAY_OK */
};

#define ALL(status) (status), (status), (status)

static const struct string_case string_cases[] = {
    { "\"\"", ALL(ASSAY_OK), "" },
    { "\"abc\" tail", ALL(ASSAY_OK), "abc" },
    { "\"a\\\"b\\\\\"", ALL(ASSAY_OK), "a\"b\\" },
    { "\"\x7F\"", ALL(ASSAY_OK), "\x7F" },
    { "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"", ALL(ASSAY_OK), "é€😀" },
    { "\"0123456789abcdef\xC3\xA9\"", ALL(ASSAY_OK), "0123456789abcdefé" },
    { "\"\x01\"", ASSAY_JSON_SYNTAX, ASSAY_OK, ASSAY_JSON_SYNTAX, NULL },
    { "\"a\nb\x1F\"", ASSAY_JSON_SYNTAX, ASSAY_OK, ASSAY_JSON_SYNTAX, NULL },
    { "\"\\n\"", ASSAY_JSON_SYNTAX, ASSAY_JSON_SYNTAX, ASSAY_OK, "\n" },
    { "\"\\/\\b\\f\\n\\r\\t\"", ASSAY_JSON_SYNTAX, ASSAY_JSON_SYNTAX, ASSAY_OK, "/\b\f\n\r\t" },
    { "\"\\u0061\"", ASSAY_JSON_SYNTAX, ASSAY_JSON_SYNTAX, ASSAY_OK, "a" },
    { "\"\\u00e9\\u20AC\\uD83d\\uDe00\"", ASSAY_JSON_SYNTAX, ASSAY_JSON_SYNTAX, ASSAY_OK, "é€😀" },
    { "\"\\u0000\"", ASSAY_JSON_SYNTAX, ASSAY_JSON_SYNTAX, ASSAY_JSON_UTF8, NULL },
    { "\"\\ud800\"", ASSAY_JSON_SYNTAX, ASSAY_JSON_SYNTAX, ASSAY_JSON_UTF8, NULL },
    { "\"\\udc00\\ud800\"", ASSAY_JSON_SYNTAX, ASSAY_JSON_SYNTAX, ASSAY_JSON_UTF8, NULL },
    { "\"\\x41\"", ALL(ASSAY_JSON_SYNTAX), NULL },
    { "\"\\u12\"", ALL(ASSAY_JSON_SYNTAX), NULL },
    { "\"\\", ALL(ASSAY_JSON_SYNTAX), NULL },
    { "\"abc", ALL(ASSAY_JSON_SYNTAX), NULL },
    { "\"\x80\"", ALL(ASSAY_JSON_UTF8), NULL },
    { "\"\xC3\"", ALL(ASSAY_JSON_UTF8), NULL },
    { "\"\xED\xA0\x80\"", ALL(ASSAY_JSON_UTF8), NULL },
    { "\"\xC0\xAF\"", ALL(ASSAY_JSON_UTF8), NULL },
    { "\"\xF4\x90\x80\x80\"", ALL(ASSAY_JSON_UTF8), NULL },
    { "\"\xF0\x9F\x98", ALL(ASSAY_JSON_UTF8), NULL },
};

static enum assay_status scan(const char *text, enum json_form form, struct json_string *out)
{
    const char *why = NULL;
    return scan_string(slice_from_string(text), form, LIMIT_JSON_STRING_BYTES, out, &why);
}

Test(json_scan, strings_in_each_form)
{
    for (size_t i = 0; i < ARRAY_LEN(string_cases); i++) {
        const struct string_case *c = &string_cases[i];
        struct json_string string;
        cr_expect_eq(scan(c->text, JSON_FORM_WIRE, &string), c->wire, "wire: %s", c->text);
        cr_expect_eq(scan(c->text, JSON_FORM_CANONICAL, &string), c->canonical, "canonical: %s",
                     c->text);
        cr_expect_eq(scan(c->text, JSON_FORM_ANY, &string), c->any, "any: %s", c->text);
        if (c->any == ASSAY_OK) {
            AUTO_ARENA arena = ARENA_INIT(4096);
            struct slice decoded;
            cr_assert_eq(json_string_decode(string, &arena, &decoded, NULL), ASSAY_OK);
            cr_expect(slice_is(decoded, c->decoded), "%s", c->text);
            cr_expect(json_string_is(string, c->decoded), "%s", c->text);
            cr_expect_not(json_string_is(string, "abcd"), "%s", c->text);
        }
    }
}

Test(json_scan, a_raw_nul_is_refused_in_every_form)
{
    struct slice text = SLICE_LITERAL("\"a\0b\"");
    struct json_string string;
    const char *why = NULL;
    cr_expect_eq(scan_string(text, JSON_FORM_WIRE, 100, &string, &why), ASSAY_JSON_SYNTAX);
    cr_expect_eq(scan_string(text, JSON_FORM_CANONICAL, 100, &string, &why), ASSAY_JSON_SYNTAX);
    cr_expect_eq(scan_string(text, JSON_FORM_ANY, 100, &string, &why), ASSAY_JSON_SYNTAX);
}

Test(json_scan, string_length_is_bounded)
{
    struct json_string string;
    const char *why = NULL;
    struct slice text = SLICE_LITERAL("\"12345\"");
    cr_expect_eq(scan_string(text, JSON_FORM_WIRE, 5, &string, &why), ASSAY_OK);
    cr_expect_eq(scan_string(text, JSON_FORM_WIRE, 4, &string, &why), ASSAY_JSON_LIMIT);
}

struct number_case {
    const char *text;
    enum assay_status status;
    bool is_integer;
    int64_t value;
    size_t len;
};

static const struct number_case number_cases[] = {
    { "0", ASSAY_OK, true, 0, 1 },
    { "7,", ASSAY_OK, true, 7, 1 },
    { "-1]", ASSAY_OK, true, -1, 2 },
    { "10", ASSAY_OK, true, 10, 2 },
    { "9007199254740991", ASSAY_OK, true, 9007199254740991, 16 },
    { "-9007199254740991", ASSAY_OK, true, -9007199254740991, 17 },
    { "9007199254740992", ASSAY_JSON_NUMBER, false, 0, 0 },
    { "-9007199254740992", ASSAY_JSON_NUMBER, false, 0, 0 },
    { "9223372036854775807", ASSAY_JSON_NUMBER, false, 0, 0 },
    { "18446744073709551617", ASSAY_JSON_NUMBER, false, 0, 0 },
    { "-0", ASSAY_JSON_NUMBER, false, 0, 0 },
    { "-0.0", ASSAY_OK, false, 0, 4 },
    { "1.0", ASSAY_OK, false, 0, 3 },
    { "1e3", ASSAY_OK, false, 0, 3 },
    { "1E+2", ASSAY_OK, false, 0, 4 },
    { "0.5e-10}", ASSAY_OK, false, 0, 7 },
    { "01", ASSAY_JSON_SYNTAX, false, 0, 0 },
    { "-01", ASSAY_JSON_SYNTAX, false, 0, 0 },
    { "-", ASSAY_JSON_SYNTAX, false, 0, 0 },
    { "1.", ASSAY_JSON_SYNTAX, false, 0, 0 },
    { "1.}                                   ", ASSAY_JSON_SYNTAX, false, 0, 0 },
    { "1e", ASSAY_JSON_SYNTAX, false, 0, 0 },
    { "1e+", ASSAY_JSON_SYNTAX, false, 0, 0 },
    { "1.5e", ASSAY_JSON_SYNTAX, false, 0, 0 },
    { "-.5", ASSAY_JSON_SYNTAX, false, 0, 0 },
    { "12345678901234567890", ASSAY_JSON_NUMBER, false, 0, 0 },
    { "123456789012345678901", ASSAY_JSON_LIMIT, false, 0, 0 },
    { "0.1234567890123456789", ASSAY_JSON_LIMIT, false, 0, 0 },
    { "0.123456789012345678", ASSAY_OK, false, 0, 20 },
    { "1.234567890123456789e99", ASSAY_JSON_LIMIT, false, 0, 0 },
};

Test(json_scan, numbers)
{
    for (size_t i = 0; i < ARRAY_LEN(number_cases); i++) {
        const struct number_case *c = &number_cases[i];
        struct scan_number number = { 0 };
        const char *why = NULL;
        cr_expect_eq(scan_number(slice_from_string(c->text), &number, &why), c->status, "%s",
                     c->text);
        if (c->status == ASSAY_OK) {
            cr_expect_eq(number.is_integer, c->is_integer, "%s", c->text);
            cr_expect_eq(number.value, c->value, "%s", c->text);
            cr_expect_eq(number.len, c->len, "%s", c->text);
        }
    }
}

Test(json_scan, order_is_that_of_the_decoded_bytes)
{
    /* Ascending, each less than all that follow. */
    static const char *const ascending[] = { "\"\"",      "\"\\t\"",    "\" \"", "\"\\\"\"",
                                             "\"#\"",     "\"A\"",      "\"[\"", "\"\\\\\"",
                                             "\"\\\\a\"", "\"]\"",      "\"a\"", "\"a\\\"\"",
                                             "\"aa\"",    "\"\\u00e9\"" };
    for (size_t i = 0; i < ARRAY_LEN(ascending); i++) {
        for (size_t j = 0; j < ARRAY_LEN(ascending); j++) {
            struct json_string a;
            struct json_string b;
            cr_assert_eq(scan(ascending[i], JSON_FORM_ANY, &a), ASSAY_OK);
            cr_assert_eq(scan(ascending[j], JSON_FORM_ANY, &b), ASSAY_OK);
            int order = scan_compare(a, b);
            int sign = (order > 0) - (order < 0);
            cr_expect_eq(sign, (i > j) - (i < j), "%s and %s", ascending[i], ascending[j]);
        }
    }
}
