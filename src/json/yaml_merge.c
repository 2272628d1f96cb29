/* SPDX-License-Identifier: Apache-2.0 */
/* The pairs of a mapping: no key twice, and what "<<" brings in. */
#include "base/list.h"
#include "base/mem.h"
#include "json/yaml_build.h"

/* Keys that compete: a mapping's own first, then the merged ones in their order. */
struct candidates {
    struct yaml_pair *pairs;
    bool *dropped;
    size_t count;
    size_t cap;
    size_t own;
};

static void candidates_clear(struct candidates *all)
{
    mem_free(all->pairs);
    mem_free(all->dropped);
}

static bool is_merge_key(const struct yaml_node *key)
{
    return key->is_plain && slice_is(key->text, "<<");
}

/* Readers differ on whether quotes or a tag make "<<" a key as any other. */
static bool may_be_merge_key(const struct yaml_node *key)
{
    return !key->is_plain && slice_is(key->text, "<<");
}

static enum assay_status add_pair(struct candidates *all, struct yaml_node *key,
                                  struct yaml_node *value, struct assay_error *err)
{
    TRY(mem_grow(&all->pairs, all->count, &all->cap, sizeof(*all->pairs), err));
    all->pairs[all->count++] = (struct yaml_pair){ key, value };
    return ASSAY_OK;
}

static enum assay_status merge_one(struct yaml_builder *builder, struct candidates *all,
                                   const struct yaml_node *from, struct assay_error *err)
{
    if (from->kind != YAML_MAPPING) {
        return FAIL(err, ASSAY_FILE_SYNTAX, "'<<' merges what is no mapping");
    }
    builder->made += from->count;
    if (builder->made > LIMIT_YAML_NODES) {
        return FAIL(err, ASSAY_FILE_LIMIT, "its merge keys unfold to more than %lu values",
                    LIMIT_YAML_NODES);
    }
    for (size_t i = 0; i < from->count; i++) {
        TRY(add_pair(all, from->pairs[i].key, from->pairs[i].value, err));
    }
    return ASSAY_OK;
}

static enum assay_status merge(struct yaml_builder *builder, struct candidates *all,
                               const struct yaml_node *value, struct assay_error *err)
{
    if (value->kind != YAML_SEQUENCE) {
        return merge_one(builder, all, value, err);
    }
    for (size_t i = 0; i < value->count; i++) {
        TRY(merge_one(builder, all, value->items[i], err));
    }
    return ASSAY_OK;
}

/* By key, those that win first. */
static int compare_candidates(const void *a, const void *b, void *ctx)
{
    const struct yaml_pair *pairs = ctx;
    const size_t *x = a;
    const size_t *y = b;
    int order = slice_compare(pairs[*x].key->text, pairs[*y].key->text);
    return order != 0 ? order : size_compare(*x, *y);
}

static enum assay_status drop_repeated(struct yaml_builder *builder, struct candidates *all,
                                       struct assay_error *err)
{
    AUTO_MEM size_t *order = mem_alloc(all->count + 1, sizeof(*order));
    all->dropped = mem_alloc(all->count + 1, sizeof(*all->dropped));
    if (order == NULL || all->dropped == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    for (size_t i = 0; i < all->count; i++) {
        order[i] = i;
    }
    list_sort_with(order, all->count, sizeof(*order), compare_candidates, all->pairs);
    for (size_t i = 1; i < all->count; i++) {
        const struct yaml_node *key = all->pairs[order[i]].key;
        if (!slice_equal(key->text, all->pairs[order[i - 1]].key->text)) {
            continue;
        }
        if (order[i] < all->own) {
            builder->where = key->start;
            return FAIL(err, ASSAY_FILE_SYNTAX, "the key '%s' stands there twice",
                        (const char *)key->text.ptr);
        }
        all->dropped[order[i]] = true;
    }
    return ASSAY_OK;
}

static enum assay_status collect(struct yaml_builder *builder, struct candidates *all,
                                 struct yaml_node *const *children, size_t count,
                                 struct assay_error *err)
{
    const struct yaml_node *merged = NULL;
    for (size_t i = 0; i + 1 < count; i += 2) {
        struct yaml_node *key = children[i];
        if (key->kind != YAML_SCALAR) {
            builder->where = key->start;
            return FAIL(err, ASSAY_FILE_SYNTAX, "a key is no text");
        }
        if (may_be_merge_key(key)) {
            builder->where = key->start;
            return FAIL(err, ASSAY_FILE_SYNTAX, "the key '<<' has quotes or a tag");
        }
        if (!is_merge_key(key)) {
            TRY(add_pair(all, key, children[i + 1], err));
        } else if (merged == NULL) {
            merged = children[i + 1];
        } else {
            builder->where = key->start;
            return FAIL(err, ASSAY_FILE_SYNTAX, "the key '<<' stands there twice");
        }
    }
    all->own = all->count;
    return merged == NULL ? ASSAY_OK : merge(builder, all, merged, err);
}

static enum assay_status keep(struct yaml_builder *builder, const struct candidates *all,
                              struct yaml_node *node, struct assay_error *err)
{
    TRY(arena_alloc(&builder->out->arena, all->count, sizeof(*node->pairs), &node->pairs, err));
    for (size_t i = 0; i < all->count; i++) {
        if (!all->dropped[i]) {
            node->pairs[node->count++] = all->pairs[i];
            node->weight += all->pairs[i].value->weight + 1;
        }
    }
    return ASSAY_OK;
}

enum assay_status yaml_build_pairs(struct yaml_builder *builder, struct yaml_node *node,
                                   struct yaml_node *const *children, size_t count,
                                   struct assay_error *err)
{
    CLEANUP(candidates_clear) struct candidates all = { .count = 0 };
    TRY(collect(builder, &all, children, count, err));
    TRY(drop_repeated(builder, &all, err));
    return keep(builder, &all, node, err);
}
