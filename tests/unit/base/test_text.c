/* SPDX-License-Identifier: Apache-2.0 */
/* Text from outside: UTF-8, safe display, hex, base64, plain numbers. */
#include "base/text.h"

#include <criterion/criterion.h>

TestSuite(text, .timeout = 60);

struct utf8_case {
    struct slice bytes;
    bool valid;
};

#define CASE(text, valid)                                                                          \
    {                                                                                              \
        { (const uint8_t *)(text), sizeof(text) - 1 }, valid                                       \
    }

static const struct utf8_case utf8_cases[] = {
    CASE("", true),
    CASE("plain ASCII, longer than eight bytes", true),
    CASE("a NUL \0 is a code point", true),
    CASE("\x7f", true),
    CASE("\xc2\x80", true),
    CASE("\xdf\xbf", true),
    CASE("\xe0\xa0\x80", true),
    CASE("\xed\x9f\xbf", true),
    CASE("\xee\x80\x80", true),
    CASE("\xef\xbf\xbf", true),
    CASE("\xf0\x90\x80\x80", true),
    CASE("\xf4\x8f\xbf\xbf", true),
    CASE("\x80", false),
    CASE("\xbf", false),
    CASE("\x82\x80", false),
    CASE("\xbf\xbf", false),
    CASE("\xc0\x80", false),
    CASE("\xc1\xbf", false),
    CASE("\xc2", false),
    CASE("\xc2\x7f", false),
    CASE("\xc2\xc0", false),
    CASE("\xe0\x80\x80", false),
    CASE("\xe0\x9f\xbf", false),
    CASE("\xe1\x80", false),
    CASE("\xed\xa0\x80", false),
    CASE("\xed\xbf\xbf", false),
    CASE("\xf0\x80\x80\x80", false),
    CASE("\xf0\x8f\xbf\xbf", false),
    CASE("\xf1\x80\x80", false),
    CASE("\xf4\x90\x80\x80", false),
    CASE("\xf5\x80\x80\x80", false),
    CASE("\xf8\x88\x80\x80\x80", false),
    CASE("\xfe", false),
    CASE("\xff", false),
    CASE("seven..\xff", false),
    CASE("eight...\xff", false),
    CASE("a sequence that straddles\xe2\x82\xac the eight", true),
};

Test(text, utf8_is_well_formed)
{
    for (size_t i = 0; i < ARRAY_LEN(utf8_cases); i++) {
        cr_expect_eq(text_is_utf8(utf8_cases[i].bytes), utf8_cases[i].valid, "case %zu", i);
    }
}

/* Every code point passes, every surrogate fails: the encoder is the test's own. */
Test(text, utf8_of_every_code_point)
{
    for (uint32_t c = 0x800; c <= 0x10FFFF; c++) {
        uint8_t bytes[4] = { 0 };
        size_t len = c < 0x10000 ? 3 : 4;
        for (size_t i = len - 1; i > 0; i--) {
            bytes[i] = (uint8_t)(0x80U | (c >> (6 * (len - 1 - i)) & 0x3FU));
        }
        bytes[0] = (uint8_t)(len == 3 ? 0xE0U | c >> 12 : 0xF0U | c >> 18);
        bool surrogate = c >= 0xD800 && c <= 0xDFFF;
        if (text_is_utf8(slice_of(bytes, len)) == surrogate ||
            text_is_utf8(slice_of(bytes, len - 1))) {
            cr_assert_fail("U+%X", c);
        }
    }
}

