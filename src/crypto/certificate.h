/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates as metadata carries them: what one says, and bundles of them in PEM. They are read
 * here, byte by byte, because decoding one with OpenSSL takes as long as checking two signatures;
 * OpenSSL is asked about the rare rest, and where a chain to a CA is checked. */
#ifndef CRYPTO_CERTIFICATE_H
#define CRYPTO_CERTIFICATE_H

#include "base/buf.h"
#include "base/limits.h"
#include "crypto/key.h"
#include "crypto/openssl.h"

/* The slices point into der, which is borrowed. */
struct certificate {
    struct slice der;
    struct slice spki; /* whole; what is in it is spki.h's business */
    /* Of the subject; empty unless there is exactly one, of the form that key.h names. */
    struct slice common_name;
    int64_t not_before_unix_s;
    int64_t not_after_unix_s;
    bool is_ca;
    bool has_good_extensions; /* none twice, and what OpenSSL knows of them well-formed */
    bool is_signed_well;      /* with SHA-2 or Ed25519, by its own words */
    bool is_plain;            /* nothing in it had to be left to OpenSSL */
};

/* Reads the one DER form of a certificate and walks all of it; ASSAY_CERTIFICATE. Whatever is
 * accepted, OpenSSL accepts as well and finds the same in it. */
MUST_CHECK enum assay_status certificate_read(struct slice der, struct certificate *out,
                                              struct assay_error *err);

/* OpenSSL's form of the same bytes: ASSAY_CERTIFICATE. *out is the caller's. */
MUST_CHECK enum assay_status certificate_decode(struct slice der, X509 **out,
                                                struct assay_error *err);
bool certificate_is_ca(X509 *certificate);
/* Has OpenSSL decode a certificate that is not plain, and takes over what only it could judge. */
MUST_CHECK enum assay_status certificate_ask_openssl(struct certificate *certificate,
                                                     struct assay_error *err);

/* Leaf first. */
struct certificate_bundle {
    struct buf der; /* of all, one behind the other; owned */
    struct certificate items[LIMIT_CERTIFICATES];
    size_t count;
};

/* The one PEM text that these certificates have. On failure *out still wants clearing. */
MUST_CHECK enum assay_status
certificate_parse_bundle(struct slice pem, struct certificate_bundle *out, struct assay_error *err);
void certificate_bundle_clear(struct certificate_bundle *bundle);
/* The rules of a root certificate, but dates; see key_check_certificate. */
MUST_CHECK enum assay_status certificate_check_bundle(const struct certificate_bundle *bundle,
                                                      struct assay_error *err);

#endif
