/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures: each method against each key, and every form but the one that counts. */
#include "maker.h"

#include "base/text.h"
#include "crypto/der.h"

#include <criterion/criterion.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <sodium.h>

TestSuite(signature, .timeout = 60);

/* A private Ed25519 key of libsodium: the public key is its end. */
struct ed25519 {
    uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
    uint8_t secret_key[crypto_sign_SECRETKEYBYTES];
};

static void sign_ed25519(const struct ed25519 *pair, struct buf *out)
{
    buf_reset(out);
    cr_assert_eq(buf_reserve(out, crypto_sign_BYTES, NULL), ASSAY_OK);
    cr_assert_eq(crypto_sign_detached(out->ptr, NULL, (const uint8_t *)MAKER_TEXT,
                                      strlen(MAKER_TEXT), pair->secret_key),
                 0);
    out->len = crypto_sign_BYTES;
}

static void make_ed25519(struct ed25519 *pair)
{
    cr_assert_geq(sodium_init(), 0);
    cr_assert_eq(crypto_sign_keypair(pair->public_key, pair->secret_key), 0);
}

/* ---- Methods and keys ---- */

static void load_x509(EVP_PKEY *pkey, enum key_type type, struct crypto_key **out)
{
    AUTO_BUF pem = BUF_INIT(MAKER_MAX_BYTES);
    AUTO_X509 *x509 = maker_certificate(&(struct maker_certificate){ .pkey = pkey, .cn = "a" });
    maker_pem(x509, &pem);
    *out = maker_load(type, buf_slice(&pem));
}

/* Each key with each method, given the best signature that the key can make for it. */
Test(signature, method_must_fit_the_key)
{
    AUTO_PKEY *ec = maker_ec("P-256");
    AUTO_PKEY *rsa = maker_rsa(2048);
    struct ed25519 pair;
    make_ed25519(&pair);
    struct crypto_key *keys[5] = { maker_load_pkey(ec), NULL, maker_load_pkey(rsa), NULL,
                                   maker_load(KEY_TYPE_ED25519, slice_of(pair.public_key, 32)) };
    load_x509(ec, KEY_TYPE_ECDSA_X509, &keys[1]);
    load_x509(rsa, KEY_TYPE_RSA_X509, &keys[3]);
    AUTO_BUF ecdsa = BUF_INIT(MAKER_MAX_BYTES);
    AUTO_BUF pss = BUF_INIT(MAKER_MAX_BYTES);
    AUTO_BUF pkcs1 = BUF_INIT(MAKER_MAX_BYTES);
    AUTO_BUF eddsa = BUF_INIT(MAKER_MAX_BYTES);
    maker_sign(ec, (struct maker_scheme){ .method = SIGNATURE_ECDSA },
               slice_from_string(MAKER_TEXT), &ecdsa);
    maker_sign(rsa, (struct maker_scheme){ .method = SIGNATURE_RSAPSS },
               slice_from_string(MAKER_TEXT), &pss);
    maker_sign(rsa, (struct maker_scheme){ .method = SIGNATURE_RSAPKCS1V15 },
               slice_from_string(MAKER_TEXT), &pkcs1);
    sign_ed25519(&pair, &eddsa);
    static const enum signature_method methods[] = { SIGNATURE_UNKNOWN, SIGNATURE_ECDSA,
                                                     SIGNATURE_RSAPSS,  SIGNATURE_RSAPKCS1V15,
                                                     SIGNATURE_EDDSA,   (enum signature_method)99 };
    const struct slice signatures[] = { buf_slice(&ecdsa), buf_slice(&pss), buf_slice(&pkcs1),
                                        buf_slice(&eddsa) };
    /* Which method and signature each key takes: all others of the 120 triples are refused. */
    static const bool fits[5][4] = { { true, false, false, false },
                                     { true, false, false, false },
                                     { false, true, true, false },
                                     { false, true, true, false },
                                     { false, false, false, true } };
    for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
        for (size_t m = 0; m < ARRAY_LEN(methods); m++) {
            for (size_t s = 0; s < ARRAY_LEN(signatures); s++) {
                bool good = m == s + 1 && fits[k][s];
                cr_expect_eq(maker_check(keys[k], methods[m], signatures[s]),
                             good ? ASSAY_OK : ASSAY_SIGNATURE,
                             "key %zu, method %zu, signature %zu", k, m, s);
            }
        }
        key_free(keys[k]);
    }
}

