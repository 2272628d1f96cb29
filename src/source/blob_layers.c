/* SPDX-License-Identifier: Apache-2.0 */
/* Layers of a source that hands out blobs as streams: each is measured as it comes, one after the
 * other. */
#include "source/transports.h"

struct stream {
    const struct assay_env *env;
    struct measure_push *push;
};

static enum assay_status push_bytes(void *ctx, struct slice bytes, struct assay_error *err)
{
    const struct stream *stream = ctx;

    env_progress_advance(stream->env, bytes.len);
    return measure_push_bytes(stream->push, bytes, err);
}

static void stream_clear(struct stream *stream)
{
    measure_push_free(stream->push);
}

static enum assay_status measure_one(struct source *source, const struct assay_env *env,
                                     const struct oci_descriptor *wanted,
                                     const struct digest *diff_id, uint64_t max_bytes,
                                     struct measured *out, struct assay_error *err)
{
    CLEANUP(stream_clear) struct stream stream = { .env = env };
    enum compression compression = COMPRESSION_NONE;

    TRY(oci_layer_compression(wanted, &compression, err));
    TRY(measure_push_new(compression, wanted->digest.alg, diff_id->alg, max_bytes, &stream.push,
                         err));
    TRY(source->ops->blob(source, wanted, push_bytes, &stream, err));
    return measure_push_finish(stream.push, out, err);
}

static enum assay_status measure_all(struct source *source, const struct assay_env *env,
                                     const struct oci_descriptor *wanted,
                                     const struct digest *diff_ids, size_t count,
                                     struct measured *out, struct assay_error *err)
{
    uint64_t left = LIMIT_IMAGE_BYTES;

    for (size_t i = 0; i < count; i++) {
        struct assay_error reason = ERROR_INIT;
        uint64_t max_bytes = left < LIMIT_LAYER_BYTES ? left : LIMIT_LAYER_BYTES;
        TRY(env_check_interrupted(env, err));
        if (measure_one(source, env, &wanted[i], &diff_ids[i], max_bytes, &out[i], &reason) !=
            ASSAY_OK) {
            measured_fail(&out[i], &reason);
            return ASSAY_OK; /* the others are not worth their download */
        }
        left -= out[i].unpacked_bytes < left ? out[i].unpacked_bytes : left;
    }
    return ASSAY_OK;
}

enum assay_status source_measure_blobs(struct source *source, const struct assay_env *env,
                                       const struct oci_descriptor *wanted,
                                       const struct digest *diff_ids, size_t count,
                                       struct measured *out, struct assay_error *err)
{
    uint64_t total_bytes = 0;

    for (size_t i = 0; i < count; i++) {
        total_bytes += wanted[i].size;
    }
    env_progress_begin(env, NULL, total_bytes);
    enum assay_status status = measure_all(source, env, wanted, diff_ids, count, out, err);
    env_progress_end(env);
    return status;
}
