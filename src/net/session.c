/* SPDX-License-Identifier: Apache-2.0 */
#include "net/session_internal.h"

#include "base/mem.h"

#include <poll.h>

#define WAIT_SLICE_MS 100 /* how soon an interruption is seen while waiting */

/* ---- life ---- */

static enum assay_status list_copy(const char *const *items, size_t count, struct text_list *out,
                                   struct assay_error *err)
{
    for (size_t i = 0; i < count; i++) {
        TRY(text_list_add(out, items[i], err));
    }
    return ASSAY_OK;
}

static enum assay_status copy_options(struct net_session *session,
                                      const struct net_session_options *options,
                                      struct assay_error *err)
{
    session->credentials = options->credentials;
    session->request_timeout_ms =
        options->request_timeout_ms > 0 ? options->request_timeout_ms : LIMIT_REQUEST_MS;
    session->deadline_ms = options->deadline_ms > 0 ? options->deadline_ms : INT64_MAX;
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
    text_list_clear(&session->registry_tls_dirs);
    text_list_clear(&session->trust_tls_dirs);
    text_list_clear(&session->plain_http);
    text_list_clear(&session->insecure_tls);
    mem_free(session);
}

/* ---- flights ---- */

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

/* Content of a registry may be large; how large, its signer says. */
static int64_t body_ms_of(const struct net_get *get)
{
    return get->follow ? (int64_t)(get->max_bytes / (size_t)LIMIT_BODY_BYTES_S) * 1000 : 0;
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
        .timeout_ms = session->request_timeout_ms,
        .body_ms = body_ms_of(get),
        .sink = get->sink,
        .sink_ctx = get->sink_ctx,
    };
}

/* A query may carry what lets its holder read, so it is left out. */
static void log_answer(const struct net_session *session, const struct net_request *request,
                       const struct net_response *response)
{
    struct slice url = slice_from_string(request->url);
    url = slice_first(url, slice_find(url, '?'));
    if (response->status == ASSAY_OK) {
        log_line(session->env->log, LOG_INFO, "GET %.*s: %d", SLICE_ARGS(url),
                 response->http_status);
    } else {
        log_line(session->env->log, LOG_INFO, "GET %.*s: %s", SLICE_ARGS(url),
                 response->error.message);
    }
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
        log_answer(session, &round->requests[i], &round->responses[i]);
        net_response_clear(response);
        *response = round->responses[i];
        round->responses[i] = (struct net_response){ 0 }; /* handed over */
        exchange_judge(session, round->chosen[i]);
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

/* One flight, or one wait; *more is false when there was nothing left to do. */
static enum assay_status advance(struct net_session *session, struct exchange *exchanges,
                                 size_t count, bool *more, struct assay_error *err)
{
    TRY(send_ready(session, exchanges, count, more, err));
    if (any_at(exchanges, count, STEP_AUTHORIZE)) {
        *more = true;
        return session_authorize(session, exchanges, count, err);
    }
    if (!*more && any_at(exchanges, count, STEP_WAIT)) {
        *more = true;
        return wait_for_first(session, exchanges, count, err);
    }
    return ASSAY_OK;
}

static enum assay_status run(struct net_session *session, struct exchange *exchanges, size_t count,
                             struct assay_error *err)
{
    bool more = true;
    while (more) {
        TRY(advance(session, exchanges, count, &more, err));
    }
    return ASSAY_OK;
}

static void exchanges_clear(struct exchange *exchanges, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_clear(&exchanges[i].text);
        buf_clear(&exchanges[i].grant_key);
    }
    mem_free(exchanges);
}

/* What has not ended by itself ends as the whole does. */
static void end_all(struct exchange *exchanges, size_t count, const struct assay_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (exchanges[i].step != STEP_DONE) {
            net_response_clear(exchanges[i].response);
            exchange_fail(&exchanges[i], error);
        }
    }
}

enum assay_status net_session_get(struct net_session *session, const struct net_get *gets,
                                  struct net_response *responses, size_t count,
                                  struct assay_error *err)
{
    struct exchange *exchanges = mem_alloc(count, sizeof(*exchanges));
    struct assay_error error = ERROR_INIT;

    for (size_t i = 0; i < count; i++) {
        responses[i] = (struct net_response){ .status = ASSAY_NO_MEMORY, .retry_after_ms = -1 };
    }
    if (exchanges == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    for (size_t i = 0; i < count; i++) {
        exchange_begin(session, &gets[i], &responses[i], &exchanges[i]);
    }
    error.status = run(session, exchanges, count, &error);
    if (error.status != ASSAY_OK) {
        end_all(exchanges, count, &error);
    }
    exchanges_clear(exchanges, count);
    if (error.status != ASSAY_OK && err != NULL) {
        *err = error;
    }
    return error.status;
}
