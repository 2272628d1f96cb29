/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates: what a root certificate must say, and when. */
#include "maker.h"

#include "base/limits.h"

#include <criterion/criterion.h>

TestSuite(certificate, .timeout = 60);

#define GUN   "registry.example.com/acme/app"
#define DAY_S 86400

static enum assay_status status_of_pem(const struct buf *pem)
{
    return maker_status(KEY_TYPE_ECDSA_X509, buf_slice(pem));
}

/* ---- Bundles ---- */

#define CA_TRUE "critical,CA:TRUE"

struct bundle_case {
    const char *name;
    const char *shape; /* l: leaf, c: CA, w: leaf signed with SHA-1, x: CA signed with SHA-1 */
    enum assay_status load;
    enum assay_status check;
};

static const struct bundle_case bundles[] = {
    { "leaf", "l", ASSAY_OK, ASSAY_OK },
    { "leaf and CA", "lc", ASSAY_OK, ASSAY_OK },
    { "leaf and seven CAs", "lccccccc", ASSAY_OK, ASSAY_OK },
    { "nine certificates", "lcccccccc", ASSAY_CERTIFICATE, ASSAY_CERTIFICATE },
    { "CA first", "cl", ASSAY_OK, ASSAY_CERTIFICATE },
    { "no leaf", "c", ASSAY_OK, ASSAY_CERTIFICATE },
    { "no leaf, two CAs", "cc", ASSAY_OK, ASSAY_CERTIFICATE },
    { "two leaves", "ll", ASSAY_OK, ASSAY_CERTIFICATE },
    { "two leaves and a CA", "lcl", ASSAY_OK, ASSAY_CERTIFICATE },
    { "SHA-1 on the leaf", "w", ASSAY_OK, ASSAY_CERTIFICATE },
    { "SHA-1 on the CA", "lx", ASSAY_OK, ASSAY_CERTIFICATE },
};

static void put_bundle(const char *shape, EVP_PKEY *pkey, struct buf *pem)
{
    buf_reset(pem);
    for (const char *kind = shape; *kind != '\0'; kind++) {
        bool is_ca = *kind == 'c' || *kind == 'x';
        bool is_weak = *kind == 'w' || *kind == 'x';
        AUTO_X509 *x509 = maker_certificate(
            &(struct maker_certificate){ .pkey = pkey,
                                         .cn = GUN,
                                         .basic_constraints = is_ca ? CA_TRUE : "critical,CA:FALSE",
                                         .md = is_weak ? EVP_sha1() : NULL });
        maker_pem(x509, pem);
    }
}

static enum assay_status check_pem(const struct buf *pem, bool *names_something)
{
    struct crypto_key *key = NULL;
    struct assay_error err = ERROR_INIT;
    enum key_type type = KEY_TYPE_ECDSA_X509;
    enum assay_status status = key_load(type, buf_slice(pem), &key, &err);
    *names_something = false;
    if (status == ASSAY_OK) {
        status = key_check_certificate(key, &err);
        *names_something = key_leaf(key)->common_name.len > 0;
    }
    cr_expect_eq(err.status, status);
    key_free(key);
    return status;
}

Test(certificate, bundle_is_one_leaf_then_cas)
{
    AUTO_PKEY *pkey = maker_ec("P-256");
    AUTO_BUF pem = BUF_INIT(MAKER_MAX_BYTES);
    for (size_t i = 0; i < ARRAY_LEN(bundles); i++) {
        bool names_something = false;
        put_bundle(bundles[i].shape, pkey, &pem);
        cr_expect_eq(status_of_pem(&pem), bundles[i].load, "%s", bundles[i].name);
        cr_expect_eq(check_pem(&pem, &names_something), bundles[i].check, "%s", bundles[i].name);
        cr_expect_eq(names_something, bundles[i].check == ASSAY_OK, "%s", bundles[i].name);
    }
}

Test(certificate, bundle_key_is_the_first_ones)
{
    AUTO_PKEY *pkey = maker_ec("P-256");
    AUTO_PKEY *ca_pkey = maker_ec("P-384");
    AUTO_BUF pem = BUF_INIT(MAKER_MAX_BYTES);
    AUTO_BUF spki = BUF_INIT(MAKER_MAX_BYTES);
    put_bundle("l", pkey, &pem);
    AUTO_X509 *ca = maker_certificate(
        &(struct maker_certificate){ .pkey = ca_pkey, .cn = "CA", .basic_constraints = CA_TRUE });
    maker_pem(ca, &pem);
    maker_spki(pkey, &spki);
    AUTO_KEY *key = maker_load(KEY_TYPE_ECDSA_X509, buf_slice(&pem));
    cr_expect(slice_equal(key_bare_material(key), buf_slice(&spki)));
    cr_expect_eq(key_leaf(key)->count, 2);
    cr_expect(slice_is(key_leaf(key)->common_name, GUN));
}