static const struct {
    struct slice bytes;
    const char *shown;
} display_cases[] = {
    { { (const uint8_t *)"plain", 5 }, "plain" },
    { { (const uint8_t *)"", 0 }, "" },
    { { (const uint8_t *)"a\nb\tc\r", 6 }, "a\\x0ab\\x09c\\x0d" },
    { { (const uint8_t *)"\x1b[31mred", 8 }, "\\x1b[31mred" },
    { { (const uint8_t *)"nul\0.", 5 }, "nul\\x00." },
    { { (const uint8_t *)"\x7f", 1 }, "\\x7f" },
    { { (const uint8_t *)"\xc2\x9b", 2 }, "\\u{9b}" },
    { { (const uint8_t *)"\xe2\x80\xae", 3 }, "\\u{202e}" },
    { { (const uint8_t *)"\xe2\x81\xa6", 3 }, "\\u{2066}" },
    { { (const uint8_t *)"\xe2\x80\xa8", 3 }, "\\u{2028}" },
    { { (const uint8_t *)"\xe2\x80\x8b", 3 }, "\\u{200b}" },
    { { (const uint8_t *)"\xef\xbb\xbf", 3 }, "\\u{feff}" },
    { { (const uint8_t *)"\xd8\x9c", 2 }, "\\u{61c}" },
    { { (const uint8_t *)"\xf3\xa0\x80\x81", 4 }, "\\u{e0001}" },
    { { (const uint8_t *)"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9 },
      "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" },
    { { (const uint8_t *)"\xff\xc3", 2 }, "\\xff\\xc3" },
};

Test(text, display_is_safe)
{
    for (size_t i = 0; i < ARRAY_LEN(display_cases); i++) {
        char shown[64];
        text_sanitise(display_cases[i].bytes, shown, sizeof(shown));
        cr_expect_str_eq(shown, display_cases[i].shown, "case %zu: %s", i, shown);
    }
}

Test(text, display_marks_a_cut)
{
    char shown[9];
    text_sanitise(SLICE_LITERAL("12345678"), shown, sizeof(shown));
    cr_expect_str_eq(shown, "12345678");
    text_sanitise(SLICE_LITERAL("123456789"), shown, sizeof(shown));
    cr_expect_str_eq(shown, "12345...");
    text_sanitise(SLICE_LITERAL("1234\xe2\x82\xac.."), shown, sizeof(shown));
    cr_expect_str_eq(shown, "1234...");
    text_sanitise(SLICE_LITERAL("\n\n\n"), shown, sizeof(shown));
    cr_expect_str_eq(shown, "\\x0a...");
    text_sanitise(SLICE_LITERAL("123"), shown, 3);
    cr_expect_str_eq(shown, "..");
    text_sanitise(SLICE_LITERAL("1"), shown, 1);
    cr_expect_str_eq(shown, "");
}

/* Whatever goes in, what comes out is UTF-8 without control characters, and fits. */
Test(text, display_of_all_two_byte_texts)
{
    for (unsigned int pair = 0; pair <= 0xFFFF; pair++) {
        uint8_t bytes[4] = { (uint8_t)(pair >> 8), (uint8_t)pair, 0x80, 0x80 };
        char shown[12];
        text_sanitise(slice_of(bytes, sizeof(bytes)), shown, sizeof(shown));
        size_t len = strlen(shown);
        bool clean = len < sizeof(shown) && text_is_utf8(slice_of(shown, len));
        for (size_t i = 0; i < len; i++) {
            clean = clean && (uint8_t)shown[i] >= 0x20 && shown[i] != 0x7f;
        }
        if (!clean) {
            cr_assert_fail("%04x", pair);
        }
    }
}

Test(text, hex)
{
    char text[9];
    uint8_t bytes[4] = { 0 };
    hex_encode(SLICE_LITERAL("\x00\x7f\xab\xff"), text, sizeof(text));
    cr_expect_str_eq(text, "007fabff");
    hex_encode(SLICE_LITERAL("\x00\x7f\xab\xff"), text, sizeof(text) - 1);
    cr_expect_str_eq(text, "", "what does not fit is not cut");
    cr_expect_eq(hex_decode(SLICE_LITERAL("007fabff"), bytes, 4, NULL), ASSAY_OK);
    cr_expect(slice_equal(slice_of(bytes, 4), SLICE_LITERAL("\x00\x7f\xab\xff")));
    cr_expect_eq(hex_decode(SLICE_EMPTY, bytes, 0, NULL), ASSAY_OK);
    static const char *const bad[] = { "",         "007fabf",  "007fabff0", "007fabff00",
                                       "007FABFF", "007fabfg", "0x7fabff",  "007fab f",
                                       "007fab:f", "007fab`f" };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        cr_expect_eq(hex_decode(slice_from_string(bad[i]), bytes, 4, NULL), ASSAY_SCHEMA, "%s",
                     bad[i]);
    }
    cr_expect(text_is_lower_hex(SLICE_LITERAL("0123456789abcdef")));
    cr_expect_not(text_is_lower_hex(SLICE_LITERAL("0123456789abcdeF")));
    cr_expect_not(text_is_lower_hex(SLICE_LITERAL("/")));
    cr_expect_not(text_is_lower_hex(SLICE_LITERAL("g")));
}

static const struct {
    const char *bytes;
    const char *text;
} base64_cases[] = {
    { "", "" },
    { "f", "Zg==" },
    { "fo", "Zm8=" },
    { "foo", "Zm9v" },
    { "foob", "Zm9vYg==" },
    { "fooba", "Zm9vYmE=" },
    { "foobar", "Zm9vYmFy" },
    { "\xfb\xff\xfe", "+//+" },
};

