/* SPDX-License-Identifier: Apache-2.0 */
#include "json/yaml_build.h"

#include "base/mem.h"

enum assay_status yaml_build_new(struct yaml_builder *builder, enum yaml_kind kind,
                                 struct yaml_mark start, const char *tag, struct yaml_node **out,
                                 struct assay_error *err)
{
    struct yaml_node *node = NULL;
    if (++builder->made > LIMIT_YAML_NODES) {
        return FAIL(err, ASSAY_FILE_LIMIT, "more than %lu values", LIMIT_YAML_NODES);
    }
    TRY(arena_alloc(&builder->out->arena, 1, sizeof(*node), &node, err));
    node->kind = kind;
    node->start = start;
    node->end = start;
    node->weight = 1;
    node->tag = "";
    if (tag != NULL) {
        TRY(arena_copy_text(&builder->out->arena, slice_from_string(tag), &node->tag, err));
    }
    *out = node;
    return ASSAY_OK;
}

static enum assay_status remember(struct yaml_builder *builder, struct yaml_node *node,
                                  const char *name, struct assay_error *err)
{
    struct yaml_anchor anchor = { .node = node };
    if (builder->anchor_count >= LIMIT_YAML_ALIASES) {
        return FAIL(err, ASSAY_FILE_LIMIT, "more than %d anchors", LIMIT_YAML_ALIASES);
    }
    TRY(arena_copy_text(&builder->out->arena, slice_from_string(name), &anchor.name, err));
    TRY(mem_grow(&builder->anchors, builder->anchor_count, &builder->anchor_cap, sizeof(anchor),
                 err));
    builder->anchors[builder->anchor_count++] = anchor;
    return ASSAY_OK;
}

enum assay_status yaml_build_add(struct yaml_builder *builder, struct yaml_node *node,
                                 const char *anchor, struct assay_error *err)
{
    if (anchor != NULL) {
        TRY(remember(builder, node, anchor, err));
    }
    TRY(mem_grow(&builder->pending, builder->pending_count, &builder->pending_cap,
                 sizeof(struct yaml_node *), err));
    builder->pending[builder->pending_count++] = node;
    return ASSAY_OK;
}

/* An anchor counts from the end of what it names on, so that nothing can hold itself; the last one
 * of a name is meant. */
enum assay_status yaml_build_alias(struct yaml_builder *builder, const char *name,
                                   struct assay_error *err)
{
    if (++builder->aliases > LIMIT_YAML_ALIASES) {
        return FAIL(err, ASSAY_FILE_LIMIT, "more than %d aliases", LIMIT_YAML_ALIASES);
    }
    for (size_t i = 0; i < builder->depth; i++) {
        const char *open = builder->open[i].anchor;
        if (open != NULL && strcmp(name, open) == 0) {
            return FAIL(err, ASSAY_FILE_SYNTAX, "the alias %s stands inside what it names", name);
        }
    }
    for (size_t i = builder->anchor_count; i > 0; i--) {
        if (strcmp(name, builder->anchors[i - 1].name) == 0) {
            return yaml_build_add(builder, builder->anchors[i - 1].node, NULL, err);
        }
    }
    return FAIL(err, ASSAY_FILE_SYNTAX, "the alias %s names nothing", name);
}

enum assay_status yaml_build_begin(struct yaml_builder *builder, enum yaml_kind kind,
                                   const char *tag, const char *anchor, struct assay_error *err)
{
    struct yaml_open open = { .first = builder->pending_count };
    if (builder->depth >= ARRAY_LEN(builder->open)) {
        return FAIL(err, ASSAY_FILE_LIMIT, "nested deeper than %d", LIMIT_YAML_DEPTH);
    }
    TRY(yaml_build_new(builder, kind, builder->where, tag, &open.node, err));
    if (anchor != NULL) {
        TRY(arena_copy_text(&builder->out->arena, slice_from_string(anchor), &open.anchor, err));
    }
    builder->open[builder->depth++] = open;
    return ASSAY_OK;
}

static enum assay_status make_items(struct yaml_builder *builder, struct yaml_node *node,
                                    struct yaml_node *const *children, size_t count,
                                    struct assay_error *err)
{
    TRY(arena_alloc(&builder->out->arena, count, sizeof(struct yaml_node *), &node->items, err));
    for (size_t i = 0; i < count; i++) {
        node->items[i] = children[i];
        node->weight += children[i]->weight;
    }
    node->count = count;
    return ASSAY_OK;
}

/* No child weighs more than the limit, and there are fewer than that: the sum cannot overflow. */
enum assay_status yaml_build_end(struct yaml_builder *builder, struct assay_error *err)
{
    const struct yaml_open *open = &builder->open[--builder->depth];
    struct yaml_node *const *children = builder->pending + open->first;
    size_t count = builder->pending_count - open->first;
    struct yaml_node *node = open->node;
    node->end = builder->where;
    TRY(node->kind == YAML_SEQUENCE ? make_items(builder, node, children, count, err)
                                    : yaml_build_pairs(builder, node, children, count, err));
    if (node->weight > LIMIT_YAML_NODES) {
        return FAIL(err, ASSAY_FILE_LIMIT, "its aliases unfold to more than %lu values",
                    LIMIT_YAML_NODES);
    }
    builder->pending_count = open->first;
    return yaml_build_add(builder, node, open->anchor, err);
}

/* Anchors end with their document. */
enum assay_status yaml_build_document(struct yaml_builder *builder, struct assay_error *err)
{
    struct yaml_file *out = builder->out;
    if (out->count >= LIMIT_YAML_DOCUMENTS) {
        return FAIL(err, ASSAY_FILE_LIMIT, "more than %d documents", LIMIT_YAML_DOCUMENTS);
    }
    TRY(mem_grow(&builder->documents, out->count, &builder->document_cap,
                 sizeof(struct yaml_node *), err));
    builder->documents[out->count++] = builder->pending[0];
    builder->pending_count = 0;
    builder->anchor_count = 0;
    return ASSAY_OK;
}

enum assay_status yaml_build_finish(struct yaml_builder *builder, struct assay_error *err)
{
    struct yaml_file *out = builder->out;
    TRY(arena_alloc(&out->arena, out->count, sizeof(struct yaml_node *), &out->documents, err));
    for (size_t i = 0; i < out->count; i++) {
        out->documents[i] = builder->documents[i];
    }
    return ASSAY_OK;
}

void yaml_build_clear(struct yaml_builder *builder)
{
    mem_free(builder->documents);
    mem_free(builder->pending);
    mem_free(builder->anchors);
}
