/* SPDX-License-Identifier: Apache-2.0 */
/* The chain of roots: pins, rotation, thresholds, dates. */
#include "support.h"

#include <criterion/criterion.h>
#include <openssl/sha.h>

TestSuite(tuf_roots, .timeout = 60);

struct scene {
    struct arena arena;
    struct keys keys;
};

static void scene_open(struct scene *scene)
{
    *scene = (struct scene){ .arena = ARENA_INIT(64 * MIB) };
    make_keys(&scene->arena, &scene->keys);
}

static void scene_close(struct scene *scene)
{
    drop_keys(&scene->keys);
    arena_clear(&scene->arena);
}

/* A root with this role member "root", signed by these keys. */
static struct slice make_root(struct scene *scene, unsigned version, const char *role,
                              struct maker_key *const *signers)
{
    const char *text = root_text(&scene->arena, &scene->keys, version);
    text = replace_all(
        &scene->arena, text,
        expand(&scene->arena, &scene->keys, "\"root\":{\"keyids\":[\"@root\"],\"threshold\":1}"),
        expand(&scene->arena, &scene->keys, role));
    return text_slice(sign_file(&scene->arena, text, signers));
}

#define BY_ROOT  "\"root\":{\"keyids\":[\"@root\"],\"threshold\":1}"
#define BY_ROOT2 "\"root\":{\"keyids\":[\"@root2\"],\"threshold\":1}"
#define BY_ONE   "\"root\":{\"keyids\":[\"@root\",\"@root2\"],\"threshold\":1}"
#define BY_BOTH  "\"root\":{\"keyids\":[\"@root\",\"@root2\"],\"threshold\":2}"

Test(tuf_roots, rotation)
{
    struct scene scene;
    scene_open(&scene);
    struct maker_key *const one[] = { scene.keys.root, NULL };
    struct maker_key *const two[] = { scene.keys.root2, NULL };
    struct maker_key *const both[] = { scene.keys.root, scene.keys.root2, NULL };
    const struct {
        const char *name;
        const char *first_role;
        struct maker_key *const *first_signers;
        unsigned version;
        const char *role;
        struct maker_key *const *signers;
        enum assay_status status;
    } rows[] = {
        { "same key", BY_ROOT, one, 4, BY_ROOT, one, ASSAY_OK },
        { "new key, both signed", BY_ROOT, one, 4, BY_ROOT2, both, ASSAY_OK },
        { "only the new key", BY_ROOT, one, 4, BY_ROOT2, two, ASSAY_ROOT_ROTATION },
        { "only the old key", BY_ROOT, one, 4, BY_ROOT2, one, ASSAY_THRESHOLD },
        { "a version is skipped", BY_ROOT, one, 5, BY_ROOT, one, ASSAY_ROOT_VERSION },
        { "the same version", BY_ROOT, one, 3, BY_ROOT, one, ASSAY_ROOT_VERSION },
        { "an older version", BY_ROOT, one, 2, BY_ROOT, one, ASSAY_ROOT_VERSION },
        { "to a threshold of two", BY_ROOT, one, 4, BY_BOTH, both, ASSAY_OK },
        { "to two, one signed", BY_ROOT, one, 4, BY_BOTH, one, ASSAY_THRESHOLD },
        { "from two", BY_BOTH, both, 4, BY_ROOT2, both, ASSAY_OK },
        { "from two, one signed", BY_BOTH, both, 4, BY_ROOT2, two, ASSAY_ROOT_ROTATION },
        { "any one of two", BY_ONE, one, 4, BY_ROOT2, two, ASSAY_OK },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct assay_error err = ERROR_INIT;
        struct tuf_trusted *machine = new_machine(NULL, NULL);
        struct slice first = make_root(&scene, 3, rows[i].first_role, rows[i].first_signers);
        struct slice next = make_root(&scene, rows[i].version, rows[i].role, rows[i].signers);
        cr_assert_eq(tuf_trusted_set_anchor(machine, first, NULL, &err), ASSAY_OK, "%s: %s",
                     rows[i].name, err.message);
        cr_expect_eq(tuf_trusted_add_root(machine, next, &err), rows[i].status, "%s: %s",
                     rows[i].name, err.message);
        cr_expect_eq(tuf_trusted_root_version(machine), rows[i].status == ASSAY_OK ? 4 : 3, "%s",
                     rows[i].name);
        cr_expect_eq(tuf_trusted_close_roots(machine, &err), ASSAY_OK,
                     "%s: the machine stays usable: %s", rows[i].name, err.message);
        tuf_trusted_free(machine);
    }
    scene_close(&scene);
}

