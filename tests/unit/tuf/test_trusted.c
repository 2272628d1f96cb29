/* SPDX-License-Identifier: Apache-2.0 */
/* The machine as a whole: order of calls, order of checks, floors, delegations, answers. */
#include "support.h"

#include <criterion/criterion.h>

TestSuite(tuf_trusted, .timeout = 60);

struct scene {
    struct arena arena;
    struct keys keys;
    struct repo repo;
};

static void scene_open(struct scene *scene, const struct edit *edits, size_t count)
{
    *scene = (struct scene){ .arena = ARENA_INIT(64 * MIB) };
    make_keys(&scene->arena, &scene->keys);
    make_repo(&scene->arena, &scene->keys, edits, count, &scene->repo);
}

static void scene_close(struct scene *scene)
{
    drop_keys(&scene->keys);
    arena_clear(&scene->arena);
}

static struct slice file_of(const struct scene *scene, enum file file)
{
    return text_slice(scene->repo.files[file]);
}

Test(tuf_trusted, answers)
{
    static const struct {
        const char *role, *name;
        uint8_t fill; /* of the digest; 0: not found */
    } rows[] = {
        { "targets/releases", "1.0", 'r' },
        { "targets/releases", "2.0", 's' },
        { "targets/releases", "base", 0 },
        { "targets", "1.0", 't' },
        { "targets", "base", 'b' },
        { "targets", "2.0", 0 },
        { "targets", "", 0 },
        { "targets", "1", 0 },
        { "targets", "1.00", 0 },
        { "targets", "zzz", 0 },
        { "targets/alice", "1.0", 0 },
    };
    struct scene scene;
    scene_open(&scene, NULL, 0);
    struct tuf_trusted *machine = new_machine(NULL, NULL);
    cr_assert_eq(feed(machine, &scene.repo, NULL, NULL), ASSAY_OK);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct tuf_target target;
        bool found = false;
        cr_assert_eq(tuf_trusted_find(machine, rows[i].role, text_slice(rows[i].name), &target,
                                      &found, NULL),
                     ASSAY_OK);
        cr_expect_eq(found, rows[i].fill != 0, "%s %s", rows[i].role, rows[i].name);
        if (found) {
            cr_expect(slice_is(target.name, rows[i].name));
            cr_expect_eq(target.length, 528);
            cr_expect_eq(target.sha256.alg, DIGEST_SHA256);
            cr_expect_eq(target.sha256.bytes[0], rows[i].fill);
            cr_expect_eq(target.sha256.bytes[31], rows[i].fill);
            cr_expect_eq(target.sha512.alg, DIGEST_NONE);
        }
    }
    tuf_trusted_free(machine);
    scene_close(&scene);
}

Test(tuf_trusted, entries_in_order)
{
    struct scene scene;
    scene_open(&scene, NULL, 0);
    struct tuf_trusted *machine = new_machine(NULL, NULL);
    struct tuf_target target;
    cr_expect_eq(tuf_trusted_target_count(machine, "targets"), 0);
    cr_assert_eq(feed(machine, &scene.repo, NULL, NULL), ASSAY_OK);
    cr_expect_eq(tuf_trusted_target_count(machine, "targets"), 2);
    cr_expect_eq(tuf_trusted_target_count(machine, "targets/releases"), 2);
    cr_expect_eq(tuf_trusted_target_count(machine, "targets/alice"), 0);
    cr_assert_eq(tuf_trusted_target_at(machine, "targets", 0, &target, NULL), ASSAY_OK);
    cr_expect(slice_is(target.name, "1.0"));
    cr_assert_eq(tuf_trusted_target_at(machine, "targets", 1, &target, NULL), ASSAY_OK);
    cr_expect(slice_is(target.name, "base"));
    cr_expect_eq(tuf_trusted_target_at(machine, "targets", 2, &target, NULL), ASSAY_INTERNAL);
    cr_expect_eq(tuf_trusted_target_at(machine, "targets/alice", 0, &target, NULL), ASSAY_INTERNAL);
    tuf_trusted_free(machine);
    scene_close(&scene);
}

