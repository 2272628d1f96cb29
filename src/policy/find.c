/* SPDX-License-Identifier: Apache-2.0 */
/* What holds for a reference: in each file the most specific scope that says it, then all files
 * together. */
#include "base/buf.h"
#include "base/list.h"
#include "policy/set.h"

/* Forms of the reference, and a prefix for each '/' of its name. */
#define KEYS_MAX (LIMIT_REFERENCE_BYTES + 8)

/* The keys of the scopes that a reference is in, most specific first. */
struct keys {
    struct slice items[KEYS_MAX];
    size_t count;
    struct buf with_tag;
    struct buf with_digest;
};

static void keys_clear(struct keys *keys)
{
    buf_clear(&keys->with_tag);
    buf_clear(&keys->with_digest);
}

static enum assay_status add_derived(struct keys *keys, const struct oci_reference *reference,
                                     struct assay_error *err)
{
    char digest[DIGEST_TEXT_BYTES];
    digest_format(&reference->digest, digest);
    TRY(buf_printf(&keys->with_digest, err, "%s@%s", reference->name, digest));
    TRY(buf_printf(&keys->with_tag, err, "%s:%s", reference->name, reference->tag));
    keys->items[keys->count++] = buf_slice(&keys->with_digest);
    keys->items[keys->count++] = buf_slice(&keys->with_tag);
    return ASSAY_OK;
}

static enum assay_status make_keys(const struct oci_reference *reference, struct keys *keys,
                                   struct assay_error *err)
{
    struct slice prefix = slice_from_string(reference->name);
    if (prefix.len > LIMIT_REFERENCE_BYTES) {
        return FAIL(err, ASSAY_REFERENCE, "the reference is longer than any valid one");
    }
    keys->items[keys->count++] = slice_from_string(reference->text);
    if (reference->tag != NULL && reference->digest.alg != DIGEST_NONE) {
        TRY(add_derived(keys, reference, err));
    }
    keys->items[keys->count++] = prefix;
    for (;;) {
        size_t slash = slice_find_last(prefix, '/');
        if (slash == prefix.len) {
            break;
        }
        keys->items[keys->count++] = slice_first(prefix, slash + 1);
        prefix = slice_first(prefix, slash);
    }
    keys->items[keys->count++] = SLICE_LITERAL("");
    return ASSAY_OK;
}

/* ---- one file ---- */

static int compare_to_scope(const void *key, const void *item)
{
    const struct slice *text = key;
    const struct policy_scope *const *scope = item;
    return slice_compare(*text, (*scope)->key);
}

static const struct policy_scope *find_scope(const struct policy_layer *layer, struct slice key)
{
    const struct policy_scope *const *found = list_find(
        &key, layer->sorted, layer->count, sizeof(struct policy_scope *), compare_to_scope);
    return found == NULL ? NULL : *found;
}

/* What one file says so far. */
struct voice {
    struct policy_value values[POLICY_FIELD_COUNT];
    bool has_reject;
    bool asks_for_trust;
    const char *reject;
    struct policy_origin reject_origin;
    const struct policy_allowed *allowed;
};

static void hear_scope(const struct policy_scope *scope, const char *file,
                       const struct digest *digest, struct voice *voice)
{
    for (size_t i = 0; i < scope->setting_count; i++) {
        const struct policy_setting *setting = &scope->settings[i];
        if (!voice->values[setting->field].is_set) {
            voice->values[setting->field] = setting->value;
        }
        voice->asks_for_trust |= strcmp(policy_field_row(setting->field)->group, "trust") == 0;
    }
    if (scope->has_reject && !voice->has_reject) {
        voice->has_reject = true;
        voice->reject = scope->reject;
        voice->reject_origin = (struct policy_origin){ file, scope->written };
    }
    for (size_t i = 0; voice->allowed == NULL && i < scope->allowed_count; i++) {
        if (digest_equal(&scope->allowed[i].digest, digest)) {
            voice->allowed = &scope->allowed[i];
        }
    }
}

