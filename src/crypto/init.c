/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/init.h"

#include "crypto/openssl.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <pthread.h>
#include <sodium.h>
#include <stdbool.h>

static pthread_once_t init_once = PTHREAD_ONCE_INIT;
static bool init_done; /* written inside the once, read after it */

static void init_libraries(void)
{
    /* A configuration file could load providers and replace algorithms. Texts of errors are never
     * shown. */
    static const uint64_t options =
        OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS;
    init_done = OPENSSL_init_crypto(options, NULL) == 1 && sodium_init() >= 0;
}

enum assay_status crypto_init(struct assay_error *err)
{
    if (pthread_once(&init_once, init_libraries) != 0 || !init_done) {
        return FAIL(err, ASSAY_INTERNAL, "the crypto libraries cannot be started");
    }
    return ASSAY_OK;
}

enum assay_status openssl_failure(enum assay_status otherwise)
{
    enum assay_status status = otherwise;
    unsigned long code = ERR_get_error();
    while (code != 0) {
        if (ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE) {
            status = ASSAY_NO_MEMORY;
        }
        code = ERR_get_error();
    }
    return status;
}
