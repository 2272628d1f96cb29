/* SPDX-License-Identifier: Apache-2.0 */
/* What a store keeps, across runs and between them. */
#include "store_support.h"

#include "tuf/state.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

TestSuite(store, .timeout = 120);

Test(store, first_use_creates_nothing)
{
    struct sandbox box;
    struct tuf_store *store = NULL;
    sandbox_open(&box);
    cr_assert_eq(tuf_store_open(box.state, SANDBOX_GUN, SANDBOX_NOW, &box.env, &store, NULL),
                 ASSAY_OK);
    cr_expect_eq(tuf_store_state(store)->generation, 0);
    cr_expect_eq(tuf_store_state(store)->anchor, TUF_ANCHOR_NONE);
    tuf_store_close(store);
    cr_expect(!path_exists(box.state));
    sandbox_close(&box);
}

Test(store, what_was_committed_is_read_again)
{
    struct sandbox box;
    struct sample sample;
    struct tuf_store *store = NULL;
    struct digest seen = digest_of("image");
    struct tuf_state back = { 0 };
    sandbox_open(&box);
    sample_init(&sample, 7);
    cr_assert_eq(tuf_state_add_seen(&sample.state, "1.0", &seen, NULL), ASSAY_OK);
    cr_assert_eq(tuf_store_open(box.state, SANDBOX_GUN, SANDBOX_NOW, &box.env, &store, NULL),
                 ASSAY_OK);
    cr_assert_eq(tuf_store_commit(store, &sample.state, sample.objects, SAMPLE_OBJECTS, NULL),
                 ASSAY_OK);
    cr_expect_eq(sample.state.generation, 1);
    tuf_store_close(store);
    cr_assert_eq(load_state(&box, &back, NULL), ASSAY_OK);
    cr_expect_eq(back.generation, 1);
    cr_expect_eq(back.anchor, TUF_ANCHOR_PIN);
    cr_expect_eq(back.last_seen_unix_s, SANDBOX_NOW);
    cr_assert_eq(back.root_count, 1);
    cr_expect(digest_equal(&back.roots[0].sha256, &sample.objects[0].sha256));
    cr_assert_eq(back.floors.count, 4);
    const struct tuf_floor *floor = tuf_floors_find(&back.floors, "targets");
    const struct tuf_floor *before = tuf_floors_find(&sample.state.floors, "targets");
    cr_expect_eq(floor->version, 7);
    cr_expect_eq(floor->length, before->length);
    cr_expect_eq(floor->expires_unix_s, before->expires_unix_s);
    cr_expect_eq(floor->key_count, 1);
    cr_expect(digest_equal(&floor->keys[0], &before->keys[0]));
    cr_expect(digest_equal(&floor->sha256, &before->sha256));
    cr_assert_eq(back.seen_count, 1);
    cr_expect_str_eq(back.seen[0].tag, "1.0");
    cr_expect(digest_equal(&back.seen[0].digest, &seen));
    tuf_state_clear(&back);
    sample_clear(&sample);
    sandbox_close(&box);
}

Test(store, nothing_new_writes_nothing)
{
    struct sandbox box;
    struct sample sample;
    struct tuf_store *store = NULL;
    sandbox_open(&box);
    cr_assert_eq(store_sample(&box, 3, NULL), ASSAY_OK);
    static const struct {
        int64_t later_s;
        uint64_t generation;
    } cases[] = { { 0, 1 },
                  { LIMIT_STATE_TOUCH_S - 1, 1 },
                  { LIMIT_STATE_TOUCH_S, 2 },
                  { LIMIT_STATE_TOUCH_S, 2 } };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        cr_assert_eq(tuf_store_open(box.state, SANDBOX_GUN, 0, &box.env, &store, NULL), ASSAY_OK);
        sample_init(&sample, 3);
        sample.state.last_seen_unix_s = SANDBOX_NOW + cases[i].later_s;
        cr_assert_eq(tuf_store_commit(store, &sample.state, sample.objects, SAMPLE_OBJECTS, NULL),
                     ASSAY_OK);
        cr_expect_eq(sample.state.generation, cases[i].generation, "case %zu", i);
        sample_clear(&sample);
        tuf_store_close(store);
    }
    sandbox_close(&box);
}

