/* SPDX-License-Identifier: Apache-2.0 */
/* What changed since an earlier report of the same repository, which was written as JSON. */
#ifndef AUDIT_DIFF_H
#define AUDIT_DIFF_H

#include "audit/audit.h"

enum audit_change_kind {
    AUDIT_CHANGE_VERSION_NEW,
    AUDIT_CHANGE_VERSION_GONE, /* it was there before */
    AUDIT_CHANGE_CONTENT,      /* one version, other bytes; it is a finding as well */
    AUDIT_CHANGE_KEY_ADDED,    /* to a role's newest keys */
    AUDIT_CHANGE_KEY_REMOVED,
    AUDIT_CHANGE_THRESHOLD,
    AUDIT_CHANGE_DELEGATION_ADDED,
    AUDIT_CHANGE_DELEGATION_REMOVED,
    AUDIT_CHANGE_FINDING_NEW,
    AUDIT_CHANGE_FINDING_GONE,
    AUDIT_CHANGE_STATUS, /* of the chain */
    AUDIT_CHANGE_KIND_COUNT
};
const char *audit_change_name(enum audit_change_kind kind); /* "version-new" */

struct audit_change {
    enum audit_change_kind kind;
    const char *role;   /* "" where it is about none */
    const char *detail; /* one sentence without a full stop; sanitised */
};

struct audit_diff {
    const char *earlier_time; /* when the earlier report was made; in the history's arena */
    struct audit_change *items;
    size_t count;
    size_t cap;
};
void audit_diff_clear(struct audit_diff *diff);

/* earlier: the text of a report. Texts live in the history's arena; contents that changed under one
 * version are added to the report's findings. ASSAY_CONFIG for a text that is no such report or is
 * one of another repository. */
MUST_CHECK enum assay_status audit_diff_make(struct audit_report *report, struct slice earlier,
                                             struct audit_diff *out, struct assay_error *err);

#endif
