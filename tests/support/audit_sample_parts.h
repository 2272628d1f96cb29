/* SPDX-License-Identifier: Apache-2.0 */
/* What the samples are made of. Everything here aborts where it cannot do its work. */
#ifndef SUPPORT_AUDIT_SAMPLE_PARTS_H
#define SUPPORT_AUDIT_SAMPLE_PARTS_H

#include "audit/audit.h"

#include <stdlib.h>

#define SAMPLE_DAY         86400LL
#define SAMPLE_KEYS_MAX    4
#define SAMPLE_SIGNERS_MAX 8

void sample_fill_small(struct audit_report *report);
void sample_fill_large(struct audit_report *report);
void sample_fill_hostile(struct audit_report *report);
void sample_fill_one(struct audit_report *report);
void sample_fill_huge(struct audit_report *report);

/* "2026-11-25T12:00:00Z"; NULL is 0 */
int64_t sample_time(const char *text);
struct digest sample_digest(const char *name);
/* A formatted text in the history's arena. */
const char *sample_text(struct audit_report *report, const char *format, ...) PRINTF(2, 3);

/* The key of this name: "a#2" is the key a in its second certificate. from: the certificate's first
 * day; 0: a bare key. It is made at its first use. */
uint32_t sample_key(struct audit_report *report, const char *name, const char *algorithm,
                    int64_t from_unix_s);

struct sample_keys {
    uint32_t keys[SAMPLE_KEYS_MAX];
    size_t count;
    uint64_t threshold;
};
struct audit_role_keys sample_role_keys(struct audit_report *report,
                                        const struct sample_keys *from);
/* Room for count delegations in the history's arena. */
struct audit_delegation *sample_delegations(struct audit_report *report, size_t count);
/* A delegation of every tag. */
struct audit_delegation sample_delegation(struct audit_report *report, const char *name,
                                          const struct sample_keys *keys);

/* A version with its hash, length and lists; what else it has, the caller sets in it first. */
struct sample_version {
    const char *role;
    struct audit_version version;
    uint32_t signers[SAMPLE_SIGNERS_MAX];
    size_t signer_count;
    uint32_t unused[SAMPLE_KEYS_MAX];
    size_t unused_count;
    const struct sample_keys *roles; /* of a root: of each of the four; NULL: nothing is known */
};
void sample_add(struct audit_report *report, const struct sample_version *from);

/* Takes place when the role's version was published. */
struct audit_event *sample_event(struct audit_report *report, enum audit_event_kind kind,
                                 const char *role, uint64_t version, const char *about,
                                 const char *detail);
void sample_event_keys(struct audit_report *report, struct audit_event *event,
                       const struct sample_keys *added, const struct sample_keys *removed);
void sample_finding(struct audit_report *report, enum audit_finding_id id, const char *role,
                    uint64_t version, const char *subject, const char *evidence, bool is_hint);
void sample_tag(struct audit_report *report, const char *role, uint64_t version, const char *tag,
                const char *before, const char *after);
void sample_feed(struct audit_report *report, int64_t unix_s, uint64_t version);

#endif
