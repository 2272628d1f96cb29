/* SPDX-License-Identifier: Apache-2.0 */
/* RSA keys: sizes, exponents, shapes; one encoding only. */
#include "maker.h"

#include <criterion/criterion.h>
#include <openssl/core_names.h>

TestSuite(key_rsa, .timeout = 60);

#define RSA_ALGORITHM SLICE_LITERAL("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00")

static void put_rsa(struct slice modulus, struct slice exponent, struct buf *out)
{
    AUTO_BUF numbers = BUF_INIT(MAKER_MAX_BYTES);
    AUTO_BUF sequence = BUF_INIT(MAKER_MAX_BYTES);
    maker_der(0x02, modulus, &numbers);
    maker_der(0x02, exponent, &numbers);
    maker_der(0x30, buf_slice(&numbers), &sequence);
    maker_put_spki(RSA_ALGORITHM, buf_slice(&sequence), out);
}

static const struct {
    const char *name;
    struct slice exponent; /* content of the INTEGER */
    enum assay_status status;
} exponents[] = {
    { "65537", { (const uint8_t *)"\x01\x00\x01", 3 }, ASSAY_OK },
    { "65539", { (const uint8_t *)"\x01\x00\x03", 3 }, ASSAY_OK },
    { "2^32 - 1", { (const uint8_t *)"\x00\xff\xff\xff\xff", 5 }, ASSAY_OK },
    { "0", { (const uint8_t *)"\x00", 1 }, ASSAY_KEY_WEAK },
    { "1", { (const uint8_t *)"\x01", 1 }, ASSAY_KEY_WEAK },
    { "2", { (const uint8_t *)"\x02", 1 }, ASSAY_KEY_WEAK },
    { "3", { (const uint8_t *)"\x03", 1 }, ASSAY_KEY_WEAK },
    { "17", { (const uint8_t *)"\x11", 1 }, ASSAY_KEY_WEAK },
    { "65535", { (const uint8_t *)"\x00\xff\xff", 3 }, ASSAY_KEY_WEAK },
    { "65536", { (const uint8_t *)"\x01\x00\x00", 3 }, ASSAY_KEY_WEAK },
    { "65538", { (const uint8_t *)"\x01\x00\x02", 3 }, ASSAY_KEY_WEAK },
    { "2^32 + 1", { (const uint8_t *)"\x01\x00\x00\x00\x01", 5 }, ASSAY_KEY_WEAK },
    { "64 bits", { (const uint8_t *)"\x00\xff\xff\xff\xff\xff\xff\xff\xff", 9 }, ASSAY_KEY_WEAK },
    { "2^64 + 65537",
      { (const uint8_t *)"\x01\x00\x00\x00\x00\x00\x01\x00\x01", 9 },
      ASSAY_KEY_WEAK },
    { "negative", { (const uint8_t *)"\xff", 1 }, ASSAY_KEY_MALFORMED },
    { "leading zero", { (const uint8_t *)"\x00\x01\x00\x01", 4 }, ASSAY_KEY_MALFORMED },
    { "two leading zeros", { (const uint8_t *)"\x00\x00\xff\xff\xff", 5 }, ASSAY_KEY_MALFORMED },
    { "no content", { (const uint8_t *)"", 0 }, ASSAY_KEY_MALFORMED },
};

Test(key_rsa, rsa_exponents)
{
    AUTO_BUF modulus = BUF_INIT(MAKER_MAX_BYTES);
    AUTO_BUF spki = BUF_INIT(MAKER_MAX_BYTES);
    maker_put_number(2048, 0x01, &modulus);
    for (size_t i = 0; i < ARRAY_LEN(exponents); i++) {
        put_rsa(buf_slice(&modulus), exponents[i].exponent, &spki);
        cr_expect_eq(maker_status(KEY_TYPE_RSA, buf_slice(&spki)), exponents[i].status, "%s",
                     exponents[i].name);
    }
    AUTO_BUF huge = BUF_INIT(MAKER_MAX_BYTES);
    maker_put_number(3070, 0x01, &huge);
    put_rsa(buf_slice(&modulus), buf_slice(&huge), &spki);
    cr_expect_eq(maker_status(KEY_TYPE_RSA, buf_slice(&spki)), ASSAY_KEY_WEAK);
}

