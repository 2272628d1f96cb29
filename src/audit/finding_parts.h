/* SPDX-License-Identifier: Apache-2.0 */
/* How findings are made: one group of conditions a file. Private to audit/finding*.c. */
#ifndef AUDIT_FINDING_PARTS_H
#define AUDIT_FINDING_PARTS_H

#include "audit/finding.h"

struct finding_maker {
    struct audit_history *history;
    const struct audit_judgement *judgement;
    struct audit_findings *out;
};

/* Where a finding belongs. */
struct finding_place {
    const char *role;
    uint64_t version;
    const char *subject;
    bool is_hint;
};

/* Once for the same id and place. */
MUST_CHECK enum assay_status finding_add(const struct finding_maker *maker,
                                         enum audit_finding_id id,
                                         const struct finding_place *place, struct assay_error *err,
                                         const char *format, ...) PRINTF(5, 6);

/* Roots and versions: what breaks the chain or contradicts what was seen. */
MUST_CHECK enum assay_status findings_chain(const struct finding_maker *maker,
                                            struct assay_error *err);
/* What runs before this one saw. */
MUST_CHECK enum assay_status findings_seen(const struct finding_maker *maker,
                                           struct assay_error *err);
/* Keys and thresholds of root and of the delegations. */
MUST_CHECK enum assay_status findings_keys(const struct finding_maker *maker,
                                           struct assay_error *err);
MUST_CHECK enum assay_status findings_delegations(const struct finding_maker *maker,
                                                  struct assay_error *err);
/* Expiries. */
MUST_CHECK enum assay_status findings_times(const struct finding_maker *maker,
                                            struct assay_error *err);

/* ---- what they share ---- */

/* Calls each for every list of keys that counts now: the four roles of the newest root, then the
 * delegations of the newest files. role is the one the keys sign for, parent the file that says so.
 */
struct finding_keys {
    const char *role;
    const char *parent;
    uint64_t parent_version;
    const struct audit_role_keys *keys;
    const struct audit_delegation *delegation; /* NULL: one of the four */
};
MUST_CHECK enum assay_status findings_each_keys(
    const struct finding_maker *maker,
    enum assay_status (*each)(void *ctx, const struct finding_keys *keys, struct assay_error *err),
    void *ctx, struct assay_error *err);
/* How many public keys; those that cannot be decoded count each. */
size_t findings_distinct(const struct audit_history *history, const struct audit_role_keys *keys);
/* The id that people compare: the canonical one where it is known. */
const char *findings_key_name(const struct audit_key *key);
bool findings_is_root(const char *role);

#endif
