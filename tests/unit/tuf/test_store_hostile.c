/* SPDX-License-Identifier: Apache-2.0 */
/* What someone or something else did to the state: each is named, none is taken for "nothing". */
#include "store_support.h"

#include "tuf/store_private.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(store_hostile, .timeout = 120);

#define HEAD_MAX 8192

Test(store_hostile, every_flip_of_head)
{
    struct sandbox box;
    char path[512];
    uint8_t head[HEAD_MAX];
    size_t flips = 0;
    sandbox_open(&box);
    cr_assert_eq(store_sample(&box, 3, NULL), ASSAY_OK);
    size_t len = read_file(sandbox_path(&box, "HEAD", path), head, sizeof head);
    for (size_t bit = 0; bit < len * 8; bit++) {
        head[bit / 8] ^= (uint8_t)(1U << (bit % 8));
        struct tuf_state state = { 0 };
        flips += head_decode(slice_of(head, len), SANDBOX_GUN, &state, NULL) == ASSAY_STATE_CORRUPT;
        cr_expect_null(state.roots);
        if (bit % 61 == 0) { /* and some of them as a file */
            write_file(path, head, len);
            cr_expect_eq(load_state(&box, NULL, NULL), ASSAY_STATE_CORRUPT, "bit %zu", bit);
        }
        head[bit / 8] ^= (uint8_t)(1U << (bit % 8));
    }
    cr_expect_eq(flips, len * 8);
    write_file(path, head, len);
    cr_expect_eq(load_state(&box, NULL, NULL), ASSAY_OK);
    sandbox_close(&box);
}

Test(store_hostile, every_cut_of_head)
{
    struct sandbox box;
    char path[512];
    uint8_t head[HEAD_MAX];
    uint8_t zero[HEAD_MAX] = { 0 };
    sandbox_open(&box);
    cr_assert_eq(store_sample(&box, 3, NULL), ASSAY_OK);
    size_t len = read_file(sandbox_path(&box, "HEAD", path), head, sizeof head - 1);
    for (size_t cut = 0; cut < len; cut++) {
        struct tuf_state state = { 0 };
        cr_expect_eq(head_decode(slice_of(head, cut), SANDBOX_GUN, &state, NULL),
                     ASSAY_STATE_CORRUPT, "first %zu bytes", cut);
        cr_expect_eq(head_decode(slice_of(head + len - cut, cut), SANDBOX_GUN, &state, NULL),
                     ASSAY_STATE_CORRUPT, "last %zu bytes", cut);
        if (cut % 97 == 0) {
            write_file(path, head, cut);
            cr_expect_eq(load_state(&box, NULL, NULL), ASSAY_STATE_CORRUPT, "cut at %zu", cut);
        }
    }
    write_file(path, zero, len);
    cr_expect_eq(load_state(&box, NULL, NULL), ASSAY_STATE_CORRUPT);
    head[len] = '\n';
    write_file(path, head, len + 1);
    cr_expect_eq(load_state(&box, NULL, NULL), ASSAY_STATE_CORRUPT);
    sandbox_close(&box);
}

/* The text, ended with its own SHA-256, so that only what it says stands against it. */
static size_t seal(const char *text, char out[HEAD_MAX])
{
    struct digest sum = digest_of(text);
    char hex[DIGEST_TEXT_BYTES];
    digest_hex(&sum, hex);
    int len = snprintf(out, HEAD_MAX, "%ssha256 %s\n", text, hex);
    cr_assert(len > 0 && len < HEAD_MAX);
    return (size_t)len;
}

#define TOP   "assay-state 1\ngun " SANDBOX_GUN "\ngeneration 1\nlast-seen 5\nanchor pin\n"
#define HEX64 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define ROOT1 "root 1 " HEX64 " 10\n"
#define FLOOR "floor root 1 " HEX64 " 10 99 " HEX64 "\n"
#define SEEN  "seen 1.0 sha256:" HEX64 "\n"

