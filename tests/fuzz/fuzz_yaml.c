/* SPDX-License-Identifier: Apache-2.0 */
/* A YAML file that loads can be walked within its weight, and its literal texts stand where their
 * places say. */
#include "harness.h"

#include "base/limits.h"
#include "json/yaml.h"

static void check_scalar(const struct yaml_node *node, struct slice file)
{
    INVARIANT(node->text.ptr[node->text.len] == '\0');
    INVARIANT(node->start.line > 0 && node->start.column > 0);
    INVARIANT(node->start.offset <= node->end.offset && node->end.offset <= file.len);
    if (node->is_literal) { /* behind its quote, if it has one */
        struct slice plain = slice_from(file, node->start.offset);
        struct slice quoted = slice_from(plain, 1);
        INVARIANT(slice_has_prefix(plain, node->text) || slice_has_prefix(quoted, node->text));
    }
}

/* Visits by a stack of all that is still to be seen; weight is the promise of how many there are.
 */
static size_t walk(const struct yaml_node *root, struct slice file)
{
    static const struct yaml_node *stack[2 * LIMIT_YAML_NODES + 1];
    size_t depth = 0;
    size_t visited = 0;
    stack[depth++] = root;
    while (depth > 0) {
        const struct yaml_node *node = stack[--depth];
        visited++;
        if (node->kind == YAML_SCALAR) {
            check_scalar(node, file);
        }
        for (size_t i = 0; node->kind == YAML_SEQUENCE && i < node->count; i++) {
            stack[depth++] = node->items[i];
        }
        for (size_t i = 0; node->kind == YAML_MAPPING && i < node->count; i++) {
            stack[depth++] = node->pairs[i].value;
            visited++;
        }
    }
    return visited;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_of(data, size);
    struct yaml_file file;
    struct yaml_mark where;
    if (yaml_load(text, &file, &where, NULL) != ASSAY_OK) {
        return 0;
    }
    for (size_t i = 0; i < file.count; i++) {
        INVARIANT(walk(file.documents[i], text) == file.documents[i]->weight);
    }
    yaml_file_clear(&file);
    return 0;
}
