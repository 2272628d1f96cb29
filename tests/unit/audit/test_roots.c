/* SPDX-License-Identifier: Apache-2.0 */
/* Which chain of roots an audit finds, what it says where there is none, and what it makes of the
 * versions of other roles. */
#include "audit/audit.h"
#include "base/mem.h"
#include "scripted.h"

#include <criterion/criterion.h>

TestSuite(audit_roots, .timeout = 60);

#define ROOTS       3
#define MANY_ROOTS  130
#define FAR_VERSION 400
#define CA          "ca"

enum pin {
    BY_KEY,
    BY_ONE_OF_TWO,
    BY_STRANGER,
    BY_FILE,
    BY_ALTERED_FILE,
    BY_STATE,
    BY_CA,
    BY_STRANGE_CA,
    BY_FIRST_USE,
    BY_NOTHING
};

struct given {
    const char *name;
    struct slice bytes;
    enum tuf_file_outcome outcome;
    enum assay_status status;
};

/* A remote whose files are at hand; what it does not have is absent. */
struct shelf {
    struct tuf_remote remote;
    struct scripted scripted;
    struct given items[160];
    size_t count;
    enum tuf_file_outcome nothing;
};

static struct given *find(struct shelf *shelf, const char *name)
{
    for (size_t i = 0; i < shelf->count; i++) {
        if (strcmp(shelf->items[i].name, name) == 0) {
            return &shelf->items[i];
        }
    }
    return NULL;
}

static enum assay_status get(struct tuf_remote *remote, struct tuf_file *files, size_t count,
                             struct assay_error *err)
{
    struct shelf *shelf = (struct shelf *)remote;
    for (size_t i = 0; i < count; i++) {
        const struct given *item = find(shelf, files[i].name);
        files[i].bytes = (struct buf)BUF_INIT(files[i].max_bytes);
        files[i].outcome = item == NULL ? shelf->nothing : item->outcome;
        if (files[i].outcome == TUF_FILE_FOUND) {
            TRY(buf_append(&files[i].bytes, item->bytes, err));
        } else if (files[i].outcome == TUF_FILE_FAILED) {
            (void)FAIL(&files[i].error, item == NULL ? ASSAY_NET_CONNECT : item->status,
                       "as the case has it");
        }
    }
    return ASSAY_OK;
}

static void put(struct shelf *shelf, const char *name)
{
    const struct repo_file *file = repo_file(&shelf->scripted.repo, name);
    cr_assert_lt(shelf->count, ARRAY_LEN(shelf->items));
    shelf->items[shelf->count++] = (struct given){ name, file->bytes, TUF_FILE_FOUND, ASSAY_OK };
}

static struct slice make_ca(struct scripted *scripted, const char *name)
{
    const struct cert_spec spec = { .subject = keyring_get(&scripted->ring, name),
                                    .common_name = slice_from_string(name),
                                    .not_before_unix_s = scripted->repo.made_unix_s - 1,
                                    .not_after_unix_s = SCRIPTED_NOW_UNIX_S + 1000,
                                    .is_ca = true };
    return cert_make(&scripted->pool, &spec);
}

/* The key of all roots, with a certificate of the CA. */
static void issue(struct scripted *scripted, const char *ca)
{
    struct repo *repo = &scripted->repo;
    const struct cert_spec spec = { .subject = keyring_get(&scripted->ring, "root-a"),
                                    .issuer = keyring_get(&scripted->ring, ca),
                                    .issuer_name = ca,
                                    .common_name = slice_from_string(repo->gun),
                                    .not_before_unix_s = repo->made_unix_s - 1,
                                    .not_after_unix_s = SCRIPTED_NOW_UNIX_S + 1000 };
    struct slice bundle = cert_make(&scripted->pool, &spec);
    const struct meta_key *key = meta_key_certified(&scripted->pool, spec.subject, bundle);
    for (unsigned i = 1; i <= ROOTS; i++) {
        struct repo_file *file = repo_file(repo, pool_printf(&scripted->pool, "%u.root", i));
        root_set_role(repo, file->doc, "root", &key, 1, 1);
        file->signers[0] = key;
        file->signer_count = 1;
    }
}

