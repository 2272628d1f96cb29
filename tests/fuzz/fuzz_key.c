/* SPDX-License-Identifier: Apache-2.0 */
/* Key material as every type: a key that loads has one type, an identity that its bare material has
 * too, and a name only where its certificate is a root's. DER is tried as a certificate too, since
 * mutation does not get through base64; OpenSSL must agree about one that we accept. */
#include "harness.h"

#include "../support/certificate_peer.h"

#include "base/limits.h"
#include "base/text.h"
#include "crypto/key.h"

static const enum key_type TYPES[] = { KEY_TYPE_UNKNOWN, KEY_TYPE_ECDSA,    KEY_TYPE_ECDSA_X509,
                                       KEY_TYPE_RSA,     KEY_TYPE_RSA_X509, KEY_TYPE_ED25519 };

static void check_dates(const struct crypto_key *key, const struct key_certificate *leaf)
{
    int64_t end_unix_s = leaf->not_after_unix_s;
    enum assay_status status = key_check_dates(key, end_unix_s - 1, NULL);
    INVARIANT(key_check_dates(key, end_unix_s, NULL) == ASSAY_CERTIFICATE_TIME);
    INVARIANT(key_check_dates(key, leaf->not_before_unix_s - LIMIT_CERTIFICATE_SKEW_S - 1, NULL) ==
              ASSAY_CERTIFICATE_TIME);
    if (leaf->count == 1) {
        bool ordered = leaf->not_before_unix_s <= end_unix_s;
        INVARIANT(status == (ordered ? ASSAY_OK : ASSAY_CERTIFICATE_TIME));
    }
}

static void check_certificate(const struct crypto_key *key, struct slice pem)
{
    const struct key_certificate *leaf = key_leaf(key);
    struct assay_error err = ERROR_INIT;
    enum assay_status status = key_check_certificate(key, &err);
    INVARIANT(status == err.status);
    INVARIANT(status == ASSAY_OK || status == ASSAY_CERTIFICATE);
    INVARIANT(leaf->count >= 1 && leaf->count <= LIMIT_CERTIFICATES);
    INVARIANT((status == ASSAY_OK) == (leaf->common_name.len > 0));
    INVARIANT(text_is_utf8(leaf->common_name));
    check_dates(key, leaf);
    status = key_check_chain(key, pem, leaf->not_before_unix_s, NULL);
    INVARIANT(status == ASSAY_OK || status == ASSAY_PIN_MISMATCH || status == ASSAY_PIN_INVALID ||
              status == ASSAY_CERTIFICATE_TIME);
    /* A bundle of one is no chain. */
    INVARIANT(status != ASSAY_OK || leaf->count > 1);
}

static void check_bare(const struct crypto_key *key)
{
    INVARIANT(key_leaf(key) == NULL);
    INVARIANT(key_check_certificate(key, NULL) == ASSAY_CERTIFICATE);
    INVARIANT(key_check_dates(key, 0, NULL) == ASSAY_CERTIFICATE);
    INVARIANT(key_check_chain(key, SLICE_EMPTY, 0, NULL) == ASSAY_PIN_MISMATCH);
}

static void check_reload(const struct crypto_key *key)
{
    struct slice bare = key_bare_material(key);
    struct crypto_key *again = NULL;
    INVARIANT(key_load(key_bare_type(key_type_of(key)), bare, &again, NULL) == ASSAY_OK);
    INVARIANT(digest_equal(key_identity(again), key_identity(key)));
    INVARIANT(slice_equal(key_bare_material(again), bare));
    key_free(again);
}

static bool load(enum key_type type, struct slice material)
{
    struct crypto_key *key = NULL;
    struct assay_error err = ERROR_INIT;
    enum assay_status status = key_load(type, material, &key, &err);
    INVARIANT(status == err.status);
    INVARIANT((status == ASSAY_OK) == (key != NULL));
    if (status != ASSAY_OK) {
        INVARIANT(status == ASSAY_KEY_MALFORMED || status == ASSAY_KEY_WEAK ||
                  status == ASSAY_KEY_ALGORITHM || status == ASSAY_CERTIFICATE);
        return false;
    }
    INVARIANT(key_type_of(key) == type && type != KEY_TYPE_UNKNOWN);
    INVARIANT(key_identity(key)->alg == DIGEST_SHA256);
    if (key_bare_type(type) == type) {
        check_bare(key);
        INVARIANT(slice_equal(key_bare_material(key), material));
    } else {
        check_certificate(key, material);
    }
    check_reload(key);
    key_free(key);
    return true;
}

static void load_all(struct slice material)
{
    size_t loaded = 0;
    for (size_t i = 0; i < ARRAY_LEN(TYPES); i++) {
        loaded += load(TYPES[i], material) ? 1 : 0;
    }
    INVARIANT(loaded <= 1);
}

static enum assay_status write_pem(struct slice der, struct buf *out)
{
    AUTO_BUF base64 = BUF_INIT(LIMIT_KEY_BYTES);
    TRY(base64_encode(der, &base64, NULL));
    TRY(buf_append_string(out, "-----BEGIN CERTIFICATE-----\n", NULL));
    for (struct slice rest = buf_slice(&base64); rest.len > 0; rest = slice_from(rest, 64)) {
        TRY(buf_append(out, slice_first(rest, 64), NULL));
        TRY(buf_append_byte(out, '\n', NULL));
    }
    return buf_append_string(out, "-----END CERTIFICATE-----\n", NULL);
}

static void compare_with_openssl(struct slice der)
{
    struct certificate found;
    enum assay_status status = certificate_read(der, &found, NULL);
    INVARIANT(status == ASSAY_OK ? certificate_difference(&found) == NULL
                                 : status == ASSAY_CERTIFICATE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_BUF pem = BUF_INIT(2 * LIMIT_KEY_BYTES);
    struct slice material = slice_of(data, size);

    load_all(material);
    compare_with_openssl(material);
    if (size > 0 && data[0] == 0x30 && write_pem(material, &pem) == ASSAY_OK) {
        load_all(buf_slice(&pem));
    }
    return 0;
}
