/* SPDX-License-Identifier: Apache-2.0 */
/* When the libraries below fail: whatever OpenSSL answers but 1 is no signature, and when memory
 * runs out nothing is accepted, refused as evidence, or leaked. Linked with --wrap. */
#include "maker.h"

#include <criterion/criterion.h>
#include <openssl/crypto.h>
#include <stdlib.h>

TestSuite(faults, .timeout = 60);

/* ---- The answers of EVP_PKEY_verify ---- */

/* clang-format off */
int __real_EVP_PKEY_verify(EVP_PKEY_CTX *ctx, const unsigned char *sig, size_t sig_len,
                           const unsigned char *tbs, size_t tbs_len);
int __wrap_EVP_PKEY_verify(EVP_PKEY_CTX *ctx, const unsigned char *sig, size_t sig_len,
                           const unsigned char *tbs, size_t tbs_len);
/* clang-format on */

static bool answer_is_forced;
static int forced_answer;

int __wrap_EVP_PKEY_verify(EVP_PKEY_CTX *ctx, const unsigned char *sig, size_t sig_len,
                           const unsigned char *tbs, size_t tbs_len)
{
    int answer = __real_EVP_PKEY_verify(ctx, sig, sig_len, tbs, tbs_len);
    return answer_is_forced ? forced_answer : answer;
}

Test(faults, only_one_is_a_signature)
{
    static const int answers[] = { 0, -1, -2, 2, 3, 256, INT32_MAX, INT32_MIN };
    EVP_PKEY *pkeys[] = { maker_ec("P-256"), maker_rsa(2048) };
    static const enum signature_method methods[] = { SIGNATURE_ECDSA, SIGNATURE_RSAPSS };
    for (size_t i = 0; i < ARRAY_LEN(pkeys); i++) {
        AUTO_PKEY *pkey = pkeys[i];
        AUTO_KEY *key = maker_load_pkey(pkey);
        AUTO_BUF signature = BUF_INIT(MAKER_MAX_BYTES);
        maker_sign(pkey, (struct maker_scheme){ .method = methods[i] },
                   slice_from_string(MAKER_TEXT), &signature);
        answer_is_forced = true;
        for (size_t j = 0; j < ARRAY_LEN(answers); j++) {
            forced_answer = answers[j];
            cr_expect_eq(maker_check(key, methods[i], buf_slice(&signature)), ASSAY_SIGNATURE, "%d",
                         answers[j]);
        }
        forced_answer = 1;
        cr_expect_eq(maker_check(key, methods[i], buf_slice(&signature)), ASSAY_OK);
        answer_is_forced = false;
        cr_expect_eq(maker_check(key, methods[i], buf_slice(&signature)), ASSAY_OK);
    }
}

/* ---- Memory ---- */

static long allocations_left = -1; /* negative: as many as are wanted */

static bool may_allocate(void)
{
    if (allocations_left < 0) {
        return true;
    }
    if (allocations_left == 0) {
        return false;
    }
    allocations_left--;
    return true;
}

static void *openssl_malloc(size_t len, const char *file UNUSED, int line UNUSED)
{
    return may_allocate() ? malloc(len) : NULL;
}

static void *openssl_realloc(void *ptr, size_t len, const char *file UNUSED, int line UNUSED)
{
    if (len == 0) {
        free(ptr);
        return NULL;
    }
    return may_allocate() ? realloc(ptr, len) : NULL;
}

static void openssl_free(void *ptr, const char *file UNUSED, int line UNUSED)
{
    free(ptr);
}

/* clang-format off */
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
/* clang-format on */

/* Ours: base/mem.c. */
void *__wrap_calloc(size_t count, size_t size)
{
    return may_allocate() ? __real_calloc(count, size) : NULL;
}

static bool hooks_are_set;

/* Before main: OpenSSL takes them only as long as it has allocated nothing. */
__attribute__((constructor)) static void set_hooks(void)
{
    hooks_are_set = CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free) == 1;
}

struct faults_material {
    struct buf ec_spki, rsa_spki, ec_pem, ca_pem;
    struct buf ecdsa, pss;
};

static void clear_material(struct faults_material *material)
{
    struct buf *all[] = { &material->ec_spki, &material->rsa_spki, &material->ec_pem,
                          &material->ca_pem,  &material->ecdsa,    &material->pss };
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        buf_clear(all[i]);
    }
}

