/* SPDX-License-Identifier: Apache-2.0 */
/* The strict reader, the canonical writer and our tree against each other and against jansson, on
 * random texts. */
#include "generate.h"

#include "json/canonical.h"
#include "json/tree.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(SANITIZED)
#define TEXT_COUNT 60000UL
#else
#define TEXT_COUNT 1000000UL
#endif

TestSuite(json_differential, .timeout = 240);

static enum assay_status skim(struct slice text, enum json_form form, struct slice *span)
{
    struct json_reader reader;
    json_reader_init_form(&reader, text, form, UINT64_MAX);
    TRY(json_skip(&reader, span, NULL));
    return json_finish(&reader, NULL);
}

static bool same_text(struct json_string ours, const char *theirs, size_t len)
{
    AUTO_ARENA arena = ARENA_INIT(LIMIT_JSON_STRING_BYTES + 1);
    struct slice decoded;
    cr_assert_eq(json_string_decode(ours, &arena, &decoded, NULL), ASSAY_OK);
    return slice_equal(decoded, slice_of(theirs, len)) && json_string_is(ours, theirs);
}

static bool same_value(struct json_reader *reader, const json_t *theirs);

static bool same_array(struct json_reader *reader, const json_t *theirs)
{
    size_t count = 0;
    bool more = false;
    cr_assert_eq(json_enter_array(reader, NULL), ASSAY_OK);
    cr_assert_eq(json_next_element(reader, &more, NULL), ASSAY_OK);
    while (more) {
        if (!same_value(reader, json_array_get(theirs, count))) {
            return false;
        }
        count++;
        cr_assert_eq(json_next_element(reader, &more, NULL), ASSAY_OK);
    }
    return json_is_array(theirs) && count == json_array_size(theirs);
}

static const json_t *member_of(const json_t *theirs, struct json_string key)
{
    AUTO_ARENA arena = ARENA_INIT(LIMIT_JSON_STRING_BYTES + 1);
    struct slice decoded;
    cr_assert_eq(json_string_decode(key, &arena, &decoded, NULL), ASSAY_OK);
    return json_object_getn(theirs, (const char *)decoded.ptr, decoded.len);
}

static bool same_object(struct json_reader *reader, const json_t *theirs)
{
    size_t count = 0;
    bool more = false;
    struct json_string key;
    cr_assert_eq(json_enter_object(reader, NULL), ASSAY_OK);
    cr_assert_eq(json_next_member(reader, &key, &more, NULL), ASSAY_OK);
    while (more) {
        if (!same_value(reader, member_of(theirs, key))) {
            return false;
        }
        count++;
        cr_assert_eq(json_next_member(reader, &key, &more, NULL), ASSAY_OK);
    }
    return json_is_object(theirs) && count == json_object_size(theirs);
}

/* Compares the next value of the reader with jansson's; the texts are at most 7 deep. */
static bool same_value(struct json_reader *reader, const json_t *theirs)
{
    struct json_string string;
    int64_t number = 0;
    bool flag = false;
    switch (json_peek(reader)) {
    case JSON_KIND_OBJECT:
        return same_object(reader, theirs);
    case JSON_KIND_ARRAY:
        return same_array(reader, theirs);
    case JSON_KIND_STRING:
        cr_assert_eq(json_read_string(reader, &string, NULL), ASSAY_OK);
        return json_is_string(theirs) &&
               same_text(string, json_string_value(theirs), json_string_length(theirs));
    case JSON_KIND_INTEGER:
        cr_assert_eq(json_read_integer(reader, INT64_MIN, INT64_MAX, &number, NULL), ASSAY_OK);
        return json_is_integer(theirs) && json_integer_value(theirs) == number;
    case JSON_KIND_BOOL:
        cr_assert_eq(json_read_bool(reader, &flag, NULL), ASSAY_OK);
        return flag ? json_is_true(theirs) : json_is_false(theirs);
    case JSON_KIND_NULL:
        cr_assert_eq(json_read_null(reader, &flag, NULL), ASSAY_OK);
        return flag && json_is_null(theirs);
    case JSON_KIND_END:
        break;
    }
    return false;
}

struct tally {
    size_t canonical; /* the text was canonical already */
    size_t rewritten; /* it had a canonical form */
    size_t refused[ASSAY_JSON_LIMIT + 1];
};

static bool holds_control(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < 0x20) {
            return true;
        }
    }
    return false;
}

