/* SPDX-License-Identifier: Apache-2.0 */
/* Repositories recorded from real servers and clients: every expected tag answers with the expected
 * digest, and no other does. */
#include "support.h"

#include "base/file.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>

TestSuite(tuf_recorded, .timeout = 120);

struct recording {
    struct buf bytes[16]; /* borrowed by the machine */
    size_t count;
    struct arena arena;
    const char *folder;
};

static void open_recording(struct recording *recording, const char *folder)
{
    const char *root = getenv("ASSAY_SOURCE_ROOT");
    *recording = (struct recording){ .arena = ARENA_INIT(1 * MIB) };
    recording->folder =
        say(&recording->arena, "%s/vectors/notary/%s", root == NULL ? "." : root, folder);
}

static struct slice load(struct recording *recording, const char *name)
{
    const char *path = say(&recording->arena, "%s/%s.json", recording->folder, name);
    struct buf *bytes = &recording->bytes[recording->count++];
    cr_assert_leq(recording->count, ARRAY_LEN(recording->bytes));
    *bytes = (struct buf)BUF_INIT(4 * MIB);
    cr_assert_eq(file_read(path, 4 * MIB, bytes, NULL), ASSAY_OK, "%s", path);
    return buf_slice(bytes);
}

static void drop(struct recording *recording)
{
    for (size_t i = 0; i < recording->count; i++) {
        buf_clear(&recording->bytes[i]);
    }
    arena_clear(&recording->arena);
}

static void must(enum assay_status status, const struct assay_error *err, const char *what)
{
    cr_assert_eq(status, ASSAY_OK, "%s: %s: %s", what, assay_status_id(status), err->message);
}

static struct tuf_trusted *machine_for(const char *gun, int64_t now_unix_s)
{
    struct tuf_trusted_options options = { .dialect = &tuf_dialect_notary,
                                           .gun = gun,
                                           .now_unix_s = now_unix_s };
    struct tuf_trusted *machine = NULL;
    cr_assert_eq(tuf_trusted_new(&options, &machine, NULL), ASSAY_OK);
    return machine;
}

/* first 0: root.json is the anchor; else first.root.json, and the chain from there to last. */
static struct tuf_trusted *play(struct recording *recording, const char *gun, int64_t now_unix_s,
                                unsigned first, unsigned last)
{
    struct assay_error err = ERROR_INIT;
    struct tuf_trusted *machine = machine_for(gun, now_unix_s);
    char name[32] = "root";
    if (first != 0) {
        (void)snprintf(name, sizeof(name), "%u.root", first);
    }
    must(tuf_trusted_set_anchor(machine, load(recording, name), NULL, &err), &err, name);
    for (unsigned i = first + 1; first != 0 && i <= last; i++) {
        (void)snprintf(name, sizeof(name), "%u.root", i);
        must(tuf_trusted_add_root(machine, load(recording, name), &err), &err, name);
    }
    must(tuf_trusted_close_roots(machine, &err), &err, gun);
    must(tuf_trusted_add_timestamp(machine, load(recording, "timestamp"), &err), &err, gun);
    must(tuf_trusted_add_snapshot(machine, load(recording, "snapshot"), &err), &err, gun);
    must(tuf_trusted_add_targets(machine, "targets", load(recording, "targets"), &err), &err, gun);
    struct tuf_role_view view;
    for (size_t i = 4; tuf_trusted_role_at(machine, i, &view); i++) {
        if (view.key_count > 0 && tuf_trusted_meta(machine, view.name) != NULL) {
            must(tuf_trusted_add_targets(machine, view.name, load(recording, view.name), &err),
                 &err, view.name);
        }
    }
    return machine;
}

/* releases before targets, as docker asks */
static bool answer(const struct tuf_trusted *machine, const char *tag, char text[DIGEST_TEXT_BYTES])
{
    static const char *const order[] = { "targets/releases", "targets" };
    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
        struct tuf_target target;
        bool found = false;
        cr_assert_eq(tuf_trusted_find(machine, order[i], text_slice(tag), &target, &found, NULL),
                     ASSAY_OK);
        if (found) {
            digest_format(&target.sha256, text);
            return true;
        }
    }
    return false;
}

static void compare_tags(const struct tuf_trusted *machine, const json_t *expected,
                         const json_t *images, const char *what)
{
    const char *tag;
    json_t *digest;
    char text[DIGEST_TEXT_BYTES];
    json_object_foreach((json_t *)(uintptr_t)expected, tag, digest) {
        cr_expect(answer(machine, tag, text), "%s: %s", what, tag);
        cr_expect_str_eq(text, json_string_value(digest), "%s: %s", what, tag);
    }
    json_object_foreach((json_t *)(uintptr_t)images, tag, digest) {
        cr_expect_eq(answer(machine, tag, text), json_object_get(expected, tag) != NULL, "%s: %s",
                     what, tag);
    }
}

