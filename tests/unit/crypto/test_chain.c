/* SPDX-License-Identifier: Apache-2.0 */
/* Root certificates of a pinned CA. */
#include "maker.h"

#include "base/limits.h"

#include <criterion/criterion.h>

TestSuite(chain, .timeout = 60);

#define GUN     "registry.example.com/acme/app"
#define CA_TRUE "critical,CA:TRUE"
#define DAY_S   86400
#define NOW     MAKER_NOW_UNIX_S

/* A CA, perhaps others below it, and a leaf; each certificate with a key of its own. */
#define MAX_LINKS 8
struct chain {
    EVP_PKEY *pkeys[MAX_LINKS];
    X509 *certificates[MAX_LINKS]; /* the CA first, the leaf last */
    size_t count;
};

static void chain_clear(struct chain *chain)
{
    for (size_t i = 0; i < chain->count; i++) {
        EVP_PKEY_free(chain->pkeys[i]);
        X509_free(chain->certificates[i]);
    }
}
#define AUTO_CHAIN CLEANUP(chain_clear) struct chain

/* Adds a certificate below the last one; wanted says what is special about it. */
static void chain_add(struct chain *chain, struct maker_certificate wanted)
{
    size_t i = chain->count;
    cr_assert_lt(i, MAX_LINKS);
    chain->pkeys[i] = wanted.pkey != NULL ? wanted.pkey : maker_ec("P-256");
    wanted.pkey = chain->pkeys[i];
    if (i > 0) {
        wanted.issuer = chain->certificates[i - 1];
        wanted.issuer_pkey = chain->pkeys[i - 1];
    }
    chain->certificates[i] = maker_certificate(&wanted);
    chain->count++;
}

static void chain_make(struct chain *chain, size_t intermediates)
{
    static const char *const names[] = { "CA 1", "CA 2", "CA 3", "CA 4", "CA 5", "CA 6" };
    chain_add(chain, (struct maker_certificate){ .cn = "CA", .basic_constraints = CA_TRUE });
    for (size_t i = 0; i < intermediates; i++) {
        chain_add(chain,
                  (struct maker_certificate){ .cn = names[i], .basic_constraints = CA_TRUE });
    }
    chain_add(chain, (struct maker_certificate){ .cn = GUN });
}

/* The bundle of the leaf and the intermediates, leaf first, without the first skip of them. */
static struct crypto_key *chain_key(const struct chain *chain, size_t skip)
{
    AUTO_BUF pem = BUF_INIT(MAKER_MAX_BYTES);
    for (size_t i = chain->count; i > 1 + skip; i--) {
        maker_pem(chain->certificates[i - 1], &pem);
    }
    return maker_load(KEY_TYPE_ECDSA_X509, buf_slice(&pem));
}

static enum assay_status check_at(const struct crypto_key *key, X509 *ca, int64_t now_unix_s)
{
    AUTO_BUF pem = BUF_INIT(MAKER_MAX_BYTES);
    struct assay_error err = ERROR_INIT;
    maker_pem(ca, &pem);
    enum assay_status status = key_check_chain(key, buf_slice(&pem), now_unix_s, &err);
    cr_expect_eq(err.status == status || status == ASSAY_OK, true);
    cr_expect_eq(key_check_chain(key, buf_slice(&pem), now_unix_s, NULL), status);
    return status;
}

static enum assay_status check(const struct crypto_key *key, X509 *ca)
{
    return check_at(key, ca, NOW);
}

Test(chain, of_every_allowed_length)
{
    for (size_t intermediates = 0; intermediates <= LIMIT_CHAIN_DEPTH + 1; intermediates++) {
        AUTO_CHAIN chain = { .count = 0 };
        chain_make(&chain, intermediates);
        AUTO_KEY *key = chain_key(&chain, 0);
        cr_expect_eq(check(key, chain.certificates[0]),
                     intermediates <= LIMIT_CHAIN_DEPTH ? ASSAY_OK : ASSAY_PIN_MISMATCH,
                     "%zu intermediates", intermediates);
    }
}

Test(chain, a_pinned_intermediate_is_enough)
{
    AUTO_CHAIN chain = { .count = 0 };
    chain_make(&chain, 2);
    AUTO_KEY *whole = chain_key(&chain, 0);
    AUTO_KEY *short_bundle = chain_key(&chain, 1); /* leaf and CA 2 */
    cr_expect_eq(check(whole, chain.certificates[1]), ASSAY_OK);
    cr_expect_eq(check(whole, chain.certificates[2]), ASSAY_OK);
    cr_expect_eq(check(short_bundle, chain.certificates[1]), ASSAY_OK);
    cr_expect_eq(check(short_bundle, chain.certificates[0]), ASSAY_PIN_MISMATCH, "CA 1 is missing");
}

