/* SPDX-License-Identifier: Apache-2.0 */
/* Build sections: the Dockerfile that they lead to, with its arguments and contexts. */
#include "base/limits.h"
#include "base/mem.h"
#include "scan/compose.h"

#define IMAGE_CONTEXT "docker-image://"

/* Texts as scan_build takes them; they live in the arena of the run. */
struct texts {
    const char **list;
    size_t count;
    size_t cap;
};

struct build {
    struct compose *run;
    const char *owner;
    const struct compose_level *levels; /* nearest first */
    size_t count;
    struct texts args;
    struct texts contexts;
};

/* One value of the section, and where it stands. */
struct part {
    struct compose_text text;
    const struct compose_scope *scope;
};

static const struct yaml_node *section_of(const struct build *build, size_t level)
{
    return yaml_find(build->levels[level].service, "build");
}

static struct scan_spot section_spot(const struct build *build)
{
    size_t level = 0;
    while (level + 1 < build->count && compose_is_absent(section_of(build, level))) {
        level++;
    }
    return scan_node_spot(build->levels[level].scope.file->input.file, section_of(build, level));
}

/* Farther levels count up to where "!reset" takes them away. */
static size_t count_levels(const struct compose_level *levels, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct yaml_node *section = yaml_find(levels[i].service, "build");
        if (section != NULL && strcmp(section->tag, "!reset") == 0) {
            return i;
        }
    }
    return count;
}

/* A section that is a text is its context. What no level says is read in the service's own file. */
static enum assay_status get(const struct build *build, const char *key, const char *what,
                             struct part *out, struct assay_error *err)
{
    *out = (struct part){ 0 };
    for (size_t i = 0; i < build->count && out->text.node == NULL; i++) {
        const struct yaml_node *section = section_of(build, i);
        out->scope = &build->levels[i].scope;
        if (compose_is_absent(section)) {
            continue;
        }
        if (section->kind == YAML_MAPPING) {
            TRY(compose_get(build->run, out->scope, section, key, what, &out->text, err));
        } else if (section->kind == YAML_SCALAR && strcmp(key, "context") == 0) {
            TRY(compose_expand(build->run, out->scope, section, &out->text, err));
        }
    }
    out->scope = out->text.node != NULL ? out->scope : &build->levels[0].scope;
    return ASSAY_OK;
}

static enum assay_status add_text(struct texts *texts, const char *text, struct assay_error *err)
{
    if (texts->count >= LIMIT_BUILD_TEXTS) {
        return FAIL(err, ASSAY_FILE_LIMIT, "a build has more than %d arguments or contexts",
                    LIMIT_BUILD_TEXTS);
    }
    TRY(mem_grow(&texts->list, texts->count, &texts->cap, sizeof(*texts->list), err));
    texts->list[texts->count++] = text;
    return ASSAY_OK;
}

/* ---- args ---- */

static size_t skip_all(struct slice text, size_t at, const char *bytes)
{
    while (at < text.len && strchr(bytes, text.ptr[at]) != NULL) {
        at++;
    }
    return at;
}

/* 12, -1_000, 3.10, 1e3 and 0x1f, but not 3.10-alpine. */
static bool is_number(struct slice text)
{
    size_t at = skip_all(slice_first(text, 1), 0, "+-");
    size_t start = at;
    if (at + 2 < text.len && text.ptr[at] == '0' && strchr("xob", text.ptr[at + 1]) != NULL) {
        return skip_all(text, at + 2, "0123456789abcdefABCDEF_") == text.len;
    }
    at = skip_all(text, at, "0123456789_");
    at += at < text.len && text.ptr[at] == '.' ? 1 : 0;
    at = skip_all(text, at, "0123456789_");
    bool has_digits = skip_all(text, start, "._") < at;
    if (at < text.len && byte_to_lower(text.ptr[at]) == 'e') {
        at += 1 + skip_all(slice_first(slice_from(text, at + 1), 1), 0, "+-");
        has_digits = has_digits && at < text.len;
        at = skip_all(text, at, "0123456789");
    }
    return has_digits && at == text.len;
}

static bool is_date(struct slice text)
{
    return skip_all(text, 0, "0123456789") == 4 && text.len >= 8 && text.ptr[4] == '-' &&
           skip_all(text, 0, "0123456789-:.TtZz+ ") == text.len;
}

/* Whether a plain text is a number or a date that is written another way when it is passed on:
 * 3.10 becomes 3.1. */
static bool is_respelled(struct slice text)
{
    size_t start = text.len > 0 && text.ptr[0] == '-' ? 1 : 0;
    size_t point = slice_find(text, '.');
    if (!is_number(text)) {
        return is_date(text);
    }
    bool is_plain = skip_all(text, start, "0123456789.") == text.len && text.len <= 15;
    bool starts_well = text.ptr[start] != '0' || point == start + 1 || text.len == start + 1;
    bool ends_well = point == text.len || (point > start && text.ptr[text.len - 1] != '0' &&
                                           text.ptr[text.len - 1] != '.');
    return !is_plain || !starts_well || !ends_well;
}

