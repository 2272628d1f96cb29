/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 (FIPS 180-4) by the CPU's own instructions, of several streams at once on one core. The
 * rounds of one stream wait for each other, so that a second stream costs half as much as the
 * first. For bytes in bulk alone: everything else is hashed by OpenSSL.
 */
#ifndef CRYPTO_SHA256_PAIR_H
#define CRYPTO_SHA256_PAIR_H

#include "base/slice.h"

#define SHA256_BLOCK_BYTES  64
#define SHA256_DIGEST_BYTES 32

struct sha256 {
    uint32_t state[8];
    uint64_t bytes; /* taken so far; those behind the last whole block wait in tail */
    uint8_t tail[SHA256_BLOCK_BYTES];
};

struct sha256_part {
    struct sha256 *hash;
    struct slice bytes;
};

/* Whether this CPU can. Where it cannot, nothing else here may be called. */
bool sha256_pair_available(void);

void sha256_pair_init(struct sha256 *hash);
/* Adds its bytes to the hash of each part, of two parts at a time while there are two. The hashes
 * are distinct; the parts are used up. */
void sha256_pair_update(struct sha256_part *parts, size_t count);
/* The hash is of no more use. */
void sha256_pair_finish(struct sha256 *hash, uint8_t out[SHA256_DIGEST_BYTES]);

#endif
