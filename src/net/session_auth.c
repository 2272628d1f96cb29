/* SPDX-License-Identifier: Apache-2.0 */
#include "net/session_internal.h"

#include "base/mem.h"
#include "net/token.h"

/* ---- whose credentials, and who may see them ---- */

static bool host_of(const char *host_port, struct net_url *out)
{
    AUTO_BUF text = BUF_INIT(LIMIT_URL_BYTES);
    return host_port != NULL && buf_printf(&text, NULL, "https://%s/", host_port) == ASSAY_OK &&
           net_url_parse(buf_text(&text), out, NULL) == ASSAY_OK;
}

/* A credential stored for owner, if target may see it. A token that is used as it is goes to the
 * server itself. */
static enum assay_status find_for(struct net_session *session, struct exchange *exchange,
                                  const char *owner, const char *repository, const char *target,
                                  struct net_credential *out, struct assay_error *err)
{
    struct net_url url;
    if (!host_of(owner, &url)) {
        return ASSAY_OK;
    }
    TRY(net_credentials_find(session->credentials, owner, repository == NULL ? "" : repository, out,
                             err));
    if (out->found &&
        !token_may_see(url.host, out->registry_token.len > 0 ? exchange->first.host : target)) {
        net_credential_clear(out);
        exchange->withheld = true;
    }
    return ASSAY_OK;
}

/* The registry's credentials first, because that is where people log in; then those stored for the
 * server itself, for a trust server elsewhere. */
static enum assay_status find_credential(struct net_session *session, struct exchange *exchange,
                                         const char *target, struct net_credential *out,
                                         struct assay_error *err)
{
    const struct net_get *get = exchange->get;
    char host_port[NET_HOST_PORT_BYTES];
    *out = (struct net_credential){ 0 };
    if (session->credentials == NULL) {
        return ASSAY_OK;
    }
    net_url_host_port(&exchange->first, host_port);
    TRY(find_for(session, exchange, get->registry, get->repository, target, out, err));
    return out->found ? ASSAY_OK : find_for(session, exchange, host_port, NULL, target, out, err);
}

static enum assay_status fail_withheld(const struct exchange *exchange, const char *host,
                                       struct assay_error *err)
{
    (void)FAIL(err, ASSAY_AUTH,
               "%s wants a login at %s, which is not of the same site: the credentials for %s are "
               "not sent there",
               exchange->first.host, host,
               exchange->get->registry == NULL ? exchange->first.host : exchange->get->registry);
    return error_remedy(err, ASSAY_AUTH,
                        "If that server may know the password, log in to %s by its own name.",
                        exchange->first.host);
}

static enum assay_status fail_without_login(const struct exchange *exchange,
                                            struct assay_error *err)
{
    char host_port[NET_HOST_PORT_BYTES];
    net_url_host_port(&exchange->first, host_port);
    (void)FAIL(err, ASSAY_UNAUTHORIZED, "%s wants user and password, there are none", host_port);
    return error_remedy(err, ASSAY_UNAUTHORIZED,
                        "Log in with 'docker login %s' or 'podman login %s', or name the file by "
                        "--authfile.",
                        host_port, host_port);
}

/* ---- one answer to one challenge ---- */

struct job {
    struct exchange *leader; /* the first of those that wait for the same grant */
    struct net_url realm;
    struct token_request request;
    const struct net_tls *tls;
    bool must_fetch;
};

static void job_clear(struct job *job)
{
    token_request_clear(&job->request);
}

/* https, or http on the host of a registry that is itself reached in the clear. */
static enum assay_status check_realm(const struct exchange *exchange, struct net_url *out,
                                     struct assay_error *err)
{
    const struct net_challenge *challenge = &exchange->challenge;
    if (net_url_parse(challenge->realm, out, NULL) != ASSAY_OK) {
        return FAIL(err, ASSAY_AUTH, "%s: its token server '%.200s' is no https URL",
                    exchange->first.host, challenge->realm);
    }
    if (!out->https && (exchange->first.https || strcmp(out->host, exchange->first.host) != 0)) {
        return FAIL(err, ASSAY_AUTH, "%s: its token server '%.200s' must be https",
                    exchange->first.host, challenge->realm);
    }
    return ASSAY_OK;
}

