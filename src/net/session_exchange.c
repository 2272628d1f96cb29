/* SPDX-License-Identifier: Apache-2.0 */
#include "net/session_internal.h"

#define HTTP_PORT 80

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

static enum assay_status aim_at_first(struct net_session *session, struct exchange *exchange,
                                      struct assay_error *err)
{
    const struct net_get *get = exchange->get;
    struct net_url *url = &exchange->first;
    struct assay_error reason = ERROR_INIT;

    if (net_url_parse(get->url, url, &reason) != ASSAY_OK) {
        return FAIL(err, ASSAY_CONFIG, "%s", reason.message);
    }
    if (get->server == NET_REGISTRY && session_is_plain(session, url)) {
        url->port = url->default_port ? HTTP_PORT : url->port;
        url->https = false;
    } else if (!url->https) {
        return FAIL(err, ASSAY_CONFIG, "%s: plain HTTP is not allowed", url->host);
    }
    exchange->text = (struct buf)BUF_INIT(2 * LIMIT_URL_BYTES);
    TRY(exchange_make_grant_key(exchange, err));
    return exchange_aim(session, exchange, url, err);
}

void exchange_begin(struct net_session *session, const struct net_get *get,
                    struct net_response *response, struct exchange *exchange)
{
    struct assay_error error = ERROR_INIT;
    *exchange = (struct exchange){ .get = get, .response = response };
    error.status = aim_at_first(session, exchange, &error);
    if (error.status != ASSAY_OK) {
        exchange_fail(exchange, &error);
    }
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
    char host_port[NET_HOST_PORT_BYTES];
    int http_status = exchange->response->http_status;
    enum assay_status status = status_of_http(http_status);
    bool refused = http_status == 401 && exchange->sent_grant_id != 0 &&
                   exchange->challenge.scheme == NET_SCHEME_BASIC;
    net_url_host_port(&exchange->url, host_port);
    (void)FAIL(&error, status, "%s answered %d%s", host_port, http_status,
               refused ? " to the login that is stored for it" : "");
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
static void judge_busy(const struct net_session *session, struct exchange *exchange)
{
    const struct assay_clock *clock = session->env->clock;
    int64_t wait_ms = exchange->response->retry_after_ms;
    exchange->tries++;
    if (wait_ms < 0) {
        wait_ms = LIMIT_BACKOFF_MS << (exchange->tries - 1);
    }
    if (exchange->tries >= LIMIT_TRIES || wait_ms > LIMIT_RETRY_AFTER_MS ||
        (session->deadline_ms != INT64_MAX &&
         wait_ms >= session->deadline_ms - clock->monotonic_ms(clock->ctx))) {
        fail_http(exchange);
    } else {
        exchange->wait_ms = wait_ms;
        exchange->step = STEP_WAIT;
    }
}

void exchange_judge(struct net_session *session, struct exchange *exchange)
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
        judge_busy(session, exchange);
        break;
    default:
        fail_http(exchange);
        break;
    }
}
