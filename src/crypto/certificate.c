/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/certificate.h"

#include "base/text.h"
#include "base/time.h"
#include "crypto/pem.h"

#include <openssl/x509v3.h>

/* The same bytes when encoded again, so nothing stands behind. */
static enum assay_status parse_der(struct slice der, X509 **out, struct assay_error *err)
{
    const unsigned char *pos = der.ptr;
    *out = d2i_X509(NULL, &pos, (long)der.len);
    if (*out == NULL) {
        return FAIL(err, openssl_failure(ASSAY_CERTIFICATE), "certificate: expected X.509 in DER");
    }
    unsigned char *again = NULL;
    int again_len = i2d_X509(*out, &again);
    if (again_len < 0) {
        return FAIL(err, openssl_failure(ASSAY_CERTIFICATE), "certificate: it cannot be encoded");
    }
    bool same = slice_equal(slice_of(again, (size_t)again_len), der);
    OPENSSL_free(again);
    if (!same) {
        return FAIL(err, ASSAY_CERTIFICATE, "certificate: expected DER and nothing behind it");
    }
    return ASSAY_OK;
}

enum assay_status certificate_parse_bundle(struct slice pem, struct certificate_bundle *out,
                                           struct assay_error *err)
{
    if (pem.len > LIMIT_KEY_BYTES) {
        return FAIL(err, ASSAY_CERTIFICATE, "certificate: expected at most %lu bytes, found %zu",
                    LIMIT_KEY_BYTES, pem.len);
    }
    AUTO_BUF der = BUF_INIT(LIMIT_KEY_BYTES);
    do {
        if (out->count == LIMIT_CERTIFICATES) {
            return FAIL(err, ASSAY_CERTIFICATE, "certificate: expected at most %d in a bundle",
                        LIMIT_CERTIFICATES);
        }
        buf_reset(&der);
        TRY(pem_take(&pem, "CERTIFICATE", ASSAY_CERTIFICATE, &der, err));
        TRY(parse_der(buf_slice(&der), &out->items[out->count], err));
        out->count++;
    } while (pem.len > 0);
    return ASSAY_OK;
}

void certificate_bundle_clear(struct certificate_bundle *bundle)
{
    for (size_t i = 0; i < LIMIT_CERTIFICATES; i++) {
        X509_free(bundle->items[i]);
        bundle->items[i] = NULL;
    }
    bundle->count = 0;
}

enum assay_status certificate_get_spki(X509 *certificate, struct buf *out, struct assay_error *err)
{
    unsigned char *der = NULL;
    int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    if (len < 0) {
        return FAIL(err, openssl_failure(ASSAY_KEY_MALFORMED), "certificate: it has no usable key");
    }
    enum assay_status status = buf_append(out, slice_of(der, (size_t)len), err);
    OPENSSL_free(der);
    return status;
}

/* X.509 wants seconds and Z (RFC 5280 section 4.1.2.5); OpenSSL reads more forms, and libc's
 * calendar looks at the environment. Two digits of a year are of 1950 to 2049. */
static bool time_to_unix(const ASN1_TIME *time, int64_t *out_unix_s)
{
    char iso[] = "20YY-MM-DDTHH:MM:SSZ";
    static const size_t places[] = { 0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18 };
    struct slice text = slice_of(ASN1_STRING_get0_data(time), (size_t)ASN1_STRING_length(time));
    size_t skipped = ASN1_STRING_type(time) == V_ASN1_UTCTIME ? 2 : 0;
    size_t digits = ARRAY_LEN(places) - skipped;
    if (text.len != digits + 1 || text.ptr[digits] != 'Z') {
        return false;
    }
    if (skipped > 0 && text.ptr[0] >= '5') {
        iso[0] = '1';
        iso[1] = '9';
    }
    for (size_t i = 0; i < digits; i++) {
        iso[places[skipped + i]] = (char)text.ptr[i];
    }
    return time_parse(slice_from_string(iso), out_unix_s, NULL) == ASSAY_OK;
}