static bool is_certain(const struct compose_pair *pair)
{
    const struct yaml_node *node = pair->value.node;
    return pair->value.text != NULL &&
           (node != pair->node || !node->is_plain || !is_respelled(node->text));
}

static enum assay_status take_arg(void *ctx, const struct compose_scope *scope,
                                  const struct compose_pair *pair, struct assay_error *err)
{
    struct build *build = ctx;
    const char *text = NULL;
    const char *value = pair->value.text;
    if (slice_find(pair->name, '$') != pair->name.len) {
        return compose_add_unknown(build->run, scope, pair->node, build->owner,
                                   "the name of a build argument is not known", err);
    }
    if (pair->value.node == NULL) {
        value = compose_env_find(scope->env, pair->name);
        if (value == NULL) {
            return ASSAY_OK; /* it is not given: the Dockerfile's default holds */
        }
    } else if (!is_certain(pair)) {
        value = NULL;
    }
    if (value == NULL && slice_is(pair->name, "BUILDKIT_SYNTAX")) { /* an image by itself */
        return compose_add_unknown(build->run, scope, pair->node, build->owner,
                                   "the image that reads the Dockerfile is not known", err);
    }
    TRY(arena_format(&build->run->arena, &text, err, "%.*s%s%s", (int)pair->name.len,
                     (const char *)pair->name.ptr, value == NULL ? "" : "=",
                     value == NULL ? "" : value));
    return add_text(&build->args, text, err);
}

/* ---- contexts ---- */

/* An image that stands in for what the Dockerfile names. It is found here too, where it can be
 * rewritten. */
static enum assay_status add_context_image(const struct build *build,
                                           const struct compose_scope *scope,
                                           const struct compose_pair *pair, struct assay_error *err)
{
    struct slice prefix = SLICE_LITERAL(IMAGE_CONTEXT);
    const struct yaml_node *node = pair->value.node;
    struct compose_text image = { .node = node, .text = pair->value.text + prefix.len };
    struct scan_reference reference = { 0 };
    bool is_plain = slice_has_prefix(slice_from(node->text, pair->skip), prefix);
    TRY(arena_format(&build->run->arena, &reference.owner, err, "%s, context %.*s", build->owner,
                     (int)pair->name.len, (const char *)pair->name.ptr));
    return compose_add(build->run, scope, &image, is_plain ? pair->skip + prefix.len : 0,
                       &reference, err);
}

static enum assay_status take_context(void *ctx, const struct compose_scope *scope,
                                      const struct compose_pair *pair, struct assay_error *err)
{
    struct build *build = ctx;
    const char *text = NULL;
    const char *value = pair->value.text;
    if (value == NULL) { /* unknown, or malformed: no value at all */
        value = "unknown";
        TRY(compose_add_unknown(build->run, scope, pair->node, build->owner,
                                pair->value.problem != NULL ? pair->value.problem
                                                            : "an additional context has no value",
                                err));
    } else if (slice_has_prefix(slice_from_string(value), SLICE_LITERAL(IMAGE_CONTEXT))) {
        TRY(add_context_image(build, scope, pair, err));
    }
    TRY(arena_format(&build->run->arena, &text, err, "%.*s=%s", (int)pair->name.len,
                     (const char *)pair->name.ptr, value));
    return add_text(&build->contexts, text, err);
}

/* The last of a name wins: the nearest level comes last. */
static enum assay_status collect(struct build *build, struct assay_error *err)
{
    for (size_t i = build->count; i > 0; i--) {
        const struct compose_scope *scope = &build->levels[i - 1].scope;
        const struct yaml_node *section = section_of(build, i - 1);
        if (section != NULL && section->kind == YAML_SEQUENCE) {
            TRY(scan_node_misfit(build->run->scan, scope->file->input.file, section, "build",
                                 YAML_MAPPING, err));
        }
        if (section == NULL || section->kind != YAML_MAPPING) {
            continue;
        }
        TRY(compose_pairs(build->run, scope, yaml_find(section, "args"), "args", take_arg, build,
                          err));
        TRY(compose_pairs(build->run, scope, yaml_find(section, "additional_contexts"),
                          "additional_contexts", take_context, build, err));
    }
    return ASSAY_OK;
}

/* ---- the Dockerfile ---- */

static enum assay_status scan_text(const struct build *build, const struct scan_input *input,
                                   struct assay_error *err)
{
    struct scan_build scanned = { .args = build->args.list,
                                  .arg_count = build->args.count,
                                  .contexts = build->contexts.list,
                                  .context_count = build->contexts.count };
    return scan_dockerfile(build->run->scan, input, &scanned, err);
}

/* "|" keeps the lines of the file; what folds or escapes does not. */
static bool is_block(struct slice written)
{
    struct slice header = slice_first(written, slice_find(written, '\n'));
    return header.len > 0 && strchr("|&!", header.ptr[0]) != NULL &&
           slice_find(header, '|') != header.len;
}

