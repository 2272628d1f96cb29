/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the finder in GitLab's pipelines is divided: the files of one pipeline, the names in them,
 * and the images of one job.
 */
#ifndef SCAN_GITLAB_PARTS_H
#define SCAN_GITLAB_PARTS_H

#include "base/limits.h"
#include "scan/node.h"

struct gitlab_file {
    size_t file; /* of the scan */
    struct yaml_file yaml;
};

/* A variable, a key at the top of a file, or a job that others extend. */
struct gitlab_name {
    struct slice name;
    const struct yaml_node *value; /* NULL: it has not one value */
    const struct yaml_node *job;   /* that sets it; NULL: all */
    size_t file;                   /* of the scan */
};

struct gitlab_names {
    struct gitlab_name *items; /* sorted by name, once all are known */
    size_t count;
    size_t cap;
};

struct gitlab {
    struct scan *scan;
    struct gitlab_file *files; /* the one that was given, and what it includes */
    size_t count;
    size_t cap;
    size_t bytes;  /* of all files */
    size_t opened; /* files, the same twice counted twice */
    struct gitlab_names variables;
    struct gitlab_names tops;
    struct gitlab_names extended;
    bool is_opaque; /* variables come from where they cannot be seen: none is known */
    size_t effort;  /* spent on names, against LIMIT_PIPELINE_EFFORT */
};

/* Where an image stands. */
struct gitlab_place {
    size_t file;                 /* of the scan */
    const struct yaml_node *job; /* NULL: it holds for all jobs */
    struct slice name;           /* of the job */
    bool is_alone;               /* no other job can take the image over with its own variables */
};

/* ---- names ---- */

MUST_CHECK enum assay_status gitlab_names_add(struct gitlab_names *names,
                                              const struct gitlab_name *name,
                                              struct assay_error *err);
/* How many have this name, from *first on. */
size_t gitlab_names_find(const struct gitlab_names *names, struct slice name, size_t *first);
/* The names of all files, into gitlab. */
MUST_CHECK enum assay_status gitlab_names_collect(struct gitlab *gitlab, struct assay_error *err);
/* Of one document: variables, and jobs that are extended. */
MUST_CHECK enum assay_status gitlab_variables_collect(struct gitlab *gitlab,
                                                      const struct yaml_node *root,
                                                      struct assay_error *err);
/* A node and where it stands. */
struct gitlab_spot {
    size_t file; /* of the scan */
    const struct yaml_node *node;
};

/* "!reference [job, key...]" */
bool gitlab_is_link(const struct yaml_node *node);
/* What spot leads to, itself if it is no link. Its node is NULL, or a link still, where that leads
 * to nothing. Only once the keys at the top of all files are known. */
struct gitlab_spot gitlab_follow(struct gitlab *gitlab, struct gitlab_spot spot);
/* Whether a key at the top of a file, with this value, is a job or a template of jobs. */
bool gitlab_is_job(const struct yaml_pair *pair);

/* What text comes to with its variables; where that cannot be told *problem says why, else it is
 * NULL. Lives in the scan's arena. */
MUST_CHECK enum assay_status gitlab_expand(struct gitlab *gitlab, const struct gitlab_place *place,
                                           const char *text, const char **out, const char **problem,
                                           struct assay_error *err);

/* ---- files ---- */

/* Loads input and what it includes from the same tree; what comes from elsewhere is a reference
 * that is not resolved. */
MUST_CHECK enum assay_status gitlab_load(struct gitlab *gitlab, const struct scan_input *input,
                                         struct assay_error *err);

/* ---- images ---- */

/* image and services of holder. */
MUST_CHECK enum assay_status gitlab_take(struct gitlab *gitlab, const struct gitlab_place *place,
                                         const struct yaml_node *holder, struct assay_error *err);

#endif
