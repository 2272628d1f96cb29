/* SPDX-License-Identifier: Apache-2.0 */
/* What a session does without a network; what it does with one is in tests/transport. */
#include "net/session.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(net_session, .timeout = 60);

/* Answers every request alike, and may interrupt. */
struct scripted {
    struct net_fetcher base;
    int http_status;
    enum assay_status flight;
    atomic_int *interrupt;
    bool saw_http;
};

static enum assay_status scripted_fetch(struct net_fetcher *base,
                                        const struct net_request *requests,
                                        struct net_response *responses, size_t count,
                                        struct assay_error *err)
{
    struct scripted *scripted = (struct scripted *)base;
    base->flights++;
    base->requests += count;
    if (scripted->flight != ASSAY_OK) {
        return FAIL(err, scripted->flight, "as scripted");
    }
    for (size_t i = 0; i < count; i++) {
        responses[i] =
            (struct net_response){ .http_status = scripted->http_status, .retry_after_ms = 1 };
        responses[i].body.max = 16;
        cr_assert_eq(buf_append_string(&responses[i].body, "abc", NULL), ASSAY_OK);
        scripted->saw_http = scripted->saw_http || strncmp(requests[i].url, "http:", 5) == 0;
    }
    if (scripted->interrupt != NULL) {
        atomic_store(scripted->interrupt, ASSAY_INTERRUPTED);
    }
    return ASSAY_OK;
}

static void scripted_free(struct net_fetcher *base UNUSED)
{
}

static const struct net_fetcher_ops scripted_ops = { .fetch = scripted_fetch,
                                                     .free = scripted_free };

static enum assay_status get(struct assay_env *env, const struct net_session_options *options,
                             const struct net_get *gets, struct net_response *responses,
                             size_t count)
{
    struct net_session *session = NULL;
    struct assay_error err = ERROR_INIT;
    cr_assert_eq(net_session_new(options, env, &session, NULL), ASSAY_OK);
    enum assay_status status = net_session_get(session, gets, responses, count, &err);
    cr_expect_eq(err.status, status);
    net_session_free(session);
    return status;
}

static const struct net_session_options no_options = { .request_timeout_ms = 0 };

static const struct {
    const char *url;
    enum net_server server;
    const char *plain;
    enum assay_status status;
    bool http;
} schemes[] = {
    { "https://a.example/x", NET_TRUST_SERVER, NULL, ASSAY_OK, false },
    { "https://a.example/x", NET_REGISTRY, NULL, ASSAY_OK, false },
    { "https://a.example/x", NET_REGISTRY, "a.example", ASSAY_OK, true },
    { "https://a.example:443/x", NET_REGISTRY, "a.example", ASSAY_OK, true },
    { "http://a.example/x", NET_REGISTRY, "a.example", ASSAY_OK, true },
    { "https://a.example:1/x", NET_REGISTRY, "a.example:1", ASSAY_OK, true },
    { "https://a.example/x", NET_TRUST_SERVER, "a.example", ASSAY_OK, false },
    { "https://a.example:1/x", NET_REGISTRY, "a.example", ASSAY_OK, false },
    { "https://a.example/x", NET_REGISTRY, "a.example:443", ASSAY_OK, false },
    { "https://b.a.example/x", NET_REGISTRY, "a.example", ASSAY_OK, false },
    { "http://a.example/x", NET_REGISTRY, NULL, ASSAY_CONFIG, false },
    { "http://a.example:1/x", NET_REGISTRY, "a.example", ASSAY_CONFIG, false },
    { "http://a.example/x", NET_TRUST_SERVER, "a.example", ASSAY_CONFIG, false },
    { "ftp://a.example/x", NET_REGISTRY, "a.example", ASSAY_CONFIG, false },
    { "https://u@a.example/x", NET_REGISTRY, NULL, ASSAY_CONFIG, false },
};

Test(net_session, plain_http_is_for_named_registries)
{
    for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
        struct scripted fetcher = { .base.ops = &scripted_ops, .http_status = 200 };
        struct assay_env env = { .clock = &assay_clock_system, .fetcher = &fetcher.base };
        struct net_session_options options = { .plain_http = &schemes[i].plain,
                                               .plain_http_count = schemes[i].plain != NULL };
        struct net_get one = { .server = schemes[i].server, .url = schemes[i].url };
        struct net_response response;
        cr_expect_eq(get(&env, &options, &one, &response, 1), ASSAY_OK, "%s", schemes[i].url);
        cr_expect_eq(response.status, schemes[i].status, "%s %zu", schemes[i].url, i);
        cr_expect_eq(fetcher.saw_http, schemes[i].http, "%s %zu", schemes[i].url, i);
        cr_expect_eq(fetcher.base.requests, schemes[i].status == ASSAY_OK, "%s", schemes[i].url);
        net_response_clear(&response);
    }
}

