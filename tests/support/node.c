/* SPDX-License-Identifier: Apache-2.0 */
#include "node.h"

#include <stdio.h>
#include <stdlib.h>

static struct node *make(struct pool *pool, enum node_kind kind, struct slice text)
{
    struct node *node = pool_alloc(pool, sizeof(*node));
    node->kind = kind;
    node->text = pool_slice(pool, text);
    return node;
}

struct node *node_raw(struct pool *pool, const char *text)
{
    return make(pool, NODE_RAW, slice_from_string(text));
}

struct node *node_int(struct pool *pool, long long value)
{
    return node_raw(pool, pool_printf(pool, "%lld", value));
}

struct node *node_string(struct pool *pool, const char *text)
{
    return make(pool, NODE_STRING, slice_from_string(text));
}

struct node *node_bytes(struct pool *pool, struct slice text)
{
    return make(pool, NODE_STRING, text);
}

struct node *node_array(struct pool *pool)
{
    return make(pool, NODE_ARRAY, SLICE_EMPTY);
}

struct node *node_object(struct pool *pool)
{
    return make(pool, NODE_OBJECT, SLICE_EMPTY);
}

struct node *node_push(struct node *array, struct node *child)
{
    child->next = NULL;
    if (array->last == NULL) {
        array->first = child;
    } else {
        array->last->next = child;
    }
    array->last = child;
    return child;
}

struct node *node_add(struct pool *pool, struct node *object, const char *key, struct node *child)
{
    child->key = pool_slice(pool, slice_from_string(key));
    return node_push(object, child);
}

struct node *node_member(const struct node *object, const char *key)
{
    for (struct node *child = object->first; child != NULL; child = child->next) {
        if (slice_is(child->key, key)) {
            return child;
        }
    }
    return NULL;
}

static void replace(struct node *old, const struct node *value)
{
    struct slice key = old->key;
    struct node *next = old->next;
    *old = *value;
    old->key = key;
    old->next = next;
}

struct node *node_put(struct pool *pool, struct node *object, const char *key, struct node *child)
{
    struct node *old = node_member(object, key);
    if (old == NULL) {
        return node_add(pool, object, key, child);
    }
    replace(old, child);
    return old;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as our own documents */
struct node *node_copy(struct pool *pool, const struct node *node)
{
    struct node *copy = make(pool, node->kind, node->text);
    copy->key = node->key;
    for (const struct node *child = node->first; child != NULL; child = child->next) {
        (void)node_push(copy, node_copy(pool, child));
    }
    return copy;
}

size_t node_count(const struct node *node)
{
    size_t count = 0;
    for (const struct node *child = node->first; child != NULL; child = child->next) {
        count++;
    }
    return count;
}

/* Takes the first reference token off a pointer, decoded. */
static struct slice take_token(struct pool *pool, const char **pointer)
{
    const char *from = *pointer + 1;
    size_t len = strcspn(from, "/");
    struct text out = { .pool = pool };
    text_add(&out, SLICE_EMPTY);
    for (size_t i = 0; i < len; i++) {
        if (from[i] == '~' && i + 1 < len) {
            i++;
            text_add_byte(&out, from[i] == '1' ? '/' : '~');
        } else {
            text_add_byte(&out, (uint8_t)from[i]);
        }
    }
    *pointer = from + len;
    return text_slice(&out);
}

static struct node *child_of(const struct node *parent, struct slice token)
{
    if (parent->kind == NODE_OBJECT) {
        for (struct node *child = parent->first; child != NULL; child = child->next) {
            if (slice_equal(child->key, token)) {
                return child;
            }
        }
        return NULL;
    }
    size_t index = 0;
    for (size_t i = 0; i < token.len; i++) {
        index = index * 10 + (size_t)(token.ptr[i] - '0');
    }
    struct node *child = parent->first;
    while (child != NULL && index > 0) {
        child = child->next;
        index--;
    }
    return child;
}

/* The parent of what the pointer names, and its last token. */
static struct node *parent_of(struct pool *pool, struct node *root, const char *pointer,
                              struct slice *last)
{
    const char *rest = pointer;
    struct node *at = root;
    if (*rest != '/') {
        die("%s: not a pointer below the document", pointer);
    }
    *last = take_token(pool, &rest);
    while (*rest == '/') {
        at = child_of(at, *last);
        if (at == NULL) {
            die("%s: the document has no such place", pointer);
        }
        *last = take_token(pool, &rest);
    }
    return at;
}

struct node *node_at(struct node *root, const char *pointer)
{
    AUTO_POOL pool = { NULL };
    struct node *at = root;
    while (*pointer == '/' && at != NULL) {
        struct slice token = take_token(&pool, &pointer);
        at = child_of(at, token);
    }
    return at;
}

void node_set(struct pool *pool, struct node *root, const char *pointer, struct node *value)
{
    if (*pointer == '\0') {
        replace(root, value);
        return;
    }
    struct slice last;
    struct node *parent = parent_of(pool, root, pointer, &last);
    struct node *old = slice_is(last, "-") ? NULL : child_of(parent, last);
    if (old != NULL) {
        replace(old, value);
        return;
    }
    value->key = parent->kind == NODE_OBJECT ? last : SLICE_EMPTY;
    (void)node_push(parent, value);
}

void node_delete(struct node *root, const char *pointer)
{
    AUTO_POOL pool = { NULL };
    struct slice last;
    struct node *parent = parent_of(&pool, root, pointer, &last);
    const struct node *gone = child_of(parent, last);
    if (gone == NULL) {
        die("%s: nothing to delete", pointer);
    }
    struct node *kept = NULL;
    struct node *next = NULL;
    for (struct node *child = parent->first; child != NULL; child = next) {
        next = child->next;
        if (child == gone) {
            continue;
        }
        child->next = NULL;
        if (kept == NULL) {
            parent->first = child;
        } else {
            kept->next = child;
        }
        kept = child;
    }
    parent->last = kept;
    if (kept == NULL) {
        parent->first = NULL;
    }
}

void node_duplicate(struct pool *pool, struct node *root, const char *pointer, struct node *value)
{
    struct slice last;
    struct node *parent = parent_of(pool, root, pointer, &last);
    const struct node *old = child_of(parent, last);
    if (old == NULL) {
        die("%s: nothing to duplicate", pointer);
    }
    struct node *copy = value == NULL ? node_copy(pool, old) : value;
    copy->key = last;
    (void)node_push(parent, copy);
}

void node_rename(struct pool *pool, struct node *root, const char *pointer, struct slice key)
{
    struct slice last;
    struct node *parent = parent_of(pool, root, pointer, &last);
    struct node *child = child_of(parent, last);
    if (child == NULL) {
        die("%s: nothing to rename", pointer);
    }
    child->key = pool_slice(pool, key);
}
