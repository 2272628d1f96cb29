/* SPDX-License-Identifier: Apache-2.0 */
#include "json/reader.h"

#include "base/buf.h"

#include <criterion/criterion.h>

TestSuite(json_reader, .timeout = 60);

static enum assay_status skim(struct slice text, enum json_form form, uint64_t max_nodes,
                              struct assay_error *err)
{
    struct json_reader reader;
    json_reader_init_form(&reader, text, form, max_nodes);
    TRY(json_skip(&reader, NULL, err));
    return json_finish(&reader, err);
}

struct row {
    const char *name;
    const char *text;
    enum assay_status status;
};

static const struct row rows[] = {
    { "empty object", "{}", ASSAY_OK },
    { "empty array", "[]", ASSAY_OK },
    { "every kind", "{\"a\":[1,-2,true,false,null,\"x\",{},[]],\"b\":{\"c\":0}}", ASSAY_OK },
    { "space around the text", " \t\r\n{\"a\":1}\n \r\t", ASSAY_OK },
    { "scalars at the top", "12", ASSAY_OK },
    { "non-ASCII in byte order", "{\"\xEF\xBD\x9E\":1,\"\xF0\x9F\x98\x80\":2}", ASSAY_OK },
    { "escaped names in decoded order", "{\"\\\"\":1,\"#\":2,\"[\":3,\"\\\\\":4,\"]\":5}",
      ASSAY_OK },
    { "the empty name first", "{\"\":1,\"a\":2}", ASSAY_OK },
    { "2^53 - 1", "[9007199254740991,-9007199254740991]", ASSAY_OK },

    { "nothing", "", ASSAY_JSON_SYNTAX },
    { "space only", " \n", ASSAY_JSON_SYNTAX },
    { "a byte order mark", "\xEF\xBB\xBF{}", ASSAY_JSON_SYNTAX },
    { "text behind", "{}x", ASSAY_JSON_SYNTAX },
    { "two values", "{}{}", ASSAY_JSON_SYNTAX },
    { "form feed behind", "{}\f", ASSAY_JSON_SYNTAX },
    { "comment", "/**/{}", ASSAY_JSON_SYNTAX },
    { "bare name", "{a:1}", ASSAY_JSON_SYNTAX },
    { "single quotes", "{'a':1}", ASSAY_JSON_SYNTAX },
    { "trailing comma in object", "{\"a\":1,}", ASSAY_JSON_SYNTAX },
    { "trailing comma in array", "[1,]", ASSAY_JSON_SYNTAX },
    { "leading comma in object", "{,\"a\":1}", ASSAY_JSON_SYNTAX },
    { "leading comma in array", "[,1]", ASSAY_JSON_SYNTAX },
    { "missing comma", "[1\"a\"]", ASSAY_JSON_SYNTAX },
    { "missing comma in object", "{\"a\":1\"b\":2}", ASSAY_JSON_SYNTAX },
    { "missing value", "{\"a\":}", ASSAY_JSON_SYNTAX },
    { "missing colon", "{\"a\"1}", ASSAY_JSON_SYNTAX },
    { "another sign for the colon", "{\"a\";1}", ASSAY_JSON_SYNTAX },
    { "another sign for the quote", "{'a\":1}", ASSAY_JSON_SYNTAX },
    { "true misspelt", "[trux]", ASSAY_JSON_SYNTAX },
    { "false misspelt", "[falze]", ASSAY_JSON_SYNTAX },
    { "null misspelt", "[nulk]", ASSAY_JSON_SYNTAX },
    { "wrong bracket in array", "[1}", ASSAY_JSON_SYNTAX },
    { "wrong bracket in object", "{\"a\":1]", ASSAY_JSON_SYNTAX },
    { "open object", "{\"a\":1", ASSAY_JSON_SYNTAX },
    { "open array", "[[1]", ASSAY_JSON_SYNTAX },
    { "literal cut", "[tru]", ASSAY_JSON_SYNTAX },
    { "literal long", "[nulll]", ASSAY_JSON_SYNTAX },
    { "literal with capital", "[True]", ASSAY_JSON_SYNTAX },
    { "NaN", "[NaN]", ASSAY_JSON_SYNTAX },
    { "Infinity", "[Infinity]", ASSAY_JSON_SYNTAX },
    { "hexadecimal", "[0x10]", ASSAY_JSON_SYNTAX },
    { "octal", "[010]", ASSAY_JSON_SYNTAX },
    { "plus", "[+1]", ASSAY_JSON_SYNTAX },
    { "point first", "[.5]", ASSAY_JSON_SYNTAX },
    { "point last", "[1.]", ASSAY_JSON_SYNTAX },
    { "exponent cut", "[1e]", ASSAY_JSON_SYNTAX },

    { "space after a brace", "{ \"a\":1}", ASSAY_JSON_SYNTAX },
    { "space before a colon", "{\"a\" :1}", ASSAY_JSON_SYNTAX },
    { "space after a colon", "{\"a\": 1}", ASSAY_JSON_SYNTAX },
    { "space before a comma", "[1 ,2]", ASSAY_JSON_SYNTAX },
    { "space after a comma", "[1, 2]", ASSAY_JSON_SYNTAX },
    { "space in an empty array", "[ ]", ASSAY_JSON_SYNTAX },
    { "line feed", "{\"a\":1\n}", ASSAY_JSON_SYNTAX },
    { "escaped slash", "[\"\\/\"]", ASSAY_JSON_SYNTAX },
    { "escaped letter", "[\"\\u0061\"]", ASSAY_JSON_SYNTAX },
    { "escaped line feed", "[\"\\n\"]", ASSAY_JSON_SYNTAX },
    { "members out of order", "{\"b\":1,\"a\":2}", ASSAY_JSON_SYNTAX },
    { "prefix out of order", "{\"ab\":1,\"a\":2}", ASSAY_JSON_SYNTAX },
    { "raw bytes in order, decoded names not", "{\"#\":1,\"\\\"\":2}", ASSAY_JSON_SYNTAX },
    { "raw control character", "[\"\x01\"]", ASSAY_JSON_SYNTAX },
    { "raw line feed", "[\"\n\"]", ASSAY_JSON_SYNTAX },
    { "raw 0x1F in a name", "{\"\x1F\":1}", ASSAY_JSON_SYNTAX },

    { "member twice", "{\"a\":1,\"a\":2}", ASSAY_JSON_DUPLICATE },
    { "member twice, same value", "{\"a\":1,\"a\":1}", ASSAY_JSON_DUPLICATE },
    { "member twice, nested", "[{\"x\":{\"a\":1,\"b\":2,\"b\":3}}]", ASSAY_JSON_DUPLICATE },
    { "escaped member twice", "{\"\\\"\":1,\"\\\"\":2}", ASSAY_JSON_DUPLICATE },

    { "1.0", "[1.0]", ASSAY_JSON_NUMBER },
    { "1e0", "[1e0]", ASSAY_JSON_NUMBER },
    { "-0", "[-0]", ASSAY_JSON_NUMBER },
    { "1e400", "[1e400]", ASSAY_JSON_NUMBER },
    { "1e999999999", "[1e999999999]", ASSAY_JSON_NUMBER },
    { "2^53", "[9007199254740992]", ASSAY_JSON_NUMBER },
    { "-2^53", "[-9007199254740992]", ASSAY_JSON_NUMBER },
    { "2^53 + 1", "[9007199254740993]", ASSAY_JSON_NUMBER },
    { "2^63 - 1", "[9223372036854775807]", ASSAY_JSON_NUMBER },
    { "2^63", "[9223372036854775808]", ASSAY_JSON_NUMBER },
    { "2^64", "[18446744073709551616]", ASSAY_JSON_NUMBER },
    { "21 digits", "[100000000000000000000]", ASSAY_JSON_LIMIT },

    { "lone continuation", "[\"\x80\"]", ASSAY_JSON_UTF8 },
    { "overlong", "[\"\xC0\xAF\"]", ASSAY_JSON_UTF8 },
    { "surrogate", "[\"\xED\xA0\x80\"]", ASSAY_JSON_UTF8 },
    { "beyond the last code point", "[\"\xF4\x90\x80\x80\"]", ASSAY_JSON_UTF8 },
    { "cut sequence", "[\"\xE2\x82\"]", ASSAY_JSON_UTF8 },
    { "0xFF in a name", "{\"\xFF\":1}", ASSAY_JSON_UTF8 },
};

