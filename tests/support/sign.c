/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures that are the same every time they are made (RSA-PSS apart, whose salt is random). */
#include "keys.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <stdlib.h>

static void need(int ok, const char *what)
{
    if (ok <= 0) {
        die("openssl: %s failed", what);
    }
}

struct ecdsa {
    BN_CTX *ctx;
    EC_GROUP *group;
    BIGNUM *secret;
    BIGNUM *r;
    BIGNUM *s;
};

static void ecdsa_open(struct ecdsa *e, EVP_PKEY *pkey)
{
    char curve[64];
    need(EVP_PKEY_get_utf8_string_param(pkey, OSSL_PKEY_PARAM_GROUP_NAME, curve, sizeof(curve),
                                        NULL),
         "curve name");
    e->group = EC_GROUP_new_by_curve_name(OBJ_txt2nid(curve));
    e->ctx = BN_CTX_new();
    e->r = BN_new();
    e->s = BN_new();
    need(e->group != NULL && e->ctx != NULL && e->r != NULL && e->s != NULL, "curve");
    need(EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_PRIV_KEY, &e->secret), "private key");
}

static void ecdsa_close(struct ecdsa *e)
{
    BN_clear_free(e->secret);
    BN_free(e->r);
    BN_free(e->s);
    EC_GROUP_free(e->group);
    BN_CTX_free(e->ctx);
}

/* The nonce: SHA-512 of the private key and the message's hash, as a number below the order. */
static BIGNUM *make_nonce(const struct ecdsa *e, const uint8_t hash[SHA256_DIGEST_LENGTH])
{
    uint8_t seed[66 + SHA256_DIGEST_LENGTH];
    uint8_t wide[SHA512_DIGEST_LENGTH];
    need(BN_bn2binpad(e->secret, seed, 66), "seed");
    memcpy(seed + 66, hash, SHA256_DIGEST_LENGTH);
    (void)SHA512(seed, sizeof(seed), wide);
    BIGNUM *nonce = BN_bin2bn(wide, sizeof(wide), NULL);
    need(nonce != NULL && BN_nnmod(nonce, nonce, EC_GROUP_get0_order(e->group), e->ctx), "nonce");
    return nonce;
}

static void ecdsa_compute(struct ecdsa *e, const uint8_t hash[SHA256_DIGEST_LENGTH])
{
    const BIGNUM *order = EC_GROUP_get0_order(e->group);
    BIGNUM *nonce = make_nonce(e, hash);
    BIGNUM *number = BN_bin2bn(hash, SHA256_DIGEST_LENGTH, NULL);
    EC_POINT *point = EC_POINT_new(e->group);
    need(number != NULL && point != NULL, "allocation");
    need(EC_POINT_mul(e->group, point, nonce, NULL, NULL, e->ctx), "nonce times generator");
    need(EC_POINT_get_affine_coordinates(e->group, point, e->r, NULL, e->ctx), "coordinates");
    need(BN_nnmod(e->r, e->r, order, e->ctx), "r");
    need(BN_mod_mul(e->s, e->r, e->secret, order, e->ctx), "r times secret");
    need(BN_mod_add(e->s, e->s, number, order, e->ctx), "plus hash");
    need(BN_mod_inverse(nonce, nonce, order, e->ctx) != NULL, "inverse");
    need(BN_mod_mul(e->s, e->s, nonce, order, e->ctx), "s");
    EC_POINT_free(point);
    BN_free(number);
    BN_free(nonce);
}

static struct slice sign_ecdsa(struct pool *pool, EVP_PKEY *pkey, struct slice message, bool der)
{
    struct ecdsa e = { 0 };
    uint8_t hash[SHA256_DIGEST_LENGTH];
    (void)SHA256(message.ptr, message.len, hash);
    ecdsa_open(&e, pkey);
    ecdsa_compute(&e, hash);
    struct slice out;
    if (der) {
        ECDSA_SIG *sig = ECDSA_SIG_new();
        need(sig != NULL && ECDSA_SIG_set0(sig, BN_dup(e.r), BN_dup(e.s)), "signature");
        uint8_t *bytes = NULL;
        int len = i2d_ECDSA_SIG(sig, &bytes);
        need(len, "encoding");
        out = pool_slice(pool, slice_of(bytes, (size_t)len));
        OPENSSL_free(bytes);
        ECDSA_SIG_free(sig);
    } else {
        int width = (EC_GROUP_get_degree(e.group) + 7) / 8;
        uint8_t *bytes = pool_alloc(pool, 2 * (size_t)width);
        need(BN_bn2binpad(e.r, bytes, width), "r");
        need(BN_bn2binpad(e.s, bytes + width, width), "s");
        out = slice_of(bytes, 2 * (size_t)width);
    }
    ecdsa_close(&e);
    return out;
}

static void set_padding(EVP_PKEY_CTX *ctx, const char *method)
{
    if (strncmp(method, "rsapss", 6) == 0) {
        int salt = method[6] == '-' ? (int)strtol(method + 7, NULL, 10) : 32;
        need(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING), "padding");
        need(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, salt), "salt");
    } else {
        need(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING), "padding");
    }
}

struct slice key_sign(struct pool *pool, const struct test_key *key, const char *method,
                      struct slice message)
{
    int type = EVP_PKEY_get_base_id(key->pkey);
    if (type == EVP_PKEY_EC) {
        return sign_ecdsa(pool, key->pkey, message, strcmp(method, "ecdsa-der") == 0);
    }
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    EVP_PKEY_CTX *ctx = NULL;
    const EVP_MD *hash = type == EVP_PKEY_ED25519 ? NULL : EVP_sha256();
    need(md != NULL && EVP_DigestSignInit(md, &ctx, hash, NULL, key->pkey), "signing");
    if (type == EVP_PKEY_RSA) {
        set_padding(ctx, method);
    }
    size_t len = (size_t)EVP_PKEY_get_size(key->pkey);
    uint8_t *out = pool_alloc(pool, len);
    need(EVP_DigestSign(md, out, &len, message.ptr, message.len), "signing");
    EVP_MD_CTX_free(md);
    return slice_of(out, len);
}