static enum assay_status prepare_basic(struct net_session *session, struct exchange *exchange,
                                       const struct net_credential *credential,
                                       struct assay_error *err)
{
    AUTO_SECRET header = BUF_INIT(LIMIT_HEADER_BYTES);
    if (credential->user.len == 0) {
        return exchange->withheld ? fail_withheld(exchange, exchange->first.host, err)
                                  : fail_without_login(exchange, err);
    }
    TRY(token_basic(credential, &header, err));
    return session_grant_store(session, exchange, &header, err);
}

static enum assay_status prepare_stored_token(struct net_session *session,
                                              struct exchange *exchange,
                                              const struct net_credential *credential,
                                              struct assay_error *err)
{
    AUTO_SECRET header = BUF_INIT(LIMIT_TOKEN_BYTES + 16);
    TRY(token_bearer(buf_text(&credential->registry_token), &header, err));
    return session_grant_store(session, exchange, &header, err);
}

static enum assay_status prepare_bearer(struct net_session *session, struct job *job,
                                        const struct net_credential *credential,
                                        struct assay_error *err)
{
    struct exchange *exchange = job->leader;
    bool clear = !job->realm.https;
    static const struct net_tls plain = { .plain_http = true };

    if (credential->registry_token.len > 0) {
        return prepare_stored_token(session, exchange, credential, err);
    }
    if (clear) {
        job->tls = &plain;
    } else {
        TRY(session_host_tls(session, exchange->get->server, &job->realm, &job->tls, err));
    }
    job->must_fetch = true;
    return token_request_make(&exchange->challenge, exchange->get->scope,
                              credential->found ? credential : NULL, &job->request, err);
}

static enum assay_status job_prepare(struct net_session *session, struct job *job,
                                     struct assay_error *err)
{
    struct exchange *exchange = job->leader;
    bool is_bearer = exchange->challenge.scheme == NET_SCHEME_BEARER;
    const char *target = exchange->first.host;
    CLEANUP(net_credential_clear) struct net_credential credential = { .found = false };

    if (is_bearer) {
        TRY(check_realm(exchange, &job->realm, err));
        target = job->realm.host;
    }
    TRY(find_credential(session, exchange, target, &credential, err));
    return is_bearer ? prepare_bearer(session, job, &credential, err)
                     : prepare_basic(session, exchange, &credential, err);
}

/* ---- the flight of tokens ---- */

static enum assay_status refuse_token(const struct job *job, int http_status,
                                      struct assay_error *err)
{
    const char *host = job->realm.host;
    if ((http_status == 401 || http_status == 403) && job->leader->withheld) {
        return fail_withheld(job->leader, host, err);
    }
    if (http_status == 401 || http_status == 403) {
        return FAIL(err, ASSAY_UNAUTHORIZED, "%s: the token server %s answered %d",
                    job->leader->first.host, host, http_status);
    }
    if (http_status == 429) {
        return FAIL(err, ASSAY_RATE_LIMITED, "the token server %s answered 429", host);
    }
    return FAIL(err, http_status >= 500 ? ASSAY_SERVER_ERROR : ASSAY_AUTH,
                "the token server %s answered %d", host, http_status);
}

static enum assay_status take_token(struct net_session *session, const struct job *job,
                                    const struct net_response *response, struct assay_error *err)
{
    if (response->status == ASSAY_TOO_LARGE) {
        return FAIL(err, ASSAY_AUTH, "the answer has more than %lu bytes", LIMIT_TOKEN_BYTES);
    }
    if (response->status != ASSAY_OK) {
        *err = response->error;
        return response->status;
    }
    if (response->http_status != 200) {
        return refuse_token(job, response->http_status, err);
    }
    AUTO_SECRET header = BUF_INIT(LIMIT_TOKEN_BYTES + 16);
    TRY(token_answer_parse(buf_slice(&response->body), &header, err));
    return session_grant_store(session, job->leader, &header, err);
}