Test(signature, every_bit_counts)
{
    AUTO_PKEY *ec = maker_ec("P-256");
    AUTO_PKEY *rsa = maker_rsa(2048);
    AUTO_KEY *ec_key = maker_load_pkey(ec);
    AUTO_KEY *rsa_key = maker_load_pkey(rsa);
    const struct {
        EVP_PKEY *pkey;
        const struct crypto_key *key;
        enum signature_method method;
    } cases[] = { { ec, ec_key, SIGNATURE_ECDSA },
                  { rsa, rsa_key, SIGNATURE_RSAPSS },
                  { rsa, rsa_key, SIGNATURE_RSAPKCS1V15 } };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF signature = BUF_INIT(MAKER_MAX_BYTES);
        maker_sign(cases[i].pkey, (struct maker_scheme){ .method = cases[i].method },
                   slice_from_string(MAKER_TEXT), &signature);
        for (size_t bit = 0; bit < 8 * signature.len; bit++) {
            signature.ptr[bit / 8] ^= (uint8_t)(1U << bit % 8);
            cr_expect_eq(maker_check(cases[i].key, cases[i].method, buf_slice(&signature)),
                         ASSAY_SIGNATURE, "case %zu, bit %zu", i, bit);
            signature.ptr[bit / 8] ^= (uint8_t)(1U << bit % 8);
        }
        cr_expect_eq(maker_check(cases[i].key, cases[i].method, buf_slice(&signature)), ASSAY_OK);
        struct signature_message other = maker_message("what is signeD");
        cr_expect_eq(
            signature_check(cases[i].key, cases[i].method, &other, buf_slice(&signature), NULL),
            ASSAY_SIGNATURE, "case %zu, other message", i);
    }
}

Test(signature, a_message_without_digest_is_our_bug)
{
    AUTO_PKEY *ec = maker_ec("P-256");
    AUTO_KEY *key = maker_load_pkey(ec);
    AUTO_BUF signature = BUF_INIT(MAKER_MAX_BYTES);
    maker_sign(ec, (struct maker_scheme){ .method = SIGNATURE_ECDSA },
               slice_from_string(MAKER_TEXT), &signature);
    struct signature_message message = maker_message(MAKER_TEXT);
    message.sha256.alg = DIGEST_NONE;
    cr_expect_eq(signature_check(key, SIGNATURE_ECDSA, &message, buf_slice(&signature), NULL),
                 ASSAY_INTERNAL);
    message.sha256.alg = DIGEST_SHA512;
    cr_expect_eq(signature_check(key, SIGNATURE_ECDSA, &message, buf_slice(&signature), NULL),
                 ASSAY_INTERNAL);
}

/* ---- ECDSA ---- */

/* Writes n, or n - s, over half of a signature. */
static void set_half(uint8_t *half, int bytes, EVP_PKEY *pkey, bool minus_old)
{
    BIGNUM *order = NULL;
    cr_assert_eq(EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_ORDER, &order), 1);
    if (minus_old) {
        BIGNUM *old = BN_bin2bn(half, bytes, NULL);
        cr_assert_eq(BN_sub(order, order, old), 1);
        BN_free(old);
    }
    cr_assert_eq(BN_bn2binpad(order, half, bytes), bytes);
    BN_free(order);
}

