/* SPDX-License-Identifier: Apache-2.0 */
/* Test keys, the keys of metadata made of them, signatures and certificates. ECDSA is signed with a
 * nonce derived from key and message, so that the same fixture has the same bytes every time. The
 * keys are public and worthless. */
#ifndef SUPPORT_KEYS_H
#define SUPPORT_KEYS_H

#include "node.h"

#include <openssl/evp.h>

#define KEYRING_MAX 48

struct test_key {
    const char *name; /* "root-a": vectors/keys/root-a.pem */
    EVP_PKEY *pkey;
    struct slice spki; /* DER */
};

struct keyring {
    struct pool pool;
    const char *dir;
    struct test_key keys[KEYRING_MAX];
    size_t count;
};

/* dir is borrowed. */
void keyring_init(struct keyring *ring, const char *dir);
void keyring_clear(struct keyring *ring);
/* Loads the key at its first use. */
const struct test_key *keyring_get(struct keyring *ring, const char *name);

/* method: "ecdsa", "ecdsa-der", "rsapss", "rsapss-SALT", "rsapkcs1v15", "eddsa". */
struct slice key_sign(struct pool *pool, const struct test_key *key, const char *method,
                      struct slice message);

/* A key as metadata lists it. */
struct meta_key {
    const struct test_key *key; /* signs; NULL for material that nobody can sign with */
    const char *keytype;
    const char *method; /* of its signatures */
    struct slice material;
    char id[65];
    char canonical_id[65];
};
const struct meta_key *meta_key_bare(struct pool *pool, const struct test_key *key);
/* pem: a bundle, the leaf first. */
const struct meta_key *meta_key_certified(struct pool *pool, const struct test_key *key,
                                          struct slice pem);
const struct meta_key *meta_key_material(struct pool *pool, const struct test_key *key,
                                         const char *keytype, struct slice material);
struct node *meta_key_node(struct pool *pool, const struct meta_key *key);
/* {"keyid","method","sig"} over the message. */
struct node *meta_key_signature(struct pool *pool, const struct meta_key *key,
                                struct slice message);

struct cert_spec {
    const struct test_key *subject;
    const struct test_key *issuer; /* NULL: self-signed */
    const char *issuer_name;       /* its common name; NULL: the subject's */
    struct slice common_name;      /* none when empty */
    struct slice second_name;      /* a further common name, none when empty */
    const char *alternative_name;  /* "DNS:..." */
    int64_t not_before_unix_s;
    int64_t not_after_unix_s;
    int name_type; /* MBSTRING_UTF8 when 0; V_ASN1_BMPSTRING ... */
    bool is_ca;
    bool no_constraints;   /* no basicConstraints at all */
    bool no_path;          /* pathlen:0 */
    const char *key_usage; /* extended; NULL: codeSigning */
    const char *hash;      /* NULL: SHA256 */
};
/* PEM text of one certificate. */
struct slice cert_make(struct pool *pool, const struct cert_spec *spec);

/* "sha256:..." of the bytes, and the plain forms. */
struct slice sha256_raw(struct pool *pool, struct slice bytes);
struct slice sha512_raw(struct pool *pool, struct slice bytes);
char *sha256_text(struct pool *pool, struct slice bytes);
char *sha512_text(struct pool *pool, struct slice bytes);

#endif
