/* SPDX-License-Identifier: Apache-2.0 */
#include "json/reader.h"

#include "json/scan.h"

#include <inttypes.h>

static struct slice rest_of(const struct json_reader *reader)
{
    return scan_rest(reader->text, reader->pos);
}

static struct json_level *top(struct json_reader *reader)
{
    return &reader->levels[reader->depth - 1];
}

/* The byte at pos; 0, which no rule accepts, behind the end. */
static uint8_t byte_here(const struct json_reader *reader)
{
    return reader->pos < reader->text.len ? reader->text.ptr[reader->pos] : 0;
}

/* In JSON_FORM_ANY pos never stays on white space between tokens. */
static void consume(struct json_reader *reader, size_t len)
{
    reader->pos += len;
    if (reader->form == JSON_FORM_ANY) {
        reader->pos += scan_space(rest_of(reader));
    }
}

void json_reader_init_form(struct json_reader *reader, struct slice text, enum json_form form,
                           uint64_t max_nodes)
{
    if (text.ptr == NULL) {
        text = SLICE_LITERAL(""); /* so that positions can be added to it */
    }
    *reader =
        (struct json_reader){ .text = text, .form = form, .max_nodes = max_nodes, .pending = true };
    reader->pos = scan_space(text);
}

void json_reader_init(struct json_reader *reader, struct slice text, uint64_t max_nodes)
{
    json_reader_init_form(reader, text, JSON_FORM_WIRE, max_nodes);
}

static enum assay_status fail_scan(const struct json_reader *reader, struct assay_error *err,
                                   enum assay_status status, const char *why)
{
    return json_fail(reader, err, status, "%s, at byte %zu", why, reader->pos);
}

static enum assay_status fail_byte(const struct json_reader *reader, const char *expected,
                                   struct assay_error *err)
{
    if (reader->pos >= reader->text.len) {
        return json_fail(reader, err, ASSAY_JSON_SYNTAX, "expected %s, found the end of the text",
                         expected);
    }
    return json_fail(reader, err, ASSAY_JSON_SYNTAX, "expected %s, found byte 0x%02X at byte %zu",
                     expected, (unsigned int)byte_here(reader), reader->pos);
}

enum json_kind json_peek(const struct json_reader *reader)
{
    if (!reader->pending) {
        return JSON_KIND_END;
    }
    switch (byte_here(reader)) {
    case '{':
        return JSON_KIND_OBJECT;
    case '[':
        return JSON_KIND_ARRAY;
    case '"':
        return JSON_KIND_STRING;
    case 't':
    case 'f':
        return JSON_KIND_BOOL;
    case 'n':
        return JSON_KIND_NULL;
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        return JSON_KIND_INTEGER;
    default:
        return JSON_KIND_END;
    }
}

const char *json_kind_name(enum json_kind kind)
{
    static const char *const names[] = {
        [JSON_KIND_NULL] = "null",          [JSON_KIND_BOOL] = "a boolean",
        [JSON_KIND_INTEGER] = "an integer", [JSON_KIND_STRING] = "a string",
        [JSON_KIND_ARRAY] = "an array",     [JSON_KIND_OBJECT] = "an object",
        [JSON_KIND_END] = "a value",
    };
    return names[kind];
}

/* Every value passes here once, before it is read: its kind and the budget. */
static enum assay_status begin_value(struct json_reader *reader, enum json_kind wanted,
                                     struct assay_error *err)
{
    enum json_kind found = json_peek(reader);
    if (found != wanted) {
        if (found == JSON_KIND_END) {
            return fail_byte(reader, json_kind_name(wanted), err);
        }
        return json_fail(reader, err, ASSAY_SCHEMA, "expected %s, found %s", json_kind_name(wanted),
                         json_kind_name(found));
    }
    if (reader->nodes >= reader->max_nodes) {
        return json_fail(reader, err, ASSAY_JSON_LIMIT, "more than %" PRIu64 " values",
                         reader->max_nodes);
    }
    reader->nodes++;
    reader->pending = false;
    return ASSAY_OK;
}

static enum assay_status enter(struct json_reader *reader, bool is_object, bool any_order,
                               struct assay_error *err)
{
    TRY(begin_value(reader, is_object ? JSON_KIND_OBJECT : JSON_KIND_ARRAY, err));
    if (reader->depth >= LIMIT_JSON_DEPTH) {
        return json_fail(reader, err, ASSAY_JSON_LIMIT, "nested deeper than %d", LIMIT_JSON_DEPTH);
    }
    reader->levels[reader->depth] =
        (struct json_level){ .is_object = is_object, .any_order = any_order };
    reader->depth++;
    consume(reader, 1);
    return ASSAY_OK;
}

