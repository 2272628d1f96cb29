/* SPDX-License-Identifier: Apache-2.0 */
/* Which claim about a time counts, and what a past moment leaves out. */
#include "repo.h"

#include <criterion/criterion.h>

TestSuite(times, .timeout = 60);

static void run(struct repo *repo, const char *at)
{
    const struct audit_options options = { .now_unix_s = sample_time(at == NULL ? NOW : at),
                                           .has_at = at != NULL };
    cr_assert_eq(audit_times(&options, repo->report, NULL), ASSAY_OK);
}

static void expect_time(const struct audit_version *version, enum audit_source source,
                        const char *time)
{
    cr_expect_eq(version->published.source, source, "source %s",
                 audit_source_name(version->published.source));
    cr_expect_eq(version->published.unix_s, sample_time(time));
}

Test(times, lifetime_is_the_last_resort)
{
    AUTO_REPO repo = repo_make();
    run(&repo, NULL);
    expect_time(repo_newest(&repo, "root"), AUDIT_SOURCE_LIFETIME, "2020-01-04T00:00:00Z");
    expect_time(repo_newest(&repo, "targets"), AUDIT_SOURCE_LIFETIME, "2027-01-02T00:00:00Z");
    expect_time(repo_newest(&repo, "timestamp"), AUDIT_SOURCE_LIFETIME, "2029-12-18T00:00:00Z");
}

Test(times, plain_tuf_has_no_usual_lifetime)
{
    AUTO_REPO repo = repo_make();
    repo.report->dialect = "tuf";
    run(&repo, NULL);
    cr_expect_eq(repo_newest(&repo, "root")->published.source, AUDIT_SOURCE_NONE);
}

Test(times, a_new_certificate_is_better)
{
    AUTO_REPO repo = repo_make();
    int64_t day = sample_time("2024-05-01T00:00:00Z");
    repo.roles[TUF_ROOT].keys[0] = sample_key(repo.report, "root-c", "ECDSA P-256", day);
    (void)repo_add(&repo, "root", &(struct audit_version){ .version = 2 });
    (void)repo_add(&repo, "root", &(struct audit_version){ .version = 3 });
    run(&repo, NULL);
    expect_time(repo_newest(&repo, "root") - 1, AUDIT_SOURCE_CERTIFICATE, "2024-05-01T00:00:00Z");
    expect_time(repo_newest(&repo, "root"), AUDIT_SOURCE_LIFETIME, "2020-01-04T00:00:00Z");
}

Test(times, last_modified_unless_absurd)
{
    AUTO_REPO repo = repo_make();
    struct audit_version *root = repo_newest(&repo, "root");
    root->published =
        (struct audit_time){ sample_time("2024-01-01T00:00:00Z"), AUDIT_SOURCE_MODIFIED };
    run(&repo, NULL);
    expect_time(root, AUDIT_SOURCE_MODIFIED, "2024-01-01T00:00:00Z");
    root->published =
        (struct audit_time){ sample_time("2031-01-01T00:00:00Z"), AUDIT_SOURCE_MODIFIED };
    run(&repo, NULL);
    expect_time(root, AUDIT_SOURCE_LIFETIME, "2020-01-04T00:00:00Z");
}

/* Timestamp 2 names snapshot 2, which names root 2. */
static struct repo repo_with_feed(void)
{
    struct repo repo = repo_make();
    (void)repo_add(&repo, "timestamp",
                   &(struct audit_version){
                       .version = 2, .first_snapshot = 2, .parent_first = 2, .parent_last = 2 });
    (void)repo_add(&repo, "snapshot",
                   &(struct audit_version){
                       .version = 2, .first_snapshot = 2, .parent_first = 2, .parent_last = 2 });
    (void)repo_add(&repo, "root", &(struct audit_version){ .version = 2, .first_snapshot = 2 });
    (void)repo_add(&repo, "targets",
                   &(struct audit_version){
                       .version = 2, .first_snapshot = 2, .parent_first = 2, .parent_last = 2 });
    sample_tag(repo.report, "targets", 2, "1.0", NULL, "a");
    static const char *const times[] = { "2025-01-01T00:00:00Z", "2025-06-01T00:00:00Z" };
    for (size_t i = 0; i < 2; i++) {
        sample_feed(repo.report, sample_time(times[i]), i + 1);
        const struct audit_role *timestamps =
            audit_history_find(&repo.report->history, "timestamp");
        repo.report->history.feed[i].sha256 = timestamps->versions[i].sha256;
    }
    return repo;
}