static const struct {
    const char *name;
    const char *text;
    enum assay_status expected;
} head_cases[] = {
    { "least", TOP ROOT1, ASSAY_OK },
    { "whole", TOP ROOT1 FLOOR SEEN, ASSAY_OK },
    { "floor without keys", TOP ROOT1 "floor root 1 " HEX64 " 10 -99 -\n", ASSAY_OK },
    { "two roots", TOP ROOT1 "root 2 " HEX64 " 10\n", ASSAY_OK },
    { "newer format", "assay-state 2\nwhatever it will be\n", ASSAY_STATE_VERSION },
    { "much newer format", "assay-state 2000\n", ASSAY_STATE_VERSION },
    { "format 0", "assay-state 0\n", ASSAY_STATE_CORRUPT },
    { "no format", "assay-state\n", ASSAY_STATE_CORRUPT },
    { "another magic", "assay-stat 1\n", ASSAY_STATE_CORRUPT },
    { "nothing", "", ASSAY_STATE_CORRUPT },
    { "no root", TOP, ASSAY_STATE_CORRUPT },
    { "gap of roots", TOP ROOT1 "root 3 " HEX64 " 10\n", ASSAY_STATE_CORRUPT },
    { "root twice", TOP ROOT1 ROOT1, ASSAY_STATE_CORRUPT },
    { "floor before root", TOP FLOOR ROOT1, ASSAY_STATE_CORRUPT },
    { "seen before floor", TOP ROOT1 SEEN FLOOR, ASSAY_STATE_CORRUPT },
    { "floor twice", TOP ROOT1 FLOOR FLOOR, ASSAY_STATE_CORRUPT },
    { "unknown line", TOP ROOT1 "color green\n", ASSAY_STATE_CORRUPT },
    { "empty line", TOP ROOT1 "\n", ASSAY_STATE_CORRUPT },
    { "two spaces", TOP "root  1 " HEX64 " 10\n", ASSAY_STATE_CORRUPT },
    { "space at the end", TOP "root 1 " HEX64 " 10 \n", ASSAY_STATE_CORRUPT },
    { "leading zero", TOP "root 01 " HEX64 " 10\n", ASSAY_STATE_CORRUPT },
    { "negative version", TOP "root -1 " HEX64 " 10\n", ASSAY_STATE_CORRUPT },
    { "short hash", TOP "root 1 0011 10\n", ASSAY_STATE_CORRUPT },
    { "no length", TOP "root 1 " HEX64 "\n", ASSAY_STATE_CORRUPT },
    { "bad key", TOP ROOT1 "floor root 1 " HEX64 " 10 99 k\n", ASSAY_STATE_CORRUPT },
    { "comma at the end", TOP ROOT1 "floor root 1 " HEX64 " 10 99 " HEX64 ",\n",
      ASSAY_STATE_CORRUPT },
    { "digest without algorithm", TOP ROOT1 "seen 1.0 " HEX64 "\n", ASSAY_STATE_CORRUPT },
    { "empty tag", TOP ROOT1 "seen  sha256:" HEX64 "\n", ASSAY_STATE_CORRUPT },
    { "control character in a tag", TOP ROOT1 "seen a\001b sha256:" HEX64 "\n",
      ASSAY_STATE_CORRUPT },
    { "no tag", TOP ROOT1 "seen .x sha256:" HEX64 "\n", ASSAY_STATE_CORRUPT },
    { "negative zero", TOP ROOT1 "floor root 1 " HEX64 " 10 -0 -\n", ASSAY_STATE_CORRUPT },
    { "generation 0",
      "assay-state 1\ngun " SANDBOX_GUN "\ngeneration 0\nlast-seen 5\nanchor pin\n" ROOT1,
      ASSAY_STATE_CORRUPT },
    { "unknown anchor",
      "assay-state 1\ngun " SANDBOX_GUN "\ngeneration 1\nlast-seen 5\nanchor x\n" ROOT1,
      ASSAY_STATE_CORRUPT },
    { "another gun", "assay-state 1\ngun reg.test/x\ngeneration 1\nlast-seen 5\nanchor pin\n" ROOT1,
      ASSAY_STATE_CORRUPT },
};

Test(store_hostile, head_with_a_right_hash_and_wrong_words)
{
    for (size_t i = 0; i < ARRAY_LEN(head_cases); i++) {
        char text[HEAD_MAX];
        struct tuf_state state = { 0 };
        struct assay_error err = ERROR_INIT;
        size_t len = seal(head_cases[i].text, text);
        cr_expect_eq(head_decode(slice_of(text, len), SANDBOX_GUN, &state, &err),
                     head_cases[i].expected, "%s: %s", head_cases[i].name, err.message);
        tuf_state_clear(&state);
    }
}

