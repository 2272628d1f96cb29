/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What finders in YAML files share: loading, places, and references that are a node's text.
 */
#ifndef SCAN_NODE_H
#define SCAN_NODE_H

#include "scan/scan.h"
#include "json/yaml.h"

/* *ok false: the file is malformed or too large, and a problem says so. */
MUST_CHECK enum assay_status scan_node_load(struct scan *scan, const struct scan_input *input,
                                            struct yaml_file *out, bool *ok,
                                            struct assay_error *err);

/* As yaml_text; empty where that is NULL. */
static inline struct slice scan_node_text(const struct yaml_node *node)
{
    return yaml_text(node) == NULL ? SLICE_EMPTY : node->text;
}

/* Where a node's text stands, inside its quotes. Of what is no scalar: where it begins. */
struct scan_spot scan_node_spot(size_t file, const struct yaml_node *node);

/* A scalar that refers to an image. The first skip bytes of its text ("docker://") belong to no
 * reference. The caller has set place, owner, platform, is_built, and text or problem; spot,
 * written and is_rewritable come from the node. */
MUST_CHECK enum assay_status scan_node_add(struct scan *scan, size_t file,
                                           const struct yaml_node *node, size_t skip,
                                           const struct scan_reference *reference,
                                           struct assay_error *err);

/* A problem at the node, "WHAT is no list": in a file of a known kind a value is of another kind.
 */
MUST_CHECK enum assay_status scan_node_misfit(struct scan *scan, size_t file,
                                              const struct yaml_node *node, const char *what,
                                              enum yaml_kind wanted, struct assay_error *err);

#endif
