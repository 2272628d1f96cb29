/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include "base/text.h"
#include "tuf/parsers.h"

#include <criterion/criterion.h>

TestSuite(tuf_dialect, .timeout = 60);

/* Reads one object of the dialect's shape, as it stands in canonical metadata. */
static enum assay_status read_shape(const struct tuf_shape *shape, const char *text,
                                    struct arena *arena, void *into)
{
    struct tuf_parse parse;
    tuf_parse_init(&parse, slice_from_string(text), arena, &tuf_dialect_notary, LIMIT_JSON_NODES);
    return tuf_read_object(&parse, shape->fields, shape->count, into, NULL);
}

static enum key_type type_of(struct arena *arena, const char *word)
{
    struct tuf_listed_key key = { .type = KEY_TYPE_UNKNOWN };
    const char *text =
        say(arena, "{\"keytype\":\"%s\",\"keyval\":{\"private\":null,\"public\":\"\"}}", word);
    cr_assert_eq(read_shape(&tuf_dialect_notary.key, text, arena, &key), ASSAY_OK, "%s", word);
    return key.type;
}

Test(tuf_dialect, key_type_words_are_exact)
{
    static const struct {
        const char *text;
        enum key_type type;
    } rows[] = {
        { "ecdsa", KEY_TYPE_ECDSA },     { "ecdsa-x509", KEY_TYPE_ECDSA_X509 },
        { "rsa", KEY_TYPE_RSA },         { "rsa-x509", KEY_TYPE_RSA_X509 },
        { "ed25519", KEY_TYPE_ED25519 }, { "ECDSA", KEY_TYPE_UNKNOWN },
        { "ecdsa ", KEY_TYPE_UNKNOWN },  { "", KEY_TYPE_UNKNOWN },
        { "eddsa", KEY_TYPE_UNKNOWN },
    };
    AUTO_ARENA arena = ARENA_INIT(1 * MIB);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        cr_expect_eq(type_of(&arena, rows[i].text), rows[i].type, "%s", rows[i].text);
    }
}

Test(tuf_dialect, method_words_fold_ascii_case)
{
    static const struct {
        const char *text;
        enum signature_method method;
    } rows[] = {
        { "ecdsa", SIGNATURE_ECDSA },     { "ECDSA", SIGNATURE_ECDSA },
        { "eddsa", SIGNATURE_EDDSA },     { "rsapss", SIGNATURE_RSAPSS },
        { "RsaPss", SIGNATURE_RSAPSS },   { "rsapkcs1v15", SIGNATURE_RSAPKCS1V15 },
        { "ecdsa ", SIGNATURE_UNKNOWN },  { "", SIGNATURE_UNKNOWN },
        { "ed25519", SIGNATURE_UNKNOWN }, { "eddſa", SIGNATURE_UNKNOWN },
    };
    AUTO_ARENA arena = ARENA_INIT(1 * MIB);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct tuf_signature signature = { .method = SIGNATURE_UNKNOWN };
        const char *text =
            say(&arena, "{\"keyid\":\"aa\",\"method\":\"%s\",\"sig\":\"\"}", rows[i].text);
        cr_assert_eq(read_shape(&tuf_dialect_notary.signature, text, &arena, &signature), ASSAY_OK);
        cr_expect_eq(signature.method, rows[i].method, "%s", rows[i].text);
    }
}

