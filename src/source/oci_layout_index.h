/* SPDX-License-Identifier: Apache-2.0 */
/* The two named files of an OCI layout: oci-layout, which says its version, and
 * index.json, which says the images in it. */
#ifndef SOURCE_OCI_LAYOUT_INDEX_H
#define SOURCE_OCI_LAYOUT_INDEX_H

#include "source/place.h"

struct layout_index {
    struct place *place; /* borrowed */
    const char *scheme;  /* "oci:", for messages */
    const char *wanted;  /* REF; NULL: the only image; borrowed */
    struct arena *arena; /* for the descriptor's text; borrowed */
    /* What was found. */
    struct oci_descriptor named; /* the entry that was chosen */
    char *claimed_name;          /* owned by the caller; NULL: the entry has no full name */
};

/* The place's missing_file when a file is missing, ASSAY_LAYOUT when it is of another version,
 * ASSAY_IMAGE_ABSENT when no image has the name, ASSAY_USAGE when a name must be given to tell
 * several apart, ASSAY_AMBIGUOUS when two images have it. */
MUST_CHECK enum assay_status layout_index_read(struct layout_index *index, struct assay_error *err);

/* An image in index.json: what it is and what it is called, "" where it is not. */
struct layout_entry {
    struct oci_descriptor descriptor;
    const char *ref_name;        /* org.opencontainers.image.ref.name: a tag, or a full name */
    const char *containerd_name; /* io.containerd.image.name: a full name */
};
/* Calls each for every entry, in order. Texts are borrowed for the call. */
MUST_CHECK enum assay_status layout_index_each(
    struct place *place,
    enum assay_status (*each)(void *ctx, const struct layout_entry *entry, struct assay_error *err),
    void *ctx, struct assay_error *err);
/* Whether wanted is the tag of a longer name: "1.0" of "registry.example.com/app:1.0". */
bool layout_is_tag_of(const char *wanted, const char *name);

#endif
