/* SPDX-License-Identifier: Apache-2.0 */
/* Notary v1: root keys are certificates that name the repository; a key's id is the hash of its
 * canonical JSON with the private part null. */
#include "tuf/parsers.h"

#include "base/text.h"

struct word {
    const char *text;
    int value;
};

static const struct word key_types[] = {
    { "ecdsa", KEY_TYPE_ECDSA },     { "ecdsa-x509", KEY_TYPE_ECDSA_X509 },
    { "rsa", KEY_TYPE_RSA },         { "rsa-x509", KEY_TYPE_RSA_X509 },
    { "ed25519", KEY_TYPE_ED25519 },
};

static const struct word methods[] = {
    { "ecdsa", SIGNATURE_ECDSA },
    { "rsapss", SIGNATURE_RSAPSS },
    { "rsapkcs1v15", SIGNATURE_RSAPKCS1V15 },
    { "eddsa", SIGNATURE_EDDSA },
};

static enum key_type notary_key_type(struct json_string word)
{
    for (size_t i = 0; i < ARRAY_LEN(key_types); i++) {
        if (json_string_is(word, key_types[i].text)) {
            return (enum key_type)key_types[i].value;
        }
    }
    return KEY_TYPE_UNKNOWN;
}

static bool is_folded(struct slice word, const char *lower)
{
    if (word.len != strlen(lower)) {
        return false;
    }
    for (size_t i = 0; i < word.len; i++) {
        uint8_t c = word.ptr[i];
        if (c >= 'A' && c <= 'Z') {
            c = (uint8_t)(c - 'A' + 'a');
        }
        if (c != (uint8_t)lower[i]) {
            return false;
        }
    }
    return true;
}

static enum signature_method notary_method(struct json_string word)
{
    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        if (is_folded(word.raw, methods[i].text)) {
            return (enum signature_method)methods[i].value;
        }
    }
    return SIGNATURE_UNKNOWN;
}

static const char *key_type_word(enum key_type type)
{
    for (size_t i = 0; i < ARRAY_LEN(key_types); i++) {
        if (key_types[i].value == (int)type) {
            return key_types[i].text;
        }
    }
    return NULL;
}

static enum assay_status notary_key_id(enum key_type type, struct slice material,
                                       char out[TUF_ID_BYTES], struct assay_error *err)
{
    const char *word = key_type_word(type);
    if (word == NULL) {
        return FAIL(err, ASSAY_INTERNAL, "a key of unknown type has no id");
    }
    AUTO_BUF text = BUF_INIT(2 * LIMIT_KEY_BYTES);
    TRY(buf_printf(&text, err, "{\"keytype\":\"%s\",\"keyval\":{\"private\":null,\"public\":\"",
                   word));
    TRY(base64_encode(material, &text, err));
    TRY(buf_append_string(&text, "\"}}", err));
    struct digest digest;
    TRY(digest_compute(DIGEST_SHA256, buf_slice(&text), &digest, err));
    hex_encode(slice_of(digest.bytes, digest_size(digest.alg)), out, TUF_ID_BYTES);
    return ASSAY_OK;
}

static enum assay_status check_id(const struct tuf_listed_key *listed, const char *id,
                                  struct assay_error *err)
{
    if (!listed->has_null_private) {
        return FAIL(err, ASSAY_KEY_ID, "key %.*s: its id covers \"private\", which is missing",
                    SLICE_ARGS(listed->id));
    }
    if (!slice_is(listed->id, id)) {
        return FAIL(err, ASSAY_KEY_ID, "expected the key under its id %s, found it under \"%.*s\"",
                    id, SLICE_ARGS(listed->id));
    }
    return ASSAY_OK;
}

static enum assay_status notary_decode_key(const struct tuf_listed_key *listed,
                                           struct buf *material, char id[TUF_ID_BYTES],
                                           struct assay_error *err)
{
    TRY(buf_reserve(material, LIMIT_KEY_BYTES, err));
    TRY(base64_decode(listed->material, material->ptr, LIMIT_KEY_BYTES, &material->len, err));
    TRY(notary_key_id(listed->type, buf_slice(material), id, err));
    return check_id(listed, id, err);
}

static enum assay_status notary_canonical_id(const struct crypto_key *key, char out[TUF_ID_BYTES],
                                             struct assay_error *err)
{
    return notary_key_id(key_bare_type(key_type_of(key)), key_bare_material(key), out, err);
}

/* A common name that ends in a slash and a star is good for every repository below. */
static bool names_gun(struct slice common_name, struct slice gun)
{
    if (slice_equal(common_name, gun)) {
        return true;
    }
    if (!slice_has_suffix(common_name, SLICE_LITERAL("/*"))) {
        return false;
    }
    struct slice prefix = slice_first(common_name, common_name.len - 1);
    return gun.len > prefix.len && slice_has_prefix(gun, prefix);
}

static enum assay_status notary_check_root_key(const struct crypto_key *key, const char *gun,
                                               struct assay_error *err)
{
    const struct key_certificate *leaf = key_leaf(key);
    if (leaf == NULL) {
        return FAIL(err, ASSAY_CERTIFICATE, "expected a certificate as root key, found a bare key");
    }
    TRY(key_check_certificate(key, err));
    if (!names_gun(leaf->common_name, slice_from_string(gun))) {
        return FAIL(err, ASSAY_CERTIFICATE_NAME,
                    "expected a certificate for %s, found one for \"%.*s\"", gun,
                    SLICE_ARGS(leaf->common_name));
    }
    return ASSAY_OK;
}

