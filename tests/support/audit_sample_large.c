/* SPDX-License-Identifier: Apache-2.0 */
/* Long histories: of two of three root keys, and of very many roots. */
#include "audit_sample_parts.h"

#define ROOT_KEYS 3

static const char *const sources[] = { "changefeed", "last-modified", "lifetime" };

/* What changed at the i-th root: root's keys at every eighth, otherwise the others' in turn. */
static enum tuf_top_role rotated_at(size_t i)
{
    static const enum tuf_top_role turns[] = { TUF_ROOT,      TUF_TIMESTAMP, TUF_SNAPSHOT,
                                               TUF_TOP_ROLES, TUF_TARGETS,   TUF_TOP_ROLES,
                                               TUF_SNAPSHOT,  TUF_TIMESTAMP };
    return turns[i % ARRAY_LEN(turns)];
}

static uint32_t key_of(struct audit_report *report, enum tuf_top_role role, size_t number,
                       int64_t from_unix_s)
{
    const char *name = sample_text(report, "%s %zu", tuf_top_role_names[role], number);
    return sample_key(report, name, role == TUF_TARGETS ? "RSA 4096" : "ECDSA P-256",
                      role == TUF_ROOT ? from_unix_s : 0);
}

static void tell(struct audit_report *report, size_t i, uint32_t in, uint32_t out)
{
    enum tuf_top_role role = rotated_at(i);
    const struct sample_keys added = { .keys = { in }, .count = 1 };
    const struct sample_keys removed = { .keys = { out }, .count = 1 };
    if (i == 0) {
        (void)sample_event(report, AUDIT_EVENT_FIRST, "root", 1, "",
                           "the oldest root that is vouched for");
    } else if (role == TUF_TOP_ROLES) {
        (void)sample_event(report, AUDIT_EVENT_RESIGNED, "root", i + 1, "root",
                           "signed again, nothing else changed");
    } else {
        struct audit_event *event =
            sample_event(report, AUDIT_EVENT_KEYS_CHANGED, "root", i + 1, tuf_top_role_names[role],
                         "1 key added, 1 removed");
        sample_event_keys(report, event, &added, &removed);
    }
}

static void sign(struct sample_version *made, const struct sample_keys *root, size_t i,
                 uint32_t lost, bool root_rotated)
{
    made->signer_count = 0;
    for (size_t j = 0; j < root->threshold; j++) {
        made->signers[made->signer_count++] = root->keys[(i / 8 + j) % root->count];
    }
    if (root_rotated && i > 0) {
        made->signers[made->signer_count++] = lost;
    }
}

/* A root every step_s, of root_keys keys but one. */
static void add_roots(struct audit_report *report, size_t count, size_t root_keys, int64_t from,
                      int64_t step_s)
{
    struct sample_keys now[TUF_TOP_ROLES];
    struct sample_version made = { .role = "root", .roles = now };
    for (size_t role = 0; role < TUF_TOP_ROLES; role++) {
        now[role] = (struct sample_keys){ .count = role == TUF_ROOT ? root_keys : 1 };
        now[role].threshold = now[role].count > 1 ? now[role].count - 1 : 1;
        for (size_t i = 0; i < now[role].count; i++) {
            now[role].keys[i] = key_of(report, (enum tuf_top_role)role, i, from);
        }
    }
    for (size_t i = 0; i < count; i++) {
        enum tuf_top_role role = root_keys == 1 ? TUF_ROOT : rotated_at(i);
        int64_t published = from + (int64_t)i * step_s;
        uint32_t lost = now[TUF_ROOT].keys[0];
        if (i > 0 && role != TUF_TOP_ROLES) {
            size_t place = i / 8 % now[role].count;
            lost = now[role].keys[place];
            now[role].keys[place] = key_of(report, role, i + root_keys, published);
        }
        sign(&made, &now[TUF_ROOT], i, lost, role == TUF_ROOT);
        made.version = (struct audit_version){
            .version = i + 1,
            .expires_unix_s = published + (i == count * 3 / 5 ? 10 : 1095) * SAMPLE_DAY,
            .published = { published, i % 5 == 0   ? AUDIT_SOURCE_MODIFIED
                                      : i % 7 == 0 ? AUDIT_SOURCE_LIFETIME
                                                   : AUDIT_SOURCE_CHANGEFEED },
            .first_snapshot = i + 1,
        };
        sample_add(report, &made);
        tell(report, i, role == TUF_TOP_ROLES ? 0 : now[role].keys[0], lost);
    }
}

