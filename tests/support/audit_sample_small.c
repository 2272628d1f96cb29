/* SPDX-License-Identifier: Apache-2.0 */
/* A repository of seven years: each role's keys rotated, root's twice, once too late. */
#include "audit_sample_parts.h"

#define NO_ROLE TUF_TOP_ROLES

static const struct {
    const char *published;
    const char *expires;
    enum audit_source source;
    enum tuf_top_role rotated;
    const char *detail;
} roots[] = {
    { "2019-03-04T10:12:00Z", "2029-03-01T10:12:00Z", AUDIT_SOURCE_CHANGEFEED, NO_ROLE, "" },
    { "2019-03-04T16:40:00Z", "2029-03-01T16:40:00Z", AUDIT_SOURCE_CHANGEFEED, TUF_SNAPSHOT,
      "snapshot got 1 new key and lost 1" },
    { "2020-06-15T08:00:00Z", "2030-06-13T08:00:00Z", AUDIT_SOURCE_MODIFIED, TUF_TARGETS,
      "targets got 1 new key and lost 1" },
    { "2021-01-20T09:30:00Z", "2023-01-20T09:30:00Z", AUDIT_SOURCE_LIFETIME, TUF_TIMESTAMP,
      "timestamp got 1 new key and lost 1" },
    { "2023-04-02T00:00:00Z", "2033-03-30T14:05:00Z", AUDIT_SOURCE_CERTIFICATE, TUF_ROOT,
      "root got 1 new key and lost 1" },
    { "2025-09-10T07:45:00Z", "2035-09-08T07:45:00Z", AUDIT_SOURCE_CHANGEFEED, TUF_ROOT,
      "root got 1 new key and lost 1" },
};

static const char *const first_keys[TUF_TOP_ROLES] = { "root-1", "timestamp-1", "snapshot-1",
                                                       "targets-1" };

static struct sample_keys new_key(struct audit_report *report, enum tuf_top_role role,
                                  const char *name, int64_t from_unix_s)
{
    uint32_t key = sample_key(report, name, role == TUF_TARGETS ? "RSA 3072" : "ECDSA P-256",
                              role == TUF_ROOT ? from_unix_s : 0);
    return (struct sample_keys){ .keys = { key }, .count = 1, .threshold = 1 };
}

static void tell(struct audit_report *report, size_t i, const struct sample_keys *now,
                 const struct sample_keys *lost)
{
    if (i == 0) {
        (void)sample_event(report, AUDIT_EVENT_FIRST, "root", 1, "",
                           "the oldest root that is vouched for");
        return;
    }
    struct audit_event *event = sample_event(report, AUDIT_EVENT_KEYS_CHANGED, "root", i + 1,
                                             tuf_top_role_names[roots[i].rotated], roots[i].detail);
    sample_event_keys(report, event, &now[roots[i].rotated], lost);
}

static void add_roots(struct audit_report *report)
{
    struct sample_keys now[TUF_TOP_ROLES];
    struct sample_version made = { .role = "root", .roles = now };
    for (size_t i = 0; i < TUF_TOP_ROLES; i++) {
        now[i] =
            new_key(report, (enum tuf_top_role)i, first_keys[i], sample_time(roots[0].published));
    }
    for (size_t i = 0; i < ARRAY_LEN(roots); i++) {
        int64_t published = sample_time(roots[i].published);
        enum tuf_top_role rotated = roots[i].rotated;
        struct sample_keys lost = { .count = 0 };
        made.signer_count = 0;
        if (rotated != NO_ROLE) {
            const char *name = sample_text(report, "%s-%zu", tuf_top_role_names[rotated], i + 1);
            lost = now[rotated];
            now[rotated] = new_key(report, rotated, name, published);
        }
        if (rotated == TUF_ROOT) { /* the old root keys stay listed */
            made.unused[made.unused_count++] = lost.keys[0];
            made.signers[made.signer_count++] = lost.keys[0];
        }
        made.signers[made.signer_count++] = now[TUF_ROOT].keys[0];
        made.version = (struct audit_version){
            .version = i + 1,
            .expires_unix_s = sample_time(roots[i].expires),
            .published = { published, roots[i].source },
            .first_snapshot = i + 1,
        };
        sample_add(report, &made);
        tell(report, i, now, &lost);
    }
}

