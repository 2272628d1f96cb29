/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trusted state: a pure machine without I/O or clock. It takes a role's bytes in the order
 * roots, timestamp, snapshot, targets, delegations, and either takes the role in, wholly verified,
 * or returns an error and stays as it was. Calls out of order are ASSAY_INTERNAL.
 *
 * Every role goes through one loader with one order of checks: size, length and hashes from the
 * parent, JSON, envelope, threshold over the canonical bytes, _type, form, version, floor, expiry,
 * what it refers to. Bytes given in are borrowed for the machine's life, those of a root until the
 * next one is taken in.
 */
#ifndef TUF_TRUSTED_H
#define TUF_TRUSTED_H

#include "base/trace.h"
#include "tuf/dialect.h"
#include "tuf/floor.h"
#include "tuf/pin.h"

/* The delegation whose answer stands before that of targets. */
#define ROLE_RELEASES "targets/releases"

struct tuf_trusted;
struct tuf_root;    /* model.h */
struct tuf_signers; /* threshold.h */

struct tuf_trusted_options {
    const struct tuf_dialect *dialect;
    const char *gun;                 /* copied */
    int64_t now_unix_s;              /* the one time of the run */
    const struct tuf_floors *floors; /* borrowed; NULL: none known, or --at */
    struct trace *trace;             /* borrowed, may be NULL */
};

MUST_CHECK enum assay_status tuf_trusted_new(const struct tuf_trusted_options *options,
                                             struct tuf_trusted **out, struct assay_error *err);
void tuf_trusted_free(struct tuf_trusted *trusted);

/* Whether an unverified root carries the pinned fingerprint (for the search downward), and its
 * version. It decides only what is asked for next. */
MUST_CHECK enum assay_status tuf_root_peek(const struct tuf_dialect *dialect, struct slice bytes,
                                           const struct digest *fingerprint, uint64_t *version,
                                           bool *carries, struct assay_error *err);

/*
 * The first root of the chain. pin says why it is trusted:
 *   fingerprint: only the pinned key counts towards the root's threshold (ASSAY_PIN_MISMATCH when
 *     no root key has it);
 *   root: the bytes are exactly the pin's;
 *   CA: keys that do not chain to it do not count, now and in every later root;
 *   NULL: accepted on first use, its own signatures only.
 */
MUST_CHECK enum assay_status tuf_trusted_set_anchor(struct tuf_trusted *trusted, struct slice bytes,
                                                    const struct tuf_pin *pin,
                                                    struct assay_error *err);
/* Root N+1: both thresholds before anything else of it is parsed, exact version. Dates are not
 * judged. ASSAY_ROOT_ROTATION when the old keys did not sign, ASSAY_ROOT_VERSION, ASSAY_THRESHOLD
 * for its own keys. */
MUST_CHECK enum assay_status tuf_trusted_add_root(struct tuf_trusted *trusted, struct slice bytes,
                                                  struct assay_error *err);
/* No more roots: judges the last one's floor, expiry and certificate dates. */
MUST_CHECK enum assay_status tuf_trusted_close_roots(struct tuf_trusted *trusted,
                                                     struct assay_error *err);
uint64_t tuf_trusted_root_version(const struct tuf_trusted *trusted);

/* The root taken in last, as an audit sees it; all borrowed until the next one is taken in. */
struct tuf_root_view {
    const struct tuf_root *root; /* NULL: none was taken in */
    const struct digest *sha256; /* of the file */
    const struct tuf_signers *own;
    /* Of the keys of the root before, in its order; nobody in an anchor. */
    const struct tuf_signers *former;
};
void tuf_trusted_root_view(const struct tuf_trusted *trusted, struct tuf_root_view *out);
/* Whether the pin would let the root taken in last be the anchor, too: the statuses of
 * tuf_trusted_set_anchor. Signatures are not checked again. */
MUST_CHECK enum assay_status tuf_trusted_check_pin(const struct tuf_trusted *trusted,
                                                   const struct tuf_pin *pin,
                                                   struct assay_error *err);

MUST_CHECK enum assay_status tuf_trusted_add_timestamp(struct tuf_trusted *trusted,
                                                       struct slice bytes, struct assay_error *err);
