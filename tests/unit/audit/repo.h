/* SPDX-License-Identifier: Apache-2.0 */
/* A healthy repository as an audit finds it, for tests that then spoil one thing. */
#ifndef TEST_AUDIT_REPO_H
#define TEST_AUDIT_REPO_H

#include "audit/event.h"
#include "audit/finding.h"
#include "audit/parts.h"
#include "audit_sample_parts.h"
#include "base/mem.h"

#define NOW     "2026-01-01T00:00:00Z"
#define EXPIRES "2030-01-01T00:00:00Z"

/* The keys of the four roles, each its own and two of root's and targets'. */
struct repo {
    struct audit_report *report;
    struct sample_keys roles[TUF_TOP_ROLES];
    struct audit_judgement judgement;
};

static inline struct sample_keys repo_keys(struct audit_report *report, const char *a,
                                           const char *b)
{
    struct sample_keys keys = { .threshold = 1 };
    keys.keys[keys.count++] = sample_key(report, a, "ECDSA P-256", 0);
    if (b != NULL) {
        keys.keys[keys.count++] = sample_key(report, b, "ECDSA P-256", 0);
        keys.threshold = 2;
    }
    return keys;
}

static inline struct audit_version *repo_add(struct repo *repo, const char *role,
                                             const struct audit_version *version)
{
    struct sample_version made = { .role = role, .version = *version };
    if (made.version.expires_unix_s == 0) {
        made.version.expires_unix_s = sample_time(EXPIRES);
    }
    if (slice_is(slice_from_string(role), "root")) {
        made.roles = repo->roles;
    }
    sample_add(repo->report, &made);
    struct audit_role *found = NULL;
    if (audit_history_role(&repo->report->history, role, &found, NULL) != ASSAY_OK) {
        abort();
    }
    return &found->versions[found->count - 1];
}

/* Root 1, and version 1 of the others. */
static inline struct repo repo_make(void)
{
    struct repo repo = { .report = mem_alloc(1, sizeof(*repo.report)) };
    if (repo.report == NULL) {
        abort();
    }
    audit_history_init(&repo.report->history);
    repo.report->anchor = AUDIT_ANCHOR_FINGERPRINT;
    repo.report->dialect = "notary";
    repo.judgement = (struct audit_judgement){ .now_unix_s = sample_time(NOW),
                                               .warn_before_s = 30 * SAMPLE_DAY };
    repo.roles[TUF_ROOT] = repo_keys(repo.report, "root-a", "root-b");
    repo.roles[TUF_TIMESTAMP] = repo_keys(repo.report, "timestamp-a", NULL);
    repo.roles[TUF_SNAPSHOT] = repo_keys(repo.report, "snapshot-a", NULL);
    repo.roles[TUF_TARGETS] = repo_keys(repo.report, "targets-a", "targets-b");
    for (size_t i = 0; i < TUF_TOP_ROLES; i++) {
        (void)repo_add(&repo, tuf_top_role_names[i],
                       &(struct audit_version){ .version = 1,
                                                .first_snapshot = 1,
                                                .parent_first = i == TUF_ROOT ? 0 : 1,
                                                .parent_last = i == TUF_ROOT ? 0 : 1 });
    }
    return repo;
}

static inline void repo_clear(struct repo *repo)
{
    audit_report_free(repo->report);
}
#define AUTO_REPO CLEANUP(repo_clear) struct repo

static inline struct audit_version *repo_newest(struct repo *repo, const char *role)
{
    struct audit_role *found = NULL;
    if (audit_history_role(&repo->report->history, role, &found, NULL) != ASSAY_OK) {
        abort();
    }
    return &found->versions[found->count - 1];
}

/* Gives the newest targets these delegations, each of one key and every tag. */
static inline struct audit_delegation *repo_delegate(struct repo *repo, const char *const *names,
                                                     size_t count)
{
    struct audit_delegation *made = sample_delegations(repo->report, count);
    for (size_t i = 0; i < count; i++) {
        struct sample_keys keys = repo_keys(repo->report, names[i], NULL);
        made[i] = sample_delegation(repo->report, names[i], &keys);
    }
    struct audit_version *targets = repo_newest(repo, "targets");
    targets->delegations = made;
    targets->delegation_count = count;
    return made;
}

#endif
