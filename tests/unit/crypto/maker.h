/* SPDX-License-Identifier: Apache-2.0 */
/* Keys, certificates and signatures made afresh for a test, with OpenSSL. Everything fails the
 * test when it cannot be made. */
#ifndef TESTS_CRYPTO_MAKER_H
#define TESTS_CRYPTO_MAKER_H

#include "base/buf.h"
#include "crypto/signature.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

/* Room for whatever these tests make. */
#define MAKER_MAX_BYTES (4UL * 1024 * 1024)

void maker_free_pkey(EVP_PKEY **pkey);
void maker_free_x509(X509 **certificate);
void maker_free_key(struct crypto_key **key);
#define AUTO_PKEY CLEANUP(maker_free_pkey) EVP_PKEY
#define AUTO_X509 CLEANUP(maker_free_x509) X509
#define AUTO_KEY  CLEANUP(maker_free_key) struct crypto_key

EVP_PKEY *maker_ec(const char *curve);
EVP_PKEY *maker_rsa(unsigned int bits);
/* The DER SubjectPublicKeyInfo. */
void maker_spki(EVP_PKEY *pkey, struct buf *out);
/* Loads what must load. */
struct crypto_key *maker_load(enum key_type type, struct slice material);
struct crypto_key *maker_load_pkey(EVP_PKEY *pkey);

/* What is signed is SHA-256 of the message, unless md says otherwise. ECDSA in r and s. */
struct maker_scheme {
    enum signature_method method;
    const EVP_MD *md;      /* NULL: SHA-256 */
    const EVP_MD *mgf1_md; /* NULL: as md */
    int salt_bytes;        /* 0: 32; negative as OpenSSL has it; MAKER_NO_SALT: none */
};
#define MAKER_NO_SALT 9999
void maker_sign(EVP_PKEY *pkey, struct maker_scheme scheme, struct slice message, struct buf *out);

struct maker_name {
    int nid;
    int type; /* MBSTRING_UTF8, V_ASN1_... */
    struct slice value;
};

struct maker_certificate {
    EVP_PKEY *pkey;
    X509 *issuer;          /* NULL: self-signed */
    EVP_PKEY *issuer_pkey; /* NULL: pkey */
    const char *cn;
    struct maker_name names[2];    /* instead of cn, when cn is NULL */
    const char *basic_constraints; /* NULL: none */
    bool has_them_twice;
    const char *extended_key_usage;
    int64_t not_before_unix_s; /* 0: yesterday */
    int64_t not_after_unix_s;  /* 0: in a year */
    const EVP_MD *md;          /* NULL: SHA-256 */
    bool is_version_1;
    const char *not_after_text; /* instead, as a UTCTime whatever it is */
};

/* The moment that certificates are made for. */
#define MAKER_NOW_UNIX_S 1795612717LL
X509 *maker_certificate(const struct maker_certificate *wanted);
/* Appends the canonical PEM. */
void maker_pem(X509 *certificate, struct buf *out);

/* The same around any bytes. */
void maker_put_pem(struct slice der, struct buf *out);

/* Appends tag, shortest length and content. */
void maker_der(uint8_t tag, struct slice content, struct buf *out);
void maker_append(struct buf *out, struct slice bytes);
/* A SubjectPublicKeyInfo around the contents of its algorithm and its bits. */
void maker_put_spki(struct slice algorithm, struct slice bits, struct buf *out);
/* The content of an INTEGER of exactly so many bits, with this last byte. */
void maker_put_number(size_t bits, uint8_t last, struct buf *out);

/* What key_load says; a key that loads is freed. */
enum assay_status maker_status(enum key_type type, struct slice material);
/* No change of one byte of a good key's frame (all but point or modulus) may load. */
void maker_expect_one_encoding(enum key_type type, struct slice spki, size_t frame_bytes);
void maker_expect_no_other_length(enum key_type type, struct slice spki);

/* What maker_check takes for signed. */
#define MAKER_TEXT "what is signed"
struct signature_message maker_message(const char *bytes);
enum assay_status maker_check(const struct crypto_key *key, enum signature_method method,
                              struct slice signature);
/* Shorter and longer than its only length, a signature is none, whatever it holds. */
void maker_expect_only_length(const struct crypto_key *key, enum signature_method method,
                              struct buf *signature);

#endif
