/* SPDX-License-Identifier: Apache-2.0 */
/* Public suites, run where ASSAY_PUBLIC_VECTORS says they lie: Wycheproof and ed25519-speccheck.
 * Each verdict must agree; a suite that is not there is skipped, never passed. */
#include "base/limits.h"
#include "base/text.h"
#include "crypto/signature.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(public_vectors, .timeout = 60);

static json_t *load_suite(const char *name)
{
    const char *folder = getenv("ASSAY_PUBLIC_VECTORS");
    if (folder == NULL || folder[0] == '\0') {
        cr_skip_test("ASSAY_PUBLIC_VECTORS is not set");
    }
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    json_t *root = json_load_file(path, 0, NULL);
    cr_assert_not_null(root, "%s cannot be read", path);
    return root;
}

static void decode_member(json_t *object, const char *name, struct buf *out)
{
    const char *hex = json_string_value(json_object_get(object, name));
    cr_assert_not_null(hex, "member %s", name);
    buf_reset(out);
    size_t len = strlen(hex) / 2;
    cr_assert_eq(buf_reserve(out, len + 1, NULL), ASSAY_OK);
    cr_assert_eq(hex_decode(slice_from_string(hex), out->ptr, len, NULL), ASSAY_OK);
    out->len = len;
}

struct tally {
    size_t accepted;
    size_t refused;
    size_t wrong;
    size_t weak; /* cases of a key that we refuse: its exponent is 3 */
};

static void run_case(const struct crypto_key *key, enum signature_method method, json_t *test,
                     struct tally *tally)
{
    AUTO_BUF bytes = BUF_INIT(MIB);
    AUTO_BUF signature = BUF_INIT(MIB);
    decode_member(test, "msg", &bytes);
    decode_member(test, "sig", &signature);
    struct signature_message message;
    cr_assert_eq(signature_message_init(&message, buf_slice(&bytes), NULL), ASSAY_OK);
    enum assay_status status = signature_check(key, method, &message, buf_slice(&signature), NULL);
    /* "acceptable" is what a lax verifier may take; we are strict. */
    const char *result = json_string_value(json_object_get(test, "result"));
    enum assay_status expected = strcmp(result, "valid") == 0 ? ASSAY_OK : ASSAY_SIGNATURE;
    tally->accepted += status == ASSAY_OK;
    tally->refused += status == ASSAY_SIGNATURE;
    tally->wrong += status != expected;
    cr_expect_eq(status, expected, "case %lld (%s): %s",
                 (long long)json_integer_value(json_object_get(test, "tcId")), result,
                 assay_status_id(status));
}

/* The key of a group: Ed25519's bare bytes are the end of its DER. NULL for a weak one. */
static struct crypto_key *load_group_key(json_t *group, enum key_type type)
{
    AUTO_BUF der = BUF_INIT(MIB);
    decode_member(group, "publicKeyDer", &der);
    struct slice material = buf_slice(&der);
    if (type == KEY_TYPE_ED25519) {
        material = slice_from(material, material.len - 32);
    }
    struct crypto_key *key = NULL;
    struct assay_error err = ERROR_INIT;
    enum assay_status status = key_load(type, material, &key, &err);
    if (status == ASSAY_KEY_WEAK && type == KEY_TYPE_RSA) {
        cr_assert(slice_has_suffix(material, SLICE_LITERAL("\x02\x01\x03")), "%s", err.message);
        return NULL;
    }
    cr_assert_eq(status, ASSAY_OK, "%s", err.message);
    return key;
}

static void run_suite(const char *name, enum key_type type, enum signature_method method,
                      size_t expected_accepted, size_t expected_refused)
{
    json_t *root = load_suite(name);
    struct tally tally = { 0 };
    size_t i = 0;
    json_t *group = NULL;
    json_array_foreach(json_object_get(root, "testGroups"), i, group) {
        struct crypto_key *key = load_group_key(group, type);
        size_t j = 0;
        json_t *test = NULL;
        if (key == NULL) {
            tally.weak += json_array_size(json_object_get(group, "tests"));
            continue;
        }
        json_array_foreach(json_object_get(group, "tests"), j, test) {
            run_case(key, method, test, &tally);
        }
        key_free(key);
    }
    json_decref(root);
    (void)fprintf(stderr, "# %s: %zu accepted, %zu refused, %zu wrong, %zu of weak keys\n", name,
                  tally.accepted, tally.refused, tally.wrong, tally.weak);
    cr_assert_eq(tally.wrong, 0);
    /* So that a suite that lost its cases does not pass. */
    cr_assert_geq(tally.accepted, expected_accepted);
    cr_assert_geq(tally.refused, expected_refused);
}