Test(store, clock_that_went_back)
{
    struct sandbox box;
    struct tuf_store *store = NULL;
    sandbox_open(&box);
    cr_assert_eq(store_sample(&box, 3, NULL), ASSAY_OK);
    int64_t oldest = SANDBOX_NOW - LIMIT_CLOCK_BACK_S;
    cr_expect_eq(tuf_store_open(box.state, SANDBOX_GUN, oldest, &box.env, &store, NULL), ASSAY_OK);
    tuf_store_close(store);
    cr_expect_eq(tuf_store_open(box.state, SANDBOX_GUN, oldest - 1, &box.env, &store, NULL),
                 ASSAY_CLOCK);
    cr_expect_null(store);
    cr_expect_eq(tuf_store_open(box.state, SANDBOX_GUN, 0, &box.env, &store, NULL), ASSAY_OK);
    tuf_store_close(store);
    sandbox_close(&box);
}

/* Two handles are opened before either commits: the second commit meets another state. */
struct race_case {
    const char *name;
    uint64_t first;
    uint64_t second;
    const char *second_text; /* of targets; NULL: as in the sample */
    enum assay_status expected;
    uint64_t targets;
};

static const struct race_case race_cases[] = {
    { "newer last", 4, 5, NULL, ASSAY_OK, 5 },
    { "same twice", 4, 4, NULL, ASSAY_OK, 4 },
    { "older last", 5, 4, NULL, ASSAY_ROLLBACK, 5 },
    { "as it was opened, but another went on", 4, 3, NULL, ASSAY_ROLLBACK, 4 },
    { "same version, other bytes", 5, 5, "other", ASSAY_EQUIVOCATION, 5 },
};

static void run_race(const struct race_case *c)
{
    struct sandbox box;
    struct tuf_store *stores[2] = { NULL, NULL };
    struct sample samples[2];
    struct tuf_state back = { 0 };
    sandbox_open(&box);
    cr_assert_eq(store_sample(&box, 3, NULL), ASSAY_OK);
    sample_init(&samples[0], c->first);
    sample_init(&samples[1], c->second);
    if (c->second_text != NULL) {
        put_floor(&samples[1].state, "targets", c->second, c->second_text, "targets",
                  &samples[1].objects[3]);
    }
    for (size_t i = 0; i < 2; i++) {
        cr_assert_eq(tuf_store_open(box.state, SANDBOX_GUN, 0, &box.env, &stores[i], NULL),
                     ASSAY_OK);
    }
    cr_expect_eq(tuf_store_commit(stores[0], &samples[0].state, samples[0].objects, 4, NULL),
                 ASSAY_OK, "%s", c->name);
    cr_expect_eq(tuf_store_commit(stores[1], &samples[1].state, samples[1].objects, 4, NULL),
                 c->expected, "%s", c->name);
    cr_expect_eq(load_state(&box, &back, NULL), ASSAY_OK);
    cr_expect_eq(tuf_floors_find(&back.floors, "targets")->version, c->targets, "%s", c->name);
    tuf_state_clear(&back);
    for (size_t i = 0; i < 2; i++) {
        tuf_store_close(stores[i]);
        sample_clear(&samples[i]);
    }
    sandbox_close(&box);
}

Test(store, two_runs_never_lower_a_floor)
{
    for (size_t i = 0; i < ARRAY_LEN(race_cases); i++) {
        run_race(&race_cases[i]);
    }
}

/* What one run learned about a delegation survives another that never looked at it. */
Test(store, two_runs_learn_different_things)
{
    struct sandbox box;
    struct tuf_store *stores[2] = { NULL, NULL };
    struct sample samples[2];
    struct tuf_state back = { 0 };
    struct tuf_object objects[SAMPLE_OBJECTS + 1];
    struct digest seen[2] = { digest_of("one"), digest_of("two") };
    static const char *const roles[2] = { "targets/a", "targets/b" };
    sandbox_open(&box);
    for (size_t i = 0; i < 2; i++) {
        cr_assert_eq(tuf_store_open(box.state, SANDBOX_GUN, 0, &box.env, &stores[i], NULL),
                     ASSAY_OK);
    }
    for (size_t i = 0; i < 2; i++) {
        sample_init(&samples[i], 3);
        memcpy(objects, samples[i].objects, sizeof samples[i].objects);
        put_floor(&samples[i].state, roles[i], 2, roles[i], "k", &objects[SAMPLE_OBJECTS]);
        cr_assert_eq(tuf_state_add_seen(&samples[i].state, "1.0", &seen[i], NULL), ASSAY_OK);
        cr_expect_eq(tuf_store_commit(stores[i], &samples[i].state, objects, 5, NULL), ASSAY_OK);
    }
    cr_assert_eq(load_state(&box, &back, NULL), ASSAY_OK);
    cr_expect_eq(back.generation, 2);
    cr_expect_not_null(tuf_floors_find(&back.floors, "targets/a"));
    cr_expect_not_null(tuf_floors_find(&back.floors, "targets/b"));
    cr_expect_eq(back.seen_count, 2);
    tuf_state_clear(&back);
    for (size_t i = 0; i < 2; i++) {
        tuf_store_close(stores[i]);
        sample_clear(&samples[i]);
    }
    sandbox_close(&box);
}

