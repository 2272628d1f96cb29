/* SPDX-License-Identifier: Apache-2.0 */
/* Keys: types, foreign algorithms, Ed25519; who a key is. */
#include "maker.h"

#include "base/text.h"

#include <criterion/criterion.h>

TestSuite(key, .timeout = 60);

/* ---- Types ---- */

static const struct {
    const char *name;
    struct slice algorithm;
} foreign[] = {
    { "DSA", { (const uint8_t *)"\x06\x07\x2a\x86\x48\xce\x38\x04\x01", 9 } },
    { "DH", { (const uint8_t *)"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x03\x01", 11 } },
    { "X25519", { (const uint8_t *)"\x06\x03\x2b\x65\x6e", 5 } },
    { "X448", { (const uint8_t *)"\x06\x03\x2b\x65\x6f", 5 } },
    { "Ed25519", { (const uint8_t *)"\x06\x03\x2b\x65\x70", 5 } },
    { "Ed448", { (const uint8_t *)"\x06\x03\x2b\x65\x71", 5 } },
    { "RSA-PSS", { (const uint8_t *)"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a", 11 } },
    { "RSA-PSS with parameters",
      { (const uint8_t *)"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x30\x00", 13 } },
    { "ML-DSA-65", { (const uint8_t *)"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x12", 11 } },
    { "id-ecDH", { (const uint8_t *)"\x06\x05\x2b\x81\x04\x01\x0c\x05\x00", 9 } },
    { "SM2 curve",
      { (const uint8_t *)"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
                         "\x06\x08\x2a\x81\x1c\xcf\x55\x01\x82\x2d",
        19 } },
};

Test(key, foreign_algorithms)
{
    AUTO_BUF bits = BUF_INIT(MAKER_MAX_BYTES);
    AUTO_BUF spki = BUF_INIT(MAKER_MAX_BYTES);
    maker_put_number(512, 0x01, &bits);
    for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
        maker_put_spki(foreign[i].algorithm, buf_slice(&bits), &spki);
        cr_expect_eq(maker_status(KEY_TYPE_ECDSA, buf_slice(&spki)), ASSAY_KEY_ALGORITHM, "%s",
                     foreign[i].name);
        cr_expect_eq(maker_status(KEY_TYPE_RSA, buf_slice(&spki)), ASSAY_KEY_ALGORITHM, "%s",
                     foreign[i].name);
    }
}

Test(key, type_and_material_must_agree)
{
    AUTO_PKEY *ec = maker_ec("P-256");
    AUTO_PKEY *rsa = maker_rsa(2048);
    AUTO_BUF ec_spki = BUF_INIT(MAKER_MAX_BYTES);
    AUTO_BUF rsa_spki = BUF_INIT(MAKER_MAX_BYTES);
    AUTO_BUF ec_pem = BUF_INIT(MAKER_MAX_BYTES);
    AUTO_BUF rsa_pem = BUF_INIT(MAKER_MAX_BYTES);
    AUTO_X509 *ec_x509 = maker_certificate(&(struct maker_certificate){ .pkey = ec, .cn = "a" });
    AUTO_X509 *rsa_x509 = maker_certificate(&(struct maker_certificate){ .pkey = rsa, .cn = "a" });
    maker_spki(ec, &ec_spki);
    maker_spki(rsa, &rsa_spki);
    maker_pem(ec_x509, &ec_pem);
    maker_pem(rsa_x509, &rsa_pem);
    static const enum key_type types[] = { KEY_TYPE_UNKNOWN, KEY_TYPE_ECDSA,    KEY_TYPE_ECDSA_X509,
                                           KEY_TYPE_RSA,     KEY_TYPE_RSA_X509, KEY_TYPE_ED25519,
                                           (enum key_type)99 };
    static const enum assay_status expected[][4] = {
        { ASSAY_KEY_ALGORITHM, ASSAY_KEY_ALGORITHM, ASSAY_KEY_ALGORITHM, ASSAY_KEY_ALGORITHM },
        { ASSAY_OK, ASSAY_KEY_ALGORITHM, ASSAY_KEY_MALFORMED, ASSAY_KEY_MALFORMED },
        { ASSAY_CERTIFICATE, ASSAY_CERTIFICATE, ASSAY_OK, ASSAY_KEY_ALGORITHM },
        { ASSAY_KEY_ALGORITHM, ASSAY_OK, ASSAY_KEY_MALFORMED, ASSAY_KEY_MALFORMED },
        { ASSAY_CERTIFICATE, ASSAY_CERTIFICATE, ASSAY_KEY_ALGORITHM, ASSAY_OK },
        { ASSAY_KEY_MALFORMED, ASSAY_KEY_MALFORMED, ASSAY_KEY_MALFORMED, ASSAY_KEY_MALFORMED },
        { ASSAY_KEY_ALGORITHM, ASSAY_KEY_ALGORITHM, ASSAY_KEY_ALGORITHM, ASSAY_KEY_ALGORITHM },
    };
    const struct slice materials[] = { buf_slice(&ec_spki), buf_slice(&rsa_spki),
                                       buf_slice(&ec_pem), buf_slice(&rsa_pem) };
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        for (size_t j = 0; j < ARRAY_LEN(materials); j++) {
            cr_expect_eq(maker_status(types[i], materials[j]), expected[i][j],
                         "type %zu, material %zu", i, j);
        }
    }
}

