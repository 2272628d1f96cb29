/* SPDX-License-Identifier: Apache-2.0 */
#include "net/session_internal.h"

#include "base/mem.h"

#include <poll.h>

#define WAIT_SLICE_MS 100 /* how soon an interruption is seen while waiting */

/* ---- life ---- */

static void list_free(struct string_list *list)
{
    for (size_t i = 0; list->items != NULL && i < list->count; i++) {
        mem_free(list->items[i]);
    }
    mem_free(list->items);
}

static enum assay_status list_copy(const char *const *items, size_t count, struct string_list *out,
                                   struct assay_error *err)
{
    out->items = mem_alloc(count, sizeof(*out->items));
    out->count = count;
    for (size_t i = 0; out->items != NULL && i < count; i++) {
        out->items[i] = mem_copy_string(items[i]);
        if (out->items[i] == NULL) {
            return FAIL_NO_MEMORY(err);
        }
    }
    return out->items == NULL ? FAIL_NO_MEMORY(err) : ASSAY_OK;
}

static enum assay_status copy_options(struct net_session *session,
                                      const struct net_session_options *options,
                                      struct assay_error *err)
{
    session->credentials = options->credentials;
    session->request_timeout_ms =
        options->request_timeout_ms > 0 ? options->request_timeout_ms : LIMIT_REQUEST_MS;
    TRY(list_copy(options->registry_tls_dirs, options->registry_tls_dir_count,
                  &session->registry_tls_dirs, err));
    TRY(list_copy(options->trust_tls_dirs, options->trust_tls_dir_count, &session->trust_tls_dirs,
                  err));
    TRY(list_copy(options->plain_http, options->plain_http_count, &session->plain_http, err));
    return list_copy(options->insecure_tls, options->insecure_tls_count, &session->insecure_tls,
                     err);
}

enum assay_status net_session_new(const struct net_session_options *options,
                                  const struct assay_env *env, struct net_session **out,
                                  struct assay_error *err)
{
    struct net_session *session = mem_alloc(1, sizeof(*session));
    *out = NULL;
    if (session == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    session->env = env;
    enum assay_status status = copy_options(session, options, err);
    if (status != ASSAY_OK) {
        net_session_free(session);
        return status;
    }
    *out = session;
    return ASSAY_OK;
}

void net_session_free(struct net_session *session)
{
    if (session == NULL) {
        return;
    }
    session_hosts_free(session);
    session_grants_free(session);
    list_free(&session->registry_tls_dirs);
    list_free(&session->trust_tls_dirs);
    list_free(&session->plain_http);
    list_free(&session->insecure_tls);
    mem_free(session);
}

/* ---- one exchange ---- */

void exchange_fail(struct exchange *exchange, const struct assay_error *error)
{
    exchange->response->status = error->status;
    exchange->response->error = *error;
    buf_clear(&exchange->response->body); /* what came with an error is no content */
    exchange->step = STEP_DONE;
}

/* Where it goes next. */
static enum assay_status exchange_aim(struct net_session *session, struct exchange *exchange,
                                      const struct net_url *url, struct assay_error *err)
{
    exchange->url = *url;
    buf_reset(&exchange->text);
    TRY(net_url_format(url, &exchange->text, err));
    return session_host_tls(session, exchange->get->server, url, &exchange->tls, err);
}

static enum assay_status exchange_begin(struct net_session *session, struct exchange *exchange,
                                        struct assay_error *err)
{
    const struct net_get *get = exchange->get;
    struct net_url *url = &exchange->first;
    struct assay_error reason = ERROR_INIT;

    if (net_url_parse(get->url, url, &reason) != ASSAY_OK) {
        return FAIL(err, ASSAY_CONFIG, "%s", reason.message);
    }
    if (get->server == NET_REGISTRY && session_is_plain(session, url)) {
        url->port = url->default_port ? 80 : url->port;
        url->https = false;
    } else if (!url->https) {
        return FAIL(err, ASSAY_CONFIG, "%s: plain HTTP is not allowed", url->host);
    }
    exchange->text = (struct buf)BUF_INIT(2 * LIMIT_URL_BYTES);
    TRY(exchange_make_grant_key(exchange, err));
    return exchange_aim(session, exchange, url, err);
}

static enum assay_status status_of_http(int http_status)
{
    switch (http_status) {
    case 401:
        return ASSAY_UNAUTHORIZED;
    case 403:
        return ASSAY_FORBIDDEN;
    case 429:
        return ASSAY_RATE_LIMITED;
    default:
        return http_status >= 500 ? ASSAY_SERVER_ERROR : ASSAY_HTTP_STATUS;
    }
}

static void fail_http(struct exchange *exchange)
{
    struct assay_error error = ERROR_INIT;
    int http_status = exchange->response->http_status;
    (void)FAIL(&error, status_of_http(http_status), "%s answered %d", exchange->url.host,
               http_status);
    exchange_fail(exchange, &error);
}

/* Content may lie elsewhere, trust data not; never from https to http. */
static enum assay_status follow(struct net_session *session, struct exchange *exchange,
                                struct assay_error *err)
{
    const char *host = exchange->url.host;
    const char *location = exchange->response->location;
    struct net_url next;

