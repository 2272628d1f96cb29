/* SPDX-License-Identifier: Apache-2.0 */
#include "keys.h"

#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdio.h>

void keyring_init(struct keyring *ring, const char *dir)
{
    *ring = (struct keyring){ .dir = dir };
}

void keyring_clear(struct keyring *ring)
{
    for (size_t i = 0; i < ring->count; i++) {
        EVP_PKEY_free(ring->keys[i].pkey);
    }
    pool_clear(&ring->pool);
    ring->count = 0;
}

const struct test_key *keyring_get(struct keyring *ring, const char *name)
{
    for (size_t i = 0; i < ring->count; i++) {
        if (strcmp(ring->keys[i].name, name) == 0) {
            return &ring->keys[i];
        }
    }
    if (ring->count == KEYRING_MAX) {
        die("more than %d keys", KEYRING_MAX);
    }
    const char *path = pool_printf(&ring->pool, "%s/%s.pem", ring->dir, name);
    struct slice pem = file_load(&ring->pool, path);
    BIO *bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);
    EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    (void)BIO_free(bio);
    if (pkey == NULL) {
        die("%s: no private key", path);
    }
    uint8_t *der = NULL;
    int len = i2d_PUBKEY(pkey, &der);
    if (len <= 0) {
        die("%s: no public key", path);
    }
    struct test_key *key = &ring->keys[ring->count++];
    key->name = pool_string(&ring->pool, name);
    key->pkey = pkey;
    key->spki = pool_slice(&ring->pool, slice_of(der, (size_t)len));
    OPENSSL_free(der);
    return key;
}

struct slice sha256_raw(struct pool *pool, struct slice bytes)
{
    uint8_t out[SHA256_DIGEST_LENGTH];
    (void)SHA256(bytes.len == 0 ? (const uint8_t *)"" : bytes.ptr, bytes.len, out);
    return pool_slice(pool, slice_of(out, sizeof(out)));
}

struct slice sha512_raw(struct pool *pool, struct slice bytes)
{
    uint8_t out[SHA512_DIGEST_LENGTH];
    (void)SHA512(bytes.len == 0 ? (const uint8_t *)"" : bytes.ptr, bytes.len, out);
    return pool_slice(pool, slice_of(out, sizeof(out)));
}

char *sha256_text(struct pool *pool, struct slice bytes)
{
    return pool_printf(pool, "sha256:%s", pool_hex(pool, sha256_raw(pool, bytes)));
}

char *sha512_text(struct pool *pool, struct slice bytes)
{
    return pool_printf(pool, "sha512:%s", pool_hex(pool, sha512_raw(pool, bytes)));
}

/* Key ids are the hash of the key object in canonical form, with private always null. */
static void set_id(struct pool *pool, const char *keytype, struct slice material, char out[65])
{
    struct meta_key plain = { .keytype = keytype, .material = material };
    struct slice text = node_write(pool, meta_key_node(pool, &plain), NODE_CANONICAL);
    (void)snprintf(out, 65, "%s", pool_hex(pool, sha256_raw(pool, text)));
}

struct node *meta_key_node(struct pool *pool, const struct meta_key *key)
{
    struct node *value = node_object(pool);
    (void)node_add(pool, value, "private", node_raw(pool, "null"));
    (void)node_add(pool, value, "public", node_bytes(pool, pool_base64(pool, key->material)));
    struct node *out = node_object(pool);
    (void)node_add(pool, out, "keytype", node_string(pool, key->keytype));
    (void)node_add(pool, out, "keyval", value);
    return out;
}

struct node *meta_key_signature(struct pool *pool, const struct meta_key *key, struct slice message)
{
    struct slice sig = key->key == NULL ? slice_from_string("not a signature at all")
                                        : key_sign(pool, key->key, key->method, message);
    struct node *out = node_object(pool);
    (void)node_add(pool, out, "keyid", node_string(pool, key->id));
    (void)node_add(pool, out, "method", node_string(pool, key->method));
    (void)node_add(pool, out, "sig", node_bytes(pool, pool_base64(pool, sig)));
    return out;
}

const struct meta_key *meta_key_material(struct pool *pool, const struct test_key *key,
                                         const char *keytype, struct slice material)
{
    struct meta_key *out = pool_alloc(pool, sizeof(*out));
    out->key = key;
    out->keytype = keytype;
    out->material = material;
    bool is_rsa = strncmp(keytype, "rsa", 3) == 0;
    bool is_ed = strcmp(keytype, "ed25519") == 0;
    out->method = is_rsa ? "rsapss" : is_ed ? "eddsa" : "ecdsa";
    set_id(pool, keytype, material, out->id);
    (void)snprintf(out->canonical_id, sizeof(out->canonical_id), "%s", out->id);
    return out;
}

const struct meta_key *meta_key_bare(struct pool *pool, const struct test_key *key)
{
    if (EVP_PKEY_get_base_id(key->pkey) == EVP_PKEY_ED25519) {
        uint8_t raw[32];
        size_t len = sizeof(raw);
        (void)EVP_PKEY_get_raw_public_key(key->pkey, raw, &len);
        return meta_key_material(pool, key, "ed25519", pool_slice(pool, slice_of(raw, len)));
    }
    bool is_rsa = EVP_PKEY_get_base_id(key->pkey) == EVP_PKEY_RSA;
    return meta_key_material(pool, key, is_rsa ? "rsa" : "ecdsa", key->spki);
}

const struct meta_key *meta_key_certified(struct pool *pool, const struct test_key *key,
                                          struct slice pem)
{
    bool is_rsa = EVP_PKEY_get_base_id(key->pkey) == EVP_PKEY_RSA;
    struct meta_key *out = pool_alloc(pool, sizeof(*out));
    *out = *meta_key_material(pool, key, is_rsa ? "rsa-x509" : "ecdsa-x509", pem);
    set_id(pool, is_rsa ? "rsa" : "ecdsa", key->spki, out->canonical_id);
    return out;
}
