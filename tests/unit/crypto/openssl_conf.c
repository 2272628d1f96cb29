/* SPDX-License-Identifier: Apache-2.0 */
/* Run with OPENSSL_CONF naming a file that asks for algorithms that are not there: hashing works
 * all the same, because no such file is read. Given an argument, the program reads it, so that the
 * test can see that the file would do harm. No Criterion: it starts OpenSSL itself. */
#include "crypto/digest.h"

#include <openssl/crypto.h>

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1 && OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL) != 1) {
        return 2;
    }
    struct digest digest;
    return digest_compute(DIGEST_SHA256, SLICE_LITERAL("abc"), &digest, NULL) == ASSAY_OK ? 0 : 1;
}