Test(chain, another_ca)
{
    AUTO_CHAIN chain = { .count = 0 };
    AUTO_CHAIN other = { .count = 0 };
    AUTO_CHAIN same_name = { .count = 0 };
    chain_make(&chain, 1);
    chain_make(&same_name, 1);
    chain_add(&other, (struct maker_certificate){ .cn = "Other", .basic_constraints = CA_TRUE });
    AUTO_KEY *key = chain_key(&chain, 0);
    cr_expect_eq(check(key, chain.certificates[0]), ASSAY_OK);
    cr_expect_eq(check(key, other.certificates[0]), ASSAY_PIN_MISMATCH);
    cr_expect_eq(check(key, same_name.certificates[0]), ASSAY_PIN_MISMATCH, "same name, other key");
}

Test(chain, a_self_signed_leaf_has_no_ca)
{
    AUTO_CHAIN chain = { .count = 0 };
    AUTO_CHAIN leaf = { .count = 0 };
    chain_make(&chain, 0);
    chain_add(&leaf, (struct maker_certificate){ .cn = GUN });
    AUTO_BUF pem = BUF_INIT(MAKER_MAX_BYTES);
    maker_pem(leaf.certificates[0], &pem);
    AUTO_KEY *key = maker_load(KEY_TYPE_ECDSA_X509, buf_slice(&pem));
    cr_expect_eq(check(key, chain.certificates[0]), ASSAY_PIN_MISMATCH);
    cr_expect_eq(check(key, leaf.certificates[0]), ASSAY_PIN_INVALID, "a leaf is no CA");
    AUTO_KEY *bare = maker_load_pkey(leaf.pkeys[0]);
    cr_expect_eq(check(bare, chain.certificates[0]), ASSAY_PIN_MISMATCH, "a bare key");
}

Test(chain, ca_flags)
{
    static const struct {
        const char *name;
        const char *ca;
        const char *intermediate;
        const char *leaf;
        enum assay_status status;
    } cases[] = {
        { "as it should be", CA_TRUE, CA_TRUE, "critical,CA:FALSE", ASSAY_OK },
        { "no word in the leaf", CA_TRUE, CA_TRUE, NULL, ASSAY_OK },
        { "leaf is a CA", CA_TRUE, CA_TRUE, CA_TRUE, ASSAY_PIN_MISMATCH },
        { "intermediate is none", CA_TRUE, "critical,CA:FALSE", NULL, ASSAY_PIN_MISMATCH },
        { "no word in the intermediate", CA_TRUE, NULL, NULL, ASSAY_PIN_MISMATCH },
        { "path length kept", "critical,CA:TRUE,pathlen:1", CA_TRUE, NULL, ASSAY_OK },
        { "path length broken", "critical,CA:TRUE,pathlen:0", CA_TRUE, NULL, ASSAY_PIN_MISMATCH },
        { "pinned one is none", "critical,CA:FALSE", CA_TRUE, NULL, ASSAY_PIN_INVALID },
        { "no word in the pinned one", NULL, CA_TRUE, NULL, ASSAY_PIN_INVALID },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_CHAIN chain = { .count = 0 };
        chain_add(&chain,
                  (struct maker_certificate){ .cn = "CA", .basic_constraints = cases[i].ca });
        chain_add(&chain, (struct maker_certificate){ .cn = "CA 1",
                                                      .basic_constraints = cases[i].intermediate });
        chain_add(&chain,
                  (struct maker_certificate){ .cn = GUN, .basic_constraints = cases[i].leaf });
        AUTO_KEY *key = chain_key(&chain, 0);
        cr_expect_eq(check(key, chain.certificates[0]), cases[i].status, "%s", cases[i].name);
    }
}

Test(chain, any_extended_key_usage)
{
    static const char *const usages[] = { "codeSigning", "serverAuth", "critical,emailProtection",
                                          "1.2.3.4" };
    for (size_t i = 0; i < ARRAY_LEN(usages); i++) {
        AUTO_CHAIN chain = { .count = 0 };
        chain_add(&chain, (struct maker_certificate){ .cn = "CA", .basic_constraints = CA_TRUE });
        chain_add(&chain, (struct maker_certificate){ .cn = GUN, .extended_key_usage = usages[i] });
        AUTO_KEY *key = chain_key(&chain, 0);
        cr_expect_eq(check(key, chain.certificates[0]), ASSAY_OK, "%s", usages[i]);
    }
}

Test(chain, weak_links)
{
    static const struct {
        const char *name;
        bool leaf_sha1;
        bool intermediate_sha1;
        unsigned int intermediate_bits;
        enum assay_status status;
    } cases[] = {
        { "strong", false, false, 2048, ASSAY_OK },
        { "SHA-1 on the leaf", true, false, 2048, ASSAY_PIN_MISMATCH },
        { "SHA-1 on the intermediate", false, true, 2048, ASSAY_PIN_MISMATCH },
        { "RSA 1024 in the intermediate", false, false, 1024, ASSAY_PIN_MISMATCH },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_CHAIN chain = { .count = 0 };
        chain_add(&chain, (struct maker_certificate){ .cn = "CA", .basic_constraints = CA_TRUE });
        chain_add(&chain, (struct maker_certificate){ .cn = "CA 1",
                                                      .pkey = maker_rsa(cases[i].intermediate_bits),
                                                      .basic_constraints = CA_TRUE,
                                                      .md = cases[i].intermediate_sha1 ? EVP_sha1()
                                                                                       : NULL });
        chain_add(&chain, (struct maker_certificate){
                              .cn = GUN, .md = cases[i].leaf_sha1 ? EVP_sha1() : NULL });
        AUTO_KEY *key = chain_key(&chain, 0);
        cr_expect_eq(check(key, chain.certificates[0]), cases[i].status, "%s", cases[i].name);
    }
}

