/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit of the roots from inside; private to audit/roots*.c.
 *
 * Versions are walked upward in batches. A walker carries the trusted machine from one version to
 * the next; what it finds goes into the batch's own history, since several batches may be at work,
 * and is brought together in order. Which versions the pin vouches for is told at the end.
 */
#ifndef AUDIT_ROOTS_PARTS_H
#define AUDIT_ROOTS_PARTS_H

#include "audit/parts.h"
#include "tuf/keyring.h"
#include "tuf/threshold.h"
#include "tuf/trusted.h"

/* A root that does not come by its number. */
struct root_extra {
    uint64_t version; /* as it says itself */
    struct buf bytes;
    int64_t modified_unix_s;
    bool is_anchor; /* the pinned file, or the state's first root: no other content beside it */
};
#define ROOT_EXTRAS 2 /* the anchor's file and "root" */

/* What holds for the whole audit. */
struct root_rules {
    const struct tuf_dialect *dialect;
    const char *gun;
    int64_t now_unix_s;
    enum audit_anchor anchor;
    const struct tuf_pin *pin; /* of AUDIT_ANCHOR_FINGERPRINT and _CA */
    struct root_extra extras[ROOT_EXTRAS];
    size_t extra_count;
};

/* What the walk learned of a content beside what is reported. */
struct root_mark {
    bool in_chain; /* the one content of its version that the next is held against */
    bool starts;   /* nothing leads to it from the version before */
    bool carries;  /* has a root key with the pinned fingerprint */
    bool holds;    /* could be the anchor */
};

enum root_mode {
    ROOT_PLAIN,
    ROOT_SEEKS_CA, /* no root of the pinned CA was met yet */
    ROOT_HOLDS_CA  /* from one on, every root must be the CA's */
};

struct root_walker {
    const struct root_rules *rules;
    enum root_mode mode;
    struct tuf_trusted *machine; /* NULL: nothing to hold the next version against */
    struct buf bytes;            /* of the machine's root, unless a batch or an extra has them */
    struct buf *borrowed;        /* where else they are; NULL: in bytes, or in an extra */
    uint32_t root_keys[LIMIT_ROLE_KEYS]; /* of the machine's root, places in the batch's keys */
    size_t root_key_count;
};

enum root_batch_state {
    ROOT_BATCH_WAITS,
    ROOT_BATCH_RUNS,
    ROOT_BATCH_DONE
};

struct root_batch {
    uint64_t first;
    size_t count;
    struct tuf_file files[LIMIT_AUDIT_FLIGHT];
    struct audit_history found;                               /* "root" alone */
    struct audit_role *role;                                  /* in found */
    struct root_mark marks[LIMIT_AUDIT_FLIGHT + ROOT_EXTRAS]; /* of role's versions */
    struct tuf_keyring spare;                                 /* keys that no role names */
    struct root_walker walker;                                /* of a batch that runs by itself */
    /* How such a batch began: by the version before it, if that was what it seems to be. */
    struct buf before;
    struct digest before_sha256;
    enum root_mode before_mode;
    bool has_run;
    enum root_batch_state state; /* guarded by the crew's lock */
    enum assay_status status;
    struct assay_error error;
};

/* ---- roots_walk.c ---- */

void root_walker_clear(struct root_walker *walker);
/* Walks over all versions of the batch. Only what no file can cause fails: no memory, a CA file
 * that is none. */
MUST_CHECK enum assay_status root_walk(struct root_walker *walker, struct root_batch *batch,
                                       struct assay_error *err);
/* After a walk: takes from the batch the bytes that the machine still needs. */
void root_walker_settle(struct root_walker *walker);
/* Whether it stands right before the batch with the content that the batch began from. */
bool root_walker_meets(const struct root_walker *walker, const struct root_batch *batch);

/* ---- roots_record.c ---- */

/* One content of a version. */
struct root_content {
    struct slice bytes;
    struct buf *owner; /* NULL: an extra's, which outlive the walk */
    int64_t modified_unix_s;
    bool is_anchor;
};
/* Puts the content into the batch's history. machine: the one that took it in; NULL: none did.
 * reason: what stands against it; its status is ASSAY_OK where nothing does. */
