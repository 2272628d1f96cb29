/* SPDX-License-Identifier: Apache-2.0 */
/* manifest.json of an archive as docker saves it: which images are in it, and one of them. */
#ifndef SOURCE_DOCKER_MANIFEST_H
#define SOURCE_DOCKER_MANIFEST_H

#include "base/arena.h"
#include "source/place.h"

/* All in the arena. */
struct docker_image {
    const char *config;        /* file name */
    const char *const *layers; /* file names, lowest first */
    size_t layer_count;
    const char *const *names; /* RepoTags in full form; what is no name is left out */
    size_t name_count;
    /* Of every image in the archive, this one too: the names alone. */
    const struct docker_image *all;
    size_t all_count;
};

/* wanted: REF, or @INDEX from 0; NULL: the only image. *chosen_name is the full name that wanted
 * stands for, or the only name that the image has; NULL otherwise. ASSAY_ARCHIVE_MISSING when there
 * is no manifest.json or no image in it, ASSAY_IMAGE_ABSENT, ASSAY_USAGE when a name must be given
 * to tell several apart, ASSAY_AMBIGUOUS when two images have it. */
MUST_CHECK enum assay_status docker_manifest_choose(struct place *place, const char *wanted,
                                                    struct arena *arena, struct docker_image *out,
                                                    const char **chosen_name,
                                                    struct assay_error *err);

/* Docker 25 and later write an OCI layout into the same archive: other tools read that one. Where
 * it is there, at least one entry of its index must lead to the config that manifest.json names,
 * and so must every entry that carries a name of the image, or one that manifest.json gives to no
 * image. ASSAY_AMBIGUOUS. */
MUST_CHECK enum assay_status docker_hybrid_check(struct place *place,
                                                 const struct docker_image *image,
                                                 const struct source *source,
                                                 struct assay_error *err);

#endif
