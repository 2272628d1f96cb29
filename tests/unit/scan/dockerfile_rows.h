/* SPDX-License-Identifier: Apache-2.0 */
/* Dockerfiles, and what is found in them. */
#ifndef DOCKERFILE_ROWS_H
#define DOCKERFILE_ROWS_H

#include "found.h"

#include "base/limits.h"

#include <criterion/criterion.h>

struct row {
    const char *file;
    const char *found;
};

static const struct scan_options no_options;

static void show(const char *file, const struct scan_options *options,
                 const struct scan_build *build, struct buf *out)
{
    struct scan scan;
    struct scan_input input = { .text = slice_from_string(file), .directory = "" };
    struct assay_error err = ERROR_INIT;
    scan_init(&scan, NULL, options);
    cr_assert_eq(scan_add_file(&scan, "Dockerfile", "Dockerfile", &input.file, NULL), ASSAY_OK);
    cr_expect_eq(scan_dockerfile(&scan, &input, build, &err), ASSAY_OK, "%s: %s", file,
                 err.message);
    found_show(&scan, input.text, out);
    scan_clear(&scan);
}

#endif