static void add_role(struct audit_report *report, const char *name, size_t count, int days,
                     int64_t from, int64_t step_s)
{
    for (size_t i = 0; i < count; i++) {
        int64_t published = from + (int64_t)i * step_s;
        struct sample_version made = {
            .role = name,
            .version = { .version = i + 1,
                         .published = { published, AUDIT_SOURCE_CHANGEFEED },
                         .expires_unix_s = published + days * SAMPLE_DAY,
                         .first_snapshot = i + 1,
                         .parent_first = i / 2 + 1,
                         .parent_last = i / 2 + 4,
                         .target_count = i },
            .signers = { sample_key(report, sample_text(report, "%s %zu", name, i / 8),
                                    "ECDSA P-256", 0) },
            .signer_count = 1,
        };
        sample_add(report, &made);
        if (slice_has_prefix(slice_from_string(name), SLICE_LITERAL("targets/"))) {
            const char *tag = sample_text(report, "%zu.%zu", i / 10, i % 10);
            sample_tag(report, name, i + 1, tag, NULL, tag);
            (void)sample_event(report, AUDIT_EVENT_TAG_SIGNED, name, i + 1, tag,
                               "signed for the first time");
        }
    }
}

void sample_fill_large(struct audit_report *report)
{
    static const char *const delegations[] = {
        "targets/releases", "targets/alice", "targets/bob",
        "targets/carol",    "targets/dave",  "targets/erin"
    };
    int64_t from = sample_time("2014-11-20T09:00:00Z");
    report->anchor = AUDIT_ANCHOR_ROOT;
    report->anchor_version = 1;
    add_roots(report, 200, ROOT_KEYS, from, 22 * SAMPLE_DAY);
    add_role(report, "timestamp", 300, 14, from + 60, 14 * SAMPLE_DAY);
    add_role(report, "snapshot", 250, 1095, from + 60, 17 * SAMPLE_DAY);
    add_role(report, "targets", 60, 1095, from + 60, 72 * SAMPLE_DAY);
    for (size_t i = 0; i < ARRAY_LEN(delegations); i++) {
        add_role(report, delegations[i], 30, 1095, from + (int64_t)(200 + 150 * i) * SAMPLE_DAY,
                 100 * SAMPLE_DAY);
    }
    sample_finding(report, AUDIT_FINDING_EXPIRED, "timestamp", 300, "",
                   "expired on 2026-05-21T09:01:00Z", false);
    sample_finding(
        report, AUDIT_FINDING_EXPIRED_WHILE_CURRENT, "root", 121, "",
        sample_text(report, "expired 12 days before version 122 came, by its %s", sources[1]),
        true);
    for (uint32_t i = 0; i < 40; i++) {
        sample_finding(report, AUDIT_FINDING_THRESHOLD_ONE, "targets", i + 1, "",
                       "1 of 1 key is enough", false);
    }
}

void sample_fill_huge(struct audit_report *report)
{
    int64_t from = sample_time("1999-07-01T00:00:00Z");
    report->anchor = AUDIT_ANCHOR_ROOT;
    report->anchor_version = 1;
    add_roots(report, 10000, 1, from, SAMPLE_DAY);
    report->events.left_out = 12;
    report->findings.left_out = 3;
}

void sample_fill_one(struct audit_report *report)
{
    report->gun = "";
    report->dialect = "tuf";
    report->where = "metadata";
    report->anchor = AUDIT_ANCHOR_FIRST_USE;
    report->anchor_version = 1;
    add_roots(report, 1, 1, sample_time("2026-01-05T00:00:00Z"), SAMPLE_DAY);
}