static void compare_roles(const struct tuf_trusted *machine, const json_t *roles, const char *what)
{
    struct tuf_role_view view;
    size_t loaded = 0;
    for (size_t i = 0; tuf_trusted_role_at(machine, i, &view); i++) {
        const json_t *role = json_object_get(roles, view.name);
        loaded += view.loaded ? 1 : 0;
        if (view.loaded) {
            cr_expect_eq((uint64_t)json_integer_value(json_object_get(role, "version")),
                         view.version, "%s: %s", what, view.name);
        }
    }
    cr_expect_eq(loaded, json_object_size(roles), "%s", what);
}

static void replay(const char *set)
{
    struct recording all_of_it;
    AUTO_BUF made_at = BUF_INIT(64);
    open_recording(&all_of_it, set);
    const char *path = say(&all_of_it.arena, "%s/made_at", all_of_it.folder);
    cr_assert_eq(file_read(path, 64, &made_at, NULL), ASSAY_OK, "%s", path);
    int64_t now = strtoll(buf_text(&made_at), NULL, 10);
    cr_assert_gt(now, 0);
    path = say(&all_of_it.arena, "%s/expected.json", all_of_it.folder);
    json_t *all = json_load_file(path, 0, NULL);
    cr_assert_not_null(all, "%s", path);
    const json_t *images = json_object_get(all, "images");
    const char *name;
    json_t *gun;
    size_t played = 0;
    json_object_foreach(json_object_get(all, "guns"), name, gun) {
        const char *full = json_string_value(json_object_get(gun, "gun"));
        unsigned last = (unsigned)json_integer_value(json_object_get(gun, "root_version"));
        for (unsigned first = 0; first <= last; first++) {
            struct recording recording;
            open_recording(&recording, say(&all_of_it.arena, "%s/%s", set, name));
            struct tuf_trusted *machine = play(&recording, full, now, first, last);
            cr_expect_eq(tuf_trusted_root_version(machine), last);
            compare_tags(machine, json_object_get(gun, "dct"), images, name);
            compare_roles(machine, json_object_get(gun, "roles"), name);
            tuf_trusted_free(machine);
            drop(&recording);
            played++;
        }
    }
    cr_expect_geq(played, 10);
    json_decref(all);
    drop(&all_of_it);
}

Test(tuf_recorded, real_local)
{
    replay("real-local");
}

Test(tuf_recorded, real_signer)
{
    replay("real-signer");
}

Test(tuf_recorded, small_ones)
{
    static const struct {
        const char *folder, *gun, *tag, *digest;
        unsigned roots;
    } rows[] = {
        { "simple", "localhost:5000/demo/app", "v1",
          "sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb", 0 },
        { "delegations", "docker.io/library/demo", "base",
          "sha256:891809c735ff5e4e047caeba0599a3213ebf6cdb7f519b68237a5ca09a5b1812", 0 },
        { "rotation", "docker.io/library/rot", NULL, NULL, 6 },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct recording recording;
        char text[DIGEST_TEXT_BYTES];
        open_recording(&recording, rows[i].folder);
        struct tuf_trusted *machine =
            play(&recording, rows[i].gun, 1795420800, rows[i].roots == 0 ? 0 : 1, rows[i].roots);
        if (rows[i].tag != NULL) {
            cr_assert(answer(machine, rows[i].tag, text));
            cr_expect_str_eq(text, rows[i].digest);
        }
        cr_expect_not(answer(machine, "nope", text));
        tuf_trusted_free(machine);
        drop(&recording);
    }
}

/* Ids that the real client printed for a recorded root key. */
Test(tuf_recorded, root_key_ids)
{
    struct recording recording;
    open_recording(&recording, "simple");
    struct tuf_trusted *machine = play(&recording, "localhost:5000/demo/app", 1795420800, 0, 0);
    struct tuf_role_view view;
    cr_assert(tuf_trusted_role_at(machine, 0, &view));
    cr_assert_eq(view.key_count, 1);
    cr_expect_str_eq(view.keys[0].id,
                     "051f71ff5cab2972fb1a0bb71b5cc37dd164c779fbb5d465a82d9b0729932868");
    cr_expect_str_eq(view.keys[0].canonical_id,
                     "a419a59f27ff52149d27f5a6e8bf6bfd8d885e70b513e19c9a6196753bbc3a11");
    tuf_trusted_free(machine);
    machine = machine_for("localhost:5000/demo/apps", 1795420800);
    cr_expect_eq(tuf_trusted_set_anchor(machine, buf_slice(&recording.bytes[0]), NULL, NULL),
                 ASSAY_CERTIFICATE_NAME);
    tuf_trusted_free(machine);
    drop(&recording);
}