/* Nothing of the next root is looked at before the old keys vouched for it. */
Test(tuf_roots, old_keys_come_first)
{
    struct scene scene;
    scene_open(&scene);
    struct maker_key *const one[] = { scene.keys.root, NULL };
    struct maker_key *const two[] = { scene.keys.root2, NULL };
    static const char *const bad[] = { "{\"_type\":\"Targets\"}", "{\"version\":0}", "{}" };
    struct tuf_trusted *machine = new_machine(NULL, NULL);
    cr_assert_eq(tuf_trusted_set_anchor(machine, make_root(&scene, 3, BY_ROOT, one), NULL, NULL),
                 ASSAY_OK);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct slice unsigned_one = text_slice(sign_file(&scene.arena, bad[i], two));
        struct slice signed_one = text_slice(sign_file(&scene.arena, bad[i], one));
        cr_expect_eq(tuf_trusted_add_root(machine, unsigned_one, NULL), ASSAY_ROOT_ROTATION, "%s",
                     bad[i]);
        enum assay_status status = tuf_trusted_add_root(machine, signed_one, NULL);
        cr_expect(status == ASSAY_TYPE || status == ASSAY_VERSION, "%s", bad[i]);
    }
    tuf_trusted_free(machine);
    scene_close(&scene);
}

static void fingerprint_of(const char *hex, struct tuf_pin *pin)
{
    *pin = (struct tuf_pin){ .kind = TUF_PIN_FINGERPRINT };
    char text[80];
    (void)snprintf(text, sizeof(text), "sha256:%s", hex);
    cr_assert_eq(digest_parse(slice_from_string(text), &pin->fingerprint, NULL), ASSAY_OK);
}

static const char *spki_hash(struct arena *where, const struct maker_key *key)
{
    unsigned char hash[32];
    struct slice der = spki_of(where, key);
    SHA256(der.ptr, der.len, hash);
    return hex_of(where, hash, sizeof(hash));
}

/* The id of the bare key: what stays when a certificate is renewed. */
static const char *canonical_of(struct arena *where, const struct maker_key *key)
{
    unsigned char hash[32];
    struct slice der = spki_of(where, key);
    const char *object =
        say(where, "{\"keytype\":\"ecdsa\",\"keyval\":{\"private\":null,\"public\":\"%s\"}}",
            base64_of(where, der.ptr, der.len));
    SHA256((const unsigned char *)object, strlen(object), hash);
    return hex_of(where, hash, sizeof(hash));
}

Test(tuf_roots, fingerprint_pins)
{
    struct scene scene;
    scene_open(&scene);
    struct maker_key *const one[] = { scene.keys.root, NULL };
    struct maker_key *const two[] = { scene.keys.root2, NULL };
    struct maker_key *const both[] = { scene.keys.root, scene.keys.root2, NULL };
    const char *id = scene.keys.root->id;
    const char *canonical = canonical_of(&scene.arena, scene.keys.root);
    const char *spki = spki_hash(&scene.arena, scene.keys.root);
    const char *other = scene.keys.root2->id;
    const char *targets = scene.keys.targets->id;
    const struct {
        const char *name;
        const char *pin;
        const char *role;
        struct maker_key *const *signers;
        enum assay_status status;
    } rows[] = {
        { "id", id, BY_ROOT, one, ASSAY_OK },
        { "canonical id", canonical, BY_ROOT, one, ASSAY_OK },
        { "SPKI hash", spki, BY_ROOT, one, ASSAY_OK },
        { "another root key", other, BY_ROOT, one, ASSAY_PIN_MISMATCH },
        { "a key of another role", targets, BY_ROOT, one, ASSAY_PIN_MISMATCH },
        { "one of two, it signed", id, BY_ONE, one, ASSAY_OK },
        { "one of two, the other signed", id, BY_ONE, two, ASSAY_THRESHOLD },
        { "one of two, both are needed", id, BY_BOTH, both, ASSAY_THRESHOLD },
        { "listed, but not a root key", other, BY_ROOT, both, ASSAY_PIN_MISMATCH },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct assay_error err = ERROR_INIT;
        struct tuf_pin pin;
        fingerprint_of(rows[i].pin, &pin);
        struct tuf_trusted *machine = new_machine(NULL, NULL);
        struct slice root = make_root(&scene, 3, rows[i].role, rows[i].signers);
        cr_expect_eq(tuf_trusted_set_anchor(machine, root, &pin, &err), rows[i].status, "%s: %s",
                     rows[i].name, err.message);
        tuf_trusted_free(machine);
        uint64_t version = 0;
        bool carries = false;
        cr_assert_eq(
            tuf_root_peek(&tuf_dialect_notary, root, &pin.fingerprint, &version, &carries, NULL),
            ASSAY_OK);
        cr_expect_eq(version, 3);
        cr_expect_eq(carries, rows[i].status != ASSAY_PIN_MISMATCH, "%s", rows[i].name);
    }
    scene_close(&scene);
}

