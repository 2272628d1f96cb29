/* SPDX-License-Identifier: Apache-2.0 */
/* One session and its gets, for the transport cases: prints for each "STATUS-ID HTTP BYTES", then
 * what the run cost. Options come in pairs, then the URLs. */
#include "net/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define MAX_ITEMS 512

struct client {
    struct net_session_options session;
    struct net_curl_options curl;
    struct net_credentials_paths paths;
    struct net_get get; /* what all gets have in common */
    const char *registry_dirs[2];
    const char *trust_dirs[2];
    const char *plain[8];
    const char *insecure[8];
    const char *urls[MAX_ITEMS];
    size_t url_count;
    bool one_by_one;
    bool use_sink;
    bool trust_first; /* the first URL goes to a trust server, the others to registries */
};

static void usage(const char *what)
{
    (void)fprintf(stderr, "net_client: %s\n", what);
    exit(2);
}

static bool set_text(struct client *client, const char *name, const char *value)
{
    const struct {
        const char *name;
        const char **place;
    } texts[] = {
        { "--accept", &client->get.accept },
        { "--registry", &client->get.registry },
        { "--repository", &client->get.repository },
        { "--scope", &client->get.scope },
        { "--authfile", &client->paths.authfile },
        { "--auth-config", &client->paths.auth_config },
        { "--helper-path", &client->paths.helper_path },
        { "--proxy-https", &client->curl.proxy_https },
        { "--proxy-http", &client->curl.proxy_http },
        { "--no-proxy", &client->curl.no_proxy },
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        if (slice_is(slice_from_string(name), texts[i].name)) {
            *texts[i].place = value;
            return true;
        }
    }
    return false;
}

static bool set_list(struct client *client, const char *name, const char *value)
{
    struct net_session_options *o = &client->session;
    if (slice_is(slice_from_string(name), "--registry-dir")) {
        client->registry_dirs[o->registry_tls_dir_count++ % 2] = value;
    } else if (slice_is(slice_from_string(name), "--trust-dir")) {
        client->trust_dirs[o->trust_tls_dir_count++ % 2] = value;
    } else if (slice_is(slice_from_string(name), "--plain-http")) {
        client->plain[o->plain_http_count++ % 8] = value;
    } else if (slice_is(slice_from_string(name), "--insecure-tls")) {
        client->insecure[o->insecure_tls_count++ % 8] = value;
    } else {
        return false;
    }
    return true;
}

static bool set_number(struct client *client, const char *name, const char *value)
{
    char *end = NULL;
    unsigned long number = strtoul(value, &end, 10);
    if (*end != '\0') {
        return false;
    }
    if (slice_is(slice_from_string(name), "--max")) {
        client->get.max_bytes = number;
    } else if (slice_is(slice_from_string(name), "--timeout")) {
        client->session.request_timeout_ms = (int64_t)number;
    } else if (slice_is(slice_from_string(name), "--total")) {
        client->curl.total_ms = (int64_t)number;
    } else if (slice_is(slice_from_string(name), "--trust")) {
        client->get.server = number != 0 ? NET_TRUST_SERVER : NET_REGISTRY;
    } else if (slice_is(slice_from_string(name), "--follow")) {
        client->get.follow = number != 0;
    } else if (slice_is(slice_from_string(name), "--one-by-one")) {
        client->one_by_one = number != 0;
    } else if (slice_is(slice_from_string(name), "--sink")) {
        client->use_sink = number != 0;
    } else if (slice_is(slice_from_string(name), "--trust-first")) {
        client->trust_first = number != 0;
    } else {
        return false;
    }
    return true;
}

static void parse(struct client *client, int argc, char **argv)
{
    int i = 1;
    client->get.server = NET_REGISTRY;
    client->get.max_bytes = 4096;
    for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
        if (!set_text(client, argv[i], argv[i + 1]) && !set_list(client, argv[i], argv[i + 1]) &&
            !set_number(client, argv[i], argv[i + 1])) {
            usage(argv[i]);
        }
    }
    for (; i < argc && client->url_count < MAX_ITEMS; i++) {
        client->urls[client->url_count++] = argv[i];
    }
    if (i < argc || client->url_count == 0) {
        usage("wants 1 to 512 URLs");
    }
    client->session.registry_tls_dirs = client->registry_dirs;
    client->session.trust_tls_dirs = client->trust_dirs;
    client->session.plain_http = client->plain;
    client->session.insecure_tls = client->insecure;
}

static enum assay_status count_bytes(void *ctx, struct slice bytes, struct assay_error *err UNUSED)
{
    *(size_t *)ctx += bytes.len;
    return ASSAY_OK;
}

static void print_answer(struct net_response *response, size_t sunk_bytes)
{
    (void)printf("%s %d %zu\n", assay_status_id(response->status), response->http_status,
                 response->body.len + (response->status == ASSAY_OK ? sunk_bytes : 0));
    if (response->status != ASSAY_OK) {
        (void)fprintf(stderr, "%s\n", assay_error_message(&response->error));
        for (size_t i = 0; i < assay_error_context_count(&response->error); i++) {
            (void)fprintf(stderr, "  %s\n", assay_error_context(&response->error, i));
        }
    }
    net_response_clear(response);
}

static enum assay_status get_all(struct client *client, struct net_session *session,
                                 struct assay_error *err)
{
    static struct net_get gets[MAX_ITEMS];
    static struct net_response responses[MAX_ITEMS];
    static size_t sunk_bytes[MAX_ITEMS];
    size_t step = client->one_by_one ? 1 : client->url_count;
    for (size_t i = 0; i < client->url_count; i++) {
        gets[i] = client->get;
        gets[i].url = client->urls[i];
        gets[i].sink = client->use_sink ? count_bytes : NULL;
        gets[i].sink_ctx = &sunk_bytes[i];
        if (client->trust_first && i == 0) {
            gets[i].server = NET_TRUST_SERVER;
        }
    }
    for (size_t i = 0; i < client->url_count; i += step) {
        enum assay_status status = net_session_get(session, gets + i, responses + i, step, err);
        for (size_t j = i; j < i + step; j++) {
            print_answer(&responses[j], sunk_bytes[j]);
        }
        TRY(status);
    }
    return ASSAY_OK;
}

static void print_cost(const struct net_fetcher *fetcher)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    long ms = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
              (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
    (void)printf("flights=%llu requests=%llu cpu_ms=%ld rss_kib=%ld\n",
                 (unsigned long long)fetcher->flights, (unsigned long long)fetcher->requests, ms,
                 usage.ru_maxrss);
}

int main(int argc, char **argv)
{
    static struct client client;
    struct assay_env env = { .clock = &assay_clock_system };
    struct assay_error err = ERROR_INIT;
    struct net_credentials *credentials = NULL;
    struct net_session *session = NULL;
    parse(&client, argc, argv);
    enum assay_status status = net_credentials_new(&client.paths, &credentials, &err);
    client.session.credentials = credentials;
    if (status == ASSAY_OK) {
        status = net_fetcher_curl_new(&client.curl, &env, &env.fetcher, &err);
    }
    if (status == ASSAY_OK) {
        status = net_session_new(&client.session, &env, &session, &err);
    }
    if (status == ASSAY_OK) {
        status = get_all(&client, session, &err);
    }
    if (status == ASSAY_OK && env.fetcher != NULL) {
        print_cost(env.fetcher);
    } else {
        (void)fprintf(stderr, "%s: %s\n", assay_status_id(status), assay_error_message(&err));
    }
    net_session_free(session);
    net_fetcher_free(env.fetcher);
    net_credentials_free(credentials);
    return status == ASSAY_OK ? 0 : 1;
}
