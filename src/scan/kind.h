/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What kind of file this is: by its name where that says so, by its content otherwise. Also the
 * paths that the user leaves out. Nothing here opens a file.
 */
#ifndef SCAN_KIND_H
#define SCAN_KIND_H

#include "scan/scan.h"

enum scan_kind {
    SCAN_KIND_NONE,
    SCAN_KIND_CONTENT, /* YAML or JSON: Kubernetes, if the content says so */
    SCAN_KIND_LIST,
    SCAN_KIND_DOCKERFILE,
    SCAN_KIND_COMPOSE,
    SCAN_KIND_DOTENV,
    SCAN_KIND_KUBERNETES,
    SCAN_KIND_GITHUB,
    SCAN_KIND_GITLAB
};

/* path: with its directories, as far as they are known. above: the name of the directory that path
 * begins in, ".github", where it says what the files are; "" otherwise. */
enum scan_kind scan_kind_of_name(const char *above, struct slice path);
/* What a file is whose name does not tell, SCAN_KIND_NONE where the text does not either. A
 * malformed file is what its lines make it look like: its finder says what is wrong. */
MUST_CHECK enum assay_status scan_kind_of_text(struct slice text, enum scan_kind *out,
                                               struct assay_error *err);

/* Whether bytes can hold Kubernetes objects: false only where they cannot, however they are
 * written. To be asked about each part of a file in turn, parts overlapping by
 * SCAN_SIGN_OVERLAP bytes; *signs is 0 at first. */
#define SCAN_SIGN_OVERLAP 16
bool scan_may_be_kubernetes(struct slice bytes, unsigned *signs);

/* Whether an exclude names path, relative to the scanned directory, or a directory above it. A '*'
 * stands for any run of characters but '/'. */
bool scan_is_excluded(const struct scan_options *options, struct slice path);

#endif