Test(key, bare_types)
{
    cr_expect_eq(key_bare_type(KEY_TYPE_ECDSA), KEY_TYPE_ECDSA);
    cr_expect_eq(key_bare_type(KEY_TYPE_ECDSA_X509), KEY_TYPE_ECDSA);
    cr_expect_eq(key_bare_type(KEY_TYPE_RSA), KEY_TYPE_RSA);
    cr_expect_eq(key_bare_type(KEY_TYPE_RSA_X509), KEY_TYPE_RSA);
    cr_expect_eq(key_bare_type(KEY_TYPE_ED25519), KEY_TYPE_ED25519);
    cr_expect_eq(key_bare_type(KEY_TYPE_UNKNOWN), KEY_TYPE_UNKNOWN);
    cr_expect_eq(key_bare_type((enum key_type)99), KEY_TYPE_UNKNOWN);
}

/* ---- Ed25519 ---- */

/* RFC 8032 section 7.1, test 1. */
#define ED25519_GOOD "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"

static const char *const ed25519_weak[] = {
    /* small order */
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    /* the same points in encodings that are not theirs */
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    /* on no point of the curve */
    "0200000000000000000000000000000000000000000000000000000000000000",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};

Test(key, ed25519_points)
{
    uint8_t bytes[32];
    cr_assert_eq(hex_decode(slice_from_string(ED25519_GOOD), bytes, 32, NULL), ASSAY_OK);
    cr_expect_eq(maker_status(KEY_TYPE_ED25519, slice_of(bytes, 32)), ASSAY_OK);
    for (size_t i = 0; i < ARRAY_LEN(ed25519_weak); i++) {
        cr_assert_eq(hex_decode(slice_from_string(ed25519_weak[i]), bytes, 32, NULL), ASSAY_OK);
        cr_expect_eq(maker_status(KEY_TYPE_ED25519, slice_of(bytes, 32)), ASSAY_KEY_WEAK, "%s",
                     ed25519_weak[i]);
    }
}

Test(key, ed25519_length)
{
    uint8_t bytes[64] = { 0 };
    cr_assert_eq(hex_decode(slice_from_string(ED25519_GOOD), bytes, 32, NULL), ASSAY_OK);
    for (size_t len = 0; len <= sizeof(bytes); len++) {
        cr_expect_eq(maker_status(KEY_TYPE_ED25519, slice_of(bytes, len)),
                     len == 32 ? ASSAY_OK : ASSAY_KEY_MALFORMED, "%zu bytes", len);
    }
}