/* The pinned key vouched for the whole root, so any of the root's keys may hand on. */
Test(tuf_roots, fingerprint_binds_the_anchor_alone)
{
    struct scene scene;
    scene_open(&scene);
    struct maker_key *const one[] = { scene.keys.root, NULL };
    struct maker_key *const two[] = { scene.keys.root2, NULL };
    struct tuf_pin pin;
    fingerprint_of(scene.keys.root->id, &pin);
    struct tuf_trusted *machine = new_machine(NULL, NULL);
    cr_assert_eq(tuf_trusted_set_anchor(machine, make_root(&scene, 3, BY_ONE, one), &pin, NULL),
                 ASSAY_OK);
    cr_assert_eq(tuf_trusted_add_root(machine, make_root(&scene, 4, BY_ROOT2, two), NULL),
                 ASSAY_OK);
    cr_expect_eq(tuf_trusted_close_roots(machine, NULL), ASSAY_OK);
    tuf_trusted_free(machine);
    scene_close(&scene);
}

Test(tuf_roots, file_pins)
{
    struct scene scene;
    scene_open(&scene);
    struct maker_key *const one[] = { scene.keys.root, NULL };
    struct slice root = make_root(&scene, 3, BY_ROOT, one);
    struct tuf_pin pin = { .kind = TUF_PIN_ROOT, .bytes = BUF_INIT(LIMIT_ROOT_BYTES) };
    cr_assert_eq(buf_append(&pin.bytes, root, NULL), ASSAY_OK);
    struct tuf_trusted *machine = new_machine(NULL, NULL);
    struct slice again = make_root(&scene, 3, BY_ROOT, one); /* another signature */
    cr_expect_eq(tuf_trusted_set_anchor(machine, again, &pin, NULL), ASSAY_PIN_MISMATCH);
    cr_expect_eq(tuf_trusted_set_anchor(machine, root, &pin, NULL), ASSAY_OK);
    cr_expect_eq(tuf_trusted_set_anchor(machine, root, &pin, NULL), ASSAY_INTERNAL, "only once");
    tuf_trusted_free(machine);
    buf_clear(&pin.bytes);
    scene_close(&scene);
}

/* A certificate that is its own issuer serves as the pinned CA. */
static void pin_ca(struct scene *scene, const struct maker_key *ca, struct tuf_pin *pin)
{
    *pin = (struct tuf_pin){ .kind = TUF_PIN_CA, .bytes = BUF_INIT(LIMIT_CA_FILE_BYTES) };
    unsigned char pem[8192];
    int len = EVP_DecodeBlock(pem, (const unsigned char *)ca->material, (int)strlen(ca->material));
    cr_assert_gt(len, 0);
    while (pem[len - 1] != '\n') {
        len--;
    }
    cr_assert_eq(buf_append(&pin->bytes, slice_of(pem, (size_t)len), NULL), ASSAY_OK);
    (void)scene;
}

