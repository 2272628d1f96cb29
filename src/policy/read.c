/* SPDX-License-Identifier: Apache-2.0 */
/* A policy's text to its scopes. Whatever is not understood refuses the whole text. */
#include "base/list.h"
#include "base/text.h"
#include "policy/set.h"

enum assay_status policy_refuse(const struct policy_reader *reader, const struct yaml_mark *mark,
                                struct assay_error *err, const char *format, ...)
{
    char message[ERROR_MESSAGE_BYTES];
    va_list args;
    va_start(args, format);
    text_format(message, sizeof(message), format, args);
    va_end(args);
    if (mark->line == 0) {
        return FAIL(err, ASSAY_POLICY_INVALID, "%s: %s", reader->name, message);
    }
    return FAIL(err, ASSAY_POLICY_INVALID, "%s:%zu:%zu: %s", reader->name, mark->line, mark->column,
                message);
}

enum assay_status policy_expect_mapping(const struct policy_reader *reader,
                                        const struct yaml_node *node, const char *what,
                                        struct assay_error *err)
{
    if (node->kind != YAML_MAPPING) {
        return policy_refuse(reader, &node->start, err, "%s: expected a mapping of keys to values",
                             what);
    }
    return ASSAY_OK;
}

static bool is_blank(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] > ' ') {
            return false;
        }
    }
    return true;
}

enum assay_status policy_read_text(const struct policy_reader *reader, const struct yaml_node *node,
                                   const char *what, const char **out, struct assay_error *err)
{
    if (node->kind != YAML_SCALAR) {
        return policy_refuse(reader, &node->start, err, "%s: expected a text", what);
    }
    if (yaml_is_null(node) || is_blank(node->text)) {
        return policy_refuse(reader, &node->start, err, "%s: expected a text, found nothing", what);
    }
    return arena_copy_text(reader->arena, node->text, out, err);
}

/* ---- scopes ---- */

static enum assay_status read_scopes(const struct policy_reader *reader,
                                     const struct yaml_node *node, struct policy_layer *out,
                                     struct assay_error *err)
{
    TRY(policy_expect_mapping(reader, node, "scopes", err));
    if (node->count > LIMIT_POLICY_SCOPES) {
        return policy_refuse(reader, &node->start, err, "more than %d scopes", LIMIT_POLICY_SCOPES);
    }
    TRY(arena_alloc(reader->arena, node->count, sizeof(*out->scopes), &out->scopes, err));
    for (size_t i = 0; i < node->count; i++) {
        struct policy_scope *scope = &out->scopes[i];
        const struct yaml_node *name = node->pairs[i].key;
        TRY(policy_read_text(reader, name, "a scope's name", &scope->written, err));
        scope->mark = name->start;
        TRY(policy_read_key(reader, name, &scope->key, err));
        TRY(policy_read_scope(reader, node->pairs[i].value, scope, err));
        out->count++;
    }
    return ASSAY_OK;
}

/* Those of one key in the order of the text. */
static int compare_scopes(const void *a, const void *b)
{
    const struct policy_scope *const *x = a;
    const struct policy_scope *const *y = b;
    int order = slice_compare((*x)->key, (*y)->key);
    return order != 0 ? order : (*x > *y) - (*x < *y);
}

static enum assay_status sort_scopes(const struct policy_reader *reader, struct policy_layer *layer,
                                     struct assay_error *err)
{
    TRY(arena_alloc(reader->arena, layer->count, sizeof(struct policy_scope *),
                    (void *)&layer->sorted, err));
    for (size_t i = 0; i < layer->count; i++) {
        layer->sorted[i] = &layer->scopes[i];
    }
    list_sort(layer->sorted, layer->count, sizeof(struct policy_scope *), compare_scopes);
    for (size_t i = 1; i < layer->count; i++) {
        const struct policy_scope *first = layer->sorted[i - 1];
        const struct policy_scope *second = layer->sorted[i];
        if (slice_equal(first->key, second->key)) {
            return policy_refuse(reader, &second->mark, err,
                                 "the scope %s is the same as %s in line %zu", second->written,
                                 first->written, first->mark.line);
        }
    }
    return ASSAY_OK;
}

