/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a Dockerfile's names stand for in a build: arguments, stages and contexts.
 */
#ifndef SCAN_DOCKERFILE_BUILD_H
#define SCAN_DOCKERFILE_BUILD_H

#include "scan/scan.h"

struct dockerfile_arg {
    struct slice name;
    const char *value;   /* NULL: it cannot be told */
    const char *missing; /* what that would need; in the arena */
};

struct dockerfile_stage {
    struct slice name; /* in lower case; empty: none */
    size_t index;      /* as FROM stands in the file */
};

/* What a build is given in place of an image or stage. */
struct dockerfile_context {
    struct slice name;
    const char *image; /* the name in full; NULL: it is not that of an image */
    const char *value;
};

struct dockerfile_build {
    const struct scan_options *options;
    const struct scan_build *given; /* NULL: nothing more than the options */
    struct arena arena;
    char escape;
    struct dockerfile_arg *args;
    size_t arg_count;
    size_t arg_cap;
    struct dockerfile_stage *stages;
    size_t stage_count;
    size_t stage_cap;
    struct dockerfile_context *contexts; /* the first of a name counts */
    size_t context_count;
    size_t context_cap;
    bool knows_contexts;
    size_t budget;
    const char *missing; /* the name that the last text could not do without; NULL: none */
};

void dockerfile_build_init(struct dockerfile_build *build, const struct scan_options *options,
                           const struct scan_build *given);
void dockerfile_build_clear(struct dockerfile_build *build);

/* Whether a build is given a value for a name; *value is NULL where that is not known. */
bool dockerfile_is_given(const struct dockerfile_build *build, struct slice name,
                         const char **value);

/* A word of ARG before the first FROM. ASSAY_FILE_SYNTAX: it is malformed. */
MUST_CHECK enum assay_status dockerfile_add_arg(struct dockerfile_build *build, struct slice word,
                                                struct assay_error *err);
/* name: in lower case; empty: it has none. ASSAY_FILE_LIMIT: there are too many. */
MUST_CHECK enum assay_status dockerfile_add_stage(struct dockerfile_build *build, struct slice name,
                                                  struct assay_error *err);

/* A word of FROM in out; *problem, in the arena, says why there is none. */
MUST_CHECK enum assay_status dockerfile_fill(struct dockerfile_build *build, struct slice word,
                                             struct buf *out, bool *changed, const char **problem,
                                             struct assay_error *err);

/* FROM finds names as they are written. */
bool dockerfile_is_stage(const struct dockerfile_build *build, const char *name);
/* When all are known. */
void dockerfile_sort_stages(struct dockerfile_build *build);
/* The index of the first stage of a name, which is in lower case, when they are sorted; SIZE_MAX:
 * there is none. */
size_t dockerfile_find_stage(const struct dockerfile_build *build, struct slice name);

/* What a build is given in place of an image or stage; NULL: nothing. "": no image. */
MUST_CHECK enum assay_status dockerfile_replaced(struct dockerfile_build *build, const char *name,
                                                 const char **image, struct assay_error *err);

#endif