Test(store_hostile, largest_head_fits)
{
    struct tuf_state state = { .generation = 1, .anchor = TUF_ANCHOR_TOFU };
    struct tuf_state back = { 0 };
    struct tuf_floor floor = { .version = (uint64_t)LIMIT_JSON_INTEGER,
                               .length = (uint64_t)LIMIT_JSON_INTEGER,
                               .sha256 = digest_of("a"),
                               .key_count = LIMIT_ROLE_KEYS };
    struct tuf_stored_root root = { .sha256 = digest_of("r"), .length = LIMIT_ROOT_BYTES };
    struct digest digest;
    char tag[LIMIT_TAG_BYTES + 1];
    AUTO_BUF head = BUF_INIT(LIMIT_HEAD_BYTES);
    for (size_t i = 0; i < LIMIT_ROLE_KEYS; i++) {
        floor.keys[i] = digest_of("k");
    }
    for (int i = 0; i < LIMIT_DELEGATIONS + 4; i++) {
        (void)snprintf(floor.role, sizeof floor.role, "targets/%0247d", i);
        cr_assert_eq(tuf_floors_put(&state.floors, &floor, NULL), ASSAY_OK);
    }
    for (uint64_t i = 0; i < LIMIT_STORED_ROOTS; i++) {
        root.version = (uint64_t)LIMIT_JSON_INTEGER - LIMIT_STORED_ROOTS + i;
        cr_assert_eq(tuf_state_add_root(&state, &root, NULL), ASSAY_OK);
    }
    cr_assert_eq(digest_compute(DIGEST_SHA512, SLICE_LITERAL("x"), &digest, NULL), ASSAY_OK);
    for (int i = 0; i < LIMIT_SEEN_TAGS; i++) {
        (void)snprintf(tag, sizeof tag, "%0128d", i);
        cr_assert_eq(tuf_state_add_seen(&state, tag, &digest, NULL), ASSAY_OK);
    }
    cr_assert_eq(head_encode(SANDBOX_GUN, &state, &head, NULL), ASSAY_OK);
    cr_expect_eq(head_decode(buf_slice(&head), SANDBOX_GUN, &back, NULL), ASSAY_OK);
    cr_expect(tuf_state_same(&state, &back));
    tuf_state_clear(&state);
    tuf_state_clear(&back);
}

/* ---- what stands where a file should ---- */

/* Replaces a name in the GUN's directory by something. */
static void put_link(const char *path)
{
    char victim[600];
    (void)snprintf(victim, sizeof victim, "%s.victim", path);
    cr_assert_eq(symlink(victim, path), 0);
}

static void put_copy_link(const char *path)
{
    char kept[600];
    (void)snprintf(kept, sizeof kept, "%s.kept", path);
    cr_assert_eq(symlink(kept, path), 0);
}

static void put_fifo(const char *path)
{
    cr_assert_eq(mkfifo(path, 0600), 0);
}

static void put_dir(const char *path)
{
    cr_assert_eq(mkdir(path, 0700), 0);
}

static void put_nothing(const char *path)
{
    (void)path;
}

static void put_empty(const char *path)
{
    write_file(path, "", 0);
}

static void put_open(const char *path)
{
    char kept[600];
    (void)snprintf(kept, sizeof kept, "%s.kept", path);
    cr_assert_eq(rename(kept, path), 0);
    cr_assert_eq(chmod(path, 0666), 0);
}

static void put_group(const char *path)
{
    put_open(path);
    cr_assert_eq(chmod(path, 0770), 0);
}

static void put_owned(const char *path)
{
    char kept[600];
    (void)snprintf(kept, sizeof kept, "%s.kept", path);
    cr_assert_eq(rename(kept, path), 0);
    cr_assert_eq(lchown(path, 4711, 4711), 0);
}

struct stand_in {
    const char *name;
    const char *path; /* below the state's parent; G is the GUN's directory */
    void (*put)(const char *path);
    enum assay_status read;
    enum assay_status commit;
    bool needs_root;
};

