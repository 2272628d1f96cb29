/* SPDX-License-Identifier: Apache-2.0 */
#include "json/reader.h"

#include <criterion/criterion.h>

TestSuite(json_reader_calls, .timeout = 60);

Test(json_reader_calls, reads_member_by_member)
{
    struct slice text = SLICE_LITERAL(
        "{\"flag\":true,\"list\":[1,\"two\",{\"k\":3}],\"none\":null,\"number\":-5,\"text\":\"a\\\"b\"}");
    struct json_reader reader;
    struct json_string key;
    struct json_string string;
    int64_t number = 0;
    bool flag = false;
    bool more = false;
    json_reader_init(&reader, text, 100);
    cr_assert_eq(json_peek(&reader), JSON_KIND_OBJECT);
    cr_assert_eq(json_enter_object(&reader, NULL), ASSAY_OK);

    cr_assert_eq(json_next_member(&reader, &key, &more, NULL), ASSAY_OK);
    cr_assert(more && json_string_is(key, "flag"));
    cr_assert_eq(json_peek(&reader), JSON_KIND_BOOL);
    cr_assert_eq(json_read_bool(&reader, &flag, NULL), ASSAY_OK);
    cr_assert(flag);
    cr_assert_eq(json_peek(&reader), JSON_KIND_END, "the value was read");

    cr_assert_eq(json_next_member(&reader, &key, &more, NULL), ASSAY_OK);
    cr_assert(more && json_string_is(key, "list"));
    cr_assert_eq(json_enter_array(&reader, NULL), ASSAY_OK);
    cr_assert_eq(json_next_element(&reader, &more, NULL), ASSAY_OK);
    cr_assert_eq(json_read_integer(&reader, 1, 1, &number, NULL), ASSAY_OK);
    cr_assert_eq(json_next_element(&reader, &more, NULL), ASSAY_OK);
    cr_assert_eq(json_read_string(&reader, &string, NULL), ASSAY_OK);
    cr_assert(slice_is(string.raw, "two") && !string.escaped);
    cr_assert_eq(json_next_element(&reader, &more, NULL), ASSAY_OK);
    struct slice span;
    cr_assert_eq(json_skip(&reader, &span, NULL), ASSAY_OK);
    cr_assert(slice_is(span, "{\"k\":3}"));
    cr_assert_eq(json_next_element(&reader, &more, NULL), ASSAY_OK);
    cr_assert_not(more);

    cr_assert_eq(json_next_member(&reader, &key, &more, NULL), ASSAY_OK);
    cr_assert_eq(json_peek(&reader), JSON_KIND_NULL);
    cr_assert_eq(json_read_null(&reader, &flag, NULL), ASSAY_OK);
    cr_assert(flag);

    cr_assert_eq(json_next_member(&reader, &key, &more, NULL), ASSAY_OK);
    cr_assert_eq(json_read_null(&reader, &flag, NULL), ASSAY_OK);
    cr_assert_not(flag, "a number is not null and stays");
    cr_assert_eq(json_read_integer(&reader, -5, 0, &number, NULL), ASSAY_OK);
    cr_assert_eq(number, -5);

    cr_assert_eq(json_next_member(&reader, &key, &more, NULL), ASSAY_OK);
    cr_assert_eq(json_read_string(&reader, &string, NULL), ASSAY_OK);
    cr_assert(string.escaped && json_string_is(string, "a\"b"));
    cr_assert_not(json_string_is(string, "a\"") || json_string_is(string, "a\"bc"));
    cr_assert_eq(json_next_member(&reader, &key, &more, NULL), ASSAY_OK);
    cr_assert_not(more);
    cr_assert_eq(json_finish(&reader, NULL), ASSAY_OK);
    cr_assert_eq(reader.nodes, 10);
}

Test(json_reader_calls, the_envelope_may_have_any_order)
{
    struct slice text = SLICE_LITERAL("{\"signed\":{\"b\":1,\"a\":2},\"signatures\":[]}");
    struct json_reader reader;
    struct json_string key;
    bool more = false;
    json_reader_init(&reader, text, 100);
    cr_assert_eq(json_enter_object_any_order(&reader, NULL), ASSAY_OK);
    cr_assert_eq(json_next_member(&reader, &key, &more, NULL), ASSAY_OK);
    cr_assert_eq(json_skip(&reader, NULL, NULL), ASSAY_JSON_SYNTAX, "but not what is inside");

    text = SLICE_LITERAL("{\"signed\":{\"a\":2},\"signatures\":[]}");
    json_reader_init(&reader, text, 100);
    cr_assert_eq(json_enter_object_any_order(&reader, NULL), ASSAY_OK);
    cr_assert_eq(json_next_member(&reader, &key, &more, NULL), ASSAY_OK);
    cr_assert_eq(json_skip(&reader, NULL, NULL), ASSAY_OK);
    cr_assert_eq(json_next_member(&reader, &key, &more, NULL), ASSAY_OK);
    cr_assert(more && json_string_is(key, "signatures"));
    cr_assert_eq(json_skip(&reader, NULL, NULL), ASSAY_OK);
    cr_assert_eq(json_next_member(&reader, &key, &more, NULL), ASSAY_OK);
    cr_assert_not(more);
    cr_assert_eq(json_finish(&reader, NULL), ASSAY_OK);

    json_reader_init(&reader, text, 100);
    cr_assert_eq(json_skip(&reader, NULL, NULL), ASSAY_JSON_SYNTAX, "elsewhere order is required");
}

