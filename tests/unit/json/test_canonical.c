/* SPDX-License-Identifier: Apache-2.0 */
#include "json/canonical.h"

#include "base/text.h"
#include "support.h"
#include "json/tree.h"

#include <criterion/criterion.h>
#include <stdlib.h>

TestSuite(json_canonical, .timeout = 60);

static enum assay_status status_of_id(const char *id)
{
#define X(number, name, status_id, class, sentence, remedy)                                        \
    if (strcmp(id, status_id) == 0) {                                                              \
        return ASSAY_##name;                                                                       \
    }
#include <assay/status.def>
#undef X
    cr_assert_fail("no status %s", id);
    return ASSAY_INTERNAL;
}

/* The bytes of member KEY, or of KEY_hex; false if there is neither. */
static bool read_bytes(const struct json_at *row, const char *key, const char *key_hex,
                       struct buf *out)
{
    const char *text = NULL;
    buf_reset(out);
    cr_assert_eq(json_get_string_opt(row, key, &text, NULL), ASSAY_OK);
    if (text != NULL) {
        cr_assert_eq(buf_append_string(out, text, NULL), ASSAY_OK);
        return true;
    }
    cr_assert_eq(json_get_string_opt(row, key_hex, &text, NULL), ASSAY_OK);
    if (text == NULL) {
        return false;
    }
    size_t len = strlen(text) / 2;
    cr_assert_eq(buf_reserve(out, len, NULL), ASSAY_OK);
    cr_assert_eq(hex_decode(slice_from_string(text), out->ptr, len, NULL), ASSAY_OK);
    out->len = len;
    return true;
}

static void run_row(struct slice line)
{
    AUTO_JSON_TREE tree = NULL;
    AUTO_BUF text = BUF_INIT(MIB);
    AUTO_BUF wanted = BUF_INIT(MIB);
    AUTO_BUF got = BUF_INIT(MIB);
    struct json_at row;
    struct assay_error err = ERROR_INIT;
    const char *name = NULL;
    const char *id = NULL;
    cr_assert_eq(json_tree_load(line, "canonical.jsonl", &tree, &row, &err), ASSAY_OK, "%s",
                 err.message);
    cr_assert_eq(json_get_string(&row, "name", &name, &err), ASSAY_OK);
    cr_assert_eq(json_get_string_opt(&row, "status", &id, &err), ASSAY_OK);
    cr_assert(read_bytes(&row, "text", "text_hex", &text), "%s", name);
    bool accepted = read_bytes(&row, "canonical", "canonical_hex", &wanted);
    cr_assert_neq(accepted, id != NULL, "%s: one of canonical and status", name);

    enum assay_status status = json_canonicalise(buf_slice(&text), UINT64_MAX, &got, &err);
    if (!accepted) {
        cr_expect_eq(status, status_of_id(id), "%s: %s, %s", name, assay_status_id(status),
                     err.message);
        return;
    }
    cr_assert_eq(status, ASSAY_OK, "%s: %s", name, err.message);
    cr_expect(slice_equal(buf_slice(&got), buf_slice(&wanted)), "%s: %s", name, buf_text(&got));
}

Test(json_canonical, every_row_of_the_table)
{
    const char *root = getenv("ASSAY_SOURCE_ROOT");
    cr_assert_not_null(root, "ASSAY_SOURCE_ROOT is not set");
    AUTO_BUF table = BUF_INIT(MIB);
    read_test_file(root, "vectors/json/canonical.jsonl", &table);
    struct slice rest = buf_slice(&table);
    size_t count = 0;
    while (rest.len > 0) {
        size_t end = slice_find(rest, '\n');
        run_row(slice_first(rest, end));
        rest = slice_from(rest, end + 1);
        count++;
    }
    cr_assert_geq(count, 176, "%zu rows", count);
}

Test(json_canonical, appends_to_what_the_buffer_holds)
{
    AUTO_BUF out = BUF_INIT(100);
    cr_assert_eq(buf_append_string(&out, "before", NULL), ASSAY_OK);
    cr_assert_eq(json_canonicalise(SLICE_LITERAL("{\"b\":1,\"a\":2}"), 9, &out, NULL), ASSAY_OK);
    cr_expect(slice_is(buf_slice(&out), "before{\"a\":2,\"b\":1}"));
}