/* Three roots, of which the last is served by its plain name, too. */
static void shelf_open(struct shelf *shelf, enum pin by)
{
    struct scripted *scripted = &shelf->scripted;
    struct repo_spec spec = repo_spec_acme;
    *shelf = (struct shelf){ .remote = { .get = get, .where = "the shelf" },
                             .nothing = TUF_FILE_ABSENT };
    scripted_init(scripted);
    spec.root_versions = ROOTS;
    spec.root_threshold = by == BY_ONE_OF_TWO ? 2 : 1;
    scripted->repo = (struct repo){ 0 };
    repo_base(&scripted->repo, &scripted->pool, &scripted->ring, &spec);
    if (by == BY_CA) {
        issue(scripted, CA);
    }
    repo_seal(&scripted->repo, NULL);
    put(shelf, "1.root");
    put(shelf, "2.root");
    put(shelf, "3.root");
    shelf->items[shelf->count] = *find(shelf, "3.root");
    shelf->items[shelf->count++].name = "root";
}

/* ---- what is wrong with it ---- */

static void nothing(struct shelf *shelf)
{
    shelf->remote.where = "the shelf as it is";
}

static enum assay_status list(struct tuf_remote *remote, name_fn *each, void *ctx,
                              struct assay_error *err)
{
    const struct shelf *shelf = (const struct shelf *)remote;
    for (size_t i = 0; i < shelf->count; i++) {
        TRY(each(ctx, shelf->items[i].name, err));
    }
    return ASSAY_OK;
}

static void lose_first(struct shelf *shelf)
{
    find(shelf, "1.root")->outcome = TUF_FILE_ABSENT;
}

static void lose_second(struct shelf *shelf)
{
    find(shelf, "2.root")->outcome = TUF_FILE_ABSENT;
}

static void lose_all(struct shelf *shelf)
{
    shelf->count = 0;
}

static void say_never(struct shelf *shelf)
{
    shelf->count = 0;
    shelf->nothing = TUF_FILE_NEVER_SIGNED;
}

static void fail(struct shelf *shelf, const char *name, enum assay_status status)
{
    find(shelf, name)->outcome = TUF_FILE_FAILED;
    find(shelf, name)->status = status;
}

static void fail_second(struct shelf *shelf)
{
    fail(shelf, "2.root", ASSAY_NET_CONNECT);
}

static void fail_plain(struct shelf *shelf)
{
    fail(shelf, "root", ASSAY_NET_CONNECT);
}

static void enlarge_second(struct shelf *shelf)
{
    fail(shelf, "2.root", ASSAY_TOO_LARGE);
}

/* What was signed is another. */
static struct slice altered(struct scripted *scripted, struct slice original)
{
    static const char member[] = "\"expires\":\"";
    struct slice copy = slice_of(pool_bytes(&scripted->pool, original), original.len);
    const uint8_t *found = memmem(copy.ptr, copy.len, member, strlen(member));
    cr_assert_not_null(found);
    uint8_t *bytes = pool_bytes(&scripted->pool, original);
    bytes[(size_t)(found - copy.ptr) + strlen(member)] = '3'; /* of the year */
    return slice_of(bytes, original.len);
}

static void alter(struct shelf *shelf, const char *name)
{
    find(shelf, name)->bytes = altered(&shelf->scripted, find(shelf, name)->bytes);
}

static void alter_second(struct shelf *shelf)
{
    alter(shelf, "2.root");
}

/* By its plain name, another third root: signed as well, but made later. */
static void say_two(struct shelf *shelf)
{
    struct scripted *scripted = &shelf->scripted;
    struct repo_file *file = repo_file(&scripted->repo, "3.root");
    (void)node_put(&scripted->pool, file->doc, "expires",
                   node_string(&scripted->pool, "2037-01-01T00:00:00Z"));
    repo_seal_from(&scripted->repo, FILE_ROOT, NULL);
    find(shelf, "root")->bytes = file->bytes;
}