/* Versions of the other roles: when each was published and by which key. */
static const struct {
    const char *role;
    const char *published;
    const char *key;
    int days; /* of validity */
    uint32_t version;
    uint32_t root; /* the newest whose keys verify it */
    uint32_t tags;
} others[] = {
    { "timestamp", "2019-03-04T16:40:01Z", "timestamp-1", 14, 1, 3, 0 },
    { "timestamp", "2020-06-15T08:00:01Z", "timestamp-1", 14, 2, 3, 0 },
    { "timestamp", "2021-01-20T09:30:01Z", "timestamp-4", 14, 3, 6, 0 },
    { "timestamp", "2023-04-02T14:05:01Z", "timestamp-4", 14, 4, 6, 0 },
    { "timestamp", "2025-09-10T07:45:01Z", "timestamp-4", 14, 5, 6, 0 },
    { "timestamp", "2026-10-28T11:02:00Z", "timestamp-4", 14, 6, 6, 0 },
    { "timestamp", "2026-11-16T11:02:00Z", "timestamp-4", 14, 7, 6, 0 },
    { "snapshot", "2019-03-04T10:12:01Z", "snapshot-1", 1095, 1, 1, 0 },
    { "snapshot", "2019-03-04T16:40:01Z", "snapshot-2", 1095, 2, 6, 0 },
    { "snapshot", "2020-06-15T08:00:01Z", "snapshot-2", 1095, 3, 6, 0 },
    { "snapshot", "2021-01-20T09:30:01Z", "snapshot-2", 1095, 4, 6, 0 },
    { "snapshot", "2023-04-02T14:05:01Z", "snapshot-2", 1095, 5, 6, 0 },
    { "snapshot", "2025-09-10T07:45:01Z", "snapshot-2", 1095, 6, 6, 0 },
    { "snapshot", "2026-10-28T11:02:00Z", "snapshot-2", 1095, 7, 6, 0 },
    { "targets", "2019-03-04T10:12:01Z", "targets-1", 1095, 2, 2, 1 },
    { "targets", "2020-06-15T08:00:01Z", "targets-3", 1095, 3, 6, 1 },
    { "targets", "2021-11-02T13:00:00Z", "targets-3", 1095, 4, 6, 1 },
    { "targets", "2024-10-07T13:00:00Z", "targets-3", 1095, 5, 6, 1 },
    { "targets/alice", "2021-11-02T13:20:00Z", "alice", 1095, 1, 4, 1 },
    { "targets/alice", "2024-10-07T13:20:00Z", "alice", 1095, 2, 5, 2 },
    { "targets/releases", "2021-11-02T13:20:00Z", "alice", 1095, 1, 4, 1 },
    { "targets/releases", "2024-10-07T13:20:00Z", "alice", 1095, 2, 5, 2 },
    { "targets/releases", "2026-10-28T11:00:00Z", "bob#2", 1095, 3, 5, 2 },
};

/* targets 4 delegates to alice, 5 to bob as well. */
static void delegate(struct audit_report *report, struct audit_version *version)
{
    struct sample_keys keys = { .keys = { sample_key(report, "alice", "ECDSA P-256", 0),
                                          sample_key(report, "bob#2", "ECDSA P-256", 1) },
                                .count = 1,
                                .threshold = 1 };
    if (version->version >= 4) {
        struct audit_delegation *made = sample_delegations(report, 2);
        made[0] = sample_delegation(report, "targets/alice", &keys);
        keys.count = version->version - 3;
        made[1] = sample_delegation(report, "targets/releases", &keys);
        version->delegations = made;
        version->delegation_count = 2;
    }
}