/* Of an inline Dockerfile, a place in the compose file. */
static void move_spot(const struct part *part, struct scan_spot *spot)
{
    const struct yaml_node *node = part->text.node;
    struct slice file = part->scope->file->input.text;
    struct slice written =
        slice_first(slice_from(file, node->start.offset), node->end.offset - node->start.offset);
    struct scan_spot whole = scan_node_spot(part->scope->file->input.file, node);
    if (is_block(written)) {
        whole.line += spot->line;
        whole.column = 1;
    }
    *spot = whole;
}

static enum assay_status scan_inline(const struct build *build, const struct part *part,
                                     struct assay_error *err)
{
    struct scan *scan = build->run->scan;
    size_t references = scan->reference_count;
    size_t problems = scan->problem_count;
    if (part->text.text == NULL) {
        return compose_add_unknown(build->run, part->scope, part->text.node, build->owner,
                                   part->text.problem, err);
    }
    struct scan_input input = part->scope->file->input;
    const struct scan_spot spot = scan_node_spot(input.file, part->text.node);
    input.text = slice_from_string(part->text.text);
    TRY(compose_read(build->run, &spot, input.text.len, err));
    if (build->run->is_full) {
        return ASSAY_OK;
    }
    TRY(scan_text(build, &input, err));
    for (size_t i = references; i < scan->reference_count; i++) {
        move_spot(part, &scan->references[i].spot);
        scan->references[i].is_rewritable = false;
    }
    for (size_t i = problems; i < scan->problem_count; i++) {
        move_spot(part, &scan->problems[i].spot);
    }
    return ASSAY_OK;
}

/* As compose does, a Dockerfile that is not named may be in lower case, too. */
static enum assay_status open_file(const struct build *build, const struct part *context,
                                   const struct scan_spot *spot, const char *name,
                                   struct compose_opened *out, struct assay_error *err)
{
    static const char *const names[] = { "Dockerfile", "dockerfile" };
    struct compose *run = build->run;
    const char *directory = context->text.text != NULL ? context->text.text : ".";
    size_t problems = run->scan->problem_count;
    size_t tries = name == NULL ? ARRAY_LEN(names) : 1;
    for (size_t i = 0; i < tries && !out->found && run->scan->problem_count == problems; i++) {
        const char *file = name == NULL ? names[i] : name;
        const char *path = file;
        if (file[0] != '/') {
            TRY(arena_format(&run->arena, &path, err, "%s/%s", directory, file));
        }
        TRY(compose_open(run, context->scope, spot, path, out, err));
    }
    return out->found || run->scan->problem_count > problems || run->is_full
               ? ASSAY_OK
               : scan_add_problem(run->scan, spot, ASSAY_FILE_IO, err,
                                  "%s: there is no Dockerfile '%s/%s'", build->owner, directory,
                                  name == NULL ? names[0] : name);
}

static enum assay_status scan_file(const struct build *build, const struct part *context,
                                   const struct part *dockerfile, struct assay_error *err)
{
    const struct part *at = dockerfile->text.node != NULL ? dockerfile : context;
    struct scan_spot spot = at->text.node != NULL
                                ? scan_node_spot(at->scope->file->input.file, at->text.node)
                                : section_spot(build);
    AUTO_COMPOSE_OPENED opened = { 0 };
    TRY(open_file(build, context, &spot, dockerfile->text.text, &opened, err));
    if (!opened.found) {
        return ASSAY_OK;
    }
    TRY(scan_ignores(build->run->scan, &opened.input, err));
    return scan_text(build, &opened.input, err);
}

static enum assay_status scan_all(const struct build *build, struct assay_error *err)
{
    struct part context;
    struct part dockerfile;
    struct part text;
    TRY(get(build, "context", "the context of a build", &context, err));
    TRY(get(build, "dockerfile", "the dockerfile of a build", &dockerfile, err));
    TRY(get(build, "dockerfile_inline", "the dockerfile_inline of a build", &text, err));
    if (text.text.node != NULL) {
        TRY(scan_inline(build, &text, err));
    }
    if (text.text.node != NULL && dockerfile.text.node == NULL) {
        return ASSAY_OK;
    }
    struct part *parts[] = { &context, &dockerfile };
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        struct compose_text *path = &parts[i]->text;
        if (path->text != NULL && compose_is_remote(path->text)) {
            path->text = NULL;
            path->problem = "the Dockerfile is fetched from elsewhere: its images are not known";
        }
        if (path->problem != NULL) {
            return compose_add_unknown(build->run, parts[i]->scope, path->node, build->owner,
                                       path->problem, err);
        }
    }
    return scan_file(build, &context, &dockerfile, err);
}

enum assay_status compose_build(struct compose *run, const struct compose_level *levels,
                                size_t count, const char *owner, struct assay_error *err)
{
    struct build build = { .run = run, .owner = owner, .levels = levels };
    build.count = count_levels(levels, count);
    enum assay_status status = collect(&build, err);
    if (status == ASSAY_OK) {
        status = scan_all(&build, err);
    }
    mem_free(build.args.list);
    mem_free(build.contexts.list);
    return status;
}
