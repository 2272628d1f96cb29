/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "base/text.h"
#include "json/jansson.h"

/* The worst that text_sanitise makes of a byte: "\xNN" or, of three bytes, "\u{202e}". */
#define SANITISED_BYTES_PER_BYTE 4

struct json_new {
    json_t *value; /* NULL when out of memory */
    bool failed;   /* a part is missing: writing must fail */
};

static struct json_new *new_value(json_t *value)
{
    struct json_new *made = mem_alloc(1, sizeof(*made));
    if (made == NULL) {
        json_decref(value);
        return NULL;
    }
    made->value = value;
    made->failed = value == NULL;
    return made;
}

struct json_new *json_new_object(void)
{
    return new_value(json_object());
}

struct json_new *json_new_array(void)
{
    return new_value(json_array());
}

void json_new_free(struct json_new *value)
{
    if (value != NULL) {
        json_decref(value->value);
        mem_free(value);
    }
}

static void json_new_cleanup(struct json_new **value)
{
    json_new_free(*value);
}

/* Output must not fail because of remote bytes: what is not UTF-8 is written as it is shown. */
static json_t *string_of(const char *text)
{
    json_t *value = json_string(text);
    if (value != NULL) {
        return value;
    }
    size_t bytes = strlen(text) * SANITISED_BYTES_PER_BYTE + 1;
    char *safe = mem_alloc(bytes, 1);
    if (safe == NULL) {
        return NULL;
    }
    text_sanitise(slice_from_string(text), safe, bytes);
    value = json_string(safe);
    mem_free(safe);
    return value;
}

/* Takes value, which is NULL when it could not be made. */
static void set_member(struct json_new *object, const char *key, json_t *value)
{
    if (object == NULL) {
        json_decref(value);
        return;
    }
    json_t *name = string_of(key); /* a name may be remote text, too */
    if (name == NULL) {
        json_decref(value);
        object->failed = true;
        return;
    }
    if (json_object_set_new(object->value, json_string_value(name), value) != 0) {
        object->failed = true;
    }
    json_decref(name);
}

static void append_value(struct json_new *array, json_t *value)
{
    if (array == NULL) {
        json_decref(value);
        return;
    }
    if (json_array_append_new(array->value, value) != 0) {
        array->failed = true;
    }
}

void json_add_string(struct json_new *object, const char *key, const char *text)
{
    set_member(object, key, text == NULL ? json_null() : string_of(text));
}

void json_add_integer(struct json_new *object, const char *key, int64_t number)
{
    set_member(object, key, json_integer(number));
}

void json_add_bool(struct json_new *object, const char *key, bool flag)
{
    set_member(object, key, json_boolean(flag));
}

void json_add_null(struct json_new *object, const char *key)
{
    set_member(object, key, json_null());
}

/* Unwraps value and frees the wrapper; the failure goes over to the parent. */
static json_t *unwrap(struct json_new *parent, struct json_new *value)
{
    if (parent != NULL) {
        parent->failed |= value == NULL || value->failed;
    }
    if (value == NULL) {
        return NULL;
    }
    json_t *inner = STEAL(value->value);
    mem_free(value);
    return inner;
}

void json_add(struct json_new *object, const char *key, struct json_new *value)
{
    set_member(object, key, unwrap(object, value));
}

void json_append(struct json_new *array, struct json_new *value)
{
    append_value(array, unwrap(array, value));
}

void json_append_string(struct json_new *array, const char *text)
{
    append_value(array, string_of(text));
}

struct sink {
    struct buf *out;
    struct assay_error *err;
    enum assay_status status;
};

static int write_chunk(const char *bytes, size_t len, void *ctx)
{
    struct sink *sink = ctx;
    sink->status = buf_append(sink->out, slice_of(bytes, len), sink->err);
    return sink->status == ASSAY_OK ? 0 : -1;
}

static enum assay_status write_value(struct json_new *value, size_t flags, struct buf *out,
                                     struct assay_error *err)
{
    CLEANUP(json_new_cleanup) struct json_new *owned = value;
    if (owned == NULL || owned->failed) {
        return FAIL_NO_MEMORY(err);
    }
    struct sink sink = { .out = out, .err = err, .status = ASSAY_OK };
    if (json_dump_callback(owned->value, write_chunk, &sink, flags) != 0) {
        return sink.status != ASSAY_OK ? sink.status : FAIL_NO_MEMORY(err);
    }
    return sink.status;
}

enum assay_status json_write(struct json_new *value, size_t indent, struct buf *out,
                             struct assay_error *err)
{
    return write_value(value, indent == 0 ? JSON_COMPACT : JSON_INDENT(indent), out, err);
}

enum assay_status json_write_ascii(struct json_new *value, struct buf *out, struct assay_error *err)
{
    return write_value(value, JSON_COMPACT | JSON_ENSURE_ASCII, out, err);
}
