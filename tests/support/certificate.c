/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates, right and wrong ones. */
#include "keys.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

static void need(int ok, const char *what)
{
    if (ok <= 0) {
        die("certificate: %s failed", what);
    }
}

static X509_NAME *make_name(const struct cert_spec *spec, struct slice first, struct slice second)
{
    int type = spec->name_type == 0 ? MBSTRING_UTF8 : spec->name_type;
    X509_NAME *name = X509_NAME_new();
    need(name != NULL, "name");
    if (first.len > 0) {
        need(X509_NAME_add_entry_by_NID(name, NID_commonName, type, first.ptr, (int)first.len, -1,
                                        0),
             "common name");
    }
    if (second.len > 0) {
        need(X509_NAME_add_entry_by_NID(name, NID_commonName, type, second.ptr, (int)second.len, -1,
                                        0),
             "second common name");
    }
    return name;
}

static void add_extension(X509 *cert, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    need(extension != NULL, value);
    need(X509_add_ext(cert, extension, -1), value);
    X509_EXTENSION_free(extension);
}

static void add_extensions(X509 *cert, const struct cert_spec *spec)
{
    if (!spec->no_constraints) {
        add_extension(cert, NID_basic_constraints,
                      !spec->is_ca    ? "critical,CA:FALSE"
                      : spec->no_path ? "critical,CA:TRUE,pathlen:0"
                                      : "critical,CA:TRUE");
    }
    add_extension(cert, NID_key_usage,
                  spec->is_ca ? "critical,keyCertSign,cRLSign"
                              : "critical,digitalSignature,keyEncipherment");
    if (!spec->is_ca) {
        add_extension(cert, NID_ext_key_usage,
                      spec->key_usage == NULL ? "codeSigning" : spec->key_usage);
    }
    if (spec->alternative_name != NULL) {
        add_extension(cert, NID_subject_alt_name, spec->alternative_name);
    }
}

/* The signature of an ECDSA issuer has a random nonce: it is replaced by one that has not. */
static void fix_signature(X509 *cert, const struct test_key *issuer)
{
    AUTO_POOL pool = { NULL };
    uint8_t *body = NULL;
    int len = i2d_re_X509_tbs(cert, &body);
    need(len, "body");
    struct slice sig = key_sign(&pool, issuer, "ecdsa-der", slice_of(body, (size_t)len));
    const ASN1_BIT_STRING *found = NULL;
    X509_get0_signature(&found, NULL, cert);
    ASN1_STRING *place = NULL;
    memcpy(&place, &found, sizeof(void *)); /* OpenSSL has no setter */
    need(ASN1_STRING_set(place, sig.ptr, (int)sig.len), "signature");
    OPENSSL_free(body);
}

static void set_fields(X509 *cert, const struct cert_spec *spec)
{
    AUTO_POOL pool = { NULL };
    X509_NAME *subject = make_name(spec, spec->common_name, spec->second_name);
    X509_NAME *issuer = spec->issuer_name == NULL
                            ? X509_NAME_dup(subject)
                            : make_name(&(struct cert_spec){ 0 },
                                        slice_from_string(spec->issuer_name), SLICE_EMPTY);
    need(X509_set_version(cert, X509_VERSION_3), "version");
    need(X509_set_subject_name(cert, subject), "subject");
    need(X509_set_issuer_name(cert, issuer), "issuer");
    X509_NAME_free(subject);
    X509_NAME_free(issuer);
    /* A serial that is the same every time, and another for another certificate. */
    struct text seed = { .pool = &pool };
    text_add(&seed, spec->subject->spki);
    text_add(&seed, spec->common_name);
    text_add_string(&seed, pool_printf(&pool, "%lld %lld", (long long)spec->not_before_unix_s,
                                       (long long)spec->not_after_unix_s));
    BIGNUM *serial = BN_bin2bn(sha256_raw(&pool, text_slice(&seed)).ptr, 15, NULL);
    need(BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(cert)) != NULL, "serial");
    BN_free(serial);
    need(ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)spec->not_before_unix_s) != NULL, "date");
    need(ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)spec->not_after_unix_s) != NULL, "date");
    need(X509_set_pubkey(cert, spec->subject->pkey), "key");
}

struct slice cert_make(struct pool *pool, const struct cert_spec *spec)
{
    const struct test_key *issuer = spec->issuer == NULL ? spec->subject : spec->issuer;
    const EVP_MD *hash = EVP_get_digestbyname(spec->hash == NULL ? "SHA256" : spec->hash);
    int type = EVP_PKEY_get_base_id(issuer->pkey);
    X509 *cert = X509_new();
    need(cert != NULL, "allocation");
    set_fields(cert, spec);
    add_extensions(cert, spec);
    need(X509_sign(cert, issuer->pkey, type == EVP_PKEY_ED25519 ? NULL : hash), "signing");
    if (type == EVP_PKEY_EC && spec->hash == NULL) {
        fix_signature(cert, issuer);
    }
    BIO *bio = BIO_new(BIO_s_mem());
    need(bio != NULL && PEM_write_bio_X509(bio, cert), "writing");
    char *text = NULL;
    long len = BIO_get_mem_data(bio, &text);
    struct slice out = pool_slice(pool, slice_of(text, (size_t)len));
    (void)BIO_free(bio);
    X509_free(cert);
    return out;
}