/* An id as a real server listed it, of a key of a recorded repository. */
Test(tuf_dialect, key_id_covers_type_and_material)
{
    static const char id[] = "163a274fd2a23711da4bb3e53c850d6347525781fa5321850263558854330083";
    static const struct {
        const char *material;
        enum key_type type;
        bool has_null_private;
        enum assay_status status;
    } rows[] = {
        { "+jYnvVF/zyEbY+a4qYRyxHFOj1tkfM96zoeS2RRw0a0=", KEY_TYPE_ED25519, true, ASSAY_OK },
        { "+jYnvVF/zyEbY+a4qYRyxHFOj1tkfM96zoeS2RRw0a0=", KEY_TYPE_ECDSA, true, ASSAY_KEY_ID },
        { "+zYnvVF/zyEbY+a4qYRyxHFOj1tkfM96zoeS2RRw0a0=", KEY_TYPE_ED25519, true, ASSAY_KEY_ID },
        { "+jYnvVF/zyEbY+a4qYRyxHFOj1tkfM96zoeS2RRw0a0=", KEY_TYPE_ED25519, false, ASSAY_KEY_ID },
        { "+jYnvVF/zyEbY+a4qYRyxHFOj1tkfM96zoeS2RRw0a0", KEY_TYPE_ED25519, true, ASSAY_SCHEMA },
        { "+jYnvVF/zyEbY+a4qYRyxHFOj1tkfM96zoeS2RRw0a0=", KEY_TYPE_UNKNOWN, true, ASSAY_INTERNAL },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct tuf_listed_key listed = { .id = slice_from_string(id),
                                               .type = rows[i].type,
                                               .material = slice_from_string(rows[i].material),
                                               .has_null_private = rows[i].has_null_private };
        AUTO_BUF material = BUF_INIT(LIMIT_KEY_BYTES);
        char computed[TUF_ID_BYTES];
        cr_expect_eq(tuf_dialect_notary.decode_key(&listed, &material, computed, NULL),
                     rows[i].status, "row %zu", i);
        if (rows[i].status == ASSAY_OK) {
            cr_expect_str_eq(computed, id);
            cr_expect_eq(material.len, 32);
        }
    }
}

static struct crypto_key *load(struct arena *arena, const struct maker_key *made)
{
    uint8_t bytes[4096];
    size_t len = 0;
    struct crypto_key *key = NULL;
    cr_assert_eq(base64_decode(slice_from_string(made->material), bytes, sizeof(bytes), &len, NULL),
                 ASSAY_OK);
    cr_assert_eq(key_load(type_of(arena, made->type), slice_of(bytes, len), &key, NULL), ASSAY_OK,
                 "%s", made->type);
    return key;
}

Test(tuf_dialect, canonical_id_survives_a_new_certificate)
{
    AUTO_ARENA arena = ARENA_INIT(1 * MIB);
    struct maker_key *made[3];
    struct crypto_key *keys[3];
    char ids[3][TUF_ID_BYTES];
    made[0] = make_ec_key(&arena);
    made[1] = make_certificate(&arena, made[0], TEST_GUN, -10, 10);
    made[2] = make_certificate(&arena, made[0], TEST_GUN, -5, 99);
    for (size_t i = 0; i < 3; i++) {
        keys[i] = load(&arena, made[i]);
        cr_assert_eq(tuf_dialect_notary.canonical_id(keys[i], ids[i], NULL), ASSAY_OK);
        cr_expect_str_eq(ids[i], made[0]->id);
    }
    cr_expect_str_neq(made[1]->id, made[2]->id);
    for (size_t i = 0; i < 3; i++) {
        key_free(keys[i]);
        drop_key(made[i]);
    }
}

