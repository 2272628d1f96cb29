/* SPDX-License-Identifier: Apache-2.0 */
/* Signature checks. The algorithm is the key's; the method that metadata names may only agree. */
#ifndef CRYPTO_SIGNATURE_H
#define CRYPTO_SIGNATURE_H

#include "crypto/key.h"

enum signature_method {
    SIGNATURE_UNKNOWN,
    SIGNATURE_ECDSA,       /* r and s side by side, each the curve's length; SHA-256 */
    SIGNATURE_RSAPSS,      /* SHA-256, MGF1 with SHA-256, salt of 32 bytes */
    SIGNATURE_RSAPKCS1V15, /* SHA-256 */
    SIGNATURE_EDDSA,       /* pure Ed25519, through libsodium */
    SIGNATURE_P256_DER,    /* ECDSA on P-256 with SHA-256, r and s in DER */
    SIGNATURE_P384_DER     /* ECDSA on P-384 with SHA-384, r and s in DER */
};

/* The signed bytes with their SHA-256, hashed once for all signatures of a file. */
struct signature_message {
    struct slice bytes;
    struct digest sha256;
};

MUST_CHECK enum assay_status signature_message_init(struct signature_message *message,
                                                    struct slice bytes, struct assay_error *err);

/* ASSAY_OK only for a valid signature; ASSAY_SIGNATURE when it is not valid, has the wrong length
 * or its method does not fit the key; ASSAY_NO_MEMORY and ASSAY_INTERNAL as they are. */
MUST_CHECK enum assay_status signature_check(const struct crypto_key *key,
                                             enum signature_method method,
                                             const struct signature_message *message,
                                             struct slice signature, struct assay_error *err);

#endif