static const struct stand_in stand_ins[] = {
    { "state is a link", "state", put_link, ASSAY_STATE_LINK, ASSAY_STATE_LINK, false },
    { "state is a link to itself", "state", put_copy_link, ASSAY_STATE_LINK, ASSAY_STATE_LINK,
      false },
    { "state is a file", "state", put_empty, ASSAY_STATE_CORRUPT, ASSAY_STATE_CORRUPT, false },
    { "state is a FIFO", "state", put_fifo, ASSAY_STATE_CORRUPT, ASSAY_STATE_CORRUPT, false },
    { "state is open to the group", "state", put_group, ASSAY_STATE_PERMISSION,
      ASSAY_STATE_PERMISSION, false },
    { "state is another's", "state", put_owned, ASSAY_STATE_PERMISSION, ASSAY_STATE_PERMISSION,
      true },
    { "gun is a link", "state/gun", put_copy_link, ASSAY_STATE_LINK, ASSAY_STATE_LINK, false },
    { "gun is open to all", "state/gun", put_open, ASSAY_STATE_PERMISSION, ASSAY_STATE_PERMISSION,
      false },
    { "G is a link", "G", put_copy_link, ASSAY_STATE_LINK, ASSAY_STATE_LINK, false },
    { "G is a file", "G", put_empty, ASSAY_STATE_CORRUPT, ASSAY_STATE_CORRUPT, false },
    { "G is open to the group", "G", put_group, ASSAY_STATE_PERMISSION, ASSAY_STATE_PERMISSION,
      false },
    { "G is another's", "G", put_owned, ASSAY_STATE_PERMISSION, ASSAY_STATE_PERMISSION, true },
    { "HEAD is a link", "G/HEAD", put_copy_link, ASSAY_STATE_LINK, ASSAY_STATE_LINK, false },
    { "HEAD is a dangling link", "G/HEAD", put_link, ASSAY_STATE_LINK, ASSAY_STATE_LINK, false },
    { "HEAD is a FIFO", "G/HEAD", put_fifo, ASSAY_STATE_CORRUPT, ASSAY_STATE_CORRUPT, false },
    { "HEAD is a directory", "G/HEAD", put_dir, ASSAY_STATE_CORRUPT, ASSAY_STATE_CORRUPT, false },
    { "HEAD is empty", "G/HEAD", put_empty, ASSAY_STATE_CORRUPT, ASSAY_STATE_CORRUPT, false },
    { "HEAD is open to all", "G/HEAD", put_open, ASSAY_STATE_PERMISSION, ASSAY_STATE_PERMISSION,
      false },
    { "HEAD is another's", "G/HEAD", put_owned, ASSAY_STATE_PERMISSION, ASSAY_STATE_PERMISSION,
      true },
    { "GUN is missing", "G/GUN", put_nothing, ASSAY_STATE_CORRUPT, ASSAY_OK, false },
    { "GUN is empty", "G/GUN", put_empty, ASSAY_STATE_CORRUPT, ASSAY_OK, false },
    { "GUN is a link", "G/GUN", put_copy_link, ASSAY_STATE_LINK, ASSAY_OK, false },
    { "lock is a link", "G/lock", put_link, ASSAY_STATE_LINK, ASSAY_STATE_LINK, false },
    { "lock is a directory", "G/lock", put_dir, ASSAY_STATE_CORRUPT, ASSAY_STATE_CORRUPT, false },
    { "lock is a FIFO", "G/lock", put_fifo, ASSAY_STATE_CORRUPT, ASSAY_STATE_CORRUPT, false },
    { "lock is open to all", "G/lock", put_open, ASSAY_STATE_PERMISSION, ASSAY_STATE_PERMISSION,
      false },
    { "lock is missing", "G/lock", put_nothing, ASSAY_OK, ASSAY_OK, false },
    { "objs is a link", "G/objs", put_copy_link, ASSAY_STATE_LINK, ASSAY_STATE_LINK, false },
    { "objs is missing", "G/objs", put_nothing, ASSAY_STATE_CORRUPT, ASSAY_STATE_CORRUPT, false },
    { "objs is open to all", "G/objs", put_open, ASSAY_STATE_PERMISSION, ASSAY_STATE_PERMISSION,
      false },
};

