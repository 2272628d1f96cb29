/* SPDX-License-Identifier: Apache-2.0 */
#include "net/fetch_curl.h"

#include "base/mem.h"

#define POLL_MS 200 /* how soon an interruption is seen */

/* Connections and TLS sessions of the requests with one net_tls, and of no others. */
struct pool {
    const struct net_tls *tls;
    CURLSH *share;
    struct pool *next;
};

struct curl_fetcher {
    struct net_fetcher base;
    const struct assay_env *env;
    struct curl_library curl;
    struct curl_trust trust;
    CURLM *multi; /* NULL until libcurl is loaded */
    struct pool *pools;
    struct curl_sockets sockets;
    struct curl_proxies proxies; /* owned texts */
    char *user_agent;
    int64_t total_ms;
    bool total_is_final;
    int64_t deadline_ms;
};

static int64_t now_ms(const struct curl_fetcher *fetcher)
{
    return fetcher->env->clock->monotonic_ms(fetcher->env->clock->ctx);
}

static int64_t add_ms(int64_t a, int64_t b)
{
    int64_t sum = 0;
    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

/* ---- the first fetch ---- */

static enum assay_status start(struct curl_fetcher *fetcher, struct assay_error *err)
{
    if (fetcher->multi != NULL) {
        return ASSAY_OK;
    }
    TRY(curl_library_load(&fetcher->curl, err));
    fetcher->trust = curl_trust_find();
    fetcher->deadline_ms = add_ms(now_ms(fetcher), fetcher->total_ms);
    CURLM *multi = fetcher->curl.multi_init();
    if (multi == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    if (fetcher->curl.multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)LIMIT_PARALLEL) !=
            CURLM_OK ||
        fetcher->curl.multi_setopt(multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING) !=
            CURLM_OK) {
        (void)fetcher->curl.multi_cleanup(multi);
        return FAIL(err, ASSAY_NET_UNAVAILABLE, "libcurl.so.4 refuses an option of flights");
    }
    fetcher->multi = multi;
    return ASSAY_OK;
}

static enum assay_status pool_find(struct curl_fetcher *fetcher, const struct net_tls *tls,
                                   CURLSH **out, struct assay_error *err)
{
    const struct curl_library *curl = &fetcher->curl;
    for (const struct pool *pool = fetcher->pools; pool != NULL; pool = pool->next) {
        if (pool->tls == tls) {
            *out = pool->share;
            return ASSAY_OK;
        }
    }
    AUTO_MEM struct pool *pool = mem_alloc(1, sizeof(*pool));
    CURLSH *share = pool == NULL ? NULL : curl->share_init();
    if (share == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    if (curl->share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT) != CURLSHE_OK ||
        curl->share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) != CURLSHE_OK) {
        (void)curl->share_cleanup(share);
        return FAIL(err, ASSAY_NET_UNAVAILABLE, "libcurl.so.4 cannot share connections");
    }
    *pool = (struct pool){ .tls = tls, .share = share, .next = fetcher->pools };
    fetcher->pools = STEAL(pool);
    *out = share;
    return ASSAY_OK;
}

/* ---- a flight ---- */

struct flight {
    struct curl_fetcher *fetcher;
    struct curl_transfer *transfers;
    size_t count;
};

/* Also the way out when a flight is broken off: handles leave before they are freed. */
static void flight_clear(struct flight *flight)
{
    const struct curl_library *curl = &flight->fetcher->curl;
    for (size_t i = 0; flight->transfers != NULL && i < flight->count; i++) {
        struct curl_transfer *transfer = &flight->transfers[i];
        if (transfer->easy != NULL) {
            (void)curl->multi_remove_handle(flight->fetcher->multi, transfer->easy);
        }
        if (!transfer->done && transfer->response != NULL) {
            buf_clear(&transfer->response->body);
            transfer->response->status =
                FAIL(&transfer->response->error, ASSAY_INTERNAL, "the flight was broken off");
        }
        curl_transfer_clear(transfer, curl);
    }
    mem_free(flight->transfers);
}

static int64_t remaining_ms(const struct curl_fetcher *fetcher)
{
    int64_t now = now_ms(fetcher);
    return fetcher->deadline_ms > now ? fetcher->deadline_ms - now : 0;
}

