/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests or configs that a source is asked for in one call, and what came of each. */
#ifndef VERIFY_MANIFEST_BATCH_H
#define VERIFY_MANIFEST_BATCH_H

#include "source/source.h"

struct manifest_batch {
    struct oci_descriptor *wanted;
    size_t *index_of; /* of each in the caller's own list */
    struct source_manifest *found;
    enum assay_status *statuses;
    struct assay_error *errors;
    size_t count;
};

#define AUTO_MANIFEST_BATCH CLEANUP(manifest_batch_clear) struct manifest_batch
/* Room for so many, none in it yet. */
MUST_CHECK enum assay_status manifest_batch_make(struct manifest_batch *batch, size_t most,
                                                 struct assay_error *err);
void manifest_batch_add(struct manifest_batch *batch, const struct oci_descriptor *wanted,
                        size_t index);
/* Frees what was found, too. */
void manifest_batch_clear(struct manifest_batch *batch);

#endif
