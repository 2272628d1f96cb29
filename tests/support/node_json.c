/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and writing of documents. */
#include "node.h"

#include <stdlib.h>

static struct slice from_hex(struct pool *pool, const char *hex)
{
    struct text out = { .pool = pool };
    text_add(&out, SLICE_EMPTY);
    for (size_t i = 0; hex[i] != '\0' && hex[i + 1] != '\0'; i += 2) {
        const char pair[3] = { hex[i], hex[i + 1], '\0' };
        text_add_byte(&out, (uint8_t)strtoul(pair, NULL, 16));
    }
    return text_slice(&out);
}

/* NOLINTBEGIN(misc-no-recursion): as deep as our own documents */

static struct node *many(struct pool *pool, json_t *value, size_t count, bool named)
{
    struct node *out = named ? node_object(pool) : node_array(pool);
    for (size_t i = 0; i < count; i++) {
        struct node *child = node_from_json(pool, value);
        if (named) {
            child->key = slice_from_string(pool_printf(pool, "m%zu", i));
        }
        (void)node_push(out, child);
    }
    return out;
}

/* So many delegations that differ in their names and have no keys. */
static struct node *delegations(struct pool *pool, size_t count)
{
    struct node *out = node_array(pool);
    for (size_t i = 0; i < count; i++) {
        struct node *role = node_push(out, node_object(pool));
        (void)node_add(pool, role, "keyids", node_array(pool));
        (void)node_add(pool, role, "name", node_string(pool, pool_printf(pool, "targets/d%zu", i)));
        (void)node_add(pool, role, "paths", node_array(pool));
        (void)node_add(pool, role, "threshold", node_int(pool, 1));
    }
    return out;
}

/* So many members whose names have one value under the hash h = 33 h + c: "Ez" and "FY" do. */
static struct node *collisions(struct pool *pool, size_t count)
{
    struct node *out = node_object(pool);
    for (size_t i = 0; i < count; i++) {
        char name[33] = "";
        for (size_t bit = 0; bit < 16; bit++) {
            bool is_set = (i >> bit & 1) != 0;
            name[2 * bit] = is_set ? 'F' : 'E';
            name[2 * bit + 1] = is_set ? 'Y' : 'z';
        }
        (void)node_add(pool, out, pool_string(pool, name), node_int(pool, 1));
    }
    return out;
}

/* {"$word": argument}; NULL when it is an ordinary object. */
static struct node *special(struct pool *pool, json_t *object)
{
    const char *word = json_object_iter_key(json_object_iter(object));
    if (json_object_size(object) != 1 || word[0] != '$') {
        return NULL;
    }
    const json_t *argument = json_object_get(object, word);
    json_t *what = json_array_get(argument, 0);
    size_t count = (size_t)json_integer_value(json_array_get(argument, 1));
    struct text out = { .pool = pool };
    if (strcmp(word, "$raw") == 0) {
        return node_raw(pool, json_string_value(argument));
    }
    if (strcmp(word, "$hex") == 0) {
        return node_bytes(pool, from_hex(pool, json_string_value(argument)));
    }
    if (strcmp(word, "$times") == 0) {
        for (size_t i = 0; i < count; i++) {
            text_add_string(&out, json_string_value(what));
        }
        return node_bytes(pool, text_slice(&out));
    }
    if (strcmp(word, "$fill") == 0 || strcmp(word, "$many") == 0) {
        return many(pool, what, count, word[1] == 'm');
    }
    if (strcmp(word, "$digits") == 0) {
        for (long long i = json_integer_value(argument); i > 0; i--) {
            text_add_byte(&out, '7');
        }
        text_add_byte(&out, '\0');
        return node_raw(pool, (const char *)out.ptr);
    }
    if (strcmp(word, "$roles") == 0) {
        return delegations(pool, (size_t)json_integer_value(argument));
    }
    if (strcmp(word, "$collide") == 0) {
        return collisions(pool, (size_t)json_integer_value(argument));
    }
    if (strcmp(word, "$nest") == 0) {
        size_t depth = (size_t)json_integer_value(argument);
        for (size_t i = 0; i < 2 * depth; i++) {
            text_add_byte(&out, i < depth ? '[' : ']');
        }
        text_add_byte(&out, '\0');
        return node_raw(pool, (const char *)out.ptr);
    }
    die("%s: unknown word", word);
}

