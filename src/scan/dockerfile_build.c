/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/dockerfile_build.h"

#include "base/limits.h"
#include "base/list.h"
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
    mem_free(build->contexts);
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

/* The name of an image in full: tags and registries may be implied. NULL: it is no such name. */
static enum assay_status normalise(struct dockerfile_build *build, const char *name,
                                   const char **out, struct assay_error *err)
{
    struct oci_reference reference = { 0 };
    struct assay_error failure = ERROR_INIT;
    *out = NULL;
    enum assay_status status = oci_reference_parse(name, &reference, &failure);
    if (status == ASSAY_OK) {
        status = arena_copy_text(&build->arena, slice_from_string(reference.text), out, &failure);
    }
    oci_reference_clear(&reference);
    return status == ASSAY_OK || status == ASSAY_REFERENCE ? ASSAY_OK : error_pass(err, &failure);
}

/* The last of a name comes first. */
static enum assay_status add_contexts(struct dockerfile_build *build, const char *const *pairs,
                                      size_t count, struct assay_error *err)
{
    for (size_t i = count; i > 0; i--) {
        struct dockerfile_context context = { 0 };
        struct slice pair = slice_from_string(pairs[i - 1]);
        struct slice name = slice_first(pair, slice_find(pair, '='));
        if (name.len == pair.len) {
            continue;
        }
        context.value = pairs[i - 1] + name.len + 1;
        TRY(arena_copy(&build->arena, name, &context.name, err));
        TRY(normalise(build, (const char *)context.name.ptr, &context.image, err));
        TRY(mem_grow(&build->contexts, build->context_count, &build->context_cap, sizeof(context),
                     err));
        build->contexts[build->context_count++] = context;
    }
    return ASSAY_OK;
}

static enum assay_status read_contexts(struct dockerfile_build *build, struct assay_error *err)
{
    const struct scan_options *options = build->options;
    if (build->knows_contexts) {
        return ASSAY_OK;
    }
    build->knows_contexts = true;
    if (build->given != NULL) {
        TRY(add_contexts(build, build->given->contexts, build->given->context_count, err));
    }
    return add_contexts(build, options->build_contexts, options->build_context_count, err);
}

static enum assay_status find_context(struct dockerfile_build *build, const char *name,
                                      const char **value, struct assay_error *err)
{
    const char *image = NULL;
    *value = NULL;
    TRY(read_contexts(build, err));
    if (build->context_count > 0) {
        TRY(normalise(build, name, &image, err));
    }
    for (size_t i = 0; i < build->context_count && *value == NULL; i++) {
        const struct dockerfile_context *context = &build->contexts[i];
        bool is_same =
            image != NULL && context->image != NULL && strcmp(image, context->image) == 0;
        *value = is_same || slice_is(context->name, name) ? context->value : NULL;
    }
    return ASSAY_OK;
}

enum assay_status dockerfile_replaced(struct dockerfile_build *build, const char *name,
                                      const char **image, struct assay_error *err)
{
    static const char prefix[] = "docker-image://";
    const char *value;
    TRY(find_context(build, name, &value, err));
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

static const char *why_missing(const struct dockerfile_build *build)
{
    const char *value = NULL;
    bool is_given = dockerfile_is_given(build, slice_from_string(build->missing), &value);
    if (value != NULL) {
        return "is given a value that counts only for an ARG before the first FROM";
    }
    return is_given ? "is given a value that is not known, or is no text"
                    : "has no value here; an ARG before the first FROM can have one, or get it by "
                      "--build-arg";
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
        return arena_format(&build->arena, problem, err, "\"%s\" %s", build->missing,
                            why_missing(build));
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
    struct dockerfile_stage stage = { .index = build->stage_count };
    if (build->stage_count == LIMIT_STAGES) {
        return FAIL(err, ASSAY_FILE_LIMIT, "there are more than %d stages", LIMIT_STAGES);
    }
    TRY(arena_copy(&build->arena, name, &stage.name, err));
    TRY(mem_grow(&build->stages, build->stage_count, &build->stage_cap, sizeof(stage), err));
    build->stages[build->stage_count++] = stage;
    return ASSAY_OK;
}

bool dockerfile_is_stage(const struct dockerfile_build *build, const char *name)
{
    struct slice wanted = slice_from_string(name);
    for (size_t i = 0; i < build->stage_count && wanted.len > 0; i++) {
        if (slice_equal(wanted, build->stages[i].name)) {
            return true;
        }
    }
    return false;
}

static int compare_stages(const void *a, const void *b)
{
    const struct dockerfile_stage *x = a;
    const struct dockerfile_stage *y = b;
    int order = slice_compare(x->name, y->name);
    return order != 0 ? order : size_compare(x->index, y->index);
}

void dockerfile_sort_stages(struct dockerfile_build *build)
{
    list_sort(build->stages, build->stage_count, sizeof(*build->stages), compare_stages);
}

static int against_stage(const void *name, const void *stage)
{
    return slice_compare(*(const struct slice *)name,
                         ((const struct dockerfile_stage *)stage)->name);
}

size_t dockerfile_find_stage(const struct dockerfile_build *build, struct slice name)
{
    const struct dockerfile_stage *found =
        list_find(&name, build->stages, build->stage_count, sizeof(*build->stages), against_stage);
    return name.len == 0 || found == NULL ? SIZE_MAX : found->index;
}
