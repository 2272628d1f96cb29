/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verification: a session holds what stays the same between images (servers, pins, state, clock);
 * assay_verify decides about one reference and returns ASSAY_OK only when it is TRUSTED, so that a
 * caller who looks at nothing but the status is safe. The verdict says why, in both cases.
 *
 * A session and what it made belong to one thread at a time; two sessions are independent and share
 * nothing but the state directory, which guards itself.
 */
#ifndef ASSAY_VERIFY_H
#define ASSAY_VERIFY_H

#include <assay/error.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One entry of the map from registries to trust servers. */
struct assay_trust_server {
    const char *prefix; /**< "host[:port]" or "host[:port]/path": the longest match at a '/' wins */
    const char *url;    /**< "https://host[:port][/path]" */
};

/**
 * What a session works with. Start from ASSAY_OPTIONS_INIT and set what you need; every pointer
 * may be NULL and means then "none". Texts and lists are copied by assay_session_new; callbacks
 * with their contexts, interrupted and stdin_fd are used as long as the session lives. The library
 * reads no environment variable and no configuration file: what it does not find here does not
 * exist.
 */
struct assay_options {
    size_t struct_size; /**< sizeof(struct assay_options), set by the initialiser */

    /* Trust data */
    const char *trust_server; /**< URL for every registry; overrides the map */
    const struct assay_trust_server *trust_servers; /**< the map */
    size_t trust_server_count;
    const char *trust_dir; /**< read metadata from this directory instead of a server */

    /* Root of trust */
    const char *root;            /**< "sha256:HEX" or a root.json file, for this session only */
    const char *const *pin_dirs; /**< directories of stored pins, searched in order */
    size_t pin_dir_count;
    int tofu; /**< non-zero: accept the first root that is seen */
    /**
     * Asked when nothing is pinned and tofu is 0, after the root's own signatures held. Non-zero
     * accepts it. fingerprint is a "sha256:HEX" text, several separated by ", " when the root needs
     * several signers; root is the whole file, for storing as a pin; all borrowed for the call.
     * May be called from several threads. NULL: refuse.
     */
    int (*accept_root)(void *ctx, const char *gun, const char *fingerprint, const void *root,
                       size_t root_bytes);
    void *accept_root_ctx;

    /* State */
    const char *state_dir; /**< where floors are kept; required unless stateless */
    int stateless;         /**< non-zero: no state, no rollback protection; needs a pin */

    /* Time, in seconds since 1970-01-01T00:00:00Z */
    int has_at; /**< non-zero: judge expiry at at_unix_s; needs a pin; touches no state */
    int64_t at_unix_s;

    /* Content */
    const char *platform; /**< "os/arch[/variant]" or "all", the default */
    int layers;           /**< non-zero: also fetch and hash config and layers from a registry */
    const char *as;       /**< the reference that a local source is judged as */

    /* Network */
    int offline;                   /**< non-zero: open no socket */
    const char *const *plain_http; /**< HOST[:PORT] of registries reached by plain HTTP */
    size_t plain_http_count;
    const char *const *insecure_tls; /**< HOST[:PORT] whose certificate is not judged */
    size_t insecure_tls_count;
    const char *const *registry_tls_dirs; /**< certs.d directories */
    size_t registry_tls_dir_count;
    const char *const *trust_tls_dirs; /**< directories like docker's tls/ */
    size_t trust_tls_dir_count;
    const char *authfile;            /**< the only credential file, if set */
    const char *auth_config;         /**< JSON text as in DOCKER_AUTH_CONFIG */
    const char *podman_runtime_auth; /**< $XDG_RUNTIME_DIR/containers/auth.json, looked in first */
    const char *podman_config_auth;  /**< $XDG_CONFIG_HOME/containers/auth.json, then */
    const char *docker_config_auth;  /**< $DOCKER_CONFIG/config.json, last */
    const char *helper_path;         /**< PATH for credential helpers; NULL: none are run */
    const char *home;                /**< HOME for credential helpers */
    const char *proxy_https;         /**< as in https_proxy, http_proxy, no_proxy */
    const char *proxy_http;
    const char *no_proxy;
    int64_t timeout_ms; /**< of one request; 0: the default of 30 s */
    int jobs;           /**< references judged side by side; 0: one for each core */

    /* Messages for an operator, one sanitised line at a time; may be called from several threads.
     * level: 0 error, 1 warning, 2 information, 3 debug. */
    void (*log)(void *ctx, int level, const char *line);
    void *log_ctx;
    int log_level; /**< the last of them that is told */

    /* Non-NULL: becomes ASSAY_INTERRUPTED or ASSAY_TERMINATED to end the work soon (async-signal
     * safe to set: it is a lock-free atomic int in C). */
    const void *interrupted;

    /* Evidence and engines */
    const char *bundle; /**< file made by "assay bundle create": metadata and manifests from it */
    const char *engine; /**< as DOCKER_HOST; NULL: unix:///var/run/docker.sock */
    const char *engine_tls_dir; /**< as DOCKER_CERT_PATH: ca.pem, cert.pem, key.pem; NULL: no TLS */

    /* Non-NULL: told how far a verification has come; total 0: not known. what names the image,
     * with "[2/5] " in front where there are several, or says how many are judged side by side;
     * NULL: that was all. May be called from several threads, one at a time; what is borrowed for
     * the call. */
    void (*progress)(void *ctx, const char *what, uint64_t done_bytes, uint64_t total_bytes);
    void *progress_ctx;

