/* SPDX-License-Identifier: Apache-2.0 */
/* The trusted machine from inside; private to trusted*.c. */
#ifndef TUF_MACHINE_H
#define TUF_MACHINE_H

#include "tuf/parsers.h"

/* A role file with all that came of it. One that hangs in the machine is wholly verified. */
struct tuf_taken {
    struct slice bytes; /* of the file; borrowed */
    struct digest sha256;
    struct tuf_unverified file; /* owns the canonical form, where the file is not */
    struct arena arena;         /* the parsed form */
    struct tuf_signers signers;
    struct tuf_signers former;       /* of a root: who of the root before signed it */
    const struct tuf_header *header; /* of the part below that is in use */
    struct tuf_root root;
    struct tuf_meta_map map;
    struct tuf_targets targets;
    bool floor_fell;
};

#define AUTO_TAKEN CLEANUP(taken_cleanup) struct tuf_taken *
/* NULL when out of memory. */
MUST_CHECK struct tuf_taken *taken_new(struct slice bytes);
void taken_free(struct tuf_taken *taken); /* NULL is fine */
void taken_cleanup(struct tuf_taken **taken);

/* A role that may list targets: the top one, or a delegation known from its loaded parent. */
struct tuf_node {
    const char *name;
    struct tuf_role_keys *keys;      /* in the root, or in the parent's file */
    const struct tuf_delegated *how; /* NULL: top-level targets */
    const struct tuf_node *parent;
    struct slice *paths; /* owned; those of the role that its parent may hand on */
    size_t path_count;
    struct tuf_taken *taken; /* NULL: not loaded */
};

enum tuf_phase {
    PHASE_NEW,
    PHASE_ROOTS,     /* an anchor stands, roots may follow */
    PHASE_CLOSED,    /* the last root is known and judged */
    PHASE_TIMESTAMP, /* a timestamp stands */
    PHASE_SNAPSHOT   /* a snapshot stands; targets and delegations may follow */
};

struct tuf_trusted {
    const struct tuf_dialect *dialect;
    char *gun;
    int64_t now_unix_s;
    const struct tuf_floors *floors;
    struct trace *trace;
    enum tuf_phase phase;
    struct tuf_keyring ring;
    bool has_ca;
    struct buf ca_pem; /* with has_ca: what every root's certificates must chain to */
    struct tuf_taken *root;
    struct tuf_taken *timestamp;
    struct tuf_taken *snapshot;
    struct tuf_node **nodes; /* the first is top-level targets, there as soon as a root is */
    size_t node_count;
    size_t node_cap;
};

/* ---- trusted_load.c ---- */

/* One load: what the loader must know about the role. */
struct tuf_load {
    const char *role;
    size_t max_bytes;
    uint64_t max_nodes;
    const struct tuf_meta *meta; /* NULL: no parent describes the timestamp */
    struct tuf_role_keys *keys;
    enum assay_status (*parse)(struct tuf_taken *taken, const struct tuf_verified *verified,
                               const struct tuf_load *load, const struct tuf_dialect *dialect,
                               struct assay_error *err);
};

/* The one loader, with the one order of checks; what the role refers to is its caller's. */
MUST_CHECK enum assay_status machine_load(const struct tuf_trusted *trusted,
                                          const struct tuf_load *load, struct slice bytes,
                                          struct tuf_taken **out, struct assay_error *err);
/* Checks that roots have in common with other roles. Each writes its line into the trace. */
MUST_CHECK enum assay_status machine_check_floor(const struct tuf_trusted *trusted,
                                                 const char *role, const struct tuf_role_keys *keys,
                                                 struct tuf_taken *taken, struct assay_error *err);
MUST_CHECK enum assay_status machine_check_expiry(const struct tuf_trusted *trusted,
                                                  const char *role, const struct tuf_taken *taken,
                                                  struct assay_error *err);

/* ---- trusted_trace.c ---- */

#define SUBJECT_BYTES (LIMIT_ROLE_NAME_BYTES + 32)

/* "targets/releases version 5" */
void machine_subject(const char *role, uint64_t version, char out[SUBJECT_BYTES]);
/* A check that failed, with err's message as evidence; returns status. */
enum assay_status machine_note_failure(const struct tuf_trusted *trusted, enum rule rule,
                                       const char *subject, enum assay_status status,
                                       const struct assay_error *err);
/* The signature line: who signed, against which threshold. */
void machine_note_signers(const struct tuf_trusted *trusted, enum rule rule, const char *subject,
                          const struct tuf_role_keys *keys, const struct tuf_signers *signers);

/* ---- trusted_nodes.c ---- */

struct tuf_node *machine_find_node(const struct tuf_trusted *trusted, const char *role);
/* Adds the nodes of a file's delegations; on failure none is added. */
MUST_CHECK enum assay_status machine_add_nodes(struct tuf_trusted *trusted,
                                               const struct tuf_node *parent,
                                               struct tuf_taken *taken, struct assay_error *err);
/* The node of top-level targets, whose keys are the root's. */
MUST_CHECK enum assay_status machine_set_top_node(struct tuf_trusted *trusted,
                                                  struct assay_error *err);
void machine_clear_nodes(struct tuf_trusted *trusted);
/* Whether a delegation can be used: its keys decode and reach its threshold. */
MUST_CHECK enum assay_status machine_check_node(const struct tuf_trusted *trusted,
                                                const struct tuf_node *node,
                                                struct assay_error *err);
/* Gives a delegation those of its paths that its parent may hand on. */
MUST_CHECK enum assay_status machine_set_paths(struct tuf_node *node, struct assay_error *err);
/* Whether the role may speak for the name. */
bool machine_node_covers(const struct tuf_node *node, struct slice name);

#endif
