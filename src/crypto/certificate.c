/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/certificate.h"

#include "crypto/pem.h"

enum assay_status certificate_parse_bundle(struct slice pem, struct certificate_bundle *out,
                                           struct assay_error *err)
{
    if (pem.len > LIMIT_KEY_BYTES) {
        return FAIL(err, ASSAY_CERTIFICATE, "certificate: expected at most %lu bytes, found %zu",
                    LIMIT_KEY_BYTES, pem.len);
    }
    out->der.max = LIMIT_KEY_BYTES;
    /* Room for all at once: what is read points into it. */
    TRY(buf_reserve(&out->der, pem.len, err));
    do {
        if (out->count == LIMIT_CERTIFICATES) {
            return FAIL(err, ASSAY_CERTIFICATE, "certificate: expected at most %d in a bundle",
                        LIMIT_CERTIFICATES);
        }
        size_t start = out->der.len;
        TRY(pem_take(&pem, "CERTIFICATE", ASSAY_CERTIFICATE, &out->der, err));
        TRY(certificate_read(slice_from(buf_slice(&out->der), start), &out->items[out->count],
                             err));
        out->count++;
    } while (pem.len > 0);
    return ASSAY_OK;
}

void certificate_bundle_clear(struct certificate_bundle *bundle)
{
    buf_clear(&bundle->der);
    bundle->count = 0;
}

enum assay_status certificate_check_bundle(const struct certificate_bundle *bundle,
                                           struct assay_error *err)
{
    for (size_t i = 0; i < bundle->count; i++) {
        const struct certificate *certificate = &bundle->items[i];
        if (!certificate->has_good_extensions) {
            return FAIL(err, ASSAY_CERTIFICATE, "certificate: its extensions are malformed");
        }
        bool expected_ca = i > 0;
        if (certificate->is_ca != expected_ca) {
            return FAIL(err, ASSAY_CERTIFICATE,
                        "certificate: expected first the publisher's own, then only those of CAs");
        }
        if (!certificate->is_signed_well) {
            return FAIL(
                err, ASSAY_CERTIFICATE,
                "certificate: expected a signature with SHA-256, SHA-384, SHA-512 or Ed25519");
        }
    }
    if (bundle->items[0].common_name.len == 0) {
        return FAIL(err, ASSAY_CERTIFICATE,
                    "certificate: expected exactly one common name of 1 to %d plain characters",
                    LIMIT_CERTIFICATE_CN_BYTES);
    }
    return ASSAY_OK;
}
