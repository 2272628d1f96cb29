/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The durable trust state, one directory a GUN: gun/HEX-SHA256-OF-GUN/{GUN,lock,HEAD,objs/HEX}.
 *
 * Objects are named by their SHA-256 and never change; HEAD names them and carries the floors, and
 * ends in its own SHA-256. A commit writes and syncs objects, then their directory, then HEAD by
 * rename, then its directory: after a crash the old state stands or the new one. Absent is first
 * use; damaged is an error and never an old or an empty state. It is not a cache.
 */
#ifndef TUF_STORE_H
#define TUF_STORE_H

#include "base/buf.h"
#include "base/callback.h"
#include "base/env.h"
#include "tuf/floor.h"

struct tuf_store; /* an open GUN */

enum tuf_anchor_kind {
    TUF_ANCHOR_NONE, /* nothing stored yet */
    TUF_ANCHOR_PIN,  /* a pin led to it */
    TUF_ANCHOR_TOFU  /* accepted on first use */
};

struct tuf_stored_root {
    uint64_t version;
    struct digest sha256;
    uint64_t length;
};

/* A tag's digest that was once verified as signed. */
struct tuf_seen {
    char tag[LIMIT_TAG_BYTES + 1];
    struct digest digest;
};

/* What HEAD says. Zero-initialised is the state of first use. */
struct tuf_state {
    uint64_t generation; /* one more at each commit; 0: nothing stored */
    int64_t last_seen_unix_s;
    enum tuf_anchor_kind anchor;
    struct tuf_stored_root *roots; /* from the anchor on, without a gap; the last is the newest */
    size_t root_count;
    size_t root_cap;
    struct tuf_floors floors; /* root's too; file bytes are objects of the same hash */
    struct tuf_seen *seen;    /* newest first, at most LIMIT_SEEN_TAGS */
    size_t seen_count;
    size_t seen_cap;
};

void tuf_state_clear(struct tuf_state *state);
MUST_CHECK enum assay_status tuf_state_copy(const struct tuf_state *from, struct tuf_state *to,
                                            struct assay_error *err);
MUST_CHECK enum assay_status tuf_state_add_root(struct tuf_state *state,
                                                const struct tuf_stored_root *root,
                                                struct assay_error *err);
/* Puts a new pair in front; drops the oldest beyond the limit. A pair that is there stays where it
 * is, so that a run that learns nothing writes nothing. A name that is no tag is left out: no
 * reference can ask for it. */
MUST_CHECK enum assay_status tuf_state_add_seen(struct tuf_state *state, const char *tag,
                                                const struct digest *digest,
                                                struct assay_error *err);

/* Opens the GUN's directory below state_dir and reads HEAD under a shared lock; nothing is created.
 * ASSAY_STATE_CORRUPT, _PERMISSION, _LINK, _LOCK, _IO, _VERSION; ASSAY_CLOCK when now is more than
 * LIMIT_CLOCK_BACK_S before the last successful run (now 0: not judged). */
MUST_CHECK enum assay_status tuf_store_open(const char *state_dir, const char *gun,
                                            int64_t now_unix_s, const struct assay_env *env,
                                            struct tuf_store **out, struct assay_error *err);
void tuf_store_close(struct tuf_store *store); /* NULL is fine */
/* As read at opening. Borrowed. */
const struct tuf_state *tuf_store_state(const struct tuf_store *store);
/* The bytes of an object that HEAD names, hashed again. ASSAY_STATE_CORRUPT when absent or other.
 */
MUST_CHECK enum assay_status tuf_store_read(struct tuf_store *store, const struct digest *sha256,
                                            size_t max_bytes, struct buf *out,
                                            struct assay_error *err);

/* Bytes to be stored; borrowed until the commit. */
struct tuf_object {
    struct digest sha256;
    struct slice bytes;
};

/*
 * Makes next the state: under the exclusive lock, re-reads HEAD; if another run committed
 * meanwhile, next's floors are judged against the newer ones (tuf_floor_check: ASSAY_ROLLBACK,
 * ASSAY_EQUIVOCATION, nothing written) and both are merged, floors and roots at their maximum;
 * then the protocol above. Every object that next names must be stored or in objects. When nothing
 * changed, nothing is written, but last_seen at most once per LIMIT_STATE_TOUCH_S. On ASSAY_OK the
 * state is durable; otherwise the old one stands (or, if only the last sync failed, the new one).
 * next->generation is set. ASSAY_STATE_IO also when the state was removed since it was opened.
 */
MUST_CHECK enum assay_status tuf_store_commit(struct tuf_store *store, struct tuf_state *next,
                                              const struct tuf_object *objects, size_t object_count,
                                              struct assay_error *err);
/* Forgets a GUN's state wholly. *removed: there was one. */
MUST_CHECK enum assay_status tuf_store_remove(const char *state_dir, const char *gun, bool *removed,
                                              struct assay_error *err);
/* Calls each with every GUN that has a state, in byte order. */
MUST_CHECK enum assay_status tuf_store_list(const char *state_dir, name_fn *each, void *ctx,
                                            struct assay_error *err);

#endif