enum assay_status json_enter_object(struct json_reader *reader, struct assay_error *err)
{
    return enter(reader, true, reader->form == JSON_FORM_ANY, err);
}

enum assay_status json_enter_object_any_order(struct json_reader *reader, struct assay_error *err)
{
    return enter(reader, true, true, err);
}

enum assay_status json_enter_array(struct json_reader *reader, struct assay_error *err)
{
    return enter(reader, false, false, err);
}

/* Between two values of a container: closes it, or moves over the comma that must stand before
 * every value but the first. */
static enum assay_status continue_container(struct json_reader *reader, bool is_object, bool *more,
                                            struct assay_error *err)
{
    *more = false;
    if (reader->depth == 0 || top(reader)->is_object != is_object) {
        return json_fail(reader, err, ASSAY_INTERNAL, "no %s is open",
                         is_object ? "object" : "array");
    }
    if (reader->pending) {
        return json_fail(reader, err, ASSAY_INTERNAL, "a value was not read");
    }
    uint8_t byte = byte_here(reader);
    if (byte == (is_object ? '}' : ']')) {
        reader->depth--;
        consume(reader, 1);
        return ASSAY_OK;
    }
    if (top(reader)->started) {
        if (byte != ',') {
            return fail_byte(reader, is_object ? "',' or '}'" : "',' or ']'", err);
        }
        consume(reader, 1);
    }
    *more = true;
    return ASSAY_OK;
}

static enum assay_status scan_key(struct json_reader *reader, struct json_string *key,
                                  struct assay_error *err)
{
    if (byte_here(reader) != '"') {
        return fail_byte(reader, "a member's name", err);
    }
    const char *why = NULL;
    enum assay_status status =
        scan_string(rest_of(reader), reader->form, LIMIT_JSON_KEY_BYTES, key, &why);
    if (status != ASSAY_OK) {
        return fail_scan(reader, err, status, why);
    }
    consume(reader, key->raw.len + 2);
    if (byte_here(reader) != ':') {
        return fail_byte(reader, "':'", err);
    }
    consume(reader, 1);
    return ASSAY_OK;
}

enum assay_status json_next_member(struct json_reader *reader, struct json_string *key, bool *more,
                                   struct assay_error *err)
{
    TRY(continue_container(reader, true, more, err));
    if (!*more) {
        return ASSAY_OK;
    }
    TRY(scan_key(reader, key, err));
    struct json_level *level = top(reader);
    int order = level->started && !level->any_order ? scan_compare(level->key, *key) : -1;
    level->key = *key;
    level->started = true;
    reader->pending = true;
    if (order == 0) {
        return json_fail(reader, err, ASSAY_JSON_DUPLICATE, "the member stands twice");
    }
    if (order > 0) {
        return json_fail(reader, err, ASSAY_JSON_SYNTAX, "the members are not in canonical order");
    }
    return ASSAY_OK;
}

enum assay_status json_next_element(struct json_reader *reader, bool *more, struct assay_error *err)
{
    TRY(continue_container(reader, false, more, err));
    if (!*more) {
        return ASSAY_OK;
    }
    struct json_level *level = top(reader);
    level->index = level->started ? level->index + 1 : 0;
    level->started = true;
    reader->pending = true;
    return ASSAY_OK;
}

enum assay_status json_read_string(struct json_reader *reader, struct json_string *out,
                                   struct assay_error *err)
{
    TRY(begin_value(reader, JSON_KIND_STRING, err));
    const char *why = NULL;
    enum assay_status status =
        scan_string(rest_of(reader), reader->form, LIMIT_JSON_STRING_BYTES, out, &why);
    if (status != ASSAY_OK) {
        return fail_scan(reader, err, status, why);
    }
    consume(reader, out->raw.len + 2);
    return ASSAY_OK;
}

static enum assay_status read_number(struct json_reader *reader, struct scan_number *out,
                                     struct assay_error *err)
{
    TRY(begin_value(reader, JSON_KIND_INTEGER, err));
    const char *why = NULL;
    enum assay_status status = scan_number(rest_of(reader), out, &why);
    if (status != ASSAY_OK) {
        return fail_scan(reader, err, status, why);
    }
    consume(reader, out->len);
    return ASSAY_OK;
}

