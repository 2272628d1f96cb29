/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML and JSON files as trees in which every value knows its place; libyaml's events behind it.
 * Nothing is guessed: duplicate keys, cycles and keys that are no text are refused. Aliases share
 * their node; merge keys ("<<") are resolved, a mapping's own keys win, then the first merged one.
 * What a walk over a document visits, aliases followed, is bounded (LIMIT_YAML_NODES).
 */
#ifndef JSON_YAML_H
#define JSON_YAML_H

#include "base/arena.h"
#include "base/buf.h"

struct yaml_mark {
    size_t line;   /* from 1; 0: not known */
    size_t column; /* from 1, in characters */
    size_t offset; /* from 0, in bytes of the file */
};

enum yaml_kind {
    YAML_SCALAR,
    YAML_SEQUENCE,
    YAML_MAPPING
};

struct yaml_node {
    enum yaml_kind kind;
    bool is_plain;   /* a scalar without quotes and not a block: may mean null, a number, a bool */
    bool is_literal; /* the bytes from start to end are text, byte for byte, but for quotes */
    struct slice text;        /* of a scalar: UTF-8 without NUL, a NUL behind it */
    struct yaml_mark start;   /* of a quoted scalar: its quote */
    struct yaml_mark end;     /* one behind the last byte */
    const char *tag;          /* "" for none; "!reference", "tag:yaml.org,2002:str" */
    struct yaml_node **items; /* of a sequence */
    struct yaml_pair *pairs;  /* of a mapping, in the order of the file, merged ones last */
    size_t count;
    size_t weight; /* nodes that a walk from here visits */
};

struct yaml_pair {
    struct yaml_node *key; /* a scalar */
    struct yaml_node *value;
};

struct yaml_file {
    struct arena arena;
    struct yaml_node **documents; /* an empty one is null, yaml_is_null */
    size_t count;
};

/* All documents of a stream. text has at most LIMIT_YAML_BYTES; a BOM is skipped; it is borrowed
 * only for the call. Where it fails, *where is the place (line 0: none).
 * ASSAY_FILE_SYNTAX: malformed; ASSAY_FILE_LIMIT: larger, deeper or wider than the named limits. */
MUST_CHECK enum assay_status yaml_load(struct slice text, struct yaml_file *out,
                                       struct yaml_mark *where, struct assay_error *err);
void yaml_file_clear(struct yaml_file *file);

/* NULL where node is no mapping or has no such key. node may be NULL. */
const struct yaml_node *yaml_find(const struct yaml_node *node, const char *key);
/* A plain "", "~", "null", "Null" or "NULL", or no node at all. */
bool yaml_is_null(const struct yaml_node *node);
/* A scalar's text; NULL for what is no scalar or is null. Holds no NUL. */
const char *yaml_text(const struct yaml_node *node);
/* A plain true or false in the spellings of YAML 1.2 (true, True, TRUE, ...). */
bool yaml_to_bool(const struct yaml_node *node, bool *out);

#endif