static void expect_ecdsa_ranges(EVP_PKEY *pkey, const struct crypto_key *key, struct buf *signature)
{
    size_t half = signature->len / 2;
    uint8_t saved[132];
    memcpy(saved, signature->ptr, signature->len);
    struct slice whole = buf_slice(signature);
    for (size_t which = 0; which < 2; which++) {
        uint8_t *part = signature->ptr + which * half;
        memset(part, 0, half);
        cr_expect_eq(maker_check(key, SIGNATURE_ECDSA, whole), ASSAY_SIGNATURE, "zero");
        set_half(part, (int)half, pkey, false);
        cr_expect_eq(maker_check(key, SIGNATURE_ECDSA, whole), ASSAY_SIGNATURE, "n");
        memset(part, 0xFF, half);
        cr_expect_eq(maker_check(key, SIGNATURE_ECDSA, whole), ASSAY_SIGNATURE, "above n");
        memcpy(signature->ptr, saved, signature->len);
    }
    memset(signature->ptr, 0, signature->len);
    cr_expect_eq(maker_check(key, SIGNATURE_ECDSA, whole), ASSAY_SIGNATURE, "zeros");
    memcpy(signature->ptr, saved + half, half);
    memcpy(signature->ptr + half, saved, half);
    cr_expect_eq(maker_check(key, SIGNATURE_ECDSA, whole), ASSAY_SIGNATURE, "swapped");
    memcpy(signature->ptr, saved, signature->len);
    /* Both s and n - s are what an honest signer may publish. */
    set_half(signature->ptr + half, (int)half, pkey, true);
    cr_expect_eq(maker_check(key, SIGNATURE_ECDSA, whole), ASSAY_OK, "n - s");
    memcpy(signature->ptr, saved, signature->len);
}

Test(signature, ecdsa_with_sha256_on_every_curve)
{
    static const struct {
        const char *curve;
        size_t bytes;
    } curves[] = { { "P-256", 64 }, { "P-384", 96 }, { "P-521", 132 } };
    size_t verified = 0;
    for (size_t i = 0; i < ARRAY_LEN(curves); i++) {
        AUTO_PKEY *pkey = maker_ec(curves[i].curve);
        AUTO_KEY *key = maker_load_pkey(pkey);
        AUTO_BUF signature = BUF_INIT(MAKER_MAX_BYTES);
        for (size_t round = 0; round < 40;
             round++) { /* numbers with leading zeros come by chance */
            maker_sign(pkey, (struct maker_scheme){ .method = SIGNATURE_ECDSA },
                       slice_from_string(MAKER_TEXT), &signature);
            cr_assert_eq(signature.len, curves[i].bytes);
            cr_expect_eq(maker_check(key, SIGNATURE_ECDSA, buf_slice(&signature)), ASSAY_OK);
            verified++;
        }
        expect_ecdsa_ranges(pkey, key, &signature);
        maker_sign(pkey, (struct maker_scheme){ .method = SIGNATURE_ECDSA, .md = EVP_sha384() },
                   slice_from_string(MAKER_TEXT), &signature);
        cr_expect_eq(maker_check(key, SIGNATURE_ECDSA, buf_slice(&signature)), ASSAY_SIGNATURE,
                     "SHA-384");
        maker_sign(pkey, (struct maker_scheme){ .method = SIGNATURE_ECDSA, .md = EVP_sha512() },
                   slice_from_string(MAKER_TEXT), &signature);
        cr_expect_eq(maker_check(key, SIGNATURE_ECDSA, buf_slice(&signature)), ASSAY_SIGNATURE,
                     "SHA-512");
    }
    cr_assert_eq(verified, 120);
}

Test(signature, ecdsa_length)
{
    static const char *const curves[] = { "P-256", "P-384", "P-521" };
    for (size_t i = 0; i < ARRAY_LEN(curves); i++) {
        AUTO_PKEY *pkey = maker_ec(curves[i]);
        AUTO_KEY *key = maker_load_pkey(pkey);
        AUTO_BUF signature = BUF_INIT(MAKER_MAX_BYTES);
        maker_sign(pkey, (struct maker_scheme){ .method = SIGNATURE_ECDSA },
                   slice_from_string(MAKER_TEXT), &signature);
        maker_expect_only_length(key, SIGNATURE_ECDSA, &signature);
    }
}