/* A delegation that the run only carried along is not held against it. */
Test(store, untouched_delegation_does_not_reject)
{
    struct sandbox box;
    struct tuf_store *store = NULL;
    struct sample sample;
    struct tuf_state next = { 0 };
    struct tuf_state back = { 0 };
    struct tuf_object objects[SAMPLE_OBJECTS + 1];
    sandbox_open(&box);
    for (uint64_t version = 1; version <= 2; version++) {
        struct tuf_store *other = NULL;
        sample_init(&sample, 3);
        memcpy(objects, sample.objects, sizeof sample.objects);
        put_floor(&sample.state, "targets/a", version, version == 1 ? "a1" : "a2", "k",
                  &objects[SAMPLE_OBJECTS]);
        cr_assert_eq(tuf_store_open(box.state, SANDBOX_GUN, 0, &box.env, &other, NULL), ASSAY_OK);
        cr_expect_eq(tuf_store_commit(other, &sample.state, objects, 5, NULL), ASSAY_OK);
        tuf_store_close(other);
        sample_clear(&sample);
        if (version == 1) {
            cr_assert_eq(tuf_store_open(box.state, SANDBOX_GUN, 0, &box.env, &store, NULL),
                         ASSAY_OK);
        }
    }
    cr_assert_eq(tuf_state_copy(tuf_store_state(store), &next, NULL), ASSAY_OK);
    cr_expect_eq(tuf_store_commit(store, &next, NULL, 0, NULL), ASSAY_OK);
    tuf_store_close(store);
    cr_assert_eq(load_state(&box, &back, NULL), ASSAY_OK);
    cr_expect_eq(tuf_floors_find(&back.floors, "targets/a")->version, 2);
    tuf_state_clear(&next);
    tuf_state_clear(&back);
    sandbox_close(&box);
}

/* 0: stored; otherwise how it failed. */
static int commit_root(struct sandbox *box, uint64_t version, const char *text)
{
    struct tuf_store *store = NULL;
    struct sample sample;
    struct tuf_object objects[SAMPLE_OBJECTS + 1];
    cr_assert_eq(tuf_store_open(box->state, SANDBOX_GUN, 0, &box->env, &store, NULL), ASSAY_OK);
    sample_init(&sample, 3);
    memcpy(objects, sample.objects, sizeof sample.objects);
    put_floor(&sample.state, "root", version, text, "root", &objects[SAMPLE_OBJECTS]);
    if (version == 1) {
        sample.state.root_count = 0;
    }
    struct tuf_stored_root root = { version, digest_of(text), strlen(text) };
    cr_assert_eq(tuf_state_add_root(&sample.state, &root, NULL), ASSAY_OK);
    enum assay_status status = tuf_store_commit(store, &sample.state, objects, 5, NULL);
    sample_clear(&sample);
    tuf_store_close(store);
    return (int)status;
}

Test(store, roots_neither_fall_nor_change)
{
    struct sandbox box;
    struct tuf_state back = { 0 };
    sandbox_open(&box);
    cr_expect_eq(commit_root(&box, 1, "root version 1"), ASSAY_OK);
    cr_expect_eq(commit_root(&box, 1, "another root 1"), ASSAY_EQUIVOCATION);
    cr_expect_eq(commit_root(&box, 2, "root version 2"), ASSAY_OK);
    cr_expect_eq(commit_root(&box, 2, "another root 2"), ASSAY_EQUIVOCATION);
    cr_expect_eq(commit_root(&box, 1, "root version 1"), ASSAY_ROLLBACK);
    cr_assert_eq(load_state(&box, &back, NULL), ASSAY_OK);
    cr_expect_eq(back.root_count, 2);
    tuf_state_clear(&back);
    sandbox_close(&box);
}

