/* SPDX-License-Identifier: Apache-2.0 */
/* Public keys as DER SubjectPublicKeyInfo: reading the one strict form, and making OpenSSL's key of
 * it without a second decoding. */
#ifndef CRYPTO_SPKI_H
#define CRYPTO_SPKI_H

#include "crypto/key.h"
#include "crypto/openssl.h"

struct spki {
    enum key_type type;     /* KEY_TYPE_ECDSA or KEY_TYPE_RSA */
    const char *curve;      /* OpenSSL's name of the group */
    struct slice point;     /* uncompressed */
    struct slice modulus;   /* no leading zero */
    struct slice exponent;  /* no leading zero */
    size_t signature_bytes; /* r and s side by side, or the modulus */
};

/* ASSAY_KEY_MALFORMED, ASSAY_KEY_WEAK, ASSAY_KEY_ALGORITHM. The slices point into der. */
MUST_CHECK enum assay_status spki_parse(struct slice der, struct spki *out,
                                        struct assay_error *err);
/* ASSAY_KEY_MALFORMED when the point is not on the curve. */
MUST_CHECK enum assay_status spki_make_key(const struct spki *spki, EVP_PKEY **out,
                                           struct assay_error *err);

#define SPKI_ED25519_BYTES 44
void spki_put_ed25519(const uint8_t key[32], uint8_t out[SPKI_ED25519_BYTES]);

#endif