/* ---- the document ---- */

static enum assay_status find_profile(const struct policy_reader *reader,
                                      const struct yaml_node *node, const char **out,
                                      struct assay_error *err)
{
    AUTO_BUF known = BUF_INIT(ERROR_MESSAGE_BYTES);
    const char *name = "";
    if (reader->is_profile) {
        return policy_refuse(reader, &node->start, err, "a profile does not build on another one");
    }
    TRY(policy_read_text(reader, node, "profile", &name, err));
    const char *shipped = policy_profile_name(0);
    for (size_t i = 1; shipped != NULL; i++) {
        if (strcmp(name, shipped) == 0) {
            *out = shipped;
            return ASSAY_OK;
        }
        TRY(buf_printf(&known, err, "%s%s", i == 1 ? "" : ", ", shipped));
        shipped = policy_profile_name(i);
    }
    return policy_refuse(reader, &node->start, err, "unknown profile %s: expected one of %s", name,
                         buf_text(&known));
}

static enum assay_status read_schema(const struct policy_reader *reader,
                                     const struct yaml_node *node, struct assay_error *err)
{
    if (node->kind != YAML_SCALAR || !node->is_plain || !slice_is(node->text, "1")) {
        return policy_refuse(reader, &node->start, err, "schema: expected 1");
    }
    return ASSAY_OK;
}

static enum assay_status read_member(const struct policy_reader *reader,
                                     const struct yaml_pair *pair, struct policy_layer *out,
                                     const char **profile, struct assay_error *err)
{
    struct slice key = pair->key->text;
    return slice_is(key, "schema")    ? read_schema(reader, pair->value, err)
           : slice_is(key, "profile") ? find_profile(reader, pair->value, profile, err)
           : slice_is(key, "scopes")
               ? read_scopes(reader, pair->value, out, err)
               : policy_refuse(reader, &pair->key->start, err,
                               "unknown key %.*s: expected one of schema, profile, scopes",
                               SLICE_ARGS(key));
}

static enum assay_status read_document(const struct policy_reader *reader,
                                       const struct yaml_node *node, struct policy_layer *out,
                                       const char **profile, struct assay_error *err)
{
    TRY(policy_expect_mapping(reader, node, "a policy", err));
    if (yaml_find(node, "schema") == NULL) {
        return policy_refuse(reader, &node->start, err, "expected \"schema: 1\"");
    }
    for (size_t i = 0; i < node->count; i++) {
        TRY(read_member(reader, &node->pairs[i], out, profile, err));
    }
    return sort_scopes(reader, out, err);
}

static enum assay_status read_only_document(const struct policy_reader *reader,
                                            const struct yaml_file *file, struct policy_layer *out,
                                            const char **profile, struct assay_error *err)
{
    static const struct yaml_mark start = { 1, 1, 0 };
    if (file->count > 1 && file->documents[1] != NULL) {
        return policy_refuse(reader, &file->documents[1]->start, err,
                             "a policy is one document, this begins another one");
    }
    if (file->count != 1 || file->documents[0] == NULL) {
        return policy_refuse(reader, &start, err, "expected one document");
    }
    return read_document(reader, file->documents[0], out, profile, err);
}

enum assay_status policy_read(const struct policy_reader *reader, struct slice text,
                              struct policy_layer *out, const char **profile,
                              struct assay_error *err)
{
    struct yaml_file file;
    struct yaml_mark where;
    struct assay_error why = ERROR_INIT;
    *out = (struct policy_layer){ .name = reader->name };
    *profile = NULL;
    enum assay_status status = yaml_load(text, &file, &where, &why);
    if (status == ASSAY_FILE_SYNTAX || status == ASSAY_FILE_LIMIT) {
        return policy_refuse(reader, &where, err, "%s", why.message);
    }
    if (status != ASSAY_OK) {
        return error_pass(err, &why);
    }
    status = read_only_document(reader, &file, out, profile, err);
    yaml_file_clear(&file);
    return status;
}