static void add_roots(struct tuf_state *state, uint64_t first, uint64_t last)
{
    for (uint64_t version = first; version <= last; version++) {
        struct tuf_stored_root root = { version, digest_of("r"), 1 };
        cr_assert_eq(tuf_state_add_root(state, &root, NULL), ASSAY_OK);
    }
}

/* Two first runs at once: the chain that begins earlier keeps its beginning and its anchor. */
Test(store, merging_keeps_the_earlier_anchor)
{
    static const struct {
        enum tuf_anchor_kind theirs;
        enum tuf_anchor_kind ours;
        uint64_t first_theirs;
        uint64_t first_ours;
        enum tuf_anchor_kind expected;
    } cases[] = {
        { TUF_ANCHOR_PIN, TUF_ANCHOR_TOFU, 2, 4, TUF_ANCHOR_PIN },
        { TUF_ANCHOR_TOFU, TUF_ANCHOR_PIN, 4, 2, TUF_ANCHOR_PIN },
        { TUF_ANCHOR_PIN, TUF_ANCHOR_TOFU, 4, 4, TUF_ANCHOR_PIN },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct tuf_state opened = { 0 };
        struct tuf_state theirs = { .anchor = cases[i].theirs };
        struct tuf_state ours = { .anchor = cases[i].ours };
        uint64_t first = cases[i].first_theirs < cases[i].first_ours ? cases[i].first_theirs
                                                                     : cases[i].first_ours;
        add_roots(&theirs, cases[i].first_theirs, 5);
        add_roots(&ours, cases[i].first_ours, 6);
        cr_assert_eq(tuf_state_judge(&opened, &theirs, &ours, NULL), ASSAY_OK);
        cr_assert_eq(tuf_state_merge(&opened, &theirs, &ours, NULL), ASSAY_OK);
        cr_expect_eq(ours.anchor, cases[i].expected, "case %zu", i);
        cr_expect_eq(ours.roots[0].version, first, "case %zu", i);
        cr_expect_eq(ours.roots[ours.root_count - 1].version, 6, "case %zu", i);
        tuf_state_clear(&theirs);
        tuf_state_clear(&ours);
    }
}

/* Also where no floor says so. */
Test(store, chains_of_roots_are_compared)
{
    static const struct {
        const char *name;
        uint64_t first;
        const char *contents[3]; /* of the roots from first on; the state has 2, 3 and 4 as "r" */
        enum assay_status expected;
    } cases[] = {
        { "the same", 2, { "r", "r", "r" }, ASSAY_OK },
        { "one more", 3, { "r", "r", "x" }, ASSAY_OK },
        { "from an older anchor", 1, { "x", "r", "r" }, ASSAY_ROLLBACK },
        { "shorter", 2, { "r", "r", NULL }, ASSAY_ROLLBACK },
        { "another in the middle", 2, { "r", "x", "r" }, ASSAY_EQUIVOCATION },
        { "another at the end", 2, { "r", "r", "x" }, ASSAY_EQUIVOCATION },
        { "beyond it, with a gap", 9, { "x", "x", "x" }, ASSAY_EQUIVOCATION },
        { "beyond it, without a link", 5, { "x", "x", "x" }, ASSAY_EQUIVOCATION },
        { "none", 2, { NULL, NULL, NULL }, ASSAY_INTERNAL },
    };
    struct tuf_state opened = { 0 };
    struct tuf_state current = { 0 };
    for (uint64_t version = 2; version <= 4; version++) {
        struct tuf_stored_root root = { version, digest_of("r"), 1 };
        cr_assert_eq(tuf_state_add_root(&current, &root, NULL), ASSAY_OK);
    }
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct tuf_state next = { 0 };
        for (size_t k = 0; k < 3 && cases[i].contents[k] != NULL; k++) {
            struct tuf_stored_root root = { cases[i].first + k, digest_of(cases[i].contents[k]),
                                            1 };
            cr_assert_eq(tuf_state_add_root(&next, &root, NULL), ASSAY_OK);
        }
        cr_expect_eq(tuf_state_judge(&opened, &current, &next, NULL), cases[i].expected, "%s",
                     cases[i].name);
        tuf_state_clear(&next);
    }
    tuf_state_clear(&current);
}