    int has_stdin; /**< non-zero: "-" in a source's place is the archive that comes from stdin_fd */
    int stdin_fd;

    /** The whole session's network time, from its making on; 0: the default, which is counted for
     * each repository: 5 minutes, and 6 hours with layers */
    int64_t total_ms;
};

/* Everything but the size is zero. */
#ifdef __cplusplus
#define ASSAY_OPTIONS_INIT                                                                         \
    {                                                                                              \
        sizeof(struct assay_options)                                                               \
    }
#else
#define ASSAY_OPTIONS_INIT                                                                         \
    {                                                                                              \
        .struct_size = sizeof(struct assay_options)                                                \
    }
#endif

struct assay_session;
struct assay_verdict;

/**
 * A new session. Opens nothing yet.
 * @param options may go out of use after the call.
 * @param out     owned by the caller; NULL on failure.
 * @param error   may be NULL.
 * Errors: usage, config, pin-invalid, no-memory.
 */
ASSAY_API ASSAY_MUST_CHECK enum assay_status assay_session_new(const struct assay_options *options,
                                                               struct assay_session **out,
                                                               struct assay_error *error);
/** @param session may be NULL. Verdicts made by it stay valid. */
ASSAY_API void assay_session_free(struct assay_session *session);

/**
 * Decides about one image.
 * @param reference "registry/name:tag[@digest]", "docker://...", or a local source:
 *                  "docker-archive:FILE[:REF]", "oci-archive:FILE[:REF]", "oci:DIR[:REF]",
 *                  "dir:DIR", "docker-daemon:REF", "-".
 * @param out       owned by the caller, also set when the answer is no; NULL only when out of
 *                  memory, or when session or reference is NULL. May be NULL when only the status
 *                  counts.
 * @param error     may be NULL; a copy of the verdict's.
 * Returns: ASSAY_OK when and only when TRUSTED: every check passed and the new trust state is on
 * disk. Anything else has its class (assay_status_class).
 */
ASSAY_API ASSAY_MUST_CHECK enum assay_status assay_verify(struct assay_session *session,
                                                          const char *reference,
                                                          struct assay_verdict **out,
                                                          struct assay_error *error);

/**
 * Decides about several: one metadata update per repository, side by side within options.jobs.
 * @param out count places, each as in assay_verify; all NULL where session, references or one of
 *            them is, which is ASSAY_USAGE; so are more than 10000, and out is left alone.
 * Returns: ASSAY_OK when all are TRUSTED, otherwise the status of the verdict whose class is worst
 * (assay_class_worst); ASSAY_NOTHING when count is 0.
 */
ASSAY_API ASSAY_MUST_CHECK enum assay_status assay_verify_many(struct assay_session *session,
                                                               const char *const *references,
                                                               size_t count,
                                                               struct assay_verdict **out);

/** @param verdict may be NULL. */
ASSAY_API void assay_verdict_free(struct assay_verdict *verdict);

/*
 * Reading a verdict. It must not be NULL and does not change; several threads may read it. Strings
 * are borrowed from it, live until assay_verdict_free (they outlive the session), are UTF-8 without
 * control characters, and never NULL: "" stands for what is not known.
 */

/** ASSAY_OK when and only when TRUSTED; the same as assay_verify returned. */
ASSAY_API enum assay_status assay_verdict_status(const struct assay_verdict *verdict);

/** What was asked: "registry/repository:tag[@digest]" in full; as given where it is malformed. */
ASSAY_API const char *assay_verdict_reference(const struct assay_verdict *verdict);

/** "registry/repository", which is the GUN; "" where the reference is malformed. */
ASSAY_API const char *assay_verdict_name(const struct assay_verdict *verdict);

/** The tag; for a reference by digest alone, the tag that the digest is signed for, once found. */
ASSAY_API const char *assay_verdict_tag(const struct assay_verdict *verdict);

/** The signed digest, "sha256:HEX", of the manifest or index: what to run. "" unless TRUSTED. */
ASSAY_API const char *assay_verdict_digest(const struct assay_verdict *verdict);

/** The role that lists the tag, "targets/releases" or "targets"; also of an image that is not
 * TRUSTED, if it came that far. */
ASSAY_API const char *assay_verdict_role(const struct assay_verdict *verdict);

/** When the first of the metadata on the path expires, in seconds since 1970-01-01T00:00:00Z; 0
 * when unknown. Metadata that is not TRUSTED may have expired. */
ASSAY_API int64_t assay_verdict_expires(const struct assay_verdict *verdict);

/** What was expected and found; "" when TRUSTED. */
ASSAY_API const char *assay_verdict_message(const struct assay_verdict *verdict);

/** What the user can do; "" when TRUSTED and where nothing applies. */
ASSAY_API const char *assay_verdict_remedy(const struct assay_verdict *verdict);

/** How many platforms were judged and passed; 0 where it did not come that far. Attestations,
 * platforms that were not asked for, and those that a local source does not hold do not count. */
ASSAY_API size_t assay_verdict_platform_count(const struct assay_verdict *verdict);

/** A judged platform, "os/arch[/variant]"; "" for an index out of range, and where neither the
 * index nor a config that was read names one. */
ASSAY_API const char *assay_verdict_platform(const struct assay_verdict *verdict, size_t index);

/** The digest of its manifest, "sha256:HEX"; "" for an index out of range, and unless the whole is
 * TRUSTED. */
ASSAY_API const char *assay_verdict_platform_digest(const struct assay_verdict *verdict,
                                                    size_t index);

#ifdef __cplusplus
}
#endif

#endif