/* libcurl counts milliseconds in an int. */
static int64_t timeout_of(const struct curl_fetcher *fetcher, const struct net_request *request,
                          int64_t left_ms)
{
    int64_t timeout_ms = request->timeout_ms > 0 ? request->timeout_ms : LIMIT_REQUEST_MS;
    int64_t sum = add_ms(timeout_ms < left_ms ? timeout_ms : left_ms, request->body_ms);
    sum = fetcher->total_is_final && sum > left_ms ? left_ms : sum;
    return sum < INT32_MAX ? sum : INT32_MAX;
}

/* Time that content took at a decent rate is given back: it tells nothing about the server. */
static void give_back(struct curl_fetcher *fetcher, const struct flight *flight, int64_t began_ms)
{
    int64_t took_ms = now_ms(fetcher) - began_ms;
    int64_t earned_ms = 0;
    for (size_t i = 0; !fetcher->total_is_final && i < flight->count; i++) {
        if (flight->transfers[i].request->body_ms > 0) {
            earned_ms +=
                (int64_t)(flight->transfers[i].body_bytes / (uint64_t)LIMIT_BODY_BYTES_S) * 1000;
        }
    }
    fetcher->deadline_ms = add_ms(fetcher->deadline_ms, earned_ms < took_ms ? earned_ms : took_ms);
}

static enum assay_status launch(struct flight *flight, struct curl_transfer *transfer,
                                struct assay_error *err)
{
    struct curl_fetcher *fetcher = flight->fetcher;
    const struct net_request *request = transfer->request;
    int64_t left_ms = remaining_ms(fetcher);
    struct curl_setup setup = {
        .curl = &fetcher->curl,
        .proxies = &fetcher->proxies,
        .trust = &fetcher->trust,
        .sockets = &fetcher->sockets,
        .user_agent = fetcher->user_agent,
        .timeout_ms = timeout_of(fetcher, request, left_ms),
    };
    if (left_ms == 0) {
        transfer->done = true;
        transfer->response->status = FAIL(&transfer->response->error, ASSAY_NET_TIMEOUT,
                                          "%.300s: the %lld ms for all requests are over",
                                          request->url, (long long)fetcher->total_ms);
        return ASSAY_OK;
    }
    TRY(pool_find(fetcher, request->tls, &setup.share, err));
    TRY(curl_transfer_prepare(transfer, &setup, err));
    if (transfer->easy != NULL &&
        fetcher->curl.multi_add_handle(fetcher->multi, transfer->easy) != CURLM_OK) {
        return FAIL_NO_MEMORY(err);
    }
    return ASSAY_OK;
}

/* Once more, on a connection of its own. */
static enum assay_status relaunch(struct flight *flight, struct curl_transfer *transfer,
                                  struct assay_error *err)
{
    const struct curl_library *curl = &flight->fetcher->curl;
    CURLM *multi = flight->fetcher->multi;
    transfer->stale = false;
    if (curl->multi_remove_handle(multi, transfer->easy) != CURLM_OK ||
        curl->easy_setopt(transfer->easy, CURLOPT_FRESH_CONNECT, 1L) != CURLE_OK ||
        curl->multi_add_handle(multi, transfer->easy) != CURLM_OK) {
        return FAIL(err, ASSAY_INTERNAL, "libcurl.so.4 cannot send a request again");
    }
    return ASSAY_OK;
}

static struct curl_transfer *transfer_of(const struct flight *flight, const CURLMsg *message)
{
    for (size_t i = 0; message->msg == CURLMSG_DONE && i < flight->count; i++) {
        if (flight->transfers[i].easy == message->easy_handle) {
            return &flight->transfers[i];
        }
    }
    return NULL;
}

/* Takes what has ended; *running counts what goes on, also what begins again. */
static enum assay_status collect(struct flight *flight, int *running, struct assay_error *err)
{
    const struct curl_library *curl = &flight->fetcher->curl;
    const CURLMsg *message = NULL;
    int left = 0;
    while ((message = curl->multi_info_read(flight->fetcher->multi, &left)) != NULL) {
        CURLcode result = message->data.result;
        struct curl_transfer *transfer = transfer_of(flight, message);
        if (transfer == NULL) {
            continue;
        }
        if (!transfer->stale || result != CURLE_ABORTED_BY_CALLBACK) {
            curl_answer_finish(transfer, result);
            continue;
        }
        (*running)++;
        TRY(relaunch(flight, transfer, err));
    }
    return ASSAY_OK;
}

static enum assay_status check_drive(CURLMcode code, struct assay_error *err)
{
    if (code == CURLM_OUT_OF_MEMORY) {
        return FAIL_NO_MEMORY(err);
    }
    if (code != CURLM_OK) {
        return FAIL(err, ASSAY_INTERNAL, "libcurl.so.4 cannot drive a flight: %d", (int)code);
    }
    return ASSAY_OK;
}

