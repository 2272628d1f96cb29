/* SPDX-License-Identifier: Apache-2.0 */
/* The internal side of a session, for the command: inspect, explain and root need more than a
 * verdict. */
#ifndef VERIFY_SESSION_H
#define VERIFY_SESSION_H

#include "base/env.h"
#include "oci/reference.h"
#include "trust/trust.h"
#include "tuf/remote.h"
#include "verify/verdict.h"

struct worker_net; /* session_internal.h */

/* As assay_session_new, with what is outside given by the caller: the clock, the log, the
 * interruption flag and, if not NULL, the fetcher (then everything runs on one thread; NULL:
 * libcurl). env is borrowed for the session's life. */
MUST_CHECK enum assay_status session_new(const struct assay_options *options,
                                         const struct assay_env *env, struct assay_session **out,
                                         struct assay_error *err);

/* From now on the session judges by options.bundle alone: configs are hashed as well, and platforms
 * that the bundle lacks are listed as not present. */
void session_judge_alone(struct assay_session *session);
/* From now on one thread judges, and what every TRUSTED verdict rests on goes into the writer:
 * trust data with all delegations that can be loaded, manifests and configs. A failure to put it
 * there is the verdict's. The writer is borrowed for the session's life. */
void session_collect(struct assay_session *session, struct bundle_writer *writer);

/* From now on the configs of the platforms that are judged are hashed as well, and what they say
 * stands in the verdict. */
void session_keep_configs(struct assay_session *session);

/* The updated and verified trust data of a repository, every delegation that can be loaded
 * included, for inspect --trust. */

MUST_CHECK enum assay_status session_open_trust(struct assay_session *session,
                                                const struct oci_reference *reference,
                                                struct trust_repo **out, struct assay_error *err);

#define PLATFORM_TEXT_BYTES 200 /* "os/arch[/variant]" */

/* One node of a manifest tree, for inspect. */
struct inspect_node {
    char digest[DIGEST_TEXT_BYTES];
    uint64_t size;
    char media_type[128];
    char platform[PLATFORM_TEXT_BYTES]; /* "" for none */
    bool is_attestation;
    bool is_absent;                /* an entry of an index that the local source does not hold */
    struct inspect_node *children; /* manifests of an index */
    size_t child_count;
    struct oci_descriptor config; /* of a manifest; media_text points to static text or "" */
    struct oci_descriptor *layers;
    size_t layer_count;
};

/* What a reference or source leads to, and whether that is what was signed for it. */
struct inspection {
    const char *reference; /* as asked; borrowed */
    struct inspect_node root;
    struct assay_verdict *verdict; /* NULL: not judged */
};

/* Reads and hashes the tree, and verifies the reference if a pin, state or trust server is named
 * for it, or an option speaks of trust. The verdict is on this tree: TRUSTED only if its root is
 * what was judged. ASSAY_OK says that there is a tree, whatever the verdict. */
MUST_CHECK enum assay_status session_inspect(struct assay_session *session, const char *reference,
                                             struct inspection *out, struct assay_error *err);
void inspection_clear(struct inspection *inspection);

/* Which server, root, pin and state decide for a reference, for explain; texts owned. */
struct session_explanation {
    struct oci_reference reference;
    char *trust_source;        /* URL or directory, "" when none is known */
    char *trust_source_reason; /* "--trust-server", "the configuration for registry.example.com" */
    char *pin;                 /* "sha256:...", "root file", "CA file", "none" */
    char *pin_origin;          /* "--root", the directory, "" */
    char *state_dir;           /* "" when stateless */
    uint64_t state_generation; /* 0: nothing is known of this repository yet */
    uint64_t root_version;     /* from state; 0: none */
    char *anchor;              /* "pinned", "accepted on first use", "none" */
};
MUST_CHECK enum assay_status session_explain(struct assay_session *session, const char *reference,
                                             struct session_explanation *out,
                                             struct assay_error *err);
void session_explanation_clear(struct session_explanation *explanation);

/*
 * What an audit of a repository rests on: where its files come from, what it is held against.
 * Nothing is updated or stored.
 */
struct session_evidence {
    struct oci_reference name; /* name is the GUN; NULL where only a directory is named */
    struct tuf_remote *remote;
    const struct assay_env *env;
    struct tuf_pin pin;      /* kind NONE: none is known */
    bool pin_is_exact;       /* for this very GUN */
    struct tuf_store *store; /* NULL: there is no state, or it must not count */
    struct buf state_root;   /* the first root that state holds; empty without one */
    int64_t now_unix_s;
    bool has_at;
    bool tofu;
    size_t threads;
    struct worker_net *net; /* what remote and env stand on */
};
/* reference: a repository without tag and digest. NULL: the one that options.bundle holds, or
 * options.trust_dir as it is, which then must be of plain TUF. */
MUST_CHECK enum assay_status session_open_evidence(struct assay_session *session,
                                                   const char *reference,
                                                   struct session_evidence *out,
                                                   struct assay_error *err);
void session_evidence_clear(struct session_evidence *evidence);

#endif
