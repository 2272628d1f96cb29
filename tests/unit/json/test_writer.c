/* SPDX-License-Identifier: Apache-2.0 */
#include "json/tree.h"

#include <criterion/criterion.h>

TestSuite(json_writer, .timeout = 60);

static struct json_new *sample(void)
{
    struct json_new *object = json_new_object();
    struct json_new *list = json_new_array();
    struct json_new *inner = json_new_object();
    json_add_string(object, "z", "text");
    json_add_integer(object, "a", -5);
    json_add_bool(object, "flag", true);
    json_add_bool(object, "off", false);
    json_add_null(object, "none");
    json_add_string(object, "null", NULL);
    json_append_string(list, "one");
    json_add_integer(inner, "two", 2);
    json_append(list, inner);
    json_add(object, "list", list);
    json_add(object, "empty", json_new_array());
    json_add(object, "bare", json_new_object());
    return object;
}

Test(json_writer, compact_in_the_order_of_adding)
{
    AUTO_BUF out = BUF_INIT(1000);
    cr_assert_eq(json_write(sample(), 0, &out, NULL), ASSAY_OK);
    cr_expect_str_eq(buf_text(&out), "{\"z\":\"text\",\"a\":-5,\"flag\":true,\"off\":false,"
                                     "\"none\":null,\"null\":null,\"list\":[\"one\",{\"two\":2}],"
                                     "\"empty\":[],\"bare\":{}}");
}

Test(json_writer, indented_as_other_tools_write_it)
{
    AUTO_BUF out = BUF_INIT(1000);
    cr_assert_eq(json_write(sample(), 4, &out, NULL), ASSAY_OK);
    cr_expect_str_eq(buf_text(&out), "{\n"
                                     "    \"z\": \"text\",\n"
                                     "    \"a\": -5,\n"
                                     "    \"flag\": true,\n"
                                     "    \"off\": false,\n"
                                     "    \"none\": null,\n"
                                     "    \"null\": null,\n"
                                     "    \"list\": [\n"
                                     "        \"one\",\n"
                                     "        {\n"
                                     "            \"two\": 2\n"
                                     "        }\n"
                                     "    ],\n"
                                     "    \"empty\": [],\n"
                                     "    \"bare\": {}\n"
                                     "}");
}

Test(json_writer, text_stays_utf8_and_control_characters_are_escaped)
{
    AUTO_BUF out = BUF_INIT(1000);
    struct json_new *list = json_new_array();
    json_append_string(list, "é€😀 \"\\/\n\x01");
    cr_assert_eq(json_write(list, 0, &out, NULL), ASSAY_OK);
    cr_expect_str_eq(buf_text(&out), "[\"é€😀 \\\"\\\\/\\n\\u0001\"]");
}

Test(json_writer, what_is_not_utf8_is_written_as_it_is_shown)
{
    AUTO_BUF out = BUF_INIT(1000);
    struct json_new *object = json_new_object();
    json_add_string(object, "k\xFF", "v\xC0\x80\x1B");
    cr_assert_eq(json_write(object, 0, &out, NULL), ASSAY_OK);
    AUTO_JSON_TREE tree = NULL;
    struct json_at root;
    cr_expect_eq(json_tree_load(buf_slice(&out), "out", &tree, &root, NULL), ASSAY_OK, "%s",
                 buf_text(&out));
    cr_expect_eq(json_count(&root), 1);
}

Test(json_writer, a_missing_part_makes_writing_fail)
{
    AUTO_BUF out = BUF_INIT(1000);
    struct json_new *object = json_new_object();
    json_add(object, "part", NULL); /* as when making it ran out of memory */
    cr_expect_eq(json_write(object, 0, &out, NULL), ASSAY_NO_MEMORY);

    struct json_new *outer = json_new_array();
    struct json_new *inner = json_new_array();
    json_append(inner, NULL);
    json_append(outer, inner);
    cr_expect_eq(json_write(outer, 0, &out, NULL), ASSAY_NO_MEMORY, "also when it lies deeper");

    cr_expect_eq(json_write(NULL, 0, &out, NULL), ASSAY_NO_MEMORY);
    cr_expect_eq(out.len, 0);
    /* Adding to what could not be made is harmless and frees the part. */
    json_add_string(NULL, "a", "b");
    json_append_string(NULL, "b");
    json_add(NULL, "a", json_new_object());
    json_append(NULL, json_new_array());
    json_new_free(NULL);
}

Test(json_writer, output_is_bounded_by_its_buffer)
{
    AUTO_BUF out = BUF_INIT(20);
    cr_expect_eq(json_write(sample(), 0, &out, NULL), ASSAY_TOO_LARGE);
}
