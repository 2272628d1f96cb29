/* SPDX-License-Identifier: Apache-2.0 */
/* Names of scopes and places, as references are normalised. */
#include "policy/set.h"

/* What a name below the prefix has behind it. The hub rewrites names of one component, so there are
 * two. */
static const char BELOW[] = "/x/x";

enum assay_status policy_normalise_place(const char *text, struct arena *arena, const char **out,
                                         struct assay_error *err)
{
    AUTO_BUF name = BUF_INIT(2UL * LIMIT_REFERENCE_BYTES);
    if (strlen(text) >= LIMIT_REFERENCE_BYTES) {
        return FAIL(err, ASSAY_REFERENCE, "longer than %d bytes", LIMIT_REFERENCE_BYTES);
    }
    TRY(buf_printf(&name, err, "%s%s", text, BELOW));
    struct oci_reference reference;
    TRY(oci_name_parse(buf_text(&name), &reference, err));
    struct slice full = slice_from_string(reference.name);
    enum assay_status status =
        arena_copy_text(arena, slice_first(full, full.len - (sizeof(BELOW) - 1)), out, err);
    oci_reference_clear(&reference);
    return status;
}

/* "PREFIX/" and a star. */
static enum assay_status read_prefix(struct slice prefix, struct arena *arena, struct slice *out,
                                     struct assay_error *err)
{
    const char *place = NULL;
    const char *key = NULL;
    TRY(arena_copy_text(arena, slice_first(prefix, prefix.len - 1), &place, err));
    TRY(policy_normalise_place(place, arena, &place, err));
    TRY(arena_format(arena, &key, err, "%s/", place));
    *out = slice_from_string(key);
    return ASSAY_OK;
}

/* Whether anything but the name is written: of "name" alone a reference makes "name:latest". */
static enum assay_status read_name(const char *text, struct arena *arena, struct slice *out,
                                   struct assay_error *err)
{
    struct oci_reference reference;
    TRY(oci_reference_parse(text, &reference, err));
    enum assay_status status = arena_copy(
        arena, slice_from_string(reference.tag_implied ? reference.name : reference.text), out,
        err);
    oci_reference_clear(&reference);
    return status;
}

/* "registry.example.com" would mean an image of the hub, which nobody means. */
static bool is_bare_registry(struct slice text)
{
    struct slice host = slice_first(text, slice_find(text, ':'));
    return slice_find(text, '/') == text.len &&
           (slice_find(host, '.') < host.len || slice_is(host, "localhost"));
}

static enum assay_status read_key(struct slice text, struct arena *arena, struct slice *out,
                                  struct assay_error *err)
{
    if (slice_is(text, "*")) {
        *out = SLICE_LITERAL("");
        return ASSAY_OK;
    }
    if (text.len > 2 && slice_has_suffix(text, SLICE_LITERAL("/*"))) {
        return read_prefix(slice_first(text, text.len - 1), arena, out, err);
    }
    if (slice_find(text, '*') < text.len) {
        return FAIL(err, ASSAY_REFERENCE,
                    "a star stands alone, or behind the last '/' for all that is below");
    }
    if (is_bare_registry(text)) {
        return FAIL(err, ASSAY_REFERENCE,
                    "a registry has '/*' behind it; an image of the hub of this name is "
                    "docker.io/library/%.*s",
                    SLICE_ARGS(text));
    }
    return read_name((const char *)text.ptr, arena, out, err);
}

enum assay_status policy_read_key(const struct policy_reader *reader, const struct yaml_node *name,
                                  struct slice *out, struct assay_error *err)
{
    struct assay_error why = ERROR_INIT;
    enum assay_status status = read_key(name->text, reader->arena, out, &why);
    if (status == ASSAY_REFERENCE) {
        return policy_refuse(reader, &name->start, err, "the scope %.*s: %s",
                             SLICE_ARGS(name->text), why.message);
    }
    return status == ASSAY_OK ? ASSAY_OK : error_pass(err, &why);
}
