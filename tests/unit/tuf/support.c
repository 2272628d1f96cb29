/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include "json/canonical.h"

#include <criterion/criterion.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>

static void *take(struct arena *arena, size_t len)
{
    void *out = NULL;
    cr_assert_eq(arena_alloc(arena, len, 1, &out, NULL), ASSAY_OK);
    return out;
}

const char *say(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    cr_assert_geq(len, 0);
    char *out = take(arena, (size_t)len + 1);
    (void)vsnprintf(out, (size_t)len + 1, format, again);
    va_end(again);
    return out;
}

const char *base64_of(struct arena *arena, const void *bytes, size_t len)
{
    char *out = take(arena, (len + 2) / 3 * 4 + 1);
    EVP_EncodeBlock((unsigned char *)out, bytes, (int)len);
    return out;
}

const char *hex_of(struct arena *arena, const void *bytes, size_t len)
{
    const unsigned char *p = bytes;
    char *out = take(arena, 2 * len + 1);
    for (size_t i = 0; i < len; i++) {
        (void)snprintf(out + 2 * i, 3, "%02x", p[i]);
    }
    return out;
}

const char *replace_all(struct arena *arena, const char *text, const char *from, const char *to)
{
    size_t hits = 0, from_len = strlen(from);
    for (const char *p = strstr(text, from); p != NULL; p = strstr(p + from_len, from)) {
        hits++;
    }
    cr_assert_gt(hits, 0, "nothing to replace: %s in %s", from, text);
    char *out = take(arena, strlen(text) + hits * strlen(to) + 1);
    size_t used = 0;
    for (;;) {
        const char *p = strstr(text, from);
        size_t len = p == NULL ? strlen(text) : (size_t)(p - text);
        memcpy(out + used, text, len);
        used += len;
        if (p == NULL) {
            return out;
        }
        memcpy(out + used, to, strlen(to));
        used += strlen(to);
        text = p + from_len;
    }
}

/* The id by the rule as written down, by other means than the library's. */
static void finish_key(struct arena *arena, struct maker_key *key)
{
    const char *object =
        say(arena, "{\"keytype\":\"%s\",\"keyval\":{\"private\":null,\"public\":\"%s\"}}",
            key->type, key->material);
    unsigned char hash[32];
    SHA256((const unsigned char *)object, strlen(object), hash);
    memcpy(key->id, hex_of(arena, hash, sizeof(hash)), sizeof(key->id));
    key->listing = say(arena, "\"%s\":%s", key->id, object);
}

struct maker_key *make_ec_key(struct arena *arena)
{
    struct maker_key *key = take(arena, sizeof(*key));
    key->type = "ecdsa";
    key->pkey = EVP_EC_gen("P-256");
    cr_assert_not_null(key->pkey);
    struct slice der = spki_of(arena, key);
    key->material = base64_of(arena, der.ptr, der.len);
    finish_key(arena, key);
    return key;
}

struct maker_key *make_ed25519_key(struct arena *arena)
{
    struct maker_key *key = take(arena, sizeof(*key));
    unsigned char raw[32];
    size_t len = sizeof(raw);
    key->type = "ed25519";
    key->pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    cr_assert_not_null(key->pkey);
    cr_assert_eq(EVP_PKEY_get_raw_public_key(key->pkey, raw, &len), 1);
    key->material = base64_of(arena, raw, len);
    finish_key(arena, key);
    return key;
}

