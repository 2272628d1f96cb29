/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plain TUF (the specification's own format), for roots. Keys are bare, and each says by which
 * scheme it signs; a signature is hex and says nothing about itself.
 *
 * A key id is a name within one file: it is unique there, but nothing is concluded from it, since
 * thresholds count public keys. Repositories in use have keys under ids that are no hash of
 * theirs. The id that a pin may name is computed here, as the specification has it.
 */
#include "tuf/parsers.h"

#include "base/text.h"
#include "crypto/pem.h"

/* What may be listed; a pair that is not here never verifies anything. */
static const struct tuf_scheme {
    const char *keytype;
    const char *scheme;
    enum key_type type;
    enum signature_method method;
} schemes[] = {
    { "ecdsa", "ecdsa-sha2-nistp256", KEY_TYPE_ECDSA, SIGNATURE_P256_DER },
    { "ecdsa", "ecdsa-sha2-nistp384", KEY_TYPE_ECDSA, SIGNATURE_P384_DER },
    { "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", KEY_TYPE_ECDSA, SIGNATURE_P256_DER },
    { "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384", KEY_TYPE_ECDSA, SIGNATURE_P384_DER },
    { "ed25519", "ed25519", KEY_TYPE_ED25519, SIGNATURE_EDDSA },
    { "rsa", "rsassa-pss-sha256", KEY_TYPE_RSA, SIGNATURE_RSAPSS },
};

/* ---- members ---- */

static enum assay_status read_keytype(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    struct tuf_listed_key *key = into;
    return json_read_string(&parse->reader, &key->keytype, err);
}

/* A key of an unknown type may have anything here, or no such member. */
static enum assay_status read_public(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    struct tuf_listed_key *key = into;
    if (json_peek(&parse->reader) != JSON_KIND_STRING) {
        return json_skip(&parse->reader, NULL, err);
    }
    struct json_string text;
    TRY(json_read_string(&parse->reader, &text, err));
    key->material = text.raw;
    return ASSAY_OK;
}

static enum assay_status read_keyval(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    static const struct tuf_field fields[] = { TUF_FIELD("public", read_public, ASSAY_OK) };
    return tuf_read_object(parse, fields, ARRAY_LEN(fields), into, err);
}

/* Members come in byte order, so the keytype is known by now. */
static enum assay_status read_scheme(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    struct tuf_listed_key *key = into;
    struct json_string word;
    TRY(json_read_string(&parse->reader, &word, err));
    for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
        if (json_string_is(key->keytype, schemes[i].keytype) &&
            json_string_is(word, schemes[i].scheme)) {
            key->type = schemes[i].type;
            key->method = schemes[i].method;
        }
    }
    return ASSAY_OK;
}

/* Signing tools write "" for a signer who has not signed yet. It is no signature, and neither is
 * anything else that is not hex; the file is as good as its other signatures. */
static enum assay_status read_sig(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    struct tuf_signature *signature = into;
    struct json_string text;
    TRY(json_read_string(&parse->reader, &text, err));
    uint8_t decoded[LIMIT_SIGNATURE_BYTES];
    size_t len = text.raw.len / 2;
    if (len > sizeof(decoded) || hex_decode(text.raw, decoded, len, NULL) != ASSAY_OK) {
        return ASSAY_OK;
    }
    return arena_copy(parse->arena, slice_of(decoded, len), &signature->bytes, err);
}

/* "1." and one or two numbers behind it. */
static bool is_version_1(struct slice text)
{
    size_t dots = 0;
    bool digit = false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '.' && digit) {
            dots++;
            digit = false;
        } else if (text.ptr[i] >= '0' && text.ptr[i] <= '9') {
            digit = true;
        } else {
            return false;
        }
    }
    return slice_has_prefix(text, SLICE_LITERAL("1.")) && digit && dots <= 2;
}

static enum assay_status read_spec_version(struct tuf_parse *parse, void *into,
                                           struct assay_error *err)
{
    (void)into;
    struct json_string text;
    TRY(json_read_string(&parse->reader, &text, err));
    if (!is_version_1(text.raw)) {
        return json_fail(&parse->reader, err, ASSAY_SCHEMA, "expected version 1, found \"%.*s\"",
                         SLICE_ARGS(text.raw));
    }
    return ASSAY_OK;
}

/* The specification has UTC alone. */
static enum assay_status read_expires(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    TRY(tuf_read_expires(parse, into, err));
    struct slice read = slice_first(parse->reader.text, parse->reader.pos);
    if (!slice_has_suffix(read, SLICE_LITERAL("Z\""))) {
        return json_fail(&parse->reader, err, ASSAY_TIME_FORMAT,
                         "expected a time in UTC that ends in Z, found an offset");
    }
    return ASSAY_OK;
}

