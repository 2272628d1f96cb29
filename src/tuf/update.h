/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One update of a repository: asks a remote for files, feeds the trusted machine in the order of
 * TUF 5.3 to 5.6, and stores what was verified. It does the I/O that trusted.h does not; every
 * decision is the machine's. What unverified files claim only chooses what is asked for next.
 */
#ifndef TUF_UPDATE_H
#define TUF_UPDATE_H

#include "tuf/remote.h"
#include "tuf/store.h"
#include "tuf/trusted.h"

/* Everything is borrowed for the update's life. */
struct tuf_update_options {
    const struct tuf_dialect *dialect;
    const char *gun;
    struct tuf_remote *remote;
    struct tuf_store *store;   /* NULL: nothing is stored and there are no floors */
    const struct tuf_pin *pin; /* kind NONE: none */
    bool pin_is_exact;         /* for this GUN, not for a prefix */
    bool tofu;
    int (*accept_root)(void *ctx, const char *gun, const char *fingerprint, const void *root,
                       size_t root_bytes);
    void *accept_root_ctx;
    bool all_delegations; /* load every delegation that verifies, not targets/releases alone */
    int64_t now_unix_s;
    const struct assay_log *log;
    struct trace *trace;
};

struct tuf_update;

MUST_CHECK enum assay_status tuf_update_new(const struct tuf_update_options *options,
                                            struct tuf_update **out, struct assay_error *err);
void tuf_update_free(struct tuf_update *update);
/* Runs once. When it fails, roots that were verified before the failure are already stored. */
MUST_CHECK enum assay_status tuf_update_run(struct tuf_update *update, struct assay_error *err);
/* After a good run. */
const struct tuf_trusted *tuf_update_trusted(const struct tuf_update *update);
bool tuf_update_was_seen(const struct tuf_update *update, const char *tag,
                         const struct digest *digest);
MUST_CHECK enum assay_status tuf_update_mark_seen(struct tuf_update *update, const char *tag,
                                                  const struct digest *digest,
                                                  struct assay_error *err);
/* Stores roots, floors, files and seen pairs; nothing without a store. */
MUST_CHECK enum assay_status tuf_update_commit(struct tuf_update *update, struct assay_error *err);
/* The root was accepted on first use, in this run. */
bool tuf_update_accepted_first_use(const struct tuf_update *update);
/* Every file that was taken in, exactly as it came: the roots from the anchor on as "N.root", the
 * last one as "root" too, then the roles. */
MUST_CHECK enum assay_status tuf_update_files(const struct tuf_update *update, file_fn *each,
                                              void *ctx, struct assay_error *err);
/* The newest time that the remote claims for a role file; 0: it claims none. */
int64_t tuf_update_modified(const struct tuf_update *update);
/* Floors that fell because all keys of their role are gone. */
size_t tuf_update_fallen_floors(const struct tuf_update *update);
/* "sha256:HEX" of the canonical ids of the last root's keys, several separated by ", ". */
MUST_CHECK enum assay_status tuf_root_fingerprint(const struct tuf_trusted *trusted,
                                                  struct buf *out, struct assay_error *err);

#endif
