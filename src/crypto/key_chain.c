/* SPDX-License-Identifier: Apache-2.0 */
/* Root certificates of a pinned CA. */
#include "crypto/key.h"

#include "crypto/key_internal.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

/* RSA of 2048 bits, no SHA-1, in OpenSSL's counting. */
#define CHAIN_AUTH_LEVEL 2

/* OpenSSL's own would ask on the terminal. */
static int refuse_password(char *out UNUSED, int out_bytes UNUSED, int writing UNUSED,
                           void *ctx UNUSED)
{
    return -1;
}

/* At the end of the text OpenSSL reports that no block starts there. */
static bool pem_has_ended(void)
{
    unsigned long code = ERR_peek_last_error();
    return ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
}

/* Appends those that are CAs. The user's own file, so other text around the blocks is fine, but no
 * block that is damaged. */
static enum assay_status load_cas(struct slice ca_pem, STACK_OF(X509) *cas, struct assay_error *err)
{
    if (ca_pem.len > LIMIT_CA_FILE_BYTES) {
        return FAIL(err, ASSAY_PIN_INVALID, "CA: expected at most %lu bytes", LIMIT_CA_FILE_BYTES);
    }
    CLEANUP(openssl_cleanup_bio) BIO *bio = BIO_new_mem_buf(ca_pem.ptr, (int)ca_pem.len);
    if (bio == NULL) {
        return FAIL(err, openssl_failure(ASSAY_PIN_INVALID), "CA: the text cannot be read");
    }
    for (;;) {
        CLEANUP(openssl_cleanup_x509)
        X509 *ca = PEM_read_bio_X509(bio, NULL, refuse_password, NULL);
        if (ca == NULL) {
            break;
        }
        if (!certificate_is_ca(ca)) {
            continue; /* it could vouch for nothing but itself */
        }
        if (sk_X509_push(cas, ca) <= 0) {
            return FAIL_NO_MEMORY(err);
        }
        (void)STEAL(ca);
    }
    bool ended = pem_has_ended();
    enum assay_status status = openssl_failure(ASSAY_PIN_INVALID);
    if (!ended || sk_X509_num(cas) == 0) {
        return FAIL(err, status, "CA: expected certificates of CAs in PEM, found %s",
                    ended ? "none" : "a damaged one");
    }
    return ASSAY_OK;
}

/* OpenSSL takes some certificates for a CA that do not say they are. */
static bool chain_has_roles(const STACK_OF(X509) *chain)
{
    int count = sk_X509_num(chain);
    for (int i = 0; i < count; i++) {
        if (certificate_is_ca(sk_X509_value(chain, i)) != (i > 0)) {
            return false;
        }
    }
    return count > 1;
}

static enum assay_status check_chain(X509 *leaf, X509_STORE *store, STACK_OF(X509) *intermediates,
                                     unsigned long flags, int64_t now_unix_s,
                                     struct assay_error *err)
{
    CLEANUP(openssl_cleanup_store_ctx) X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    if (ctx == NULL || X509_STORE_CTX_init(ctx, store, leaf, intermediates) != 1) {
        return FAIL(err, openssl_failure(ASSAY_NO_MEMORY), "certificate chain: cannot be set up");
    }
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
    if ((flags & X509_V_FLAG_NO_CHECK_TIME) == 0) {
        X509_VERIFY_PARAM_set_time(param, (time_t)now_unix_s); /* a set time would win over flags */
    }
    X509_VERIFY_PARAM_set_depth(param, LIMIT_CHAIN_DEPTH);
    X509_VERIFY_PARAM_set_auth_level(param, CHAIN_AUTH_LEVEL);
    /* A pinned intermediate is enough: the user named it. */
    if (X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN | flags) != 1) {
        return FAIL(err, openssl_failure(ASSAY_INTERNAL), "certificate chain: cannot be set up");
    }
    int result = X509_verify_cert(ctx);
    int reason = X509_STORE_CTX_get_error(ctx);
    if (result == 1 && reason == X509_V_OK) {
        if (!chain_has_roles(X509_STORE_CTX_get0_chain(ctx))) {
            return FAIL(err, ASSAY_PIN_MISMATCH,
                        "certificate chain: expected a leaf under CA certificates");
        }
        return ASSAY_OK;
    }
    enum assay_status status = openssl_failure(ASSAY_PIN_MISMATCH);
    if (reason == X509_V_ERR_OUT_OF_MEM) {
        status = ASSAY_NO_MEMORY;
    }
    return FAIL(err, status, "certificate chain to the pinned CA: %s",
                X509_verify_cert_error_string(reason));
}