Test(tuf_trusted, calls_out_of_order)
{
    struct scene scene;
    scene_open(&scene, NULL, 0);
    struct slice root = file_of(&scene, FILE_ROOT);
    struct slice timestamp = file_of(&scene, FILE_TIMESTAMP);
    struct slice snapshot = file_of(&scene, FILE_SNAPSHOT);
    struct slice targets = file_of(&scene, FILE_TARGETS);
    struct slice releases = file_of(&scene, FILE_RELEASES);
    struct tuf_trusted *m = new_machine(NULL, NULL);
    enum tuf_delegation delegation;
    struct tuf_target target;
    bool found = true;
    struct slice tag = text_slice("1.0");

    cr_expect_eq(tuf_trusted_add_root(m, root, NULL), ASSAY_INTERNAL);
    cr_expect_eq(tuf_trusted_close_roots(m, NULL), ASSAY_INTERNAL);
    cr_expect_eq(tuf_trusted_add_timestamp(m, timestamp, NULL), ASSAY_INTERNAL);
    cr_assert_eq(tuf_trusted_set_anchor(m, root, NULL, NULL), ASSAY_OK);
    cr_expect_eq(tuf_trusted_add_timestamp(m, timestamp, NULL), ASSAY_INTERNAL);
    cr_assert_eq(tuf_trusted_close_roots(m, NULL), ASSAY_OK);
    cr_expect_eq(tuf_trusted_close_roots(m, NULL), ASSAY_INTERNAL);
    cr_expect_eq(tuf_trusted_add_root(m, root, NULL), ASSAY_INTERNAL);
    cr_expect_eq(tuf_trusted_add_snapshot(m, snapshot, NULL), ASSAY_INTERNAL);
    cr_expect_null(tuf_trusted_meta(m, "snapshot"));
    cr_assert_eq(tuf_trusted_add_timestamp(m, timestamp, NULL), ASSAY_OK);
    cr_expect_eq(tuf_trusted_add_timestamp(m, timestamp, NULL), ASSAY_INTERNAL);
    cr_expect_eq(tuf_trusted_add_targets(m, "targets", targets, NULL), ASSAY_INTERNAL);
    cr_assert_not_null(tuf_trusted_meta(m, "snapshot"));
    cr_expect_eq(tuf_trusted_meta(m, "snapshot")->length, snapshot.len);
    cr_expect_null(tuf_trusted_meta(m, "targets"));
    cr_assert_eq(tuf_trusted_add_snapshot(m, snapshot, NULL), ASSAY_OK);
    cr_expect_eq(tuf_trusted_add_snapshot(m, snapshot, NULL), ASSAY_INTERNAL);
    cr_expect_eq(tuf_trusted_meta(m, "targets")->length, targets.len);
    cr_expect_null(tuf_trusted_meta(m, "targets/alice"));
    cr_expect_null(tuf_trusted_meta(m, "timestamp"));
    cr_expect_eq(tuf_trusted_delegation(m, "targets/releases", &delegation, NULL), ASSAY_INTERNAL);
    cr_expect_eq(tuf_trusted_add_targets(m, "targets/releases", releases, NULL),
                 ASSAY_ROLE_MISSING);
    cr_expect_eq(tuf_trusted_find(m, "targets", tag, &target, &found, NULL), ASSAY_INTERNAL);
    cr_assert_eq(tuf_trusted_add_targets(m, "targets", targets, NULL), ASSAY_OK);
    cr_expect_eq(tuf_trusted_add_targets(m, "targets", targets, NULL), ASSAY_INTERNAL);
    cr_expect_eq(tuf_trusted_delegation(m, "targets", &delegation, NULL), ASSAY_INTERNAL);
    cr_expect_eq(tuf_trusted_delegation(m, "targets/releases/x", &delegation, NULL),
                 ASSAY_INTERNAL);
    cr_expect_eq(tuf_trusted_find(m, "targets/releases", tag, &target, &found, NULL),
                 ASSAY_INTERNAL, "published, so it must be loaded before it can say no");
    cr_expect_not(found);
    cr_expect_eq(tuf_trusted_add_targets(m, "targets/alice", releases, NULL), ASSAY_ROLE_MISSING);
    cr_assert_eq(tuf_trusted_add_targets(m, "targets/releases", releases, NULL), ASSAY_OK);
    tuf_trusted_free(m);
    scene_close(&scene);
}