Test(key_rsa, rsa_sizes)
{
    static const struct {
        size_t bits;
        enum assay_status status;
    } sizes[] = {
        { 2048, ASSAY_OK },
        { 2049, ASSAY_OK },
        { 3072, ASSAY_OK },
        { 4096, ASSAY_OK },
        { 8192, ASSAY_OK },
        { 1, ASSAY_KEY_WEAK },
        { 512, ASSAY_KEY_WEAK },
        { 1024, ASSAY_KEY_WEAK },
        { 2047, ASSAY_KEY_WEAK },
        { 8193, ASSAY_KEY_WEAK },
        { 16384, ASSAY_KEY_WEAK },
        { 32768, ASSAY_KEY_WEAK },
        { 8UL * 1024 * 1024, ASSAY_KEY_WEAK },
    };
    AUTO_BUF modulus = BUF_INIT(MAKER_MAX_BYTES);
    AUTO_BUF spki = BUF_INIT(MAKER_MAX_BYTES);
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        maker_put_number(sizes[i].bits, 0x01, &modulus);
        put_rsa(buf_slice(&modulus), SLICE_LITERAL("\x01\x00\x01"), &spki);
        cr_expect_eq(maker_status(KEY_TYPE_RSA, buf_slice(&spki)), sizes[i].status, "%zu bits",
                     sizes[i].bits);
    }
}

Test(key_rsa, rsa_moduli_out_of_shape)
{
    static const struct slice e = { (const uint8_t *)"\x01\x00\x01", 3 };
    AUTO_BUF modulus = BUF_INIT(MAKER_MAX_BYTES);
    AUTO_BUF padded = BUF_INIT(MAKER_MAX_BYTES);
    AUTO_BUF spki = BUF_INIT(MAKER_MAX_BYTES);
    maker_put_number(2048, 0x02, &modulus);
    put_rsa(buf_slice(&modulus), e, &spki);
    cr_expect_eq(maker_status(KEY_TYPE_RSA, buf_slice(&spki)), ASSAY_KEY_MALFORMED, "even");
    maker_put_number(2048, 0x01, &modulus);
    put_rsa(slice_from(buf_slice(&modulus), 1), e, &spki);
    cr_expect_eq(maker_status(KEY_TYPE_RSA, buf_slice(&spki)), ASSAY_KEY_MALFORMED, "negative");
    maker_append(&padded, SLICE_LITERAL("\0"));
    maker_append(&padded, buf_slice(&modulus));
    put_rsa(buf_slice(&padded), e, &spki);
    cr_expect_eq(maker_status(KEY_TYPE_RSA, buf_slice(&spki)), ASSAY_KEY_MALFORMED,
                 "leading zeros");
    put_rsa(SLICE_LITERAL("\0"), e, &spki);
    cr_expect_eq(maker_status(KEY_TYPE_RSA, buf_slice(&spki)), ASSAY_KEY_MALFORMED, "zero");
    put_rsa(SLICE_EMPTY, e, &spki);
    cr_expect_eq(maker_status(KEY_TYPE_RSA, buf_slice(&spki)), ASSAY_KEY_MALFORMED, "no content");
}

/* What stands behind a value inside a longer frame is no part of a key. */
Test(key_rsa, nothing_behind_on_any_level)
{
    static const char *const names[] = { "nothing", "the exponent", "both numbers", "the key" };
    AUTO_BUF modulus = BUF_INIT(MAKER_MAX_BYTES);
    maker_put_number(2048, 0x01, &modulus);
    for (size_t level = 0; level < ARRAY_LEN(names); level++) {
        AUTO_BUF numbers = BUF_INIT(MAKER_MAX_BYTES);
        AUTO_BUF bits = BUF_INIT(MAKER_MAX_BYTES);
        AUTO_BUF info = BUF_INIT(MAKER_MAX_BYTES);
        AUTO_BUF spki = BUF_INIT(MAKER_MAX_BYTES);
        maker_der(0x02, buf_slice(&modulus), &numbers);
        maker_der(0x02, SLICE_LITERAL("\x01\x00\x01"), &numbers);
        if (level == 1) {
            maker_append(&numbers, SLICE_LITERAL("\x02\x01\x07"));
        }
        maker_append(&bits, SLICE_LITERAL("\0"));
        maker_der(0x30, buf_slice(&numbers), &bits);
        if (level == 2) {
            maker_append(&bits, SLICE_LITERAL("\x05\x00"));
        }
        maker_der(0x30, RSA_ALGORITHM, &info);
        maker_der(0x03, buf_slice(&bits), &info);
        if (level == 3) {
            maker_append(&info, SLICE_LITERAL("\x05\x00"));
        }
        maker_der(0x30, buf_slice(&info), &spki);
        cr_expect_eq(maker_status(KEY_TYPE_RSA, buf_slice(&spki)),
                     level == 0 ? ASSAY_OK : ASSAY_KEY_MALFORMED, "behind %s", names[level]);
    }
}

