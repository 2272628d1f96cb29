/* SPDX-License-Identifier: Apache-2.0 */
/* What the libraries answer about a signature, when a case says so. */
#include "runner.h"

#include <openssl/evp.h>
#include <sodium.h>

static long long forced_from;
static long long forced_count;
static long long calls;
static int forced_answer;

void faults_force(long long from, long long count, int answer)
{
    forced_from = from;
    forced_count = count;
    calls = 0;
    forced_answer = answer;
}

void faults_end(void)
{
    forced_count = 0;
}

static bool is_forced(void)
{
    long long call = calls++;
    return call >= forced_from && call - forced_from < forced_count;
}

/* NOLINTBEGIN(*-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker wants these names */

/* clang-format off */
int __real_EVP_PKEY_verify(EVP_PKEY_CTX *ctx, const unsigned char *sig, size_t sig_len,
                           const unsigned char *tbs, size_t tbs_len);
int __wrap_EVP_PKEY_verify(EVP_PKEY_CTX *ctx, const unsigned char *sig, size_t sig_len,
                           const unsigned char *tbs, size_t tbs_len);
int __real_crypto_sign_verify_detached(const unsigned char *sig, const unsigned char *message,
                                       unsigned long long len, const unsigned char *key);
int __wrap_crypto_sign_verify_detached(const unsigned char *sig, const unsigned char *message,
                                       unsigned long long len, const unsigned char *key);
/* clang-format on */

int __wrap_EVP_PKEY_verify(EVP_PKEY_CTX *ctx, const unsigned char *sig, size_t sig_len,
                           const unsigned char *tbs, size_t tbs_len)
{
    return is_forced() ? forced_answer : __real_EVP_PKEY_verify(ctx, sig, sig_len, tbs, tbs_len);
}

/* libsodium says 0 where OpenSSL says 1. */
int __wrap_crypto_sign_verify_detached(const unsigned char *sig, const unsigned char *message,
                                       unsigned long long len, const unsigned char *key)
{
    if (is_forced()) {
        return forced_answer == 1 ? 0 : forced_answer == 0 ? 1 : forced_answer;
    }
    return __real_crypto_sign_verify_detached(sig, message, len, key);
}

/* NOLINTEND(*-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