static const struct {
    int http_status;
    enum assay_status status;
    size_t requests;
    size_t body;
} statuses[] = {
    { 200, ASSAY_OK, 1, 3 },           { 404, ASSAY_OK, 1, 3 },
    { 201, ASSAY_HTTP_STATUS, 1, 0 },  { 206, ASSAY_HTTP_STATUS, 1, 0 },
    { 304, ASSAY_HTTP_STATUS, 1, 0 },  { 307, ASSAY_NET_REDIRECT, 1, 0 },
    { 400, ASSAY_HTTP_STATUS, 1, 0 },  { 401, ASSAY_UNAUTHORIZED, 1, 0 },
    { 403, ASSAY_FORBIDDEN, 1, 0 },    { 429, ASSAY_RATE_LIMITED, LIMIT_TRIES, 0 },
    { 500, ASSAY_SERVER_ERROR, 1, 0 }, { 503, ASSAY_SERVER_ERROR, LIMIT_TRIES, 0 },
};

Test(net_session, every_status_has_its_meaning)
{
    for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
        struct scripted fetcher = { .base.ops = &scripted_ops,
                                    .http_status = statuses[i].http_status };
        struct assay_env env = { .clock = &assay_clock_system, .fetcher = &fetcher.base };
        struct net_get one = { .server = NET_REGISTRY, .url = "https://a.example/x" };
        struct net_response response;
        cr_expect_eq(get(&env, &no_options, &one, &response, 1), ASSAY_OK);
        cr_expect_eq(response.status, statuses[i].status, "%d", statuses[i].http_status);
        cr_expect_eq(response.http_status, statuses[i].http_status);
        cr_expect_eq(response.body.len, statuses[i].body, "%d", statuses[i].http_status);
        cr_expect_eq(fetcher.base.requests, statuses[i].requests, "%d", statuses[i].http_status);
        cr_expect(response.status == ASSAY_OK ||
                      strstr(response.error.message, "a.example") != NULL,
                  "%s", response.error.message);
        net_response_clear(&response);
    }
}

static void keep_line(void *ctx, enum log_level level, const char *line)
{
    char *kept = ctx;
    cr_expect_eq(level, LOG_INFO);
    (void)snprintf(kept, 256, "%s", line);
}

Test(net_session, answers_are_logged_without_queries)
{
    char line[256] = "";
    struct scripted fetcher = { .base.ops = &scripted_ops, .http_status = 404 };
    struct assay_log log = { .level = LOG_INFO, .emit = keep_line, .ctx = line };
    struct assay_env env = { .clock = &assay_clock_system, .fetcher = &fetcher.base, .log = &log };
    struct net_get one = { .server = NET_REGISTRY, .url = "https://a.example/x?signature=y" };
    struct net_response response;
    cr_expect_eq(get(&env, &no_options, &one, &response, 1), ASSAY_OK);
    cr_expect_str_eq(line, "GET https://a.example/x: 404");
    net_response_clear(&response);
    log.level = LOG_WARN;
    line[0] = '\0';
    cr_expect_eq(get(&env, &no_options, &one, &response, 1), ASSAY_OK);
    cr_expect_str_eq(line, "");
    net_response_clear(&response);
}

Test(net_session, a_failed_flight_leaves_no_success)
{
    struct scripted fetcher = { .base.ops = &scripted_ops, .flight = ASSAY_NET_UNAVAILABLE };
    struct assay_env env = { .clock = &assay_clock_system, .fetcher = &fetcher.base };
    struct net_get gets[2] = { { .server = NET_REGISTRY, .url = "https://a.example/x" },
                               { .server = NET_REGISTRY, .url = "http://a.example/x" } };
    struct net_response responses[2];
    cr_expect_eq(get(&env, &no_options, gets, responses, 2), ASSAY_NET_UNAVAILABLE);
    cr_expect_eq(responses[0].status, ASSAY_NET_UNAVAILABLE);
    cr_expect_eq(responses[1].status, ASSAY_CONFIG);
    net_response_clear(&responses[0]);
    net_response_clear(&responses[1]);
}

Test(net_session, an_interruption_ends_the_wait)
{
    atomic_int interrupted = ASSAY_OK;
    struct scripted fetcher = { .base.ops = &scripted_ops,
                                .http_status = 503,
                                .interrupt = &interrupted };
    struct assay_env env = { .clock = &assay_clock_system,
                             .fetcher = &fetcher.base,
                             .interrupted = &interrupted };
    struct net_get one = { .server = NET_REGISTRY, .url = "https://a.example/x" };
    struct net_response response;
    cr_expect_eq(get(&env, &no_options, &one, &response, 1), ASSAY_INTERRUPTED);
    cr_expect_eq(response.status, ASSAY_INTERRUPTED);
    cr_expect_eq(fetcher.base.requests, 1);
    net_response_clear(&response);
}

Test(net_session, no_get_is_no_request)
{
    struct scripted fetcher = { .base.ops = &scripted_ops, .http_status = 200 };
    struct assay_env env = { .clock = &assay_clock_system, .fetcher = &fetcher.base };
    cr_expect_eq(get(&env, &no_options, NULL, NULL, 0), ASSAY_OK);
    cr_expect_eq(fetcher.base.flights, 0);
}