/* Each file is spoiled in several ways at once: the check that comes first decides. */
Test(tuf_trusted, order_of_checks)
{
    static const struct {
        const char *name;
        struct edit edits[3];
        size_t count;
        enum assay_status status;
    } rows[] = {
        { "JSON before envelope",
          { { FILE_TIMESTAMP, "{\"signed\":{", "{\"abc\":1,\"signed\":{\"a\":1.5,", true } },
          1,
          ASSAY_JSON_NUMBER },
        { "envelope before threshold",
          { { FILE_TIMESTAMP, "{\"signed\":{", "{\"abc\":1,\"signed\":{\"a\":1,", true } },
          1,
          ASSAY_SCHEMA },
        { "threshold before type",
          { { FILE_TIMESTAMP, "\"Timestamp\"", "\"Foo\"", true } },
          1,
          ASSAY_THRESHOLD },
        { "type before form",
          { { FILE_TIMESTAMP, "\"Timestamp\"", "\"Foo\"", false },
            { FILE_TIMESTAMP, "\"meta\"", "\"mete\"", false } },
          2,
          ASSAY_TYPE },
        { "form before expiry",
          { { FILE_TIMESTAMP, "\"meta\"", "\"mete\"", false },
            { FILE_TIMESTAMP, "2026-12", "2006-12", false } },
          2,
          ASSAY_SCHEMA },
        { "version before expiry",
          { { FILE_TIMESTAMP, "\"version\":7", "\"version\":0", false },
            { FILE_TIMESTAMP, "2026-12", "2006-12", false } },
          2,
          ASSAY_VERSION },
        { "expiry before what is referred to",
          { { FILE_SNAPSHOT, "\"root\":{\"hashes\":{\"sha256\":\"",
              "\"root\":{\"hashes\":{\"sha256\":"
              "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"sha257\":\"",
              false },
            { FILE_SNAPSHOT, "2029-", "2009-", false } },
          2,
          ASSAY_EXPIRED },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct scene scene;
        struct assay_error err = ERROR_INIT;
        scene_open(&scene, rows[i].edits, rows[i].count);
        struct tuf_trusted *machine = new_machine(NULL, NULL);
        cr_expect_eq(feed(machine, &scene.repo, NULL, &err), rows[i].status, "%s: %s", rows[i].name,
                     err.message);
        tuf_trusted_free(machine);
        scene_close(&scene);
    }
}

/* Length and hashes come before anything is parsed; a refused file leaves the machine as it was. */
Test(tuf_trusted, length_and_hash_come_first)
{
    struct scene scene;
    scene_open(&scene, NULL, 0);
    struct tuf_trusted *m = new_machine(NULL, NULL);
    cr_assert_eq(tuf_trusted_set_anchor(m, file_of(&scene, FILE_ROOT), NULL, NULL), ASSAY_OK);
    cr_assert_eq(tuf_trusted_close_roots(m, NULL), ASSAY_OK);
    cr_assert_eq(tuf_trusted_add_timestamp(m, file_of(&scene, FILE_TIMESTAMP), NULL), ASSAY_OK);
    const char *snapshot = scene.repo.files[FILE_SNAPSHOT];
    const char *longer = say(&scene.arena, "%s ", snapshot);
    const char *other = replace_all(&scene.arena, snapshot, "\"version\":5", "\"version\":6");
    const char *garbage = say(&scene.arena, "%.*s", (int)strlen(snapshot), snapshot);
    memset((char *)(uintptr_t)garbage, '{', strlen(snapshot));
    cr_expect_eq(tuf_trusted_add_snapshot(m, text_slice(longer), NULL), ASSAY_LENGTH_MISMATCH);
    cr_expect_eq(tuf_trusted_add_snapshot(m, text_slice(""), NULL), ASSAY_LENGTH_MISMATCH);
    cr_expect_eq(tuf_trusted_add_snapshot(m, text_slice(other), NULL), ASSAY_HASH_MISMATCH);
    cr_expect_eq(tuf_trusted_add_snapshot(m, text_slice(garbage), NULL), ASSAY_HASH_MISMATCH);
    cr_expect_eq(tuf_trusted_add_snapshot(m, text_slice(snapshot), NULL), ASSAY_OK);
    tuf_trusted_free(m);
    scene_close(&scene);
}