Test(tuf_dialect, root_certificates_name_the_repository)
{
    static const struct {
        const char *name;
        enum assay_status status;
    } rows[] = {
        { "reg.test/acme/app", ASSAY_OK },
        { "reg.test/acme/*", ASSAY_OK },
        { "reg.test/*", ASSAY_OK },
        { "reg.test/acme/ap", ASSAY_CERTIFICATE_NAME },
        { "reg.test/acme/app2", ASSAY_CERTIFICATE_NAME },
        { "Reg.test/acme/app", ASSAY_CERTIFICATE_NAME },
        { "reg.test/acme/app/*", ASSAY_CERTIFICATE_NAME },
        { "reg.test/ac*", ASSAY_CERTIFICATE_NAME },
        { "reg.test/acme/**", ASSAY_CERTIFICATE_NAME },
        { "reg.test/acme/", ASSAY_CERTIFICATE_NAME },
        { "*", ASSAY_CERTIFICATE_NAME },
        { "/*", ASSAY_CERTIFICATE_NAME },
    };
    AUTO_ARENA arena = ARENA_INIT(1 * MIB);
    struct maker_key *bare = make_ec_key(&arena);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct maker_key *made = make_certificate(&arena, bare, rows[i].name, -10, 10);
        struct crypto_key *key = load(&arena, made);
        cr_expect_eq(tuf_dialect_notary.check_root_key(key, TEST_GUN, NULL), rows[i].status, "%s",
                     rows[i].name);
        key_free(key);
        drop_key(made);
    }
    struct crypto_key *key = load(&arena, bare);
    cr_expect_eq(tuf_dialect_notary.check_root_key(key, TEST_GUN, NULL), ASSAY_CERTIFICATE);
    key_free(key);
    drop_key(bare);
}

Test(tuf_dialect, delegation_names)
{
    static const struct {
        const char *name;
        const char *parent;
        enum assay_status status;
    } rows[] = {
        { "targets/releases", "targets", ASSAY_OK },
        { "targets/a-b_9", "targets", ASSAY_OK },
        { "targets/a/b", "targets/a", ASSAY_OK },
        { "targets/a/b", "targets", ASSAY_ROLE_NAME },
        { "targets/b", "targets/a", ASSAY_ROLE_NAME },
        { "targets/a", "targets/a", ASSAY_ROLE_NAME },
        { "targets", "targets", ASSAY_ROLE_NAME },
        { "snapshot", "targets", ASSAY_ROLE_NAME },
        { "root", "targets", ASSAY_ROLE_NAME },
        { "", "targets", ASSAY_ROLE_NAME },
        { "targetsx", "targets", ASSAY_ROLE_NAME },
        { "targets/", "targets", ASSAY_ROLE_NAME },
        { "targets//a", "targets", ASSAY_ROLE_NAME },
        { "targets/a/", "targets", ASSAY_ROLE_NAME },
        { "/targets/a", "targets", ASSAY_ROLE_NAME },
        { "targets/.", "targets", ASSAY_ROLE_NAME },
        { "targets/..", "targets", ASSAY_ROLE_NAME },
        { "targets/./a", "targets", ASSAY_ROLE_NAME },
        { "targets/../../x", "targets", ASSAY_ROLE_NAME },
        { "../targets/a", "targets", ASSAY_ROLE_NAME },
        { "targets/A", "targets", ASSAY_ROLE_NAME },
        { "targets/a b", "targets", ASSAY_ROLE_NAME },
        { "targets/%2e", "targets", ASSAY_ROLE_NAME },
        { "targets/a\\b", "targets", ASSAY_ROLE_NAME },
        { "targets/\xC3\xA9", "targets", ASSAY_ROLE_NAME },
        { "targets/a:b", "targets", ASSAY_ROLE_NAME },
        { "targets/a\n", "targets", ASSAY_ROLE_NAME },
        { "targets/*", "targets", ASSAY_ROLE_NAME },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        cr_expect_eq(tuf_dialect_notary.check_delegation_name(slice_from_string(rows[i].name),
                                                              rows[i].parent, NULL),
                     rows[i].status, "%s", rows[i].name);
    }
    char longest[LIMIT_ROLE_NAME_BYTES + 2];
    memset(longest, 'a', sizeof(longest));
    memcpy(longest, "targets/", 8);
    cr_expect_eq(tuf_dialect_notary.check_delegation_name(slice_of(longest, LIMIT_ROLE_NAME_BYTES),
                                                          "targets", NULL),
                 ASSAY_OK);
    cr_expect_eq(tuf_dialect_notary.check_delegation_name(
                     slice_of(longest, LIMIT_ROLE_NAME_BYTES + 1), "targets", NULL),
                 ASSAY_ROLE_NAME);
}