Test(store, roots_follow_one_another)
{
    struct tuf_state state = { 0 };
    struct tuf_stored_root root = { .version = 4 };
    cr_expect_eq(tuf_state_add_root(&state, &root, NULL), ASSAY_OK);
    cr_expect_eq(tuf_state_add_root(&state, &root, NULL), ASSAY_INTERNAL);
    root.version = 6;
    cr_expect_eq(tuf_state_add_root(&state, &root, NULL), ASSAY_INTERNAL);
    for (root.version = 5; root.version < 4 + LIMIT_STORED_ROOTS; root.version++) {
        cr_assert_eq(tuf_state_add_root(&state, &root, NULL), ASSAY_OK);
    }
    cr_expect_eq(tuf_state_add_root(&state, &root, NULL), ASSAY_ROOT_LIMIT);
    tuf_state_clear(&state);
}

Test(store, seen_pairs_are_bounded_newest_first)
{
    struct tuf_state state = { 0 };
    struct digest digest = digest_of("image");
    char tag[32];
    for (int i = 0; i < LIMIT_SEEN_TAGS + 1; i++) {
        (void)snprintf(tag, sizeof tag, "t%d", i);
        cr_assert_eq(tuf_state_add_seen(&state, tag, &digest, NULL), ASSAY_OK);
    }
    cr_expect_eq(state.seen_count, LIMIT_SEEN_TAGS);
    cr_expect_str_eq(state.seen[0].tag, tag);
    cr_expect_str_eq(state.seen[LIMIT_SEEN_TAGS - 1].tag, "t1");
    cr_expect_eq(tuf_state_add_seen(&state, "t5", &digest, NULL), ASSAY_OK);
    cr_expect_eq(tuf_state_add_seen(&state, "no tag at all", &digest, NULL), ASSAY_OK);
    cr_expect_eq(state.seen_count, LIMIT_SEEN_TAGS);
    cr_expect_str_eq(state.seen[0].tag, tag);
    tuf_state_clear(&state);
}

Test(store, names_only_what_is_there)
{
    struct sandbox box;
    struct sample sample;
    struct tuf_store *store = NULL;
    sandbox_open(&box);
    cr_assert_eq(tuf_store_open(box.state, SANDBOX_GUN, 0, &box.env, &store, NULL), ASSAY_OK);
    sample_init(&sample, 3);
    cr_expect_eq(tuf_store_commit(store, &sample.state, sample.objects, 3, NULL),
                 ASSAY_STATE_CORRUPT);
    tuf_store_close(store);
    cr_assert_eq(tuf_store_open(box.state, SANDBOX_GUN, 0, &box.env, &store, NULL), ASSAY_OK);
    cr_expect_eq(tuf_store_state(store)->generation, 0);
    sample.state.anchor = TUF_ANCHOR_NONE;
    cr_expect_eq(tuf_store_commit(store, &sample.state, sample.objects, 4, NULL), ASSAY_INTERNAL);
    tuf_store_close(store);
    sample_clear(&sample);
    sandbox_close(&box);
}

Test(store, sweeps_what_no_head_names)
{
    struct sandbox box;
    char old[512];
    char left[512];
    char foreign[512];
    char name[DIGEST_TEXT_BYTES + 8];
    char hex[DIGEST_TEXT_BYTES];
    struct tuf_store *reader = NULL;
    struct digest sum = digest_of("targets version 3");
    digest_hex(&sum, hex);
    (void)snprintf(name, sizeof name, "objs/%s", hex);
    sandbox_open(&box);
    cr_assert_eq(store_sample(&box, 3, NULL), ASSAY_OK);
    write_file(sandbox_path(&box, "objs/tmp.0123456789abcdef", left), "x", 1);
    write_file(sandbox_path(&box, "objs/notes.txt", foreign), "x", 1);
    (void)sandbox_path(&box, name, old);

    /* Whoever has the state open may still read the old file. */
    cr_assert_eq(tuf_store_open(box.state, SANDBOX_GUN, 0, &box.env, &reader, NULL), ASSAY_OK);
    cr_assert_eq(store_sample(&box, 4, NULL), ASSAY_OK);
    cr_expect(path_exists(old));
    AUTO_BUF bytes = BUF_INIT(4096);
    cr_expect_eq(tuf_store_read(reader, &sum, 4096, &bytes, NULL), ASSAY_OK);
    tuf_store_close(reader);

    cr_assert_eq(store_sample(&box, 5, NULL), ASSAY_OK);
    cr_expect(!path_exists(old));
    cr_expect(!path_exists(left));
    cr_expect(path_exists(foreign));
    cr_expect_eq(load_state(&box, NULL, NULL), ASSAY_OK);
    sandbox_close(&box);
}

