/* SPDX-License-Identifier: Apache-2.0 */
/* Many kinds of certificates that OpenSSL made, whole and damaged: whatever is still accepted is
 * compared with OpenSSL. */
#include "certificates.h"

#include <criterion/criterion.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>

TestSuite(certificate_mutated, .timeout = 120);

#define MAX_KINDS 48
#define ROUNDS    60000

struct kinds {
    struct buf der[MAX_KINDS];
    const char *names[MAX_KINDS];
    size_t count;
};

static void clear_kinds(struct kinds *kinds)
{
    for (size_t i = 0; i < kinds->count; i++) {
        buf_clear(&kinds->der[i]);
    }
}

static void add_kind(struct kinds *kinds, const char *name, X509 *certificate)
{
    unsigned char *der = NULL;
    int len = i2d_X509(certificate, &der);
    cr_assert_gt(len, 0);
    cr_assert_lt(kinds->count, MAX_KINDS);
    kinds->der[kinds->count] = (struct buf)BUF_INIT(MAKER_MAX_BYTES);
    maker_append(&kinds->der[kinds->count], slice_of(der, (size_t)len));
    kinds->names[kinds->count++] = name;
    OPENSSL_free(der);
}

/* ---- Making them ---- */

static void add_keys(struct kinds *kinds)
{
    EVP_PKEY *pkeys[] = { maker_ec("P-256"),
                          maker_ec("P-384"),
                          maker_ec("P-521"),
                          maker_ec("secp256k1"),
                          maker_rsa(2048),
                          EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"),
                          EVP_PKEY_Q_keygen(NULL, NULL, "ED448") };
    static const char *const names[] = { "P-256", "P-384",   "P-521", "secp256k1",
                                         "RSA",   "Ed25519", "Ed448" };
    for (size_t i = 0; i < ARRAY_LEN(pkeys); i++) {
        AUTO_PKEY *pkey = pkeys[i];
        bool hashes_itself = i >= 5;
        AUTO_X509 *x509 = maker_certificate(&(struct maker_certificate){
            .pkey = pkey, .cn = names[i], .basic_constraints = "critical,CA:TRUE,pathlen:1" });
        cr_assert_gt(X509_sign(x509, pkey, hashes_itself ? NULL : EVP_sha384()), 0);
        add_kind(kinds, names[i], x509);
    }
}

static void add_algorithms(struct kinds *kinds, EVP_PKEY *rsa)
{
    const EVP_MD *mds[] = { EVP_md5(), EVP_sha1(), EVP_sha224(), EVP_sha512(), EVP_sha3_256() };
    for (size_t i = 0; i < ARRAY_LEN(mds); i++) {
        AUTO_X509 *x509 =
            maker_certificate(&(struct maker_certificate){ .pkey = rsa, .cn = "a", .md = mds[i] });
        add_kind(kinds, EVP_MD_get0_name(mds[i]), x509);
    }
    static const int salts[] = { RSA_PSS_SALTLEN_DIGEST, 20, RSA_PSS_SALTLEN_MAX };
    for (size_t i = 0; i < ARRAY_LEN(salts); i++) {
        AUTO_X509 *x509 = maker_certificate(&(struct maker_certificate){ .pkey = rsa, .cn = "a" });
        EVP_MD_CTX *ctx = EVP_MD_CTX_new();
        EVP_PKEY_CTX *pkey_ctx = NULL;
        cr_assert_eq(
            EVP_DigestSignInit(ctx, &pkey_ctx, i == 1 ? EVP_sha1() : EVP_sha256(), NULL, rsa), 1);
        cr_assert_eq(EVP_PKEY_CTX_set_rsa_padding(pkey_ctx, RSA_PKCS1_PSS_PADDING), 1);
        cr_assert_eq(EVP_PKEY_CTX_set_rsa_pss_saltlen(pkey_ctx, salts[i]), 1);
        cr_assert_gt(X509_sign_ctx(x509, ctx), 0);
        EVP_MD_CTX_free(ctx);
        add_kind(kinds, "RSA-PSS", x509);
    }
}