Test(certificate, algorithms_of_the_signature)
{
    AUTO_PKEY *rsa = maker_rsa(2048);
    const struct {
        const EVP_MD *md;
        enum assay_status status;
    } cases[] = {
        { EVP_sha256(), ASSAY_OK },
        { EVP_sha384(), ASSAY_OK },
        { EVP_sha512(), ASSAY_OK },
        { EVP_sha1(), ASSAY_CERTIFICATE },
        { EVP_md5(), ASSAY_CERTIFICATE },
        { EVP_sha224(), ASSAY_CERTIFICATE },
        { EVP_ripemd160(), ASSAY_CERTIFICATE },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF pem = BUF_INIT(MAKER_MAX_BYTES);
        AUTO_X509 *x509 = maker_certificate(
            &(struct maker_certificate){ .pkey = rsa, .cn = GUN, .md = cases[i].md });
        maker_pem(x509, &pem);
        AUTO_KEY *key = maker_load(KEY_TYPE_RSA_X509, buf_slice(&pem));
        cr_expect_eq(key_check_certificate(key, NULL), cases[i].status, "%s",
                     EVP_MD_get0_name(cases[i].md));
    }
}

Test(certificate, old_version_is_no_ca)
{
    AUTO_PKEY *pkey = maker_ec("P-256");
    AUTO_BUF pem = BUF_INIT(MAKER_MAX_BYTES);
    AUTO_X509 *x509 = maker_certificate(
        &(struct maker_certificate){ .pkey = pkey, .cn = GUN, .is_version_1 = true });
    maker_pem(x509, &pem);
    bool names_something = false;
    cr_expect_eq(check_pem(&pem, &names_something), ASSAY_OK);
    cr_expect(names_something);
}

Test(certificate, extensions_that_contradict)
{
    AUTO_PKEY *pkey = maker_ec("P-256");
    for (int twice = 0; twice < 2; twice++) {
        AUTO_BUF pem = BUF_INIT(MAKER_MAX_BYTES);
        AUTO_X509 *x509 =
            maker_certificate(&(struct maker_certificate){ .pkey = pkey,
                                                           .cn = GUN,
                                                           .basic_constraints = "critical,CA:FALSE",
                                                           .has_them_twice = twice == 1 });
        maker_pem(x509, &pem);
        bool names_something = false;
        cr_expect_eq(check_pem(&pem, &names_something), twice ? ASSAY_CERTIFICATE : ASSAY_OK);
        cr_expect_eq(names_something, !twice);
    }
}

Test(certificate, a_bare_key_is_none)
{
    AUTO_PKEY *pkey = maker_ec("P-256");
    AUTO_KEY *key = maker_load_pkey(pkey);
    cr_expect_eq(key_check_certificate(key, NULL), ASSAY_CERTIFICATE);
    cr_expect_eq(key_check_dates(key, MAKER_NOW_UNIX_S, NULL), ASSAY_CERTIFICATE);
}

/* ---- Common names ---- */

#define CN(type, text)                                                                             \
    {                                                                                              \
        NID_commonName, type,                                                                      \
        {                                                                                          \
            (const uint8_t *)(text), sizeof(text) - 1                                              \
        }                                                                                          \
    }
#define CASE_NAME(type, text, status)                                                              \
    {                                                                                              \
        { CN(type, text), { 0 } }, status                                                          \
    }