/* By its plain name, a root so late that nobody asks for all between. */
static void leave_a_gap(struct shelf *shelf)
{
    struct scripted *scripted = &shelf->scripted;
    struct repo_file *file = repo_copy_root(&scripted->repo, ROOTS, ROOTS + 1);
    (void)node_put(&scripted->pool, file->doc, "version", node_int(&scripted->pool, FAR_VERSION));
    repo_seal_from(&scripted->repo, FILE_ROOT, NULL);
    find(shelf, "root")->bytes = file->bytes;
}

/* More than are asked for at once. */
static void lengthen(struct shelf *shelf)
{
    struct scripted *scripted = &shelf->scripted;
    for (unsigned i = ROOTS; i < MANY_ROOTS; i++) {
        (void)repo_copy_root(&scripted->repo, i, i + 1);
    }
    repo_seal_from(&scripted->repo, FILE_ROOT, NULL);
    shelf->count = 0;
    for (unsigned i = 1; i <= MANY_ROOTS; i++) {
        put(shelf, pool_printf(&scripted->pool, "%u.root", i));
    }
    shelf->items[shelf->count] = shelf->items[shelf->count - 1];
    shelf->items[shelf->count++].name = "root";
}

static void lengthen_and_alter(struct shelf *shelf)
{
    lengthen(shelf);
    alter(shelf, "100.root");
}

static void lengthen_and_lose(struct shelf *shelf)
{
    lengthen(shelf);
    find(shelf, "65.root")->outcome = TUF_FILE_ABSENT;
}

/* The same, where all that is there can be listed. */
static void list_a_gap(struct shelf *shelf)
{
    leave_a_gap(shelf);
    shelf->remote.list = list;
}

static void list_all(struct shelf *shelf)
{
    shelf->remote.list = list;
}

/* ---- cases ---- */

