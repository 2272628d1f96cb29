/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Variables: $NAME and ${NAME}. One that a job sets holds for that job; otherwise all that the
 * files say of the name must agree, because jobs take over images with variables of their own.
 */
#include "scan/gitlab_parts.h"

/* The one value of all these; NULL: there is none, or there are several. */
static const struct yaml_node *common_value(const struct gitlab_name *names, size_t count,
                                            const struct yaml_node *job, bool of_job)
{
    const struct yaml_node *value = NULL;
    for (size_t i = 0; i < count; i++) {
        if (of_job && names[i].job != job) {
            continue;
        }
        if (names[i].value == NULL ||
            (value != NULL && !slice_equal(value->text, names[i].value->text))) {
            return NULL;
        }
        value = names[i].value;
    }
    return value;
}

static bool is_set_by(const struct gitlab_name *names, size_t count, const struct yaml_node *job)
{
    for (size_t i = 0; i < count; i++) {
        if (names[i].job == job) {
            return true;
        }
    }
    return false;
}

/* NULL: not known. */
static const struct yaml_node *find_value(struct gitlab *gitlab, const struct gitlab_place *place,
                                          struct slice name)
{
    size_t first = 0;
    size_t count = gitlab_names_find(&gitlab->variables, name, &first);
    const struct gitlab_name *names = gitlab->variables.items + first;
    gitlab->effort += 2 * count;
    if (gitlab->is_opaque || count == 0 || gitlab->effort > LIMIT_PIPELINE_EFFORT) {
        return NULL;
    }
    if (!place->is_alone) {
        return common_value(names, count, NULL, false);
    }
    if (is_set_by(names, count, place->job)) {
        return common_value(names, count, place->job, true);
    }
    if (yaml_find(yaml_find(place->job, "inherit"), "variables") != NULL) {
        return NULL;
    }
    bool extends = yaml_find(place->job, "extends") != NULL;
    return common_value(names, count, NULL, !extends);
}

static bool is_name_byte(uint8_t byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '_';
}

/* The name behind a dollar, and how long it is with its braces; 0: it is no variable. */
static size_t read_name(struct slice rest, struct slice *name)
{
    size_t braces = rest.len > 0 && rest.ptr[0] == '{' ? 1 : 0;
    *name = (struct slice){ rest.ptr + braces, 0 };
    while (braces + name->len < rest.len && is_name_byte(name->ptr[name->len])) {
        name->len++;
    }
    bool is_closed = braces == 0 || (1 + name->len < rest.len && name->ptr[name->len] == '}');
    return name->len > 0 && is_closed ? name->len + 2 * braces : 0;
}

/* The first variable of text, replaced in out; without one, out is text. */
static enum assay_status expand_first(struct gitlab *gitlab, const struct gitlab_place *place,
                                      struct slice text, struct buf *out, const char **problem,
                                      struct assay_error *err)
{
    struct slice name;
    size_t dollar = slice_find(text, '$');
    buf_reset(out);
    TRY(buf_append(out, slice_first(text, dollar), err));
    if (dollar == text.len) {
        return ASSAY_OK;
    }
    size_t len = read_name(slice_from(text, dollar + 1), &name);
    const struct yaml_node *value = len == 0 ? NULL : find_value(gitlab, place, name);
    struct slice behind = slice_from(text, dollar + 1 + len);
    if (len == 0) {
        *problem = "what follows its '$' is no variable";
    } else if (value == NULL) {
        return arena_format(&gitlab->scan->arena, problem, err,
                            "the pipeline's files give no one value to the variable '%.*s'",
                            SLICE_ARGS(name));
    } else if (dollar + value->text.len + behind.len > LIMIT_EXPAND_BYTES) {
        *problem = "its variables come to too much";
    } else {
        TRY(buf_append(out, value->text, err));
        TRY(buf_append(out, behind, err));
    }
    return ASSAY_OK;
}

enum assay_status gitlab_expand(struct gitlab *gitlab, const struct gitlab_place *place,
                                const char *text, const char **out, const char **problem,
                                struct assay_error *err)
{
    AUTO_BUF one = BUF_INIT(LIMIT_YAML_BYTES);
    AUTO_BUF two = BUF_INIT(LIMIT_YAML_BYTES);
    struct slice rest = slice_from_string(text);
    *problem = NULL;
    *out = text;
    if (slice_find(rest, '$') == rest.len) {
        return ASSAY_OK;
    }
    for (size_t i = 0; slice_find(rest, '$') < rest.len; i++) {
        struct buf *to = i % 2 == 0 ? &one : &two;
        if (i == LIMIT_PIPELINE_NAMES) {
            *problem = "it holds too many variables, or one that holds itself";
            return ASSAY_OK;
        }
        TRY(expand_first(gitlab, place, rest, to, problem, err));
        if (*problem != NULL) {
            return ASSAY_OK;
        }
        rest = buf_slice(to);
    }
    if (rest.len == 0) {
        *problem = "its variables come to nothing";
        return ASSAY_OK;
    }
    return arena_copy_text(&gitlab->scan->arena, rest, out, err);
}
