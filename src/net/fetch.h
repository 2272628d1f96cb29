/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One fetcher interface: a flight of requests goes out at once and comes back together. The
 * fetcher knows bytes, limits and TLS; it does not know trust, tokens or retries (session.h).
 *
 * Strict HTTP/1.1: a 200 must say where it ends (one Content-Length, or chunks), nothing may be
 * compressed, no header that counts may come twice, and of another answer's body only the first
 * LIMIT_ERROR_BODY_BYTES are kept. A certificate needs a subjectAltName for the host.
 */
#ifndef NET_FETCH_H
#define NET_FETCH_H

#include "base/buf.h"
#include "base/callback.h"
#include "base/env.h"
#include "base/limits.h"

/* Where a server is and how its TLS is judged; borrowed until the fetcher is freed, and compared by
 * pointer: connections and TLS sessions are reused only between requests with the same one. */
struct net_tls {
    struct slice ca_pem; /* certificates in addition to the system's; empty: the system's only */
    bool only_ca;        /* those of ca_pem alone, which is not empty */
    const char *client_cert; /* PEM files, both or neither */
    const char *client_key;
    bool plain_http; /* the user named this host by --plain-http */
    bool insecure;   /* the user named this host by --insecure-tls */
    /* The server listens on this socket, whatever host the URL names, and no proxy is asked; NULL:
     * a network address. */
    const char *unix_socket;
};

struct net_request {
    const char *url;           /* https, or http when tls->plain_http */
    const char *accept;        /* Accept header, NULL: none */
    const char *authorization; /* whole header value, NULL: none; wiped by its owner */
    const char *form;          /* POST body (application/x-www-form-urlencoded), NULL: GET */
    const struct net_tls *tls; /* NULL: the system's trust, no client certificate */
    size_t max_bytes;          /* body; one byte more is ASSAY_TOO_LARGE */
    int64_t timeout_ms;        /* for this request, 0: LIMIT_REQUEST_MS */
    int64_t body_ms;           /* more, for a large body, also beyond the time for all flights */
    int64_t silent_s;          /* how long next to nothing may come; 0: LIMIT_SLOW_S */
    /* Takes the body of a 200 as it comes, response.body then stays empty; other answers go there
     * all the same. A status other than ASSAY_OK ends the transfer and becomes the response's. What
     * it took counts only if the transfer succeeds. NULL: everything goes to response.body. */
    sink_fn *sink;
    void *sink_ctx;
};

#define NET_HEADER_BYTES 512

struct net_response {
    enum assay_status status; /* of the transfer: ASSAY_OK for any complete HTTP answer */
    int http_status;
    struct assay_error error;            /* when status is not ASSAY_OK */
    struct buf body;                     /* owned */
    char content_type[NET_HEADER_BYTES]; /* without parameters, lower case; "" if absent */
    char location[LIMIT_URL_BYTES];      /* of a redirect; "" if absent */
    char docker_content_digest[NET_HEADER_BYTES];
    char *challenges[LIMIT_CHALLENGES]; /* WWW-Authenticate values, owned */
    size_t challenge_count;
    int64_t retry_after_ms;       /* -1: absent */
    int64_t last_modified_unix_s; /* a claim; 0: absent, or no time */
};

void net_response_clear(struct net_response *response);

struct net_fetcher_ops {
    /* Fetches all requests side by side and fills responses[i] for requests[i]; one that fails does
     * not stop the others. The status is of the flight itself: ASSAY_NET_UNAVAILABLE,
     * ASSAY_OFFLINE, ASSAY_NO_MEMORY, ASSAY_INTERRUPTED. */
    enum assay_status (*fetch)(struct net_fetcher *fetcher, const struct net_request *requests,
                               struct net_response *responses, size_t count,
                               struct assay_error *err);
    void (*free)(struct net_fetcher *fetcher);
};

struct net_fetcher {
    const struct net_fetcher_ops *ops;
    uint64_t flights; /* round trips so far, shown by --explain and counted in tests */
    uint64_t requests;
};

void net_fetcher_free(struct net_fetcher *fetcher);

struct net_curl_options {
    const char *proxy_https; /* as in the variables https_proxy, http_proxy, no_proxy; NULL: none */
    const char *proxy_http;
    const char *no_proxy;
    const char *user_agent;
    /* For all flights together, from the first; 0: LIMIT_TOTAL_MS. Time in which content came at
     * LIMIT_BODY_BYTES_S or faster does not count. */
    int64_t total_ms;
    bool total_is_final; /* content that comes at a decent rate does not extend it */
};

/* libcurl, loaded at the first fetch, never before. Belongs to one thread. options are copied. No
 * variable of the environment counts; the command also removes SSLKEYLOGFILE, whose file libcurl
 * would create and leave empty. */
MUST_CHECK enum assay_status net_fetcher_curl_new(const struct net_curl_options *options,
                                                  const struct assay_env *env,
                                                  struct net_fetcher **out,
                                                  struct assay_error *err);

#endif
