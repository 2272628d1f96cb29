/* SPDX-License-Identifier: Apache-2.0 */
/* A healthy repository has no findings; each spoilt thing has its own, and no other. */
#include "repo.h"

#include <criterion/criterion.h>

TestSuite(findings, .timeout = 60);

static void make(struct repo *repo)
{
    audit_findings_clear(&repo->report->findings);
    cr_assert_eq(audit_findings_make(&repo->report->history, &repo->judgement,
                                     &repo->report->findings, NULL),
                 ASSAY_OK);
}

/* The findings, as ids in their order. */
static void expect(struct repo *repo, const enum audit_finding_id *ids, size_t count,
                   const char *why)
{
    make(repo);
    const struct audit_findings *found = &repo->report->findings;
    cr_expect_eq(found->count, count, "%s: %zu findings", why, found->count);
    for (size_t i = 0; i < found->count; i++) {
        const char *name = audit_finding_name(found->items[i].id);
        cr_expect(i < count && found->items[i].id == ids[i], "%s: finding %zu is %s: %s", why, i,
                  name, found->items[i].evidence);
        cr_expect(found->items[i].evidence[0] != '\0', "%s: %s says nothing", why, name);
    }
}
#define EXPECT(repo, why, ...)                                                                     \
    do {                                                                                           \
        const enum audit_finding_id wanted[] = { __VA_ARGS__ };                                    \
        expect((repo), wanted, ARRAY_LEN(wanted), (why));                                          \
    } while (0)
#define EXPECT_NONE(repo, why) expect((repo), NULL, 0, (why))

Test(findings, healthy)
{
    AUTO_REPO repo = repo_make();
    EXPECT_NONE(&repo, "healthy");
}

/* ---- the chain ---- */

Test(findings, broken_chain)
{
    AUTO_REPO repo = repo_make();
    struct audit_version *root = repo_add(&repo, "root", &(struct audit_version){ .version = 2 });
    EXPECT_NONE(&repo, "two good roots");
    root->trust = AUDIT_INVALID;
    root->status = ASSAY_ROOT_ROTATION;
    root->failure = "not signed";
    EXPECT(&repo, "not signed by the root before", AUDIT_FINDING_CHAIN_BROKEN);
    root->status = ASSAY_ROOT_VERSION;
    EXPECT(&repo, "another version", AUDIT_FINDING_VERSION_INVALID);
}

Test(findings, missing_roots_are_one)
{
    AUTO_REPO repo = repo_make();
    for (uint64_t v = 2; v <= 4; v++) {
        struct audit_version *root =
            repo_add(&repo, "root", &(struct audit_version){ .version = v });
        root->trust = v == 4 ? AUDIT_UNVOUCHED : AUDIT_ABSENT;
        root->failure = "it is not there";
    }
    EXPECT(&repo, "two missing", AUDIT_FINDING_VERSION_MISSING);
    cr_expect_not_null(strstr(repo.report->findings.items[0].evidence, "2 to 3"));
}

Test(findings, not_vouched_and_partial)
{
    AUTO_REPO repo = repo_make();
    struct audit_version *first = repo_newest(&repo, "root");
    (void)repo_add(&repo, "root", &(struct audit_version){ .version = 2 });
    first = repo_newest(&repo, "root") - 1;
    first->trust = AUDIT_UNVOUCHED;
    EXPECT(&repo, "before the anchor", AUDIT_FINDING_NOT_VOUCHED);
    first->trust = AUDIT_VOUCHED;
    repo_newest(&repo, "targets")->version = 2;
    EXPECT_NONE(&repo, "targets from 2 on");
    repo_newest(&repo, "targets")->version = 3;
    EXPECT(&repo, "targets from 3 on", AUDIT_FINDING_HISTORY_PARTIAL);
}

