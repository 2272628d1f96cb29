/* SPDX-License-Identifier: Apache-2.0 */
/* Which variables the files of a pipeline set, and which jobs other jobs extend. */
#include "scan/gitlab_parts.h"

/* ---- values ---- */

static bool is_number_byte(uint8_t byte)
{
    return strchr("0123456789abcdefABCDEFxXoO_,.:+-", byte) != NULL;
}

/* Plain 1.20 is a number to GitLab, and comes out as 1.2; a date, an octal number or "yes" come out
 * otherwise, too. Only a number that is written as it comes out is known. */
static bool is_as_written(const struct yaml_node *node)
{
    static const char *const words[] = { "yes", "no", "on", "off", "true", "false" };
    struct slice text = node->text;
    size_t dots = 0;
    size_t digits = 0;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (node->is_plain && slice_is_ignoring_case(text, words[i])) {
            return false;
        }
    }
    if (!node->is_plain || text.len == 0 || strchr("0123456789.+-", text.ptr[0]) == NULL) {
        return !yaml_is_null(node);
    }
    for (size_t i = 0; i < text.len; i++) {
        if (!is_number_byte(text.ptr[i])) {
            return true;
        }
        dots += text.ptr[i] == '.';
        digits += text.ptr[i] >= '0' && text.ptr[i] <= '9';
    }
    size_t dot = slice_find(text, '.');
    uint8_t last = text.ptr[text.len - 1];
    bool is_plain_end =
        dots == 0 || (text.len - dot == 2 && last != '.') || (last != '0' && last != '.');
    bool is_plain_start = dot > 0 && (text.ptr[0] != '0' || dot == 1);
    return dots > 1 || (digits + dots == text.len && digits < 16 && is_plain_start && is_plain_end);
}

/* A text, or a mapping that holds it as its value. */
static const struct yaml_node *value_of(const struct yaml_node *node)
{
    if (node->kind == YAML_MAPPING) {
        bool is_raw = yaml_find(node, "expand") != NULL;
        node = is_raw ? NULL : yaml_find(node, "value");
    }
    return node != NULL && node->kind == YAML_SCALAR && is_as_written(node) ? node : NULL;
}

/* ---- who sets them ---- */

/* is_one: the names have these values, and not one of several. */
static enum assay_status add_variables(struct gitlab *gitlab, const struct yaml_node *job,
                                       const struct yaml_node *variables, bool is_one,
                                       struct assay_error *err)
{
    struct gitlab_spot spot = { .node = variables };
    variables = gitlab_follow(gitlab, spot).node;
    if (yaml_is_null(variables) && yaml_is_null(spot.node)) {
        return ASSAY_OK;
    }
    if (variables == NULL || variables->kind != YAML_MAPPING ||
        gitlab->variables.count + variables->count > LIMIT_YAML_NODES) {
        gitlab->is_opaque = true;
        return ASSAY_OK;
    }
    for (size_t i = 0; i < variables->count; i++) {
        struct gitlab_name name = { .name = variables->pairs[i].key->text, .job = job };
        name.value = is_one ? value_of(variables->pairs[i].value) : NULL;
        TRY(gitlab_names_add(&gitlab->variables, &name, err));
    }
    return ASSAY_OK;
}

/* One of a list that may set variables of its own: a rule, or, without key, the row of a matrix. */
static enum assay_status add_choice(struct gitlab *gitlab, const struct yaml_node *job,
                                    const struct yaml_node *item, const char *key,
                                    struct assay_error *err)
{
    if (item->kind != YAML_MAPPING) {
        gitlab->is_opaque = true;
        return ASSAY_OK;
    }
    return add_variables(gitlab, job, key == NULL ? item : yaml_find(item, key), false, err);
}

/* An item that is a link to a list stands for its items. */
static enum assay_status add_choices(struct gitlab *gitlab, const struct yaml_node *job,
                                     const struct yaml_node *list, const char *key,
                                     struct assay_error *err)
{
    struct gitlab_spot spot = { .node = list };
    list = gitlab_follow(gitlab, spot).node;
    if (yaml_is_null(list) && yaml_is_null(spot.node)) {
        return ASSAY_OK;
    }
    if (list == NULL || list->kind != YAML_SEQUENCE) {
        gitlab->is_opaque = true;
        return ASSAY_OK;
    }
    for (size_t i = 0; i < list->count; i++) {
        struct gitlab_spot item = { .node = list->items[i] };
        const struct yaml_node *end = gitlab_follow(gitlab, item).node;
        bool is_list = end != NULL && end != item.node && end->kind == YAML_SEQUENCE;
        gitlab->effort += is_list ? end->count : 1;
        if (end == NULL || gitlab->effort > LIMIT_PIPELINE_EFFORT) {
            gitlab->is_opaque = true;
            return ASSAY_OK;
        }
        for (size_t j = 0; is_list && j < end->count; j++) {
            TRY(add_choice(gitlab, job, end->items[j], key, err));
        }
        TRY(is_list ? ASSAY_OK : add_choice(gitlab, job, end, key, err));
    }
    return ASSAY_OK;
}

static enum assay_status add_extended(struct gitlab *gitlab, const struct yaml_node *extends,
                                      struct assay_error *err)
{
    if (yaml_text(extends) != NULL) {
        struct gitlab_name name = { .name = extends->text };
        return gitlab_names_add(&gitlab->extended, &name, err);
    }
    for (size_t i = 0; extends != NULL && i < extends->count; i++) {
        bool is_list = extends->kind == YAML_SEQUENCE;
        struct gitlab_name name = { .name =
                                        is_list ? scan_node_text(extends->items[i]) : SLICE_EMPTY };
        TRY(gitlab_names_add(&gitlab->extended, &name, err));
    }
    return ASSAY_OK;
}

static enum assay_status collect_job(struct gitlab *gitlab, const struct yaml_node *job,
                                     struct assay_error *err)
{
    const struct yaml_node *parallel = yaml_find(job, "parallel");
    TRY(add_variables(gitlab, job, yaml_find(job, "variables"), true, err));
    TRY(add_choices(gitlab, job, yaml_find(job, "rules"), "variables", err));
    TRY(add_choices(gitlab, job, yaml_find(parallel, "matrix"), NULL, err));
    return add_extended(gitlab, yaml_find(job, "extends"), err);
}

enum assay_status gitlab_variables_collect(struct gitlab *gitlab, const struct yaml_node *root,
                                           struct assay_error *err)
{
    const struct yaml_node *workflow = yaml_find(root, "workflow");
    TRY(add_variables(gitlab, NULL, yaml_find(root, "variables"), true, err));
    TRY(add_choices(gitlab, NULL, yaml_find(workflow, "rules"), "variables", err));
    for (size_t i = 0; root->kind == YAML_MAPPING && i < root->count; i++) {
        const struct yaml_pair *pair = &root->pairs[i];
        TRY(gitlab_is_job(pair) ? collect_job(gitlab, pair->value, err) : ASSAY_OK);
    }
    return ASSAY_OK;
}
