/* SPDX-License-Identifier: Apache-2.0 */
/* What a key is made of; for the files of this folder. */
#ifndef CRYPTO_KEY_INTERNAL_H
#define CRYPTO_KEY_INTERNAL_H

#include "crypto/certificate.h"

#define KEY_ED25519_BYTES 32

struct crypto_key {
    enum key_type type;
    EVP_PKEY *pkey;         /* NULL for Ed25519 */
    size_t signature_bytes; /* the only length that its signatures have */
    struct digest identity;
    struct buf bare;                  /* DER SPKI, or the raw bytes for Ed25519 */
    struct certificate_bundle bundle; /* empty for bare keys */
    struct key_certificate leaf;
};

#endif
