/* SPDX-License-Identifier: Apache-2.0 */
/* Layers of a source that hands out blobs as streams: each is measured as it comes, one after the
 * other. */
#include "source/transports.h"

static enum assay_status push_bytes(void *ctx, struct slice bytes, struct assay_error *err)
{
    return measure_push_bytes(ctx, bytes, err);
}

static void push_cleanup(struct measure_push **push)
{
    measure_push_free(*push);
}

static enum assay_status measure_one(struct source *source, const struct oci_descriptor *wanted,
                                     const struct digest *diff_id, uint64_t max_bytes,
                                     struct measured *out, struct assay_error *err)
{
    CLEANUP(push_cleanup) struct measure_push *push = NULL;
    enum compression compression = COMPRESSION_NONE;

    TRY(oci_layer_compression(wanted, &compression, err));
    TRY(measure_push_new(compression, wanted->digest.alg, diff_id->alg, max_bytes, &push, err));
    TRY(source->ops->blob(source, wanted, push_bytes, push, err));
    return measure_push_finish(push, out, err);
}

enum assay_status source_measure_blobs(struct source *source, const struct assay_env *env,
                                       const struct oci_descriptor *wanted,
                                       const struct digest *diff_ids, size_t count,
                                       struct measured *out, struct assay_error *err)
{
    uint64_t left = LIMIT_IMAGE_BYTES;

    for (size_t i = 0; i < count; i++) {
        struct assay_error reason = ERROR_INIT;
        uint64_t max_bytes = left < LIMIT_LAYER_BYTES ? left : LIMIT_LAYER_BYTES;
        TRY(env_check_interrupted(env, err));
        if (measure_one(source, &wanted[i], &diff_ids[i], max_bytes, &out[i], &reason) !=
            ASSAY_OK) {
            measured_fail(&out[i], &reason);
            return ASSAY_OK; /* the others are not worth their download */
        }
        left -= out[i].unpacked_bytes < left ? out[i].unpacked_bytes : left;
    }
    return ASSAY_OK;
}
