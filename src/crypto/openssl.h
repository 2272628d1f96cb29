/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this folder share about OpenSSL: starting it, cleaning up, reading failures. */
#ifndef CRYPTO_OPENSSL_H
#define CRYPTO_OPENSSL_H

#include "base/error.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#define DEFINE_OPENSSL_CLEANUP(type, name, free_fn)                                                \
    static inline void openssl_cleanup_##name(                                                     \
        type **object) /* NOLINT(bugprone-macro-parentheses): a type */                            \
    {                                                                                              \
        free_fn(*object);                                                                          \
    }

/* clang-format off */
DEFINE_OPENSSL_CLEANUP(BIO,            bio,         BIO_free_all)
DEFINE_OPENSSL_CLEANUP(BIGNUM,         bn,          BN_free)
DEFINE_OPENSSL_CLEANUP(EVP_PKEY_CTX,   pkey_ctx,    EVP_PKEY_CTX_free)
DEFINE_OPENSSL_CLEANUP(OSSL_PARAM_BLD, param_bld,   OSSL_PARAM_BLD_free)
DEFINE_OPENSSL_CLEANUP(OSSL_PARAM,     params,      OSSL_PARAM_free)
DEFINE_OPENSSL_CLEANUP(X509,           x509,        X509_free)
DEFINE_OPENSSL_CLEANUP(X509_STORE,     store,       X509_STORE_free)
DEFINE_OPENSSL_CLEANUP(X509_STORE_CTX, store_ctx,   X509_STORE_CTX_free)
/* clang-format on */

/* ASSAY_NO_MEMORY if the failure that OpenSSL just reported was one of memory, else otherwise.
 * Empties this thread's error queue: nothing in it outlives the call that failed. */
enum assay_status openssl_failure(enum assay_status otherwise);

#endif
