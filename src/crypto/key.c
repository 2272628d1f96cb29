/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/key.h"

#include "base/mem.h"
#include "crypto/init.h"
#include "crypto/key_internal.h"
#include "crypto/spki.h"

#include <sodium.h>
#include <stdio.h>

void key_free(struct crypto_key *key)
{
    if (key != NULL) {
        EVP_PKEY_free(key->pkey);
        buf_clear(&key->bare);
        certificate_bundle_clear(&key->bundle);
        mem_free(key);
    }
}

static void key_cleanup(struct crypto_key **key)
{
    key_free(*key);
}

static enum assay_status load_ed25519(struct crypto_key *key, struct slice material,
                                      struct assay_error *err)
{
    if (material.len != KEY_ED25519_BYTES) {
        return FAIL(err, ASSAY_KEY_MALFORMED, "Ed25519 key: expected %d bytes, found %zu",
                    KEY_ED25519_BYTES, material.len);
    }
    /* Small order, mixed order and encodings of no point: many messages would share a signature. */
    if (crypto_core_ed25519_is_valid_point(material.ptr) != 1) {
        return FAIL(err, ASSAY_KEY_WEAK, "Ed25519 key: expected a point of the main subgroup");
    }
    TRY(buf_append(&key->bare, material, err));
    key->signature_bytes = crypto_sign_BYTES;
    uint8_t spki[SPKI_ED25519_BYTES];
    spki_put_ed25519(key->bare.ptr, spki);
    return digest_compute(DIGEST_SHA256, slice_of(spki, sizeof(spki)), &key->identity, err);
}

static enum assay_status load_spki(struct crypto_key *key, struct slice der,
                                   struct assay_error *err)
{
    struct spki spki;
    TRY(spki_parse(der, &spki, err));
    if (spki.type != key_bare_type(key->type)) {
        return FAIL(err, ASSAY_KEY_ALGORITHM, "public key: expected %s, found %s",
                    spki.type == KEY_TYPE_RSA ? "an elliptic curve" : "RSA",
                    spki.type == KEY_TYPE_RSA ? "RSA" : "an elliptic curve");
    }
    key->signature_bytes = spki.signature_bytes;
    TRY(buf_append(&key->bare, der, err));
    TRY(digest_compute(DIGEST_SHA256, der, &key->identity, err));
    return spki_make_key(&spki, &key->pkey, err);
}

static enum assay_status load_certificate(struct crypto_key *key, struct slice pem,
                                          struct assay_error *err)
{
    TRY(certificate_parse_bundle(pem, &key->bundle, err));
    const struct certificate *leaf = &key->bundle.items[0];
    TRY(load_spki(key, leaf->spki, err));
    key->leaf.not_before_unix_s = leaf->not_before_unix_s;
    key->leaf.not_after_unix_s = leaf->not_after_unix_s;
    key->leaf.count = key->bundle.count;
    if (certificate_check_bundle(&key->bundle, NULL) == ASSAY_OK) {
        key->leaf.common_name = leaf->common_name;
    }
    return ASSAY_OK;
}

enum assay_status key_load(enum key_type type, struct slice material, struct crypto_key **out,
                           struct assay_error *err)
{
    *out = NULL;
    TRY(crypto_init(err));
    CLEANUP(key_cleanup) struct crypto_key *key = mem_alloc(1, sizeof(*key));
    if (key == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    key->type = type;
    key->bare.max = LIMIT_KEY_BYTES;
    switch (type) {
    case KEY_TYPE_ECDSA:
    case KEY_TYPE_RSA:
        TRY(load_spki(key, material, err));
        break;
    case KEY_TYPE_ECDSA_X509:
    case KEY_TYPE_RSA_X509:
        TRY(load_certificate(key, material, err));
        break;
    case KEY_TYPE_ED25519:
        TRY(load_ed25519(key, material, err));
        break;
    case KEY_TYPE_UNKNOWN:
    default:
        return FAIL(err, ASSAY_KEY_ALGORITHM, "public key: its type is not known");
    }
    *out = STEAL(key);
    return ASSAY_OK;
}

enum key_type key_type_of(const struct crypto_key *key)
{
    return key->type;
}

enum key_type key_bare_type(enum key_type type)
{
    switch (type) {
    case KEY_TYPE_ECDSA:
    case KEY_TYPE_ECDSA_X509:
        return KEY_TYPE_ECDSA;
    case KEY_TYPE_RSA:
    case KEY_TYPE_RSA_X509:
        return KEY_TYPE_RSA;
    case KEY_TYPE_ED25519:
        return KEY_TYPE_ED25519;
    case KEY_TYPE_UNKNOWN:
    default:
        return KEY_TYPE_UNKNOWN;
    }
}

const struct digest *key_identity(const struct crypto_key *key)
{
    return &key->identity;
}

struct slice key_bare_material(const struct crypto_key *key)
{
    return buf_slice(&key->bare);
}

const struct key_certificate *key_leaf(const struct crypto_key *key)
{
    return key->bundle.count == 0 ? NULL : &key->leaf;
}

void key_algorithm(const struct crypto_key *key, char out[KEY_ALGORITHM_BYTES])
{
    static const struct {
        size_t signature_bytes;
        const char *curve;
    } curves[] = { { 64, "P-256" }, { 96, "P-384" }, { 132, "P-521" } };
    if (key_bare_type(key->type) == KEY_TYPE_RSA) {
        (void)snprintf(out, KEY_ALGORITHM_BYTES, "RSA %zu", key->signature_bytes * 8);
        return;
    }
    (void)snprintf(out, KEY_ALGORITHM_BYTES, "%s", "Ed25519");
    for (size_t i = 0; key->pkey != NULL && i < ARRAY_LEN(curves); i++) {
        if (curves[i].signature_bytes == key->signature_bytes) {
            (void)snprintf(out, KEY_ALGORITHM_BYTES, "ECDSA %s", curves[i].curve);
        }
    }
}

static enum assay_status expect_certificate(const struct crypto_key *key, struct assay_error *err)
{
    if (key->bundle.count == 0) {
        return FAIL(err, ASSAY_CERTIFICATE, "expected a certificate, found a bare key");
    }
    return ASSAY_OK;
}

enum assay_status key_check_certificate(const struct crypto_key *key, struct assay_error *err)
{
    TRY(expect_certificate(key, err));
    return certificate_check_bundle(&key->bundle, err);
}

enum assay_status key_check_dates(const struct crypto_key *key, int64_t now_unix_s,
                                  struct assay_error *err)
{
    TRY(expect_certificate(key, err));
    for (size_t i = 0; i < key->bundle.count; i++) {
        int64_t not_before_unix_s = key->bundle.items[i].not_before_unix_s;
        int64_t not_after_unix_s = key->bundle.items[i].not_after_unix_s;
        const char *which = i == 0 ? "its certificate" : "an intermediate certificate";
        if (not_before_unix_s > not_after_unix_s) {
            return FAIL(err, ASSAY_CERTIFICATE_TIME, "%s ends before it begins", which);
        }
        if (not_before_unix_s > now_unix_s + LIMIT_CERTIFICATE_SKEW_S) {
            return FAIL(err, ASSAY_CERTIFICATE_TIME, "%s is not valid yet", which);
        }
        if (now_unix_s >= not_after_unix_s) {
            return FAIL(err, ASSAY_CERTIFICATE_TIME, "%s has expired", which);
        }
    }
    return ASSAY_OK;
}