/* Those that wait for the same grant go on, or fail, together. */
static void settle(struct exchange *exchanges, size_t count, const struct exchange *leader,
                   const struct assay_error *error)
{
    struct slice key = buf_slice(&leader->grant_key);
    bool withheld = leader->withheld;
    for (size_t i = 0; i < count; i++) {
        struct exchange *exchange = &exchanges[i];
        if (exchange->step != STEP_AUTHORIZE ||
            !slice_equal(buf_slice(&exchange->grant_key), key)) {
            continue;
        }
        exchange->withheld = withheld;
        exchange->step = STEP_SEND;
        if (error->status != ASSAY_OK) {
            exchange_fail(exchange, error);
        }
    }
}

/* The first of those that need a new grant, or NULL. Another exchange may have renewed it. */
static struct exchange *next_leader(struct net_session *session, struct exchange *exchanges,
                                    size_t count, const struct job *jobs, size_t job_count)
{
    for (size_t i = 0; i < count; i++) {
        struct exchange *exchange = &exchanges[i];
        bool waits = false;
        if (exchange->step != STEP_AUTHORIZE) {
            continue;
        }
        const struct session_grant *grant = session_grant_find(session, exchange);
        if (grant != NULL && grant->id != exchange->sent_grant_id) {
            exchange->step = STEP_SEND;
            continue;
        }
        for (size_t j = 0; j < job_count && !waits; j++) {
            waits =
                slice_equal(buf_slice(&jobs[j].leader->grant_key), buf_slice(&exchange->grant_key));
        }
        if (!waits) {
            return exchange;
        }
    }
    return NULL;
}

struct token_flight {
    struct job jobs[LIMIT_FLIGHT];
    struct net_request requests[LIMIT_FLIGHT];
    struct net_response responses[LIMIT_FLIGHT];
    size_t count;
};

static void token_flight_free(struct token_flight **flight)
{
    for (size_t i = 0; *flight != NULL && i < (*flight)->count; i++) {
        job_clear(&(*flight)->jobs[i]);
        buf_wipe(&(*flight)->responses[i].body);
        net_response_clear(&(*flight)->responses[i]);
    }
    mem_free(*flight);
}

static enum assay_status collect_jobs(struct net_session *session, struct token_flight *flight,
                                      struct exchange *exchanges, size_t count)
{
    struct exchange *leader = NULL;
    while (flight->count < LIMIT_FLIGHT &&
           (leader = next_leader(session, exchanges, count, flight->jobs, flight->count)) != NULL) {
        struct job *job = &flight->jobs[flight->count];
        struct assay_error error = ERROR_INIT;
        *job = (struct job){ .leader = leader };
        error.status = job_prepare(session, job, &error);
        if (error.status == ASSAY_NO_MEMORY) {
            job_clear(job);
            return ASSAY_NO_MEMORY;
        }
        if (error.status != ASSAY_OK || !job->must_fetch) {
            job_clear(job);
            settle(exchanges, count, leader, &error);
            continue;
        }
        flight->requests[flight->count++] = (struct net_request){
            .url = buf_text(&job->request.url),
            .authorization =
                job->request.authorization.len > 0 ? buf_text(&job->request.authorization) : NULL,
            .form = job->request.form.len > 0 ? buf_text(&job->request.form) : NULL,
            .tls = job->tls,
            .max_bytes = LIMIT_TOKEN_BYTES,
            .timeout_ms = session->request_timeout_ms,
        };
    }
    return ASSAY_OK;
}

enum assay_status session_authorize(struct net_session *session, struct exchange *exchanges,
                                    size_t count, struct assay_error *err)
{
    struct net_fetcher *fetcher = session->env->fetcher;
    CLEANUP(token_flight_free) struct token_flight *flight = mem_alloc(1, sizeof(*flight));
    if (flight == NULL || collect_jobs(session, flight, exchanges, count) != ASSAY_OK) {
        return FAIL_NO_MEMORY(err);
    }
    if (flight->count == 0) {
        return ASSAY_OK;
    }
    TRY(fetcher->ops->fetch(fetcher, flight->requests, flight->responses, flight->count, err));
    for (size_t i = 0; i < flight->count; i++) {
        const struct job *job = &flight->jobs[i];
        struct assay_error error = ERROR_INIT;
        error.status = take_token(session, job, &flight->responses[i], &error);
        if (error.status != ASSAY_OK) {
            (void)error_context(&error, error.status, "token for %s", job->leader->first.host);
        }
        settle(exchanges, count, job->leader, &error);
    }
    return ASSAY_OK;
}