Test(json_reader_calls, another_kind_is_a_schema_error)
{
    static const char *const texts[] = { "null", "true", "1", "\"x\"", "[]", "{}" };
    static const enum json_kind kinds[] = { JSON_KIND_NULL,   JSON_KIND_BOOL,  JSON_KIND_INTEGER,
                                            JSON_KIND_STRING, JSON_KIND_ARRAY, JSON_KIND_OBJECT };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct json_reader reader;
        struct json_string string;
        int64_t number;
        bool flag;
        struct slice text = slice_from_string(texts[i]);
#define WANTED(kind) (kinds[i] == (kind) ? ASSAY_OK : ASSAY_SCHEMA)
        json_reader_init(&reader, text, 9);
        cr_expect_eq(json_read_bool(&reader, &flag, NULL), WANTED(JSON_KIND_BOOL), "%s", texts[i]);
        json_reader_init(&reader, text, 9);
        cr_expect_eq(json_read_integer(&reader, 0, 9, &number, NULL), WANTED(JSON_KIND_INTEGER),
                     "%s", texts[i]);
        json_reader_init(&reader, text, 9);
        cr_expect_eq(json_read_string(&reader, &string, NULL), WANTED(JSON_KIND_STRING), "%s",
                     texts[i]);
        json_reader_init(&reader, text, 9);
        cr_expect_eq(json_enter_array(&reader, NULL), WANTED(JSON_KIND_ARRAY), "%s", texts[i]);
        json_reader_init(&reader, text, 9);
        cr_expect_eq(json_enter_object(&reader, NULL), WANTED(JSON_KIND_OBJECT), "%s", texts[i]);
#undef WANTED
    }
}

Test(json_reader_calls, integers_outside_the_wanted_range_are_refused)
{
    struct json_reader reader;
    int64_t number = 77;
    json_reader_init(&reader, SLICE_LITERAL("-1"), 9);
    cr_expect_eq(json_read_integer(&reader, 0, 10, &number, NULL), ASSAY_JSON_NUMBER);
    json_reader_init(&reader, SLICE_LITERAL("11"), 9);
    cr_expect_eq(json_read_integer(&reader, 0, 10, &number, NULL), ASSAY_JSON_NUMBER);
    cr_expect_eq(number, 77, "untouched");
    json_reader_init(&reader, SLICE_LITERAL("10"), 9);
    cr_expect_eq(json_read_integer(&reader, 0, 10, &number, NULL), ASSAY_OK);
    cr_expect_eq(number, 10);
}

/* A value that was passed over unread must not count as checked. */
Test(json_reader_calls, a_value_must_not_be_left_unread)
{
    struct json_reader reader;
    struct json_string key;
    bool more = false;
    json_reader_init(&reader, SLICE_LITERAL("{\"a\":}"), 9);
    cr_assert_eq(json_enter_object(&reader, NULL), ASSAY_OK);
    cr_assert_eq(json_next_member(&reader, &key, &more, NULL), ASSAY_OK);
    cr_expect_eq(json_next_member(&reader, &key, &more, NULL), ASSAY_INTERNAL);
    json_reader_init(&reader, SLICE_LITERAL("[]"), 9);
    cr_expect_eq(json_next_member(&reader, &key, &more, NULL), ASSAY_INTERNAL, "nothing is open");
    cr_expect_eq(json_finish(&reader, NULL), ASSAY_INTERNAL, "nothing was read");
    cr_assert_eq(json_enter_array(&reader, NULL), ASSAY_OK);
    cr_expect_eq(json_next_member(&reader, &key, &more, NULL), ASSAY_INTERNAL, "an array is open");
    cr_expect_eq(json_finish(&reader, NULL), ASSAY_INTERNAL, "the array is open");
    cr_assert_eq(json_next_element(&reader, &more, NULL), ASSAY_OK);
    cr_expect_eq(json_finish(&reader, NULL), ASSAY_OK);
}

/* Goes to $.signed.roles[1].threshold and fails there. */
static void fail_deep(struct json_reader *reader, struct assay_error *err)
{
    struct json_string key;
    bool more = false;
    int64_t number = 0;
    cr_assert_eq(json_enter_object(reader, err), ASSAY_OK);
    cr_assert_eq(json_next_member(reader, &key, &more, err), ASSAY_OK);
    cr_assert_eq(json_enter_object(reader, err), ASSAY_OK);
    cr_assert_eq(json_next_member(reader, &key, &more, err), ASSAY_OK);
    cr_assert_eq(json_enter_array(reader, err), ASSAY_OK);
    cr_assert_eq(json_next_element(reader, &more, err), ASSAY_OK);
    cr_assert_eq(json_skip(reader, NULL, err), ASSAY_OK);
    cr_assert_eq(json_next_element(reader, &more, err), ASSAY_OK);
    cr_assert_eq(json_enter_object(reader, err), ASSAY_OK);
    cr_assert_eq(json_next_member(reader, &key, &more, err), ASSAY_OK);
    cr_assert_eq(json_read_integer(reader, 1, 9, &number, err), ASSAY_SCHEMA);
}