static void add_dates(struct kinds *kinds, EVP_PKEY *pkey)
{
    static const int64_t begins[] = { -631152001, -631152000, 0, 2524607999, 2524608000 };
    for (size_t i = 0; i < ARRAY_LEN(begins); i++) {
        AUTO_X509 *x509 = maker_certificate(
            &(struct maker_certificate){ .pkey = pkey,
                                         .cn = "a",
                                         .not_before_unix_s = begins[i],
                                         .not_after_unix_s = begins[i] + 253402300799 / 2 });
        add_kind(kinds, "dates", x509);
    }
}

static void add_names(struct kinds *kinds, EVP_PKEY *pkey)
{
    static const struct maker_name names[][2] = {
        { { NID_commonName, V_ASN1_BMPSTRING, { (const uint8_t *)"ab", 2 } }, { 0 } },
        { { NID_commonName, V_ASN1_UNIVERSALSTRING, { (const uint8_t *)"\0\0\0a", 4 } }, { 0 } },
        { { NID_commonName, V_ASN1_T61STRING, { (const uint8_t *)"caf\xE9", 4 } }, { 0 } },
        { { NID_commonName, V_ASN1_PRINTABLESTRING, { (const uint8_t *)"a", 1 } }, { 0 } },
        { { NID_commonName, V_ASN1_IA5STRING, { (const uint8_t *)"a", 1 } },
          { NID_commonName, V_ASN1_UTF8STRING, { (const uint8_t *)"b", 1 } } },
        { { NID_countryName, V_ASN1_PRINTABLESTRING, { (const uint8_t *)"DE", 2 } },
          { NID_commonName, V_ASN1_UTF8STRING, { (const uint8_t *)"\xE2\x82\xAC", 3 } } },
        { { NID_x500UniqueIdentifier, V_ASN1_BIT_STRING, { (const uint8_t *)"ab", 2 } },
          { NID_serialNumber, V_ASN1_NUMERICSTRING, { (const uint8_t *)"12", 2 } } },
        { { 0 }, { 0 } },
    };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct maker_certificate wanted = { .pkey = pkey };
        memcpy(wanted.names, names[i], sizeof(wanted.names));
        AUTO_X509 *x509 = maker_certificate(&wanted);
        add_kind(kinds, "names", x509);
    }
}

static void add_extension(X509 *x509, int nid, const char *value)
{
    X509V3_CTX ctx;
    CONF *settings = NCONF_new(NULL); /* some extensions want one, if empty */
    X509V3_set_ctx(&ctx, x509, x509, NULL, NULL, 0);
    X509V3_set_nconf(&ctx, settings);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    cr_assert_not_null(extension, "%s", value);
    cr_assert_eq(X509_add_ext(x509, extension, -1), 1);
    X509_EXTENSION_free(extension);
    NCONF_free(settings);
}

