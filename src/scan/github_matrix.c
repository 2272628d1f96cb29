/* SPDX-License-Identifier: Apache-2.0 */
/* "${{ matrix.NAME }}" is every value that the job's matrix lists for it. */
#include "scan/github_parts.h"

enum assay_status github_owner(const struct github_job *job, const char *what, struct slice name,
                               const char **out, struct assay_error *err)
{
    const char *comma = what[0] == '\0' ? "" : ", ";
    return arena_format(&job->scan->arena, out, err, "%s%s%.*s%s%s%s%.*s", job->what,
                        job->name.len == 0 ? "" : " ", SLICE_ARGS(job->name), comma, what,
                        name.len == 0 ? "" : " ", SLICE_ARGS(name));
}

static bool is_name_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '-' || byte == '_';
}

struct names {
    char text[LIMIT_MATRIX_NAMES][LIMIT_MATRIX_NAME_BYTES + 1];
    size_t count;
};

/* What is left of text behind word, blanks and all; NULL: it does not begin so. */
static const char *skip(const char *text, const char *word)
{
    text += strspn(text, " ");
    return slice_has_prefix(slice_from_string(text), slice_from_string(word)) ? text + strlen(word)
                                                                              : NULL;
}

/* The names behind "matrix", where text is that expression and nothing else. */
static bool read_names(const char *text, struct names *out)
{
    const char *rest = skip(text, "${{");
    rest = rest == NULL ? NULL : skip(rest, "matrix");
    out->count = 0;
    while (rest != NULL && *rest == '.') {
        size_t len = 0;
        rest++;
        while (is_name_byte(rest[len])) {
            len++;
        }
        if (len == 0 || len > LIMIT_MATRIX_NAME_BYTES || out->count == LIMIT_MATRIX_NAMES) {
            return false;
        }
        memcpy(out->text[out->count], rest, len);
        out->text[out->count++][len] = '\0';
        rest += len;
    }
    rest = rest == NULL ? NULL : skip(rest, "}}");
    return rest != NULL && out->count > 0 && rest[strspn(rest, " ")] == '\0';
}

static bool is_expression(const struct yaml_node *node)
{
    const char *text = yaml_text(node);
    return text != NULL && strstr(text, "${{") != NULL;
}

/* From one value of the matrix along the names behind the first; no further than an expression,
 * which can be anything. */
static const struct yaml_node *follow(const struct yaml_node *node, const struct names *names,
                                      size_t from)
{
    for (size_t i = from; i < names->count && !is_expression(node); i++) {
        node = yaml_find(node, names->text[i]);
    }
    return node;
}

static enum assay_status take_list(const struct github_job *job, const struct yaml_node *list,
                                   const struct names *names, size_t from, const char *owner,
                                   struct assay_error *err)
{
    for (size_t i = 0; !yaml_is_null(list) && i < list->count; i++) {
        const struct yaml_node *value = follow(list->items[i], names, from);
        if (!yaml_is_null(value)) {
            TRY(github_add(job, value, owner, err));
        }
    }
    return ASSAY_OK;
}

static bool is_short_list(const struct yaml_node *node)
{
    return yaml_is_null(node) ||
           (node->kind == YAML_SEQUENCE && node->count <= LIMIT_MATRIX_VALUES);
}

enum assay_status github_take_image(const struct github_job *job, const struct yaml_node *node,
                                    const char *owner, struct assay_error *err)
{
    struct names names;
    const struct yaml_node *matrix = yaml_find(yaml_find(job->node, "strategy"), "matrix");
    const char *text = yaml_text(node);
    size_t before = job->scan->reference_count;
    if (text != NULL && read_names(text, &names)) {
        const struct yaml_node *values = yaml_find(matrix, names.text[0]);
        const struct yaml_node *include = yaml_find(matrix, "include");
        bool is_known = is_short_list(values) && is_short_list(include);
        TRY(is_known ? take_list(job, values, &names, 1, owner, err) : ASSAY_OK);
        TRY(is_known ? take_list(job, include, &names, 0, owner, err) : ASSAY_OK);
    }
    return job->scan->reference_count > before ? ASSAY_OK : github_add(job, node, owner, err);
}