static const struct row {
    const char *what;
    enum pin pin;
    void (*alter)(struct shelf *shelf);
    bool is_promised;
    enum assay_status run;
    enum assay_status report;
    uint64_t anchor_version;
    const char *message; /* a part of it */
} rows[] = {
    { "a key", BY_KEY, nothing, false, ASSAY_OK, ASSAY_OK, 3, "" },
    { "a key of two", BY_ONE_OF_TWO, nothing, false, ASSAY_OK, ASSAY_THRESHOLD, 0,
      "root version 3 has the pinned key, but is not signed by as many" },
    { "a file", BY_FILE, nothing, false, ASSAY_OK, ASSAY_OK, 1, "" },
    { "first use", BY_FIRST_USE, nothing, false, ASSAY_OK, ASSAY_OK, 1, "" },
    { "a CA", BY_CA, nothing, false, ASSAY_OK, ASSAY_OK, 1, "" },
    { "a CA, and one is gone", BY_CA, lose_second, false, ASSAY_OK, ASSAY_ROOT_CHAIN_MISSING, 1,
      "root version 2: it is not there" },
    { "no pin", BY_NOTHING, nothing, false, ASSAY_NO_ROOT_PINNED, ASSAY_OK, 0, "" },
    { "another key", BY_STRANGER, nothing, false, ASSAY_OK, ASSAY_PIN_MISMATCH, 0,
      "no root has a root key with the pinned fingerprint" },
    { "another key, and one is gone", BY_STRANGER, lose_second, false, ASSAY_OK,
      ASSAY_ROOT_CHAIN_MISSING, 0, "root version 2: it is not there" },
    { "another key, and the first is gone", BY_STRANGER, lose_first, false, ASSAY_OK,
      ASSAY_ROOT_CHAIN_MISSING, 0, "root versions before 2" },
    { "another key, and one cannot be had", BY_STRANGER, fail_second, false, ASSAY_OK,
      ASSAY_NET_CONNECT, 0, "as the case has it" },
    { "another CA", BY_STRANGE_CA, nothing, false, ASSAY_OK, ASSAY_PIN_MISMATCH, 0,
      "no root has a certificate of the pinned CA" },
    { "another CA, and one is gone", BY_STRANGE_CA, lose_second, false, ASSAY_OK,
      ASSAY_ROOT_CHAIN_MISSING, 0, "root version 2: it is not there" },
    { "a key, and the first is gone", BY_KEY, lose_first, false, ASSAY_OK, ASSAY_OK, 3, "" },
    { "a file, and the first is gone", BY_FILE, lose_first, false, ASSAY_OK, ASSAY_OK, 1, "" },
    { "first use, and the first is gone", BY_FIRST_USE, lose_first, false, ASSAY_OK, ASSAY_OK, 2,
      "" },
    { "a file, and one is gone", BY_FILE, lose_second, false, ASSAY_OK, ASSAY_ROOT_CHAIN_MISSING, 1,
      "root version 2: it is not there" },
    { "a file, and one cannot be had", BY_FILE, fail_second, false, ASSAY_OK, ASSAY_NET_CONNECT, 1,
      "as the case has it" },
    { "a file, and one is too large", BY_FILE, enlarge_second, false, ASSAY_OK, ASSAY_TOO_LARGE, 1,
      "as the case has it" },
    { "a file, and one is altered", BY_FILE, alter_second, false, ASSAY_OK, ASSAY_ROOT_ROTATION, 1,
      "version 2" },
    { "a file that its keys did not sign", BY_ALTERED_FILE, nothing, false, ASSAY_OK,
      ASSAY_THRESHOLD, 0, "root version 1" },
    { "the state", BY_STATE, nothing, false, ASSAY_OK, ASSAY_OK, 1, "" },
    { "the state, and the first is gone", BY_STATE, lose_first, false, ASSAY_OK, ASSAY_OK, 1, "" },
    { "many", BY_FILE, lengthen, false, ASSAY_OK, ASSAY_OK, 1, "" },
    { "many, by a key", BY_KEY, lengthen, false, ASSAY_OK, ASSAY_OK, MANY_ROOTS, "" },
    { "many, one is altered", BY_FILE, lengthen_and_alter, false, ASSAY_OK, ASSAY_ROOT_ROTATION, 1,
      "version 100" },
    { "many, one is gone", BY_FILE, lengthen_and_lose, false, ASSAY_OK, ASSAY_ROOT_CHAIN_MISSING, 1,
      "root version 65: it is not there" },
    { "two of one version", BY_FILE, say_two, false, ASSAY_OK, ASSAY_EQUIVOCATION, 1,
      "root version 3 has two contents" },
    { "a gap", BY_FILE, leave_a_gap, false, ASSAY_OK, ASSAY_ROOT_CHAIN_MISSING, 1,
      "root version 4: it is not there" },
    { "a gap in a list", BY_FILE, list_a_gap, false, ASSAY_OK, ASSAY_ROOT_CHAIN_MISSING, 1,
      "root version 4: it is not there" },
    { "a list", BY_KEY, list_all, false, ASSAY_OK, ASSAY_OK, 3, "" },
    { "nothing there", BY_KEY, lose_all, false, ASSAY_NOT_FOUND, ASSAY_OK, 0, "has no root" },
    { "nothing there that was there", BY_KEY, lose_all, true, ASSAY_TRUST_DATA_GONE, ASSAY_OK, 0,
      "says there is one" },
    { "nothing was ever there", BY_KEY, say_never, false, ASSAY_NO_TRUST_DATA, ASSAY_OK, 0,
      "no trust data" },
    { "no answer", BY_FILE, fail_plain, false, ASSAY_NET_CONNECT, ASSAY_OK, 0,
      "as the case has it" },
};