static void add_extensions(struct kinds *kinds, EVP_PKEY *pkey)
{
    static const struct {
        int nid;
        const char *value;
    } extensions[] = {
        { NID_subject_key_identifier, "hash" },
        { NID_authority_key_identifier, "keyid:always" },
        { NID_authority_key_identifier, "keyid:always,issuer:always" },
        { NID_key_usage, "critical,digitalSignature,keyEncipherment" },
        { NID_key_usage, "decipherOnly" },
        { NID_ext_key_usage, "codeSigning,serverAuth" },
        { NID_subject_alt_name, "DNS:a.example,IP:127.0.0.1,URI:http://a/,email:a@b" },
        { NID_crl_distribution_points, "URI:http://a.example/crl" },
        { NID_info_access, "OCSP;URI:http://a.example/" },
        { NID_certificate_policies, "1.2.3.4" },
        { NID_name_constraints, "permitted;DNS:a.example" },
        { NID_netscape_cert_type, "client" },
        { NID_netscape_comment, "text" },
        { NID_proxyCertInfo, "language:id-ppl-anyLanguage,pathlen:0" },
        { NID_sbgp_ipAddrBlock, "IPv4:10.0.0.0/8" },
        { NID_sbgp_autonomousSysNum, "AS:1" },
    };
    AUTO_X509 *all = maker_certificate(&(struct maker_certificate){
        .pkey = pkey, .cn = "a", .basic_constraints = "critical,CA:FALSE" });
    for (size_t i = 0; i < ARRAY_LEN(extensions); i++) {
        AUTO_X509 *one = maker_certificate(&(struct maker_certificate){
            .pkey = pkey, .cn = "a", .basic_constraints = "critical,CA:TRUE" });
        if (extensions[i].nid == NID_authority_key_identifier) { /* its own, to be named */
            add_extension(one, NID_subject_key_identifier, "hash");
        }
        add_extension(one, extensions[i].nid, extensions[i].value);
        cr_assert_gt(X509_sign(one, pkey, NULL), 0);
        add_kind(kinds, extensions[i].value, one);
        add_extension(all, extensions[i].nid, extensions[i].value);
    }
    cr_assert_gt(X509_sign(all, pkey, NULL), 0);
    add_kind(kinds, "all extensions", all);
}

static void make_kinds(struct kinds *kinds)
{
    AUTO_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"); /* OpenSSL decodes it faster */
    AUTO_PKEY *rsa = maker_rsa(2048);
    kinds->count = 0;
    add_keys(kinds);
    add_algorithms(kinds, rsa);
    add_dates(kinds, pkey);
    add_names(kinds, pkey);
    add_extensions(kinds, pkey);
    AUTO_X509 *old = maker_certificate(
        &(struct maker_certificate){ .pkey = pkey, .cn = "a", .is_version_1 = true });
    add_kind(kinds, "version 1", old);
}

/* ---- Damaging them ---- */

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static bool is_accepted(struct slice der, const char *name)
{
    struct certificate found;
    return certificates_compare(der, &found, name) == ASSAY_OK;
}

Test(certificate_mutated, whole_ones_are_accepted)
{
    CLEANUP(clear_kinds) struct kinds kinds;
    make_kinds(&kinds);
    for (size_t i = 0; i < kinds.count; i++) {
        cr_expect(is_accepted(buf_slice(&kinds.der[i]), kinds.names[i]), "%s", kinds.names[i]);
    }
}

Test(certificate_mutated, cut_or_longer_ones_are_not)
{
    CLEANUP(clear_kinds) struct kinds kinds;
    make_kinds(&kinds);
    for (size_t i = 0; i < kinds.count; i++) {
        struct slice der = buf_slice(&kinds.der[i]);
        for (size_t len = 0; len < der.len; len++) {
            cr_expect_not(is_accepted(slice_first(der, len), kinds.names[i]), "%s, %zu bytes",
                          kinds.names[i], len);
        }
        maker_append(&kinds.der[i], SLICE_LITERAL("\0"));
        cr_expect_not(is_accepted(buf_slice(&kinds.der[i]), kinds.names[i]), "%s and a byte",
                      kinds.names[i]);
    }
}

/* Of the bits of key and signature, which mean nothing here, only every 16th byte. */
Test(certificate_mutated, each_byte)
{
    CLEANUP(clear_kinds) struct kinds kinds;
    make_kinds(&kinds);
    uint32_t random = 4711;
    size_t accepted = 0;
    size_t refused = 0;
    for (size_t i = 0; i < kinds.count; i++) {
        struct certificate found;
        struct buf *der = &kinds.der[i];
        cr_assert_eq(certificate_read(buf_slice(der), &found, NULL), ASSAY_OK);
        size_t spki_at = (size_t)(found.spki.ptr - der->ptr);
        for (size_t at = 0; at < der->len; at++) {
            bool is_bits =
                (at > spki_at + 30 && at < spki_at + found.spki.len) || at + 60 > der->len;
            uint8_t saved = der->ptr[at];
            uint8_t change = (uint8_t)(1 + next_random(&random) % 255);
            if (is_bits && at % 16 != 0) {
                continue;
            }
            der->ptr[at] = saved ^ change;
            bool is_good = is_accepted(buf_slice(der), kinds.names[i]);
            accepted += is_good;
            refused += !is_good;
            der->ptr[at] = saved;
        }
    }
    cr_expect_gt(accepted, 1000);
    cr_expect_gt(refused, 1000);
}

