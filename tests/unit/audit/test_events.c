/* SPDX-License-Identifier: Apache-2.0 */
/* What happened, in the order that the snapshots prove, and nothing else. */
#include "repo.h"

#include <criterion/criterion.h>

TestSuite(events, .timeout = 60);

struct wanted {
    enum audit_event_kind kind;
    const char *role;
    uint64_t version;
    const char *about;
};

static void expect(struct repo *repo, const struct wanted *wanted, size_t count, const char *why)
{
    struct audit_events *found = &repo->report->events;
    audit_events_clear(found);
    cr_assert_eq(audit_events_make(&repo->report->history, found, NULL), ASSAY_OK);
    cr_expect_eq(found->count, count, "%s: %zu events", why, found->count);
    for (size_t i = 0; i < found->count; i++) {
        const struct audit_event *event = &found->items[i];
        bool same =
            i < count && event->kind == wanted[i].kind && event->version == wanted[i].version &&
            strcmp(event->role, wanted[i].role) == 0 && strcmp(event->about, wanted[i].about) == 0;
        cr_expect(same, "%s: event %zu is %s of %s version %zu about '%s': %s", why, i,
                  audit_event_name(event->kind), event->role, (size_t)event->version, event->about,
                  event->detail);
        cr_expect(event->detail[0] != '\0', "%s: event %zu says nothing", why, i);
    }
}
#define EXPECT(repo, why, ...)                                                                     \
    do {                                                                                           \
        const struct wanted wanted[] = { { AUDIT_EVENT_FIRST, "root", 1, "" }, __VA_ARGS__ };      \
        expect((repo), wanted, ARRAY_LEN(wanted), (why));                                          \
    } while (0)

Test(events, nothing_but_the_first)
{
    static const struct wanted first = { AUDIT_EVENT_FIRST, "root", 1, "" };
    AUTO_REPO repo = repo_make();
    (void)repo_add(&repo, "timestamp", &(struct audit_version){ .version = 2 });
    (void)repo_add(&repo, "snapshot", &(struct audit_version){ .version = 2 });
    (void)repo_add(&repo, "targets", &(struct audit_version){ .version = 2 });
    expect(&repo, &first, 1, "new files alone are no event");
}

Test(events, roots)
{
    AUTO_REPO repo = repo_make();
    (void)repo_add(&repo, "root", &(struct audit_version){ .version = 2 });
    repo.roles[TUF_TARGETS].keys[0] = sample_key(repo.report, "targets-c", "ECDSA P-256", 0);
    (void)repo_add(&repo, "root", &(struct audit_version){ .version = 3 });
    repo.roles[TUF_TARGETS].threshold = 1;
    repo.roles[TUF_SNAPSHOT].keys[0] = sample_key(repo.report, "snapshot-b", "ECDSA P-256", 0);
    (void)repo_add(&repo, "root", &(struct audit_version){ .version = 4 });
    EXPECT(&repo, "roots", { AUDIT_EVENT_RESIGNED, "root", 2, "root" },
           { AUDIT_EVENT_KEYS_CHANGED, "root", 3, "targets" },
           { AUDIT_EVENT_KEYS_CHANGED, "root", 4, "snapshot" },
           { AUDIT_EVENT_THRESHOLD_CHANGED, "root", 4, "targets" });
    const struct audit_event *event = &repo.report->events.items[2];
    cr_assert(event->added_count == 1 && event->removed_count == 1);
    cr_expect_eq(event->added[0], repo.roles[TUF_TARGETS].keys[0]);
}

Test(events, renewal_is_no_change_of_keys)
{
    AUTO_REPO repo = repo_make();
    repo.roles[TUF_ROOT].keys[0] = sample_key(repo.report, "root-c", "ECDSA P-256", 1);
    (void)repo_add(&repo, "root", &(struct audit_version){ .version = 2 });
    repo.roles[TUF_ROOT].keys[0] = sample_key(repo.report, "root-c#2", "ECDSA P-256", 2);
    (void)repo_add(&repo, "root", &(struct audit_version){ .version = 3 });
    EXPECT(&repo, "renewal", { AUDIT_EVENT_KEYS_CHANGED, "root", 2, "root" },
           { AUDIT_EVENT_CERTIFICATE_RENEWED, "root", 3, "root" });
}