Test(json_canonical, the_output_is_bounded_by_its_buffer)
{
    AUTO_BUF exact = BUF_INIT(13);
    AUTO_BUF small = BUF_INIT(12);
    struct slice text = SLICE_LITERAL(" {\"b\":1,\"a\":2}");
    cr_expect_eq(json_canonicalise(text, 9, &exact, NULL), ASSAY_OK);
    cr_expect_eq(json_canonicalise(text, 9, &small, NULL), ASSAY_TOO_LARGE);
}

Test(json_canonical, values_are_counted)
{
    AUTO_BUF out = BUF_INIT(100);
    struct slice text = SLICE_LITERAL("{\"b\":[1],\"a\":2}"); /* 4 */
    cr_expect_eq(json_canonicalise(text, 4, &out, NULL), ASSAY_OK);
    cr_expect_eq(json_canonicalise(text, 3, &out, NULL), ASSAY_JSON_LIMIT);
}

Test(json_canonical, errors_name_the_path)
{
    AUTO_BUF out = BUF_INIT(1000);
    struct assay_error err = ERROR_INIT;
    cr_expect_eq(json_canonicalise(SLICE_LITERAL("{\"a\":[0,{\"b\":1.5}]}"), 99, &out, &err),
                 ASSAY_JSON_NUMBER);
    cr_expect_str_eq(err.message, "$.a[1].b: expected an integer, found a fraction or exponent");
    cr_expect_eq(
        json_canonicalise(SLICE_LITERAL("{\"a\":[{\"x\":1,\"y\":2,\"x\":3}]}"), 99, &out, &err),
        ASSAY_JSON_DUPLICATE);
    cr_expect_str_eq(err.message, "$.a[0]: the member 'x' stands twice");
}

/* All orders of a few members give the same bytes. */
Test(json_canonical, order_does_not_matter)
{
    static const char *const members[] = { "\"a\":1", "\"b\":{\"y\":1,\"x\":[{\"q\":1,\"p\":2}]}",
                                           "\"\\\"\":3", "\"\":4", "\"ab\":5" };
    static const char wanted[] =
        "{\"\":4,\"\\\"\":3,\"a\":1,\"ab\":5,\"b\":{\"x\":[{\"p\":2,\"q\":1}],\"y\":1}}";
    size_t orders = 0;
    for (size_t code = 0; code < 3125; code++) {
        size_t digits[5];
        unsigned int seen = 0;
        size_t left = code;
        for (size_t i = 0; i < 5; i++) {
            digits[i] = left % 5;
            left /= 5;
            seen |= 1U << digits[i];
        }
        if (seen != 31) {
            continue;
        }
        AUTO_BUF text = BUF_INIT(1000);
        AUTO_BUF out = BUF_INIT(1000);
        for (size_t i = 0; i < 5; i++) {
            cr_assert_eq(buf_append_string(&text, i == 0 ? "{" : ",", NULL), ASSAY_OK);
            cr_assert_eq(buf_append_string(&text, members[digits[i]], NULL), ASSAY_OK);
        }
        cr_assert_eq(buf_append_byte(&text, '}', NULL), ASSAY_OK);
        cr_assert_eq(json_canonicalise(buf_slice(&text), 99, &out, NULL), ASSAY_OK);
        cr_expect(slice_is(buf_slice(&out), wanted), "%s", buf_text(&out));
        orders++;
    }
    cr_assert_eq(orders, 120);
}

/* Many members, backwards and nested: sorting must not be quadratic (the suite's timeout). */
Test(json_canonical, many_members_out_of_order)
{
    AUTO_BUF text = BUF_INIT(64 * MIB);
    AUTO_BUF out = BUF_INIT(64 * MIB);
    for (size_t i = 500000; i > 0; i--) {
        cr_assert_eq(buf_printf(&text, NULL, "%c\"k%07zu\":{\"b\":%zu,\"a\":0}",
                                i == 500000 ? '{' : ',', i, i),
                     ASSAY_OK);
    }
    cr_assert_eq(buf_append_byte(&text, '}', NULL), ASSAY_OK);
    cr_assert_eq(json_canonicalise(buf_slice(&text), UINT64_MAX, &out, NULL), ASSAY_OK);
    cr_expect_eq(out.len, text.len);
    struct json_reader reader;
    json_reader_init(&reader, buf_slice(&out), UINT64_MAX);
    cr_expect_eq(json_skip(&reader, NULL, NULL), ASSAY_OK);
    cr_expect_eq(json_finish(&reader, NULL), ASSAY_OK);
}