static bool is_name_char(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* Notary's grammar: "targets", then components of [-a-z0-9_] behind single slashes. A child's name
 * is its parent's with one component more. */
static enum assay_status notary_check_delegation_name(struct slice name, const char *parent,
                                                      struct assay_error *err)
{
    struct slice above = slice_from_string(parent);
    struct slice component = slice_from(name, above.len + 1);
    bool is_child = slice_has_prefix(name, above) && name.len > above.len &&
                    name.ptr[above.len] == '/' && component.len > 0;
    for (size_t i = 0; is_child && i < component.len; i++) {
        is_child = is_name_char(component.ptr[i]);
    }
    if (!is_child) {
        return FAIL(err, ASSAY_ROLE_NAME,
                    "expected %s/ and one component of a-z, 0-9, '-' and '_', found \"%.*s\"",
                    parent, SLICE_ARGS(name));
    }
    if (name.len > LIMIT_ROLE_NAME_BYTES) {
        return FAIL(err, ASSAY_ROLE_NAME, "expected a role name of at most %d bytes, found %zu",
                    LIMIT_ROLE_NAME_BYTES, name.len);
    }
    return ASSAY_OK;
}

static enum assay_status read_private(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    struct tuf_listed_key *key = into;
    if (json_peek(&parse->reader) != JSON_KIND_NULL) {
        return json_fail(&parse->reader, err, ASSAY_SCHEMA,
                         "expected null: metadata carries public keys");
    }
    return json_read_null(&parse->reader, &key->has_null_private, err);
}

static enum assay_status read_public(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    struct tuf_listed_key *key = into;
    struct json_string text;
    TRY(json_read_string(&parse->reader, &text, err));
    key->material = text.raw;
    return ASSAY_OK;
}

static enum assay_status read_keyval(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    static const struct tuf_field fields[] = {
        TUF_FIELD("private", read_private, ASSAY_OK),
        TUF_FIELD("public", read_public, ASSAY_SCHEMA),
    };
    return tuf_read_object(parse, fields, ARRAY_LEN(fields), into, err);
}

static enum assay_status read_keytype(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    struct tuf_listed_key *key = into;
    struct json_string word;
    TRY(json_read_string(&parse->reader, &word, err));
    key->type = notary_key_type(word);
    return ASSAY_OK;
}

static enum assay_status read_method(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    struct tuf_signature *signature = into;
    struct json_string word;
    TRY(json_read_string(&parse->reader, &word, err));
    signature->method = notary_method(word);
    return ASSAY_OK;
}

static enum assay_status read_sig(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    struct tuf_signature *signature = into;
    bool was_null = false;
    TRY(tuf_read_empty(parse, &was_null, err));
    if (was_null) {
        return ASSAY_OK;
    }
    struct json_string text;
    TRY(json_read_string(&parse->reader, &text, err));
    uint8_t decoded[LIMIT_SIGNATURE_BYTES];
    size_t len = 0;
    if (base64_decode(text.raw, decoded, sizeof(decoded), &len, NULL) != ASSAY_OK) {
        return json_fail(&parse->reader, err, ASSAY_SCHEMA,
                         "expected padded base64 of at most %lu bytes", LIMIT_SIGNATURE_BYTES);
    }
    return arena_copy(parse->arena, slice_of(decoded, len), &signature->bytes, err);
}

static const struct tuf_field root_fields[] = {
    TUF_HEADER_FIELDS,
    TUF_FIELD("consistent_snapshot", tuf_read_root_consistent, ASSAY_OK),
    TUF_FIELD("keys", tuf_read_root_keys, ASSAY_SCHEMA),
    TUF_FIELD("roles", tuf_read_root_roles, ASSAY_SCHEMA),
};

static const struct tuf_field key_fields[] = {
    TUF_FIELD("keytype", read_keytype, ASSAY_SCHEMA),
    TUF_FIELD("keyval", read_keyval, ASSAY_SCHEMA),
};

static const struct tuf_field signature_fields[] = {
    TUF_FIELD("keyid", tuf_read_signature_keyid, ASSAY_SCHEMA),
    TUF_FIELD("method", read_method, ASSAY_SCHEMA),
    TUF_FIELD("sig", read_sig, ASSAY_OK),
};

const struct tuf_dialect tuf_dialect_notary = {
    .name = "notary",
    .type_root = "Root",
    .type_timestamp = "Timestamp",
    .type_snapshot = "Snapshot",
    .type_targets = "Targets",
    .root = { root_fields, ARRAY_LEN(root_fields) },
    .key = { key_fields, ARRAY_LEN(key_fields) },
    .signature = { signature_fields, ARRAY_LEN(signature_fields) },
    .decode_key = notary_decode_key,
    .canonical_id = notary_canonical_id,
    .meta_suffix = "",
    .check_root_key = notary_check_root_key,
    .check_root_key_dates = key_check_dates,
    .check_delegation_name = notary_check_delegation_name,
};