Test(json_reader_calls, errors_name_the_path)
{
    struct slice text = SLICE_LITERAL("{\"signed\":{\"roles\":[0,{\"threshold\":\"1\"}]}}");
    struct assay_error err = ERROR_INIT;
    struct json_reader reader;
    json_reader_init(&reader, text, 99);
    fail_deep(&reader, &err);
    cr_expect_str_eq(err.message,
                     "$.signed.roles[1].threshold: expected an integer, found a string");
    json_reader_init(&reader, text, 99);
    reader.name = "root version 3";
    fail_deep(&reader, &err);
    cr_expect_str_eq(
        err.message,
        "root version 3: $.signed.roles[1].threshold: expected an integer, found a string");
    char path[LIMIT_JSON_PATH_BYTES];
    json_path(&reader, path, sizeof(path));
    cr_expect_str_eq(path, "root version 3: $.signed.roles[1].threshold");
    char little[12];
    reader.name = NULL;
    json_path(&reader, little, sizeof(little));
    cr_expect_leq(strlen(little), sizeof(little) - 1);
    cr_expect(strncmp(little, "$.s", 3) == 0 && strstr(little, "...") != NULL, "%s", little);
    char none[1];
    json_path(&reader, none, sizeof(none));
    cr_expect_str_empty(none);
}

Test(json_reader_calls, the_path_is_safe_to_show)
{
    struct json_reader reader;
    struct json_string key;
    bool more = false;
    char path[LIMIT_JSON_PATH_BYTES];
    json_reader_init_form(&reader, SLICE_LITERAL("{\"a\x1b[31m\":1}"), JSON_FORM_CANONICAL, 9);
    cr_assert_eq(json_enter_object(&reader, NULL), ASSAY_OK);
    cr_assert_eq(json_next_member(&reader, &key, &more, NULL), ASSAY_OK);
    json_path(&reader, path, sizeof(path));
    cr_expect_eq(strchr(path, 0x1b), NULL, "%s", path);
}

Test(json_reader_calls, a_decoded_string_is_copied_only_when_it_must_be)
{
    AUTO_ARENA arena = ARENA_INIT(8);
    struct slice out;
    struct json_string plain = { SLICE_LITERAL("longer than the arena"), false };
    cr_expect_eq(json_string_decode(plain, &arena, &out, NULL), ASSAY_OK);
    cr_expect_eq(out.ptr, plain.raw.ptr);
    struct json_string escaped = { SLICE_LITERAL("a\\\\b"), true };
    cr_expect_eq(json_string_decode(escaped, &arena, &out, NULL), ASSAY_OK);
    cr_expect(slice_is(out, "a\\b"));
    struct json_string big = { SLICE_LITERAL("longer than the arena\\\\"), true };
    cr_expect_eq(json_string_decode(big, &arena, &out, NULL), ASSAY_JSON_LIMIT);
}

struct case_row {
    const char *key;
    enum assay_status status;
};

static const struct case_row case_rows[] = {
    { "version", ASSAY_OK },
    { "keyid", ASSAY_OK },
    { "other", ASSAY_OK },
    { "", ASSAY_OK },
    { "versio", ASSAY_OK },
    { "versions", ASSAY_OK },
    { "VERSION", ASSAY_SCHEMA },
    { "Version", ASSAY_SCHEMA },
    { "ver\xC5\xBFion", ASSAY_SCHEMA },
    { "VER\xC5\xBFION", ASSAY_SCHEMA },
    { "\xE2\x84\xAA"
      "eyid",
      ASSAY_SCHEMA },
    { "\xE2\x84\xAA"
      "EYID",
      ASSAY_SCHEMA },
    { "vers\xC4\xB1on", ASSAY_OK }, /* the dotless i does not fold */
};

Test(json_reader_calls, case_variants_of_known_members_are_refused)
{
    static const char *const known[] = { "keyid", "version" };
    for (size_t i = 0; i < ARRAY_LEN(case_rows); i++) {
        struct json_reader reader;
        struct json_string key = { slice_from_string(case_rows[i].key), false };
        json_reader_init(&reader, SLICE_LITERAL("{}"), 9);
        cr_expect_eq(json_check_case(&reader, key, known, ARRAY_LEN(known), NULL),
                     case_rows[i].status, "%s", case_rows[i].key);
    }
    struct json_reader reader;
    struct json_string escaped = { SLICE_LITERAL("\\\"Version"), true };
    json_reader_init(&reader, SLICE_LITERAL("{}"), 9);
    cr_expect_eq(json_check_case(&reader, escaped, known, ARRAY_LEN(known), NULL), ASSAY_OK);
}
