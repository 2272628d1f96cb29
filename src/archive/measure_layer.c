/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/measure_layer.h"

#include "base/mem.h"

/* Where both digests are of the same bytes by the same algorithm, they are computed once. */
static bool is_one_digest(const struct measure_job *job)
{
    return job->out->compression == COMPRESSION_NONE && job->stored_alg == job->unpacked_alg;
}

static bool is_unpacking(const struct measure_layer *layer)
{
    return layer->inflater != NULL && layer->job->out->unpack_status == ASSAY_OK;
}

static enum assay_status stream_new(enum digest_alg alg, bool is_paired, struct digest_stream **out,
                                    struct assay_error *err)
{
    if (alg == DIGEST_NONE) {
        return ASSAY_OK;
    }
    return is_paired ? digest_stream_new_paired(alg, out, err) : digest_stream_new(alg, out, err);
}

enum assay_status measure_layer_open(struct measure_layer *layer, uint64_t max_bytes,
                                     bool is_paired, struct assay_error *err)
{
    struct measure_job *job = layer->job;
    *job->out = (struct measured){ .status = ASSAY_OK, .unpack_status = ASSAY_OK };
    layer->max_bytes = max_bytes;
    layer->packed = mem_alloc(1, MEASURE_PACKED_BYTES);
    bool complete = layer->packed != NULL;
    for (size_t i = 0; i < MEASURE_SLOTS && complete; i++) {
        layer->slots[i].bytes = mem_alloc(1, LIMIT_MEASURE_SLOT);
        layer->slots[i].packed = mem_alloc(1, MEASURE_PACKED_BYTES);
        complete = layer->slots[i].bytes != NULL && layer->slots[i].packed != NULL;
    }
    if (!complete) {
        return FAIL_NO_MEMORY(err);
    }
    TRY(stream_new(job->stored_alg, is_paired, &layer->stored, err));
    TRY(stream_new(job->unpacked_alg, is_paired, &layer->unpacked, err));
    TRY(stream_new(job->second_alg, is_paired, &layer->second, err));
    layer->is_open = true;
    return ASSAY_OK;
}

void measure_layer_clear(struct measure_layer *layer)
{
    for (size_t i = 0; i < MEASURE_SLOTS; i++) {
        mem_free(layer->slots[i].bytes);
        mem_free(layer->slots[i].packed);
        layer->slots[i] = (struct measure_slot){ 0 };
    }
    mem_free(layer->packed);
    inflater_free(layer->inflater);
    digest_stream_free(layer->stored);
    digest_stream_free(layer->unpacked);
    digest_stream_free(layer->second);
    layer->packed = NULL;
    layer->inflater = NULL;
    layer->stored = NULL;
    layer->unpacked = NULL;
    layer->second = NULL;
}

/* ---- filling ---- */

static enum assay_status read_packed(struct measure_layer *layer, struct assay_error *err)
{
    struct byte_reader *reader = layer->job->reader;
    size_t got = 0;
    TRY(reader->read(reader, layer->packed, MEASURE_PACKED_BYTES, &got, err));
    layer->pending = slice_of(layer->packed, got);
    layer->is_read = got == 0;
    return ASSAY_OK;
}

/* The first bytes say what the layer is, where nobody else does. */
static enum assay_status start(struct measure_layer *layer, struct assay_error *err)
{
    struct measure_job *job = layer->job;
    struct measured *out = job->out;
    size_t got = 0;
    TRY(byte_reader_fill(job->reader, layer->packed, COMPRESSION_HEAD_BYTES, &got, err));
    layer->pending = slice_of(layer->packed, got);
    layer->is_started = true;
    out->compression = job->compression;
    enum compression found = COMPRESSION_NONE;
    enum assay_status status = compression_detect(layer->pending, &found, &out->unpack_error);
    if (job->detect) {
        out->unpack_status = status;
        out->compression = found;
    } else if (job->compression == COMPRESSION_NONE &&
               (status != ASSAY_OK || found != COMPRESSION_NONE)) {
        out->unpack_status = FAIL(&out->unpack_error, ASSAY_COMPRESSION,
                                  "the layer is compressed, and is said not to be");
    }
    if (job->unpacked_alg == DIGEST_NONE || out->unpack_status != ASSAY_OK) {
        return ASSAY_OK;
    }
    return inflater_new(out->compression, layer->max_bytes, &layer->inflater, err);
}