/* Opens before the change and commits after it, as a run under way would. */
static void try_stand_in(const struct stand_in *c)
{
    struct sandbox box;
    struct tuf_store *store = NULL;
    struct sample sample;
    struct assay_error err = ERROR_INIT;
    char path[512];
    char kept[600];
    char victim[600];
    sandbox_open(&box);
    cr_assert_eq(store_sample(&box, 3, NULL), ASSAY_OK);
    (void)snprintf(path, sizeof path, c->path[0] == 'G' ? "%s%s" : "%s/%s",
                   c->path[0] == 'G' ? box.gun : box.dir,
                   c->path[0] == 'G' ? c->path + 1 : c->path);
    (void)snprintf(kept, sizeof kept, "%s.kept", path);
    (void)snprintf(victim, sizeof victim, "%s.victim", path);
    cr_assert_eq(tuf_store_open(box.state, SANDBOX_GUN, 0, &box.env, &store, NULL), ASSAY_OK);
    cr_assert_eq(rename(path, kept), 0, "%s", c->name);
    c->put(path);

    cr_expect_eq(load_state(&box, NULL, &err), c->read, "%s: read: %s", c->name, err.message);
    sample_init(&sample, 5);
    cr_expect_eq(tuf_store_commit(store, &sample.state, sample.objects, 4, &err), c->commit,
                 "%s: commit: %s", c->name, err.message);
    cr_expect(!path_exists(victim), "%s", c->name);
    sample_clear(&sample);
    tuf_store_close(store);
    sandbox_close(&box);
}

Test(store_hostile, something_else_stands_there)
{
    for (size_t i = 0; i < ARRAY_LEN(stand_ins); i++) {
        if (!stand_ins[i].needs_root || geteuid() == 0) {
            try_stand_in(&stand_ins[i]);
        }
    }
}

/* A second name of HEAD keeps the old bytes: HEAD is replaced, not written to. */
Test(store_hostile, hard_link_to_head_is_left_alone)
{
    struct sandbox box;
    char path[512];
    char other[600];
    uint8_t before[HEAD_MAX];
    uint8_t after[HEAD_MAX];
    sandbox_open(&box);
    cr_assert_eq(store_sample(&box, 3, NULL), ASSAY_OK);
    (void)snprintf(other, sizeof other, "%s/other", box.dir);
    cr_assert_eq(link(sandbox_path(&box, "HEAD", path), other), 0);
    size_t len = read_file(other, before, sizeof before);
    cr_expect_eq(store_sample(&box, 4, NULL), ASSAY_OK);
    cr_expect_eq(read_file(other, after, sizeof after), len);
    cr_expect(slice_equal(slice_of(before, len), slice_of(after, len)));
    cr_expect_eq(load_state(&box, NULL, NULL), ASSAY_OK);
    sandbox_close(&box);
}

/* ---- objects ---- */

static void object_path(const struct sandbox *box, const char *contents, char out[512])
{
    struct digest sum = digest_of(contents);
    char hex[DIGEST_TEXT_BYTES];
    char name[DIGEST_TEXT_BYTES + 8];
    digest_hex(&sum, hex);
    (void)snprintf(name, sizeof name, "objs/%s", hex);
    (void)sandbox_path(box, name, out);
}

static const struct {
    const char *name;
    const char *bytes; /* NULL: removed */
    void (*put)(const char *path);
    enum assay_status read;
    enum assay_status again; /* the same commit once more, with a later time */
} object_cases[] = {
    { "other bytes of the same length", "targets version 4", NULL, ASSAY_STATE_CORRUPT, ASSAY_OK },
    { "cut", "targets", NULL, ASSAY_STATE_CORRUPT, ASSAY_OK },
    { "empty", "", NULL, ASSAY_STATE_CORRUPT, ASSAY_OK },
    { "missing", NULL, NULL, ASSAY_STATE_CORRUPT, ASSAY_OK },
    { "a link", NULL, put_link, ASSAY_STATE_LINK, ASSAY_STATE_LINK },
    { "a FIFO", NULL, put_fifo, ASSAY_STATE_CORRUPT, ASSAY_STATE_CORRUPT },
};