static enum assay_status fly(struct flight *flight, struct assay_error *err)
{
    const struct curl_library *curl = &flight->fetcher->curl;
    CURLM *multi = flight->fetcher->multi;
    int running = 1;
    while (running > 0) {
        TRY(env_check_interrupted(flight->fetcher->env, err));
        TRY(check_drive(curl->multi_perform(multi, &running), err));
        TRY(collect(flight, &running, err));
        int wait_ms = running > 0 ? POLL_MS : 0;
        TRY(check_drive(curl->multi_poll(multi, NULL, 0, wait_ms, NULL), err));
    }
    return ASSAY_OK;
}

static enum assay_status check_all_done(const struct flight *flight, struct assay_error *err)
{
    for (size_t i = 0; i < flight->count; i++) {
        if (!flight->transfers[i].done) {
            return FAIL(err, ASSAY_INTERNAL, "libcurl.so.4 lost a request");
        }
    }
    return ASSAY_OK;
}

static enum assay_status fetcher_fetch(struct net_fetcher *base, const struct net_request *requests,
                                       struct net_response *responses, size_t count,
                                       struct assay_error *err)
{
    struct curl_fetcher *fetcher = (struct curl_fetcher *)base;
    for (size_t i = 0; i < count; i++) {
        responses[i] = (struct net_response){ .status = ASSAY_INTERNAL, .retry_after_ms = -1 };
    }
    TRY(env_check_interrupted(fetcher->env, err));
    TRY(start(fetcher, err));
    CLEANUP(flight_clear) struct flight flight = { .fetcher = fetcher, .count = count };
    flight.transfers = mem_alloc(count, sizeof(*flight.transfers));
    if (flight.transfers == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    for (size_t i = 0; i < count; i++) {
        flight.transfers[i].request = &requests[i];
        flight.transfers[i].response = &responses[i];
        responses[i].status = ASSAY_OK;
        TRY(launch(&flight, &flight.transfers[i], err));
    }
    base->flights++;
    base->requests += count;
    int64_t began_ms = now_ms(fetcher);
    TRY(fly(&flight, err));
    give_back(fetcher, &flight, began_ms);
    return check_all_done(&flight, err);
}

/* ---- life ---- */

static void fetcher_free(struct net_fetcher *base)
{
    struct curl_fetcher *fetcher = (struct curl_fetcher *)base;
    if (fetcher->multi != NULL) {
        (void)fetcher->curl.multi_cleanup(fetcher->multi);
    }
    while (fetcher->pools != NULL) {
        AUTO_MEM struct pool *pool = fetcher->pools;
        fetcher->pools = pool->next;
        (void)fetcher->curl.share_cleanup(pool->share);
    }
    mem_free(fetcher->sockets.fds);
    mem_free(fetcher->proxies.https);
    mem_free(fetcher->proxies.http);
    mem_free(fetcher->proxies.none);
    mem_free(fetcher->user_agent);
    mem_free(fetcher);
}

static const struct net_fetcher_ops CURL_OPS = { .fetch = fetcher_fetch, .free = fetcher_free };

static char *copy_or_empty(const char *text)
{
    return mem_copy_string(text == NULL ? "" : text);
}

enum assay_status net_fetcher_curl_new(const struct net_curl_options *options,
                                       const struct assay_env *env, struct net_fetcher **out,
                                       struct assay_error *err)
{
    struct curl_fetcher *fetcher = mem_alloc(1, sizeof(*fetcher));
    *out = NULL;
    if (fetcher == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    fetcher->base.ops = &CURL_OPS;
    fetcher->env = env;
    fetcher->total_ms = options->total_ms > 0 ? options->total_ms : LIMIT_TOTAL_MS;
    fetcher->total_is_final = options->total_is_final;
    fetcher->proxies.https = copy_or_empty(options->proxy_https);
    fetcher->proxies.http = copy_or_empty(options->proxy_http);
    fetcher->proxies.none = copy_or_empty(options->no_proxy);
    fetcher->user_agent = options->user_agent == NULL ? NULL : mem_copy_string(options->user_agent);
    if (fetcher->proxies.https == NULL || fetcher->proxies.http == NULL ||
        fetcher->proxies.none == NULL ||
        (options->user_agent != NULL && fetcher->user_agent == NULL)) {
        fetcher_free(&fetcher->base);
        return FAIL_NO_MEMORY(err);
    }
    *out = &fetcher->base;
    return ASSAY_OK;
}
