/* SPDX-License-Identifier: Apache-2.0 */
/* The audit of every role but root; private to audit/roles*.c, tags.c, snapshots.c and feed.c. */
#ifndef AUDIT_ROLES_PARTS_H
#define AUDIT_ROLES_PARTS_H

#include "audit/parts.h"
#include "tuf/parsers.h"

/* ---- the keys of a role through time ---- */

/* Keys that a role had, and in which versions of its parent. */
struct key_set {
    const struct audit_role_keys *keys;
    uint64_t first;
    uint64_t last;
    bool is_vouched;
};

struct key_sets {
    struct key_set *items; /* oldest first; neighbours differ */
    size_t count;
    size_t cap;
};
void key_sets_clear(struct key_sets *sets);
/* What vouched versions of the parent say: of root for the three, of a targets file otherwise; and
 * before those, what roots older than the first vouched one say, since they tell an old file from a
 * forged one. */
MUST_CHECK enum assay_status key_sets_collect(const struct audit_history *history, const char *role,
                                              struct key_sets *out, struct assay_error *err);
/* "targets" of "targets/x"; false for the three that root names. */
bool role_parent(const char *role, struct slice *out);

/* Keys made again from what the history keeps of them: the last ones, not all. */
#define KEY_CACHE (2UL * LIMIT_ROLE_KEYS)
struct key_cache {
    struct {
        uint32_t place; /* in history.keys */
        struct crypto_key *key;
    } items[KEY_CACHE];
    size_t count;
    size_t next; /* to be given up */
};
void key_cache_clear(struct key_cache *cache);

/* ---- the run ---- */

/* That a snapshot, or a timestamp, names a file by its hash. */
struct mention {
    const char *role;
    struct digest sha256;
    uint64_t version; /* of the snapshot */
};

struct roles_run {
    const struct audit_options *options;
    const struct tuf_dialect *dialect;
    struct audit_report *report;
    struct key_cache cache;
    struct mention
        *mentions; /* ascending by snapshot; only where the hash is another than before */
    size_t mention_count;
    size_t mention_cap;
    struct mention *newest; /* what the newest vouched snapshot names, in byte order of roles */
    size_t newest_count;
    bool has_list; /* the remote tells what it has */
};

/* A role's file, wholly verified and parsed; bytes are borrowed. */
struct role_file {
    struct tuf_unverified file;
    struct arena arena;
    struct tuf_meta_map map;    /* of a timestamp or snapshot */
    struct tuf_targets targets; /* of a targets file */
    const struct tuf_header *header;
};
#define AUTO_ROLE_FILE CLEANUP(role_file_clear) struct role_file
void role_file_init(struct role_file *file);
void role_file_clear(struct role_file *file);

/* ---- roles_verify.c ---- */

/* Checks and parses the bytes. *version says of it what the history wants: hash, length, trust,
 * who signed; its status is what stands against the file. Fails only for want of memory and what no
 * file causes. */
MUST_CHECK enum assay_status role_verify(struct roles_run *run, const char *role,
                                         const struct key_sets *sets, struct slice bytes,
                                         struct role_file *file, struct audit_version *version,
                                         struct assay_error *err);

/* ---- roles_read.c ---- */

/* All versions of a role that can be had, into the history. */
MUST_CHECK enum assay_status role_read(struct roles_run *run, const char *role,
                                       struct assay_error *err);

/* ---- tags.c ---- */

/* What the file lists and the one before it (NULL: none) did not, and the other way about. */
MUST_CHECK enum assay_status tags_compare(struct audit_history *history, const char *role,
                                          uint64_t version, const struct tuf_targets *before,
                                          const struct tuf_targets *now, struct assay_error *err);

/* ---- snapshots.c ---- */

/* Remembers what a vouched snapshot names; snapshots come in order. */
MUST_CHECK enum assay_status snapshot_remember(struct roles_run *run,
                                               const struct tuf_meta_map *map, uint64_t version,
                                               struct assay_error *err);
/* The version of the vouched snapshot with these bytes; 0: there is none. */
uint64_t snapshot_version_of(const struct audit_history *history, const struct digest *sha256);
/* Fills first_snapshot of every version that is named. */
MUST_CHECK enum assay_status snapshots_order(struct roles_run *run, struct assay_error *err);
/* Whether the newest vouched snapshot names the role. */
bool snapshot_names(const struct roles_run *run, const char *role);

/* ---- feed.c ---- */

/* The server's list of publications into the history: claims. One that is malformed, endless or not
 * served ends where it ends. */
MUST_CHECK enum assay_status feed_read(struct roles_run *run, struct assay_error *err);

#endif
