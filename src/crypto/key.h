/* SPDX-License-Identifier: Apache-2.0 */
/* Public keys: decoding with every strictness, identity, certificates. A key is decoded once and
 * then used for all its signatures. */
#ifndef CRYPTO_KEY_H
#define CRYPTO_KEY_H

#include "crypto/digest.h"

/* How the key material is wrapped; the words that metadata uses are the dialect's business. */
enum key_type {
    KEY_TYPE_UNKNOWN,    /* never verifies anything */
    KEY_TYPE_ECDSA,      /* DER SubjectPublicKeyInfo, P-256, P-384 or P-521, uncompressed point */
    KEY_TYPE_ECDSA_X509, /* PEM certificate bundle, leaf first */
    KEY_TYPE_RSA,        /* DER SubjectPublicKeyInfo */
    KEY_TYPE_RSA_X509,
    KEY_TYPE_ED25519 /* 32 raw bytes */
};

struct crypto_key;

struct key_certificate {
    /* The only CN of the leaf, UTF-8 without control characters, borrowed from the key; empty
     * where key_check_certificate would fail, so that it names nothing then. */
    struct slice common_name;
    int64_t not_before_unix_s;
    int64_t not_after_unix_s; /* the leaf's */
    size_t count;             /* certificates in the bundle, leaf included */
};

/* Decodes key material, once and strictly: ASSAY_KEY_MALFORMED, ASSAY_KEY_WEAK (size, exponent,
 * small order), ASSAY_KEY_ALGORITHM (curve, type, KEY_TYPE_UNKNOWN), ASSAY_CERTIFICATE (bundle:
 * at most LIMIT_CERTIFICATES, exact PEM and DER form). The key is the first certificate's. What
 * else a certificate says is not judged here, because only root keys must say something: a
 * delegation's key may come in any certificate. *out is owned by the caller. */
MUST_CHECK enum assay_status key_load(enum key_type type, struct slice material,
                                      struct crypto_key **out, struct assay_error *err);
void key_free(struct crypto_key *key); /* NULL is fine */

enum key_type key_type_of(const struct crypto_key *key);
/* The type without its certificate: ECDSA_X509 gives ECDSA. */
enum key_type key_bare_type(enum key_type type);
/* Who the key is: SHA-256 of its DER SubjectPublicKeyInfo, the same for a bare key and for every
 * certificate around it. Thresholds count these. */
const struct digest *key_identity(const struct crypto_key *key);
/* The key without certificate as a bare key's material: DER SPKI, or 32 raw bytes for Ed25519.
 * Borrowed from the key. */
struct slice key_bare_material(const struct crypto_key *key);
#define KEY_ALGORITHM_BYTES 32
/* For people: "ECDSA P-256", "RSA 3072", "Ed25519". */
void key_algorithm(const struct crypto_key *key, char out[KEY_ALGORITHM_BYTES]);
/* NULL for keys without certificate. */
const struct key_certificate *key_leaf(const struct crypto_key *key);

/* The rules of a root certificate, all but dates: leaf first and the only one that is no CA, each
 * signed with SHA-2 or Ed25519, exactly one CN. ASSAY_CERTIFICATE, for a bare key too. */
MUST_CHECK enum assay_status key_check_certificate(const struct crypto_key *key,
                                                   struct assay_error *err);
/* Judges the dates of leaf and intermediates: not_before <= now + LIMIT_CERTIFICATE_SKEW_S and
 * now < not_after. ASSAY_CERTIFICATE_TIME; ASSAY_CERTIFICATE for a bare key. */
MUST_CHECK enum assay_status key_check_dates(const struct crypto_key *key, int64_t now_unix_s,
                                             struct assay_error *err);
/* Whether the leaf chains to one of the CA certificates in ca_pem (any extended key usage, at most
 * LIMIT_CHAIN_DEPTH between them), at now. ASSAY_PIN_MISMATCH if not, ASSAY_CERTIFICATE_TIME if
 * only dates stand against it, ASSAY_PIN_INVALID when ca_pem holds no usable CA. */
MUST_CHECK enum assay_status key_check_chain(const struct crypto_key *key, struct slice ca_pem,
                                             int64_t now_unix_s, struct assay_error *err);

#endif
