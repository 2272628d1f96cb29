/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests with what real servers ask for around them: challenges and tokens (Docker Registry v2
 * token authentication), retries on 429 and 503, redirects, per-host TLS material. Everything goes
 * through the env's fetcher. One session serves one run and one thread.
 *
 * Who sees what: an Authorization header goes to the origin (scheme, host, port) of the get's own
 * URL and to no other. The credentials stored for the registry, or else those stored for the
 * server's own name, go to a token server only if it is of the same site as the name that they are
 * stored under (token.h) and https, or on the same host where the registry itself is plain HTTP.
 * Any other token server is asked without them; what it refuses then is ASSAY_AUTH. A redirect is
 * followed for content only, never from https to http, and what it leads to is never logged in to.
 */
#ifndef NET_SESSION_H
#define NET_SESSION_H

#include "net/credentials.h"
#include "net/fetch.h"

struct net_session;

struct net_session_options {
    /* Directories with HOST:PORT/ below, searched in order: *.crt is a CA, X.cert with X.key a
     * client certificate. First for registries (certs.d), then for trust servers (tls). */
    const char *const *registry_tls_dirs;
    size_t registry_tls_dir_count;
    const char *const *trust_tls_dirs;
    size_t trust_tls_dir_count;
    const char *const *plain_http; /* HOST[:PORT] the user allows plain HTTP to; registries only */
    size_t plain_http_count;
    const char *const *insecure_tls; /* HOST[:PORT] whose certificate is not judged */
    size_t insecure_tls_count;
    struct net_credentials *credentials; /* borrowed; NULL: anonymous */
    int64_t request_timeout_ms;          /* 0: LIMIT_REQUEST_MS */
    int64_t deadline_ms; /* monotonic: no waiting for a busy server beyond it; 0: none */
};

MUST_CHECK enum assay_status net_session_new(const struct net_session_options *options,
                                             const struct assay_env *env, struct net_session **out,
                                             struct assay_error *err);
void net_session_free(struct net_session *session);

enum net_server {
    NET_TRUST_SERVER, /* always https, no redirects */
    NET_REGISTRY      /* https, or plain http when allowed; redirects followed for content */
};

struct net_get {
    enum net_server server;
    bool follow;            /* redirects, LIMIT_REDIRECTS hops, credentials only to the same
                               origin; otherwise a redirect is ASSAY_NET_REDIRECT */
    const char *url;        /* "https://host[:port]/path"; a registry's may be turned to http
                               when its host is in plain_http */
    const char *accept;     /* NULL: none */
    const char *registry;   /* whose credentials may be used: "docker.io", "host:port" */
    const char *repository; /* for the longest-prefix look-up of credentials */
    const char *scope;      /* "repository:NAME:pull", of the token */
    size_t max_bytes;
    /* As in struct net_request: for bodies too large to hold. Only the final answer reaches it. */
    sink_fn *sink;
    void *sink_ctx;
};

/*
 * One flight, and further ones where servers ask for tokens: a 401 with a challenge is answered
 * once per (server, scope), in one flight for all that wait for it; the token is kept for the
 * session. After it responses[i].http_status is 200, or 404 with its body, and everything else is
 * a typed error in responses[i]: ASSAY_UNAUTHORIZED, ASSAY_AUTH, ASSAY_FORBIDDEN,
 * ASSAY_RATE_LIMITED, ASSAY_SERVER_ERROR, ASSAY_HTTP_STATUS, ASSAY_NET_*, ASSAY_TOO_LARGE.
 * Each has the URL's host in its message. The status is of the whole: ASSAY_NET_UNAVAILABLE,
 * ASSAY_OFFLINE, ASSAY_NO_MEMORY, ASSAY_INTERRUPTED.
 */
MUST_CHECK enum assay_status net_session_get(struct net_session *session,
                                             const struct net_get *gets,
                                             struct net_response *responses, size_t count,
                                             struct assay_error *err);

#endif