static void add_extension(X509 *certificate, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    cr_assert_not_null(extension);
    cr_assert_eq(X509_add_ext(certificate, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

#define CA_NAME "A test CA"

static void set_name(X509_NAME *out, const char *name)
{
    cr_assert_eq(X509_NAME_add_entry_by_txt(out, "CN", MBSTRING_UTF8, (const unsigned char *)name,
                                            -1, -1, 0),
                 1);
}

/* ca NULL: signed by itself. */
static struct maker_key *certify(struct arena *arena, struct maker_key *around,
                                 const struct maker_key *ca, const char *name,
                                 const char *constraints, long from_s, long to_s)
{
    static long serial;
    struct maker_key *key = take(arena, sizeof(*key));
    X509 *certificate = X509_new();
    cr_assert_not_null(certificate);
    EVP_PKEY_up_ref(around->pkey);
    key->pkey = around->pkey;
    key->type = "ecdsa-x509";
    serial++;
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
    ASN1_TIME_set(X509_getm_notBefore(certificate), TEST_NOW + from_s);
    ASN1_TIME_set(X509_getm_notAfter(certificate), TEST_NOW + to_s);
    set_name(X509_get_subject_name(certificate), name);
    set_name(X509_get_issuer_name(certificate), ca == NULL ? name : CA_NAME);
    X509_set_pubkey(certificate, key->pkey);
    add_extension(certificate, NID_basic_constraints, constraints);
    cr_assert_gt(X509_sign(certificate, ca == NULL ? key->pkey : ca->pkey, EVP_sha256()), 0);
    BIO *bio = BIO_new(BIO_s_mem());
    cr_assert_eq(PEM_write_bio_X509(bio, certificate), 1);
    char *pem = NULL;
    long len = BIO_get_mem_data(bio, &pem);
    key->material = base64_of(arena, pem, (size_t)len);
    BIO_free(bio);
    X509_free(certificate);
    finish_key(arena, key);
    return key;
}

struct maker_key *make_certificate(struct arena *arena, struct maker_key *around, const char *name,
                                   long from_s, long to_s)
{
    return certify(arena, around, NULL, name, "critical,CA:FALSE", from_s, to_s);
}

struct maker_key *make_issued(struct arena *arena, struct maker_key *around,
                              const struct maker_key *ca, const char *name, long from_s, long to_s)
{
    return certify(arena, around, ca, name, "critical,CA:FALSE", from_s, to_s);
}

struct maker_key *make_ca(struct arena *arena)
{
    struct maker_key *bare = make_ec_key(arena);
    struct maker_key *ca =
        certify(arena, bare, NULL, CA_NAME, "critical,CA:TRUE", -100000, 1000000);
    drop_key(bare);
    return ca;
}

struct slice spki_of(struct arena *arena, const struct maker_key *key)
{
    unsigned char *der = NULL;
    struct slice out = SLICE_EMPTY;
    int len = i2d_PUBKEY(key->pkey, &der);
    cr_assert_gt(len, 0);
    cr_assert_eq(arena_copy(arena, slice_of(der, (size_t)len), &out, NULL), ASSAY_OK);
    OPENSSL_free(der);
    return out;
}

void drop_key(struct maker_key *key)
{
    EVP_PKEY_free(key->pkey);
}

static const char *sign_ec(struct arena *arena, const struct maker_key *key, const char *text)
{
    unsigned char der[128], raw[64];
    size_t len = sizeof(der);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    cr_assert_eq(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key->pkey), 1);
    cr_assert_eq(EVP_DigestSign(ctx, der, &len, (const unsigned char *)text, strlen(text)), 1);
    EVP_MD_CTX_free(ctx);
    const unsigned char *p = der;
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)len);
    cr_assert_not_null(sig);
    BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + 32, 32);
    ECDSA_SIG_free(sig);
    return base64_of(arena, raw, sizeof(raw));
}

const char *sign_text(struct arena *arena, const struct maker_key *key, const char *text)
{
    if (key->type[1] == 'c') {
        return sign_ec(arena, key, text);
    }
    unsigned char sig[64];
    size_t len = sizeof(sig);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    cr_assert_eq(EVP_DigestSignInit(ctx, NULL, NULL, NULL, key->pkey), 1);
    cr_assert_eq(EVP_DigestSign(ctx, sig, &len, (const unsigned char *)text, strlen(text)), 1);
    EVP_MD_CTX_free(ctx);
    return base64_of(arena, sig, len);
}

/* What the signature covers: the canonical form, where there is one. */
static const char *canonical(struct arena *arena, const char *text)
{
    AUTO_BUF out = BUF_INIT(16 * MIB);
    if (json_canonicalise(slice_from_string(text), UINT64_MAX, &out, NULL) != ASSAY_OK) {
        return text;
    }
    return say(arena, "%s", buf_text(&out));
}

const char *sign_file(struct arena *arena, const char *text, struct maker_key *const *keys)
{
    const char *list = "";
    const char *covered = canonical(arena, text);
    for (size_t i = 0; keys[i] != NULL; i++) {
        list = say(arena, "%s%s{\"keyid\":\"%s\",\"method\":\"%s\",\"sig\":\"%s\"}", list,
                   i == 0 ? "" : ",", keys[i]->id, keys[i]->type[1] == 'c' ? "ecdsa" : "eddsa",
                   sign_text(arena, keys[i], covered));
    }
    return say(arena, "{\"signed\":%s,\"signatures\":[%s]}", text, list);
}

const char *meta_of(struct arena *arena, const char *file)
{
    unsigned char sha256[32], sha512[64];
    SHA256((const unsigned char *)file, strlen(file), sha256);
    SHA512((const unsigned char *)file, strlen(file), sha512);
    return say(arena, "\"hashes\":{\"sha256\":\"%s\",\"sha512\":\"%s\"},\"length\":%zu",
               base64_of(arena, sha256, 32), base64_of(arena, sha512, 64), strlen(file));
}

