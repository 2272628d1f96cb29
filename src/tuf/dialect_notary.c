/* SPDX-License-Identifier: Apache-2.0 */
/* Notary v1: root keys are certificates that name the repository; a key's id is the hash of its
 * canonical JSON with the private part null. */
#include "tuf/dialect.h"

#include "base/buf.h"
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

const struct tuf_dialect tuf_dialect_notary = {
    .name = "notary",
    .type_root = "Root",
    .type_timestamp = "Timestamp",
    .type_snapshot = "Snapshot",
    .type_targets = "Targets",
    .key_type = notary_key_type,
    .method = notary_method,
    .key_id = notary_key_id,
    .canonical_id = notary_canonical_id,
    .meta_suffix = "",
    .check_root_key = notary_check_root_key,
    .check_root_key_dates = key_check_dates,
    .check_delegation_name = notary_check_delegation_name,
};