static enum assay_status note_gun(void *ctx, const char *gun, struct assay_error *err)
{
    (void)err;
    char *text = ctx;
    (void)strncat(text, gun, 200);
    (void)strncat(text, " ", 2);
    return ASSAY_OK;
}

Test(store, lists_and_forgets)
{
    struct sandbox box;
    struct tuf_store *store = NULL;
    struct sample sample;
    char names[1024] = "";
    char path[512];
    bool removed = true;
    static const char *const guns[] = { "reg.test/b", "reg.test/acme/ap", "reg.test/acme/app" };
    sandbox_open(&box);
    cr_expect_eq(tuf_store_list(box.state, note_gun, names, NULL), ASSAY_OK);
    cr_expect_eq(tuf_store_remove(box.state, guns[0], &removed, NULL), ASSAY_OK);
    cr_expect(!removed);
    for (size_t i = 0; i < ARRAY_LEN(guns); i++) {
        sample_init(&sample, i + 1);
        cr_assert_eq(tuf_store_open(box.state, guns[i], 0, &box.env, &store, NULL), ASSAY_OK);
        cr_assert_eq(tuf_store_commit(store, &sample.state, sample.objects, 4, NULL), ASSAY_OK);
        tuf_store_close(store);
        sample_clear(&sample);
    }
    cr_expect_eq(tuf_store_list(box.state, note_gun, names, NULL), ASSAY_OK);
    cr_expect_str_eq(names, "reg.test/acme/ap reg.test/acme/app reg.test/b ");

    cr_expect_eq(tuf_store_remove(box.state, SANDBOX_GUN, &removed, NULL), ASSAY_OK);
    cr_expect(removed);
    cr_expect(!path_exists(sandbox_path(&box, "HEAD", path)));
    cr_expect(!path_exists(sandbox_path(&box, "GUN", path)));
    cr_assert_eq(tuf_store_open(box.state, SANDBOX_GUN, 0, &box.env, &store, NULL), ASSAY_OK);
    cr_expect_eq(tuf_store_state(store)->generation, 0);
    tuf_store_close(store);
    names[0] = '\0';
    cr_expect_eq(tuf_store_list(box.state, note_gun, names, NULL), ASSAY_OK);
    cr_expect_str_eq(names, "reg.test/acme/ap reg.test/b ");
    cr_expect_eq(tuf_store_remove(box.state, SANDBOX_GUN, &removed, NULL), ASSAY_OK);
    cr_expect(!removed);

    /* and starts anew, at a lower version */
    cr_expect_eq(store_sample(&box, 1, NULL), ASSAY_OK);
    cr_expect_eq(load_state(&box, NULL, NULL), ASSAY_OK);
    sandbox_close(&box);
}

Test(store, removal_ends_a_run_that_is_under_way)
{
    struct sandbox box;
    struct tuf_store *store = NULL;
    struct sample sample;
    bool removed = false;
    sandbox_open(&box);
    cr_assert_eq(store_sample(&box, 3, NULL), ASSAY_OK);
    cr_assert_eq(tuf_store_open(box.state, SANDBOX_GUN, 0, &box.env, &store, NULL), ASSAY_OK);
    cr_assert_eq(tuf_store_remove(box.state, SANDBOX_GUN, &removed, NULL), ASSAY_OK);
    sample_init(&sample, 4);
    cr_expect_eq(tuf_store_commit(store, &sample.state, sample.objects, 4, NULL), ASSAY_STATE_IO);
    sample_clear(&sample);
    tuf_store_close(store);
    sandbox_close(&box);
}

#define WORKERS 16
#define ROUNDS  50

/* One step of the timestamp beyond what is stored, and the worker's own delegation. */
static enum assay_status worker_round(struct sandbox *box, size_t worker, uint64_t round)
{
    struct tuf_store *store = NULL;
    struct sample sample;
    struct tuf_object objects[SAMPLE_OBJECTS + 2];
    char role[32];
    char text[2][64];
    TRY(tuf_store_open(box->state, SANDBOX_GUN, 0, &box->env, &store, NULL));
    const struct tuf_floor *before = tuf_floors_find(&tuf_store_state(store)->floors, "timestamp");
    uint64_t version = before == NULL ? 1 : before->version + 1;
    sample_init(&sample, 1);
    memcpy(objects, sample.objects, sizeof sample.objects);
    (void)snprintf(text[0], sizeof text[0], "timestamp version %lu", (unsigned long)version);
    (void)snprintf(role, sizeof role, "targets/w%zu", worker);
    (void)snprintf(text[1], sizeof text[1], "%s version %lu", role, (unsigned long)round);
    put_floor(&sample.state, "timestamp", version, text[0], "timestamp", &objects[4]);
    put_floor(&sample.state, role, round, text[1], "k", &objects[5]);
    enum assay_status status = tuf_store_commit(store, &sample.state, objects, 6, NULL);
    sample_clear(&sample);
    tuf_store_close(store);
    return status;
}