Test(findings, two_contents)
{
    AUTO_REPO repo = repo_make();
    struct sample_version twin = { .role = "targets" };
    twin.version = *repo_newest(&repo, "targets");
    twin.version.sha256 = sample_digest("other");
    struct audit_role *targets = NULL;
    cr_assert_eq(audit_history_role(&repo.report->history, "targets", &targets, NULL), ASSAY_OK);
    cr_assert_eq(audit_role_add(targets, &twin.version, NULL), ASSAY_OK);
    EXPECT(&repo, "one version twice", AUDIT_FINDING_TWO_CONTENTS);
    targets->versions[1].trust = AUDIT_ABSENT;
    targets->versions[1].failure = "gone";
    EXPECT(&repo, "one of them absent", AUDIT_FINDING_ROLE_MISSING);
}

Test(findings, hidden)
{
    AUTO_REPO repo = repo_make();
    struct audit_role *root = NULL;
    (void)repo_add(&repo, "root", &(struct audit_version){ .version = 2 });
    cr_assert_eq(audit_history_role(&repo.report->history, "root", &root, NULL), ASSAY_OK);
    root->newest_claimed = 2;
    EXPECT_NONE(&repo, "the newest is the newest");
    root->newest_claimed = 1;
    EXPECT(&repo, "a newer one is there", AUDIT_FINDING_NEWEST_HIDDEN);
}

Test(findings, bad_role_files)
{
    AUTO_REPO repo = repo_make();
    struct audit_version *file =
        repo_add(&repo, "snapshot", &(struct audit_version){ .version = 2 });
    file->trust = AUDIT_INVALID;
    file->status = ASSAY_THRESHOLD;
    file->failure = "nobody signed";
    EXPECT(&repo, "not signed", AUDIT_FINDING_ROLE_INVALID);
    file->status = ASSAY_NET_TIMEOUT;
    EXPECT(&repo, "not read", AUDIT_FINDING_ROLE_MISSING);
}

Test(findings, files_by_keys_before_the_pin)
{
    AUTO_REPO repo = repo_make();
    repo_add(&repo, "snapshot", &(struct audit_version){ .version = 2 })->trust = AUDIT_UNVOUCHED;
    EXPECT(&repo, "newer than what vouched keys signed", AUDIT_FINDING_ROLE_INVALID);
    (void)repo_add(&repo, "snapshot", &(struct audit_version){ .version = 3 });
    EXPECT_NONE(&repo, "older");
}

/* ---- what was seen ---- */

static struct tuf_state seen_state(struct repo *repo)
{
    static struct tuf_stored_root root;
    static struct tuf_floor floor;
    const struct audit_version *first =
        &audit_history_find(&repo->report->history, "root")->versions[0];
    const struct audit_version *targets = repo_newest(repo, "targets");
    root = (struct tuf_stored_root){ .version = 1, .sha256 = first->sha256 };
    floor = (struct tuf_floor){ .role = "targets",
                                .version = targets->version,
                                .sha256 = targets->sha256 };
    return (struct tuf_state){ .roots = &root, .root_count = 1, .floors = { &floor, 1, 1 } };
}

Test(findings, state)
{
    AUTO_REPO repo = repo_make();
    struct tuf_state state = seen_state(&repo);
    repo.judgement.state = &state;
    EXPECT_NONE(&repo, "as it was seen");
    state.floors.items[0].version = 2;
    EXPECT(&repo, "newer was seen", AUDIT_FINDING_OLDER_THAN_SEEN);
    state.floors.items[0].version = 1;
    state.floors.items[0].sha256 = sample_digest("other");
    EXPECT(&repo, "other bytes were seen", AUDIT_FINDING_TWO_CONTENTS);
    state.floors.count = 0;
    state.roots[0].sha256 = sample_digest("other");
    EXPECT(&repo, "another first root was seen", AUDIT_FINDING_ROOT_RESTARTED);
}

Test(findings, one_root_of_two_differs)
{
    AUTO_REPO repo = repo_make();
    (void)repo_add(&repo, "root", &(struct audit_version){ .version = 2 });
    struct tuf_stored_root roots[] = {
        { .version = 1, .sha256 = repo_newest(&repo, "root")[-1].sha256 },
        { .version = 2, .sha256 = sample_digest("other") },
    };
    struct tuf_state state = { .roots = roots, .root_count = 2 };
    repo.judgement.state = &state;
    EXPECT(&repo, "the second has other bytes", AUDIT_FINDING_TWO_CONTENTS);
}