void make_keys(struct arena *arena, struct keys *keys)
{
    struct maker_key *bare[2] = { make_ec_key(arena), make_ec_key(arena) };
    keys->root = make_certificate(arena, bare[0], TEST_GUN, -1000, 86400);
    keys->root2 = make_certificate(arena, bare[1], TEST_GUN, -1000, 86400);
    keys->timestamp = make_ed25519_key(arena);
    keys->snapshot = make_ed25519_key(arena);
    keys->targets = make_ec_key(arena);
    keys->releases = make_ec_key(arena);
    keys->other = make_ec_key(arena);
    drop_key(bare[0]);
    drop_key(bare[1]);
}

void drop_keys(struct keys *keys)
{
    drop_key(keys->root);
    drop_key(keys->root2);
    drop_key(keys->timestamp);
    drop_key(keys->snapshot);
    drop_key(keys->targets);
    drop_key(keys->releases);
    drop_key(keys->other);
}

static int compare_listings(const void *a, const void *b)
{
    const char *const *left = a, *const *right = b;
    return strcmp(*left, *right);
}

/* "keys":{...} in canonical order */
static const char *key_map(struct arena *arena, struct maker_key *const *keys, size_t count)
{
    const char *listings[8];
    const char *out = "";
    for (size_t i = 0; i < count; i++) {
        listings[i] = keys[i]->listing;
    }
    qsort(listings, count, sizeof(*listings), compare_listings);
    for (size_t i = 0; i < count; i++) {
        out = say(arena, "%s%s%s", out, i == 0 ? "" : ",", listings[i]);
    }
    return say(arena, "\"keys\":{%s}", out);
}

static const char *role_of(struct arena *arena, const char *name, const struct maker_key *key)
{
    return say(arena, "\"%s\":{\"keyids\":[\"%s\"],\"threshold\":1}", name, key->id);
}

const char *root_text(struct arena *arena, const struct keys *keys, unsigned version)
{
    struct maker_key *const listed[] = { keys->root,     keys->root2,   keys->timestamp,
                                         keys->snapshot, keys->targets, keys->other };
    return say(arena,
               "{\"_type\":\"Root\",\"consistent_snapshot\":false,\"expires\":\"2036-01-01T00:00:"
               "00Z\",%s,\"roles\":{%s,%s,%s,%s},\"version\":%u}",
               key_map(arena, listed, ARRAY_LEN(listed)), role_of(arena, "root", keys->root),
               role_of(arena, "snapshot", keys->snapshot), role_of(arena, "targets", keys->targets),
               role_of(arena, "timestamp", keys->timestamp), version);
}

static const char *target_of(struct arena *arena, const char *tag, char fill)
{
    unsigned char hash[32];
    memset(hash, fill, sizeof(hash));
    return say(arena, "\"%s\":{\"hashes\":{\"sha256\":\"%s\"},\"length\":528}", tag,
               base64_of(arena, hash, sizeof(hash)));
}

const char *expand(struct arena *arena, const struct keys *keys, const char *text)
{
    const struct {
        const char *token;
        const struct maker_key *key;
    } tokens[] = {
        { "@root2", keys->root2 },         { "@root", keys->root },
        { "@timestamp", keys->timestamp }, { "@snapshot", keys->snapshot },
        { "@targets", keys->targets },     { "@releases", keys->releases },
        { "@other", keys->other },
    };
    for (size_t i = 0; i < ARRAY_LEN(tokens); i++) {
        const char *listing = say(arena, "%s:listing", tokens[i].token);
        if (strstr(text, listing) != NULL) {
            text = replace_all(arena, text, listing, tokens[i].key->listing);
        }
        if (strstr(text, tokens[i].token) != NULL) {
            text = replace_all(arena, text, tokens[i].token, tokens[i].key->id);
        }
    }
    return text;
}

static const char *edited(struct arena *arena, const struct keys *keys, const char *text,
                          const struct edit *edits, size_t count, enum file file,
                          bool after_signing)
{
    for (size_t i = 0; i < count; i++) {
        if (edits[i].file == file && edits[i].after_signing == after_signing) {
            text = replace_all(arena, text, expand(arena, keys, edits[i].from),
                               expand(arena, keys, edits[i].to));
        }
    }
    return text;
}

