/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/node.h"

enum assay_status scan_node_load(struct scan *scan, const struct scan_input *input,
                                 struct yaml_file *out, bool *ok, struct assay_error *err)
{
    struct yaml_mark where;
    struct assay_error why = ERROR_INIT;
    enum assay_status status = yaml_load(input->text, out, &where, &why);
    *ok = status == ASSAY_OK;
    if (*ok) {
        return ASSAY_OK;
    }
    if (status != ASSAY_FILE_SYNTAX && status != ASSAY_FILE_LIMIT) {
        return error_pass(err, &why);
    }
    struct scan_spot spot = { input->file, where.line, where.column, where.offset, 0 };
    return scan_add_problem(scan, &spot, status, err, "%s", why.message);
}

/* The marks of a literal scalar lie around its text, or around the quotes around it. */
static bool is_quoted(const struct yaml_node *node)
{
    return node->is_literal && node->end.offset - node->start.offset != node->text.len;
}

struct scan_spot scan_node_spot(size_t file, const struct yaml_node *node)
{
    const struct yaml_mark *start = &node->start;
    struct scan_spot spot = { file, start->line, start->column, start->offset, 0 };
    if (node->kind == YAML_SCALAR) {
        spot.length = node->end.offset - start->offset;
    }
    if (is_quoted(node)) {
        spot.column++;
        spot.offset++;
        spot.length = node->text.len;
    }
    return spot;
}

enum assay_status scan_node_add(struct scan *scan, size_t file, const struct yaml_node *node,
                                size_t skip, const struct scan_reference *reference,
                                struct assay_error *err)
{
    struct scan_reference found = *reference;
    found.spot = scan_node_spot(file, node);
    found.written = node->kind == YAML_SCALAR ? (const char *)node->text.ptr + skip : "";
    found.is_rewritable =
        node->is_literal && found.text != NULL && strcmp(found.written, found.text) == 0;
    if (node->is_literal) { /* the prefix is ASCII: a byte is a column */
        found.spot.column += skip;
        found.spot.offset += skip;
        found.spot.length -= skip;
    }
    return scan_add(scan, &found, err);
}

enum assay_status scan_node_misfit(struct scan *scan, size_t file, const struct yaml_node *node,
                                   const char *what, enum yaml_kind wanted, struct assay_error *err)
{
    static const char *const kinds[] = {
        [YAML_SCALAR] = "text", [YAML_SEQUENCE] = "list", [YAML_MAPPING] = "mapping"
    };
    struct scan_spot spot = scan_node_spot(file, node);
    return scan_add_problem(scan, &spot, ASSAY_FILE_SYNTAX, err, "%s is no %s", what,
                            kinds[wanted]);
}
