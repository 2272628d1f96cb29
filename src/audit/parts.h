/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of an audit. Private to audit/. */
#ifndef AUDIT_PARTS_H
#define AUDIT_PARTS_H

#include "audit/audit.h"

/* Files of one role by their versions: "N.root", from first on, count of them in flights of
 * LIMIT_AUDIT_FLIGHT. Each file comes to take in order of its version, as it is, found or not; its
 * bytes belong to the caller of audit_fetch again as soon as take returns, unless take moves them.
 */
struct audit_fetch {
    struct tuf_remote *remote;
    const struct assay_env *env;
    const char *role;
    size_t max_bytes; /* of one file */
    uint64_t first;
    uint64_t count;
    enum assay_status (*take)(void *ctx, uint64_t version, struct tuf_file *file, bool *more,
                              struct assay_error *err);
    void *ctx;
};
MUST_CHECK enum assay_status audit_fetch(const struct audit_fetch *fetch, struct assay_error *err);
/* One file by its plain name; outcome and error are in *out, which the caller clears. */
MUST_CHECK enum assay_status audit_fetch_one(struct tuf_remote *remote, const char *name,
                                             size_t max_bytes, struct tuf_file *out,
                                             struct assay_error *err);

/* The roots: finds the anchor, verifies the chain, fills the role "root" of the report's history,
 * the anchor and the status. Roots before the anchor and behind a break stand there unvouched. */
MUST_CHECK enum assay_status audit_roots(const struct audit_options *options,
                                         struct audit_report *report, struct assay_error *err);
/* Everything else, by the keys of vouched roots: timestamp, snapshot, targets, delegations, tags,
 * the changefeed and first_snapshot of every role. A role's failure is in the history. */
MUST_CHECK enum assay_status audit_roles(const struct audit_options *options,
                                         struct audit_report *report, struct assay_error *err);
/* Fills published of every version from what is known, and with --at leaves out what was published
 * later. */
MUST_CHECK enum assay_status audit_times(const struct audit_options *options,
                                         struct audit_report *report, struct assay_error *err);

#endif