Test(json_reader, accepts_the_canonical_form_and_nothing_else)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct assay_error err = ERROR_INIT;
        enum assay_status status =
            skim(slice_from_string(rows[i].text), JSON_FORM_WIRE, UINT64_MAX, &err);
        cr_expect_eq(status, rows[i].status, "%s: %s (%s)", rows[i].name, assay_status_id(status),
                     err.message);
        cr_expect_eq(err.status, rows[i].status, "%s", rows[i].name);
    }
}

/* NUL bytes do not fit into the table. */
Test(json_reader, refuses_other_encodings_and_nul)
{
    static const struct slice texts[] = {
        { (const uint8_t *)"{}\0", 3 },       { (const uint8_t *)"\xFF\xFE{\0}\0", 6 },
        { (const uint8_t *)"\0{\0}", 4 },     { (const uint8_t *)"{\0\0\0}\0\0\0", 8 },
        { (const uint8_t *)"[\"a\0b\"]", 7 }, { (const uint8_t *)"[\0]", 3 },
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        cr_expect_eq(skim(texts[i], JSON_FORM_WIRE, UINT64_MAX, NULL), ASSAY_JSON_SYNTAX, "%zu", i);
        cr_expect_eq(skim(texts[i], JSON_FORM_CANONICAL, UINT64_MAX, NULL), ASSAY_JSON_SYNTAX,
                     "%zu", i);
    }
}