/* Spaces around a file are its own business, up to the size that a role may have. */
Test(tuf_trusted, size_is_limited)
{
    struct scene scene;
    scene_open(&scene, NULL, 0);
    const char *file = scene.repo.files[FILE_TIMESTAMP];
    for (size_t extra = 0; extra <= 1; extra++) {
        struct tuf_trusted *machine = new_machine(NULL, NULL);
        const char *padded = say(&scene.arena, "%-*s", (int)(LIMIT_TIMESTAMP_BYTES + extra), file);
        cr_assert_eq(tuf_trusted_set_anchor(machine, file_of(&scene, FILE_ROOT), NULL, NULL),
                     ASSAY_OK);
        cr_assert_eq(tuf_trusted_close_roots(machine, NULL), ASSAY_OK);
        cr_expect_eq(tuf_trusted_add_timestamp(machine, text_slice(padded), NULL),
                     extra == 0 ? ASSAY_OK : ASSAY_TOO_LARGE);
        tuf_trusted_free(machine);
    }
    scene_close(&scene);
}

Test(tuf_trusted, every_known_hash_must_agree)
{
    static const uint8_t zeros[64] = { 0 };
    static const struct {
        const char *name;
        size_t bytes;
    } rows[] = { { "sha256", 32 }, { "sha512", 64 } };
    struct scene scene;
    scene_open(&scene, NULL, 0);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct edit edit = { FILE_TIMESTAMP, say(&scene.arena, "\"%s\":\"", rows[i].name),
                             say(&scene.arena, "\"%s\":\"%s\",\"%s.\":\"", rows[i].name,
                                 base64_of(&scene.arena, zeros, rows[i].bytes), rows[i].name),
                             false };
        make_repo(&scene.arena, &scene.keys, &edit, 1, &scene.repo);
        struct tuf_trusted *machine = new_machine(NULL, NULL);
        struct assay_error err = ERROR_INIT;
        cr_expect_eq(feed(machine, &scene.repo, NULL, &err), ASSAY_HASH_MISMATCH, "%s: %s",
                     rows[i].name, err.message);
        tuf_trusted_free(machine);
    }
    scene_close(&scene);
}

/* Nothing is held against a description that gives no hash. */
Test(tuf_trusted, meta_needs_a_hash)
{
    struct tuf_meta meta = { .length = 3 };
    cr_expect_eq(tuf_meta_check(&meta, "x", text_slice("abc"), NULL), ASSAY_DIGEST_ALGORITHM);
    cr_assert_eq(digest_compute(DIGEST_SHA512, text_slice("abc"), &meta.sha512, NULL), ASSAY_OK);
    cr_expect_eq(tuf_meta_check(&meta, "x", text_slice("abc"), NULL), ASSAY_DIGEST_ALGORITHM);
    cr_assert_eq(digest_compute(DIGEST_SHA256, text_slice("abc"), &meta.sha256, NULL), ASSAY_OK);
    cr_expect_eq(tuf_meta_check(&meta, "x", text_slice("abc"), NULL), ASSAY_OK);
    cr_expect_eq(tuf_meta_check(&meta, "x", text_slice("abcd"), NULL), ASSAY_LENGTH_MISMATCH);
    cr_expect_eq(tuf_meta_check(&meta, "x", text_slice("abd"), NULL), ASSAY_HASH_MISMATCH);
}

static void floor_of(struct tuf_floors *floors, const char *role, uint64_t version,
                     const char *file, const struct maker_key *key)
{
    AUTO_ARENA arena = ARENA_INIT(64 * KIB);
    struct tuf_floor floor = { .version = version, .key_count = 1 };
    (void)snprintf(floor.role, sizeof(floor.role), "%s", role);
    if (file != NULL) {
        cr_assert_eq(digest_compute(DIGEST_SHA256, text_slice(file), &floor.sha256, NULL),
                     ASSAY_OK);
    } else {
        floor.sha256.alg = DIGEST_SHA256;
    }
    cr_assert_eq(digest_compute(DIGEST_SHA256, spki_of(&arena, key), &floor.keys[0], NULL),
                 ASSAY_OK);
    cr_assert_eq(tuf_floors_put(floors, &floor, NULL), ASSAY_OK);
}