static void hear_file(const struct policy_file *file, const struct keys *keys,
                      const struct digest *digest, struct voice *voice)
{
    *voice = (struct voice){ 0 };
    for (size_t i = 0; i < ARRAY_LEN(file->layers); i++) {
        const struct policy_layer *layer = &file->layers[i];
        for (size_t j = 0; j < keys->count; j++) {
            const struct policy_scope *scope = find_scope(layer, keys->items[j]);
            if (scope != NULL) {
                hear_scope(scope, layer->name, digest, voice);
            }
        }
    }
}

/* ---- all files ---- */

/* What decides where nobody says. */
static struct policy_value fallback(enum policy_field field)
{
    return (struct policy_value){ .number = policy_field_row(field)->fallback,
                                  .origin = { "", "" } };
}

/*
 * A guest beside others can only tighten, so what holds where they say nothing holds against it:
 * a number's default as if they had said it, and whom they trust without naming a server or a root.
 */
static enum assay_status combine_guest(enum policy_field field, const struct policy_value *value,
                                       struct arena *arena, struct policy_value *into,
                                       struct assay_error *err)
{
    enum policy_kind kind = policy_field_row(field)->kind;
    if (into->is_set) {
        return policy_combine(field, value, arena, into, err);
    }
    struct policy_value before = *into;
    *into = *value;
    into->conflict = kind == POLICY_SAME;
    return kind == POLICY_CHOICE || kind == POLICY_MOST
               ? policy_combine(field, &before, arena, into, err)
               : ASSAY_OK;
}

static enum assay_status add_voice(const struct voice *voice, bool is_bound, struct arena *arena,
                                   struct policy_terms *out, struct assay_error *err)
{
    for (size_t i = 0; i < POLICY_FIELD_COUNT; i++) {
        enum policy_field field = (enum policy_field)i;
        const struct policy_value *value = &voice->values[i];
        struct policy_value *into = &out->values[i];
        if (!value->is_set) {
            continue;
        }
        if (is_bound) {
            TRY(combine_guest(field, value, arena, into, err));
        } else if (into->is_set) {
            TRY(policy_combine(field, value, arena, into, err));
        } else {
            *into = *value;
        }
    }
    if (voice->reject != NULL && out->reject == NULL) {
        out->reject = voice->reject;
        out->reject_origin = voice->reject_origin;
    }
    return ASSAY_OK;
}

/* A digest passes if every file that asks for trust lets it; a guest's word alone lets nothing. */
static void allow(const struct voice *voice, bool is_bound, bool *vetoed, struct policy_terms *out)
{
    if (voice->allowed == NULL) {
        *vetoed = *vetoed || voice->asks_for_trust;
    } else if (out->allowed == NULL ? !is_bound
                                    : voice->allowed->until_unix_s < out->allowed->until_unix_s) {
        out->allowed = voice->allowed;
    }
}

static enum assay_status find(const struct policy_set *set, const struct keys *keys,
                              const struct digest *digest, struct arena *arena,
                              struct policy_terms *out, struct assay_error *err)
{
    struct voice voice;
    bool vetoed = false;
    for (size_t i = 0; i < POLICY_FIELD_COUNT; i++) {
        out->values[i] = fallback((enum policy_field)i);
    }
    for (int guests = 0; guests <= 1; guests++) {
        for (size_t i = 0; i < set->count; i++) {
            const struct policy_file *file = &set->files[i];
            if (file->is_guest != (guests == 1)) {
                continue;
            }
            bool is_bound = file->is_guest && set->count > 1;
            hear_file(file, keys, digest, &voice);
            TRY(add_voice(&voice, is_bound, arena, out, err));
            allow(&voice, is_bound, &vetoed, out);
        }
    }
    out->allowed = vetoed ? NULL : out->allowed;
    return ASSAY_OK;
}

enum assay_status policy_find(const struct policy_set *set, const struct oci_reference *reference,
                              struct arena *arena, struct policy_terms *out,
                              struct assay_error *err)
{
    CLEANUP(keys_clear)
    struct keys keys = { .with_tag = BUF_INIT(2UL * LIMIT_REFERENCE_BYTES),
                         .with_digest = BUF_INIT(2UL * LIMIT_REFERENCE_BYTES) };
    *out = (struct policy_terms){ 0 };
    TRY(make_keys(reference, &keys, err));
    return find(set, &keys, &reference->digest, arena, out, err);
}
