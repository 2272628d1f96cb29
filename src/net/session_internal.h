/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of a session share: hosts (session_hosts.c), what servers accepted
 * (session_grants.c), logging in (session_auth.c), and the exchanges that they serve
 * (session_exchange.c), which session.c sends in flights. */
#ifndef NET_SESSION_INTERNAL_H
#define NET_SESSION_INTERNAL_H

#include "base/list.h"
#include "net/challenge.h"
#include "net/session.h"
#include "net/tls_dirs.h"
#include "net/url.h"

/* How one host is reached, found out once. */
struct session_host {
    enum net_server server; /* the two kinds have directories of their own */
    char *host_port;
    struct tls_material material;
    struct net_tls tls;
    bool is_special; /* otherwise the connections of all such hosts are one pool */
    struct session_host *next;
};

/* An Authorization value that a server accepted or may accept, for one server, registry and scope.
 */
struct session_grant {
    char *key;
    struct buf header; /* wiped */
    uint64_t id;
    struct session_grant *next;
};

struct net_session {
    const struct assay_env *env;
    struct net_credentials *credentials; /* borrowed; NULL: anonymous */
    struct text_list registry_tls_dirs;
    struct text_list trust_tls_dirs;
    struct text_list plain_http;
    struct text_list insecure_tls;
    int64_t request_timeout_ms;
    int64_t deadline_ms; /* INT64_MAX: none */
    struct session_host *hosts;
    size_t host_count;
    struct session_grant *grants;
    uint64_t last_grant_id;
};

enum exchange_step {
    STEP_SEND,
    STEP_AUTHORIZE, /* a 401 is to be answered */
    STEP_WAIT,      /* the server asked for time */
    STEP_DONE
};

/* One of the gets on its way. */
struct exchange {
    const struct net_get *get;
    struct net_response *response;
    struct net_url first; /* where authorisation may go */
    struct net_url url;   /* where it goes now */
    struct buf text;      /* url as text */
    const struct net_tls *tls;
    struct buf grant_key;
    uint64_t sent_grant_id; /* of the last request; 0: none */
    struct net_challenge challenge;
    bool authorized; /* a 401 was answered in this call: another one is final */
    bool withheld;   /* there are credentials that the token server may not see */
    int redirects;
    int tries;
    int64_t wait_ms;
    enum exchange_step step;
};

/* ---- session_exchange.c ---- */

/* Ready to be sent, or ended by an error in its response. */
void exchange_begin(struct net_session *session, const struct net_get *get,
                    struct net_response *response, struct exchange *exchange);
/* Decides by the response what comes next. */
void exchange_judge(struct net_session *session, struct exchange *exchange);
/* Ends it by an error in its response. */
void exchange_fail(struct exchange *exchange, const struct assay_error *error);

/* ---- session_hosts.c ---- */

/* NULL: the system's trust and nothing special. ASSAY_CONFIG: its TLS material is unusable. */
MUST_CHECK enum assay_status session_host_tls(struct net_session *session, enum net_server server,
                                              const struct net_url *url, const struct net_tls **out,
                                              struct assay_error *err);
/* Whether the user allows plain HTTP to this host. */
bool session_is_plain(const struct net_session *session, const struct net_url *url);
void session_hosts_free(struct net_session *session);

/* ---- session_grants.c ---- */

/* The grant for an exchange's server and scope, NULL when there is none. */
const struct session_grant *session_grant_find(const struct net_session *session,
                                               const struct exchange *exchange);
/* Replaces the one that was refused, if any. Takes the header. */
MUST_CHECK enum assay_status session_grant_store(struct net_session *session,
                                                 const struct exchange *exchange,
                                                 struct buf *header, struct assay_error *err);
MUST_CHECK enum assay_status exchange_make_grant_key(struct exchange *exchange,
                                                     struct assay_error *err);
void session_grants_free(struct net_session *session);

/* ---- session_auth.c ---- */

/* Answers all exchanges at STEP_AUTHORIZE, in one flight: they go on at STEP_SEND or end with their
 * error. The status is of the flight. */
MUST_CHECK enum assay_status session_authorize(struct net_session *session,
                                               struct exchange *exchanges, size_t count,
                                               struct assay_error *err);

#endif
