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

/* What a method belongs to and is made with. */
struct method {
    enum key_type key_type; /* no key is of KEY_TYPE_UNKNOWN */
    size_t raw_bytes;       /* the one length of r and s side by side; 0: whatever the key's is */
    bool is_der;
    int rsa_padding;
    const EVP_MD *(*md)(void);
};

/* ECDSA in r and s: SHA-256 whatever the curve, that is what Notary signs with. */
static const struct method methods[] = {
    [SIGNATURE_UNKNOWN] = { .key_type = KEY_TYPE_UNKNOWN },
    [SIGNATURE_ECDSA] = { .key_type = KEY_TYPE_ECDSA, .md = EVP_sha256 },
    [SIGNATURE_RSAPSS] = { .key_type = KEY_TYPE_RSA,
                           .rsa_padding = RSA_PKCS1_PSS_PADDING,
                           .md = EVP_sha256 },
    [SIGNATURE_RSAPKCS1V15] = { .key_type = KEY_TYPE_RSA,
                                .rsa_padding = RSA_PKCS1_PADDING,
                                .md = EVP_sha256 },
    [SIGNATURE_EDDSA] = { .key_type = KEY_TYPE_ED25519 },
    [SIGNATURE_P256_DER] = { .key_type = KEY_TYPE_ECDSA,
                             .raw_bytes = 64,
                             .is_der = true,
                             .md = EVP_sha256 },
    [SIGNATURE_P384_DER] = { .key_type = KEY_TYPE_ECDSA,
                             .raw_bytes = 96,
                             .is_der = true,
                             .md = EVP_sha384 },
};

static bool set_parameters(EVP_PKEY_CTX *ctx, const struct method *method)
{
    if (EVP_PKEY_verify_init(ctx) != 1 ||
        (method->rsa_padding != 0 && EVP_PKEY_CTX_set_rsa_padding(ctx, method->rsa_padding) != 1) ||
        EVP_PKEY_CTX_set_signature_md(ctx, method->md()) != 1) {
        return false;
    }
    return method->rsa_padding != RSA_PKCS1_PSS_PADDING ||
           (EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, method->md()) == 1 &&
            EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, PSS_SALT_BYTES) == 1);
}

static enum assay_status not_valid(enum assay_status status, struct assay_error *err)
{
    return FAIL(err, status, "the signature is not valid");
}

/* What the method signs: the digest of the message. SHA-256 is at hand. */
static enum assay_status hash_message(const struct method *method,
                                      const struct signature_message *message,
                                      uint8_t out[EVP_MAX_MD_SIZE], unsigned int *len,
                                      struct assay_error *err)
{
    const EVP_MD *md = method->md();
    if (md == EVP_sha256()) {
        *len = (unsigned int)digest_size(message->sha256.alg);
        memcpy(out, message->sha256.bytes, *len);
        return ASSAY_OK;
    }
    if (EVP_Digest(message->bytes.ptr, message->bytes.len, out, len, md, NULL) != 1) {
        return FAIL(err, openssl_failure(ASSAY_NO_MEMORY), "signature: no digest can be made");
    }
    return ASSAY_OK;
}

static enum assay_status check_with_openssl(const struct crypto_key *key,
                                            const struct method *method,
                                            const struct signature_message *message,
                                            struct slice signature, struct assay_error *err)
{
    uint8_t hash[EVP_MAX_MD_SIZE];
    unsigned int hash_bytes = 0;
    TRY(hash_message(method, message, hash, &hash_bytes, err));
    CLEANUP(openssl_cleanup_pkey_ctx)
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
    if (ctx == NULL || !set_parameters(ctx, method)) {
        return FAIL(err, openssl_failure(ASSAY_NO_MEMORY), "signature: it cannot be set up");
    }
    uint8_t der[DER_SIGNATURE_BYTES];
    if (method->key_type == KEY_TYPE_ECDSA && !method->is_der) {
        size_t half = signature.len / 2;
        size_t der_len =
            der_put_signature(slice_first(signature, half), slice_from(signature, half), der);
        signature = slice_of(der, der_len);
    }
    /* Anything but 1 is no signature: 0 says so, a negative value that it was not even judged. */
    if (EVP_PKEY_verify(ctx, signature.ptr, signature.len, hash, hash_bytes) == 1) {
        return ASSAY_OK;
    }
    return not_valid(openssl_failure(ASSAY_SIGNATURE), err);
}

static bool fits_key(const struct method *method, const struct crypto_key *key)
{
    return method->key_type == key_bare_type(key->type) &&
           (method->raw_bytes == 0 || method->raw_bytes == key->signature_bytes);
}

/* A signature has one form only; what has another is not even looked at. */
static enum assay_status check_form(const struct method *method, const struct crypto_key *key,
                                    struct slice signature, struct assay_error *err)
{
    if (method->is_der) {
        return der_is_signature(signature, key->signature_bytes / 2)
                   ? ASSAY_OK
                   : FAIL(err, ASSAY_SIGNATURE, "expected a signature in DER");
    }
    if (signature.len != key->signature_bytes) {
        return FAIL(err, ASSAY_SIGNATURE, "expected a signature of %zu bytes, found %zu",
                    key->signature_bytes, signature.len);
    }
    return ASSAY_OK;
}

enum assay_status signature_check(const struct crypto_key *key, enum signature_method method,
                                  const struct signature_message *message, struct slice signature,
                                  struct assay_error *err)
{
    TRY(crypto_init(err));
    if (message->sha256.alg != DIGEST_SHA256) {
        return FAIL(err, ASSAY_INTERNAL, "a message without digest");
    }
    const struct method *how =
        &methods[(size_t)method < ARRAY_LEN(methods) ? method : SIGNATURE_UNKNOWN];
    if (!fits_key(how, key)) {
        return FAIL(err, ASSAY_SIGNATURE, "the signature's method does not fit the key");
    }
    TRY(check_form(how, key, signature, err));
    if (how->key_type != KEY_TYPE_ED25519) {
        return check_with_openssl(key, how, message, signature, err);
    }
    if (crypto_sign_verify_detached(signature.ptr, message->bytes.ptr, message->bytes.len,
                                    key->bare.ptr) == 0) {
        return ASSAY_OK;
    }
    return not_valid(ASSAY_SIGNATURE, err);
}