Test(store_hostile, objects_are_hashed_again)
{
    for (size_t i = 0; i < ARRAY_LEN(object_cases); i++) {
        struct sandbox box;
        struct tuf_store *store = NULL;
        struct sample sample;
        char path[512];
        sandbox_open(&box);
        cr_assert_eq(store_sample(&box, 3, NULL), ASSAY_OK);
        object_path(&box, "targets version 3", path);
        cr_assert_eq(unlink(path), 0);
        if (object_cases[i].bytes != NULL) {
            write_file(path, object_cases[i].bytes, strlen(object_cases[i].bytes));
        } else if (object_cases[i].put != NULL) {
            object_cases[i].put(path);
        }
        cr_expect_eq(load_state(&box, NULL, NULL), object_cases[i].read, "%s",
                     object_cases[i].name);
        cr_assert_eq(tuf_store_open(box.state, SANDBOX_GUN, 0, &box.env, &store, NULL), ASSAY_OK);
        sample_init(&sample, 3);
        sample.state.last_seen_unix_s += LIMIT_STATE_TOUCH_S;
        cr_expect_eq(tuf_store_commit(store, &sample.state, sample.objects, 4, NULL),
                     object_cases[i].again, "%s", object_cases[i].name);
        cr_expect_eq(load_state(&box, NULL, NULL),
                     object_cases[i].again == ASSAY_OK ? ASSAY_OK : object_cases[i].read, "%s",
                     object_cases[i].name);
        sample_clear(&sample);
        tuf_store_close(store);
        sandbox_close(&box);
    }
}

Test(store_hostile, object_larger_than_allowed)
{
    struct sandbox box;
    struct tuf_store *store = NULL;
    struct digest sum = digest_of("targets version 3");
    AUTO_BUF bytes = BUF_INIT(4096);
    sandbox_open(&box);
    cr_assert_eq(store_sample(&box, 3, NULL), ASSAY_OK);
    cr_assert_eq(tuf_store_open(box.state, SANDBOX_GUN, 0, &box.env, &store, NULL), ASSAY_OK);
    cr_expect_eq(tuf_store_read(store, &sum, strlen("targets version 3"), &bytes, NULL), ASSAY_OK);
    cr_expect(slice_is(buf_slice(&bytes), "targets version 3"));
    cr_expect_eq(tuf_store_read(store, &sum, strlen("targets version 3") - 1, &bytes, NULL),
                 ASSAY_STATE_CORRUPT);
    tuf_store_close(store);
    sandbox_close(&box);
}

/* ---- the directories above, the umask, read-only ---- */

Test(store_hostile, the_way_to_the_state)
{
    struct sandbox box;
    char path[256];
    sandbox_open(&box);
    struct tuf_store *store = NULL;
    static const char *const refused[] = { "", "state", "./state", "~/state", "../state" };
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        cr_expect_eq(tuf_store_open(refused[i], SANDBOX_GUN, 0, &box.env, &store, NULL),
                     ASSAY_CONFIG, "%s", refused[i]);
    }
    (void)snprintf(path, sizeof path, "%s/../x", box.dir);
    cr_expect_eq(tuf_store_open(path, SANDBOX_GUN, 0, &box.env, &store, NULL), ASSAY_CONFIG);
    (void)snprintf(path, sizeof path, "//%s//state/", box.dir);
    cr_expect_eq(tuf_store_open(path, SANDBOX_GUN, 0, &box.env, &store, NULL), ASSAY_OK);
    tuf_store_close(store);

    static const struct {
        unsigned mode;
        enum assay_status expected;
    } modes[] = { { 0700, ASSAY_OK },
                  { 0755, ASSAY_OK },
                  { 0777, ASSAY_STATE_PERMISSION },
                  { 0775, ASSAY_STATE_PERMISSION },
                  { 0702, ASSAY_STATE_PERMISSION },
                  { 01777, ASSAY_OK } };
    for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
        cr_assert_eq(chmod(box.dir, modes[i].mode), 0);
        cr_expect_eq(store_sample(&box, i + 1, NULL), modes[i].expected, "%o", modes[i].mode);
    }
    cr_assert_eq(chmod(box.dir, 0700), 0);
    if (geteuid() == 0) {
        cr_assert_eq(chown(box.dir, 4711, 4711), 0);
        cr_expect_eq(store_sample(&box, 9, NULL), ASSAY_STATE_PERMISSION);
        cr_assert_eq(chown(box.dir, 0, 0), 0);
    }
    (void)snprintf(path, sizeof path, "%s/link", box.dir);
    cr_assert_eq(symlink(box.dir, path), 0);
    (void)snprintf(path, sizeof path, "%s/link/state", box.dir);
    cr_expect_eq(tuf_store_open(path, SANDBOX_GUN, 0, &box.env, &store, NULL), ASSAY_STATE_LINK);
    sandbox_close(&box);
}