Test(tuf_roots, ca_pins)
{
    struct scene scene;
    scene_open(&scene);
    struct maker_key *ca = make_ca(&scene.arena);
    struct maker_key *stranger = make_ca(&scene.arena);
    struct maker_key *bare = make_ec_key(&scene.arena);
    struct maker_key *leaf = make_issued(&scene.arena, bare, ca, TEST_GUN, -1000, 86400);
    struct maker_key *late = make_issued(&scene.arena, bare, ca, TEST_GUN, -1000, -10);
    struct maker_key *self = scene.keys.root;
    struct tuf_pin pin;
    pin_ca(&scene, ca, &pin);
    const struct {
        const char *name;
        struct maker_key *key;
        enum assay_status anchor, closed;
    } rows[] = {
        { "issued by it", leaf, ASSAY_OK, ASSAY_OK },
        { "issued by it, expired", late, ASSAY_OK, ASSAY_CERTIFICATE_TIME },
        { "not issued by it", self, ASSAY_PIN_MISMATCH, ASSAY_INTERNAL },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct assay_error err = ERROR_INIT;
        scene.keys.root = rows[i].key;
        struct maker_key *const signers[] = { rows[i].key, NULL };
        struct tuf_trusted *machine = new_machine(NULL, NULL);
        cr_expect_eq(
            tuf_trusted_set_anchor(machine, make_root(&scene, 3, BY_ROOT, signers), &pin, &err),
            rows[i].anchor, "%s: %s", rows[i].name, err.message);
        cr_expect_eq(tuf_trusted_close_roots(machine, &err), rows[i].closed, "%s: %s", rows[i].name,
                     err.message);
        tuf_trusted_free(machine);
    }
    /* the CA must hold for every later root too */
    scene.keys.root = leaf;
    struct maker_key *const both[] = { leaf, scene.keys.root2, NULL };
    struct tuf_trusted *machine = new_machine(NULL, NULL);
    cr_assert_eq(tuf_trusted_set_anchor(machine, make_root(&scene, 3, BY_ROOT, both), &pin, NULL),
                 ASSAY_OK);
    cr_expect_eq(tuf_trusted_add_root(machine, make_root(&scene, 4, BY_ROOT2, both), NULL),
                 ASSAY_PIN_MISMATCH);
    cr_expect_eq(tuf_trusted_add_root(machine, make_root(&scene, 4, BY_BOTH, both), NULL),
                 ASSAY_THRESHOLD, "a key that is not the CA's does not count");
    cr_expect_eq(tuf_trusted_add_root(machine, make_root(&scene, 4, BY_ONE, both), NULL), ASSAY_OK);
    struct maker_key *const two[] = { scene.keys.root2, NULL };
    cr_expect_eq(tuf_trusted_add_root(machine, make_root(&scene, 5, BY_ONE, two), NULL),
                 ASSAY_ROOT_ROTATION);
    cr_expect_eq(tuf_trusted_close_roots(machine, NULL), ASSAY_OK);
    tuf_trusted_free(machine);
    buf_clear(&pin.bytes);
    pin_ca(&scene, stranger, &pin);
    machine = new_machine(NULL, NULL);
    cr_expect_eq(tuf_trusted_set_anchor(machine, make_root(&scene, 3, BY_ROOT, both), &pin, NULL),
                 ASSAY_PIN_MISMATCH);
    tuf_trusted_free(machine);
    buf_clear(&pin.bytes);
    scene.keys.root = self;
    drop_key(ca);
    drop_key(stranger);
    drop_key(bare);
    drop_key(leaf);
    drop_key(late);
    scene_close(&scene);
}

/* One key in two certificates is one signer. */
Test(tuf_roots, one_key_counts_once)
{
    struct scene scene;
    scene_open(&scene);
    struct maker_key *third = scene.keys.other;
    scene.keys.other = make_certificate(&scene.arena, scene.keys.root, TEST_GUN, -9, 99);
    struct maker_key *const twins[] = { scene.keys.root, scene.keys.other, NULL };
    struct maker_key *const both[] = { scene.keys.root, scene.keys.root2, NULL };
    static const char two_of_three[] =
        "\"root\":{\"keyids\":[\"@root\",\"@root2\",\"@other\"],\"threshold\":2}";
    static const char two_of_twins[] =
        "\"root\":{\"keyids\":[\"@root\",\"@other\"],\"threshold\":2}";
    struct tuf_trusted *machine = new_machine(NULL, NULL);
    cr_expect_eq(
        tuf_trusted_set_anchor(machine, make_root(&scene, 3, two_of_twins, twins), NULL, NULL),
        ASSAY_THRESHOLD_CONFIG);
    cr_expect_eq(
        tuf_trusted_set_anchor(machine, make_root(&scene, 3, two_of_three, twins), NULL, NULL),
        ASSAY_THRESHOLD);
    cr_expect_eq(
        tuf_trusted_set_anchor(machine, make_root(&scene, 3, two_of_three, both), NULL, NULL),
        ASSAY_OK);
    tuf_trusted_free(machine);
    drop_key(scene.keys.other);
    scene.keys.other = third;
    scene_close(&scene);
}

