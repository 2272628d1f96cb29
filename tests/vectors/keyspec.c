/* SPDX-License-Identifier: Apache-2.0 */
/* Keys as cases describe them, good and bad. */
#include "runner.h"

#include <openssl/asn1.h>
#include <stdio.h>

static int64_t time_or(json_t *object, const char *name, int64_t other)
{
    const char *text = op_text(object, name, NULL);
    return text == NULL ? other : parse_time(text);
}

static struct slice text_or(struct pool *pool, json_t *object, const char *name, const char *other)
{
    json_t *value = json_object_get(object, name);
    return value == NULL ? slice_from_string(other) : node_from_json(pool, value)->text;
}

/* A certificate around a key, by default just as the base repository's. */
struct slice cert_from_json(struct repo *repo, json_t *cert, const char *subject)
{
    const char *issuer = op_text(cert, "issuer", NULL);
    struct cert_spec spec = {
        .subject = keyring_get(repo->ring, op_text(cert, "name", subject)),
        .issuer = issuer == NULL ? NULL : keyring_get(repo->ring, issuer),
        .issuer_name = op_text(cert, "issuer-name", issuer),
        .common_name = text_or(repo->pool, cert, "cn", repo->gun),
        .second_name = text_or(repo->pool, cert, "cn2", ""),
        .alternative_name = op_text(cert, "san", NULL),
        .not_before_unix_s = time_or(cert, "from", repo->made_unix_s - 86400),
        .not_after_unix_s = time_or(cert, "to", repo->made_unix_s + (int64_t)7300 * 86400),
        .name_type = json_is_true(json_object_get(cert, "bmp")) ? V_ASN1_BMPSTRING : 0,
        .is_ca = json_is_true(json_object_get(cert, "ca")),
        .no_constraints = json_is_true(json_object_get(cert, "no-constraints")),
        .no_path = json_is_true(json_object_get(cert, "no-path")),
        .key_usage = op_text(cert, "usage", NULL),
        .hash = op_text(cert, "hash", NULL),
    };
    return cert_make(repo->pool, &spec);
}

/* "cert": the leaf; "bundle": further certificates behind it; "first": one before it. */
static struct slice bundle_from(struct repo *repo, json_t *spec, const char *name)
{
    struct text out = { .pool = repo->pool };
    json_t *first = json_object_get(spec, "first");
    json_t *more = json_object_get(spec, "bundle");
    text_add_string(&out, op_text(spec, "pem-before", ""));
    if (first != NULL) {
        text_add(&out, cert_from_json(repo, first, name));
    }
    text_add(&out, cert_from_json(repo, json_object_get(spec, "cert"), name));
    for (size_t i = 0; i < json_array_size(more); i++) {
        text_add(&out, cert_from_json(repo, json_array_get(more, i), name));
    }
    text_add_string(&out, op_text(spec, "pem-after", ""));
    return text_slice(&out);
}

/* ---- DER ---- */

static void der_add(struct text *out, uint8_t tag, struct slice content)
{
    text_add_byte(out, tag);
    if (content.len >= 0x10000) {
        text_add_byte(out, 0x83);
        text_add_byte(out, (uint8_t)(content.len >> 16));
        text_add_byte(out, (uint8_t)(content.len >> 8));
    } else if (content.len >= 0x100) {
        text_add_byte(out, 0x82);
        text_add_byte(out, (uint8_t)(content.len >> 8));
    } else if (content.len >= 0x80) {
        text_add_byte(out, 0x81);
    }
    text_add_byte(out, (uint8_t)content.len);
    text_add(out, content);
}

/* SEQUENCE { algorithm, BIT STRING key } */
static struct slice der_spki(struct pool *pool, struct slice algorithm, struct slice key)
{
    struct text bits = { .pool = pool };
    struct text body = { .pool = pool };
    struct text out = { .pool = pool };
    text_add_byte(&bits, 0);
    text_add(&bits, key);
    text_add(&body, algorithm);
    der_add(&body, 0x03, text_slice(&bits));
    der_add(&out, 0x30, text_slice(&body));
    return text_slice(&out);
}

/* An odd number of exactly so many bits, the same every time. */
static struct slice make_modulus(struct pool *pool, size_t bits)
{
    size_t len = (bits + 7) / 8;
    uint8_t *out = pool_alloc(pool, len + 1);
    struct slice block = slice_from_string("modulus");
    for (size_t i = 0; i < len; i += 32) {
        block = sha256_raw(pool, block);
        memcpy(out + 1 + i, block.ptr, len - i < 32 ? len - i : 32);
    }
    size_t top = (bits - 1) % 8;
    out[1] = (uint8_t)((out[1] & ((1U << top) - 1)) | 1U << top);
    out[len] |= 1;
    return top == 7 ? slice_of(out, len + 1) : slice_of(out + 1, len);
}

