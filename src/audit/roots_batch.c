/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/roots_parts.h"

#include "base/mem.h"

struct root_batch *root_batch_new(const struct root_rules *rules, uint64_t first)
{
    struct root_batch *batch = mem_alloc(1, sizeof(*batch));
    if (batch != NULL) {
        batch->first = first;
        batch->walker.rules = rules;
        batch->before.max = LIMIT_ROOT_BYTES;
        audit_history_init(&batch->found);
    }
    return batch;
}

void root_batch_free(struct root_batch *batch)
{
    if (batch == NULL) {
        return;
    }
    root_batch_reset(batch);
    for (size_t i = 0; i < batch->count; i++) {
        tuf_file_clear(&batch->files[i]);
    }
    buf_clear(&batch->before);
    mem_free(batch);
}

void root_batch_reset(struct root_batch *batch)
{
    root_walker_clear(&batch->walker);
    tuf_keyring_clear(&batch->spare);
    audit_history_clear(&batch->found);
    batch->role = NULL;
    batch->has_run = false;
    batch->status = ASSAY_OK;
    error_clear(&batch->error);
}

/* The machine as it stands if the version before is what it seems to be: signed as it says itself,
 * and in the chain. The second is held against what the batch before found. */
static enum assay_status begin(struct root_batch *batch, struct assay_error *err)
{
    struct root_walker *walker = &batch->walker;
    const struct root_rules *rules = walker->rules;
    const struct tuf_trusted_options options = { .dialect = rules->dialect,
                                                 .gun = rules->gun,
                                                 .now_unix_s = rules->now_unix_s };
    walker->mode = batch->before_mode;
    TRY(tuf_trusted_new(&options, &walker->machine, err));
    TRY(tuf_trusted_set_anchor(walker->machine, buf_slice(&batch->before),
                               walker->mode == ROOT_HOLDS_CA ? rules->pin : NULL, err));
    struct tuf_root_view view;
    tuf_trusted_root_view(walker->machine, &view);
    batch->before_sha256 = *view.sha256;
    return ASSAY_OK;
}

void root_batch_run(struct root_batch *batch)
{
    batch->has_run = begin(batch, NULL) == ASSAY_OK;
    if (batch->has_run) {
        batch->status = audit_history_role(&batch->found, tuf_top_role_names[TUF_ROOT],
                                           &batch->role, &batch->error);
    }
    if (batch->has_run && batch->status == ASSAY_OK) {
        batch->status = root_walk(&batch->walker, batch, &batch->error);
    }
}