/* A text that has a canonical form: jansson reads the same values out of it, and the form is
 * stable. */
static void compare_accepted(struct slice text, struct slice canonical, const json_t *theirs)
{
    struct json_reader reader;
    cr_assert_not_null(theirs, "accepted alone: %.*s", SLICE_ARGS(text));
    json_reader_init_form(&reader, canonical, JSON_FORM_CANONICAL, UINT64_MAX);
    cr_assert(same_value(&reader, theirs), "other values: %.*s", SLICE_ARGS(text));
    cr_assert_eq(json_finish(&reader, NULL), ASSAY_OK);
    if (!holds_control(canonical)) {
        AUTO_BUF again = BUF_INIT(MIB);
        cr_assert_eq(json_canonicalise(canonical, UINT64_MAX, &again, NULL), ASSAY_OK);
        cr_assert(slice_equal(buf_slice(&again), canonical), "unstable: %.*s", SLICE_ARGS(text));
    }
}

static void compare(struct slice text, struct tally *tally)
{
    struct slice span = SLICE_EMPTY;
    AUTO_BUF canonical = BUF_INIT(MIB);
    AUTO_JSON_TREE tree = NULL;
    struct json_at root;
    json_error_t error;
    enum assay_status made = json_canonicalise(text, UINT64_MAX, &canonical, NULL);
    enum assay_status read = skim(text, JSON_FORM_WIRE, &span);
    enum assay_status loaded = json_tree_load(text, "text", &tree, &root, NULL);
    json_t *theirs = json_loadb((const char *)text.ptr, text.len,
                                JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    cr_assert_leq(made, ASSAY_JSON_LIMIT);
    if (made == ASSAY_OK) {
        compare_accepted(text, buf_slice(&canonical), theirs);
        bool already = slice_equal(span, buf_slice(&canonical));
        cr_assert_eq(read == ASSAY_OK, already, "%.*s", SLICE_ARGS(text));
        cr_assert(loaded == ASSAY_OK || loaded == ASSAY_SCHEMA, "%.*s", SLICE_ARGS(text));
        tally->canonical += already ? 1 : 0;
        tally->rewritten += already ? 0 : 1;
    } else {
        cr_assert_neq(read, ASSAY_OK, "%.*s", SLICE_ARGS(text));
        tally->refused[made]++;
    }
    bool is_form = made == ASSAY_JSON_SYNTAX || made == ASSAY_JSON_UTF8;
    /* jansson may pass over a NUL between tokens; ours never gets that far. */
    if (made == ASSAY_JSON_DUPLICATE || (is_form && slice_find(text, '\0') == text.len)) {
        cr_assert_null(theirs, "refused alone: %.*s", SLICE_ARGS(text));
    }
    cr_assert(loaded != ASSAY_OK || made == ASSAY_OK || made == ASSAY_JSON_NUMBER, "%.*s",
              SLICE_ARGS(text));
    cr_assert(loaded != ASSAY_OK || theirs != NULL, "%.*s", SLICE_ARGS(text));
    json_decref(theirs);
}

Test(json_differential, all_agree_on_random_texts)
{
    AUTO_BUF text = BUF_INIT(MIB);
    struct generator generator = { .state = 0x2545F4914F6CDD1DULL, .out = &text };
    struct tally tally = { 0 };
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        generate_text(&generator);
        compare(buf_slice(&text), &tally);
    }
    (void)fprintf(stderr,
                  "%lu texts: %zu canonical, %zu rewritten; refused: %zu syntax, %zu duplicate, "
                  "%zu number, %zu utf-8, %zu limit\n",
                  TEXT_COUNT, tally.canonical, tally.rewritten, tally.refused[ASSAY_JSON_SYNTAX],
                  tally.refused[ASSAY_JSON_DUPLICATE], tally.refused[ASSAY_JSON_NUMBER],
                  tally.refused[ASSAY_JSON_UTF8], tally.refused[ASSAY_JSON_LIMIT]);
    /* The comparison is worth something only if every outcome occurs often. */
    cr_expect_gt(tally.canonical, TEXT_COUNT / 20);
    cr_expect_gt(tally.rewritten, TEXT_COUNT / 20);
    for (size_t i = ASSAY_JSON_SYNTAX; i <= ASSAY_JSON_LIMIT; i++) {
        cr_expect_gt(tally.refused[i], TEXT_COUNT / 1000, "%zu", i);
    }
}