Test(store_hostile, guns_are_kept_apart)
{
    struct sandbox box;
    struct tuf_store *store = NULL;
    char path[512];
    uint8_t head[HEAD_MAX];
    uint8_t gun[HEAD_MAX];
    sandbox_open(&box);
    static const char *const refused[] = { "", "a b", "a\nb", "a\tb", "caf\xc3\xa9" };
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        cr_expect_eq(tuf_store_open(box.state, refused[i], 0, &box.env, &store, NULL),
                     ASSAY_REFERENCE, "%s", refused[i]);
    }
    char long_gun[LIMIT_REFERENCE_BYTES + 1];
    memset(long_gun, 'a', sizeof long_gun - 1);
    long_gun[sizeof long_gun - 1] = '\0';
    cr_expect_eq(tuf_store_open(box.state, long_gun, 0, &box.env, &store, NULL), ASSAY_REFERENCE);

    /* A name is never a path. */
    cr_expect_eq(tuf_store_open(box.state, "../../x", 0, &box.env, &store, NULL), ASSAY_OK);
    tuf_store_close(store);

    /* The state of one GUN in the place of another's. */
    cr_assert_eq(store_sample(&box, 3, NULL), ASSAY_OK);
    size_t head_len = read_file(sandbox_path(&box, "HEAD", path), head, sizeof head);
    size_t gun_len = read_file(sandbox_path(&box, "GUN", path), gun, sizeof gun);
    write_file(path, "reg.test/acme/other\n", 20);
    cr_expect_eq(load_state(&box, NULL, NULL), ASSAY_STATE_CORRUPT);
    write_file(path, gun, gun_len - 1);
    cr_expect_eq(load_state(&box, NULL, NULL), ASSAY_STATE_CORRUPT);
    write_file(path, gun, gun_len);
    cr_expect_eq(load_state(&box, NULL, NULL), ASSAY_OK);
    struct tuf_state state = { 0 };
    cr_expect_eq(head_decode(slice_of(head, head_len), "reg.test/acme/ap", &state, NULL),
                 ASSAY_STATE_CORRUPT);
    sandbox_close(&box);
}

Test(store_hostile, modes_whatever_the_umask)
{
    static const mode_t masks[] = { 0, 022, 077, 0777 };
    static const char *const files[] = { "lock", "GUN", "HEAD" };
    for (size_t i = 0; i < ARRAY_LEN(masks); i++) {
        struct sandbox box;
        char path[512];
        sandbox_open(&box);
        mode_t before = umask(masks[i]);
        enum assay_status status = store_sample(&box, 3, NULL);
        (void)umask(before);
        cr_expect_eq(status, ASSAY_OK, "umask %o", masks[i]);
        for (size_t k = 0; k < ARRAY_LEN(files); k++) {
            cr_expect_eq(path_mode(sandbox_path(&box, files[k], path)), 0600U, "umask %o: %s",
                         masks[i], files[k]);
        }
        object_path(&box, "targets version 3", path);
        cr_expect_eq(path_mode(path), 0600U, "umask %o", masks[i]);
        cr_expect_eq(path_mode(sandbox_path(&box, "objs", path)), 0700U);
        cr_expect_eq(path_mode(box.gun), 0700U);
        cr_expect_eq(path_mode(box.state), 0700U);
        cr_expect_eq(load_state(&box, NULL, NULL), ASSAY_OK);
        sandbox_close(&box);
    }
}

static int give_away(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return lchown(path, 4711, 4711);
}

/* 0: the state was read and could not be written. Root writes everywhere, so it gives itself up. */
static int write_read_only(struct sandbox *box)
{
    struct tuf_store *store = NULL;
    if (geteuid() == 0 &&
        (nftw(box->dir, give_away, 16, FTW_PHYS) != 0 || setresuid(4711, 4711, 4711) != 0)) {
        return 2;
    }
    enum assay_status read = tuf_store_open(box->state, SANDBOX_GUN, 0, &box->env, &store, NULL);
    tuf_store_close(store);
    enum assay_status commit = store_sample(box, 4, NULL);
    return read == ASSAY_OK && commit == ASSAY_STATE_IO ? 0 : 1;
}