/* ---- Identity ---- */

static void expect_identity(const struct crypto_key *key, struct slice spki)
{
    struct digest expected;
    cr_assert_eq(digest_compute(DIGEST_SHA256, spki, &expected, NULL), ASSAY_OK);
    cr_expect(digest_equal(key_identity(key), &expected));
}

Test(key, one_key_is_one_identity_in_every_wrapping)
{
    EVP_PKEY *pkeys[] = { maker_ec("P-256"), maker_ec("P-384"), maker_ec("P-521"),
                          maker_rsa(2048) };
    for (size_t i = 0; i < ARRAY_LEN(pkeys); i++) {
        enum key_type bare_type = i == 3 ? KEY_TYPE_RSA : KEY_TYPE_ECDSA;
        enum key_type x509_type = i == 3 ? KEY_TYPE_RSA_X509 : KEY_TYPE_ECDSA_X509;
        AUTO_PKEY *pkey = pkeys[i];
        AUTO_BUF spki = BUF_INIT(MAKER_MAX_BYTES);
        AUTO_BUF first_pem = BUF_INIT(MAKER_MAX_BYTES);
        AUTO_BUF renewed_pem = BUF_INIT(MAKER_MAX_BYTES);
        AUTO_X509 *first =
            maker_certificate(&(struct maker_certificate){ .pkey = pkey, .cn = "a" });
        AUTO_X509 *renewed = maker_certificate(&(struct maker_certificate){
            .pkey = pkey, .cn = "b", .not_after_unix_s = MAKER_NOW_UNIX_S + 999999999 });
        maker_spki(pkey, &spki);
        maker_pem(first, &first_pem);
        maker_pem(renewed, &renewed_pem);
        cr_expect_not(slice_equal(buf_slice(&first_pem), buf_slice(&renewed_pem)));
        AUTO_KEY *bare = maker_load(bare_type, buf_slice(&spki));
        AUTO_KEY *one = maker_load(x509_type, buf_slice(&first_pem));
        AUTO_KEY *other = maker_load(x509_type, buf_slice(&renewed_pem));
        expect_identity(bare, buf_slice(&spki));
        expect_identity(one, buf_slice(&spki));
        expect_identity(other, buf_slice(&spki));
        cr_expect(slice_equal(key_bare_material(bare), buf_slice(&spki)));
        cr_expect(slice_equal(key_bare_material(one), buf_slice(&spki)));
        cr_expect_eq(key_type_of(bare), bare_type);
        cr_expect_eq(key_type_of(one), x509_type);
        cr_expect_null(key_leaf(bare));
        cr_expect_not_null(key_leaf(one));
    }
}

Test(key, two_keys_are_two_identities)
{
    AUTO_PKEY *pkey = maker_ec("P-256");
    AUTO_PKEY *other_pkey = maker_ec("P-256");
    AUTO_KEY *key = maker_load_pkey(pkey);
    AUTO_KEY *other = maker_load_pkey(other_pkey);
    cr_expect_not(digest_equal(key_identity(key), key_identity(other)));
}

Test(key, ed25519_identity_is_that_of_its_spki)
{
    uint8_t bytes[32];
    cr_assert_eq(hex_decode(slice_from_string(ED25519_GOOD), bytes, 32, NULL), ASSAY_OK);
    AUTO_KEY *key = maker_load(KEY_TYPE_ED25519, slice_of(bytes, 32));
    AUTO_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, bytes, 32);
    AUTO_BUF spki = BUF_INIT(MAKER_MAX_BYTES);
    maker_spki(pkey, &spki);
    cr_assert_eq(spki.len, 44);
    expect_identity(key, buf_slice(&spki));
    cr_expect(slice_equal(key_bare_material(key), slice_of(bytes, 32)));
    cr_expect_null(key_leaf(key));
}