enum assay_status certificate_get_dates(X509 *certificate, int64_t *not_before_unix_s,
                                        int64_t *not_after_unix_s, struct assay_error *err)
{
    if (!time_to_unix(X509_get0_notBefore(certificate), not_before_unix_s) ||
        !time_to_unix(X509_get0_notAfter(certificate), not_after_unix_s)) {
        return FAIL(err, openssl_failure(ASSAY_CERTIFICATE),
                    "certificate: its dates are malformed");
    }
    return ASSAY_OK;
}

/* BMPString and its like are refused: two bytes a character, and NULs in plain names. */
static bool name_is_plain(const ASN1_STRING *name, struct slice bytes)
{
    int type = ASN1_STRING_type(name);
    bool ascii_only =
        type == V_ASN1_PRINTABLESTRING || type == V_ASN1_IA5STRING || type == V_ASN1_T61STRING;
    if (!ascii_only && type != V_ASN1_UTF8STRING) {
        return false;
    }
    for (size_t i = 0; i < bytes.len; i++) {
        uint8_t c = bytes.ptr[i];
        if (c < 0x20 || c == 0x7F || (ascii_only && c > 0x7F)) {
            return false;
        }
    }
    return bytes.len > 0 && bytes.len <= LIMIT_CERTIFICATE_CN_BYTES && text_is_utf8(bytes);
}

enum assay_status certificate_get_common_name(X509 *certificate, struct slice *out,
                                              struct assay_error *err)
{
    *out = SLICE_EMPTY;
    const X509_NAME *subject = X509_get_subject_name(certificate);
    int first = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (first < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, first) >= 0) {
        return FAIL(err, ASSAY_CERTIFICATE, "certificate: expected exactly one common name");
    }
    const ASN1_STRING *name = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, first));
    struct slice bytes = slice_of(ASN1_STRING_get0_data(name), (size_t)ASN1_STRING_length(name));
    if (!name_is_plain(name, bytes)) {
        return FAIL(err, ASSAY_CERTIFICATE,
                    "certificate: expected a common name of 1 to %d plain characters",
                    LIMIT_CERTIFICATE_CN_BYTES);
    }
    *out = bytes;
    return ASSAY_OK;
}

bool certificate_is_ca(X509 *certificate)
{
    return (X509_get_extension_flags(certificate) & EXFLAG_CA) != 0;
}

static enum assay_status check_algorithm(X509 *certificate, struct assay_error *err)
{
    int digest = NID_undef;
    int key = NID_undef;
    if (X509_get_signature_info(certificate, &digest, &key, NULL, NULL) != 1) {
        return FAIL(err, openssl_failure(ASSAY_CERTIFICATE),
                    "certificate: its signature algorithm is not known");
    }
    bool is_sha2 = digest == NID_sha256 || digest == NID_sha384 || digest == NID_sha512;
    if (!is_sha2 && key != NID_ED25519) {
        return FAIL(err, ASSAY_CERTIFICATE,
                    "certificate: expected a signature with SHA-256, SHA-384, SHA-512 or Ed25519");
    }
    return ASSAY_OK;
}

enum assay_status certificate_check_bundle(const struct certificate_bundle *bundle,
                                           struct assay_error *err)
{
    for (size_t i = 0; i < bundle->count; i++) {
        if ((X509_get_extension_flags(bundle->items[i]) & EXFLAG_INVALID) != 0) {
            return FAIL(err, ASSAY_CERTIFICATE, "certificate: its extensions are malformed");
        }
        bool expected_ca = i > 0;
        if (certificate_is_ca(bundle->items[i]) != expected_ca) {
            return FAIL(err, ASSAY_CERTIFICATE,
                        "certificate: expected first the publisher's own, then only those of CAs");
        }
        TRY(check_algorithm(bundle->items[i], err));
    }
    struct slice name;
    return certificate_get_common_name(bundle->items[0], &name, err);
}
