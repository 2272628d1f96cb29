/* SPDX-License-Identifier: Apache-2.0 */
/* Digest values and streams: SHA-256 and SHA-512, nothing else. */
#ifndef CRYPTO_DIGEST_H
#define CRYPTO_DIGEST_H

#include "base/error.h"
#include "base/slice.h"

enum digest_alg {
    DIGEST_NONE, /* no digest: equal to nothing, not even itself */
    DIGEST_SHA256,
    DIGEST_SHA512
};

#define DIGEST_MAX_BYTES  64
#define DIGEST_TEXT_BYTES (7 + 128 + 1) /* "sha512:" and hex and NUL */

#define DIGEST_HEX_BYTES 65 /* of a SHA-256, and NUL */

struct digest {
    enum digest_alg alg;
    uint8_t bytes[DIGEST_MAX_BYTES];
};

/* Bytes of the algorithm: 32, 64, or 0 for DIGEST_NONE. */
size_t digest_size(enum digest_alg alg);

MUST_CHECK enum assay_status digest_compute(enum digest_alg alg, struct slice bytes,
                                            struct digest *out, struct assay_error *err);
/* In constant time. */
bool digest_equal(const struct digest *a, const struct digest *b);
/* By algorithm, then by bytes: an order for lists. */
int digest_compare(const struct digest *a, const struct digest *b);

/* "sha256:HEX" or "sha512:HEX", lower case, exact length (OCI image spec, digests).
 * ASSAY_DIGEST_ALGORITHM for other algorithms, ASSAY_SCHEMA for bad form. */
MUST_CHECK enum assay_status digest_parse(struct slice text, struct digest *out,
                                          struct assay_error *err);
void digest_format(const struct digest *digest, char out[DIGEST_TEXT_BYTES]);
/* Lower-case hex alone. */
void digest_hex(const struct digest *digest, char out[DIGEST_TEXT_BYTES]);

struct digest_stream;

MUST_CHECK enum assay_status digest_stream_new(enum digest_alg alg, struct digest_stream **out,
                                               struct assay_error *err);
MUST_CHECK enum assay_status digest_stream_update(struct digest_stream *stream, struct slice bytes,
                                                  struct assay_error *err);
MUST_CHECK enum assay_status digest_stream_finish(struct digest_stream *stream, struct digest *out,
                                                  struct assay_error *err);
void digest_stream_free(struct digest_stream *stream); /* NULL is fine */

/* ---- several streams on one core ---- */

#define DIGEST_PARTS_MAX 6 /* of two layers: stored, unpacked, and that by a second algorithm */

struct digest_part {
    struct digest_stream *stream; /* borrowed */
    struct slice bytes;
};

/* Whether this CPU hashes two SHA-256 streams at once in less time than one after the other. */
bool digest_can_pair(void);
/* As digest_stream_new, of a stream that is hashed beside others where the CPU can. */
MUST_CHECK enum assay_status
digest_stream_new_paired(enum digest_alg alg, struct digest_stream **out, struct assay_error *err);
/* Adds its bytes to the stream of each part. The streams are distinct, at most DIGEST_PARTS_MAX;
 * after a failure none of them gives a digest any more. */
MUST_CHECK enum assay_status digest_streams_update(const struct digest_part *parts, size_t count,
                                                   struct assay_error *err);

#endif
