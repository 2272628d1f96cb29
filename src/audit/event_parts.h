/* SPDX-License-Identifier: Apache-2.0 */
/* What one version of a role brings. Private to audit/event*.c. */
#ifndef AUDIT_EVENT_PARTS_H
#define AUDIT_EVENT_PARTS_H

#include "audit/event.h"

struct event_maker {
    struct audit_history *history;
    struct audit_events *out;
};

/* A copy of event, with the text as its detail. */
MUST_CHECK enum assay_status event_add(const struct event_maker *maker,
                                       const struct audit_event *event, struct assay_error *err,
                                       const char *format, ...) PRINTF(4, 5);

/* before: the vouched version before it; NULL: it is the first that is there. */
MUST_CHECK enum assay_status events_of_root(const struct event_maker *maker,
                                            const struct audit_version *before,
                                            const struct audit_version *version,
                                            struct assay_error *err);
MUST_CHECK enum assay_status events_of_targets(const struct event_maker *maker, const char *role,
                                               const struct audit_version *before,
                                               const struct audit_version *version,
                                               struct assay_error *err);

/* ---- changes of a list of keys ---- */

struct key_changes {
    uint32_t added[LIMIT_ROLE_KEYS];
    size_t added_count;
    uint32_t removed[LIMIT_ROLE_KEYS];
    size_t removed_count;
    uint32_t renewed[LIMIT_ROLE_KEYS]; /* the new places of keys that only got a new certificate */
    uint32_t old[LIMIT_ROLE_KEYS];     /* and their old places */
    size_t renewed_count;
};
void key_changes_find(const struct audit_history *history, const struct audit_role_keys *before,
                      const struct audit_role_keys *now, struct key_changes *out);
/* "added 0123456789ab, removed cdef01234567": canonical ids, shortened. */
MUST_CHECK enum assay_status key_changes_text(const struct audit_history *history,
                                              const struct key_changes *changes, struct buf *out,
                                              struct assay_error *err);
/* Copies of both lists into the event. */
MUST_CHECK enum assay_status key_changes_give(struct audit_history *history,
                                              const struct key_changes *changes,
                                              struct audit_event *event, struct assay_error *err);

#endif