struct node *node_from_json(struct pool *pool, json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT: {
        struct node *out = special(pool, value);
        if (out != NULL) {
            return out;
        }
        out = node_object(pool);
        const char *key = NULL;
        json_t *child = NULL;
        json_object_foreach(value, key, child) {
            (void)node_add(pool, out, key, node_from_json(pool, child));
        }
        return out;
    }
    case JSON_ARRAY: {
        struct node *out = node_array(pool);
        for (size_t i = 0; i < json_array_size(value); i++) {
            (void)node_push(out, node_from_json(pool, json_array_get(value, i)));
        }
        return out;
    }
    case JSON_STRING:
        return node_bytes(pool, slice_of(json_string_value(value), json_string_length(value)));
    case JSON_INTEGER:
        return node_int(pool, json_integer_value(value));
    case JSON_TRUE:
        return node_raw(pool, "true");
    case JSON_FALSE:
        return node_raw(pool, "false");
    case JSON_NULL:
        return node_raw(pool, "null");
    case JSON_REAL:
    default:
        die("write numbers that are no integers as {\"$raw\":TEXT}");
    }
}

/* NOLINTEND(misc-no-recursion) */

struct node *node_parse(struct pool *pool, struct slice text)
{
    json_error_t error;
    json_t *value = json_loadb((const char *)text.ptr, text.len, JSON_ALLOW_NUL, &error);
    if (value == NULL) {
        die("not JSON: %s", error.text);
    }
    struct node *out = node_from_json(pool, value);
    json_decref(value);
    return out;
}

/* ---- writing ---- */

struct writer {
    struct text out;
    enum node_form form;
};

static void write_string(struct writer *writer, struct slice text)
{
    bool escape = writer->form != NODE_CANONICAL;
    text_add_byte(&writer->out, '"');
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];
        bool separator = i + 2 < text.len && c == 0xE2 && text.ptr[i + 1] == 0x80 &&
                         (text.ptr[i + 2] & 0xFE) == 0xA8;
        if (c == '"' || c == '\\') {
            text_add_byte(&writer->out, '\\');
            text_add_byte(&writer->out, c);
        } else if (escape && (c < 0x20 || c == '<' || c == '>' || c == '&')) {
            text_add_string(&writer->out, pool_printf(writer->out.pool, "\\u%04x", c));
        } else if (escape && separator) {
            text_add_string(&writer->out, text.ptr[i + 2] == 0xA8 ? "\\u2028" : "\\u2029");
            i += 2;
        } else {
            text_add_byte(&writer->out, c);
        }
    }
    text_add_byte(&writer->out, '"');
}

struct ranked {
    const struct node *node;
    size_t rank;
};

static int by_key(const void *left, const void *right)
{
    const struct ranked *a = left;
    const struct ranked *b = right;
    int order = slice_compare(a->node->key, b->node->key);
    return order != 0 ? order : (a->rank > b->rank) - (a->rank < b->rank);
}

static void indent(struct writer *writer, size_t depth)
{
    if (writer->form == NODE_PRETTY) {
        text_add_byte(&writer->out, '\n');
        for (size_t i = 0; i < 4 * depth; i++) {
            text_add_byte(&writer->out, ' ');
        }
    }
}

/* NOLINTBEGIN(misc-no-recursion): as deep as our own documents */

static void write_node(struct writer *writer, const struct node *node, size_t depth);

static void write_children(struct writer *writer, const struct node *node, size_t depth)
{
    size_t count = node_count(node);
    struct ranked *list = pool_alloc(writer->out.pool, count * sizeof(*list) + 1);
    size_t i = 0;
    for (const struct node *child = node->first; child != NULL; child = child->next) {
        list[i] = (struct ranked){ child, i };
        i++;
    }
    bool sorted = writer->form == NODE_CANONICAL || (writer->form == NODE_WIRE && depth > 0);
    if (sorted && node->kind == NODE_OBJECT && count > 1) {
        qsort(list, count, sizeof(*list), by_key);
    }
    for (i = 0; i < count; i++) {
        if (i > 0) {
            text_add_byte(&writer->out, ',');
        }
        indent(writer, depth + 1);
        if (node->kind == NODE_OBJECT) {
            write_string(writer, list[i].node->key);
            text_add_byte(&writer->out, ':');
        }
        write_node(writer, list[i].node, depth + 1);
    }
    if (count > 0) {
        indent(writer, depth);
    }
}

static void write_node(struct writer *writer, const struct node *node, size_t depth)
{
    switch (node->kind) {
    case NODE_RAW:
        text_add(&writer->out, node->text);
        break;
    case NODE_STRING:
        write_string(writer, node->text);
        break;
    case NODE_ARRAY:
    case NODE_OBJECT:
    default:
        text_add_byte(&writer->out, node->kind == NODE_ARRAY ? '[' : '{');
        write_children(writer, node, depth);
        text_add_byte(&writer->out, node->kind == NODE_ARRAY ? ']' : '}');
        break;
    }
}

/* NOLINTEND(misc-no-recursion) */

struct slice node_write(struct pool *pool, const struct node *node, enum node_form form)
{
    struct writer writer = { { .pool = pool }, form };
    write_node(&writer, node, 0);
    return text_slice(&writer.out);
}
