/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/spki.h"

#include "base/limits.h"
#include "crypto/der.h"

#include <openssl/core_names.h>

static const struct spki_curve {
    struct slice oid;
    const char *name;
    size_t field_bytes;
} curves[] = {
    { { (const uint8_t *)"\x2a\x86\x48\xce\x3d\x03\x01\x07", 8 }, "P-256", 32 },
    { { (const uint8_t *)"\x2b\x81\x04\x00\x22", 5 }, "P-384", 48 },
    { { (const uint8_t *)"\x2b\x81\x04\x00\x23", 5 }, "P-521", 66 },
};

static enum assay_status malformed(struct assay_error *err, const char *expected)
{
    return FAIL(err, ASSAY_KEY_MALFORMED, "public key: expected %s", expected);
}

/* parameters: what follows the algorithm's id; bits: the key itself. */
static enum assay_status parse_ec(struct slice parameters, struct slice bits, struct spki *out,
                                  struct assay_error *err)
{
    struct slice oid;
    if (!der_take(&parameters, DER_OID, &oid) || parameters.len != 0) {
        return malformed(err, "the name of a curve and no other parameters");
    }
    const struct spki_curve *curve = NULL;
    for (size_t i = 0; i < ARRAY_LEN(curves); i++) {
        if (slice_equal(oid, curves[i].oid)) {
            curve = &curves[i];
        }
    }
    if (curve == NULL) {
        return FAIL(err, ASSAY_KEY_ALGORITHM, "public key: expected curve P-256, P-384 or P-521");
    }
    if (bits.len != 1 + 2 * curve->field_bytes || bits.ptr[0] != 0x04) {
        return malformed(err, "an uncompressed point");
    }
    out->type = KEY_TYPE_ECDSA;
    out->curve = curve->name;
    out->point = bits;
    out->signature_bytes = 2 * curve->field_bytes;
    return ASSAY_OK;
}

static size_t count_bits(struct slice magnitude)
{
    if (magnitude.len == 0) {
        return 0;
    }
    size_t unused = (size_t)__builtin_clz(magnitude.ptr[0]) - 8 * (sizeof(unsigned int) - 1);
    return 8 * magnitude.len - unused;
}

/* OpenSSL itself takes an exponent of 1, with which anyone can sign. */
static enum assay_status check_exponent(struct slice exponent, struct assay_error *err)
{
    uint64_t value = 0; /* of a longer one the first eight bytes, which are above any limit */
    for (size_t i = 0; i < exponent.len && i < sizeof(value); i++) {
        value = value << 8 | exponent.ptr[i];
    }
    if (value % 2 == 0 || value < LIMIT_RSA_EXPONENT_MIN || value > LIMIT_RSA_EXPONENT_MAX) {
        return FAIL(err, ASSAY_KEY_WEAK,
                    "RSA key: expected an odd exponent from %lu to %lu, found another",
                    LIMIT_RSA_EXPONENT_MIN, LIMIT_RSA_EXPONENT_MAX);
    }
    return ASSAY_OK;
}

static enum assay_status parse_rsa(struct slice parameters, struct slice bits, struct spki *out,
                                   struct assay_error *err)
{
    struct slice null;
    struct slice numbers;
    if (!der_take(&parameters, DER_NULL, &null) || null.len != 0 || parameters.len != 0) {
        return malformed(err, "NULL as parameters of RSA");
    }
    if (!der_take(&bits, DER_SEQUENCE, &numbers) || bits.len != 0 ||
        !der_take_unsigned(&numbers, &out->modulus) ||
        !der_take_unsigned(&numbers, &out->exponent) || numbers.len != 0) {
        return malformed(err, "an RSA modulus and exponent in DER");
    }
    size_t modulus_bits = count_bits(out->modulus);
    if (modulus_bits == 0 || out->modulus.ptr[out->modulus.len - 1] % 2 == 0) {
        return malformed(err, "an odd RSA modulus");
    }
    if (modulus_bits < LIMIT_RSA_BITS_MIN || modulus_bits > LIMIT_RSA_BITS_MAX) {
        return FAIL(err, ASSAY_KEY_WEAK, "RSA key: expected %d to %d bits, found %zu",
                    LIMIT_RSA_BITS_MIN, LIMIT_RSA_BITS_MAX, modulus_bits);
    }
    TRY(check_exponent(out->exponent, err));
    out->type = KEY_TYPE_RSA;
    out->signature_bytes = out->modulus.len;
    return ASSAY_OK;
}

