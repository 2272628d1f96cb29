/* SPDX-License-Identifier: Apache-2.0 */
#include "json/yaml.h"

const struct yaml_node *yaml_find(const struct yaml_node *node, const char *key)
{
    for (size_t i = 0; node != NULL && node->kind == YAML_MAPPING && i < node->count; i++) {
        if (slice_is(node->pairs[i].key->text, key)) {
            return node->pairs[i].value;
        }
    }
    return NULL;
}

bool yaml_is_null(const struct yaml_node *node)
{
    static const char *const words[] = { "", "~", "null", "Null", "NULL" };
    return node == NULL || (node->kind == YAML_SCALAR && node->is_plain &&
                            slice_is_any(node->text, words, ARRAY_LEN(words)));
}

const char *yaml_text(const struct yaml_node *node)
{
    return yaml_is_null(node) || node->kind != YAML_SCALAR ? NULL : (const char *)node->text.ptr;
}

bool yaml_to_bool(const struct yaml_node *node, bool *out)
{
    static const char *const yes[] = { "true", "True", "TRUE" };
    static const char *const no[] = { "false", "False", "FALSE" };
    if (node == NULL || node->kind != YAML_SCALAR || !node->is_plain) {
        return false;
    }
    *out = slice_is_any(node->text, yes, ARRAY_LEN(yes));
    return *out || slice_is_any(node->text, no, ARRAY_LEN(no));
}