    if (!exchange->get->follow || exchange->get->server != NET_REGISTRY) {
        return FAIL(err, ASSAY_NET_REDIRECT, "%s answered %d, to '%.200s'", host,
                    exchange->response->http_status, location);
    }
    if (exchange->redirects == LIMIT_REDIRECTS) {
        return FAIL(err, ASSAY_NET_REDIRECT, "%s: more than %d redirects", host, LIMIT_REDIRECTS);
    }
    TRY_IN(net_url_join(&exchange->url, location, &next, err), err, "redirect of %s", host);
    if (!next.https && (exchange->url.https || !session_is_plain(session, &next))) {
        return FAIL(err, ASSAY_NET_REDIRECT, "%s redirects to plain HTTP at %s", host, next.host);
    }
    exchange->redirects++;
    return exchange_aim(session, exchange, &next, err);
}

/* Only the server itself may ask for a login, and only once. */
static void judge_unauthorized(struct exchange *exchange)
{
    struct net_response *response = exchange->response;
    struct assay_error error = ERROR_INIT;
    const char *host = exchange->url.host;

    if (exchange->authorized || response->challenge_count == 0 ||
        !net_url_same_origin(&exchange->first, &exchange->url)) {
        if (exchange->withheld) {
            (void)FAIL(&error, ASSAY_AUTH,
                       "%s answered 401; its token server is not of the site whose credentials are "
                       "stored, so it was asked without them",
                       host);
            exchange_fail(exchange, &error);
        } else {
            fail_http(exchange);
        }
        return;
    }
    if (net_challenge_parse((const char *const *)response->challenges, response->challenge_count,
                            &exchange->challenge, &error) != ASSAY_OK) {
        (void)error_context(&error, error.status, "challenge of %s", host);
        exchange_fail(exchange, &error);
    } else if (exchange->challenge.scheme == NET_SCHEME_NONE) {
        (void)FAIL(&error, ASSAY_AUTH, "%s wants a login of another kind than basic or bearer",
                   host);
        exchange_fail(exchange, &error);
    } else {
        exchange->authorized = true;
        exchange->step = STEP_AUTHORIZE;
    }
}

/* A server that wants more time than we have is not asked again. */
static void judge_busy(struct exchange *exchange)
{
    int64_t wait_ms = exchange->response->retry_after_ms;
    exchange->tries++;
    if (wait_ms < 0) {
        wait_ms = LIMIT_BACKOFF_MS << (exchange->tries - 1);
    }
    if (exchange->tries >= LIMIT_TRIES || wait_ms > LIMIT_RETRY_AFTER_MS) {
        fail_http(exchange);
    } else {
        exchange->wait_ms = wait_ms;
        exchange->step = STEP_WAIT;
    }
}

static void judge(struct net_session *session, struct exchange *exchange)
{
    struct assay_error error = ERROR_INIT;
    if (exchange->response->status != ASSAY_OK) {
        error = exchange->response->error;
        error.status = exchange->response->status;
        exchange_fail(exchange, &error);
        return;
    }
    switch (exchange->response->http_status) {
    case 200:
    case 404:
        exchange->step = STEP_DONE;
        break;
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
        if (follow(session, exchange, &error) != ASSAY_OK) {
            exchange_fail(exchange, &error);
        }
        break;
    case 401:
        judge_unauthorized(exchange);
        break;
    case 429:
    case 503:
        judge_busy(exchange);
        break;
    default:
        fail_http(exchange);
        break;
    }
}

/* ---- all of them ---- */

struct round {
    struct exchange *chosen[LIMIT_FLIGHT];
    struct net_request requests[LIMIT_FLIGHT];
    struct net_response responses[LIMIT_FLIGHT];
    size_t count;
};

static void round_free(struct round **round)
{
    for (size_t i = 0; *round != NULL && i < (*round)->count; i++) {
        net_response_clear(&(*round)->responses[i]);
    }
    mem_free(*round);
}

/* Seconds beyond the time of a request for the content that a registry may send. */
static int64_t timeout_of(const struct net_session *session, const struct net_get *get)
{
    int64_t extra_ms = (int64_t)(get->max_bytes / (size_t)LIMIT_BODY_BYTES_S) * 1000;
    return session->request_timeout_ms + (get->follow ? extra_ms : 0);
}

static void choose(const struct net_session *session, struct exchange *exchange,
                   struct round *round)
{
    const struct net_get *get = exchange->get;
    const struct session_grant *grant = session_grant_find(session, exchange);
    if (!net_url_same_origin(&exchange->first, &exchange->url)) {
        grant = NULL; /* nobody else sees it */
    }
    exchange->sent_grant_id = grant == NULL ? 0 : grant->id;
    round->chosen[round->count] = exchange;
    round->requests[round->count++] = (struct net_request){
        .url = buf_text(&exchange->text),
        .accept = get->accept,
        .authorization = grant == NULL ? NULL : buf_text(&grant->header),
        .tls = exchange->tls,
        .max_bytes = get->max_bytes,
        .timeout_ms = timeout_of(session, get),
        .sink = get->sink,
        .sink_ctx = get->sink_ctx,
    };
}

/* One flight of all that are ready, LIMIT_FLIGHT at a time; *sent is false when none was. */
static enum assay_status send_ready(struct net_session *session, struct exchange *exchanges,
                                    size_t count, bool *sent, struct assay_error *err)
{
    struct net_fetcher *fetcher = session->env->fetcher;
    CLEANUP(round_free) struct round *round = mem_alloc(1, sizeof(*round));
    if (round == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    for (size_t i = 0; i < count && round->count < LIMIT_FLIGHT; i++) {
        if (exchanges[i].step == STEP_SEND) {
            choose(session, &exchanges[i], round);
        }
    }
    *sent = round->count > 0;
    if (!*sent) {
        return ASSAY_OK;
    }
    TRY(fetcher->ops->fetch(fetcher, round->requests, round->responses, round->count, err));
    for (size_t i = 0; i < round->count; i++) {
        struct net_response *response = round->chosen[i]->response;
        net_response_clear(response);
        *response = round->responses[i];
        round->responses[i] = (struct net_response){ 0 }; /* handed over */
        judge(session, round->chosen[i]);
    }
    return ASSAY_OK;
}

static bool any_at(const struct exchange *exchanges, size_t count, enum exchange_step step)
{
    for (size_t i = 0; i < count; i++) {
        if (exchanges[i].step == step) {
            return true;
        }
    }
    return false;
}

/* Waits until the first of those that wait is due. */
static enum assay_status wait_for_first(const struct net_session *session,
                                        struct exchange *exchanges, size_t count,
                                        struct assay_error *err)
{
    int64_t shortest_ms = LIMIT_RETRY_AFTER_MS;
    for (size_t i = 0; i < count; i++) {
        if (exchanges[i].step == STEP_WAIT && exchanges[i].wait_ms < shortest_ms) {
            shortest_ms = exchanges[i].wait_ms;
        }
    }
    for (int64_t left_ms = shortest_ms; left_ms > 0; left_ms -= WAIT_SLICE_MS) {
        TRY(env_check_interrupted(session->env, err));
        (void)poll(NULL, 0, left_ms < WAIT_SLICE_MS ? (int)left_ms : WAIT_SLICE_MS);
    }
    for (size_t i = 0; i < count; i++) {
        if (exchanges[i].step == STEP_WAIT) {
            exchanges[i].wait_ms -= shortest_ms;
            exchanges[i].step = exchanges[i].wait_ms <= 0 ? STEP_SEND : STEP_WAIT;
        }
    }
    return ASSAY_OK;
}

static enum assay_status run(struct net_session *session, struct exchange *exchanges, size_t count,
                             struct assay_error *err)
{
    for (;;) {
        bool sent = false;
        TRY(send_ready(session, exchanges, count, &sent, err));
        if (any_at(exchanges, count, STEP_AUTHORIZE)) {
            TRY(session_authorize(session, exchanges, count, err));
        } else if (!sent && any_at(exchanges, count, STEP_WAIT)) {
            TRY(wait_for_first(session, exchanges, count, err));
        } else if (!sent) {
            return ASSAY_OK;
        }
    }
}

static void exchanges_clear(struct exchange *exchanges, size_t count)
{
    for (size_t i = 0; exchanges != NULL && i < count; i++) {
        buf_clear(&exchanges[i].text);
        buf_clear(&exchanges[i].grant_key);
    }
    mem_free(exchanges);
}

enum assay_status net_session_get(struct net_session *session, const struct net_get *gets,
                                  struct net_response *responses, size_t count,
                                  struct assay_error *err)
{
    struct exchange *exchanges = mem_alloc(count, sizeof(*exchanges));
    struct assay_error error = ERROR_INIT;
    enum assay_status status = exchanges == NULL ? FAIL_NO_MEMORY(&error) : ASSAY_OK;

    for (size_t i = 0; i < count; i++) {
        responses[i] = (struct net_response){ .retry_after_ms = -1 };
    }
    for (size_t i = 0; status == ASSAY_OK && i < count; i++) {
        struct assay_error reason = ERROR_INIT;
        exchanges[i] = (struct exchange){ .get = &gets[i], .response = &responses[i] };
        reason.status = exchange_begin(session, &exchanges[i], &reason);
        if (reason.status != ASSAY_OK) {
            exchange_fail(&exchanges[i], &reason);
        }
    }
    if (status == ASSAY_OK) {
        status = run(session, exchanges, count, &error);
    }
    for (size_t i = 0; status != ASSAY_OK && i < count; i++) {
        if (exchanges == NULL || exchanges[i].step != STEP_DONE) {
            net_response_clear(&responses[i]);
            responses[i].status = status;
            responses[i].error = error;
        }
    }
    exchanges_clear(exchanges, count);
    if (status != ASSAY_OK && err != NULL) {
        *err = error;
    }
    return status;
}
