/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict loading of small JSON that is not signed metadata (manifests, configs, tokens,
 * configuration), and the making of output; jansson behind it. Errors name the path.
 *
 * A struct json_at is a value and how it was reached; it lives on the stack, its parent must
 * outlive it, and the value is borrowed from the tree.
 */
#ifndef JSON_TREE_H
#define JSON_TREE_H

#include "base/buf.h"
#include "json/reader.h"

struct json_tree;  /* a loaded document */
struct json_value; /* borrowed */

struct json_at {
    const struct json_value *value;
    const struct json_at *parent; /* NULL: the document */
    const char *key;              /* NULL: an array element */
    size_t index;
    const char *document; /* what an error calls it: "manifest", a file name */
};

#define AUTO_JSON_TREE CLEANUP(json_tree_cleanup) struct json_tree *

/* Strict: no duplicates (after decoding), UTF-8, no NUL, depth, nodes, string, key and integer
 * limits, nothing behind the value, top level an object or array. Numbers with fraction or exponent
 * load, but no getter returns them. document must outlive the tree. */
MUST_CHECK enum assay_status json_tree_load(struct slice text, const char *document,
                                            struct json_tree **out, struct json_at *root,
                                            struct assay_error *err);
/* The same with another limit of nodes, for what assay itself wrote. */
MUST_CHECK enum assay_status json_tree_load_large(struct slice text, const char *document,
                                                  uint64_t max_nodes, struct json_tree **out,
                                                  struct json_at *root, struct assay_error *err);
void json_tree_free(struct json_tree *tree);
void json_tree_cleanup(struct json_tree **tree);

enum json_kind json_kind(const struct json_at *at); /* a fraction is JSON_KIND_END */
/* False when absent; a present null is found with JSON_KIND_NULL. */
bool json_find(const struct json_at *object, const char *key, struct json_at *out);
/* The same, but false for null as well. */
bool json_find_set(const struct json_at *object, const char *key, struct json_at *out);
size_t json_count(const struct json_at *at); /* members or elements; 0 otherwise */
void json_element(const struct json_at *array, size_t index, struct json_at *out);
/* Iterates members in the order of the document: start with *iterator = NULL. */
bool json_member(const struct json_at *object, void **iterator, struct json_at *out);

/* Required members. ASSAY_SCHEMA or ASSAY_JSON_NUMBER with path, expectation and finding.
 * Strings are borrowed, NUL-terminated and hold no NUL. */
MUST_CHECK enum assay_status json_get_object(const struct json_at *object, const char *key,
                                             struct json_at *out, struct assay_error *err);
MUST_CHECK enum assay_status json_get_array(const struct json_at *object, const char *key,
                                            size_t max_count, struct json_at *out,
                                            struct assay_error *err);
MUST_CHECK enum assay_status json_get_string(const struct json_at *object, const char *key,
                                             const char **out, struct assay_error *err);
MUST_CHECK enum assay_status json_get_integer(const struct json_at *object, const char *key,
                                              int64_t min, int64_t max, int64_t *out,
                                              struct assay_error *err);
/* Optional: absent or null gives NULL; another kind is an error. */
MUST_CHECK enum assay_status json_get_string_opt(const struct json_at *object, const char *key,
                                                 const char **out, struct assay_error *err);
/* The value itself. */
MUST_CHECK enum assay_status json_as_object(const struct json_at *at, struct assay_error *err);
MUST_CHECK enum assay_status json_as_array(const struct json_at *at, size_t max_count,
                                           struct assay_error *err);
MUST_CHECK enum assay_status json_as_string(const struct json_at *at, const char **out,
                                            struct assay_error *err);
MUST_CHECK enum assay_status json_as_integer(const struct json_at *at, int64_t min, int64_t max,
                                             int64_t *out, struct assay_error *err);
/* Refuses members that are not in known (ASSAY_SCHEMA, or ASSAY_CONFIG if config is true). */
MUST_CHECK enum assay_status json_check_members(const struct json_at *object,
                                                const char *const *known, size_t known_count,
                                                bool config, struct assay_error *err);
/* FAIL with document and path in front. */
enum assay_status json_at_fail(const struct json_at *at, struct assay_error *err,
                               enum assay_status status, const char *format, ...) PRINTF(4, 5);

/*
 * Making JSON. A struct json_new is an owned value; adding it to a parent hands it over, also when
 * adding fails. Out of memory is remembered in the value and reported by json_write, so that
 * building needs no check at every step.
 */
struct json_new;

struct json_new *json_new_object(void);
struct json_new *json_new_array(void);
void json_new_free(struct json_new *value);
void json_add_string(struct json_new *object, const char *key, const char *text); /* NULL: null */
void json_add_integer(struct json_new *object, const char *key, int64_t number);
void json_add_bool(struct json_new *object, const char *key, bool flag);
void json_add_null(struct json_new *object, const char *key);
void json_add(struct json_new *object, const char *key, struct json_new *value);
void json_append(struct json_new *array, struct json_new *value);
void json_append_string(struct json_new *array, const char *text);
/* Members in the order they were added; indent 0 is compact. Takes the value. */
MUST_CHECK enum assay_status json_write(struct json_new *value, size_t indent, struct buf *out,
                                        struct assay_error *err);
/* The same on one line and in ASCII alone: nothing in it moves a cursor or turns a line around. */
MUST_CHECK enum assay_status json_write_ascii(struct json_new *value, struct buf *out,
                                              struct assay_error *err);

#endif
