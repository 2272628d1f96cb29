/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/dockerfile_build.h"

#include "base/limits.h"
#include "base/mem.h"
#include "oci/reference.h"
#include "scan/expand.h"

void dockerfile_build_init(struct dockerfile_build *build, const struct scan_options *options,
                           const struct scan_build *given)
{
    *build = (struct dockerfile_build){ .options = options,
                                        .given = given,
                                        .arena = ARENA_INIT(LIMIT_SCAN_ARENA),
                                        .escape = '\\',
                                        .budget = LIMIT_EXPAND_STEPS };
}

void dockerfile_build_clear(struct dockerfile_build *build)
{
    mem_free(build->args);
    mem_free(build->stages);
    arena_clear(&build->arena);
}

/* ---- what is given from outside ---- */

/* The last NAME=VALUE, or NAME alone. */
static const char *find_pair(const char *const *pairs, size_t count, struct slice name)
{
    for (size_t i = count; i > 0; i--) {
        struct slice pair = slice_from_string(pairs[i - 1]);
        if (slice_equal(slice_first(pair, slice_find(pair, '=')), name)) {
            return pairs[i - 1];
        }
    }
    return NULL;
}

bool dockerfile_is_given(const struct dockerfile_build *build, struct slice name,
                         const char **value)
{
    const struct scan_options *options = build->options;
    const struct scan_build *given = build->given;
    const char *pair = given == NULL ? NULL : find_pair(given->args, given->arg_count, name);
    pair = pair != NULL ? pair : find_pair(options->build_args, options->build_arg_count, name);
    *value = pair != NULL && pair[name.len] == '=' ? pair + name.len + 1 : NULL;
    return pair != NULL;
}

/* NULL: none, or not known. */
static const char *given_value(const struct dockerfile_build *build, struct slice name)
{
    const char *value = NULL;
    return dockerfile_is_given(build, name, &value) ? value : NULL;
}

/* Whether a context of this name is the image of that one: tags and registries may be implied. */
static enum assay_status is_same_image(struct slice context, const char *name, bool *same,
                                       struct assay_error *err)
{
    struct oci_reference a = { 0 };
    struct oci_reference b = { 0 };
    AUTO_BUF text = BUF_INIT(LIMIT_SCAN_BYTES);
    TRY(buf_append(&text, context, err));
    *same = slice_is(context, name);
    if (!*same && oci_reference_parse(buf_text(&text), &a, NULL) == ASSAY_OK &&
        oci_reference_parse(name, &b, NULL) == ASSAY_OK) {
        *same = slice_is(slice_from_string(a.text), b.text);
    }
    oci_reference_clear(&a);
    oci_reference_clear(&b);
    return ASSAY_OK;
}

static enum assay_status find_context(const char *const *pairs, size_t count, const char *name,
                                      const char **value, struct assay_error *err)
{
    *value = NULL;
    for (size_t i = count; i > 0 && *value == NULL; i--) {
        struct slice pair = slice_from_string(pairs[i - 1]);
        struct slice key = slice_first(pair, slice_find(pair, '='));
        bool same = false;
        if (key.len < pair.len) {
            TRY(is_same_image(key, name, &same, err));
        }
        *value = same ? pairs[i - 1] + key.len + 1 : NULL;
    }
    return ASSAY_OK;
}

enum assay_status dockerfile_replaced(const struct dockerfile_build *build, const char *name,
                                      const char **image, struct assay_error *err)
{
    static const char prefix[] = "docker-image://";
    const struct scan_options *options = build->options;
    const char *value = NULL;
    if (build->given != NULL) {
        TRY(find_context(build->given->contexts, build->given->context_count, name, &value, err));
    }
    if (value == NULL) {
        TRY(find_context(options->build_contexts, options->build_context_count, name, &value, err));
    }
    bool is_image =
        value != NULL && slice_has_prefix(slice_from_string(value), slice_from_string(prefix));
    *image = is_image ? value + strlen(prefix) : value == NULL ? NULL : "";
    return ASSAY_OK;
}

/* ---- arguments ---- */

/* These have values in every build, which are not known here. */
static bool is_predefined(struct slice name)
{
    static const char *const names[] = { "TARGETPLATFORM", "TARGETOS",      "TARGETOSVERSION",
                                         "TARGETARCH",     "TARGETVARIANT", "TARGETSTAGE",
                                         "BUILDPLATFORM",  "BUILDOS",       "BUILDOSVERSION",
                                         "BUILDARCH",      "BUILDVARIANT" };
    return slice_is_any(name, names, ARRAY_LEN(names));
}

static enum assay_status miss(struct dockerfile_build *build, struct slice name)
{
    return build->missing == NULL ? arena_copy_text(&build->arena, name, &build->missing, NULL)
                                  : ASSAY_OK;
}