static enum assay_status check_ca(X509 *leaf, X509 *ca, STACK_OF(X509) *intermediates,
                                  int64_t now_unix_s, struct assay_error *err)
{
    CLEANUP(openssl_cleanup_store) X509_STORE *store = X509_STORE_new();
    if (store == NULL || X509_STORE_add_cert(store, ca) != 1) {
        return FAIL(err, openssl_failure(ASSAY_NO_MEMORY), "certificate chain: cannot be set up");
    }
    TRY(check_chain(leaf, store, intermediates, X509_V_FLAG_NO_CHECK_TIME, now_unix_s, err));
    /* Whatever else may be wrong is right by now, so only dates can be left. */
    enum assay_status status = check_chain(leaf, store, intermediates, 0, now_unix_s, err);
    if (status == ASSAY_PIN_MISMATCH) {
        return FAIL(err, ASSAY_CERTIFICATE_TIME, "%s", err == NULL ? "" : err->message);
    }
    return status;
}

static void stack_cleanup(STACK_OF(X509) **stack)
{
    sk_X509_pop_free(*stack, X509_free);
}

static enum assay_status decode_intermediates(const struct certificate_bundle *bundle,
                                              STACK_OF(X509) *out, struct assay_error *err)
{
    for (size_t i = 1; i < bundle->count; i++) {
        CLEANUP(openssl_cleanup_x509) X509 *certificate = NULL;
        TRY(certificate_decode(bundle->items[i].der, &certificate, err));
        if (sk_X509_push(out, certificate) <= 0) {
            return FAIL_NO_MEMORY(err);
        }
        (void)STEAL(certificate);
    }
    return ASSAY_OK;
}

enum assay_status key_check_chain(const struct crypto_key *key, struct slice ca_pem,
                                  int64_t now_unix_s, struct assay_error *err)
{
    if (key->bundle.count == 0) {
        return FAIL(err, ASSAY_PIN_MISMATCH,
                    "expected a certificate of the pinned CA, found a bare key");
    }
    CLEANUP(stack_cleanup) STACK_OF(X509) *cas = sk_X509_new_null();
    CLEANUP(stack_cleanup) STACK_OF(X509) *intermediates = sk_X509_new_null();
    if (cas == NULL || intermediates == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    TRY(load_cas(ca_pem, cas, err));
    /* Decoded again for each question: few pins name a CA, and a key that is never written to can
     * be shared. */
    CLEANUP(openssl_cleanup_x509) X509 *leaf = NULL;
    TRY(certificate_decode(key->bundle.items[0].der, &leaf, err));
    TRY(decode_intermediates(&key->bundle, intermediates, err));
    /* One by one, because among several of one name OpenSSL may try only the first. */
    struct assay_error best = ERROR_INIT;
    for (int i = 0; i < sk_X509_num(cas); i++) {
        struct assay_error reason = ERROR_INIT;
        enum assay_status status =
            check_ca(leaf, sk_X509_value(cas, i), intermediates, now_unix_s, &reason);
        if (status == ASSAY_OK) {
            return ASSAY_OK;
        }
        if (status != ASSAY_PIN_MISMATCH && status != ASSAY_CERTIFICATE_TIME) {
            return FAIL(err, status, "%s", reason.message);
        }
        if (best.status != ASSAY_CERTIFICATE_TIME) {
            best = reason;
        }
    }
    return FAIL(err, best.status, "%s", best.message);
}