/* With exponent 1 the padded hash is its own signature: the key must not get that far. */
Test(key_rsa, rsa_exponent_one_is_never_asked)
{
    AUTO_PKEY *pkey = maker_rsa(2048);
    BIGNUM *n = NULL;
    uint8_t modulus[257] = { 0 };
    cr_assert_eq(EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n), 1);
    cr_assert_eq(BN_bn2binpad(n, modulus + 1, 256), 256);
    BN_free(n);
    AUTO_BUF spki = BUF_INIT(MAKER_MAX_BYTES);
    put_rsa(slice_of(modulus, sizeof(modulus)), SLICE_LITERAL("\x01"), &spki);
    cr_expect_eq(maker_status(KEY_TYPE_RSA, buf_slice(&spki)), ASSAY_KEY_WEAK);
    put_rsa(slice_of(modulus, sizeof(modulus)), SLICE_LITERAL("\x01\x00\x01"), &spki);
    cr_expect_eq(maker_status(KEY_TYPE_RSA, buf_slice(&spki)), ASSAY_OK);
    AUTO_BUF same = BUF_INIT(MAKER_MAX_BYTES);
    maker_spki(pkey, &same);
    cr_expect(slice_equal(buf_slice(&same), buf_slice(&spki)), "the form that OpenSSL writes");
}

Test(key_rsa, rsa_has_one_encoding)
{
    AUTO_PKEY *pkey = maker_rsa(2048);
    AUTO_BUF spki = BUF_INIT(MAKER_MAX_BYTES);
    maker_spki(pkey, &spki);
    cr_assert_eq(spki.len, 294);
    cr_expect_eq(maker_status(KEY_TYPE_RSA, buf_slice(&spki)), ASSAY_OK);
    maker_expect_one_encoding(KEY_TYPE_RSA, buf_slice(&spki), 32); /* up to the modulus */
    maker_expect_no_other_length(KEY_TYPE_RSA, buf_slice(&spki));
}

Test(key_rsa, looser_forms_of_der)
{
    AUTO_PKEY *pkey = maker_rsa(2048);
    AUTO_BUF good = BUF_INIT(MAKER_MAX_BYTES);
    AUTO_BUF spki = BUF_INIT(MAKER_MAX_BYTES);
    maker_spki(pkey, &good);
    /* 30 82 01 22, 30 0d 06 09 ... 05 00, 03 82 01 0f 00, 30 82 01 0a ... */
    struct slice inner = slice_from(buf_slice(&good), 4);
    struct slice bits = slice_from(buf_slice(&good), 24);
    maker_append(&spki, SLICE_LITERAL("\x30\x83\x00\x01\x22"));
    maker_append(&spki, inner);
    cr_expect_eq(maker_status(KEY_TYPE_RSA, buf_slice(&spki)), ASSAY_KEY_MALFORMED, "long length");
    buf_reset(&spki);
    maker_append(&spki, SLICE_LITERAL("\x30\x80"));
    maker_append(&spki, inner);
    maker_append(&spki, SLICE_LITERAL("\0\0"));
    cr_expect_eq(maker_status(KEY_TYPE_RSA, buf_slice(&spki)), ASSAY_KEY_MALFORMED, "indefinite");
    static const struct {
        const char *name;
        struct slice algorithm;
    } algorithms[] = {
        { "no NULL", { (const uint8_t *)"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", 11 } },
        { "two NULLs",
          { (const uint8_t *)"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x05\x00", 15 } },
        { "NULL with content",
          { (const uint8_t *)"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x01\x00", 14 } },
        { "a sequence",
          { (const uint8_t *)"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x30\x00", 13 } },
        { "long length in the id",
          { (const uint8_t *)"\x06\x81\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00", 14 } },
    };
    for (size_t i = 0; i < ARRAY_LEN(algorithms); i++) {
        maker_put_spki(algorithms[i].algorithm, bits, &spki);
        cr_expect_eq(maker_status(KEY_TYPE_RSA, buf_slice(&spki)), ASSAY_KEY_MALFORMED, "%s",
                     algorithms[i].name);
    }
    maker_put_spki(RSA_ALGORITHM, bits, &spki);
    cr_expect_eq(maker_status(KEY_TYPE_RSA, buf_slice(&spki)), ASSAY_OK);
    cr_expect(slice_equal(buf_slice(&spki), buf_slice(&good)));
}
