/* SPDX-License-Identifier: Apache-2.0 */
/* Certificate bundles as metadata carries them: PEM to X509, and what a certificate says. */
#ifndef CRYPTO_CERTIFICATE_H
#define CRYPTO_CERTIFICATE_H

#include "base/buf.h"
#include "base/limits.h"
#include "crypto/key.h"
#include "crypto/openssl.h"

/* Leaf first; the certificates are owned. */
struct certificate_bundle {
    X509 *items[LIMIT_CERTIFICATES];
    size_t count;
};

/* The one PEM text that these certificates have. On failure *out still wants clearing. */
MUST_CHECK enum assay_status
certificate_parse_bundle(struct slice pem, struct certificate_bundle *out, struct assay_error *err);
void certificate_bundle_clear(struct certificate_bundle *bundle);

/* The DER SubjectPublicKeyInfo, appended. */
MUST_CHECK enum assay_status certificate_get_spki(X509 *certificate, struct buf *out,
                                                  struct assay_error *err);
MUST_CHECK enum assay_status certificate_get_dates(X509 *certificate, int64_t *not_before_unix_s,
                                                   int64_t *not_after_unix_s,
                                                   struct assay_error *err);
/* ASSAY_CERTIFICATE unless there is exactly one, of the form that key.h names. */
MUST_CHECK enum assay_status certificate_get_common_name(X509 *certificate, struct slice *out,
                                                         struct assay_error *err);
bool certificate_is_ca(X509 *certificate);
/* The rules of a root certificate, but dates; see key_check_certificate. */
MUST_CHECK enum assay_status certificate_check_bundle(const struct certificate_bundle *bundle,
                                                      struct assay_error *err);

#endif
