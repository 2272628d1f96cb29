/* SPDX-License-Identifier: Apache-2.0 */
/* The values of fields: words, numbers, days, lists. */
#include "base/list.h"
#include "base/text.h"
#include "policy/set.h"

#include <inttypes.h>

#define DAYS_MAX  3650 /* ten years */
#define PORT_MAX  65535
#define WORDS_MAX 256 /* bytes of all choices of a field */

static const char *key_of(enum policy_field field)
{
    return policy_field_row(field)->key;
}

/* "a, b, c" of words separated by blanks. */
static enum assay_status join_words(const char *words, struct buf *out, struct assay_error *err)
{
    struct slice rest = slice_from_string(words);
    while (rest.len > 0) {
        size_t end = slice_find(rest, ' ');
        TRY(buf_printf(out, err, "%s%.*s", out->len == 0 ? "" : ", ",
                       SLICE_ARGS(slice_first(rest, end))));
        rest = slice_from(rest, end + 1);
    }
    return ASSAY_OK;
}

static enum assay_status read_choice(const struct policy_reader *reader, enum policy_field field,
                                     const struct yaml_node *node, int64_t *out,
                                     struct assay_error *err)
{
    AUTO_BUF known = BUF_INIT(WORDS_MAX);
    struct slice rest = slice_from_string(policy_field_row(field)->choices);
    *out = 0;
    while (node->kind == YAML_SCALAR && rest.len > 0) {
        size_t end = slice_find(rest, ' ');
        if (slice_equal(node->text, slice_first(rest, end))) {
            return ASSAY_OK;
        }
        rest = slice_from(rest, end + 1);
        ++*out;
    }
    TRY(join_words(policy_field_row(field)->choices, &known, err));
    return policy_refuse(reader, &node->start, err, "%s: expected one of %s", key_of(field),
                         buf_text(&known));
}

static bool is_days(enum policy_field field)
{
    return field == POLICY_IMAGE_MAX_AGE || field == POLICY_FRESH_MAX_AGE ||
           field == POLICY_FRESH_LIFETIME || field == POLICY_FRESH_WARN_BEFORE;
}

static uint64_t largest(enum policy_field field)
{
    return is_days(field)                      ? DAYS_MAX
           : field == POLICY_IMAGE_LOWEST_PORT ? PORT_MAX
                                               : LIMIT_ROLE_KEYS;
}

/* A number of days may end in "d". */
static enum assay_status read_number(const struct policy_reader *reader, enum policy_field field,
                                     const struct yaml_node *node, int64_t *out,
                                     struct assay_error *err)
{
    uint64_t number = 0;
    struct slice text = node->kind == YAML_SCALAR ? node->text : SLICE_EMPTY;
    if (is_days(field) && slice_has_suffix(text, SLICE_LITERAL("d"))) {
        text.len--;
    }
    if (!text_to_u64(text, largest(field), &number) || number == 0) {
        return policy_refuse(reader, &node->start, err, "%s: expected %s from 1 to %" PRIu64,
                             key_of(field), is_days(field) ? "days, such as 30d," : "a number",
                             largest(field));
    }
    *out = (int64_t)number;
    return ASSAY_OK;
}

/* Sorted, so that lists can be combined in one pass. */
static enum assay_status read_list(const struct policy_reader *reader, enum policy_field field,
                                   const struct yaml_node *node, struct policy_value *out,
                                   struct assay_error *err)
{
    if (node->kind != YAML_SEQUENCE || node->count == 0 || node->count > LIMIT_POLICY_ITEMS) {
        return policy_refuse(reader, &node->start, err, "%s: expected a list of 1 to %d texts",
                             key_of(field), LIMIT_POLICY_ITEMS);
    }
    TRY(arena_alloc(reader->arena, node->count, sizeof(char *), (void *)&out->texts, err));
    for (size_t i = 0; i < node->count; i++) {
        TRY(policy_read_item(reader, field, node->items[i], &out->texts[i], err));
    }
    out->text_count = node->count;
    list_sort(out->texts, out->text_count, sizeof(char *), list_compare_texts);
    for (size_t i = 1; i < out->text_count; i++) {
        if (strcmp(out->texts[i - 1], out->texts[i]) == 0) {
            return policy_refuse(reader, &node->start, err, "%s: %s stands there twice",
                                 key_of(field), out->texts[i]);
        }
    }
    return ASSAY_OK;
}

static enum assay_status read_one(const struct policy_reader *reader, enum policy_field field,
                                  const struct yaml_node *node, struct policy_value *out,
                                  struct assay_error *err)
{
    TRY(arena_alloc(reader->arena, 1, sizeof(char *), (void *)&out->texts, err));
    out->text_count = 1;
    return policy_read_item(reader, field, node, &out->texts[0], err);
}

enum assay_status policy_read_value(const struct policy_reader *reader, enum policy_field field,
                                    const struct yaml_node *node, struct policy_value *out,
                                    struct assay_error *err)
{
    switch (policy_field_row(field)->kind) {
    case POLICY_CHOICE:
        return read_choice(reader, field, node, &out->number, err);
    case POLICY_LEAST:
    case POLICY_MOST:
        return read_number(reader, field, node, &out->number, err);
    case POLICY_SAME:
        return read_one(reader, field, node, out, err);
    case POLICY_ANY:
    case POLICY_ALL:
        return read_list(reader, field, node, out, err);
    default:
        return FAIL(err, ASSAY_INTERNAL, "a field of no kind");
    }
}

/* ---- showing ---- */

static enum assay_status format_choice(enum policy_field field, int64_t number, struct buf *out,
                                       struct assay_error *err)
{
    struct slice rest = slice_from_string(policy_field_row(field)->choices);
    for (int64_t i = 0; i < number; i++) {
        rest = slice_from(rest, slice_find(rest, ' ') + 1);
    }
    return buf_append(out, slice_first(rest, slice_find(rest, ' ')), err);
}

enum assay_status policy_format_value(enum policy_field field, const struct policy_value *value,
                                      struct buf *out, struct assay_error *err)
{
    enum policy_kind kind = policy_field_row(field)->kind;
    if (kind == POLICY_CHOICE) {
        return format_choice(field, value->number, out, err);
    }
    if (kind == POLICY_LEAST || kind == POLICY_MOST) {
        return value->number == 0 ? ASSAY_OK
                                  : buf_printf(out, err, "%" PRId64 "%s", value->number,
                                               is_days(field) ? "d" : "");
    }
    for (size_t i = 0; i < value->text_count; i++) {
        TRY(buf_printf(out, err, "%s%s", i == 0 ? "" : ", ", value->texts[i]));
    }
    return ASSAY_OK;
}