MUST_CHECK enum assay_status tuf_trusted_add_snapshot(struct tuf_trusted *trusted,
                                                      struct slice bytes, struct assay_error *err);
/* role: "targets", or a delegation whose parent is loaded. */
MUST_CHECK enum assay_status tuf_trusted_add_targets(struct tuf_trusted *trusted, const char *role,
                                                     struct slice bytes, struct assay_error *err);

/* What a verified parent says about a file: "snapshot" after the timestamp; "root", "targets" and
 * delegations after the snapshot. */
struct tuf_meta {
    uint64_t length;
    struct digest sha256;
    struct digest sha512; /* DIGEST_NONE: not given */
};
/* NULL when the parent does not name the role. */
const struct tuf_meta *tuf_trusted_meta(const struct tuf_trusted *trusted, const char *role);
/* Whether bytes are what meta says: ASSAY_LENGTH_MISMATCH, ASSAY_HASH_MISMATCH. */
MUST_CHECK enum assay_status tuf_meta_check(const struct tuf_meta *meta, const char *role,
                                            struct slice bytes, struct assay_error *err);

enum tuf_delegation {
    TUF_DELEGATION_NONE,        /* not delegated, or without any key */
    TUF_DELEGATION_UNPUBLISHED, /* delegated, not in the snapshot, never seen */
    TUF_DELEGATION_PUBLISHED    /* delegated and in the snapshot: must be loaded to be used */
};
/* After targets is loaded. ASSAY_THRESHOLD_UNREACHABLE: some keys, fewer than the threshold;
 * ASSAY_ROLE_MISSING: delegated and seen before, but not in the snapshot. */
MUST_CHECK enum assay_status tuf_trusted_delegation(const struct tuf_trusted *trusted,
                                                    const char *role, enum tuf_delegation *out,
                                                    struct assay_error *err);

struct tuf_target {
    struct slice name;
    struct digest sha256;
    struct digest sha512; /* DIGEST_NONE: not given */
    uint64_t length;
};
/* Whether the target was signed with this digest, in whichever algorithm. */
bool tuf_target_has_digest(const struct tuf_target *target, const struct digest *digest);
/* The entry of a loaded role; *found is false when the role does not list the name or its paths do
 * not let it. */
MUST_CHECK enum assay_status tuf_trusted_find(const struct tuf_trusted *trusted, const char *role,
                                              struct slice name, struct tuf_target *out,
                                              bool *found, struct assay_error *err);
/* All entries of a loaded role, in byte order of their names; 0 when it is not loaded. */
size_t tuf_trusted_target_count(const struct tuf_trusted *trusted, const char *role);
MUST_CHECK enum assay_status tuf_trusted_target_at(const struct tuf_trusted *trusted,
                                                   const char *role, size_t index,
                                                   struct tuf_target *out, struct assay_error *err);

/* ---- for reports and for the store ---- */

struct tuf_key_view {
    char id[TUF_ID_BYTES];           /* as listed */
    char canonical_id[TUF_ID_BYTES]; /* survives a new certificate */
    struct digest identity;
    enum key_type type;
    bool signed_it; /* its signature on the loaded file was valid */
};

struct tuf_role_view {
    const char *name;
    bool loaded; /* false: delegated, but its file was not taken in */
    uint64_t version;
    int64_t expires_unix_s;
    uint64_t threshold;
    struct tuf_key_view keys[LIMIT_ROLE_KEYS];
    size_t key_count;
};
/* Roles known to the machine: the four, then delegations in the order of their parents' lists.
 * False when index is beyond. Root's view has the root role's keys of the last root. */
MUST_CHECK bool tuf_trusted_role_at(const struct tuf_trusted *trusted, size_t index,
                                    struct tuf_role_view *out);

/* Puts the floors of everything taken in into floors; those of other roles are kept as they are.
 * *fell counts floors that were dropped because all their keys are gone. */
MUST_CHECK enum assay_status tuf_trusted_floors(const struct tuf_trusted *trusted,
                                                struct tuf_floors *floors, size_t *fell,
                                                struct assay_error *err);

#endif
