/* SPDX-License-Identifier: Apache-2.0 */
/* The name that a TLS server's certificate must carry. The network library checks it too, but also
 * takes a common name when there is no subjectAltName, and wildcards for part of a label. */
#ifndef CRYPTO_TLS_NAME_H
#define CRYPTO_TLS_NAME_H

#include "base/error.h"

/* verify_param is the X509_VERIFY_PARAM of a TLS context, as void pointer because whoever holds one
 * includes no OpenSSL. host is a DNS name or an address without brackets. The chain is then trusted
 * only with a subjectAltName for host. */
MUST_CHECK enum assay_status tls_expect_name(void *verify_param, const char *host,
                                             struct assay_error *err);

#endif
