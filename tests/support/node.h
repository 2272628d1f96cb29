/* SPDX-License-Identifier: Apache-2.0 */
/* JSON documents that may be wrong on purpose: an object may name a member twice, a value may be
 * any text. Written by the maker's own canonical writer, which shares nothing with src/json: where
 * both agree, two independent readings of the form agree. */
#ifndef SUPPORT_NODE_H
#define SUPPORT_NODE_H

#include "pool.h"

#include <jansson.h>

enum node_kind {
    NODE_RAW, /* text goes out as it is: numbers, true, null, and anything malformed */
    NODE_STRING,
    NODE_ARRAY,
    NODE_OBJECT
};

struct node {
    enum node_kind kind;
    struct slice text; /* of RAW and STRING, decoded */
    struct slice key;  /* as a member of an object, decoded */
    struct node *first;
    struct node *last;
    struct node *next;
};

struct node *node_raw(struct pool *pool, const char *text);
struct node *node_int(struct pool *pool, long long value);
struct node *node_string(struct pool *pool, const char *text);
struct node *node_bytes(struct pool *pool, struct slice text);
struct node *node_array(struct pool *pool);
struct node *node_object(struct pool *pool);
/* Appends and returns child. */
struct node *node_push(struct node *array, struct node *child);
struct node *node_add(struct pool *pool, struct node *object, const char *key, struct node *child);
/* Replaces the member, or appends it. */
struct node *node_put(struct pool *pool, struct node *object, const char *key, struct node *child);
struct node *node_copy(struct pool *pool, const struct node *node);
struct node *node_member(const struct node *object, const char *key);
size_t node_count(const struct node *node);

/* JSON pointers (RFC 6901). NULL when there is nothing; "" is the node itself. */
struct node *node_at(struct node *root, const char *pointer);
/* Sets, or adds below an existing parent ("-" appends to an array). */
void node_set(struct pool *pool, struct node *root, const char *pointer, struct node *value);
void node_delete(struct node *root, const char *pointer);
/* Adds the member once more behind all others, with value (NULL: the same). */
void node_duplicate(struct pool *pool, struct node *root, const char *pointer, struct node *value);
void node_rename(struct pool *pool, struct node *root, const char *pointer, struct slice key);

/*
 * From ordinary JSON, where an object of one member may stand for what JSON cannot say:
 * {"$raw":TEXT} is written as it is; {"$hex":HEX} is a string of these bytes; {"$times":[TEXT,N]}
 * a string of N times TEXT; {"$fill":[VALUE,N]} an array of N times VALUE; {"$many":[VALUE,N]} an
 * object of N members "m0", "m1"...; {"$nest":N} N arrays within each other;
 * {"$digits":N} a number of N digits; {"$roles":N} a list of N delegations without keys;
 * {"$collide":N} an object of N members whose names a simple hash cannot tell apart.
 */
struct node *node_from_json(struct pool *pool, json_t *value);
struct node *node_parse(struct pool *pool, struct slice text);

enum node_form {
    NODE_CANONICAL, /* sorted, no white space, only quote and backslash escaped: what is signed */
    NODE_WIRE,      /* as Notary sends it: the top level as built, below sorted, with escapes */
    NODE_PRETTY     /* four blanks of indent, as built: same meaning as WIRE, other bytes */
};
struct slice node_write(struct pool *pool, const struct node *node, enum node_form form);

#endif