Test(times, the_changefeed_is_the_best)
{
    AUTO_REPO repo = repo_with_feed();
    repo_newest(&repo, "root")->published =
        (struct audit_time){ sample_time("2024-01-01T00:00:00Z"), AUDIT_SOURCE_MODIFIED };
    run(&repo, NULL);
    expect_time(repo_newest(&repo, "timestamp"), AUDIT_SOURCE_CHANGEFEED, "2025-06-01T00:00:00Z");
    expect_time(repo_newest(&repo, "root"), AUDIT_SOURCE_CHANGEFEED, "2025-06-01T00:00:00Z");
    expect_time(repo_newest(&repo, "root") - 1, AUDIT_SOURCE_CHANGEFEED, "2025-01-01T00:00:00Z");
    expect_time(repo_newest(&repo, "targets"), AUDIT_SOURCE_CHANGEFEED, "2025-06-01T00:00:00Z");
}

Test(times, a_line_of_other_bytes_says_nothing)
{
    AUTO_REPO repo = repo_with_feed();
    repo.report->history.feed[1].sha256 = sample_digest("other");
    run(&repo, NULL);
    cr_expect_eq(repo_newest(&repo, "root")->published.source, AUDIT_SOURCE_LIFETIME);
}

Test(times, at_leaves_out_what_came_later)
{
    AUTO_REPO repo = repo_with_feed();
    repo.report->status = ASSAY_OK;
    run(&repo, "2025-03-01T00:00:00Z");
    cr_expect_eq(repo.report->left_out_by_time, 4);
    cr_expect_eq(repo_newest(&repo, "root")->version, 1);
    cr_expect_eq(repo_newest(&repo, "snapshot")->version, 1);
    cr_expect_eq(repo_newest(&repo, "targets")->version, 1);
    cr_expect_eq(repo_newest(&repo, "timestamp")->version, 1);
    cr_expect_eq(repo.report->history.tag_count, 0);
    cr_expect_eq(repo.report->history.feed_count, 1);
}

Test(times, at_a_later_moment_nothing_is_left_out)
{
    AUTO_REPO repo = repo_with_feed();
    run(&repo, "2025-07-01T00:00:00Z");
    cr_expect_eq(repo.report->left_out_by_time, 0);
    cr_expect_eq(repo.report->history.tag_count, 1);
}

/* What broke later was not known then. */
Test(times, at_before_the_break)
{
    AUTO_REPO repo = repo_with_feed();
    struct audit_version *root = repo_newest(&repo, "root");
    root->trust = AUDIT_INVALID;
    root->failure = "not signed";
    repo.report->status = ASSAY_ROOT_ROTATION;
    run(&repo, "2025-07-01T00:00:00Z");
    cr_expect_eq(repo.report->status, ASSAY_ROOT_ROTATION);
    run(&repo, "2025-03-01T00:00:00Z");
    cr_expect_eq(repo.report->status, ASSAY_OK);
}

Test(times, at_before_everything)
{
    AUTO_REPO repo = repo_with_feed();
    run(&repo, "2019-01-01T00:00:00Z");
    cr_expect_eq(repo.report->status, ASSAY_NOT_FOUND);
    cr_expect_null(audit_role_newest(audit_history_find(&repo.report->history, "root")));
}