Test(tuf_trusted, floors)
{
    static const struct {
        const char *role;
        enum file file;
        uint64_t version;
    } roles[] = {
        { "root", FILE_ROOT, 3 },
        { "timestamp", FILE_TIMESTAMP, 7 },
        { "snapshot", FILE_SNAPSHOT, 5 },
        { "targets", FILE_TARGETS, 4 },
        { "targets/releases", FILE_RELEASES, 2 },
    };
    struct scene scene;
    scene_open(&scene, NULL, 0);
    struct maker_key *const keys[] = { scene.keys.root, scene.keys.timestamp, scene.keys.snapshot,
                                       scene.keys.targets, scene.keys.releases };
    for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
        const char *file = scene.repo.files[roles[i].file];
        bool is_root = i == 0;
        const struct {
            const char *name;
            uint64_t version;
            const char *bytes;
            const struct maker_key *key;
            enum assay_status status;
        } rows[] = {
            { "older was seen", roles[i].version - 1, NULL, keys[i], ASSAY_OK },
            { "the same was seen", roles[i].version, file, keys[i], ASSAY_OK },
            { "other bytes were seen", roles[i].version, NULL, keys[i], ASSAY_EQUIVOCATION },
            { "newer was seen", roles[i].version + 1, NULL, keys[i], ASSAY_ROLLBACK },
            { "newer was seen, of keys that are gone", roles[i].version + 1, NULL, scene.keys.other,
              is_root ? ASSAY_ROLLBACK : ASSAY_OK },
        };
        for (size_t j = 0; j < ARRAY_LEN(rows); j++) {
            struct tuf_floors floors = { .count = 0 };
            struct assay_error err = ERROR_INIT;
            floor_of(&floors, roles[i].role, rows[j].version, rows[j].bytes, rows[j].key);
            struct tuf_trusted *machine = new_machine(&floors, NULL);
            cr_expect_eq(feed(machine, &scene.repo, NULL, &err), rows[j].status, "%s, %s: %s",
                         roles[i].role, rows[j].name, err.message);
            if (rows[j].status == ASSAY_OK) {
                size_t fell = 9;
                cr_assert_eq(tuf_trusted_floors(machine, &floors, &fell, NULL), ASSAY_OK);
                cr_expect_eq(fell, rows[j].key == scene.keys.other ? 1 : 0);
                const struct tuf_floor *now = tuf_floors_find(&floors, roles[i].role);
                cr_assert_not_null(now);
                cr_expect_eq(now->version, roles[i].version);
                cr_expect_eq(now->length, strlen(file));
                cr_expect_eq(now->key_count, 1);
                cr_expect_eq(floors.count, 5);
            }
            tuf_trusted_free(machine);
            tuf_floors_clear(&floors);
        }
    }
    scene_close(&scene);
}

/* A floor stands before expiry, and roots that were not closed count only if they stand on theirs.
 */
Test(tuf_trusted, floors_of_a_failed_run)
{
    struct scene scene;
    struct edit expired = { FILE_ROOT, "2036-", "2006-", false };
    scene_open(&scene, &expired, 1);
    for (uint64_t seen = 2; seen <= 4; seen += 2) {
        struct tuf_floors floors = { .count = 0 };
        floor_of(&floors, "root", seen, NULL, scene.keys.root);
        struct tuf_trusted *machine = new_machine(&floors, NULL);
        cr_expect_eq(feed(machine, &scene.repo, NULL, NULL),
                     seen == 2 ? ASSAY_EXPIRED : ASSAY_ROLLBACK);
        size_t fell = 0;
        cr_assert_eq(tuf_trusted_floors(machine, &floors, &fell, NULL), ASSAY_OK);
        cr_expect_eq(tuf_floors_find(&floors, "root")->version, seen == 2 ? 3 : 4);
        tuf_trusted_free(machine);
        tuf_floors_clear(&floors);
    }
    scene_close(&scene);
}