static void add_others(struct audit_report *report)
{
    (void)sample_key(report, "bob#2", "ECDSA P-256", sample_time("2024-10-01T00:00:00Z"));
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        int64_t published = sample_time(others[i].published);
        bool is_newer = others[i].published[3] == '6'; /* no feed knows the newest */
        struct sample_version made = {
            .role = others[i].role,
            .version = { .version = others[i].version,
                         .published = { published, is_newer ? AUDIT_SOURCE_LIFETIME
                                                            : AUDIT_SOURCE_CHANGEFEED },
                         .expires_unix_s = published + others[i].days * SAMPLE_DAY,
                         .first_snapshot = others[i].version,
                         .parent_first = 1,
                         .parent_last = others[i].root,
                         .target_count = others[i].tags },
            .signers = { sample_key(report, others[i].key, "ECDSA P-256", 0) },
            .signer_count = 1,
        };
        if (slice_is(slice_from_string(others[i].role), "targets")) {
            delegate(report, &made.version);
        }
        sample_add(report, &made);
    }
}

static void add_story(struct audit_report *report)
{
    const struct sample_keys bob = { .keys = { sample_key(report, "bob#2", "ECDSA P-256", 1) },
                                     .count = 1 };
    const struct sample_keys none = { .count = 0 };
    sample_tag(report, "targets", 2, "1.0", NULL, "one");
    sample_tag(report, "targets/releases", 1, "1.0", NULL, "one");
    sample_tag(report, "targets/releases", 2, "1.1", NULL, "two");
    sample_tag(report, "targets/releases", 3, "1.1", "two", "three");
    sample_tag(report, "targets/alice", 2, "1.1", NULL, "two");
    (void)sample_event(report, AUDIT_EVENT_TAG_SIGNED, "targets", 2, "1.0",
                       "signed for the first time");
    (void)sample_event(report, AUDIT_EVENT_DELEGATION_ADDED, "targets", 4, "targets/alice",
                       "1 key, threshold 1, every tag");
    (void)sample_event(report, AUDIT_EVENT_DELEGATION_ADDED, "targets", 4, "targets/releases",
                       "1 key, threshold 1, every tag");
    struct audit_event *event = sample_event(report, AUDIT_EVENT_DELEGATION_CHANGED, "targets", 5,
                                             "targets/releases", "got 1 new key");
    sample_event_keys(report, event, &bob, &none);
    (void)sample_event(report, AUDIT_EVENT_TAG_SIGNED, "targets/releases", 2, "1.1",
                       "signed for the first time");
    (void)sample_event(report, AUDIT_EVENT_TAG_MOVED, "targets/releases", 3, "1.1",
                       "moved to another digest");
    for (uint32_t i = 0; i < 6; i++) {
        sample_feed(report, sample_time(others[i].published), i + 1);
    }
}

static void add_findings(struct audit_report *report)
{
    sample_finding(report, AUDIT_FINDING_OLDER_THAN_SEEN, "timestamp", 7, "",
                   "the newest version is 7, and version 9 was verified on 2026-11-20T06:00:00Z",
                   false);
    sample_finding(report, AUDIT_FINDING_SIGNER_GONE, "targets/releases", 2,
                   report->history.keys[sample_key(report, "alice", "ECDSA P-256", 0)].canonical_id,
                   "the key that signed version 2 is not among the role's keys any more", false);
    sample_finding(report, AUDIT_FINDING_EXPIRED_WHILE_CURRENT, "root", 4, "",
                   "expired on 2023-01-20T09:30:00Z; version 5 came 71 days later, by the first "
                   "day of its certificate",
                   true);
    sample_finding(report, AUDIT_FINDING_EXPIRY_NEAR, "timestamp", 7, "",
                   "expires on 2026-11-30T11:02:00Z, in 4 days", false);
    sample_finding(report, AUDIT_FINDING_THRESHOLD_ONE, "root", 6, "", "1 of 1 key is enough",
                   false);
    sample_finding(report, AUDIT_FINDING_DELEGATION_ALL_PATHS, "targets", 5, "targets/releases",
                   "the delegation has the empty path", false);
    sample_finding(report, AUDIT_FINDING_KEY_UNUSED, "root", 6, "",
                   "2 keys are listed that no role names", false);
}

void sample_fill_small(struct audit_report *report)
{
    report->anchor = AUDIT_ANCHOR_FINGERPRINT;
    report->anchor_version = 1;
    add_roots(report);
    add_others(report);
    add_story(report);
    add_findings(report);
}
