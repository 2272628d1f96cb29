/* SPDX-License-Identifier: Apache-2.0 */
#include "json/tree.h"

#include "base/mem.h"
#include "json/jansson.h"
#include "json/path.h"

#include <stdarg.h>
#include <stdio.h>

struct json_tree {
    json_t *root;
};

/* All limits hold before jansson allocates anything: it needs up to 80 times the text. */
static enum assay_status check_text(struct slice text, const char *document, uint64_t max_nodes,
                                    struct assay_error *err)
{
    struct json_reader reader;
    json_reader_init_form(&reader, text, JSON_FORM_ANY, max_nodes);
    reader.name = document;
    enum json_kind kind = json_peek(&reader);
    TRY(json_skip(&reader, NULL, err));
    TRY(json_finish(&reader, err));
    if (kind != JSON_KIND_OBJECT && kind != JSON_KIND_ARRAY) {
        return json_fail(&reader, err, ASSAY_SCHEMA, "expected an object or an array");
    }
    return ASSAY_OK;
}

/* What the check of the text leaves to jansson. */
static enum assay_status fail_load(const json_error_t *error, const char *document,
                                   struct assay_error *err)
{
    enum json_error_code code = json_error_code(error);
    enum assay_status status = ASSAY_JSON_SYNTAX;
    if (code == json_error_out_of_memory) {
        return FAIL_NO_MEMORY(err);
    }
    if (code == json_error_duplicate_key) {
        status = ASSAY_JSON_DUPLICATE;
    } else if (code == json_error_numeric_overflow) {
        status = ASSAY_JSON_NUMBER;
    }
    return FAIL(err, status, "%s: line %d, column %d: %s", document, error->line, error->column,
                error->text);
}

enum assay_status json_tree_load(struct slice text, const char *document, struct json_tree **out,
                                 struct json_at *root, struct assay_error *err)
{
    return json_tree_load_large(text, document, LIMIT_JSON_NODES, out, root, err);
}

enum assay_status json_tree_load_large(struct slice text, const char *document, uint64_t max_nodes,
                                       struct json_tree **out, struct json_at *root,
                                       struct assay_error *err)
{
    TRY(check_text(text, document, max_nodes, err));
    AUTO_JSON_TREE tree = mem_alloc(1, sizeof(*tree));
    if (tree == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    json_error_t error;
    tree->root = json_loadb((const char *)text.ptr, text.len, JSON_REJECT_DUPLICATES, &error);
    if (tree->root == NULL) {
        return fail_load(&error, document, err);
    }
    *root = (struct json_at){ .value = jansson_value(tree->root), .document = document };
    *out = STEAL(tree);
    return ASSAY_OK;
}

void json_tree_free(struct json_tree *tree)
{
    if (tree != NULL) {
        json_decref(tree->root);
        mem_free(tree);
    }
}

void json_tree_cleanup(struct json_tree **tree)
{
    json_tree_free(*tree);
    *tree = NULL;
}

enum json_kind json_kind(const struct json_at *at)
{
    const json_t *value = jansson_of(at);
    if (value == NULL) {
        return JSON_KIND_END;
    }
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return JSON_KIND_OBJECT;
    case JSON_ARRAY:
        return JSON_KIND_ARRAY;
    case JSON_STRING:
        return JSON_KIND_STRING;
    case JSON_INTEGER:
        return JSON_KIND_INTEGER;
    case JSON_TRUE:
    case JSON_FALSE:
        return JSON_KIND_BOOL;
    case JSON_NULL:
        return JSON_KIND_NULL;
    case JSON_REAL:
        break;
    }
    return JSON_KIND_END;
}

static struct json_at child_of(const struct json_at *parent, const json_t *value)
{
    return (struct json_at){ .value = jansson_value(value),
                             .parent = parent,
                             .document = parent->document };
}

bool json_find(const struct json_at *object, const char *key, struct json_at *out)
{
    const json_t *value = json_object_get(jansson_of(object), key);
    if (value == NULL) {
        return false;
    }
    *out = child_of(object, value);
    out->key = key;
    return true;
}

bool json_find_set(const struct json_at *object, const char *key, struct json_at *out)
{
    return json_find(object, key, out) && json_kind(out) != JSON_KIND_NULL;
}

size_t json_count(const struct json_at *at)
{
    const json_t *value = jansson_of(at);
    return json_is_array(value) ? json_array_size(value) : json_object_size(value);
}

void json_element(const struct json_at *array, size_t index, struct json_at *out)
{
    *out = child_of(array, json_array_get(jansson_of(array), index));
    out->index = index;
}

bool json_member(const struct json_at *object, void **iterator, struct json_at *out)
{
    json_t *value = jansson_of(object);
    *iterator =
        *iterator == NULL ? json_object_iter(value) : json_object_iter_next(value, *iterator);
    if (*iterator == NULL) {
        return false;
    }
    *out = child_of(object, json_object_iter_value(*iterator));
    out->key = json_object_iter_key(*iterator);
    return true;
}

/* Goes up to the document, then writes the path down. */
static void write_path(const struct json_at *at, char *out, size_t out_bytes)
{
    const struct json_at *steps[LIMIT_JSON_DEPTH];
    size_t count = 0;
    const struct json_at *step = at;
    for (; step->parent != NULL && count < ARRAY_LEN(steps); step = step->parent) {
        steps[count] = step;
        count++;
    }
    struct path path;
    path_start(&path, out, out_bytes, at->document);
    while (count > 0) {
        count--;
        if (steps[count]->key != NULL) {
            path_add_key(&path, slice_from_string(steps[count]->key));
        } else {
            path_add_index(&path, steps[count]->index);
        }
    }
}

enum assay_status json_at_fail(const struct json_at *at, struct assay_error *err,
                               enum assay_status status, const char *format, ...)
{
    char path[LIMIT_JSON_PATH_BYTES];
    write_path(at, path, sizeof(path));
    va_list args;
    va_start(args, format);
    status = path_fail(path, err, status, format, args);
    va_end(args);
    return status;
}