static const struct {
    struct maker_name names[2];
    enum assay_status status;
} names[] = {
    CASE_NAME(V_ASN1_UTF8STRING, GUN, ASSAY_OK),
    CASE_NAME(V_ASN1_PRINTABLESTRING, GUN, ASSAY_OK),
    CASE_NAME(V_ASN1_IA5STRING, GUN, ASSAY_OK),
    CASE_NAME(V_ASN1_T61STRING, GUN, ASSAY_OK),
    CASE_NAME(V_ASN1_UTF8STRING, "caf\xc3\xa9", ASSAY_OK),
    CASE_NAME(V_ASN1_UTF8STRING, "*", ASSAY_OK),
    CASE_NAME(V_ASN1_UTF8STRING, GUN "\0.evil", ASSAY_CERTIFICATE),
    CASE_NAME(V_ASN1_UTF8STRING, GUN "\0", ASSAY_CERTIFICATE),
    CASE_NAME(V_ASN1_PRINTABLESTRING, GUN "\0", ASSAY_CERTIFICATE),
    CASE_NAME(V_ASN1_UTF8STRING, GUN "\n", ASSAY_CERTIFICATE),
    CASE_NAME(V_ASN1_UTF8STRING, GUN "\x7f", ASSAY_CERTIFICATE),
    CASE_NAME(V_ASN1_T61STRING, "caf\xe9", ASSAY_CERTIFICATE),
    CASE_NAME(V_ASN1_IA5STRING, "caf\xc3\xa9", ASSAY_CERTIFICATE),
    CASE_NAME(V_ASN1_BMPSTRING, "ab", ASSAY_CERTIFICATE),
    CASE_NAME(V_ASN1_UNIVERSALSTRING, "\0\0\0a", ASSAY_CERTIFICATE),
    CASE_NAME(V_ASN1_UTF8STRING, "", ASSAY_CERTIFICATE),
    { { CN(V_ASN1_UTF8STRING, GUN), CN(V_ASN1_UTF8STRING, GUN) }, ASSAY_CERTIFICATE },
    { { CN(V_ASN1_UTF8STRING, GUN), CN(V_ASN1_UTF8STRING, "other") }, ASSAY_CERTIFICATE },
    { { { NID_organizationName, V_ASN1_UTF8STRING, { (const uint8_t *)GUN, sizeof(GUN) - 1 } },
        { 0 } },
      ASSAY_CERTIFICATE },
    { { { 0 }, { 0 } }, ASSAY_CERTIFICATE },
};

Test(certificate, exactly_one_plain_common_name)
{
    AUTO_PKEY *pkey = maker_ec("P-256");
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        AUTO_BUF pem = BUF_INIT(MAKER_MAX_BYTES);
        struct maker_certificate wanted = { .pkey = pkey };
        memcpy(wanted.names, names[i].names, sizeof(wanted.names));
        AUTO_X509 *x509 = maker_certificate(&wanted);
        maker_pem(x509, &pem);
        AUTO_KEY *key = maker_load(KEY_TYPE_ECDSA_X509, buf_slice(&pem));
        cr_expect_eq(key_check_certificate(key, NULL), names[i].status, "name %zu", i);
        struct slice expected = names[i].status == ASSAY_OK ? names[i].names[0].value : SLICE_EMPTY;
        cr_expect(slice_equal(key_leaf(key)->common_name, expected), "name %zu", i);
    }
}

/* OpenSSL does not write such a name, so it is put in afterwards. */
Test(certificate, common_name_is_utf8)
{
    AUTO_PKEY *pkey = maker_ec("P-256");
    AUTO_X509 *x509 = maker_certificate(&(struct maker_certificate){ .pkey = pkey, .cn = "caf@" });
    unsigned char *der = NULL;
    int der_len = i2d_X509(x509, &der);
    uint8_t *name = memmem(der, (size_t)der_len, "caf@", 4); /* issuer */
    cr_assert_not_null(name);
    name = memmem(name + 4, (size_t)(der + der_len - name) - 4, "caf@", 4); /* subject */
    cr_assert_not_null(name);
    static const struct {
        uint8_t byte;
        enum assay_status status;
    } cases[] = { { '@', ASSAY_OK },
                  { 0xE9, ASSAY_CERTIFICATE },
                  { 0xFF, ASSAY_CERTIFICATE },
                  { 0x00, ASSAY_CERTIFICATE } };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF pem = BUF_INIT(MAKER_MAX_BYTES);
        bool names_something = false;
        name[3] = cases[i].byte;
        maker_put_pem(slice_of(der, (size_t)der_len), &pem);
        cr_expect_eq(check_pem(&pem, &names_something), cases[i].status, "byte %02x",
                     cases[i].byte);
        cr_expect_eq(names_something, cases[i].status == ASSAY_OK);
    }
    OPENSSL_free(der);
}

Test(certificate, common_name_is_bounded)
{
    AUTO_PKEY *pkey = maker_ec("P-256");
    uint8_t letters[1024];
    memset(letters, 'a', sizeof(letters));
    static const struct {
        size_t len;
        enum assay_status status;
    } cases[] = { { 64, ASSAY_OK },
                  { 65, ASSAY_OK },
                  { LIMIT_CERTIFICATE_CN_BYTES, ASSAY_OK },
                  { LIMIT_CERTIFICATE_CN_BYTES + 1, ASSAY_CERTIFICATE },
                  { 1024, ASSAY_CERTIFICATE } };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF pem = BUF_INIT(MAKER_MAX_BYTES);
        AUTO_X509 *x509 = maker_certificate(&(struct maker_certificate){
            .pkey = pkey,
            .names = { { NID_commonName, V_ASN1_UTF8STRING, slice_of(letters, cases[i].len) } } });
        maker_pem(x509, &pem);
        AUTO_KEY *key = maker_load(KEY_TYPE_ECDSA_X509, buf_slice(&pem));
        cr_expect_eq(key_check_certificate(key, NULL), cases[i].status, "%zu bytes", cases[i].len);
    }
}

