/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit of one repository: who could sign what, since when, on whose authority.
 *
 * It reads role files from a remote, verifies roots one by one from the pin, the other roles by the
 * keys that verified roots gave them, and draws events and findings from that. It stores nothing.
 */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include "audit/event.h"
#include "audit/finding.h"
#include "base/env.h"
#include "tuf/remote.h"

struct audit_options {
    const struct assay_env *env;
    /* NULL: as the "_type" of the first root claims, Notary's or plain TUF's. */
    const struct tuf_dialect *dialect;
    const char *gun;           /* "": plain TUF, which names no repository */
    struct tuf_remote *remote; /* borrowed */
    const struct tuf_pin *pin; /* kind NONE: see tofu and state */
    bool is_promised;          /* a pin of this very gun, or state, says that there are roots */
    bool tofu;                 /* without pin and state: the oldest root that is there is taken */
    /* With no pin: starts at the root that the state begins with. Its floors are compared with.
     * NULL: there is none. */
    const struct tuf_state *state;
    struct slice state_root; /* the bytes of the state's first root; empty without one */
    int64_t now_unix_s;
    bool has_at; /* what was published after now, as far as anybody says, is left out */
    int64_t warn_before_s;
    size_t threads; /* at least 1 */
};

/* How the chain of roots starts. */
enum audit_anchor {
    AUDIT_ANCHOR_NONE,
    AUDIT_ANCHOR_FINGERPRINT,
    AUDIT_ANCHOR_ROOT,
    AUDIT_ANCHOR_CA,
    AUDIT_ANCHOR_STATE, /* the root that earlier runs started from */
    AUDIT_ANCHOR_FIRST_USE
};

struct audit_report {
    const char *gun;   /* in the history's arena; "" for plain TUF */
    const char *where; /* the server's URL, the directory, the bundle */
    const char *dialect;
    enum audit_anchor anchor;
    uint64_t anchor_version; /* 0: the chain could not be started */
    int64_t now_unix_s;
    bool has_at;
    uint64_t left_out_by_time; /* versions that --at leaves out */
    struct audit_history history;
    struct audit_events events;
    struct audit_findings findings;
    /* ASSAY_OK: signatures lead from the anchor to the newest root that is there. Otherwise what
     * stands against it; what was verified is in the history all the same. */
    enum assay_status status;
    struct assay_error error;
};

/* ASSAY_OK whenever there is a report, whatever its status; *out is owned by the caller. Otherwise
 * nothing could be told: no root there, no pin, no memory, interrupted. */
MUST_CHECK enum assay_status audit_run(const struct audit_options *options,
                                       struct audit_report **out, struct assay_error *err);
void audit_report_free(struct audit_report *report);     /* NULL is fine */
const char *audit_anchor_name(enum audit_anchor anchor); /* "fingerprint" */
const char *audit_source_name(enum audit_source source); /* "changefeed" */
const char *audit_trust_name(enum audit_trust trust);    /* "vouched" */

#endif