/* A change to one value of the tree, around which all lengths are made right again. */
struct change {
    size_t left; /* values before the one */
    uint32_t *random;
};

static void put_changed(uint8_t tag, struct slice value, struct change *change, struct buf *out)
{
    static const uint8_t tags[] = { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0C, 0x13,
                                    0x17, 0x18, 0x1E, 0x30, 0x31, 0x80, 0x81, 0xA0 };
    AUTO_BUF copy = BUF_INIT(MAKER_MAX_BYTES);
    maker_append(&copy, value);
    switch (next_random(change->random) % 8) {
    case 0: /* gone */
        return;
    case 1: /* twice */
        maker_der(tag, value, out);
        break;
    case 2: /* of another type */
        tag = tags[next_random(change->random) % ARRAY_LEN(tags)];
        break;
    case 3: /* empty */
        buf_reset(&copy);
        break;
    case 4: /* shorter */
        copy.len -= copy.len > 0;
        break;
    case 5: /* longer */
        maker_append(&copy, SLICE_LITERAL("\0"));
        break;
    case 6: /* followed by another */
        maker_der(tags[next_random(change->random) % ARRAY_LEN(tags)], SLICE_LITERAL("\1"), out);
        break;
    default: /* of other bytes */
        if (copy.len > 0) {
            uint32_t at = next_random(change->random) % (uint32_t)copy.len;
            copy.ptr[at] = (uint8_t)next_random(change->random);
        }
        break;
    }
    maker_der(tag, buf_slice(&copy), out);
}

/* One value and its length off the front of well-formed DER. */
static struct slice take_any(struct slice *in)
{
    size_t header = 2;
    size_t len = in->ptr[1];
    if (len >= 0x80) {
        header += len & 0x7FU;
        len = 0;
        for (size_t i = 2; i < header; i++) {
            len = len << 8 | in->ptr[i];
        }
    }
    struct slice value = slice_first(slice_from(*in, header), len);
    *in = slice_from(*in, header + len);
    return value;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as a certificate is */
static void copy_changing(struct slice in, struct change *change, struct buf *out)
{
    while (in.len >= 2) {
        uint8_t tag = in.ptr[0];
        struct slice value = take_any(&in);
        bool is_the_one = change->left-- == 0;
        if (is_the_one) {
            put_changed(tag, value, change, out);
        } else if ((tag & 0x20U) != 0 || (tag == 0x04 && value.len > 2 && value.ptr[0] == 0x30)) {
            AUTO_BUF inner = BUF_INIT(MAKER_MAX_BYTES);
            copy_changing(value, change, &inner);
            maker_der(tag, buf_slice(&inner), out);
        } else {
            maker_der(tag, value, out);
        }
    }
}

Test(certificate_mutated, each_value)
{
    CLEANUP(clear_kinds) struct kinds kinds;
    make_kinds(&kinds);
    AUTO_BUF one = BUF_INIT(MAKER_MAX_BYTES);
    uint32_t random = 815;
    size_t accepted = 0;
    for (size_t i = 0; i < ROUNDS; i++) {
        size_t kind = next_random(&random) % kinds.count;
        struct change change = { next_random(&random) % 60, &random };
        buf_reset(&one);
        copy_changing(buf_slice(&kinds.der[kind]), &change, &one);
        accepted += is_accepted(buf_slice(&one), kinds.names[kind]);
    }
    (void)fprintf(stderr, "# %zu of %d changed certificates were accepted\n", accepted, ROUNDS);
    cr_expect_gt(accepted, ROUNDS / 20);
    cr_expect_lt(accepted, ROUNDS);
}