/* That another run was ahead is an answer: then once more. */
static void work(struct sandbox *box, size_t worker)
{
    for (uint64_t round = 1; round <= ROUNDS; round++) {
        enum assay_status status = ASSAY_ROLLBACK;
        while (status == ASSAY_ROLLBACK) {
            status = worker_round(box, worker, round);
        }
        if (status != ASSAY_OK) {
            _exit(2);
        }
    }
    _exit(0);
}

Test(store, many_processes_lose_no_floor)
{
    struct sandbox box;
    struct tuf_state back = { 0 };
    pid_t children[WORKERS];
    sandbox_open(&box);
    box.env.clock = &assay_clock_system;
    for (size_t i = 0; i < WORKERS; i++) {
        children[i] = fork();
        cr_assert(children[i] >= 0);
        if (children[i] == 0) {
            work(&box, i);
        }
    }
    for (size_t i = 0; i < WORKERS; i++) {
        int status = 0;
        cr_assert_eq(waitpid(children[i], &status, 0), children[i]);
        cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "worker %zu: %x", i,
                  (unsigned)status);
    }
    cr_assert_eq(load_state(&box, &back, NULL), ASSAY_OK);
    cr_expect_eq(back.generation, WORKERS * ROUNDS);
    for (size_t i = 0; i < WORKERS; i++) {
        char role[32];
        (void)snprintf(role, sizeof role, "targets/w%zu", i);
        const struct tuf_floor *floor = tuf_floors_find(&back.floors, role);
        cr_assert_not_null(floor, "%s", role);
        cr_expect_eq(floor->version, ROUNDS, "%s", role);
    }
    cr_expect(tuf_floors_find(&back.floors, "timestamp")->version >= ROUNDS);
    tuf_state_clear(&back);
    sandbox_close(&box);
}

#define READERS     4
#define GENERATIONS 60

/* Reads until the writer is done; what is read belongs to one commit, and never goes back. Leaves
 * the processor to the writer in between, and ends with it. */
static void read_along(struct sandbox *box)
{
    uint64_t seen = 0;
    const struct timespec pause = { .tv_nsec = 1000000 };
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) {
        _exit(4);
    }
    while (seen < GENERATIONS) {
        struct tuf_state state = { 0 };
        if (load_state(box, &state, NULL) != ASSAY_OK) {
            _exit(2);
        }
        const struct tuf_floor *timestamp = tuf_floors_find(&state.floors, "timestamp");
        const struct tuf_floor *own = tuf_floors_find(&state.floors, "targets/w0");
        bool is_whole = timestamp != NULL && own != NULL && state.generation >= seen &&
                        own->version == state.generation;
        seen = state.generation;
        tuf_state_clear(&state);
        if (!is_whole) {
            _exit(3);
        }
        (void)nanosleep(&pause, NULL);
    }
    _exit(0);
}

Test(store, readers_see_whole_generations)
{
    struct sandbox box;
    pid_t children[READERS];
    sandbox_open(&box);
    box.env.clock = &assay_clock_system;
    cr_assert_eq(worker_round(&box, 0, 1), ASSAY_OK);
    for (size_t i = 0; i < READERS; i++) {
        children[i] = fork();
        cr_assert(children[i] >= 0);
        if (children[i] == 0) {
            read_along(&box);
        }
    }
    for (uint64_t round = 2; round <= GENERATIONS; round++) {
        cr_assert_eq(worker_round(&box, 0, round), ASSAY_OK); /* its end is theirs */
    }
    for (size_t i = 0; i < READERS; i++) {
        int status = 0;
        cr_assert_eq(waitpid(children[i], &status, 0), children[i]);
        cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "reader %zu: %x", i,
                  (unsigned)status);
    }
    sandbox_close(&box);
}