Test(chain, dates)
{
    /* Which certificate is out of date: 0 the CA, 1 the intermediate, 2 the leaf. */
    for (size_t which = 0; which < 3; which++) {
        AUTO_CHAIN chain = { .count = 0 };
        static const char *const names[] = { "CA", "CA 1", GUN };
        for (size_t i = 0; i < 3; i++) {
            chain_add(&chain, (struct maker_certificate){
                                  .cn = names[i],
                                  .basic_constraints = i < 2 ? CA_TRUE : NULL,
                                  .not_before_unix_s = NOW - 10 * DAY_S,
                                  .not_after_unix_s = NOW + (i == which ? 1 : 10) * DAY_S });
        }
        AUTO_KEY *key = chain_key(&chain, 0);
        X509 *ca = chain.certificates[0];
        cr_expect_eq(check_at(key, ca, NOW), ASSAY_OK, "%zu", which);
        cr_expect_eq(check_at(key, ca, NOW + 2 * DAY_S), ASSAY_CERTIFICATE_TIME, "%zu", which);
        cr_expect_eq(check_at(key, ca, NOW - 11 * DAY_S), ASSAY_CERTIFICATE_TIME, "%zu", which);
    }
}

/* What is wrong otherwise is not put down to dates. */
Test(chain, dates_and_another_ca)
{
    AUTO_CHAIN chain = { .count = 0 };
    AUTO_CHAIN other = { .count = 0 };
    chain_make(&chain, 1);
    chain_make(&other, 1);
    AUTO_KEY *key = chain_key(&chain, 0);
    cr_expect_eq(check_at(key, other.certificates[0], NOW + 10000LL * DAY_S), ASSAY_PIN_MISMATCH);
}

Test(chain, ca_file)
{
    AUTO_CHAIN chain = { .count = 0 };
    AUTO_CHAIN other = { .count = 0 };
    chain_make(&chain, 0);
    chain_make(&other, 0);
    AUTO_KEY *key = chain_key(&chain, 0);
    AUTO_BUF good = BUF_INIT(MAKER_MAX_BYTES);
    AUTO_BUF others = BUF_INIT(MAKER_MAX_BYTES);
    maker_pem(chain.certificates[0], &good);
    maker_pem(other.certificates[1], &others); /* no CA: passed over */
    maker_pem(other.certificates[0], &others);
    const struct {
        const char *name;
        struct slice parts[3];
        enum assay_status status;
    } cases[] = {
        { "the CA", { buf_slice(&good) }, ASSAY_OK },
        { "among others", { buf_slice(&others), buf_slice(&good) }, ASSAY_OK },
        { "twice", { buf_slice(&good), buf_slice(&good) }, ASSAY_OK },
        { "with text around",
          { SLICE_LITERAL("# our CA\n\n"), buf_slice(&good), SLICE_LITERAL("\nend\n") },
          ASSAY_OK },
        { "only others", { buf_slice(&others) }, ASSAY_PIN_MISMATCH },
        { "nothing", { SLICE_EMPTY }, ASSAY_PIN_INVALID },
        { "text", { SLICE_LITERAL("hello\n") }, ASSAY_PIN_INVALID },
        { "empty block",
          { buf_slice(&good),
            SLICE_LITERAL("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n") },
          ASSAY_PIN_INVALID },
        { "damaged block after a good one",
          { buf_slice(&good),
            SLICE_LITERAL("-----BEGIN CERTIFICATE-----\nMII!\n-----END CERTIFICATE-----\n") },
          ASSAY_PIN_INVALID },
        { "cut block", { slice_first(buf_slice(&good), good.len / 2) }, ASSAY_PIN_INVALID },
        { "encrypted block",
          { SLICE_LITERAL("-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\n"
                          "DEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF\n\n"
                          "AAAAAAAAAAAAAAAAAAAAAA==\n-----END CERTIFICATE-----\n") },
          ASSAY_PIN_INVALID },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF pem = BUF_INIT(MAKER_MAX_BYTES);
        for (size_t j = 0; j < ARRAY_LEN(cases[i].parts); j++) {
            maker_append(&pem, cases[i].parts[j]);
        }
        cr_expect_eq(key_check_chain(key, buf_slice(&pem), NOW, NULL), cases[i].status, "%s",
                     cases[i].name);
    }
    AUTO_BUF huge = BUF_INIT(MAKER_MAX_BYTES);
    maker_append(&huge, buf_slice(&good));
    while (huge.len <= LIMIT_CA_FILE_BYTES) {
        maker_append(&huge, SLICE_LITERAL("a long line of text that says nothing at all\n"));
    }
    cr_expect_eq(key_check_chain(key, buf_slice(&huge), NOW, NULL), ASSAY_PIN_INVALID, "too long");
}
