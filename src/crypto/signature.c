/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/signature.h"

#include "crypto/der.h"
#include "crypto/init.h"
#include "crypto/key_internal.h"

#include <openssl/rsa.h>
#include <sodium.h>

#define PSS_SALT_BYTES 32

enum assay_status signature_message_init(struct signature_message *message, struct slice bytes,
                                         struct assay_error *err)
{
    message->bytes = bytes;
    return digest_compute(DIGEST_SHA256, bytes, &message->sha256, err);
}

/* The type of key that a method belongs to. No key is of KEY_TYPE_UNKNOWN. */
static enum key_type method_key_type(enum signature_method method)
{
    switch (method) {
    case SIGNATURE_ECDSA:
        return KEY_TYPE_ECDSA;
    case SIGNATURE_RSAPSS:
    case SIGNATURE_RSAPKCS1V15:
        return KEY_TYPE_RSA;
    case SIGNATURE_EDDSA:
        return KEY_TYPE_ED25519;
    case SIGNATURE_UNKNOWN:
    default:
        return KEY_TYPE_UNKNOWN;
    }
}

static bool set_parameters(EVP_PKEY_CTX *ctx, enum signature_method method)
{
    /* SHA-256 whatever the curve: that is what Notary signs with. */
    if (EVP_PKEY_verify_init(ctx) != 1 ||
        (method != SIGNATURE_ECDSA &&
         EVP_PKEY_CTX_set_rsa_padding(ctx, method == SIGNATURE_RSAPSS ? RSA_PKCS1_PSS_PADDING
                                                                      : RSA_PKCS1_PADDING) != 1) ||
        EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) != 1) {
        return false;
    }
    return method != SIGNATURE_RSAPSS ||
           (EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha256()) == 1 &&
            EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, PSS_SALT_BYTES) == 1);
}

static enum assay_status not_valid(enum assay_status status, struct assay_error *err)
{
    return FAIL(err, status, "the signature is not valid");
}

static enum assay_status check_with_openssl(const struct crypto_key *key,
                                            enum signature_method method,
                                            const struct signature_message *message,
                                            struct slice signature, struct assay_error *err)
{
    CLEANUP(openssl_cleanup_pkey_ctx)
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
    if (ctx == NULL || !set_parameters(ctx, method)) {
        return FAIL(err, openssl_failure(ASSAY_NO_MEMORY), "signature: it cannot be set up");
    }
    uint8_t der[DER_SIGNATURE_BYTES];
    if (method == SIGNATURE_ECDSA) {
        size_t half = signature.len / 2;
        size_t der_len =
            der_put_signature(slice_first(signature, half), slice_from(signature, half), der);
        signature = slice_of(der, der_len);
    }
    /* Anything but 1 is no signature: 0 says so, a negative value that it was not even judged. */
    if (EVP_PKEY_verify(ctx, signature.ptr, signature.len, message->sha256.bytes,
                        digest_size(message->sha256.alg)) == 1) {
        return ASSAY_OK;
    }
    return not_valid(openssl_failure(ASSAY_SIGNATURE), err);
}

enum assay_status signature_check(const struct crypto_key *key, enum signature_method method,
                                  const struct signature_message *message, struct slice signature,
                                  struct assay_error *err)
{
    TRY(crypto_init(err));
    if (message->sha256.alg != DIGEST_SHA256) {
        return FAIL(err, ASSAY_INTERNAL, "a message without digest");
    }
    if (method_key_type(method) != key_bare_type(key->type)) {
        return FAIL(err, ASSAY_SIGNATURE, "the signature's method does not fit the key");
    }
    if (signature.len != key->signature_bytes) {
        return FAIL(err, ASSAY_SIGNATURE, "expected a signature of %zu bytes, found %zu",
                    key->signature_bytes, signature.len);
    }
    if (method != SIGNATURE_EDDSA) {
        return check_with_openssl(key, method, message, signature, err);
    }
    if (crypto_sign_verify_detached(signature.ptr, message->bytes.ptr, message->bytes.len,
                                    key->bare.ptr) == 0) {
        return ASSAY_OK;
    }
    return not_valid(ASSAY_SIGNATURE, err);
}
