/* SPDX-License-Identifier: Apache-2.0 */
/* What happened to a repository, in the order that signatures prove: by snapshot, and within one by
 * root, targets, delegations. Drawn from vouched versions alone, but for what broke the chain. */
#ifndef AUDIT_EVENT_H
#define AUDIT_EVENT_H

#include "audit/history.h"

enum audit_event_kind {
    AUDIT_EVENT_FIRST,               /* the oldest root that is vouched for */
    AUDIT_EVENT_KEYS_CHANGED,        /* a role's keys: added and removed say which */
    AUDIT_EVENT_CERTIFICATE_RENEWED, /* another certificate around the same public key */
    AUDIT_EVENT_THRESHOLD_CHANGED,
    AUDIT_EVENT_RESIGNED, /* a root without any other change but its expiry */
    AUDIT_EVENT_DELEGATION_ADDED,
    AUDIT_EVENT_DELEGATION_CHANGED, /* its keys, threshold or paths */
    AUDIT_EVENT_DELEGATION_REMOVED,
    AUDIT_EVENT_TAG_SIGNED,
    AUDIT_EVENT_TAG_MOVED, /* to another digest */
    AUDIT_EVENT_TAG_REMOVED,
    AUDIT_EVENT_BROKEN,  /* the chain of roots ends here */
    AUDIT_EVENT_DELETED, /* the changefeed says so */
    AUDIT_EVENT_KIND_COUNT
};
const char *audit_event_name(enum audit_event_kind kind); /* "keys-changed" */

struct audit_event {
    enum audit_event_kind kind;
    const char *role;   /* whose file shows it */
    uint64_t version;   /* of that file */
    const char *about;  /* the role whose keys or threshold changed, the delegation, the tag; "" */
    const char *detail; /* one sentence without a full stop; sanitised */
    struct audit_time when; /* a claim */
    const uint32_t *added;  /* keys, places in history.keys */
    size_t added_count;
    const uint32_t *removed;
    size_t removed_count;
};

struct audit_events {
    struct audit_event *items;
    size_t count;
    size_t cap;
    uint64_t left_out; /* beyond LIMIT_AUDIT_EVENTS */
};
void audit_events_clear(struct audit_events *events);

/* Texts and lists live in the history's arena. */
MUST_CHECK enum assay_status audit_events_make(struct audit_history *history,
                                               struct audit_events *out, struct assay_error *err);

#endif