Test(public_vectors, ecdsa_p256)
{
    run_suite("wycheproof/ecdsa_secp256r1_sha256_p1363_test.json", KEY_TYPE_ECDSA, SIGNATURE_ECDSA,
              150, 80);
}

Test(public_vectors, rsa_pkcs1)
{
    static const char *const names[] = { "wycheproof/rsa_signature_2048_sha256_test.json",
                                         "wycheproof/rsa_signature_3072_sha256_test.json",
                                         "wycheproof/rsa_signature_4096_sha256_test.json" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        run_suite(names[i], KEY_TYPE_RSA, SIGNATURE_RSAPKCS1V15, 5, 240);
    }
}

Test(public_vectors, rsa_pss)
{
    static const char *const names[] = { "wycheproof/rsa_pss_2048_sha256_mgf1_32_test.json",
                                         "wycheproof/rsa_pss_3072_sha256_mgf1_32_test.json",
                                         "wycheproof/rsa_pss_4096_sha256_mgf1_32_test.json" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        run_suite(names[i], KEY_TYPE_RSA, SIGNATURE_RSAPSS, 60, 40);
    }
}

Test(public_vectors, ed25519)
{
    run_suite("wycheproof/ed25519_test.json", KEY_TYPE_ED25519, SIGNATURE_EDDSA, 80, 60);
}

/* DER signatures, valid ones too, are not the form that is read. */
Test(public_vectors, ecdsa_in_der_is_refused)
{
    json_t *root = load_suite("wycheproof/ecdsa_secp256r1_sha256_test.json");
    size_t refused = 0;
    size_t i = 0;
    json_t *group = NULL;
    json_array_foreach(json_object_get(root, "testGroups"), i, group) {
        struct crypto_key *key = load_group_key(group, KEY_TYPE_ECDSA);
        size_t j = 0;
        json_t *test = NULL;
        json_array_foreach(json_object_get(group, "tests"), j, test) {
            AUTO_BUF bytes = BUF_INIT(MIB);
            AUTO_BUF signature = BUF_INIT(MIB);
            decode_member(test, "msg", &bytes);
            decode_member(test, "sig", &signature);
            struct signature_message message;
            cr_assert_eq(signature_message_init(&message, buf_slice(&bytes), NULL), ASSAY_OK);
            cr_expect_eq(
                signature_check(key, SIGNATURE_ECDSA, &message, buf_slice(&signature), NULL),
                ASSAY_SIGNATURE);
            refused++;
        }
        key_free(key);
    }
    json_decref(root);
    (void)fprintf(stderr, "# %zu signatures in DER refused\n", refused);
    cr_assert_geq(refused, 400);
}

/* Points of small or mixed order and encodings of none: refused as key, or at the signature. */
Test(public_vectors, ed25519_speccheck)
{
    json_t *root = load_suite("ed25519-speccheck/cases.json");
    size_t refused_keys = 0;
    size_t refused_signatures = 0;
    size_t i = 0;
    json_t *test = NULL;
    json_array_foreach(root, i, test) {
        AUTO_BUF bytes = BUF_INIT(MIB);
        AUTO_BUF public_key = BUF_INIT(MIB);
        AUTO_BUF signature = BUF_INIT(MIB);
        decode_member(test, "message", &bytes);
        decode_member(test, "pub_key", &public_key);
        decode_member(test, "signature", &signature);
        struct crypto_key *key = NULL;
        enum assay_status status = key_load(KEY_TYPE_ED25519, buf_slice(&public_key), &key, NULL);
        if (status != ASSAY_OK) {
            cr_expect_eq(status, ASSAY_KEY_WEAK, "case %zu", i);
            refused_keys++;
            continue;
        }
        struct signature_message message;
        cr_assert_eq(signature_message_init(&message, buf_slice(&bytes), NULL), ASSAY_OK);
        cr_expect_eq(signature_check(key, SIGNATURE_EDDSA, &message, buf_slice(&signature), NULL),
                     ASSAY_SIGNATURE, "case %zu", i);
        refused_signatures++;
        key_free(key);
    }
    json_decref(root);
    (void)fprintf(stderr, "# %zu cases refused by key, %zu by signature\n", refused_keys,
                  refused_signatures);
    cr_assert_eq(refused_keys + refused_signatures, 12);
}
