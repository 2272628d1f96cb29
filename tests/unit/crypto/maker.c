/* SPDX-License-Identifier: Apache-2.0 */
#include "maker.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#define DAY_S 86400

void maker_free_pkey(EVP_PKEY **pkey)
{
    EVP_PKEY_free(*pkey);
}

void maker_free_x509(X509 **certificate)
{
    X509_free(*certificate);
}

void maker_free_key(struct crypto_key **key)
{
    key_free(*key);
}

EVP_PKEY *maker_ec(const char *curve)
{
    EVP_PKEY *pkey = EVP_EC_gen(curve);
    cr_assert_not_null(pkey, "%s", curve);
    return pkey;
}

EVP_PKEY *maker_rsa(unsigned int bits)
{
    EVP_PKEY *pkey = EVP_RSA_gen(bits);
    cr_assert_not_null(pkey, "RSA of %u bits", bits);
    return pkey;
}

void maker_spki(EVP_PKEY *pkey, struct buf *out)
{
    unsigned char *der = NULL;
    int len = i2d_PUBKEY(pkey, &der);
    cr_assert_gt(len, 0);
    cr_assert_eq(buf_append(out, slice_of(der, (size_t)len), NULL), ASSAY_OK);
    OPENSSL_free(der);
}

struct crypto_key *maker_load(enum key_type type, struct slice material)
{
    struct crypto_key *key = NULL;
    struct assay_error err = ERROR_INIT;
    cr_assert_eq(key_load(type, material, &key, &err), ASSAY_OK, "%s", err.message);
    return key;
}

struct crypto_key *maker_load_pkey(EVP_PKEY *pkey)
{
    AUTO_BUF spki = BUF_INIT(MAKER_MAX_BYTES);
    maker_spki(pkey, &spki);
    return maker_load(EVP_PKEY_is_a(pkey, "RSA") ? KEY_TYPE_RSA : KEY_TYPE_ECDSA, buf_slice(&spki));
}

/* OpenSSL signs with ECDSA in DER; here r and s stand side by side. */
static void der_to_raw(EVP_PKEY *pkey, struct slice der, struct buf *out)
{
    const unsigned char *pos = der.ptr;
    ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &pos, (long)der.len);
    cr_assert_not_null(signature);
    int half = (EVP_PKEY_get_bits(pkey) + 7) / 8;
    cr_assert_eq(buf_reserve(out, 2 * (size_t)half, NULL), ASSAY_OK);
    cr_assert_eq(BN_bn2binpad(ECDSA_SIG_get0_r(signature), out->ptr, half), half);
    cr_assert_eq(BN_bn2binpad(ECDSA_SIG_get0_s(signature), out->ptr + half, half), half);
    out->len = 2 * (size_t)half;
    ECDSA_SIG_free(signature);
}

static void set_scheme(EVP_PKEY_CTX *ctx, struct maker_scheme scheme, const EVP_MD *md)
{
    if (scheme.method == SIGNATURE_RSAPKCS1V15) {
        cr_assert_eq(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING), 1);
    } else if (scheme.method == SIGNATURE_RSAPSS) {
        int salt_bytes = scheme.salt_bytes == 0 ? 32 : scheme.salt_bytes;
        cr_assert_eq(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING), 1);
        cr_assert_eq(
            EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, scheme.mgf1_md == NULL ? md : scheme.mgf1_md), 1);
        cr_assert_eq(
            EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, salt_bytes == MAKER_NO_SALT ? 0 : salt_bytes), 1);
    }
}

void maker_sign(EVP_PKEY *pkey, struct maker_scheme scheme, struct slice message, struct buf *out)
{
    const EVP_MD *md = scheme.md == NULL ? EVP_sha256() : scheme.md;
    uint8_t bytes[2048];
    size_t len = sizeof(bytes);
    EVP_PKEY_CTX *pkey_ctx = NULL;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    cr_assert_eq(EVP_DigestSignInit(ctx, &pkey_ctx, md, NULL, pkey), 1);
    set_scheme(pkey_ctx, scheme, md);
    cr_assert_eq(EVP_DigestSign(ctx, bytes, &len, message.ptr, message.len), 1);
    EVP_MD_CTX_free(ctx);
    buf_reset(out);
    if (scheme.method == SIGNATURE_ECDSA) {
        der_to_raw(pkey, slice_of(bytes, len), out);
    } else {
        cr_assert_eq(buf_append(out, slice_of(bytes, len), NULL), ASSAY_OK);
    }
}

static void add_name(X509_NAME *subject, int nid, int type, struct slice value)
{
    X509_NAME_ENTRY *entry =
        X509_NAME_ENTRY_create_by_NID(NULL, nid, type, value.ptr, (int)value.len);
    if (entry == NULL) { /* OpenSSL holds the length of a CN to 64; the type is then set by hand */
        entry =
            X509_NAME_ENTRY_create_by_NID(NULL, nid, V_ASN1_UTF8STRING, value.ptr, (int)value.len);
    }
    cr_assert_not_null(entry);
    cr_assert_eq(X509_NAME_add_entry(subject, entry, -1, 0), 1);
    X509_NAME_ENTRY_free(entry);
}