/* ---- ECDSA in DER ---- */

static void sign_der(EVP_PKEY *pkey, const EVP_MD *md, struct buf *out)
{
    uint8_t der[DER_SIGNATURE_BYTES];
    maker_sign(pkey, (struct maker_scheme){ .method = SIGNATURE_ECDSA, .md = md },
               slice_from_string(MAKER_TEXT), out);
    size_t half = out->len / 2;
    size_t len =
        der_put_signature(slice_first(buf_slice(out), half), slice_from(buf_slice(out), half), der);
    buf_reset(out);
    maker_append(out, slice_of(der, len));
}

/* Its own curve and its own digest, and nothing in front, behind or between. */
Test(signature, ecdsa_in_der_on_its_curve_alone)
{
    static const struct {
        const char *curve;
        enum signature_method method;
        bool sha384;
        enum assay_status status;
    } rows[] = {
        { "P-256", SIGNATURE_P256_DER, false, ASSAY_OK },
        { "P-384", SIGNATURE_P384_DER, true, ASSAY_OK },
        { "P-256", SIGNATURE_P256_DER, true, ASSAY_SIGNATURE },
        { "P-384", SIGNATURE_P384_DER, false, ASSAY_SIGNATURE },
        { "P-384", SIGNATURE_P256_DER, false, ASSAY_SIGNATURE },
        { "P-256", SIGNATURE_P384_DER, true, ASSAY_SIGNATURE },
        { "P-521", SIGNATURE_P384_DER, true, ASSAY_SIGNATURE },
        { "P-256", SIGNATURE_ECDSA, false, ASSAY_SIGNATURE },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_PKEY *pkey = maker_ec(rows[i].curve);
        AUTO_KEY *key = maker_load_pkey(pkey);
        AUTO_BUF signature = BUF_INIT(MAKER_MAX_BYTES);
        sign_der(pkey, rows[i].sha384 ? EVP_sha384() : EVP_sha256(), &signature);
        cr_expect_eq(maker_check(key, rows[i].method, buf_slice(&signature)), rows[i].status,
                     "row %zu", i);
        if (rows[i].status == ASSAY_OK) {
            maker_expect_only_length(key, rows[i].method, &signature);
        }
    }
}