/* Stored bytes into the slot, so that they are hashed later: at most one read of them. */
static enum assay_status keep_packed(struct measure_layer *layer, struct measure_slot *slot,
                                     struct assay_error *err)
{
    if (layer->pending.len == 0 && !layer->is_read) {
        TRY(read_packed(layer, err));
    }
    if (layer->pending.len > 0) {
        (void)memcpy(slot->packed, layer->pending.ptr, layer->pending.len);
    }
    slot->packed_len = layer->pending.len;
    return ASSAY_OK;
}

static void unpack_failed(struct measure_layer *layer, struct measure_slot *slot,
                          enum assay_status status)
{
    layer->job->out->unpack_status = status;
    layer->pending = SLICE_EMPTY;
    slot->len = 0;
}

/* Stored bytes of a packed layer, and what they unpack to: one read of the former at most. */
static enum assay_status fill_packed(struct measure_layer *layer, struct measure_slot *slot,
                                     bool is_first, struct assay_error *err)
{
    struct measured *out = layer->job->out;
    if (is_first || layer->pending.len == 0) {
        TRY(keep_packed(layer, slot, err));
    }
    size_t made = 0;
    enum assay_status status = inflater_step(layer->inflater, &layer->pending, slot->bytes,
                                             LIMIT_MEASURE_SLOT, &made, &out->unpack_error);
    if (status == ASSAY_OK && layer->is_read && made < LIMIT_MEASURE_SLOT) {
        status = inflater_finish(layer->inflater, &out->unpack_error);
        layer->is_filled = true;
    }
    slot->len = made;
    if (status != ASSAY_OK) {
        unpack_failed(layer, slot, status);
    }
    return ASSAY_OK;
}

/* The layer is not packed: stored bytes are what it unpacks to. */
static enum assay_status fill_raw(struct measure_layer *layer, struct measure_slot *slot,
                                  struct assay_error *err)
{
    struct measured *out = layer->job->out;
    size_t head = layer->pending.len;
    size_t got = 0;
    if (head > 0) {
        (void)memcpy(slot->bytes, layer->pending.ptr, head);
        layer->pending = SLICE_EMPTY;
    }
    struct byte_reader *reader = layer->job->reader;
    TRY(reader->read(reader, slot->bytes + head, LIMIT_MEASURE_SLOT - head, &got, err));
    layer->is_filled = got == 0;
    slot->len = head + got;
    if (slot->len > layer->max_bytes - out->unpacked_bytes) {
        out->unpack_status =
            FAIL(&out->unpack_error, ASSAY_BOMB, "the layer has more than %llu bytes",
                 (unsigned long long)layer->max_bytes);
    }
    return ASSAY_OK;
}

/* Only the stored bytes count any more. */
static enum assay_status fill_stored(struct measure_layer *layer, struct measure_slot *slot,
                                     struct assay_error *err)
{
    TRY(keep_packed(layer, slot, err));
    layer->pending = SLICE_EMPTY;
    layer->is_filled = layer->is_read;
    return ASSAY_OK;
}

static enum assay_status fill(struct measure_layer *layer, struct measure_slot *slot,
                              struct assay_error *err)
{
    bool is_first = !layer->is_started;
    if (is_first) {
        TRY(start(layer, err));
    }
    if (layer->job->out->compression == COMPRESSION_NONE &&
        layer->job->out->unpack_status == ASSAY_OK) {
        return fill_raw(layer, slot, err);
    }
    return is_unpacking(layer) ? fill_packed(layer, slot, is_first, err)
                               : fill_stored(layer, slot, err);
}