Test(json_reader, control_characters_stand_raw_only_in_what_we_canonicalised)
{
    for (unsigned int byte = 1; byte < 0x20; byte++) {
        uint8_t text[] = "{\"a?\":\"?\"}";
        text[3] = (uint8_t)byte;
        text[7] = (uint8_t)byte;
        struct slice slice = slice_of(text, sizeof(text) - 1);
        cr_expect_eq(skim(slice, JSON_FORM_WIRE, 9, NULL), ASSAY_JSON_SYNTAX, "%02x", byte);
        cr_expect_eq(skim(slice, JSON_FORM_CANONICAL, 9, NULL), ASSAY_OK, "%02x", byte);
        cr_expect_eq(skim(slice, JSON_FORM_ANY, 9, NULL), ASSAY_JSON_SYNTAX, "%02x", byte);
    }
    cr_expect_eq(skim(SLICE_LITERAL("{\"a\":1\n}"), JSON_FORM_CANONICAL, 9, NULL),
                 ASSAY_JSON_SYNTAX, "outside strings they are refused");
}

/* Cut at every byte: a prefix of a good text is never good. */
Test(json_reader, every_truncation_is_refused)
{
    static const char text[] =
        "{\"a\":[1,true,null,\"x\\\\\xC3\xA9\"],\"b\":{\"c\":false,\"d\":{}},\"e\":-12}";
    size_t len = sizeof(text) - 1;
    cr_assert_eq(skim(slice_of(text, len), JSON_FORM_WIRE, 99, NULL), ASSAY_OK);
    for (size_t cut = 0; cut < len; cut++) {
        cr_expect_neq(skim(slice_of(text, cut), JSON_FORM_WIRE, 99, NULL), ASSAY_OK, "%zu", cut);
    }
}