Test(store_hostile, state_that_cannot_be_written)
{
    struct sandbox box;
    char path[512];
    int status = 0;
    sandbox_open(&box);
    cr_assert_eq(store_sample(&box, 3, NULL), ASSAY_OK);
    cr_assert_eq(chmod(box.gun, 0500), 0);
    cr_assert_eq(chmod(sandbox_path(&box, "objs", path), 0500), 0);
    pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) {
        _exit(write_read_only(&box));
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%x", (unsigned)status);
    cr_assert_eq(chmod(box.gun, 0700), 0);
    cr_assert_eq(chmod(path, 0700), 0);
    sandbox_close(&box);
}

Test(store_hostile, directory_removed_under_way)
{
    struct sandbox box;
    struct tuf_store *store = NULL;
    struct sample sample;
    sandbox_open(&box);
    cr_assert_eq(store_sample(&box, 3, NULL), ASSAY_OK);
    cr_assert_eq(tuf_store_open(box.state, SANDBOX_GUN, 0, &box.env, &store, NULL), ASSAY_OK);
    sandbox_close(&box);
    sample_init(&sample, 4);
    cr_expect_eq(tuf_store_commit(store, &sample.state, sample.objects, 4, NULL), ASSAY_STATE_IO);
    cr_expect(!path_exists(box.dir));
    sample_clear(&sample);
    tuf_store_close(store);
}

/* ---- the lock ---- */

/* A child that holds the lock until it is killed. */
static pid_t hold_lock(const struct sandbox *box, bool exclusive)
{
    char path[512];
    int ready[2];
    cr_assert_eq(pipe(ready), 0);
    pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) {
        struct flock lock = { .l_type = exclusive ? F_WRLCK : F_RDLCK, .l_whence = SEEK_SET };
        int fd = open(sandbox_path(box, "lock", path), O_RDWR);
        if (fd < 0 || fcntl(fd, F_OFD_SETLK, &lock) != 0 || write(ready[1], "x", 1) != 1) {
            _exit(1);
        }
        for (;;) {
            (void)pause();
        }
    }
    char byte = 0;
    (void)close(ready[1]);
    cr_assert_eq(read(ready[0], &byte, 1), 1);
    (void)close(ready[0]);
    return child;
}

static void end_child(pid_t child)
{
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
}

/* The clock of these tests jumps ten seconds at each look, so that the deadline is near. */
Test(store_hostile, lock_that_is_held)
{
    struct sandbox box;
    sandbox_open(&box);
    cr_assert_eq(store_sample(&box, 3, NULL), ASSAY_OK);

    pid_t child = hold_lock(&box, true);
    cr_expect_eq(load_state(&box, NULL, NULL), ASSAY_STATE_LOCK);
    cr_expect_eq(store_sample(&box, 4, NULL), ASSAY_STATE_LOCK);
    end_child(child);
    cr_expect_eq(store_sample(&box, 4, NULL), ASSAY_OK);

    child = hold_lock(&box, false);
    cr_expect_eq(load_state(&box, NULL, NULL), ASSAY_OK);
    cr_expect_eq(store_sample(&box, 5, NULL), ASSAY_STATE_LOCK);
    atomic_int interrupted = ASSAY_INTERRUPTED;
    box.env.interrupted = &interrupted;
    cr_expect_eq(store_sample(&box, 5, NULL), ASSAY_INTERRUPTED);
    box.env.interrupted = NULL;
    end_child(child);
    cr_expect_eq(store_sample(&box, 5, NULL), ASSAY_OK);
    sandbox_close(&box);
}

/* Few descriptors are enough, fewer are an error of its own. */
Test(store_hostile, few_descriptors)
{
    struct sandbox box;
    struct rlimit before;
    struct assay_error err = ERROR_INIT;
    sandbox_open(&box);
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
    int lowest = dup(0);
    (void)close(lowest);
    for (int more = 0; more <= 8; more++) {
        struct rlimit few = { (rlim_t)(lowest + more), before.rlim_max };
        cr_assert_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
        enum assay_status status = store_sample(&box, (uint64_t)more + 1, &err);
        cr_expect(status == ASSAY_OK || (more < 6 && status == ASSAY_STATE_IO), "%d more: %s", more,
                  err.message);
    }
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
    cr_expect_eq(load_state(&box, NULL, NULL), ASSAY_OK);
    int after = dup(0);
    (void)close(after);
    cr_expect_eq(after, lowest); /* nothing is left open */
    sandbox_close(&box);
}
