/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/manifest_batch.h"

#include "base/mem.h"

enum assay_status manifest_batch_make(struct manifest_batch *batch, size_t most,
                                      struct assay_error *err)
{
    batch->wanted = mem_alloc(most, sizeof(*batch->wanted));
    batch->index_of = mem_alloc(most, sizeof(*batch->index_of));
    batch->found = mem_alloc(most, sizeof(*batch->found));
    batch->statuses = mem_alloc(most, sizeof(*batch->statuses));
    batch->errors = mem_alloc(most, sizeof(*batch->errors));
    return batch->wanted == NULL || batch->index_of == NULL || batch->found == NULL ||
                   batch->statuses == NULL || batch->errors == NULL
               ? FAIL_NO_MEMORY(err)
               : ASSAY_OK;
}

void manifest_batch_add(struct manifest_batch *batch, const struct oci_descriptor *wanted,
                        size_t index)
{
    batch->wanted[batch->count] = *wanted;
    batch->index_of[batch->count++] = index;
}

void manifest_batch_clear(struct manifest_batch *batch)
{
    for (size_t i = 0; batch->found != NULL && i < batch->count; i++) {
        source_manifest_clear(&batch->found[i]);
    }
    mem_free(batch->wanted);
    mem_free(batch->index_of);
    mem_free(batch->found);
    mem_free(batch->statuses);
    mem_free(batch->errors);
    *batch = (struct manifest_batch){ .count = 0 };
}