enum assay_status spki_parse(struct slice der, struct spki *out, struct assay_error *err)
{
    *out = (struct spki){ .type = KEY_TYPE_UNKNOWN };
    struct slice info;
    struct slice algorithm;
    struct slice oid;
    struct slice bits;
    if (!der_take(&der, DER_SEQUENCE, &info) || der.len != 0 ||
        !der_take(&info, DER_SEQUENCE, &algorithm) || !der_take(&algorithm, DER_OID, &oid) ||
        !der_take_bits(&info, &bits) || info.len != 0) {
        return malformed(err, "a SubjectPublicKeyInfo in DER and nothing behind it");
    }
    if (slice_equal(oid, SLICE_LITERAL("\x2a\x86\x48\xce\x3d\x02\x01"))) {
        return parse_ec(algorithm, bits, out, err);
    }
    if (slice_equal(oid, SLICE_LITERAL("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"))) {
        return parse_rsa(algorithm, bits, out, err);
    }
    return FAIL(err, ASSAY_KEY_ALGORITHM, "public key: expected an elliptic curve or RSA");
}

static bool push_numbers(OSSL_PARAM_BLD *builder, const struct spki *spki, BIGNUM *modulus,
                         BIGNUM *exponent)
{
    return BN_bin2bn(spki->modulus.ptr, (int)spki->modulus.len, modulus) != NULL &&
           BN_bin2bn(spki->exponent.ptr, (int)spki->exponent.len, exponent) != NULL &&
           OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
           OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent) == 1;
}

static bool push_point(OSSL_PARAM_BLD *builder, const struct spki *spki)
{
    return OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, spki->curve, 0) ==
               1 &&
           OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, spki->point.ptr,
                                            spki->point.len) == 1;
}

enum assay_status spki_make_key(const struct spki *spki, EVP_PKEY **out, struct assay_error *err)
{
    *out = NULL;
    bool is_rsa = spki->type == KEY_TYPE_RSA;
    CLEANUP(openssl_cleanup_bn) BIGNUM *modulus = BN_new();
    CLEANUP(openssl_cleanup_bn) BIGNUM *exponent = BN_new();
    CLEANUP(openssl_cleanup_param_bld) OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    CLEANUP(openssl_cleanup_pkey_ctx)
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, is_rsa ? "RSA" : "EC", NULL);
    if (modulus == NULL || exponent == NULL || builder == NULL || ctx == NULL ||
        EVP_PKEY_fromdata_init(ctx) != 1 ||
        !(is_rsa ? push_numbers(builder, spki, modulus, exponent) : push_point(builder, spki))) {
        return FAIL(err, openssl_failure(ASSAY_NO_MEMORY), "public key: it cannot be set up");
    }
    CLEANUP(openssl_cleanup_params) OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
    if (params == NULL) {
        return FAIL(err, openssl_failure(ASSAY_NO_MEMORY), "public key: it cannot be set up");
    }
    /* For a curve this also makes sure that the point lies on it, with coordinates below p. */
    if (EVP_PKEY_fromdata(ctx, out, EVP_PKEY_PUBLIC_KEY, params) != 1) {
        *out = NULL;
        return FAIL(err, openssl_failure(ASSAY_KEY_MALFORMED),
                    "public key: expected a point on its curve");
    }
    return ASSAY_OK;
}

void spki_put_ed25519(const uint8_t key[32], uint8_t out[SPKI_ED25519_BYTES])
{
    static const uint8_t prefix[] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                      0x2b, 0x65, 0x70, 0x03, 0x21, 0x00 };
    memcpy(out, prefix, sizeof(prefix));
    memcpy(out + sizeof(prefix), key, 32);
}