static void make_material(struct faults_material *out)
{
    struct buf *all[] = { &out->ec_spki, &out->rsa_spki, &out->ec_pem,
                          &out->ca_pem,  &out->ecdsa,    &out->pss };
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        *all[i] = (struct buf)BUF_INIT(MAKER_MAX_BYTES);
    }
    AUTO_PKEY *ec = maker_ec("P-256");
    AUTO_PKEY *rsa = maker_rsa(2048);
    AUTO_PKEY *ca_pkey = maker_ec("P-256");
    AUTO_X509 *ca = maker_certificate(&(struct maker_certificate){
        .pkey = ca_pkey, .cn = "CA", .basic_constraints = "critical,CA:TRUE" });
    AUTO_X509 *leaf = maker_certificate(
        &(struct maker_certificate){ .pkey = ec, .cn = "a", .issuer = ca, .issuer_pkey = ca_pkey });
    maker_spki(ec, &out->ec_spki);
    maker_spki(rsa, &out->rsa_spki);
    maker_pem(leaf, &out->ec_pem);
    maker_pem(ca, &out->ca_pem);
    maker_sign(ec, (struct maker_scheme){ .method = SIGNATURE_ECDSA },
               slice_from_string(MAKER_TEXT), &out->ecdsa);
    maker_sign(rsa, (struct maker_scheme){ .method = SIGNATURE_RSAPSS },
               slice_from_string(MAKER_TEXT), &out->pss);
}

static enum assay_status load_and_check(enum key_type type, const struct buf *key_material,
                                        enum signature_method method, const struct buf *signature)
{
    AUTO_KEY *key = NULL;
    struct signature_message message;
    TRY(key_load(type, buf_slice(key_material), &key, NULL));
    TRY(signature_message_init(&message, slice_from_string(MAKER_TEXT), NULL));
    return signature_check(key, method, &message, buf_slice(signature), NULL);
}

static enum assay_status run_scenario(size_t which, const struct faults_material *material)
{
    switch (which) {
    case 0:
        return load_and_check(KEY_TYPE_ECDSA, &material->ec_spki, SIGNATURE_ECDSA,
                              &material->ecdsa);
    case 1:
        return load_and_check(KEY_TYPE_RSA, &material->rsa_spki, SIGNATURE_RSAPSS, &material->pss);
    case 2:
        return load_and_check(KEY_TYPE_ECDSA_X509, &material->ec_pem, SIGNATURE_ECDSA,
                              &material->ecdsa);
    default: {
        AUTO_KEY *key = NULL;
        TRY(key_load(KEY_TYPE_ECDSA_X509, buf_slice(&material->ec_pem), &key, NULL));
        TRY(key_check_certificate(key, NULL));
        TRY(key_check_dates(key, MAKER_NOW_UNIX_S, NULL));
        return key_check_chain(key, buf_slice(&material->ca_pem), MAKER_NOW_UNIX_S, NULL);
    }
    }
}

/* The n-th allocation and all after it fail, for every n until none does. OpenSSL does not always
 * say that memory is what it lacks, so a refusal is fine; what would not be fine is a signature
 * that is not one, a crash or a leak. */
static void run_out_of_memory(size_t which, const struct faults_material *material,
                              enum assay_status expected)
{
    long n = 0;
    bool did_fail = true;
    size_t named = 0;
    while (did_fail) {
        allocations_left = n;
        enum assay_status status = run_scenario(which, material);
        did_fail = allocations_left == 0;
        allocations_left = -1;
        if (!did_fail) {
            cr_expect_eq(status, expected, "scenario %zu", which);
        } else if (status == ASSAY_OK && expected != ASSAY_OK) {
            cr_expect_fail("scenario %zu, allocation %ld: accepted", which, n);
        }
        named += status == ASSAY_NO_MEMORY;
        n++;
        cr_assert_lt(n, 10000);
    }
    cr_expect_gt(named, 3, "scenario %zu", which);
    (void)fprintf(stderr, "# scenario %zu: %ld allocations, %zu failures called no-memory\n", which,
                  n - 1, named);
}

Test(faults, memory_runs_out_anywhere)
{
    cr_assert(hooks_are_set);
    CLEANUP(clear_material) struct faults_material material;
    make_material(&material);
    for (size_t which = 0; which < 4; which++) {
        run_out_of_memory(which, &material, ASSAY_OK);
    }
    material.ecdsa.ptr[10] ^= 1;
    material.pss.ptr[10] ^= 1;
    for (size_t which = 0; which < 3; which++) {
        run_out_of_memory(which, &material, ASSAY_SIGNATURE);
    }
}