MUST_CHECK enum assay_status root_record(struct root_walker *walker, struct root_batch *batch,
                                         uint64_t version, const struct root_content *content,
                                         const struct tuf_trusted *machine,
                                         const struct assay_error *reason,
                                         const struct root_mark *mark, struct assay_error *err);
/* Notes the keys of the machine's root, whose signatures the next root may carry. */
MUST_CHECK enum assay_status root_note_keys(struct root_walker *walker, struct root_batch *batch,
                                            struct assay_error *err);

/* Puts a key into an ascending list that has each once; returns how many are there then. */
size_t root_keys_put(uint32_t *list, size_t count, uint32_t key);
/* A list that lives as long as the history: the former version's where it is the same, since most
 * versions change one role of four. */
MUST_CHECK enum assay_status root_keys_list(struct audit_history *history, const uint32_t *former,
                                            size_t former_count, const uint32_t *list, size_t count,
                                            const uint32_t **out, struct assay_error *err);

/* ---- roots_batch.c ---- */

struct root_batch *root_batch_new(const struct root_rules *rules, uint64_t first);
void root_batch_free(struct root_batch *batch);
/* Forgets what was found, keeps the files. */
void root_batch_reset(struct root_batch *batch);
/* Runs the batch by itself, from the content before it on. */
void root_batch_run(struct root_batch *batch);

/* ---- roots_crew.c ---- */

struct root_crew; /* threads that run batches by themselves */

/* *out is NULL for fewer than two threads. */
MUST_CHECK enum assay_status root_crew_new(size_t threads, struct root_crew **out,
                                           struct assay_error *err);
void root_crew_free(struct root_crew *crew); /* every batch must have come back */
/* How many batches may be out at once; 1 without a crew. */
size_t root_crew_room(const struct root_crew *crew);
void root_crew_give(struct root_crew *crew, struct root_batch *batch);
/* Waits for the batch that was given first, or takes it back if nobody began it and is_wanted is
 * false. */
struct root_batch *root_crew_take(struct root_crew *crew, bool is_wanted);

/* ---- roots_merge.c ---- */

/* Everything found, in order. */
struct root_findings {
    struct audit_role *role;
    struct root_mark *marks; /* of role's versions */
    size_t mark_cap;
    uint64_t skipped;         /* versions that were not asked for, in a stretch that has none */
    struct assay_error plain; /* why "root" is no root; ASSAY_OK: it is, or is not there */
    struct assay_error limit; /* the walk ended at a limit */
};
/* Brings over the contents of one version of the batch, which begin at index. map has room for the
 * batch's keys and is kept between calls: UINT32_MAX where nothing is known yet. ASSAY_ROOT_LIMIT.
 */
MUST_CHECK enum assay_status root_merge(const struct root_batch *batch, size_t index, uint32_t *map,
                                        struct audit_history *history, struct root_findings *found,
                                        struct assay_error *err);

/* ---- roots_anchor.c ---- */

/* ---- roots_prepare.c ---- */

struct root_audit {
    const struct audit_options *options;
    struct audit_report *report;
    struct root_rules rules;
    struct root_walker walker; /* stands before next */
    struct root_findings found;
    struct root_crew *crew; /* NULL: one thread does all */
    size_t out_count;       /* batches that are fetched and not brought together */
    struct buf tail;        /* the last file of the last batch fetched */
    uint64_t *listed;       /* versions that the remote lists */
    size_t listed_count;
    size_t listed_cap;
    uint64_t newest;  /* as far as anybody says */
    uint64_t asked;   /* the next version to ask for */
    uint64_t next;    /* the next version to bring together */
    uint64_t visited; /* versions */
    uint64_t barren;  /* versions in a row without a root that stands */
    bool ends;
};

/* Before anything is asked for but "root", which is plain: its bytes are taken. */
MUST_CHECK enum assay_status root_prepare(struct root_audit *audit, struct tuf_file *plain,
                                          struct assay_error *err);

/* ---- roots_anchor.c ---- */

/* Says which versions are vouched for, and what stands against the chain. */
void root_judge(const struct root_rules *rules, struct root_findings *found,
                struct audit_report *report);

#endif
