/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/measure.h"

#include "base/mem.h"

struct measure_push {
    struct inflater *inflater; /* NULL: nothing is unpacked */
    struct digest_stream *stored;
    struct digest_stream *unpacked;
    struct measured measured;
};

static enum assay_status push_init(struct measure_push *push, enum compression compression,
                                   enum digest_alg stored_alg, enum digest_alg unpacked_alg,
                                   uint64_t max_layer_bytes, struct assay_error *err)
{
    push->measured.compression = compression;
    if (stored_alg != DIGEST_NONE) {
        TRY(digest_stream_new(stored_alg, &push->stored, err));
    }
    if (unpacked_alg == DIGEST_NONE) {
        return ASSAY_OK;
    }
    TRY(digest_stream_new(unpacked_alg, &push->unpacked, err));
    return inflater_new(compression, max_layer_bytes, &push->inflater, err);
}

enum assay_status measure_push_new(enum compression compression, enum digest_alg stored_alg,
                                   enum digest_alg unpacked_alg, uint64_t max_layer_bytes,
                                   struct measure_push **out, struct assay_error *err)
{
    struct measure_push *push = mem_alloc(1, sizeof(*push));
    *out = NULL;
    if (push == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    enum assay_status status =
        push_init(push, compression, stored_alg, unpacked_alg, max_layer_bytes, err);
    if (status != ASSAY_OK) {
        measure_push_free(push);
        return status;
    }
    *out = push;
    return ASSAY_OK;
}

void measure_push_free(struct measure_push *push)
{
    if (push == NULL) {
        return;
    }
    inflater_free(push->inflater);
    digest_stream_free(push->stored);
    digest_stream_free(push->unpacked);
    mem_free(push);
}

static enum assay_status take_unpacked(void *ctx, struct slice bytes, struct assay_error *err)
{
    struct measure_push *push = ctx;
    push->measured.unpacked_bytes += bytes.len;
    return digest_stream_update(push->unpacked, bytes, err);
}

/* A malformed stream usually is an altered one: hashing goes on, the digest speaks first. */
enum assay_status measure_push_bytes(struct measure_push *push, struct slice bytes,
                                     struct assay_error *err)
{
    struct measured *measured = &push->measured;
    measured->stored_bytes += bytes.len;
    if (push->stored != NULL) {
        TRY(digest_stream_update(push->stored, bytes, err));
    }
    if (push->inflater == NULL || measured->unpack_status != ASSAY_OK) {
        return ASSAY_OK;
    }
    measured->unpack_status =
        inflater_feed(push->inflater, bytes, take_unpacked, push, &measured->unpack_error);
    return measured->unpack_status == ASSAY_NO_MEMORY ? FAIL_NO_MEMORY(err) : ASSAY_OK;
}

enum assay_status measure_push_finish(struct measure_push *push, struct measured *out,
                                      struct assay_error *err)
{
    struct measured *measured = &push->measured;
    if (push->stored != NULL) {
        TRY(digest_stream_finish(push->stored, &measured->stored, err));
    }
    if (push->inflater != NULL && measured->unpack_status == ASSAY_OK) {
        measured->unpack_status = inflater_finish(push->inflater, &measured->unpack_error);
    }
    if (push->inflater != NULL && measured->unpack_status == ASSAY_OK) {
        TRY(digest_stream_finish(push->unpacked, &measured->unpacked, err));
    }
    *out = *measured;
    return ASSAY_OK;
}
