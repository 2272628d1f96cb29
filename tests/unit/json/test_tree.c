/* SPDX-License-Identifier: Apache-2.0 */
#include "json/tree.h"

#include <criterion/criterion.h>

TestSuite(json_tree, .timeout = 60);

static enum assay_status load(const char *text, struct json_tree **tree, struct json_at *root,
                              struct assay_error *err)
{
    return json_tree_load(slice_from_string(text), "doc", tree, root, err);
}

struct row {
    const char *text;
    enum assay_status status;
};

static const struct row rows[] = {
    { "{}", ASSAY_OK },
    { " [ ] \n", ASSAY_OK },
    { "{\"b\":1,\"a\":[true,false,null,\"x\"]}", ASSAY_OK },
    { "{\"a\":1.5,\"b\":1e3,\"c\":1.0}", ASSAY_OK },
    { "{\"a\":\"\\u0001\\n\\ud83d\\ude00\"}", ASSAY_OK },
    { "{\"a\":9007199254740991}", ASSAY_OK },
    { "", ASSAY_JSON_SYNTAX },
    { "{", ASSAY_JSON_SYNTAX },
    { "{}x", ASSAY_JSON_SYNTAX },
    { "{}{}", ASSAY_JSON_SYNTAX },
    { "\xEF\xBB\xBF{}", ASSAY_JSON_SYNTAX },
    { "{\"a\":1,}", ASSAY_JSON_SYNTAX },
    { "{'a':1}", ASSAY_JSON_SYNTAX },
    { "{\"a\":01}", ASSAY_JSON_SYNTAX },
    { "{\"a\":NaN}", ASSAY_JSON_SYNTAX },
    { "{\"a\":\"\n\"}", ASSAY_JSON_SYNTAX },
    { "// c\n{}", ASSAY_JSON_SYNTAX },
    { "1", ASSAY_SCHEMA },
    { "\"x\"", ASSAY_SCHEMA },
    { "null", ASSAY_SCHEMA },
    { "true", ASSAY_SCHEMA },
    { "{\"a\":1,\"a\":2}", ASSAY_JSON_DUPLICATE },
    { "{\"a\":1,\"\\u0061\":1}", ASSAY_JSON_DUPLICATE },
    { "[{\"x\":{\"b\":1,\"a\":2,\"b\":3}}]", ASSAY_JSON_DUPLICATE },
    { "{\"a\":-0}", ASSAY_JSON_NUMBER },
    { "{\"a\":9007199254740992}", ASSAY_JSON_NUMBER },
    { "{\"a\":-9007199254740992}", ASSAY_JSON_NUMBER },
    { "{\"a\":9223372036854775808}", ASSAY_JSON_NUMBER },
    { "{\"a\":1e400}", ASSAY_JSON_NUMBER },
    { "{\"a\":100000000000000000000}", ASSAY_JSON_LIMIT },
    { "{\"a\":\"\\u0000\"}", ASSAY_JSON_UTF8 },
    { "{\"\\u0000\":1}", ASSAY_JSON_UTF8 },
    { "{\"a\":\"\\ud800\"}", ASSAY_JSON_UTF8 },
    { "{\"a\":\"\xC0\xAF\"}", ASSAY_JSON_UTF8 },
    { "{\"\xFF\":1}", ASSAY_JSON_UTF8 },
};

Test(json_tree, loads_strictly)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_JSON_TREE tree = NULL;
        struct json_at root;
        struct assay_error err = ERROR_INIT;
        enum assay_status status = load(rows[i].text, &tree, &root, &err);
        cr_expect_eq(status, rows[i].status, "%s: %s (%s)", rows[i].text, assay_status_id(status),
                     err.message);
        cr_expect_eq(tree != NULL, rows[i].status == ASSAY_OK, "%s", rows[i].text);
    }
}

Test(json_tree, nothing_stands_behind_the_value)
{
    static const struct slice texts[] = { { (const uint8_t *)"{}\0", 3 },
                                          { (const uint8_t *)"{}\0\0", 4 },
                                          { (const uint8_t *)"[1]\0 ", 5 } };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        AUTO_JSON_TREE tree = NULL;
        struct json_at root;
        cr_expect_eq(json_tree_load(texts[i], "doc", &tree, &root, NULL), ASSAY_JSON_SYNTAX, "%zu",
                     i);
    }
}

static void repeat(struct buf *out, const char *before, const char *part, size_t count,
                   const char *after)
{
    buf_reset(out);
    cr_assert_eq(buf_append_string(out, before, NULL), ASSAY_OK);
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(buf_append_string(out, part, NULL), ASSAY_OK);
    }
    cr_assert_eq(buf_append_string(out, after, NULL), ASSAY_OK);
}

static enum assay_status load_buf(const struct buf *text)
{
    AUTO_JSON_TREE tree = NULL;
    struct json_at root;
    return json_tree_load(buf_slice(text), "doc", &tree, &root, NULL);
}

