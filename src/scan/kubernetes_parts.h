/* SPDX-License-Identifier: Apache-2.0 */
/* How the finder in Kubernetes files is divided: objects, containers within them, custom paths. */
#ifndef SCAN_KUBERNETES_PARTS_H
#define SCAN_KUBERNETES_PARTS_H

#include "base/limits.h"
#include "scan/node.h"

/* How much one file has led to. */
struct kubernetes_reading {
    size_t opened;
    size_t bytes;
    bool is_full; /* and that was said */
};

/* What a node belongs to. */
struct kubernetes_object {
    struct scan *scan;
    size_t file;
    struct slice api; /* apiVersion; empty: not known */
    struct slice kind;
    struct slice name;     /* empty: none */
    const char *directory; /* of the file, as scan_open takes it */
    struct kubernetes_reading *reading;
};

/* Whether it says its apiVersion and its kind. */
bool kubernetes_is_object(const struct yaml_node *node);

/* "Deployment web, container app"; what and name may be empty. Lives in the scan's arena. */
MUST_CHECK enum assay_status kubernetes_owner(const struct kubernetes_object *object,
                                              const char *what, struct slice name, const char **out,
                                              struct assay_error *err);
/* A scalar that is an image; what holds a variable or a template is not resolved. */
MUST_CHECK enum assay_status kubernetes_add(const struct kubernetes_object *object,
                                            const struct yaml_node *node, const char *owner,
                                            struct assay_error *err);

/* The containers and image volumes of this very mapping. is_pod: it must be a pod's specification:
 * another shape is a problem, a container without image is not resolved. */
MUST_CHECK enum assay_status kubernetes_take_fields(const struct kubernetes_object *object,
                                                    const struct yaml_node *mapping, bool is_pod,
                                                    struct assay_error *err);
/* What a Kustomization puts in place of images. */
MUST_CHECK enum assay_status kubernetes_take_kustomization(const struct kubernetes_object *object,
                                                           const struct yaml_node *root,
                                                           struct assay_error *err);

/* What changes images or brings some, by a kind of kustomize's own: it is not read. */
MUST_CHECK enum assay_status kubernetes_take_builtin(const struct kubernetes_object *object,
                                                     const struct yaml_node *root,
                                                     struct assay_error *err);

/* "Kind:path.to[].image", read. */
struct kubernetes_path {
    char text[LIMIT_CUSTOM_BYTES];
    const char *kind;
    const char *steps[LIMIT_CUSTOM_STEPS]; /* keys; "": all items */
    size_t count;
};

MUST_CHECK enum assay_status kubernetes_path_read(const char *text, struct kubernetes_path *out,
                                                  struct assay_error *err);
MUST_CHECK enum assay_status kubernetes_path_take(const struct kubernetes_object *object,
                                                  const struct kubernetes_path *path,
                                                  const struct yaml_node *root,
                                                  struct assay_error *err);

#endif
