/* SPDX-License-Identifier: Apache-2.0 */
/* The two named files of an OCI layout directory: oci-layout, which says its version, and
 * index.json, which says the images in it. */
#ifndef SOURCE_OCI_LAYOUT_INDEX_H
#define SOURCE_OCI_LAYOUT_INDEX_H

#include "oci/manifest.h"

struct layout_index {
    int dir_fd;            /* borrowed */
    const char *directory; /* as the user named it, for messages; borrowed */
    const char *wanted;    /* REF; NULL: the only image; borrowed */
    struct arena *arena;   /* for the descriptor's text; borrowed */
    /* What was found. */
    struct oci_descriptor named; /* the entry that was chosen */
    char *claimed_name;          /* owned by the caller; NULL: the entry has no full name */
};

/* ASSAY_LAYOUT when the files are missing or of another version, ASSAY_NOT_FOUND when no image has
 * the name, ASSAY_USAGE when a name must be given to tell several apart, ASSAY_AMBIGUOUS when two
 * images have it. */
MUST_CHECK enum assay_status layout_index_read(struct layout_index *index, struct assay_error *err);

#endif