static const char *find_arg(const void *ctx, struct slice name)
{
    /* a look-up notes what it could not tell */
    struct dockerfile_build *build = *(struct dockerfile_build *const *)ctx;
    build->budget -= build->budget < build->arg_count ? build->budget : build->arg_count;
    for (size_t i = build->arg_count; i > 0; i--) {
        const struct dockerfile_arg *arg = &build->args[i - 1];
        if (slice_equal(arg->name, name)) {
            build->missing = build->missing == NULL ? arg->missing : build->missing;
            return arg->value;
        }
    }
    const char *value = is_predefined(name) ? given_value(build, name) : NULL;
    if (is_predefined(name) && value == NULL && miss(build, name) != ASSAY_OK) {
        build->missing = "";
    }
    return value;
}

enum assay_status dockerfile_fill(struct dockerfile_build *build, struct slice word,
                                  struct buf *out, bool *changed, const char **problem,
                                  struct assay_error *err)
{
    struct expand_names names = { .find = find_arg, .ctx = &build, .budget = &build->budget };
    struct expand_result result;
    struct assay_error failure = ERROR_INIT;
    build->missing = NULL;
    *problem = NULL;
    enum assay_status status =
        expand_text(EXPAND_DOCKERFILE, build->escape, word, &names, out, &result, &failure);
    *changed = result.changed;
    if (status == ASSAY_FILE_SYNTAX || status == ASSAY_FILE_LIMIT) {
        return arena_format(&build->arena, problem, err, "%s", failure.message);
    }
    if (status != ASSAY_OK) {
        return error_pass(err, &failure);
    }
    if (build->missing == NULL && result.unset_name[0] != '\0') {
        TRY(miss(build, slice_from_string(result.unset_name)));
    }
    if (build->missing != NULL) {
        const char *given = NULL;
        bool is_given = dockerfile_is_given(build, slice_from_string(build->missing), &given);
        return arena_format(&build->arena, problem, err,
                            is_given ? "\"%s\" is given a value that is not known, or is no text"
                                     : "\"%s\" has no value here; --build-arg can give it one",
                            build->missing);
    }
    return ASSAY_OK;
}

static enum assay_status fill_default(struct dockerfile_build *build, struct slice text,
                                      struct dockerfile_arg *arg, struct assay_error *err)
{
    AUTO_BUF out = BUF_INIT(LIMIT_EXPAND_BYTES);
    bool changed;
    const char *problem;
    TRY(dockerfile_fill(build, text, &out, &changed, &problem, err));
    if (problem != NULL) {
        arg->missing = build->missing != NULL ? build->missing : (const char *)arg->name.ptr;
        return ASSAY_OK;
    }
    return arena_copy_text(&build->arena, buf_slice(&out), &arg->value, err);
}

/* A word without "=" is a name that gets its value from outside, or keeps the one it has. */
enum assay_status dockerfile_add_arg(struct dockerfile_build *build, struct slice word,
                                     struct assay_error *err)
{
    struct slice name = slice_first(word, slice_find(word, '='));
    const char *given = NULL;
    bool is_given = dockerfile_is_given(build, name, &given);
    struct dockerfile_arg arg = { .value = given };
    if (name.len == 0) {
        return FAIL(err, ASSAY_FILE_SYNTAX, "ARG has a value without a name");
    }
    if (name.len == word.len && arg.value == NULL) {
        return ASSAY_OK;
    }
    if (build->arg_count == LIMIT_BUILD_ARGS) {
        return FAIL(err, ASSAY_FILE_LIMIT, "there are more than %d arguments", LIMIT_BUILD_ARGS);
    }
    TRY(arena_copy(&build->arena, name, &arg.name, err));
    if (is_given) {
        arg.missing = given == NULL ? (const char *)arg.name.ptr : NULL;
    } else {
        TRY(fill_default(build, slice_from(word, name.len + 1), &arg, err));
    }
    TRY(mem_grow(&build->args, build->arg_count, &build->arg_cap, sizeof(arg), err));
    build->args[build->arg_count++] = arg;
    return ASSAY_OK;
}

/* ---- stages ---- */

enum assay_status dockerfile_add_stage(struct dockerfile_build *build, struct slice name,
                                       struct assay_error *err)
{
    if (build->stage_count == LIMIT_STAGES) {
        return FAIL(err, ASSAY_FILE_LIMIT, "there are more than %d stages", LIMIT_STAGES);
    }
    TRY(mem_grow(&build->stages, build->stage_count, &build->stage_cap, sizeof(*build->stages),
                 err));
    TRY(arena_copy_text(&build->arena, name, &build->stages[build->stage_count], err));
    build->stage_count++;
    return ASSAY_OK;
}

bool dockerfile_is_stage(const struct dockerfile_build *build, size_t count, const char *name,
                         bool any_case)
{
    struct slice wanted = slice_from_string(name);
    for (size_t i = 0; i < count && wanted.len > 0; i++) {
        if (any_case ? slice_is_ignoring_case(wanted, build->stages[i])
                     : slice_is(wanted, build->stages[i])) {
            return true;
        }
    }
    return false;
}