Test(events, snapshots_order)
{
    static const char *const one[] = { "targets/alice" };
    AUTO_REPO repo = repo_make();
    repo.roles[TUF_TIMESTAMP].keys[0] = sample_key(repo.report, "timestamp-b", "ECDSA P-256", 0);
    (void)repo_add(&repo, "root", &(struct audit_version){ .version = 2, .first_snapshot = 3 });
    (void)repo_add(&repo, "targets", &(struct audit_version){ .version = 2, .first_snapshot = 2 });
    (void)repo_delegate(&repo, one, 1);
    (void)repo_add(&repo, "targets", &(struct audit_version){ .version = 3, .first_snapshot = 3 });
    EXPECT(&repo, "by snapshot, root first", { AUDIT_EVENT_DELEGATION_ADDED, "targets", 2, one[0] },
           { AUDIT_EVENT_KEYS_CHANGED, "root", 2, "timestamp" },
           { AUDIT_EVENT_DELEGATION_REMOVED, "targets", 3, one[0] });
}

Test(events, delegations)
{
    static const char *const two[] = { "targets/alice", "targets/releases" };
    AUTO_REPO repo = repo_make();
    (void)repo_add(&repo, "targets", &(struct audit_version){ .version = 2 });
    const struct audit_delegation *before = repo_delegate(&repo, two, 2);
    (void)repo_add(&repo, "targets", &(struct audit_version){ .version = 3 });
    struct audit_delegation *now = repo_delegate(&repo, two, 2);
    now[0] = before[0];
    now[1] = before[1];
    now[1].path_count = 0;
    EXPECT(&repo, "delegations", { AUDIT_EVENT_DELEGATION_ADDED, "targets", 2, two[0] },
           { AUDIT_EVENT_DELEGATION_ADDED, "targets", 2, two[1] },
           { AUDIT_EVENT_DELEGATION_CHANGED, "targets", 3, two[1] });
    now[1] = before[1];
    struct sample_keys other = repo_keys(repo.report, "bob", NULL);
    now[0] = sample_delegation(repo.report, two[0], &other);
    EXPECT(&repo, "another key", { AUDIT_EVENT_DELEGATION_ADDED, "targets", 2, two[0] },
           { AUDIT_EVENT_DELEGATION_ADDED, "targets", 2, two[1] },
           { AUDIT_EVENT_DELEGATION_CHANGED, "targets", 3, two[0] });
    now[0] = before[0];
    EXPECT(&repo, "as before", { AUDIT_EVENT_DELEGATION_ADDED, "targets", 2, two[0] },
           { AUDIT_EVENT_DELEGATION_ADDED, "targets", 2, two[1] });
}

Test(events, tags)
{
    AUTO_REPO repo = repo_make();
    (void)repo_add(&repo, "targets", &(struct audit_version){ .version = 2 });
    (void)repo_add(&repo, "targets", &(struct audit_version){ .version = 3 });
    sample_tag(repo.report, "targets", 2, "1.0", NULL, "a");
    sample_tag(repo.report, "targets", 2, "1.1", NULL, "b");
    sample_tag(repo.report, "targets", 3, "1.0", "a", "c");
    sample_tag(repo.report, "targets", 3, "1.1", "b", NULL);
    EXPECT(&repo, "tags", { AUDIT_EVENT_TAG_SIGNED, "targets", 2, "1.0" },
           { AUDIT_EVENT_TAG_SIGNED, "targets", 2, "1.1" },
           { AUDIT_EVENT_TAG_MOVED, "targets", 3, "1.0" },
           { AUDIT_EVENT_TAG_REMOVED, "targets", 3, "1.1" });
}

Test(events, unvouched_files_bring_none)
{
    AUTO_REPO repo = repo_make();
    repo.roles[TUF_TARGETS].threshold = 1;
    struct audit_version *root = repo_add(&repo, "root", &(struct audit_version){ .version = 2 });
    root->trust = AUDIT_UNVOUCHED;
    static const struct wanted first = { AUDIT_EVENT_FIRST, "root", 1, "" };
    expect(&repo, &first, 1, "unvouched");
    root->trust = AUDIT_INVALID;
    root->failure = "not signed";
    EXPECT(&repo, "invalid", { AUDIT_EVENT_BROKEN, "root", 2, "" });
    (void)repo_add(&repo, "root", &(struct audit_version){ .version = 3 });
    EXPECT(&repo, "the chain goes on beside it",
           { AUDIT_EVENT_THRESHOLD_CHANGED, "root", 3, "targets" });
}

Test(events, deletions)
{
    static const struct wanted before[] = { { AUDIT_EVENT_DELETED, "root", 0, "" },
                                            { AUDIT_EVENT_FIRST, "root", 1, "" } };
    AUTO_REPO repo = repo_make();
    sample_feed(repo.report, sample_time("2025-01-01T00:00:00Z"), 0);
    EXPECT(&repo, "deleted last", { AUDIT_EVENT_DELETED, "root", 0, "" });
    sample_feed(repo.report, sample_time("2025-01-02T00:00:00Z"), 1);
    expect(&repo, before, 2, "made again");
}