Test(json_tree, size_is_bounded_before_the_tree_is_built)
{
    AUTO_BUF text = BUF_INIT(16 * MIB);
    /* The array is a value, too. */
    repeat(&text, "[", "{},", LIMIT_JSON_NODES - 2, "{}]");
    cr_expect_eq(load_buf(&text), ASSAY_OK);
    repeat(&text, "[", "{},", LIMIT_JSON_NODES - 1, "{}]");
    cr_expect_eq(load_buf(&text), ASSAY_JSON_LIMIT);
    repeat(&text, "", "[", LIMIT_JSON_DEPTH, "");
    cr_assert_eq(load_buf(&text), ASSAY_JSON_SYNTAX);
    for (size_t i = 0; i < LIMIT_JSON_DEPTH; i++) {
        cr_assert_eq(buf_append_byte(&text, ']', NULL), ASSAY_OK);
    }
    cr_expect_eq(load_buf(&text), ASSAY_OK);
    repeat(&text, "", "[", LIMIT_JSON_DEPTH + 1, "");
    cr_expect_eq(load_buf(&text), ASSAY_JSON_LIMIT);
    repeat(&text, "", "[", 1000000, "");
    cr_expect_eq(load_buf(&text), ASSAY_JSON_LIMIT);
    repeat(&text, "[\"", "x", LIMIT_JSON_STRING_BYTES, "\"]");
    cr_expect_eq(load_buf(&text), ASSAY_OK);
    repeat(&text, "[\"", "x", LIMIT_JSON_STRING_BYTES + 1, "\"]");
    cr_expect_eq(load_buf(&text), ASSAY_JSON_LIMIT);
    repeat(&text, "{\"", "x", LIMIT_JSON_KEY_BYTES, "\":1}");
    cr_expect_eq(load_buf(&text), ASSAY_OK);
    repeat(&text, "{\"", "x", LIMIT_JSON_KEY_BYTES + 1, "\":1}");
    cr_expect_eq(load_buf(&text), ASSAY_JSON_LIMIT);
    repeat(&text, "[", "1", 1000000, "]");
    cr_expect_eq(load_buf(&text), ASSAY_JSON_LIMIT);
}

static const char sample[] = "{\"text\":\"hello\",\"empty\":\"\",\"number\":42,\"negative\":-1,"
                             "\"fraction\":1.0,\"flag\":true,\"off\":false,\"nothing\":null,"
                             "\"list\":[1,\"two\",{\"deep\":[3]}],\"object\":{\"inner\":\"x\"}}";

Test(json_tree, required_members)
{
    AUTO_JSON_TREE tree = NULL;
    struct json_at root;
    struct json_at at;
    const char *text = NULL;
    int64_t number = 0;
    cr_assert_eq(load(sample, &tree, &root, NULL), ASSAY_OK);
    cr_expect_eq(json_get_string(&root, "text", &text, NULL), ASSAY_OK);
    cr_expect_str_eq(text, "hello");
    cr_expect_eq(json_get_string(&root, "empty", &text, NULL), ASSAY_OK);
    cr_expect_str_empty(text);
    cr_expect_eq(json_get_string(&root, "number", &text, NULL), ASSAY_SCHEMA);
    cr_expect_eq(json_get_string(&root, "nothing", &text, NULL), ASSAY_SCHEMA);
    cr_expect_eq(json_get_string(&root, "absent", &text, NULL), ASSAY_SCHEMA);

    cr_expect_eq(json_get_integer(&root, "number", 42, 42, &number, NULL), ASSAY_OK);
    cr_expect_eq(number, 42);
    cr_expect_eq(json_get_integer(&root, "number", 43, 99, &number, NULL), ASSAY_JSON_NUMBER);
    cr_expect_eq(json_get_integer(&root, "number", 0, 41, &number, NULL), ASSAY_JSON_NUMBER);
    cr_expect_eq(json_get_integer(&root, "negative", 0, 9, &number, NULL), ASSAY_JSON_NUMBER);
    cr_expect_eq(json_get_integer(&root, "fraction", 0, 9, &number, NULL), ASSAY_JSON_NUMBER);
    cr_expect_eq(json_get_integer(&root, "text", 0, 9, &number, NULL), ASSAY_SCHEMA);
    cr_expect_eq(json_get_integer(&root, "absent", 0, 9, &number, NULL), ASSAY_SCHEMA);

    cr_expect_eq(json_get_object(&root, "object", &at, NULL), ASSAY_OK);
    cr_expect_eq(json_get_string(&at, "inner", &text, NULL), ASSAY_OK);
    cr_expect_eq(json_get_object(&root, "list", &at, NULL), ASSAY_SCHEMA);
    cr_expect_eq(json_get_object(&root, "absent", &at, NULL), ASSAY_SCHEMA);
    cr_expect_eq(json_get_array(&root, "list", 3, &at, NULL), ASSAY_OK);
    cr_expect_eq(json_count(&at), 3);
    cr_expect_eq(json_get_array(&root, "list", 2, &at, NULL), ASSAY_JSON_LIMIT);
    cr_expect_eq(json_get_array(&root, "object", 2, &at, NULL), ASSAY_SCHEMA);
    cr_expect_eq(json_get_string(&at, "x", &text, NULL), ASSAY_SCHEMA, "not of this object");
}