void make_repo(struct arena *arena, const struct keys *keys, const struct edit *edits, size_t count,
               struct repo *out)
{
    struct maker_key *const signers[FILES][2] = {
        [FILE_ROOT] = { keys->root },         [FILE_TIMESTAMP] = { keys->timestamp },
        [FILE_SNAPSHOT] = { keys->snapshot }, [FILE_TARGETS] = { keys->targets },
        [FILE_RELEASES] = { keys->releases },
    };
    static const enum file order[FILES] = { FILE_ROOT, FILE_RELEASES, FILE_TARGETS, FILE_SNAPSHOT,
                                            FILE_TIMESTAMP };
    for (size_t i = 0; i < FILES; i++) {
        enum file file = order[i];
        const char *text = NULL;
        switch (file) {
        case FILE_ROOT:
            text = root_text(arena, keys, 3);
            break;
        case FILE_RELEASES:
            text = say(arena,
                       "{\"_type\":\"Targets\",\"delegations\":{\"keys\":{},\"roles\":[]},"
                       "\"expires\":\"2029-01-01T00:00:00Z\",\"targets\":{%s,%s},\"version\":2}",
                       target_of(arena, "1.0", 'r'), target_of(arena, "2.0", 's'));
            break;
        case FILE_TARGETS:
            text = say(arena,
                       "{\"_type\":\"Targets\",\"delegations\":{\"keys\":{%s},\"roles\":[{"
                       "\"keyids\":[\"%s\"],\"name\":\"targets/releases\",\"paths\":[\"\"],"
                       "\"threshold\":1}]},\"expires\":\"2029-01-01T00:00:00Z\",\"targets\":{%s,%s"
                       "},\"version\":4}",
                       keys->releases->listing, keys->releases->id, target_of(arena, "1.0", 't'),
                       target_of(arena, "base", 'b'));
            break;
        case FILE_SNAPSHOT:
            text =
                say(arena,
                    "{\"_type\":\"Snapshot\",\"expires\":\"2029-01-01T00:00:00Z\",\"meta\":{"
                    "\"root\":{%s},\"targets\":{%s},\"targets/releases\":{%s}},\"version\":5}",
                    meta_of(arena, out->files[FILE_ROOT]), meta_of(arena, out->files[FILE_TARGETS]),
                    meta_of(arena, out->files[FILE_RELEASES]));
            break;
        case FILE_TIMESTAMP:
            text = say(arena,
                       "{\"_type\":\"Timestamp\",\"expires\":\"2026-12-01T00:00:00Z\",\"meta\":{"
                       "\"snapshot\":{%s}},\"version\":7}",
                       meta_of(arena, out->files[FILE_SNAPSHOT]));
            break;
        case FILES:
            break;
        }
        out->texts[file] = edited(arena, keys, text, edits, count, file, false);
        const char *whole = sign_file(arena, out->texts[file], signers[file]);
        out->files[file] = edited(arena, keys, whole, edits, count, file, true);
    }
}

struct slice text_slice(const char *text)
{
    return slice_from_string(text);
}

struct tuf_trusted *new_machine(const struct tuf_floors *floors, struct trace *trace)
{
    struct tuf_trusted_options options = { .dialect = &tuf_dialect_notary,
                                           .gun = TEST_GUN,
                                           .now_unix_s = TEST_NOW,
                                           .floors = floors,
                                           .trace = trace };
    struct tuf_trusted *machine = NULL;
    cr_assert_eq(tuf_trusted_new(&options, &machine, NULL), ASSAY_OK);
    return machine;
}

enum assay_status feed(struct tuf_trusted *machine, const struct repo *repo,
                       const struct tuf_pin *pin, struct assay_error *err)
{
    TRY(tuf_trusted_set_anchor(machine, text_slice(repo->files[FILE_ROOT]), pin, err));
    TRY(tuf_trusted_close_roots(machine, err));
    TRY(tuf_trusted_add_timestamp(machine, text_slice(repo->files[FILE_TIMESTAMP]), err));
    TRY(tuf_trusted_add_snapshot(machine, text_slice(repo->files[FILE_SNAPSHOT]), err));
    TRY(tuf_trusted_add_targets(machine, "targets", text_slice(repo->files[FILE_TARGETS]), err));
    enum tuf_delegation delegation = TUF_DELEGATION_NONE;
    TRY(tuf_trusted_delegation(machine, "targets/releases", &delegation, err));
    if (delegation == TUF_DELEGATION_PUBLISHED) {
        TRY(tuf_trusted_add_targets(machine, "targets/releases",
                                    text_slice(repo->files[FILE_RELEASES]), err));
    }
    return ASSAY_OK;
}