Test(findings, deletion)
{
    AUTO_REPO repo = repo_make();
    sample_feed(repo.report, sample_time("2025-01-01T00:00:00Z"), 1);
    EXPECT_NONE(&repo, "a publication");
    sample_feed(repo.report, sample_time("2025-02-01T00:00:00Z"), 0);
    EXPECT(&repo, "a deletion", AUDIT_FINDING_ROOT_RESTARTED);
    cr_expect(repo.report->findings.items[0].is_hint);
}

/* ---- keys ---- */

Test(findings, thresholds)
{
    AUTO_REPO repo = repo_make();
    repo.roles[TUF_TARGETS].threshold = 1;
    (void)repo_add(&repo, "root", &(struct audit_version){ .version = 2 });
    EXPECT(&repo, "lowered to one", AUDIT_FINDING_THRESHOLD_LOWERED, AUDIT_FINDING_THRESHOLD_ONE);
    repo.roles[TUF_TARGETS].threshold = 2;
    (void)repo_add(&repo, "root", &(struct audit_version){ .version = 3 });
    EXPECT(&repo, "raised again", AUDIT_FINDING_THRESHOLD_LOWERED);
    repo_newest(&repo, "root")[-1].trust = AUDIT_UNVOUCHED;
    EXPECT_NONE(&repo, "nobody vouches for the low one");
}

Test(findings, shared_keys)
{
    AUTO_REPO repo = repo_make();
    repo.roles[TUF_SNAPSHOT].keys[0] = repo.roles[TUF_TIMESTAMP].keys[0];
    (void)repo_add(&repo, "root", &(struct audit_version){ .version = 2 });
    EXPECT(&repo, "timestamp and snapshot", AUDIT_FINDING_KEY_IN_SEVERAL_ROLES);
    repo.roles[TUF_SNAPSHOT].keys[0] = repo.roles[TUF_ROOT].keys[1];
    (void)repo_add(&repo, "root", &(struct audit_version){ .version = 3 });
    EXPECT(&repo, "root and snapshot", AUDIT_FINDING_KEY_SHARED_BY_ROLES);
}

Test(findings, shared_by_delegations)
{
    static const char *const names[] = { "targets/releases", "targets/alice", "targets/bob" };
    AUTO_REPO repo = repo_make();
    struct audit_delegation *made = repo_delegate(&repo, names, 3);
    for (size_t i = 0; i < 3; i++) {
        made[i].path_count = 0;
    }
    made[0].keys = made[1].keys;
    EXPECT_NONE(&repo, "a signer and releases");
    made[2].keys = made[1].keys;
    EXPECT(&repo, "two signers", AUDIT_FINDING_KEY_IN_SEVERAL_ROLES);
}

Test(findings, one_key_two_ids)
{
    AUTO_REPO repo = repo_make();
    repo.roles[TUF_ROOT].keys[0] = sample_key(repo.report, "root-c", "ECDSA P-256", 1);
    repo.roles[TUF_ROOT].keys[1] = sample_key(repo.report, "root-c#2", "ECDSA P-256", 1);
    (void)repo_add(&repo, "root", &(struct audit_version){ .version = 2 });
    make(&repo);
    cr_assert_geq(repo.report->findings.count, 1);
    cr_expect_eq(repo.report->findings.items[0].id, AUDIT_FINDING_KEY_UNDER_SEVERAL_IDS);
}

Test(findings, weak_algorithms)
{
    AUTO_REPO repo = repo_make();
    struct audit_key *key = &repo.report->history.keys[repo.roles[TUF_TARGETS].keys[0]];
    key->algorithm = "RSA 3072";
    EXPECT_NONE(&repo, "RSA 3072");
    key->algorithm = "RSA 2048";
    EXPECT(&repo, "RSA 2048", AUDIT_FINDING_ALGORITHM_WEAK);
    key->algorithm = "unknown";
    key->type = KEY_TYPE_UNKNOWN;
    EXPECT(&repo, "unknown", AUDIT_FINDING_ALGORITHM_WEAK);
}