static void nest(struct buf *out, size_t depth, char open, char close)
{
    buf_reset(out);
    for (size_t i = 0; i < depth; i++) {
        cr_assert_eq(buf_append_byte(out, (uint8_t)open, NULL), ASSAY_OK);
        if (open == '{') {
            cr_assert_eq(buf_append_string(out, "\"a\":", NULL), ASSAY_OK);
        }
    }
    cr_assert_eq(buf_append_byte(out, '0', NULL), ASSAY_OK);
    for (size_t i = 0; i < depth; i++) {
        cr_assert_eq(buf_append_byte(out, (uint8_t)close, NULL), ASSAY_OK);
    }
}

Test(json_reader, depth_is_bounded)
{
    static const size_t too_deep[] = { 33, 2049, 1000000 };
    AUTO_BUF text = BUF_INIT(16 * MIB);
    nest(&text, 32, '[', ']');
    cr_expect_eq(skim(buf_slice(&text), JSON_FORM_WIRE, UINT64_MAX, NULL), ASSAY_OK);
    nest(&text, 32, '{', '}');
    cr_expect_eq(skim(buf_slice(&text), JSON_FORM_WIRE, UINT64_MAX, NULL), ASSAY_OK);
    for (size_t i = 0; i < ARRAY_LEN(too_deep); i++) {
        nest(&text, too_deep[i], '[', ']');
        cr_expect_eq(skim(buf_slice(&text), JSON_FORM_WIRE, UINT64_MAX, NULL), ASSAY_JSON_LIMIT);
        nest(&text, too_deep[i], '{', '}');
        cr_expect_eq(skim(buf_slice(&text), JSON_FORM_WIRE, UINT64_MAX, NULL), ASSAY_JSON_LIMIT);
    }
}

Test(json_reader, values_are_counted)
{
    struct slice text = SLICE_LITERAL("[{},{\"a\":1},\"x\",[null]]"); /* 7 */
    cr_expect_eq(skim(text, JSON_FORM_WIRE, 7, NULL), ASSAY_OK);
    cr_expect_eq(skim(text, JSON_FORM_WIRE, 6, NULL), ASSAY_JSON_LIMIT);
    cr_expect_eq(skim(text, JSON_FORM_WIRE, 0, NULL), ASSAY_JSON_LIMIT);
}

static void quoted_text(struct buf *out, const char *before, size_t len, const char *after)
{
    buf_reset(out);
    cr_assert_eq(buf_append_string(out, before, NULL), ASSAY_OK);
    for (size_t i = 0; i < len; i++) {
        cr_assert_eq(buf_append_byte(out, 'x', NULL), ASSAY_OK);
    }
    cr_assert_eq(buf_append_string(out, after, NULL), ASSAY_OK);
}

Test(json_reader, strings_names_and_numbers_are_bounded)
{
    AUTO_BUF text = BUF_INIT(2 * MIB);
    quoted_text(&text, "[\"", LIMIT_JSON_STRING_BYTES, "\"]");
    cr_expect_eq(skim(buf_slice(&text), JSON_FORM_WIRE, 9, NULL), ASSAY_OK);
    quoted_text(&text, "[\"", LIMIT_JSON_STRING_BYTES + 1, "\"]");
    cr_expect_eq(skim(buf_slice(&text), JSON_FORM_WIRE, 9, NULL), ASSAY_JSON_LIMIT);
    quoted_text(&text, "{\"", LIMIT_JSON_KEY_BYTES, "\":1}");
    cr_expect_eq(skim(buf_slice(&text), JSON_FORM_WIRE, 9, NULL), ASSAY_OK);
    quoted_text(&text, "{\"", LIMIT_JSON_KEY_BYTES + 1, "\":1}");
    cr_expect_eq(skim(buf_slice(&text), JSON_FORM_WIRE, 9, NULL), ASSAY_JSON_LIMIT);
    buf_reset(&text);
    for (size_t i = 0; i < 1000000; i++) {
        cr_assert_eq(buf_append_byte(&text, '1', NULL), ASSAY_OK);
    }
    cr_expect_eq(skim(buf_slice(&text), JSON_FORM_WIRE, 9, NULL), ASSAY_JSON_LIMIT);
}
