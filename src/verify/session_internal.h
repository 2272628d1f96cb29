/* SPDX-License-Identifier: Apache-2.0 */
/* What a session holds, and the steps of a verification. Private to verify/. */
#ifndef VERIFY_SESSION_INTERNAL_H
#define VERIFY_SESSION_INTERNAL_H

#include "base/arena.h"
#include "source/source.h"
#include "verify/content_cache.h"
#include "verify/progress.h"
#include "verify/session.h"

struct assay_session {
    struct arena arena;           /* owns every copied string and list */
    struct assay_options options; /* copied */
    struct assay_env env;         /* fetcher NULL: each worker makes its own */
    struct assay_log log;
    struct session_progress progress;
    struct oci_platform_choice platform;
    struct tuf_pin root; /* --root; kind NONE: the stored pins */
    struct net_credentials *credentials;
    struct bundle *bundle;         /* options.bundle; NULL until session_open_bundle */
    struct bundle_writer *collect; /* what was verified goes in here; NULL: nowhere; borrowed */
    bool bundle_alone;             /* see session_judge_alone */
    bool keep_configs;             /* see session_keep_configs */
    int64_t deadline_ms;           /* of the network, monotonic; 0: none for the session */
};

/* Opens options.bundle, if there is one and it is not open. Before any thread is started. */
MUST_CHECK enum assay_status session_open_bundle(struct assay_session *session,
                                                 struct assay_error *err);

/* A network for one worker: fetcher and session; both NULL when nothing may be fetched. */
struct worker_net {
    struct assay_env env;
    struct net_fetcher *own_fetcher; /* owned, unless the session's env gave one */
    struct net_session *net;
};

MUST_CHECK enum assay_status worker_net_open(struct assay_session *session, bool offline,
                                             struct worker_net *out, struct assay_error *err);
void worker_net_close(struct worker_net *net);

/* What a source is opened with; net is NULL when nothing may be fetched. Valid as long as both. */
struct source_context source_context_of(const struct assay_session *session,
                                        struct net_session *net);
/* options.jobs, or as many as there are cores. */
size_t session_threads(const struct assay_session *session);

/* ---- which trust server speaks for a repository ---- */

struct server_choice {
    char *url; /* owned; NULL when none is known */
    const char *reason;
    bool is_named; /* by an option, a variable or the configuration: not the registry itself */
};
/* Never fails for want of a server: url is then NULL (server_required says so). */
MUST_CHECK enum assay_status server_choose(const struct assay_session *session,
                                           const struct oci_reference *reference,
                                           struct server_choice *out, struct assay_error *err);
/* ASSAY_NO_TRUST_SERVER with its remedy. */
MUST_CHECK enum assay_status server_required(const struct server_choice *choice,
                                             const struct oci_reference *reference,
                                             struct assay_error *err);
void server_choice_clear(struct server_choice *choice);

/* ---- the pin that holds for a repository ---- */

struct pin_choice {
    struct tuf_pin pin;
    bool is_exact;
    const char *origin; /* "--root", or the pin's pattern (borrowed from pin) */
};
MUST_CHECK enum assay_status pin_choose(const struct assay_session *session, const char *gun,
                                        struct pin_choice *out, struct assay_error *err);
void pin_choice_clear(struct pin_choice *choice);

/* ---- one image ---- */

/* A reference or source that was asked about, on its way to a verdict. */
struct job {
    const char *asked;
    struct oci_reference reference; /* what it is judged as */
    struct net_session *net;        /* NULL: nothing may be fetched; borrowed */
    struct source *source;
    bool source_is_borrowed;       /* it was given, and is not opened here */
    struct source *documents;      /* of the bundle; NULL: there is none */
    struct content_cache *cache;   /* of the repository; NULL: none; borrowed */
    struct job *twin;              /* the next job of the same tag, whose request this one's is */
    struct assay_verdict *verdict; /* owned until it is handed out */
    bool ready;                    /* reference and source are there: it can be judged */
    bool passed;                   /* everything but the storing of state held */
};

/* Reads the reference, opens the source. A failure is the job's verdict. */
void job_prepare(struct assay_session *session, struct net_session *net, struct job *job);
void job_clear(struct job *job);
/* Puts a failure into the verdict. */
void job_fail(struct job *job, const struct assay_error *err);
/* Writes the check that failed into the trace, unless it has done so itself. */
void job_note_failure(struct job *job, enum rule rule, const char *subject,
                      const struct assay_error *err);

/* Judges a job against its repository's updated trust data. */
void job_judge(struct assay_session *session, struct trust_repo *repo, struct job *job);

/* The manifest, its platforms and, where asked, configs and layers have the signed digest. */
MUST_CHECK enum assay_status content_judge(struct assay_session *session, struct job *job,
                                           const struct trust_claim *claim,
                                           struct assay_error *err);

/* As assay_verify, of a local source that is open already; borrowed. */
MUST_CHECK enum assay_status session_verify_source(struct assay_session *session,
                                                   const char *reference, struct source *source,
                                                   struct assay_verdict **out);

/* Judges all jobs of one repository with one update of its trust data. now is the run's time. */
void group_run(struct assay_session *session, struct job **jobs, size_t count, int64_t now_unix_s);

/* The one time of a run: the clock's, or options.at_unix_s. ASSAY_CLOCK when the clock is absurd.
 */
MUST_CHECK enum assay_status session_now(const struct assay_session *session, int64_t *out,
                                         struct assay_error *err);

/* The image of a source without manifests: its config, and its layers as they are stored. */
MUST_CHECK enum assay_status inspect_config(struct source *source, struct inspect_node *out,
                                            struct assay_error *err);

/* Verifies what was inspected, if something says whom to trust about it. */
MUST_CHECK enum assay_status inspect_judge(struct assay_session *session, struct source *source,
                                           struct inspection *inspection, struct assay_error *err);

/* Fills the options that a repository is opened with; companions are left empty. */
MUST_CHECK enum assay_status
trust_options_fill(const struct assay_session *session, const struct worker_net *net,
                   const struct pin_choice *pin, const struct server_choice *server,
                   int64_t now_unix_s, struct trust_options *out, struct assay_error *err);

#endif
