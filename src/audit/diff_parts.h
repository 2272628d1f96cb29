/* SPDX-License-Identifier: Apache-2.0 */
/* How a comparison is made. Private to audit/diff*.c. */
#ifndef AUDIT_DIFF_PARTS_H
#define AUDIT_DIFF_PARTS_H

#include "audit/diff.h"
#include "json/tree.h"

/* A key of the earlier report. */
struct diff_key {
    const char *id;
    const char *canonical_id;
};

struct diff_maker {
    struct audit_report *report;
    struct audit_diff *out;
    struct diff_key *keys; /* by id */
    size_t key_count;
};

/* Reads the keys of the earlier report; *out is the caller's to free, on failure too. */
MUST_CHECK enum assay_status diff_read_keys(const struct json_at *result, struct diff_key **out,
                                            size_t *count, struct assay_error *err);

MUST_CHECK enum assay_status diff_add(const struct diff_maker *maker, enum audit_change_kind kind,
                                      const char *role, struct assay_error *err, const char *format,
                                      ...) PRINTF(5, 6);

/* The keys, thresholds and delegations of the newest vouched version of a role, then and now; role
 * is NULL when nothing is known of it now. */
MUST_CHECK enum assay_status diff_newest(const struct diff_maker *maker, const char *name,
                                         const struct audit_role *role, const struct json_at *then,
                                         struct assay_error *err);

#endif