Test(text, base64_round_trip)
{
    for (size_t i = 0; i < ARRAY_LEN(base64_cases); i++) {
        AUTO_BUF text = BUF_INIT(64);
        uint8_t bytes[16];
        size_t len = 99;
        struct slice plain = slice_from_string(base64_cases[i].bytes);
        cr_expect_eq(base64_encode(plain, &text, NULL), ASSAY_OK);
        cr_expect_str_eq(buf_text(&text), base64_cases[i].text);
        cr_expect_eq(base64_decode(buf_slice(&text), bytes, plain.len, &len, NULL), ASSAY_OK);
        cr_expect(slice_equal(slice_of(bytes, len), plain), "%s", base64_cases[i].text);
    }
}

Test(text, base64_has_one_form_only)
{
    static const char *const bad[] = {
        "Z",      "Zg",           "Zg=",
        "Zg===",  "Zh==",         "Zv==",
        "Zm9=",   "Zm8",          "Zm8==",
        "=",      "==",           "===",
        "====",   "Z===",         "Zg==Zg==",
        "Zm9v\n", "Zm9v\n\n\n\n", "Zm 9v",
        " Zm9",   "Zm9v====",     "Zm9vZm8=Zm9v",
        "-__-",   "Zm9.",         "Z=g=",
        "=Zg=",   "Zm=v",         "\xff\xff\xff\xff",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        uint8_t bytes[32];
        size_t len = 0;
        cr_expect_eq(base64_decode(slice_from_string(bad[i]), bytes, sizeof(bytes), &len, NULL),
                     ASSAY_SCHEMA, "%s", bad[i]);
        cr_expect_eq(len, 0, "%s", bad[i]);
    }
    uint8_t byte = 0;
    size_t len = 0;
    cr_expect_eq(base64_decode(SLICE_LITERAL("Zm8="), &byte, 1, &len, NULL), ASSAY_SCHEMA,
                 "longer than the room for it");
    cr_expect_eq(base64_decode(SLICE_LITERAL("Zm9\0"), &byte, 1, &len, NULL), ASSAY_SCHEMA);
}

/* All texts of one group: exactly those decode that encode back to themselves. */
Test(text, base64_is_canonical)
{
    static const char letters[] = "ABQZagw/+9=-\n";
    AUTO_BUF again = BUF_INIT(16);
    size_t n = sizeof(letters) - 1;
    size_t accepted = 0;
    for (size_t i = 0; i < n * n * n * n; i++) {
        char text[4] = { letters[i % n], letters[i / n % n], letters[i / n / n % n],
                         letters[i / n / n / n] };
        uint8_t bytes[3];
        size_t len = 0;
        if (base64_decode(slice_of(text, 4), bytes, 3, &len, NULL) != ASSAY_OK) {
            continue;
        }
        accepted++;
        buf_reset(&again);
        cr_assert_eq(base64_encode(slice_of(bytes, len), &again, NULL), ASSAY_OK);
        cr_expect(slice_equal(buf_slice(&again), slice_of(text, 4)), "%.4s", text);
    }
    cr_assert_gt(accepted, 10000);
}

Test(text, base64_respects_the_maximum)
{
    AUTO_BUF text = BUF_INIT(7);
    cr_assert_eq(base64_encode(SLICE_LITERAL("foob"), &text, NULL), ASSAY_TOO_LARGE);
}

Test(text, plain_numbers)
{
    static const struct {
        const char *text;
        uint64_t max;
        bool ok;
        uint64_t value;
    } cases[] = {
        { "0", 0, true, 0 },
        { "1", UINT64_MAX, true, 1 },
        { "18446744073709551615", UINT64_MAX, true, UINT64_MAX },
        { "65535", 65535, true, 65535 },
        { "65536", 65535, false, 0 },
        { "18446744073709551616", UINT64_MAX, false, 0 },
        { "99999999999999999999", UINT64_MAX, false, 0 },
        { "184467440737095516150", UINT64_MAX, false, 0 },
        { "", UINT64_MAX, false, 0 },
        { "00", UINT64_MAX, false, 0 },
        { "01", UINT64_MAX, false, 0 },
        { "-1", UINT64_MAX, false, 0 },
        { "+1", UINT64_MAX, false, 0 },
        { " 1", UINT64_MAX, false, 0 },
        { "1 ", UINT64_MAX, false, 0 },
        { "1a", UINT64_MAX, false, 0 },
        { "0x1", UINT64_MAX, false, 0 },
        { "1.0", UINT64_MAX, false, 0 },
        { "1e1", UINT64_MAX, false, 0 },
        { "\xd9\xa1", UINT64_MAX, false, 0 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint64_t value = 4711;
        bool ok = text_to_u64(slice_from_string(cases[i].text), cases[i].max, &value);
        cr_expect_eq(ok, cases[i].ok, "%s", cases[i].text);
        cr_expect_eq(value, ok ? cases[i].value : 4711, "%s", cases[i].text);
    }
}