static void make_pin(struct shelf *shelf, enum pin by, struct tuf_pin *pin)
{
    struct scripted *scripted = &shelf->scripted;
    const struct meta_key *key =
        repo_key(&scripted->repo, by == BY_STRANGER ? "targets" : "root-a");
    *pin = (struct tuf_pin){ .kind = TUF_PIN_NONE };
    if (by == BY_KEY || by == BY_ONE_OF_TWO || by == BY_STRANGER) {
        const char *text = pool_printf(&scripted->pool, "sha256:%s", key->canonical_id);
        cr_assert_eq(tuf_pin_from_argument(text, pin, NULL), ASSAY_OK);
    } else if (by == BY_FILE || by == BY_ALTERED_FILE || by == BY_CA || by == BY_STRANGE_CA) {
        struct slice first = repo_file(&scripted->repo, "1.root")->bytes;
        struct slice bytes = by == BY_FILE ? first
                             : by == BY_ALTERED_FILE
                                 ? altered(scripted, first)
                                 : make_ca(scripted, by == BY_CA ? CA : "ca-other");
        pin->kind = by == BY_FILE || by == BY_ALTERED_FILE ? TUF_PIN_ROOT : TUF_PIN_CA;
        pin->bytes = (struct buf)BUF_INIT(LIMIT_ROOT_BYTES);
        cr_assert_eq(buf_append(&pin->bytes, bytes, NULL), ASSAY_OK);
    }
}

static void check(const struct row *row, size_t threads)
{
    struct shelf shelf;
    struct tuf_pin pin;
    struct audit_report *report = NULL;
    struct assay_error err = ERROR_INIT;
    shelf_open(&shelf, row->pin);
    make_pin(&shelf, row->pin, &pin);
    const struct slice first = repo_file(&shelf.scripted.repo, "1.root")->bytes;
    row->alter(&shelf);
    const struct assay_env env = { .clock = &shelf.scripted.clock };
    const struct audit_options options = { .env = &env,
                                           .gun = shelf.scripted.repo.gun,
                                           .remote = &shelf.remote,
                                           .pin = &pin,
                                           .is_promised = row->is_promised,
                                           .tofu = row->pin == BY_FIRST_USE,
                                           .state_root = row->pin == BY_STATE ? first : SLICE_EMPTY,
                                           .now_unix_s = SCRIPTED_NOW_UNIX_S,
                                           .threads = threads };
    cr_expect_eq(audit_run(&options, &report, &err), row->run, "%s: %s", row->what, err.message);
    cr_expect_eq(report != NULL, row->run == ASSAY_OK, "%s", row->what);
    if (report != NULL) {
        cr_expect_eq(report->status, row->report, "%s: %s: %s", row->what,
                     assay_status_id(report->status), report->error.message);
        cr_expect_eq(report->anchor_version, row->anchor_version, "%s", row->what);
        err = report->error;
    }
    cr_expect_not_null(strstr(err.message, row->message), "%s: %s", row->what, err.message);
    audit_report_free(report);
    tuf_pin_clear(&pin);
    scripted_clear(&shelf.scripted);
}

Test(audit_roots, chains)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        check(&rows[i], 1);
        check(&rows[i], 3);
    }
}

/* ---- other roles ---- */

static void put_as(struct shelf *shelf, const char *name, const char *file)
{
    put(shelf, file);
    shelf->items[shelf->count - 1].name = name;
}

/* Versions 4 to 6 of targets, of which 5 is altered; 3 cannot be had, 2 is too large, 1 is gone. */
static void put_roles(struct shelf *shelf)
{
    struct scripted *scripted = &shelf->scripted;
    static const char *const names[] = { "4.targets", "5.targets", "6.targets" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct node *doc = repo_file(&scripted->repo, "targets")->doc;
        (void)node_put(&scripted->pool, doc, "version", node_int(&scripted->pool, 4 + (int)i));
        repo_seal_from(&scripted->repo, FILE_TARGETS, NULL);
        put_as(shelf, names[i], "targets");
    }
    alter(shelf, "5.targets");
    put_as(shelf, "3.targets", "targets");
    fail(shelf, "3.targets", ASSAY_NET_CONNECT);
    put_as(shelf, "2.targets", "targets");
    fail(shelf, "2.targets", ASSAY_TOO_LARGE);
    put(shelf, "targets");
    put(shelf, "targets/releases");
    put(shelf, "snapshot");
    put(shelf, "timestamp");
}