/* {"bits":N,"n":HEX,"e":HEX,"algorithm":HEX} */
static struct slice rsa_from(struct pool *pool, json_t *rsa)
{
    static const uint8_t algorithm[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                         0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00 };
    struct text numbers = { .pool = pool };
    struct text key = { .pool = pool };
    struct slice words[3];
    static const char *const names[] = { "n", "e", "algorithm" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        json_t *op = json_pack("{s:s}", "hex", op_text(rsa, names[i], "010001"));
        words[i] = op_bytes(pool, op);
        json_decref(op);
    }
    bool has_n = json_object_get(rsa, "n") != NULL;
    bool has_algorithm = json_object_get(rsa, "algorithm") != NULL;
    der_add(&numbers, 0x02,
            has_n ? words[0] : make_modulus(pool, (size_t)op_number(rsa, "bits", 2048)));
    der_add(&numbers, 0x02, words[1]);
    der_add(&key, 0x30, text_slice(&numbers));
    return der_spki(pool, has_algorithm ? words[2] : slice_of(algorithm, sizeof(algorithm)),
                    text_slice(&key));
}

/* Other encodings of a P-256 key's public point; spki is a right one. */
static struct slice ec_from(struct pool *pool, struct slice spki, const char *form)
{
    struct slice algorithm = slice_of(spki.ptr + 2, 21);
    uint8_t *point = pool_bytes(pool, slice_from(spki, 26)); /* 04 X Y */
    size_t len = 65;
    if (strcmp(form, "compressed") == 0) {
        point[0] = (uint8_t)(2 + (point[64] & 1));
        len = 33;
    } else if (strcmp(form, "hybrid") == 0) {
        point[0] = (uint8_t)(6 + (point[64] & 1));
    } else if (strcmp(form, "infinity") == 0) {
        point[0] = 0;
        len = 1;
    } else if (strcmp(form, "off-curve") == 0) {
        point[64] ^= 1;
    } else if (strcmp(form, "x-too-large") == 0) {
        memset(point + 1, 0xff, 32);
    } else if (strcmp(form, "long-length") == 0) {
        struct text out = { .pool = pool };
        text_add(&out, slice_of("\x30\x81\x59", 3));
        text_add(&out, slice_from(spki, 2));
        return text_slice(&out);
    } else if (strcmp(form, "indefinite") == 0) {
        struct text out = { .pool = pool };
        text_add(&out, slice_of("\x30\x80", 2));
        text_add(&out, slice_from(spki, 2));
        text_add(&out, slice_of("\0\0", 2));
        return text_slice(&out);
    } else {
        die("%s: unknown form of an EC key", form);
    }
    return der_spki(pool, algorithm, slice_of(point, len));
}

/* ---- the whole ---- */

static struct slice material_from(struct repo *repo, json_t *spec, const struct test_key *key)
{
    struct text out = { .pool = repo->pool };
    const char *form = op_text(spec, "ec", NULL);
    bool has_material = json_object_get(spec, "rsa") != NULL ||
                        json_object_get(spec, "hex") != NULL ||
                        json_object_get(spec, "text") != NULL;
    if (key == NULL && !has_material) {
        die("a key has neither a name nor material");
    }
    if (json_object_get(spec, "rsa") != NULL) {
        text_add(&out, rsa_from(repo->pool, json_object_get(spec, "rsa")));
    } else if (json_object_get(spec, "hex") != NULL || json_object_get(spec, "text") != NULL) {
        text_add(&out, op_bytes(repo->pool, spec));
    } else if (key != NULL && json_object_get(spec, "cert") != NULL) {
        text_add(&out, bundle_from(repo, spec, key->name));
    } else if (key != NULL && form != NULL) {
        text_add(&out, ec_from(repo->pool, key->spki, form));
    } else if (key != NULL) {
        text_add(&out, json_is_true(json_object_get(spec, "spki"))
                           ? key->spki
                           : meta_key_bare(repo->pool, key)->material);
    }
    for (long long i = op_number(spec, "trailing", 0); i > 0; i--) {
        text_add_byte(&out, 0);
    }
    return text_slice(&out);
}

const struct meta_key *keyspec_make(struct repo *repo, json_t *spec)
{
    if (json_is_string(spec)) {
        return repo_key(repo, json_string_value(spec));
    }
    const char *name = op_text(spec, "name", NULL);
    const struct test_key *key = name == NULL ? NULL : keyring_get(repo->ring, name);
    bool certified = json_object_get(spec, "cert") != NULL;
    struct slice material = material_from(repo, spec, key);
    const struct meta_key *natural = key == NULL ? NULL
                                     : certified ? meta_key_certified(repo->pool, key, material)
                                                 : meta_key_bare(repo->pool, key);
    const char *keytype = op_text(spec, "keytype", natural == NULL ? "ecdsa" : natural->keytype);
    struct meta_key *out = pool_alloc(repo->pool, sizeof(*out));
    *out = *meta_key_material(repo->pool, key, keytype, material);
    out->method = op_text(spec, "method", natural == NULL ? out->method : natural->method);
    if (natural != NULL) {
        (void)snprintf(out->canonical_id, sizeof(out->canonical_id), "%s", natural->canonical_id);
    }
    const char *id = op_text(spec, "id", NULL);
    if (id != NULL && strcmp(id, "upper") == 0) {
        for (char *c = out->id; *c != '\0'; c++) {
            *c = (char)(*c >= 'a' ? *c - 'a' + 'A' : *c);
        }
    } else if (id != NULL) {
        (void)snprintf(out->id, sizeof(out->id), "%s", id);
    }
    return out;
}