enum assay_status json_read_integer(struct json_reader *reader, int64_t min, int64_t max,
                                    int64_t *out, struct assay_error *err)
{
    struct scan_number number;
    TRY(read_number(reader, &number, err));
    if (!number.is_integer) {
        return json_fail(reader, err, ASSAY_JSON_NUMBER,
                         "expected an integer, found a fraction or exponent");
    }
    if (number.value < min || number.value > max) {
        return json_fail(reader, err, ASSAY_JSON_NUMBER,
                         "expected an integer from %" PRId64 " to %" PRId64 ", found %" PRId64, min,
                         max, number.value);
    }
    *out = number.value;
    return ASSAY_OK;
}

enum assay_status json_read_bool(struct json_reader *reader, bool *out, struct assay_error *err)
{
    TRY(begin_value(reader, JSON_KIND_BOOL, err));
    bool is_true = byte_here(reader) == 't';
    struct slice word = is_true ? SLICE_LITERAL("true") : SLICE_LITERAL("false");
    if (!slice_has_prefix(rest_of(reader), word)) {
        return fail_byte(reader, "true or false", err);
    }
    consume(reader, word.len);
    *out = is_true;
    return ASSAY_OK;
}

enum assay_status json_read_null(struct json_reader *reader, bool *was_null,
                                 struct assay_error *err)
{
    *was_null = json_peek(reader) == JSON_KIND_NULL;
    if (!*was_null) {
        return ASSAY_OK;
    }
    TRY(begin_value(reader, JSON_KIND_NULL, err));
    if (!slice_has_prefix(rest_of(reader), SLICE_LITERAL("null"))) {
        return fail_byte(reader, "null", err);
    }
    consume(reader, 4);
    return ASSAY_OK;
}

static enum assay_status skip_number(struct json_reader *reader, struct assay_error *err)
{
    struct scan_number number = { 0 };
    if (reader->form == JSON_FORM_ANY) {
        return read_number(reader, &number, err);
    }
    return json_read_integer(reader, -LIMIT_JSON_INTEGER, LIMIT_JSON_INTEGER, &number.value, err);
}

/* A scalar, or the opening of a container. */
static enum assay_status skip_token(struct json_reader *reader, struct assay_error *err)
{
    struct json_string string;
    bool flag = false;
    switch (json_peek(reader)) {
    case JSON_KIND_NULL:
        return json_read_null(reader, &flag, err);
    case JSON_KIND_BOOL:
        return json_read_bool(reader, &flag, err);
    case JSON_KIND_INTEGER:
        return skip_number(reader, err);
    case JSON_KIND_STRING:
        return json_read_string(reader, &string, err);
    case JSON_KIND_ARRAY:
        return json_enter_array(reader, err);
    case JSON_KIND_OBJECT:
        return json_enter_object(reader, err);
    case JSON_KIND_END:
        break;
    }
    return fail_byte(reader, json_kind_name(JSON_KIND_END), err);
}

/* The next token inside a container, or its end. */
static enum assay_status skip_next(struct json_reader *reader, struct assay_error *err)
{
    bool more = false;
    struct json_string key = { .escaped = false };
    if (top(reader)->is_object) {
        TRY(json_next_member(reader, &key, &more, err));
    } else {
        TRY(json_next_element(reader, &more, err));
    }
    return more ? skip_token(reader, err) : ASSAY_OK;
}

enum assay_status json_skip(struct json_reader *reader, struct slice *span, struct assay_error *err)
{
    size_t start = reader->pos;
    size_t floor = reader->depth;
    TRY(skip_token(reader, err));
    while (reader->depth > floor) {
        TRY(skip_next(reader, err));
    }
    if (span != NULL) {
        size_t end = reader->pos;
        while (scan_space(slice_of(reader->text.ptr + end - 1, 1)) != 0) {
            end--; /* JSON_FORM_ANY moved over it; no value ends in white space */
        }
        *span = slice_of(reader->text.ptr + start, end - start);
    }
    return ASSAY_OK;
}

enum assay_status json_finish(struct json_reader *reader, struct assay_error *err)
{
    if (reader->depth != 0 || reader->pending) {
        return json_fail(reader, err, ASSAY_INTERNAL, "a value was not read to its end");
    }
    reader->pos += scan_space(rest_of(reader));
    if (reader->pos != reader->text.len) {
        return fail_byte(reader, "the end of the text", err);
    }
    return ASSAY_OK;
}