/* A server that answers no more is not asked for every version that there could be. */
Test(audit_roots, a_server_that_goes_away)
{
    struct shelf shelf;
    struct tuf_pin pin;
    struct audit_report *report = NULL;
    shelf_open(&shelf, BY_FILE);
    make_pin(&shelf, BY_FILE, &pin);
    struct scripted *scripted = &shelf.scripted;
    struct node *doc = repo_file(&scripted->repo, "targets")->doc;
    (void)node_put(&scripted->pool, doc, "version", node_int(&scripted->pool, FAR_VERSION));
    repo_seal_from(&scripted->repo, FILE_TARGETS, NULL);
    put(&shelf, "targets");
    put(&shelf, "snapshot");
    put(&shelf, "timestamp");
    shelf.nothing = TUF_FILE_FAILED;
    const struct assay_env env = { .clock = &scripted->clock };
    const struct audit_options options = { .env = &env,
                                           .gun = scripted->repo.gun,
                                           .remote = &shelf.remote,
                                           .pin = &pin,
                                           .now_unix_s = SCRIPTED_NOW_UNIX_S,
                                           .threads = 1 };
    cr_assert_eq(audit_run(&options, &report, NULL), ASSAY_OK);
    const struct audit_role *targets = audit_history_find(&report->history, "targets");
    cr_assert_not_null(targets);
    cr_expect_eq(targets->count, LIMIT_AUDIT_FLIGHT + 1, "%zu", targets->count);
    cr_expect_eq(targets->newest_claimed, FAR_VERSION);
    audit_report_free(report);
    tuf_pin_clear(&pin);
    scripted_clear(&shelf.scripted);
}

Test(audit_roots, versions_of_other_roles)
{
    static const struct {
        uint64_t version;
        enum audit_trust trust;
        enum assay_status status;
    } expected[] = {
        { 2, AUDIT_INVALID, ASSAY_TOO_LARGE }, { 3, AUDIT_INVALID, ASSAY_NET_CONNECT },
        { 4, AUDIT_VOUCHED, ASSAY_OK },        { 5, AUDIT_INVALID, ASSAY_THRESHOLD },
        { 6, AUDIT_VOUCHED, ASSAY_OK },
    };
    struct shelf shelf;
    struct tuf_pin pin;
    struct audit_report *report = NULL;
    shelf_open(&shelf, BY_FILE);
    make_pin(&shelf, BY_FILE, &pin);
    put_roles(&shelf);
    const struct assay_env env = { .clock = &shelf.scripted.clock };
    const struct audit_options options = { .env = &env,
                                           .gun = shelf.scripted.repo.gun,
                                           .remote = &shelf.remote,
                                           .pin = &pin,
                                           .now_unix_s = SCRIPTED_NOW_UNIX_S,
                                           .threads = 1 };
    cr_assert_eq(audit_run(&options, &report, NULL), ASSAY_OK);
    const struct audit_role *targets = audit_history_find(&report->history, "targets");
    cr_assert_not_null(targets);
    cr_assert_eq(targets->count, ARRAY_LEN(expected));
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        const struct audit_version *version = &targets->versions[i];
        cr_expect_eq(version->version, expected[i].version, "%zu", i);
        cr_expect_eq(version->trust, expected[i].trust, "%zu", i);
        cr_expect_eq(version->status, expected[i].status, "%zu: %s: %s", i,
                     assay_status_id(version->status), version->failure);
    }
    const struct audit_version *last = &targets->versions[4];
    cr_assert_eq(last->delegation_count, 1);
    cr_expect_str_eq(last->delegations[0].name, "targets/releases");
    cr_expect_eq(last->delegations, targets->versions[2].delegations, "the same list, held once");
    cr_expect_eq(targets->newest_claimed, 6);
    audit_report_free(report);
    tuf_pin_clear(&pin);
    scripted_clear(&shelf.scripted);
}