/* ---- Dates ---- */

Test(certificate, dates)
{
    static const int64_t now = MAKER_NOW_UNIX_S;
    static const struct {
        const char *name;
        int64_t begin;
        int64_t end;
        enum assay_status status;
    } cases[] = {
        { "in date", now - DAY_S, now + DAY_S, ASSAY_OK },
        { "begins now", now, now + DAY_S, ASSAY_OK },
        { "begins within the skew", now + DAY_S, now + 2 * DAY_S, ASSAY_OK },
        { "begins after the skew", now + DAY_S + 1, now + 2 * DAY_S, ASSAY_CERTIFICATE_TIME },
        { "ends in a second", now - DAY_S, now + 1, ASSAY_OK },
        { "ends now", now - DAY_S, now, ASSAY_CERTIFICATE_TIME },
        { "ended", now - 2 * DAY_S, now - DAY_S, ASSAY_CERTIFICATE_TIME },
        { "ends before it begins", now + 2, now + 1, ASSAY_CERTIFICATE_TIME },
        { "from before 1970", -2 * DAY_S, now + DAY_S, ASSAY_OK },
        { "until after 2049", now - DAY_S, 4102444800, ASSAY_OK },
        { "until 9999", now - DAY_S, 253402300799, ASSAY_OK },
    };
    AUTO_PKEY *pkey = maker_ec("P-256");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF pem = BUF_INIT(MAKER_MAX_BYTES);
        AUTO_X509 *x509 =
            maker_certificate(&(struct maker_certificate){ .pkey = pkey,
                                                           .cn = GUN,
                                                           .not_before_unix_s = cases[i].begin,
                                                           .not_after_unix_s = cases[i].end });
        maker_pem(x509, &pem);
        AUTO_KEY *key = maker_load(KEY_TYPE_ECDSA_X509, buf_slice(&pem));
        cr_expect_eq(key_leaf(key)->not_before_unix_s, cases[i].begin, "%s", cases[i].name);
        cr_expect_eq(key_leaf(key)->not_after_unix_s, cases[i].end, "%s", cases[i].name);
        cr_expect_eq(key_check_dates(key, now, NULL), cases[i].status, "%s", cases[i].name);
        cr_expect_eq(key_check_certificate(key, NULL), ASSAY_OK, "dates are not judged there");
    }
}

Test(certificate, dates_have_one_form)
{
    static const struct {
        const char *text;
        enum assay_status status;
    } cases[] = { { "301125131837Z", ASSAY_OK },
                  { "3011251318Z", ASSAY_CERTIFICATE },
                  { "301125131837+0100", ASSAY_CERTIFICATE },
                  { "3011251318+0100", ASSAY_CERTIFICATE },
                  { "301325131837Z", ASSAY_CERTIFICATE },
                  { "3011251318370", ASSAY_CERTIFICATE },
                  { "", ASSAY_CERTIFICATE } };
    AUTO_PKEY *pkey = maker_ec("P-256");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF pem = BUF_INIT(MAKER_MAX_BYTES);
        AUTO_X509 *x509 = maker_certificate(&(struct maker_certificate){
            .pkey = pkey, .cn = GUN, .not_after_text = cases[i].text });
        maker_pem(x509, &pem);
        cr_expect_eq(status_of_pem(&pem), cases[i].status, "%s", cases[i].text);
    }
}

Test(certificate, dates_of_intermediates_count)
{
    AUTO_PKEY *pkey = maker_ec("P-256");
    AUTO_BUF pem = BUF_INIT(MAKER_MAX_BYTES);
    put_bundle("l", pkey, &pem);
    AUTO_X509 *ca =
        maker_certificate(&(struct maker_certificate){ .pkey = pkey,
                                                       .cn = "CA",
                                                       .basic_constraints = CA_TRUE,
                                                       .not_after_unix_s = MAKER_NOW_UNIX_S - 1 });
    maker_pem(ca, &pem);
    AUTO_KEY *key = maker_load(KEY_TYPE_ECDSA_X509, buf_slice(&pem));
    cr_expect_eq(key_check_dates(key, MAKER_NOW_UNIX_S, NULL), ASSAY_CERTIFICATE_TIME);
    cr_expect_eq(key_check_dates(key, MAKER_NOW_UNIX_S - 2, NULL), ASSAY_OK);
}
