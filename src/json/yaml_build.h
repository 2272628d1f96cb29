/* SPDX-License-Identifier: Apache-2.0 */
/* From events to trees: what is open, what is named, and how large it may become. */
#ifndef JSON_YAML_BUILD_H
#define JSON_YAML_BUILD_H

#include "base/limits.h"
#include "json/yaml_place.h"

struct yaml_anchor {
    const char *name;
    struct yaml_node *node;
};

/* A sequence or mapping whose end has not come. */
struct yaml_open {
    struct yaml_node *node;
    const char *anchor; /* NULL: none */
    size_t first;       /* of its children, in pending */
};

struct yaml_builder {
    struct yaml_file *out;
    struct yaml_place place;
    struct yaml_mark where; /* of what is being taken */
    struct yaml_open open[LIMIT_YAML_DEPTH];
    size_t depth;
    struct yaml_node **pending; /* children of all that is open; of a document, its root */
    size_t pending_count;
    size_t pending_cap;
    struct yaml_anchor *anchors;
    size_t anchor_count;
    size_t anchor_cap;
    size_t aliases;
    size_t made; /* nodes, and pairs that were merged */
    struct yaml_node **documents;
    size_t document_cap;
};

MUST_CHECK enum assay_status yaml_build_new(struct yaml_builder *builder, enum yaml_kind kind,
                                            struct yaml_mark start, const char *tag,
                                            struct yaml_node **out, struct assay_error *err);
/* anchor and name: NULL for none. */
MUST_CHECK enum assay_status yaml_build_add(struct yaml_builder *builder, struct yaml_node *node,
                                            const char *anchor, struct assay_error *err);
MUST_CHECK enum assay_status yaml_build_alias(struct yaml_builder *builder, const char *name,
                                              struct assay_error *err);
MUST_CHECK enum assay_status yaml_build_begin(struct yaml_builder *builder, enum yaml_kind kind,
                                              const char *tag, const char *anchor,
                                              struct assay_error *err);
MUST_CHECK enum assay_status yaml_build_end(struct yaml_builder *builder, struct assay_error *err);
MUST_CHECK enum assay_status yaml_build_document(struct yaml_builder *builder,
                                                 struct assay_error *err);
/* The list of documents. */
MUST_CHECK enum assay_status yaml_build_finish(struct yaml_builder *builder,
                                               struct assay_error *err);
void yaml_build_clear(struct yaml_builder *builder);

/* Pairs from keys and values in turn; merge keys are resolved. yaml_merge.c */
MUST_CHECK enum assay_status yaml_build_pairs(struct yaml_builder *builder, struct yaml_node *node,
                                              struct yaml_node *const *children, size_t count,
                                              struct assay_error *err);

#endif