Test(tuf_trusted, delegation_states)
{
    static const struct edit none = { FILE_TARGETS, "\"targets/releases\"", "\"targets/alice\"",
                                      false };
    static const struct edit keyless = { FILE_TARGETS, "\"keyids\":[\"@releases\"]",
                                         "\"keyids\":null", false };
    static const struct edit unnamed = { FILE_SNAPSHOT, "targets/releases", "targets/b", false };
    const struct {
        const char *name;
        const struct edit *edit;
        bool seen;
        bool keys_gone;
        enum assay_status status;
        enum tuf_delegation delegation;
    } rows[] = {
        { "published", NULL, false, false, ASSAY_OK, TUF_DELEGATION_PUBLISHED },
        { "not delegated", &none, true, false, ASSAY_OK, TUF_DELEGATION_NONE },
        { "without keys", &keyless, true, false, ASSAY_OK, TUF_DELEGATION_NONE },
        { "never published", &unnamed, false, false, ASSAY_OK, TUF_DELEGATION_UNPUBLISHED },
        { "gone", &unnamed, true, false, ASSAY_ROLE_MISSING, TUF_DELEGATION_NONE },
        { "gone, with other keys", &unnamed, true, true, ASSAY_OK, TUF_DELEGATION_UNPUBLISHED },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct scene scene;
        struct tuf_floors floors = { .count = 0 };
        scene_open(&scene, rows[i].edit, rows[i].edit == NULL ? 0 : 1);
        if (rows[i].seen) {
            floor_of(&floors, "targets/releases", 1, NULL,
                     rows[i].keys_gone ? scene.keys.other : scene.keys.releases);
        }
        struct tuf_trusted *machine = new_machine(&floors, NULL);
        cr_expect_eq(feed(machine, &scene.repo, NULL, NULL), rows[i].status, "%s", rows[i].name);
        enum tuf_delegation delegation = TUF_DELEGATION_NONE;
        cr_expect_eq(tuf_trusted_delegation(machine, "targets/releases", &delegation, NULL),
                     rows[i].status, "%s", rows[i].name);
        cr_expect_eq(delegation, rows[i].delegation, "%s", rows[i].name);
        struct tuf_target target;
        bool found = true;
        cr_expect_eq(
            tuf_trusted_find(machine, "targets/releases", text_slice("2.0"), &target, &found, NULL),
            rows[i].status, "%s", rows[i].name);
        cr_expect_eq(found, rows[i].edit == NULL, "%s", rows[i].name);
        tuf_trusted_free(machine);
        tuf_floors_clear(&floors);
        scene_close(&scene);
    }
}

Test(tuf_trusted, paths_are_prefixes)
{
    static const struct {
        const char *paths;
        const char *name;
        bool found;
    } rows[] = {
        { "[\"\"]", "1.0", true },     { "[\"1\"]", "1.0", true },
        { "[\"1.0\"]", "1.0", true },  { "[\"2\",\"1.\"]", "1.0", true },
        { "[\"1.0\"]", "2.0", false }, { "[\"1.00\"]", "1.0", false },
        { "[\"*\"]", "1.0", false },   { "[]", "1.0", false },
        { "null", "1.0", false },      { "[\"2.0\"]", "2.0", true },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct scene scene;
        struct tuf_target target;
        bool found = false;
        scene_open(&scene, NULL, 0);
        struct edit edit = { FILE_TARGETS, "\"paths\":[\"\"]",
                             say(&scene.arena, "\"paths\":%s", rows[i].paths), false };
        make_repo(&scene.arena, &scene.keys, &edit, 1, &scene.repo);
        struct tuf_trusted *machine = new_machine(NULL, NULL);
        cr_assert_eq(feed(machine, &scene.repo, NULL, NULL), ASSAY_OK);
        cr_assert_eq(tuf_trusted_find(machine, "targets/releases", text_slice(rows[i].name),
                                      &target, &found, NULL),
                     ASSAY_OK);
        cr_expect_eq(found, rows[i].found, "%s in %s", rows[i].name, rows[i].paths);
        tuf_trusted_free(machine);
        scene_close(&scene);
    }
}

/* A child may speak for no more than its parent: of its paths only those below the parent's count.
 * Here the file of releases serves as its own child's file. */