static const struct tuf_field root_fields[] = {
    TUF_FIELD("_type", tuf_read_type, ASSAY_TYPE),
    TUF_FIELD("consistent_snapshot", tuf_read_root_consistent, ASSAY_OK),
    TUF_FIELD("expires", read_expires, ASSAY_SCHEMA),
    TUF_FIELD("keys", tuf_read_root_keys, ASSAY_SCHEMA),
    TUF_FIELD("roles", tuf_read_root_roles, ASSAY_SCHEMA),
    TUF_FIELD("spec_version", read_spec_version, ASSAY_SCHEMA),
    TUF_FIELD("version", tuf_read_version, ASSAY_SCHEMA),
};

static const struct tuf_field key_fields[] = {
    TUF_FIELD("keytype", read_keytype, ASSAY_SCHEMA),
    TUF_FIELD("keyval", read_keyval, ASSAY_SCHEMA),
    TUF_FIELD("scheme", read_scheme, ASSAY_SCHEMA),
};

static const struct tuf_field signature_fields[] = {
    TUF_FIELD("keyid", tuf_read_signature_keyid, ASSAY_SCHEMA),
    TUF_FIELD("sig", read_sig, ASSAY_SCHEMA),
};

/* ---- keys ---- */

static enum assay_status decode_hex(struct slice text, struct buf *out, struct assay_error *err)
{
    TRY(buf_reserve(out, text.len / 2, err));
    TRY(hex_decode(text, out->ptr + out->len, text.len / 2, err));
    out->len += text.len / 2;
    return ASSAY_OK;
}

/* Tools leave the last line feed out, or not. */
static enum assay_status decode_pem(struct slice text, struct buf *out, struct assay_error *err)
{
    AUTO_BUF pem = BUF_INIT(LIMIT_JSON_STRING_BYTES + 1);
    TRY(buf_append(&pem, text, err));
    if (!slice_has_suffix(text, SLICE_LITERAL("\n"))) {
        TRY(buf_append_byte(&pem, '\n', err));
    }
    struct slice rest = buf_slice(&pem);
    TRY(pem_take(&rest, "PUBLIC KEY", ASSAY_KEY_MALFORMED, out, err));
    if (rest.len > 0) {
        return FAIL(err, ASSAY_KEY_MALFORMED, "PEM: expected one PUBLIC KEY block");
    }
    return ASSAY_OK;
}

/* Older roots list the bare point of a P-256 key; within its SubjectPublicKeyInfo it is the same
 * key, with the same identity, as in PEM. */
static enum assay_status decode_point(struct slice text, struct buf *out, struct assay_error *err)
{
    static const uint8_t frame[] = { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                     0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                     0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00 };
    TRY(buf_append(out, slice_of(frame, sizeof(frame)), err));
    return decode_hex(text, out, err);
}

static enum assay_status decode_material(const struct tuf_listed_key *listed, struct buf *out,
                                         struct assay_error *err)
{
    struct slice text = listed->material;
    if (listed->type == KEY_TYPE_ED25519) {
        return decode_hex(text, out, err);
    }
    bool is_point =
        listed->method == SIGNATURE_P256_DER && slice_has_prefix(text, SLICE_LITERAL("04"));
    return is_point ? decode_point(text, out, err) : decode_pem(text, out, err);
}

static enum assay_status sha256_hex(struct slice bytes, char out[TUF_ID_BYTES],
                                    struct assay_error *err)
{
    struct digest digest;
    TRY(digest_compute(DIGEST_SHA256, bytes, &digest, err));
    hex_encode(slice_of(digest.bytes, digest_size(digest.alg)), out, TUF_ID_BYTES);
    return ASSAY_OK;
}

static enum assay_status decode_key(const struct tuf_listed_key *listed, struct buf *material,
                                    char id[TUF_ID_BYTES], struct assay_error *err)
{
    TRY(decode_material(listed, material, err));
    return sha256_hex(listed->object, id, err);
}

/* The hash of the public key: what it is counted as. */
static enum assay_status canonical_id(const struct crypto_key *key, char out[TUF_ID_BYTES],
                                      struct assay_error *err)
{
    (void)err;
    const struct digest *identity = key_identity(key);
    hex_encode(slice_of(identity->bytes, digest_size(identity->alg)), out, TUF_ID_BYTES);
    return ASSAY_OK;
}

static enum assay_status refuse_delegation(struct slice name, const char *parent,
                                           struct assay_error *err)
{
    return FAIL(err, ASSAY_ROLE_NAME, "%s: \"%.*s\": only roots of plain TUF are read", parent,
                SLICE_ARGS(name));
}

const struct tuf_dialect tuf_dialect_tuf = {
    .name = "tuf",
    .type_root = "root",
    .type_timestamp = "timestamp",
    .type_snapshot = "snapshot",
    .type_targets = "targets",
    .root = { root_fields, ARRAY_LEN(root_fields) },
    .key = { key_fields, ARRAY_LEN(key_fields) },
    .signature = { signature_fields, ARRAY_LEN(signature_fields) },
    .decode_key = decode_key,
    .canonical_id = canonical_id,
    .meta_suffix = ".json",
    .check_root_key = NULL,
    .check_root_key_dates = NULL,
    .check_delegation_name = refuse_delegation,
};
