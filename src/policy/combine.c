/* SPDX-License-Identifier: Apache-2.0 */
/* Two values of one field, from two policies that both must hold: the stricter one. */
#include "base/list.h"
#include "policy/set.h"

static int compare_to_item(const void *key, const void *item)
{
    const struct slice *text = key;
    const char *const *other = item;
    return slice_compare(*text, slice_from_string(*other));
}

static bool has_text(const struct policy_value *value, struct slice text)
{
    return list_find(&text, value->texts, value->text_count, sizeof(char *), compare_to_item) !=
           NULL;
}

/* Whether what the text lets pass passes by value as well: it stands there, or, of registries, a
 * place around it. */
static bool is_covered(enum policy_field field, const struct policy_value *value, const char *text)
{
    struct slice rest = slice_from_string(text);
    bool covered = has_text(value, rest);
    while (!covered && field == POLICY_REF_REGISTRIES) {
        size_t slash = slice_find_last(rest, '/');
        if (slash == rest.len) {
            return false;
        }
        rest = slice_first(rest, slash);
        covered = has_text(value, rest);
    }
    return covered;
}

/* Merges two sorted lists; of equal texts one stays. keep_all: whether those of one list alone
 * stay, too, or only those that the other one covers. */
static enum assay_status merge(enum policy_field field, const struct policy_value *a,
                               const struct policy_value *b, bool keep_all, struct arena *arena,
                               struct policy_value *out, struct assay_error *err)
{
    const char **texts = NULL;
    size_t count = 0;
    size_t i = 0;
    size_t j = 0;
    TRY(arena_alloc(arena, a->text_count + b->text_count, sizeof(*texts), (void *)&texts, err));
    while (i < a->text_count || j < b->text_count) {
        int order = i == a->text_count   ? 1
                    : j == b->text_count ? -1
                                         : strcmp(a->texts[i], b->texts[j]);
        const char *text = order <= 0 ? a->texts[i] : b->texts[j];
        bool keep = keep_all || order == 0 || is_covered(field, order < 0 ? b : a, text);
        i += order <= 0;
        j += order >= 0;
        if (keep) {
            texts[count++] = text;
        }
    }
    out->texts = texts;
    out->text_count = count;
    return ASSAY_OK;
}

static bool has_same_texts(const struct policy_value *a, const struct policy_value *b)
{
    bool same = a->text_count == b->text_count;
    for (size_t i = 0; same && i < a->text_count; i++) {
        same = strcmp(a->texts[i], b->texts[i]) == 0;
    }
    return same;
}

static enum assay_status combine_lists(enum policy_field field, enum policy_kind kind,
                                       const struct policy_value *other, struct arena *arena,
                                       struct policy_value *into, struct assay_error *err)
{
    struct policy_value merged = *into;
    if (has_same_texts(into, other)) {
        return ASSAY_OK;
    }
    TRY(merge(field, into, other, kind == POLICY_ALL, arena, &merged, err));
    if (!has_same_texts(into, &merged)) {
        merged.origin = other->origin; /* the one that made it stricter */
    }
    merged.conflict = into->conflict || merged.text_count == 0;
    *into = merged;
    return ASSAY_OK;
}

enum assay_status policy_combine(enum policy_field field, const struct policy_value *other,
                                 struct arena *arena, struct policy_value *into,
                                 struct assay_error *err)
{
    enum policy_kind kind = policy_field_row(field)->kind;
    if (kind == POLICY_ANY || kind == POLICY_ALL) {
        return combine_lists(field, kind, other, arena, into, err);
    }
    if (kind == POLICY_SAME) {
        into->conflict = into->conflict || !has_same_texts(into, other);
        return ASSAY_OK;
    }
    bool is_stricter =
        kind == POLICY_LEAST ? other->number < into->number : other->number > into->number;
    if (is_stricter) {
        *into = *other;
    }
    return ASSAY_OK;
}