Test(tuf_trusted, nested_paths_are_narrowed)
{
    static const struct {
        const char *parent, *child, *name;
        bool found;
    } rows[] = {
        { "[\"\"]", "[\"\"]", "2.0", true },    { "[\"2\"]", "[\"2.\"]", "2.0", true },
        { "[\"2\"]", "[\"\"]", "2.0", false },  { "[\"2.\"]", "[\"2\"]", "2.0", false },
        { "[\"1\"]", "[\"2\"]", "2.0", false }, { "[\"1\",\"2\"]", "[\"3\",\"2.0\"]", "2.0", true },
        { "null", "[\"\"]", "2.0", false },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct scene scene;
        scene_open(&scene, NULL, 0);
        const char *child_file = scene.repo.files[FILE_RELEASES];
        struct edit edits[] = {
            { FILE_TARGETS, "\"paths\":[\"\"]", say(&scene.arena, "\"paths\":%s", rows[i].parent),
              false },
            { FILE_RELEASES, "{\"keys\":{},\"roles\":[]}",
              say(&scene.arena,
                  "{\"keys\":{@releases:listing},\"roles\":[{\"keyids\":[\"@releases\"],\"name\":"
                  "\"targets/releases/sub\",\"paths\":%s,\"threshold\":1}]}",
                  rows[i].child),
              false },
            { FILE_SNAPSHOT, "\"meta\":{",
              say(&scene.arena, "\"meta\":{\"targets/releases/sub\":{%s},",
                  meta_of(&scene.arena, child_file)),
              false },
        };
        make_repo(&scene.arena, &scene.keys, edits, ARRAY_LEN(edits), &scene.repo);
        struct tuf_trusted *machine = new_machine(NULL, NULL);
        struct assay_error err = ERROR_INIT;
        cr_assert_eq(feed(machine, &scene.repo, NULL, &err), ASSAY_OK, "%s", err.message);
        cr_assert_eq(
            tuf_trusted_add_targets(machine, "targets/releases/sub", text_slice(child_file), &err),
            ASSAY_OK, "%s", err.message);
        struct tuf_target target;
        bool found = false;
        cr_assert_eq(tuf_trusted_find(machine, "targets/releases/sub", text_slice(rows[i].name),
                                      &target, &found, NULL),
                     ASSAY_OK);
        cr_expect_eq(found, rows[i].found, "%s below %s", rows[i].child, rows[i].parent);
        tuf_trusted_free(machine);
        scene_close(&scene);
    }
}

Test(tuf_trusted, length_0_cannot_be_answered)
{
    struct scene scene;
    struct edit edit = { FILE_TARGETS, "\"length\":528},\"base\"", "\"length\":0},\"base\"",
                         false };
    scene_open(&scene, &edit, 1);
    struct tuf_trusted *machine = new_machine(NULL, NULL);
    struct tuf_target target;
    bool found = true;
    cr_assert_eq(feed(machine, &scene.repo, NULL, NULL), ASSAY_OK);
    cr_expect_eq(tuf_trusted_find(machine, "targets", text_slice("1.0"), &target, &found, NULL),
                 ASSAY_SCHEMA);
    cr_expect_not(found);
    cr_expect_eq(tuf_trusted_find(machine, "targets", text_slice("base"), &target, &found, NULL),
                 ASSAY_OK);
    cr_expect(found);
    tuf_trusted_free(machine);
    scene_close(&scene);
}

Test(tuf_trusted, views)
{
    struct scene scene;
    scene_open(&scene, NULL, 0);
    struct maker_key *const keys[] = { scene.keys.root, scene.keys.timestamp, scene.keys.snapshot,
                                       scene.keys.targets, scene.keys.releases };
    static const char *const names[] = { "root", "timestamp", "snapshot", "targets",
                                         "targets/releases" };
    static const uint64_t versions[] = { 3, 7, 5, 4, 2 };
    struct tuf_role_view view;
    struct tuf_trusted *machine = new_machine(NULL, NULL);
    cr_expect_not(tuf_trusted_role_at(machine, 0, &view));
    cr_assert_eq(feed(machine, &scene.repo, NULL, NULL), ASSAY_OK);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        cr_assert(tuf_trusted_role_at(machine, i, &view));
        cr_expect_str_eq(view.name, names[i]);
        cr_expect(view.loaded);
        cr_expect_eq(view.version, versions[i]);
        cr_expect_eq(view.threshold, 1);
        cr_assert_eq(view.key_count, 1);
        cr_expect_str_eq(view.keys[0].id, keys[i]->id);
        cr_expect(view.keys[0].signed_it);
        cr_expect_eq(view.keys[0].identity.alg, DIGEST_SHA256);
    }
    cr_expect_not(tuf_trusted_role_at(machine, ARRAY_LEN(names), &view));
    tuf_trusted_free(machine);
    scene_close(&scene);
}

static size_t count_rule(const struct trace *trace, enum rule rule, bool ok)
{
    size_t count = 0;
    for (size_t i = 0; i < trace->count; i++) {
        count += trace->checks[i].rule == rule && trace->checks[i].ok == ok ? 1 : 0;
    }
    return count;
}

static const struct trace_check *last_check(const struct trace *trace)
{
    cr_assert_gt(trace->count, 0);
    return &trace->checks[trace->count - 1];
}