Test(findings, unused_keys)
{
    AUTO_REPO repo = repo_make();
    struct audit_version *root = repo_newest(&repo, "root");
    root->unused = repo.roles[TUF_ROOT].keys;
    root->unused_count = 1;
    EXPECT(&repo, "an unused key", AUDIT_FINDING_KEY_UNUSED);
}

/* ---- delegations ---- */

Test(findings, delegations)
{
    static const char *const names[] = { "targets/releases" };
    AUTO_REPO repo = repo_make();
    struct audit_delegation *made = repo_delegate(&repo, names, 1);
    EXPECT(&repo, "every tag", AUDIT_FINDING_DELEGATION_ALL_PATHS);
    made->path_count = 0;
    made->keys.threshold = 2;
    EXPECT(&repo, "one key, two signatures", AUDIT_FINDING_DELEGATION_UNREACHABLE);
    made->keys.key_count = 0;
    EXPECT_NONE(&repo, "without any key it is none");
}

Test(findings, delegation_threshold_lowered)
{
    static const char *const names[] = { "targets/releases" };
    AUTO_REPO repo = repo_make();
    struct sample_keys two = repo_keys(repo.report, "x", "y");
    struct audit_delegation *before = repo_delegate(&repo, names, 1);
    *before = sample_delegation(repo.report, names[0], &two);
    before->path_count = 0;
    (void)repo_add(&repo, "targets",
                   &(struct audit_version){ .version = 2, .parent_first = 1, .parent_last = 1 });
    struct audit_delegation *now = repo_delegate(&repo, names, 1);
    *now = *before;
    EXPECT_NONE(&repo, "as before");
    now->keys.threshold = 1;
    EXPECT(&repo, "lowered", AUDIT_FINDING_THRESHOLD_LOWERED);
}

Test(findings, signer_gone)
{
    static const char *const names[] = { "targets/releases" };
    AUTO_REPO repo = repo_make();
    (void)repo_add(&repo, "targets",
                   &(struct audit_version){ .version = 2, .parent_first = 1, .parent_last = 1 });
    repo_delegate(&repo, names, 1)->path_count = 0;
    struct audit_version *file =
        repo_add(&repo, names[0],
                 &(struct audit_version){
                     .version = 1, .target_count = 3, .parent_first = 1, .parent_last = 2 });
    EXPECT_NONE(&repo, "signed by the present keys");
    file->parent_last = 1;
    EXPECT(&repo, "signed by keys of the past", AUDIT_FINDING_SIGNER_GONE);
    file->target_count = 0;
    EXPECT_NONE(&repo, "lists nothing");
    file->target_count = 3;
    repo_newest(&repo, "targets")->delegation_count = 0;
    EXPECT_NONE(&repo, "nobody reads it");
}

/* ---- times ---- */

Test(findings, expiry)
{
    AUTO_REPO repo = repo_make();
    struct audit_version *targets = repo_newest(&repo, "targets");
    targets->expires_unix_s = repo.judgement.now_unix_s + 30 * SAMPLE_DAY + 1;
    EXPECT_NONE(&repo, "in 30 days and a second");
    targets->expires_unix_s--;
    EXPECT(&repo, "in 30 days", AUDIT_FINDING_EXPIRY_NEAR);
    targets->expires_unix_s = repo.judgement.now_unix_s;
    EXPECT(&repo, "now", AUDIT_FINDING_EXPIRED);
    targets->expires_unix_s = sample_time(EXPIRES);
    struct audit_version *timestamp = repo_newest(&repo, "timestamp");
    timestamp->expires_unix_s = repo.judgement.now_unix_s + 4 * SAMPLE_DAY;
    EXPECT_NONE(&repo, "a timestamp lives for days");
    timestamp->expires_unix_s = repo.judgement.now_unix_s + 3 * SAMPLE_DAY;
    EXPECT(&repo, "a timestamp of three days", AUDIT_FINDING_EXPIRY_NEAR);
}

