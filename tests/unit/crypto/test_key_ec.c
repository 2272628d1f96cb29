/* SPDX-License-Identifier: Apache-2.0 */
/* Elliptic curves: which curves, which points; one encoding only. */
#include "maker.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <openssl/core_names.h>

TestSuite(key_ec, .timeout = 60);

Test(key_ec, ec_has_one_encoding)
{
    static const struct {
        const char *curve;
        size_t bytes;
        size_t point_bytes;
    } curves[] = { { "P-256", 91, 65 }, { "P-384", 120, 97 }, { "P-521", 158, 133 } };
    for (size_t i = 0; i < ARRAY_LEN(curves); i++) {
        AUTO_PKEY *pkey = maker_ec(curves[i].curve);
        AUTO_BUF spki = BUF_INIT(MAKER_MAX_BYTES);
        maker_spki(pkey, &spki);
        cr_assert_eq(spki.len, curves[i].bytes);
        cr_expect_eq(maker_status(KEY_TYPE_ECDSA, buf_slice(&spki)), ASSAY_OK);
        maker_expect_one_encoding(KEY_TYPE_ECDSA, buf_slice(&spki),
                                  spki.len - curves[i].point_bytes + 1);
        maker_expect_no_other_length(KEY_TYPE_ECDSA, buf_slice(&spki));
    }
}

Test(key_ec, ec_other_curves)
{
    static const char *const curves[] = { "prime192v1", "P-224", "secp256k1", "brainpoolP256r1",
                                          "sect233k1" };
    for (size_t i = 0; i < ARRAY_LEN(curves); i++) {
        AUTO_PKEY *pkey = maker_ec(curves[i]);
        AUTO_BUF spki = BUF_INIT(MAKER_MAX_BYTES);
        maker_spki(pkey, &spki);
        cr_expect_eq(maker_status(KEY_TYPE_ECDSA, buf_slice(&spki)), ASSAY_KEY_ALGORITHM, "%s",
                     curves[i]);
    }
}

static void spki_in_form(EVP_PKEY *pkey, const char *parameter, const char *value, struct buf *out)
{
    cr_assert_eq(EVP_PKEY_set_utf8_string_param(pkey, parameter, value), 1);
    buf_reset(out);
    maker_spki(pkey, out);
}

Test(key_ec, ec_other_forms_of_a_good_key)
{
    AUTO_PKEY *pkey = maker_ec("P-256");
    AUTO_BUF spki = BUF_INIT(MAKER_MAX_BYTES);
    spki_in_form(pkey, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "compressed", &spki);
    cr_assert_eq(spki.len, 59);
    cr_expect_eq(maker_status(KEY_TYPE_ECDSA, buf_slice(&spki)), ASSAY_KEY_MALFORMED);
    spki_in_form(pkey, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "hybrid", &spki);
    cr_assert_eq(spki.len, 91);
    cr_expect_eq(maker_status(KEY_TYPE_ECDSA, buf_slice(&spki)), ASSAY_KEY_MALFORMED);
    spki_in_form(pkey, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "uncompressed", &spki);
    cr_expect_eq(maker_status(KEY_TYPE_ECDSA, buf_slice(&spki)), ASSAY_OK);
    spki_in_form(pkey, OSSL_PKEY_PARAM_EC_ENCODING, "explicit", &spki);
    cr_assert_gt(spki.len, 300);
    cr_expect_eq(maker_status(KEY_TYPE_ECDSA, buf_slice(&spki)), ASSAY_KEY_MALFORMED);
}

#define P256_ALGORITHM                                                                             \
    SLICE_LITERAL("\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07")

Test(key_ec, ec_points)
{
    AUTO_PKEY *pkey = maker_ec("P-256");
    AUTO_BUF good = BUF_INIT(MAKER_MAX_BYTES);
    AUTO_BUF spki = BUF_INIT(MAKER_MAX_BYTES);
    maker_spki(pkey, &good);
    uint8_t *point = good.ptr + 26;
    maker_put_spki(P256_ALGORITHM, slice_of(point, 65), &spki);
    cr_expect(slice_equal(buf_slice(&spki), buf_slice(&good)));
    AUTO_BUF longer = BUF_INIT(MAKER_MAX_BYTES);
    maker_append(&longer, P256_ALGORITHM);
    maker_append(&longer, SLICE_LITERAL("\x05\x00"));
    maker_put_spki(buf_slice(&longer), slice_of(point, 65), &spki);
    cr_expect_eq(maker_status(KEY_TYPE_ECDSA, buf_slice(&spki)), ASSAY_KEY_MALFORMED,
                 "behind the curve");
    maker_put_spki(P256_ALGORITHM, SLICE_LITERAL("\0"), &spki);
    cr_expect_eq(maker_status(KEY_TYPE_ECDSA, buf_slice(&spki)), ASSAY_KEY_MALFORMED, "infinity");
    maker_put_spki(P256_ALGORITHM, SLICE_EMPTY, &spki);
    cr_expect_eq(maker_status(KEY_TYPE_ECDSA, buf_slice(&spki)), ASSAY_KEY_MALFORMED, "no point");
    uint8_t saved[65];
    memcpy(saved, point, sizeof(saved));
    for (size_t bit = 0; bit < 512; bit += 37) {
        point[1 + bit / 8] ^= (uint8_t)(1U << bit % 8);
        cr_expect_eq(maker_status(KEY_TYPE_ECDSA, buf_slice(&good)), ASSAY_KEY_MALFORMED,
                     "off the curve by bit %zu", bit);
        memcpy(point, saved, sizeof(saved));
    }
    memset(point + 1, 0, 64);
    cr_expect_eq(maker_status(KEY_TYPE_ECDSA, buf_slice(&good)), ASSAY_KEY_MALFORMED, "(0, 0)");
    memset(point + 1, 0xFF, 32);
    cr_expect_eq(maker_status(KEY_TYPE_ECDSA, buf_slice(&good)), ASSAY_KEY_MALFORMED, "x above p");
}

/* The point with x = 0 is on the curve; the same point written as x = p is not a key. */
Test(key_ec, ec_coordinate_not_below_p)
{
    static const char y_of_zero[] =
        "66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4";
    static const char p[] = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";
    uint8_t point[65] = { 0x04 };
    AUTO_BUF spki = BUF_INIT(MAKER_MAX_BYTES);
    cr_assert_eq(hex_decode(slice_from_string(y_of_zero), point + 33, 32, NULL), ASSAY_OK);
    maker_put_spki(P256_ALGORITHM, slice_of(point, sizeof(point)), &spki);
    cr_expect_eq(maker_status(KEY_TYPE_ECDSA, buf_slice(&spki)), ASSAY_OK);
    cr_assert_eq(hex_decode(slice_from_string(p), point + 1, 32, NULL), ASSAY_OK);
    maker_put_spki(P256_ALGORITHM, slice_of(point, sizeof(point)), &spki);
    cr_expect_eq(maker_status(KEY_TYPE_ECDSA, buf_slice(&spki)), ASSAY_KEY_MALFORMED);
}