Test(signature, every_bit_counts_in_der)
{
    AUTO_PKEY *pkey = maker_ec("P-256");
    AUTO_KEY *key = maker_load_pkey(pkey);
    AUTO_BUF signature = BUF_INIT(MAKER_MAX_BYTES);
    sign_der(pkey, EVP_sha256(), &signature);
    for (size_t bit = 0; bit < 8 * signature.len; bit++) {
        signature.ptr[bit / 8] ^= (uint8_t)(1U << bit % 8);
        cr_expect_eq(maker_check(key, SIGNATURE_P256_DER, buf_slice(&signature)), ASSAY_SIGNATURE,
                     "bit %zu", bit);
        signature.ptr[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

/* Only numbers of the curve's size, positive and without padding, are looked at. */
Test(signature, der_has_one_form)
{
    static const struct {
        const char *hex;
        bool is_signature; /* with numbers of at most 2 bytes */
    } rows[] = {
        { "3006020101020101", true },
        { "300a02030080000203008000", true },
        { "3008020200800202ff00", false },
        { "300a0203018000020300ff00", false },
        { "300702020001020101", false },
        { "300702010102020001", false },
        { "3006020100020101", false },
        { "3006020101020100", false },
        { "3006020181020101", false },
        { "3006020101020181", false },
        { "300602010102010100", false },
        { "300702010102010100", false },
        { "3009020101020101020101", false },
        { "3003020101", false },
        { "30080203010000020101", false },
        { "30080201010203010000", false },
        { "3000", false },
        { "", false },
        { "3106020101020101", false },
        { "308106020101020101", false },
        { "30800201010201010000", false },
        { "300702810101020101", false },
        { "300402000200", false },
        { "30060201010201", false },
        { "3005020101020101", false },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint8_t der[16];
        size_t len = strlen(rows[i].hex) / 2;
        cr_assert_eq(hex_decode(slice_from_string(rows[i].hex), der, len, NULL), ASSAY_OK, "%s",
                     rows[i].hex);
        cr_expect_eq(der_is_signature(slice_of(der, len), 2), rows[i].is_signature, "%s",
                     rows[i].hex);
    }
}

/* ---- Ed25519 ---- */

/* Adds the group's order to S: the same residue, and another signature. */
static void add_order(uint8_t s[32])
{
    static const uint8_t order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
                                       0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                       0,    0,    0,    0,    0,    0,    0,    0,
                                       0,    0,    0,    0,    0,    0,    0,    0x10 };
    unsigned int carry = 0;
    for (size_t i = 0; i < 32; i++) {
        carry += (unsigned int)s[i] + order[i];
        s[i] = (uint8_t)carry;
        carry >>= 8;
    }
}

Test(signature, ed25519_forms)
{
    struct ed25519 pair;
    make_ed25519(&pair);
    AUTO_KEY *key = maker_load(KEY_TYPE_ED25519, slice_of(pair.public_key, 32));
    AUTO_BUF signature = BUF_INIT(MAKER_MAX_BYTES);
    sign_ed25519(&pair, &signature);
    maker_expect_only_length(key, SIGNATURE_EDDSA, &signature);
    for (size_t bit = 0; bit < 512; bit++) {
        signature.ptr[bit / 8] ^= (uint8_t)(1U << bit % 8);
        cr_expect_eq(maker_check(key, SIGNATURE_EDDSA, buf_slice(&signature)), ASSAY_SIGNATURE,
                     "bit %zu", bit);
        signature.ptr[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    struct signature_message other = maker_message("what is signeD");
    cr_expect_eq(signature_check(key, SIGNATURE_EDDSA, &other, buf_slice(&signature), NULL),
                 ASSAY_SIGNATURE);
    add_order(signature.ptr + 32);
    cr_expect_eq(maker_check(key, SIGNATURE_EDDSA, buf_slice(&signature)), ASSAY_SIGNATURE,
                 "S + L");
    memset(signature.ptr + 32, 0, 32);
    add_order(signature.ptr + 32);
    cr_expect_eq(maker_check(key, SIGNATURE_EDDSA, buf_slice(&signature)), ASSAY_SIGNATURE,
                 "S = L");
}

/* RFC 8032 section 7.1, tests 1 and 2. */
Test(signature, ed25519_known_answers)
{
    static const struct {
        const char *public_key;
        struct slice message;
        const char *signature;
    } cases[] = {
        { "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
          { (const uint8_t *)"", 0 },
          "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701c"
          "f9b46bd25bf5f0595bbe24655141438e7a100b" },
        { "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
          { (const uint8_t *)"\x72", 1 },
          "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0"
          "f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint8_t public_key[32];
        uint8_t signature[64];
        struct signature_message message;
        cr_assert_eq(hex_decode(slice_from_string(cases[i].public_key), public_key, 32, NULL),
                     ASSAY_OK);
        cr_assert_eq(hex_decode(slice_from_string(cases[i].signature), signature, 64, NULL),
                     ASSAY_OK);
        cr_assert_eq(signature_message_init(&message, cases[i].message, NULL), ASSAY_OK);
        AUTO_KEY *key = maker_load(KEY_TYPE_ED25519, slice_of(public_key, 32));
        cr_expect_eq(signature_check(key, SIGNATURE_EDDSA, &message, slice_of(signature, 64), NULL),
                     ASSAY_OK);
    }
}