void measure_layer_fill(struct measure_layer *layer, size_t *taken)
{
    struct measured *out = layer->job->out;
    struct measure_slot *slot = &layer->slots[layer->head % MEASURE_SLOTS];
    slot->len = 0;
    slot->packed_len = 0;
    enum assay_status status = fill(layer, slot, &out->error);
    if (status != ASSAY_OK) {
        out->status = status;
        layer->is_filled = true;
        slot->len = 0;
        slot->packed_len = 0;
    }
    bool is_raw = out->compression == COMPRESSION_NONE && slot->packed_len == 0;
    *taken = is_raw ? slot->len : slot->packed_len;
    out->stored_bytes += *taken;
    out->unpacked_bytes += slot->len;
}

/* ---- hashing ---- */

static void add_part(struct digest_part *parts, size_t *count, struct digest_stream *stream,
                     struct slice bytes)
{
    if (stream != NULL && bytes.len > 0) {
        parts[(*count)++] = (struct digest_part){ stream, bytes };
    }
}

static void add_unpacked(const struct measure_layer *layer, struct digest_part *parts,
                         size_t *count)
{
    const struct measure_slot *slot = &layer->slots[layer->tail % MEASURE_SLOTS];
    struct slice bytes = slice_of(slot->bytes, slot->len);
    if (!is_one_digest(layer->job)) {
        add_part(parts, count, layer->unpacked, bytes);
    }
    add_part(parts, count, layer->second, bytes);
}

static void add_stored(const struct measure_layer *layer, struct digest_part *parts, size_t *count)
{
    const struct measure_slot *slot = &layer->slots[layer->tail % MEASURE_SLOTS];
    bool is_raw = layer->job->out->compression == COMPRESSION_NONE && slot->packed_len == 0;
    add_part(parts, count, layer->stored,
             is_raw ? slice_of(slot->bytes, slot->len) : slice_of(slot->packed, slot->packed_len));
}

static bool is_hashed(const struct measure_layer *layer)
{
    return layer != NULL && layer->hash_status == ASSAY_OK;
}

/* The longer ones come first, so that they are beside each other. A layer whose hash failed is left
 * out: it keeps its first error, and does not harm its neighbour. */
static size_t add_parts(struct measure_layer *const layers[2], struct digest_part *parts)
{
    size_t count = 0;
    for (size_t i = 0; i < 2; i++) {
        if (is_hashed(layers[i])) {
            add_unpacked(layers[i], parts, &count);
        }
    }
    for (size_t i = 0; i < 2; i++) {
        if (is_hashed(layers[i])) {
            add_stored(layers[i], parts, &count);
        }
    }
    return count;
}

void measure_layer_hash(struct measure_layer *layer, struct measure_layer *other)
{
    struct measure_layer *const layers[2] = { layer, other };
    struct digest_part parts[DIGEST_PARTS_MAX] = { 0 };
    struct assay_error error = ERROR_INIT;
    size_t count = add_parts(layers, parts);
    if (digest_streams_update(parts, count, &error) == ASSAY_OK) {
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        if (is_hashed(layers[i])) {
            layers[i]->hash_status = error_pass(&layers[i]->hash_error, &error);
        }
    }
}

static enum assay_status finish(struct measure_layer *layer, struct assay_error *err)
{
    struct measured *out = layer->job->out;
    if (layer->stored != NULL) {
        TRY(digest_stream_finish(layer->stored, &out->stored, err));
    }
    if (layer->unpacked == NULL || out->unpack_status != ASSAY_OK) {
        return ASSAY_OK;
    }
    if (layer->second != NULL) {
        TRY(digest_stream_finish(layer->second, &out->second, err));
    }
    if (is_one_digest(layer->job)) {
        out->unpacked = out->stored;
        return ASSAY_OK;
    }
    return digest_stream_finish(layer->unpacked, &out->unpacked, err);
}

void measure_layer_close(struct measure_layer *layer)
{
    struct measured *out = layer->job->out;
    if (out->status == ASSAY_OK && layer->hash_status != ASSAY_OK) {
        out->status = error_pass(&out->error, &layer->hash_error);
    }
    if (out->status == ASSAY_OK) {
        out->status = finish(layer, &out->error);
    }
    measure_layer_clear(layer);
    layer->is_open = false;
    layer->is_done = true;
}
