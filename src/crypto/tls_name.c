/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/tls_name.h"

#include "crypto/openssl.h"

#include <openssl/x509v3.h>

enum assay_status tls_expect_name(void *verify_param, const char *host, struct assay_error *err)
{
    X509_VERIFY_PARAM *param = verify_param;
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |
                                               X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (X509_VERIFY_PARAM_set1_ip_asc(param, host) == 1) {
        return ASSAY_OK;
    }
    /* Not an address; what OpenSSL noted about that is of no use. */
    (void)openssl_failure(ASSAY_OK);
    if (X509_VERIFY_PARAM_set1_host(param, host, 0) != 1) {
        return FAIL(err, openssl_failure(ASSAY_INTERNAL), "the name %s cannot be expected", host);
    }
    return ASSAY_OK;
}
