/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pass over layers: the digest of the stored bytes, inflation, and the digest of what comes
 * out, as the bytes flow, on several threads, in memory that does not grow with their size.
 */
#ifndef ARCHIVE_MEASURE_H
#define ARCHIVE_MEASURE_H

#include "archive/reader.h"
#include "base/env.h"
#include "crypto/digest.h"

/* What was measured. Says nothing about what it should have been. */
struct measured {
    /* Of the reading: anything but ASSAY_OK means that nothing below counts. */
    enum assay_status status;
    struct assay_error error;
    struct digest stored; /* DIGEST_NONE where it was not asked for */
    uint64_t stored_bytes;
    enum compression compression;
    /* Of the unpacking: a malformed stream usually is an altered one, so that the stored digest is
     * computed to the end and should speak first. */
    enum assay_status unpack_status;
    struct assay_error unpack_error;
    struct digest unpacked; /* DIGEST_NONE where it was not asked for, or after a failure */
    struct digest second;   /* the same bytes by second_alg */
    uint64_t unpacked_bytes;
};

struct measure_job {
    struct byte_reader *reader; /* borrowed; read to its end by one thread at a time */
    uint64_t bytes;             /* about how many come: the longest jobs start first */
    bool detect;                /* compression is found by the first bytes */
    enum compression compression;
    enum digest_alg stored_alg;   /* DIGEST_NONE: not wanted */
    enum digest_alg unpacked_alg; /* DIGEST_NONE: not wanted, nothing is unpacked */
    enum digest_alg second_alg;   /* beside unpacked_alg; DIGEST_NONE: not wanted */
    struct measured *out;         /* borrowed */
};

struct measure_options {
    const struct assay_env *env; /* interruption, progress; borrowed */
    unsigned threads;            /* at least 1 */
    bool is_part;                /* of a stream, whose total is not known: progress shows none */
    bool is_unpaired;            /* OpenSSL alone hashes, as where the CPU cannot do two at once */
    uint64_t max_layer_bytes;    /* unpacked, of one: ASSAY_BOMB in unpack_status */
    uint64_t max_total_bytes;    /* unpacked, of all */
};

/* Runs all jobs; each job's own failure is in its out. The status is of the run itself:
 * ASSAY_INTERRUPTED, ASSAY_TERMINATED, ASSAY_NO_MEMORY. Uses fewer threads where the machine gives
 * no more, never fewer than the caller's own. */
MUST_CHECK enum assay_status measure_run(struct measure_job *jobs, size_t count,
                                         const struct measure_options *options,
                                         struct assay_error *err);

/* The same for bytes that are pushed (a download): one layer, on the caller's thread. */
struct measure_push;
MUST_CHECK enum assay_status measure_push_new(enum compression compression,
                                              enum digest_alg stored_alg,
                                              enum digest_alg unpacked_alg,
                                              uint64_t max_layer_bytes, struct measure_push **out,
                                              struct assay_error *err);
void measure_push_free(struct measure_push *push); /* NULL is fine */
MUST_CHECK enum assay_status measure_push_bytes(struct measure_push *push, struct slice bytes,
                                                struct assay_error *err);
MUST_CHECK enum assay_status measure_push_finish(struct measure_push *push, struct measured *out,
                                                 struct assay_error *err);

#endif
