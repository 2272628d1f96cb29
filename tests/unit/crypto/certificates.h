/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates put together part by part, and read beside OpenSSL. */
#ifndef TESTS_CRYPTO_CERTIFICATES_H
#define TESTS_CRYPTO_CERTIFICATES_H

#include "crypto/certificate.h"
#include "maker.h"

/* Whole values in DER, or none, or whatever a test puts there. */
struct parts {
    struct slice version;
    struct slice serial;
    struct slice algorithm;
    struct slice issuer;
    struct slice dates;
    struct slice subject;
    struct slice spki;
    struct slice rest; /* unique ids, extensions */
    struct slice algorithm_outside;
    struct slice signature;
};

/* A good certificate of version 3 without extensions. */
struct parts parts_good(void);
void parts_put(const struct parts *parts, struct buf *out);
/* The parts' rest with these extensions, whole values. */
void parts_put_extensions(struct slice extensions, struct buf *out);

/* Reads it and, when that succeeds, fails the test unless OpenSSL accepts the same bytes and finds
 * the same in them. */
enum assay_status certificates_compare(struct slice der, struct certificate *out, const char *name);

#endif
