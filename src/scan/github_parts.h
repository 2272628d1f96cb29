/* SPDX-License-Identifier: Apache-2.0 */
/* How the finder in GitHub's files is divided: images, and the matrix that may name them. */
#ifndef SCAN_GITHUB_PARTS_H
#define SCAN_GITHUB_PARTS_H

#include "base/limits.h"
#include "scan/node.h"

struct github_job {
    struct scan *scan;
    size_t file;
    const char *what; /* "job", "action" */
    struct slice name;
    const struct yaml_node *node; /* NULL: it has no matrix */
};

/* "job build, service db"; what and name may be empty. Lives in the scan's arena. */
MUST_CHECK enum assay_status github_owner(const struct github_job *job, const char *what,
                                          struct slice name, const char **out,
                                          struct assay_error *err);
/* A node that names an image; what is an expression is not resolved. */
MUST_CHECK enum assay_status github_add(const struct github_job *job, const struct yaml_node *node,
                                        const char *owner, struct assay_error *err);
/* As github_add, or every value that the matrix has for it. */
MUST_CHECK enum assay_status github_take_image(const struct github_job *job,
                                               const struct yaml_node *node, const char *owner,
                                               struct assay_error *err);

#endif
