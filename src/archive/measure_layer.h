/* SPDX-License-Identifier: Apache-2.0 */
/* One layer on its way through the measuring engine: filling a slot and hashing a slot are steps
 * that two threads may take at the same time. Private to measure*.c. */
#ifndef ARCHIVE_MEASURE_LAYER_H
#define ARCHIVE_MEASURE_LAYER_H

#include "archive/measure.h"

#define MEASURE_SLOTS        4          /* of one layer: one is filled, one hashed, two wait */
#define MEASURE_PACKED_BYTES (64 * KIB) /* stored bytes of a packed layer in one slot */

struct measure_slot {
    uint8_t *bytes; /* LIMIT_MEASURE_SLOT of what is unpacked */
    size_t len;
    uint8_t
        *packed; /* MEASURE_PACKED_BYTES of what is stored; NULL for a layer that is not packed */
    size_t packed_len;
};

struct measure_layer {
    struct measure_job *job;
    struct measure_slot slots[MEASURE_SLOTS];
    unsigned head; /* slots filled so far */
    unsigned tail; /* slots hashed so far */
    uint64_t left; /* stored bytes still to come, about */
    bool is_open;
    bool is_filling;
    bool is_hashing;
    bool is_filled; /* nothing more will come */
    bool is_done;
    /* touched by the one who fills */
    bool is_started;
    bool is_read; /* the reader is at its end */
    uint8_t *packed;
    struct slice pending; /* of packed */
    struct inflater *inflater;
    uint64_t max_bytes;
    /* touched by the one who hashes */
    struct digest_stream *stored;
    struct digest_stream *unpacked;
    struct digest_stream *second;
    enum assay_status hash_status;
    struct assay_error hash_error;
};

/* is_paired: its digests are such that are hashed beside others. */
MUST_CHECK enum assay_status measure_layer_open(struct measure_layer *layer, uint64_t max_bytes,
                                                bool is_paired, struct assay_error *err);
/* Fills slot head; a failure is in the job's out. *taken counts the stored bytes. */
void measure_layer_fill(struct measure_layer *layer, size_t *taken);
/* Hashes slot tail, and at the same time that of another layer; NULL: of none. */
void measure_layer_hash(struct measure_layer *layer, struct measure_layer *other);
/* Puts the digests into the job's out and frees everything. */
void measure_layer_close(struct measure_layer *layer);
void measure_layer_clear(struct measure_layer *layer);

#endif