static void set_subject(X509 *certificate, const struct maker_certificate *wanted)
{
    X509_NAME *subject = X509_NAME_new();
    if (wanted->cn != NULL) {
        add_name(subject, NID_commonName, V_ASN1_UTF8STRING, slice_from_string(wanted->cn));
    }
    for (size_t i = 0; i < ARRAY_LEN(wanted->names); i++) {
        if (wanted->names[i].nid != 0) {
            add_name(subject, wanted->names[i].nid, wanted->names[i].type, wanted->names[i].value);
        }
    }
    cr_assert_eq(X509_set_subject_name(certificate, subject), 1);
    X509_NAME_free(subject);
}

static void add_extension(X509 *certificate, int nid, const char *value)
{
    if (value == NULL) {
        return;
    }
    X509V3_CTX ctx;
    X509V3_set_ctx(&ctx, NULL, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    cr_assert_not_null(extension, "%s", value);
    cr_assert_eq(X509_add_ext(certificate, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

X509 *maker_certificate(const struct maker_certificate *wanted)
{
    X509 *certificate = X509_new();
    cr_assert_not_null(certificate);
    int64_t begin =
        wanted->not_before_unix_s != 0 ? wanted->not_before_unix_s : MAKER_NOW_UNIX_S - DAY_S;
    int64_t end =
        wanted->not_after_unix_s != 0 ? wanted->not_after_unix_s : MAKER_NOW_UNIX_S + 365 * DAY_S;
    cr_assert_eq(
        X509_set_version(certificate, wanted->is_version_1 ? X509_VERSION_1 : X509_VERSION_3), 1);
    cr_assert_eq(ASN1_INTEGER_set(X509_get_serialNumber(certificate), 4711), 1);
    cr_assert_not_null(ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)begin));
    cr_assert_not_null(ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)end));
    if (wanted->not_after_text != NULL) {
        cr_assert_eq(ASN1_STRING_set(X509_getm_notAfter(certificate), wanted->not_after_text, -1),
                     1);
    }
    set_subject(certificate, wanted);
    const X509 *issuer = wanted->issuer == NULL ? certificate : wanted->issuer;
    cr_assert_eq(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)), 1);
    cr_assert_eq(X509_set_pubkey(certificate, wanted->pkey), 1);
    if (!wanted->is_version_1) {
        add_extension(certificate, NID_basic_constraints, wanted->basic_constraints);
        if (wanted->has_them_twice) {
            add_extension(certificate, NID_basic_constraints, wanted->basic_constraints);
        }
        add_extension(certificate, NID_ext_key_usage, wanted->extended_key_usage);
    }
    EVP_PKEY *signer = wanted->issuer_pkey == NULL ? wanted->pkey : wanted->issuer_pkey;
    const EVP_MD *md = wanted->md == NULL ? EVP_sha256() : wanted->md;
    bool hashes_itself =
        EVP_PKEY_is_a(signer, "ED25519") == 1 || EVP_PKEY_is_a(signer, "ED448") == 1;
    cr_assert_gt(X509_sign(certificate, signer, hashes_itself ? NULL : md), 0);
    return certificate;
}

void maker_pem(X509 *certificate, struct buf *out)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;
    cr_assert_eq(PEM_write_bio_X509(bio, certificate), 1);
    long len = BIO_get_mem_data(bio, &text);
    cr_assert_eq(buf_append(out, slice_of(text, (size_t)len), NULL), ASSAY_OK);
    BIO_free(bio);
}

void maker_der(uint8_t tag, struct slice content, struct buf *out)
{
    uint8_t header[5] = { tag };
    size_t len = 1;
    if (content.len < 0x80) {
        header[len++] = (uint8_t)content.len;
    } else {
        size_t count = content.len > 0xFFFF ? 3 : content.len > 0xFF ? 2 : 1;
        header[len++] = (uint8_t)(0x80U | count);
        for (size_t i = count; i > 0; i--) {
            header[len++] = (uint8_t)(content.len >> (8 * (i - 1)));
        }
    }
    cr_assert_eq(buf_append(out, slice_of(header, len), NULL), ASSAY_OK);
    cr_assert_eq(buf_append(out, content, NULL), ASSAY_OK);
}

enum assay_status maker_status(enum key_type type, struct slice material)
{
    struct crypto_key *key = NULL;
    struct assay_error err = ERROR_INIT;
    enum assay_status status = key_load(type, material, &key, &err);
    cr_expect_eq(err.status, status);
    cr_expect_eq(key == NULL, status != ASSAY_OK, "a key exactly with ASSAY_OK");
    key_free(key);
    return status;
}

void maker_append(struct buf *out, struct slice bytes)
{
    cr_assert_eq(buf_append(out, bytes, NULL), ASSAY_OK);
}

