/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of compose files: values with their variables filled in, and references from them. */
#include "base/limits.h"
#include "scan/compose.h"
#include "scan/expand.h"

bool compose_is_absent(const struct yaml_node *node)
{
    return yaml_is_null(node) || strcmp(node->tag, "!reset") == 0;
}

bool compose_is_remote(const char *path)
{
    struct slice text = slice_from_string(path);
    return strstr(path, "://") != NULL || slice_has_prefix(text, SLICE_LITERAL("git@")) ||
           slice_has_prefix(text, SLICE_LITERAL("github.com/"));
}

static const char *find_name(const void *ctx, struct slice name)
{
    return compose_env_find(ctx, name);
}

/* What speaks against the text itself is the reference's problem; all else ends the run. */
static bool is_about_text(enum assay_status status)
{
    return status == ASSAY_FILE_SYNTAX || status == ASSAY_FILE_LIMIT || status == ASSAY_TOO_LARGE;
}

enum assay_status compose_expand(struct compose *run, const struct compose_scope *scope,
                                 const struct yaml_node *node, struct compose_text *out,
                                 struct assay_error *err)
{
    struct assay_error why = ERROR_INIT;
    struct expand_result result = { 0 };
    struct expand_names names = { .find = find_name, .ctx = scope->env, .budget = &run->steps };
    AUTO_BUF text = BUF_INIT(LIMIT_EXPAND_BYTES);
    *out = (struct compose_text){ .node = node, .text = (const char *)node->text.ptr };
    if (slice_find(node->text, '$') == node->text.len) {
        return ASSAY_OK;
    }
    enum assay_status status =
        expand_text(EXPAND_COMPOSE, 0, node->text, &names, &text, &result, &why);
    if (status == ASSAY_OK && result.unset_name[0] == '\0') {
        TRY(arena_copy_text(&run->arena, slice_from_string(buf_text(&text)), &out->text, err));
        return ASSAY_OK;
    }
    out->text = NULL;
    if (status == ASSAY_OK) {
        return arena_format(&run->arena, &out->problem, err,
                            "%s has no value in .env and no default", result.unset_name);
    }
    if (!is_about_text(status)) {
        return error_pass(err, &why);
    }
    return arena_format(&run->arena, &out->problem, err, "%s", why.message);
}

enum assay_status compose_get(struct compose *run, const struct compose_scope *scope,
                              const struct yaml_node *mapping, const char *key, const char *what,
                              struct compose_text *out, struct assay_error *err)
{
    const struct yaml_node *node = yaml_find(mapping, key);
    *out = (struct compose_text){ 0 };
    if (compose_is_absent(node)) {
        return ASSAY_OK;
    }
    if (node->kind != YAML_SCALAR) {
        return scan_node_misfit(run->scan, scope->file->input.file, node, what, YAML_SCALAR, err);
    }
    return compose_expand(run, scope, node, out, err);
}

enum assay_status compose_add(struct compose *run, const struct compose_scope *scope,
                              const struct compose_text *text, size_t skip,
                              const struct scan_reference *reference, struct assay_error *err)
{
    struct scan_reference found = *reference;
    found.place = SCAN_COMPOSE;
    found.text = text->text;
    found.problem = text->problem;
    return scan_node_add(run->scan, scope->file->input.file, text->node, skip, &found, err);
}

enum assay_status compose_add_unknown(struct compose *run, const struct compose_scope *scope,
                                      const struct yaml_node *node, const char *owner,
                                      const char *problem, struct assay_error *err)
{
    struct compose_text text = { .node = node, .problem = problem };
    struct scan_reference reference = { .owner = owner };
    return compose_add(run, scope, &text, 0, &reference, err);
}

/* ---- "NAME=VALUE" ---- */

/* An item of a list: the whole of it has its variables filled in, its name too. */
static enum assay_status split_item(struct compose *run, const struct compose_scope *scope,
                                    const struct yaml_node *item, struct compose_pair *pair,
                                    struct assay_error *err)
{
    struct compose_text whole;
    TRY(compose_expand(run, scope, item, &whole, err));
    struct slice text = whole.text != NULL ? slice_from_string(whole.text) : item->text;
    size_t name_bytes = slice_find(text, '=');
    *pair = (struct compose_pair){ .node = item, .name = slice_first(text, name_bytes) };
    if (name_bytes == text.len) {
        return ASSAY_OK;
    }
    pair->value = whole;
    if (whole.text != NULL) {
        pair->value.text = whole.text + name_bytes + 1;
    }
    /* the text in the file has no variables in front of its value: it begins where it seems to */
    if (slice_find(slice_first(item->text, name_bytes + 1), '$') > name_bytes) {
        pair->skip = name_bytes + 1;
    }
    return ASSAY_OK;
}

static enum assay_status make_pair(struct compose *run, const struct compose_scope *scope,
                                   const struct yaml_node *node, size_t i,
                                   struct compose_pair *pair, struct assay_error *err)
{
    if (node->kind == YAML_SEQUENCE) {
        return split_item(run, scope, node->items[i], pair, err);
    }
    *pair = (struct compose_pair){ .node = node->pairs[i].value, .name = node->pairs[i].key->text };
    if (compose_is_absent(node->pairs[i].value)) {
        return ASSAY_OK;
    }
    return compose_expand(run, scope, node->pairs[i].value, &pair->value, err);
}

enum assay_status
compose_pairs(struct compose *run, const struct compose_scope *scope, const struct yaml_node *node,
              const char *what,
              enum assay_status (*take)(void *ctx, const struct compose_scope *scope,
                                        const struct compose_pair *pair, struct assay_error *err),
              void *ctx, struct assay_error *err)
{
    size_t file = scope->file->input.file;
    if (compose_is_absent(node)) {
        return ASSAY_OK;
    }
    if (node->kind == YAML_SCALAR) {
        return scan_node_misfit(run->scan, file, node, what, YAML_MAPPING, err);
    }
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_node *item =
            node->kind == YAML_SEQUENCE ? node->items[i] : node->pairs[i].value;
        struct compose_pair pair;
        if (item->kind != YAML_SCALAR) {
            TRY(scan_node_misfit(run->scan, file, item, what, YAML_SCALAR, err));
            continue;
        }
        TRY(make_pair(run, scope, node, i, &pair, err));
        TRY(take(ctx, scope, &pair, err));
    }
    return ASSAY_OK;
}
