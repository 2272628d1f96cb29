/* SPDX-License-Identifier: Apache-2.0 */
/* What OpenSSL has to say about a certificate. */
#include "crypto/certificate.h"

#include <openssl/x509v3.h>

/* The same bytes when encoded again, so nothing stands behind. */
static enum assay_status expect_same(X509 *certificate, struct slice der, struct assay_error *err)
{
    unsigned char *again = NULL;
    int again_len = i2d_X509(certificate, &again);
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

enum assay_status certificate_decode(struct slice der, X509 **out, struct assay_error *err)
{
    *out = NULL;
    const unsigned char *pos = der.ptr;
    CLEANUP(openssl_cleanup_x509) X509 *certificate = d2i_X509(NULL, &pos, (long)der.len);
    if (certificate == NULL) {
        return FAIL(err, openssl_failure(ASSAY_CERTIFICATE), "certificate: expected X.509 in DER");
    }
    TRY(expect_same(certificate, der, err));
    *out = STEAL(certificate);
    return ASSAY_OK;
}

bool certificate_is_ca(X509 *certificate)
{
    return (X509_get_extension_flags(certificate) & EXFLAG_CA) != 0;
}

static bool is_signed_well(X509 *certificate)
{
    int digest = NID_undef;
    int key = NID_undef;
    return X509_get_signature_info(certificate, &digest, &key, NULL, NULL) == 1 &&
           (digest == NID_sha256 || digest == NID_sha384 || digest == NID_sha512 ||
            key == NID_ED25519);
}

enum assay_status certificate_ask_openssl(struct certificate *certificate, struct assay_error *err)
{
    CLEANUP(openssl_cleanup_x509) X509 *decoded = NULL;
    TRY(certificate_decode(certificate->der, &decoded, err));
    certificate->is_ca = certificate_is_ca(decoded);
    certificate->is_signed_well = is_signed_well(decoded);
    if ((X509_get_extension_flags(decoded) & EXFLAG_INVALID) != 0) {
        certificate->has_good_extensions = false;
    }
    (void)openssl_failure(ASSAY_CERTIFICATE); /* what was judged leaves its errors in the queue */
    return ASSAY_OK;
}