Test(json_tree, optional_members)
{
    AUTO_JSON_TREE tree = NULL;
    struct json_at root;
    const char *text = "before";
    cr_assert_eq(load(sample, &tree, &root, NULL), ASSAY_OK);
    cr_expect_eq(json_get_string_opt(&root, "absent", &text, NULL), ASSAY_OK);
    cr_expect_null(text);
    text = "before";
    cr_expect_eq(json_get_string_opt(&root, "nothing", &text, NULL), ASSAY_OK);
    cr_expect_null(text);
    cr_expect_eq(json_get_string_opt(&root, "text", &text, NULL), ASSAY_OK);
    cr_expect_str_eq(text, "hello");
    cr_expect_eq(json_get_string_opt(&root, "flag", &text, NULL), ASSAY_SCHEMA);
}

Test(json_tree, kinds_and_members_in_document_order)
{
    static const char *const keys[] = { "text", "empty", "number",  "negative", "fraction",
                                        "flag", "off",   "nothing", "list",     "object" };
    static const enum json_kind kinds[] = { JSON_KIND_STRING,  JSON_KIND_STRING, JSON_KIND_INTEGER,
                                            JSON_KIND_INTEGER, JSON_KIND_END,    JSON_KIND_BOOL,
                                            JSON_KIND_BOOL,    JSON_KIND_NULL,   JSON_KIND_ARRAY,
                                            JSON_KIND_OBJECT };
    AUTO_JSON_TREE tree = NULL;
    struct json_at root;
    struct json_at at;
    cr_assert_eq(load(sample, &tree, &root, NULL), ASSAY_OK);
    cr_expect_eq(json_kind(&root), JSON_KIND_OBJECT);
    cr_expect_eq(json_count(&root), ARRAY_LEN(keys));
    void *iterator = NULL;
    size_t count = 0;
    while (json_member(&root, &iterator, &at)) {
        cr_assert_lt(count, ARRAY_LEN(keys));
        cr_expect_str_eq(at.key, keys[count]);
        cr_expect_eq(json_kind(&at), kinds[count], "%s", at.key);
        count++;
    }
    cr_expect_eq(count, ARRAY_LEN(keys));
    cr_expect(json_find(&root, "nothing", &at));
    cr_expect_not(json_find(&root, "Text", &at));
    cr_expect(json_find(&root, "text", &at));
    cr_expect_eq(json_count(&at), 0);
    cr_expect_not(json_find(&at, "x", &at), "a string has no members");
}

Test(json_tree, errors_name_document_and_path)
{
    AUTO_JSON_TREE tree = NULL;
    struct json_at root;
    struct json_at list;
    struct json_at third;
    struct json_at deep;
    struct json_at number;
    struct assay_error err = ERROR_INIT;
    const char *text = NULL;
    cr_assert_eq(load(sample, &tree, &root, NULL), ASSAY_OK);
    cr_assert_eq(json_get_array(&root, "list", 3, &list, NULL), ASSAY_OK);
    json_element(&list, 2, &third);
    cr_assert_eq(json_get_array(&third, "deep", 1, &deep, NULL), ASSAY_OK);
    json_element(&deep, 0, &number);
    cr_expect_eq(json_as_string(&number, &text, &err), ASSAY_SCHEMA);
    cr_expect_str_eq(err.message, "doc: $.list[2].deep[0]: expected a string, found an integer");
    cr_expect_eq(json_get_string(&third, "more", &text, &err), ASSAY_SCHEMA);
    cr_expect_str_eq(err.message, "doc: $.list[2]: the member 'more' is missing");
    cr_expect_eq(json_at_fail(&deep, &err, ASSAY_AMBIGUOUS, "%d ways", 2), ASSAY_AMBIGUOUS);
    cr_expect_str_eq(err.message, "doc: $.list[2].deep: 2 ways");
    struct json_tree *none = NULL;
    cr_expect_eq(load("{\"a\":[1,tru]}", &none, &root, &err), ASSAY_JSON_SYNTAX);
    cr_expect(strncmp(err.message, "doc: $.a[1]: ", 13) == 0, "%s", err.message);
}

Test(json_tree, unknown_members_are_refused)
{
    static const char *const known[] = { "a", "b" };
    AUTO_JSON_TREE tree = NULL;
    AUTO_JSON_TREE other = NULL;
    struct json_at root;
    struct assay_error err = ERROR_INIT;
    cr_assert_eq(load("{\"b\":1}", &tree, &root, NULL), ASSAY_OK);
    cr_expect_eq(json_check_members(&root, known, ARRAY_LEN(known), false, NULL), ASSAY_OK);
    cr_assert_eq(load("{\"b\":1,\"A\":2}", &other, &root, NULL), ASSAY_OK);
    cr_expect_eq(json_check_members(&root, known, ARRAY_LEN(known), false, &err), ASSAY_SCHEMA);
    cr_expect_str_eq(err.message, "doc: $.A: this member is not known here");
    cr_expect_eq(json_check_members(&root, known, ARRAY_LEN(known), true, NULL), ASSAY_CONFIG);
}