/* Certificates and expiry are judged on the last root alone, names on every one. */
Test(tuf_roots, dates)
{
    struct scene scene;
    scene_open(&scene);
    struct maker_key *good = scene.keys.root;
    const struct {
        const char *name;
        const char *common_name;
        long from_s, to_s;
        enum assay_status anchor, closed;
    } rows[] = {
        { "in date", TEST_GUN, -10, 10, ASSAY_OK, ASSAY_OK },
        { "expired", TEST_GUN, -10, -1, ASSAY_OK, ASSAY_CERTIFICATE_TIME },
        { "starts within a day", TEST_GUN, 3600, 7200, ASSAY_OK, ASSAY_OK },
        { "starts later", TEST_GUN, 2 * 86400, 3 * 86400, ASSAY_OK, ASSAY_CERTIFICATE_TIME },
        { "another repository", "reg.test/acme/other", -10, 10, ASSAY_CERTIFICATE_NAME,
          ASSAY_INTERNAL },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct assay_error err = ERROR_INIT;
        scene.keys.root =
            make_certificate(&scene.arena, good, rows[i].common_name, rows[i].from_s, rows[i].to_s);
        struct maker_key *const one[] = { scene.keys.root, NULL };
        struct maker_key *const both[] = { scene.keys.root, scene.keys.root2, NULL };
        struct tuf_trusted *machine = new_machine(NULL, NULL);
        cr_expect_eq(
            tuf_trusted_set_anchor(machine, make_root(&scene, 3, BY_ROOT, one), NULL, &err),
            rows[i].anchor, "%s: %s", rows[i].name, err.message);
        cr_expect_eq(tuf_trusted_close_roots(machine, &err), rows[i].closed, "%s: %s", rows[i].name,
                     err.message);
        tuf_trusted_free(machine);
        if (rows[i].anchor == ASSAY_OK) {
            machine = new_machine(NULL, NULL);
            cr_assert_eq(
                tuf_trusted_set_anchor(machine, make_root(&scene, 3, BY_ROOT, one), NULL, NULL),
                ASSAY_OK);
            cr_assert_eq(tuf_trusted_add_root(machine, make_root(&scene, 4, BY_ROOT2, both), NULL),
                         ASSAY_OK);
            cr_expect_eq(tuf_trusted_close_roots(machine, NULL), ASSAY_OK, "%s, before the last",
                         rows[i].name);
            tuf_trusted_free(machine);
        }
        drop_key(scene.keys.root);
    }
    scene.keys.root = good;
    scene_close(&scene);
}

/* Of two signers one is out of date: enough where one is asked for, too few where two are. */
Test(tuf_roots, signers_out_of_date_do_not_count)
{
    struct scene scene;
    scene_open(&scene);
    struct maker_key *good = scene.keys.root;
    scene.keys.root = make_certificate(&scene.arena, good, TEST_GUN, -10, -1);
    struct maker_key *const both[] = { scene.keys.root, scene.keys.root2, NULL };
    static const char *const roles[] = { BY_ONE, BY_BOTH };
    static const enum assay_status closed[] = { ASSAY_OK, ASSAY_CERTIFICATE_TIME };
    for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
        struct tuf_trusted *machine = new_machine(NULL, NULL);
        cr_assert_eq(
            tuf_trusted_set_anchor(machine, make_root(&scene, 3, roles[i], both), NULL, NULL),
            ASSAY_OK);
        cr_expect_eq(tuf_trusted_close_roots(machine, NULL), closed[i], "%s", roles[i]);
        tuf_trusted_free(machine);
    }
    drop_key(scene.keys.root);
    scene.keys.root = good;
    scene_close(&scene);
}

Test(tuf_roots, too_large)
{
    AUTO_ARENA arena = ARENA_INIT(8 * MIB);
    char *spaces = NULL;
    cr_assert_eq(arena_alloc(&arena, LIMIT_ROOT_BYTES + 1, 1, &spaces, NULL), ASSAY_OK);
    memset(spaces, ' ', LIMIT_ROOT_BYTES + 1);
    struct tuf_trusted *machine = new_machine(NULL, NULL);
    cr_expect_eq(
        tuf_trusted_set_anchor(machine, slice_of(spaces, LIMIT_ROOT_BYTES + 1), NULL, NULL),
        ASSAY_TOO_LARGE);
    cr_expect_eq(tuf_trusted_set_anchor(machine, slice_of(spaces, LIMIT_ROOT_BYTES), NULL, NULL),
                 ASSAY_JSON_SYNTAX);
    tuf_trusted_free(machine);
}

/* Unverified files only tell what to ask for; a bad one tells nothing. */
Test(tuf_roots, peek)
{
    struct scene scene;
    scene_open(&scene);
    struct maker_key *const none[] = { NULL };
    uint64_t version = 7;
    bool carries = true;
    struct slice root = make_root(&scene, 9, BY_ROOT, none);
    cr_expect_eq(tuf_root_peek(&tuf_dialect_notary, root, NULL, &version, &carries, NULL),
                 ASSAY_OK);
    cr_expect_eq(version, 9);
    cr_expect_not(carries);
    cr_expect_eq(
        tuf_root_peek(&tuf_dialect_notary, text_slice("{}"), NULL, &version, &carries, NULL),
        ASSAY_SCHEMA);
    cr_expect_eq(version, 0);
    scene_close(&scene);
}