void maker_put_spki(struct slice algorithm, struct slice bits, struct buf *out)
{
    AUTO_BUF inner = BUF_INIT(MAKER_MAX_BYTES);
    AUTO_BUF padded = BUF_INIT(MAKER_MAX_BYTES);
    maker_append(&padded, SLICE_LITERAL("\0"));
    maker_append(&padded, bits);
    maker_der(0x30, algorithm, &inner);
    maker_der(0x03, buf_slice(&padded), &inner);
    buf_reset(out);
    maker_der(0x30, buf_slice(&inner), out);
}

/* The content of an INTEGER of exactly so many bits: 1, then ones and a last byte. */
void maker_put_number(size_t bits, uint8_t last, struct buf *out)
{
    size_t len = bits / 8 + 1; /* with a leading zero where the top bit is set */
    buf_reset(out);
    cr_assert_eq(buf_reserve(out, len, NULL), ASSAY_OK);
    memset(out->ptr, 0xA5, len);
    out->ptr[0] = (uint8_t)(bits % 8 == 0 ? 0 : 1U << (bits % 8 - 1));
    if (bits % 8 == 0) {
        out->ptr[1] = 0x80;
    }
    out->ptr[len - 1] = last;
    out->len = len;
}

/* Every single-byte change of a good key's frame (all but point and modulus) is refused or changes
 * nothing that we accept: no second encoding of one key. */
void maker_expect_one_encoding(enum key_type type, struct slice spki, size_t frame_bytes)
{
    AUTO_BUF copy = BUF_INIT(MAKER_MAX_BYTES);
    maker_append(&copy, spki);
    for (size_t i = 0; i < frame_bytes; i++) {
        for (unsigned int change = 1; change < 256; change++) {
            copy.ptr[i] ^= (uint8_t)change;
            if (maker_status(type, buf_slice(&copy)) == ASSAY_OK) {
                cr_expect_fail("byte %zu changed by %02x", i, change);
            }
            copy.ptr[i] ^= (uint8_t)change;
        }
    }
}

void maker_expect_no_other_length(enum key_type type, struct slice spki)
{
    AUTO_BUF copy = BUF_INIT(MAKER_MAX_BYTES);
    maker_append(&copy, spki);
    for (size_t extra = 1; extra <= 4; extra++) {
        maker_append(&copy, SLICE_LITERAL("\0"));
        cr_expect_eq(maker_status(type, buf_slice(&copy)), ASSAY_KEY_MALFORMED, "%zu more", extra);
    }
    for (size_t len = 0; len < spki.len; len++) {
        cr_expect_eq(maker_status(type, slice_first(spki, len)), ASSAY_KEY_MALFORMED, "first %zu",
                     len);
    }
}

struct signature_message maker_message(const char *bytes)
{
    struct signature_message message;
    cr_assert_eq(signature_message_init(&message, slice_from_string(bytes), NULL), ASSAY_OK);
    return message;
}

enum assay_status maker_check(const struct crypto_key *key, enum signature_method method,
                              struct slice signature)
{
    struct signature_message message = maker_message(MAKER_TEXT);
    struct assay_error err = ERROR_INIT;
    enum assay_status status = signature_check(key, method, &message, signature, &err);
    cr_expect_eq(err.status, status);
    return status;
}

/* Shorter and longer than its only length, a signature is none, whatever it holds. */
void maker_expect_only_length(const struct crypto_key *key, enum signature_method method,
                              struct buf *signature)
{
    size_t good_len = signature->len;
    AUTO_BUF longer = BUF_INIT(MAKER_MAX_BYTES);
    maker_append(&longer, SLICE_LITERAL("\0"));
    maker_append(&longer, buf_slice(signature));
    cr_expect_eq(maker_check(key, method, buf_slice(&longer)), ASSAY_SIGNATURE, "leading zero");
    maker_append(signature, SLICE_LITERAL("\0\0"));
    for (size_t len = 0; len <= good_len + 2; len++) {
        cr_expect_eq(maker_check(key, method, slice_first(buf_slice(signature), len)),
                     len == good_len ? ASSAY_OK : ASSAY_SIGNATURE, "method %d, %zu bytes",
                     (int)method, len);
    }
    signature->len = good_len;
}

void maker_put_pem(struct slice der, struct buf *out)
{
    AUTO_BUF base64 = BUF_INIT(MAKER_MAX_BYTES);
    cr_assert_eq(base64_encode(der, &base64, NULL), ASSAY_OK);
    maker_append(out, SLICE_LITERAL("-----BEGIN CERTIFICATE-----\n"));
    for (size_t pos = 0; pos < base64.len; pos += 64) {
        maker_append(out, slice_first(slice_from(buf_slice(&base64), pos), 64));
        maker_append(out, SLICE_LITERAL("\n"));
    }
    maker_append(out, SLICE_LITERAL("-----END CERTIFICATE-----\n"));
}
