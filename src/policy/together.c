/* SPDX-License-Identifier: Apache-2.0 */
/* Whether policies that are well-formed each can hold together. */
#include "policy/set.h"

/* Some reference that the scope holds for. */
static enum assay_status sample_of(const struct policy_scope *scope, struct oci_reference *out,
                                   struct assay_error *err)
{
    AUTO_BUF text = BUF_INIT(4UL * LIMIT_REFERENCE_BYTES);
    struct slice key = scope->key;
    if (key.len == 0) {
        key = SLICE_LITERAL("registry.invalid/");
    }
    TRY(buf_append(&text, key, err));
    if (key.ptr[key.len - 1] == '/') {
        TRY(buf_append_string(&text, "x/x", err));
    }
    return oci_reference_parse(buf_text(&text), out, err);
}

static enum assay_status check_scope(const struct policy_set *set, const struct policy_layer *layer,
                                     const struct policy_scope *scope, struct assay_error *err)
{
    AUTO_ARENA arena = ARENA_INIT(LIMIT_POLICY_ARENA);
    struct policy_terms terms;
    CLEANUP(oci_reference_clear) struct oci_reference sample = { 0 };
    TRY(sample_of(scope, &sample, err));
    TRY(policy_find(set, &sample, &arena, &terms, err));
    for (size_t i = 0; i < POLICY_FIELD_COUNT; i++) {
        const struct policy_field_row *row = policy_field_row((enum policy_field)i);
        const struct policy_value *value = &terms.values[i];
        if (value->conflict) {
            return FAIL(err, ASSAY_POLICY_INVALID,
                        "%s:%zu:%zu: %s.%s: no value satisfies this policy and %s, scope %s",
                        layer->name, scope->mark.line, scope->mark.column, row->group, row->key,
                        value->origin.file, value->origin.scope);
        }
    }
    return ASSAY_OK;
}

static enum assay_status check_layer(const struct policy_set *set, const struct policy_layer *layer,
                                     struct assay_error *err)
{
    for (size_t i = 0; i < layer->count; i++) {
        TRY(check_scope(set, layer, &layer->scopes[i], err));
    }
    return ASSAY_OK;
}

enum assay_status policy_check_together(const struct policy_set *set, struct assay_error *err)
{
    for (size_t i = set->count; i > 0; i--) { /* the later one is to be mended */
        TRY(check_layer(set, &set->files[i - 1].layers[0], err));
        TRY(check_layer(set, &set->files[i - 1].layers[1], err));
    }
    return ASSAY_OK;
}