Test(findings, delegation_that_nobody_reads_expires_for_nobody)
{
    static const char *const names[] = { "targets/releases" };
    AUTO_REPO repo = repo_make();
    (void)repo_add(&repo, names[0],
                   &(struct audit_version){ .version = 1, .expires_unix_s = 1000 });
    EXPECT_NONE(&repo, "not delegated");
    repo_delegate(&repo, names, 1)->path_count = 0;
    EXPECT(&repo, "delegated", AUDIT_FINDING_EXPIRED);
}

Test(findings, validity)
{
    AUTO_REPO repo = repo_make();
    struct audit_version *root = repo_newest(&repo, "root");
    root->expires_unix_s = repo.judgement.now_unix_s + 3653 * SAMPLE_DAY;
    EXPECT_NONE(&repo, "ten years from now");
    root->expires_unix_s++;
    EXPECT(&repo, "more than ten years from now", AUDIT_FINDING_VALIDITY_LONG);
    cr_expect_not(repo.report->findings.items[0].is_hint);
    root->expires_unix_s -= SAMPLE_DAY;
    root->published =
        (struct audit_time){ repo.judgement.now_unix_s - 2 * SAMPLE_DAY, AUDIT_SOURCE_MODIFIED };
    EXPECT(&repo, "more than ten years from its publication", AUDIT_FINDING_VALIDITY_LONG);
    cr_expect(repo.report->findings.items[0].is_hint);
}

Test(findings, certificates)
{
    AUTO_REPO repo = repo_make();
    struct audit_key *key = &repo.report->history.keys[repo.roles[TUF_ROOT].keys[0]];
    key->not_before_unix_s = repo.judgement.now_unix_s - SAMPLE_DAY;
    key->not_after_unix_s = repo.judgement.now_unix_s + 31 * SAMPLE_DAY;
    EXPECT_NONE(&repo, "in 31 days");
    key->not_after_unix_s = repo.judgement.now_unix_s + 30 * SAMPLE_DAY;
    EXPECT(&repo, "in 30 days", AUDIT_FINDING_EXPIRY_NEAR);
    key->not_after_unix_s = repo.judgement.now_unix_s;
    EXPECT(&repo, "now", AUDIT_FINDING_CERTIFICATE_EXPIRED);
    key->not_after_unix_s = key->not_before_unix_s + 3654 * SAMPLE_DAY;
    EXPECT(&repo, "for more than ten years", AUDIT_FINDING_VALIDITY_LONG);
}

Test(findings, expired_while_current)
{
    AUTO_REPO repo = repo_make();
    repo_newest(&repo, "root")->expires_unix_s = sample_time("2025-01-01T00:00:00Z");
    struct audit_version *next = repo_add(&repo, "root", &(struct audit_version){ .version = 2 });
    EXPECT_NONE(&repo, "nobody says when the next came");
    next->published =
        (struct audit_time){ sample_time("2025-02-01T00:00:00Z"), AUDIT_SOURCE_LIFETIME };
    EXPECT_NONE(&repo, "an estimate proves nothing");
    next->published.source = AUDIT_SOURCE_MODIFIED;
    EXPECT(&repo, "a window", AUDIT_FINDING_EXPIRED_WHILE_CURRENT);
    cr_expect(repo.report->findings.items[0].is_hint);
    next->published.unix_s = sample_time("2024-12-01T00:00:00Z");
    EXPECT_NONE(&repo, "in time");
}

Test(findings, words)
{
    enum audit_severity severity = AUDIT_INFO;
    cr_expect(audit_severity_parse("critical", &severity));
    cr_expect_eq(severity, AUDIT_CRITICAL);
    cr_expect_not(audit_severity_parse("fatal", &severity));
    for (size_t i = 0; i < AUDIT_FINDING_COUNT; i++) {
        enum audit_finding_id id = (enum audit_finding_id)i;
        cr_expect(audit_finding_meaning(id)[0] != '\0' && audit_finding_remedy(id)[0] != '\0');
        for (size_t j = 0; j < i; j++) {
            cr_expect_str_neq(audit_finding_name(id), audit_finding_name((enum audit_finding_id)j));
        }
    }
}
