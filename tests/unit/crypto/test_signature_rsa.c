/* SPDX-License-Identifier: Apache-2.0 */
/* RSA signatures: sizes, lengths, paddings and their parameters. */
#include "maker.h"

#include <criterion/criterion.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <stdio.h>

TestSuite(signature_rsa, .timeout = 60);

Test(signature_rsa, rsa_sizes_and_length)
{
    static const unsigned int bits[] = { 2048, 2056, 3072 };
    static const enum signature_method methods[] = { SIGNATURE_RSAPSS, SIGNATURE_RSAPKCS1V15 };
    for (size_t i = 0; i < ARRAY_LEN(bits); i++) {
        AUTO_PKEY *pkey = maker_rsa(bits[i]);
        AUTO_KEY *key = maker_load_pkey(pkey);
        for (size_t m = 0; m < ARRAY_LEN(methods); m++) {
            AUTO_BUF signature = BUF_INIT(MAKER_MAX_BYTES);
            maker_sign(pkey, (struct maker_scheme){ .method = methods[m] },
                       slice_from_string(MAKER_TEXT), &signature);
            cr_expect_eq(signature.len, bits[i] / 8);
            maker_expect_only_length(key, methods[m], &signature);
            memset(signature.ptr, 0xFF, signature.len);
            cr_expect_eq(maker_check(key, methods[m], buf_slice(&signature)), ASSAY_SIGNATURE,
                         "above n");
            memset(signature.ptr, 0, signature.len);
            cr_expect_eq(maker_check(key, methods[m], buf_slice(&signature)), ASSAY_SIGNATURE,
                         "zero");
            signature.ptr[signature.len - 1] = 1;
            cr_expect_eq(maker_check(key, methods[m], buf_slice(&signature)), ASSAY_SIGNATURE,
                         "one");
        }
    }
}

/* A signature and the same plus n have the same residue: only the smaller one counts. */
Test(signature_rsa, rsa_value_below_the_modulus)
{
    AUTO_PKEY *pkey = maker_rsa(2056); /* 257 bytes, of which the first is small enough to add */
    AUTO_KEY *key = maker_load_pkey(pkey);
    BIGNUM *n = NULL;
    cr_assert_eq(EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n), 1);
    AUTO_BUF signature = BUF_INIT(MAKER_MAX_BYTES);
    size_t tried = 0;
    for (int i = 0; i < 64 && tried == 0; i++) {
        char varied[32];
        (void)snprintf(varied, sizeof(varied), "message %d", i);
        maker_sign(pkey, (struct maker_scheme){ .method = SIGNATURE_RSAPKCS1V15 },
                   slice_from_string(varied), &signature);
        BIGNUM *value = BN_bin2bn(signature.ptr, (int)signature.len, NULL);
        cr_assert_eq(BN_add(value, value, n), 1);
        if (BN_num_bytes(value) == (int)signature.len) {
            cr_assert_eq(BN_bn2binpad(value, signature.ptr, (int)signature.len), 257);
            struct signature_message message = maker_message(varied);
            cr_expect_eq(
                signature_check(key, SIGNATURE_RSAPKCS1V15, &message, buf_slice(&signature), NULL),
                ASSAY_SIGNATURE);
            tried++;
        }
        BN_free(value);
    }
    BN_free(n);
    cr_assert_eq(tried, 1);
}

Test(signature_rsa, pss_parameters)
{
    AUTO_PKEY *pkey = maker_rsa(2048);
    AUTO_KEY *key = maker_load_pkey(pkey);
    AUTO_BUF signature = BUF_INIT(MAKER_MAX_BYTES);
    const struct {
        const char *name;
        struct maker_scheme scheme;
        enum assay_status status;
    } cases[] = {
        { "salt 32", { .method = SIGNATURE_RSAPSS }, ASSAY_OK },
        { "salt 0", { .method = SIGNATURE_RSAPSS, .salt_bytes = MAKER_NO_SALT }, ASSAY_SIGNATURE },
        { "salt 20", { .method = SIGNATURE_RSAPSS, .salt_bytes = 20 }, ASSAY_SIGNATURE },
        { "salt 31", { .method = SIGNATURE_RSAPSS, .salt_bytes = 31 }, ASSAY_SIGNATURE },
        { "salt 33", { .method = SIGNATURE_RSAPSS, .salt_bytes = 33 }, ASSAY_SIGNATURE },
        { "salt 64", { .method = SIGNATURE_RSAPSS, .salt_bytes = 64 }, ASSAY_SIGNATURE },
        { "salt 222, the longest",
          { .method = SIGNATURE_RSAPSS, .salt_bytes = 222 },
          ASSAY_SIGNATURE },
        { "MGF1 with SHA-1",
          { .method = SIGNATURE_RSAPSS, .mgf1_md = EVP_sha1() },
          ASSAY_SIGNATURE },
        { "MGF1 with SHA-512",
          { .method = SIGNATURE_RSAPSS, .mgf1_md = EVP_sha512() },
          ASSAY_SIGNATURE },
        { "SHA-512", { .method = SIGNATURE_RSAPSS, .md = EVP_sha512() }, ASSAY_SIGNATURE },
        { "SHA-384 with MGF1-SHA-256",
          { .method = SIGNATURE_RSAPSS, .md = EVP_sha384(), .mgf1_md = EVP_sha256() },
          ASSAY_SIGNATURE },
        { "PKCS #1 v1.5", { .method = SIGNATURE_RSAPKCS1V15 }, ASSAY_SIGNATURE },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        maker_sign(pkey, cases[i].scheme, slice_from_string(MAKER_TEXT), &signature);
        cr_expect_eq(maker_check(key, SIGNATURE_RSAPSS, buf_slice(&signature)), cases[i].status,
                     "%s", cases[i].name);
    }
}

Test(signature_rsa, pkcs1_hash)
{
    AUTO_PKEY *pkey = maker_rsa(2048);
    AUTO_KEY *key = maker_load_pkey(pkey);
    AUTO_BUF signature = BUF_INIT(MAKER_MAX_BYTES);
    const EVP_MD *const mds[] = { EVP_sha256(), EVP_sha1(),   EVP_sha224(),
                                  EVP_sha384(), EVP_sha512(), EVP_sha3_256() };
    for (size_t i = 0; i < ARRAY_LEN(mds); i++) {
        maker_sign(pkey, (struct maker_scheme){ .method = SIGNATURE_RSAPKCS1V15, .md = mds[i] },
                   slice_from_string(MAKER_TEXT), &signature);
        cr_expect_eq(maker_check(key, SIGNATURE_RSAPKCS1V15, buf_slice(&signature)),
                     i == 0 ? ASSAY_OK : ASSAY_SIGNATURE, "%s", EVP_MD_get0_name(mds[i]));
    }
}