Test(tuf_trusted, trace)
{
    struct scene scene;
    scene_open(&scene, NULL, 0);
    struct trace trace = { .count = 0 };
    struct tuf_trusted *machine = new_machine(NULL, &trace);
    cr_assert_eq(feed(machine, &scene.repo, NULL, NULL), ASSAY_OK);
    cr_expect_eq(count_rule(&trace, RULE_PIN, true), 1);
    cr_expect_eq(count_rule(&trace, RULE_ROOT_SIGNATURES, true), 1);
    cr_expect_eq(count_rule(&trace, RULE_ROOT_CERTIFICATE, true), 2, "names and dates");
    cr_expect_eq(count_rule(&trace, RULE_META_HASH, true), 4, "root too, by the snapshot");
    cr_expect_eq(count_rule(&trace, RULE_ROLE_SIGNATURES, true), 4);
    cr_expect_eq(count_rule(&trace, RULE_FLOOR, true), 5);
    cr_expect_eq(count_rule(&trace, RULE_EXPIRY, true), 5);
    cr_expect_eq(count_rule(&trace, RULE_DELEGATION, true), 1);
    for (size_t i = 0; i < trace.count; i++) {
        cr_expect(trace.checks[i].ok, "%s", trace.checks[i].detail);
    }
    cr_expect_str_eq(last_check(&trace)->subject, "targets/releases version 2");
    tuf_trusted_free(machine);
    trace_clear(&trace);
    scene_close(&scene);

    static const struct {
        struct edit edit;
        enum rule rule;
        const char *subject;
    } rows[] = {
        { { FILE_RELEASES, "2029-", "2009-", false }, RULE_EXPIRY, "targets/releases version 2" },
        { { FILE_SNAPSHOT, "\"version\":5", "\"version\":6", true },
          RULE_ROLE_SIGNATURES,
          "snapshot" },
        { { FILE_TARGETS, "\"threshold\":1", "\"threshold\":2", false },
          RULE_DELEGATION,
          "targets/releases" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        scene_open(&scene, &rows[i].edit, 1);
        trace = (struct trace){ .count = 0 };
        machine = new_machine(NULL, &trace);
        struct assay_error err = ERROR_INIT;
        cr_expect_neq(feed(machine, &scene.repo, NULL, &err), ASSAY_OK);
        cr_expect_not(last_check(&trace)->ok);
        cr_expect_eq(last_check(&trace)->rule, rows[i].rule);
        cr_expect_str_eq(last_check(&trace)->subject, rows[i].subject);
        cr_expect_not_null(strstr(last_check(&trace)->detail, assay_status_id(err.status)));
        tuf_trusted_free(machine);
        trace_clear(&trace);
        scene_close(&scene);
    }
}

/* 511 delegations besides releases are the most; one more is too many. */
Test(tuf_trusted, delegations_are_limited)
{
    for (size_t extra = 1; extra <= 2; extra++) {
        struct scene scene;
        scene_open(&scene, NULL, 0);
        size_t count = LIMIT_DELEGATIONS - 2 + extra;
        char *list = NULL;
        size_t used = 0, each = 64;
        cr_assert_eq(arena_alloc(&scene.arena, count + 1, each, &list, NULL), ASSAY_OK);
        for (size_t i = 0; i < count; i++) {
            used += (size_t)snprintf(
                list + used, each, "{\"keyids\":[],\"name\":\"targets/d%zu\",\"threshold\":1},", i);
        }
        struct edit edit = { FILE_TARGETS, "\"roles\":[", say(&scene.arena, "\"roles\":[%s", list),
                             false };
        make_repo(&scene.arena, &scene.keys, &edit, 1, &scene.repo);
        struct tuf_trusted *machine = new_machine(NULL, NULL);
        cr_expect_eq(feed(machine, &scene.repo, NULL, NULL),
                     extra == 1 ? ASSAY_OK : ASSAY_DELEGATION_LIMIT);
        tuf_trusted_free(machine);
        /* the same number, but over two files */
        if (extra == 1) {
            struct edit both[] = {
                edit,
                { FILE_RELEASES, "\"roles\":[",
                  "\"roles\":[{\"keyids\":[],\"name\":\"targets/releases/x\",\"threshold\":1}",
                  false },
            };
            make_repo(&scene.arena, &scene.keys, both, 2, &scene.repo);
            machine = new_machine(NULL, NULL);
            cr_expect_eq(feed(machine, &scene.repo, NULL, NULL), ASSAY_DELEGATION_LIMIT);
            tuf_trusted_free(machine);
        }
        scene_close(&scene);
    }
}
