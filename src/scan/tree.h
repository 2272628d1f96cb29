/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The directory that a scan stays in: files below it are opened here, and nothing outside ever is.
 * Lives as long as one scan_path, borrowed texts included.
 */
#ifndef SCAN_TREE_H
#define SCAN_TREE_H

#include "scan/kind.h"

struct scan_tree {
    int root_fd;
    const char *root;  /* what stands before names: "" is the working directory, "a/b/" */
    const char *above; /* see scan_kind_of_name */
    struct buf real;   /* what stands before places while they are put together, see scan_file */
    struct buf source; /* what is then taken off, where it stands there */
    struct buf name;   /* room for one of each */
    struct buf place;
    struct buf bytes; /* of the file that is read */
};

/* root is borrowed; "" or ends with a slash. source_root: as of scan_options. ASSAY_FILE_IO: it is
 * no directory that can be opened. */
MUST_CHECK enum assay_status scan_tree_open(struct scan_tree *tree, const char *root,
                                            const char *source_root, struct assay_error *err);
/* Whether a clean path names what it does from the working directory, and cannot leave that. */
bool scan_is_below(struct slice path);
/* Where fd really is, in room; false: that cannot be told. */
bool scan_tree_place(int fd, char *room, size_t room_bytes, struct slice *out);
void scan_tree_close(struct scan_tree *tree);

/* Adds the file relative. */
MUST_CHECK enum assay_status scan_tree_add(struct scan *scan, const char *relative, size_t *index,
                                           struct assay_error *err);
/* Adds the file relative, and a problem that concerns it as a whole. */
MUST_CHECK enum assay_status scan_tree_problem(struct scan *scan, const char *relative,
                                               enum assay_status status, const char *message,
                                               struct assay_error *err);
/* The directory of relative, in the arena. */
MUST_CHECK enum assay_status scan_tree_directory(struct scan *scan, const char *relative,
                                                 const char **out, struct assay_error *err);
/* Hands the file to its finder. */
MUST_CHECK enum assay_status scan_find(struct scan *scan, enum scan_kind kind,
                                       const struct scan_input *input, struct assay_error *err);

/* Adds the file relative with what its finder finds in bytes; without trace if that is nothing. */
MUST_CHECK enum assay_status scan_tree_find(struct scan *scan, enum scan_kind kind,
                                            const char *relative, struct slice bytes,
                                            struct assay_error *err);
/* Reads relative, which is open as fd, into tree->bytes. *kind becomes SCAN_KIND_NONE where it is a
 * problem, which is added, or holds nothing for us; SCAN_KIND_CONTENT does not stay. */
MUST_CHECK enum assay_status scan_tree_read(struct scan *scan, int fd, const char *relative,
                                            enum scan_kind *kind, struct assay_error *err);
/* Visits all below the tree. */
MUST_CHECK enum assay_status scan_tree_walk(struct scan *scan, struct assay_error *err);

#define SCAN_TREE_READ_FLAGS (O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

#endif
