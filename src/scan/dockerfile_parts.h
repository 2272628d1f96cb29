/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the finder of Dockerfiles: one file that is read, and what is found in it. */
#ifndef SCAN_DOCKERFILE_PARTS_H
#define SCAN_DOCKERFILE_PARTS_H

#include "scan/dockerfile_build.h"
#include "scan/dockerfile_lines.h"
#include "scan/dockerfile_words.h"

/* An image or a stage that --from names; which of both is known when all stages are. */
struct dockerfile_source {
    struct scan_reference reference;
    bool may_be_number; /* of a stage */
    size_t stage_count; /* stages that are complete where it stands */
};

struct dockerfile {
    struct scan *scan;
    const struct scan_input *input;
    struct dockerfile_build build;
    struct dockerfile_lines lines;
    uint64_t frontend; /* N of the docker/dockerfile:1.N that reads it; UINT64_MAX: the newest */
    struct buf word;   /* of the flag that is read */
    const char *owner; /* the stage that is read */
    struct dockerfile_source *sources;
    size_t source_count;
    size_t source_cap;
};

/* A problem at a part of the instruction; err says what. */
MUST_CHECK enum assay_status dockerfile_problem(struct dockerfile *file, size_t start, size_t len,
                                                enum assay_status status, const char *message,
                                                struct assay_error *err);

/* "# syntax=IMAGE": what reads the file in the place of the built-in reader. */
MUST_CHECK enum assay_status dockerfile_find_syntax(struct dockerfile *file,
                                                    struct assay_error *err);

/* FROM, whose arguments begin at at. */
MUST_CHECK enum assay_status dockerfile_from(struct dockerfile *file, size_t at,
                                             struct assay_error *err);

/* The flags of COPY, ADD and RUN. */
MUST_CHECK enum assay_status dockerfile_from_flag(struct dockerfile *file,
                                                  const struct dockerfile_flag *flag,
                                                  struct assay_error *err);
MUST_CHECK enum assay_status dockerfile_mount_flag(struct dockerfile *file,
                                                   const struct dockerfile_flag *flag,
                                                   struct assay_error *err);
/* When all stages are known. */
MUST_CHECK enum assay_status dockerfile_settle_sources(struct dockerfile *file,
                                                       struct assay_error *err);

#endif
