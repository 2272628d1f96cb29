/* SPDX-License-Identifier: Apache-2.0 */
/* What the fetcher refuses by itself, whoever asks; nothing here reaches a network. */
#include "net/fetch.h"

#include <criterion/criterion.h>

TestSuite(net_fetch, .timeout = 60);

static const struct net_tls plain = { .plain_http = true };
static const struct net_tls insecure = { .insecure = true };

static const struct {
    const char *url;
    const struct net_tls *tls;
    enum assay_status status;
} refused[] = {
    { "http://127.0.0.1:1/", NULL, ASSAY_CONFIG },
    { "http://127.0.0.1:1/", &insecure, ASSAY_CONFIG },
    { "HTTP://127.0.0.1:1/", NULL, ASSAY_CONFIG },
    { "file:///etc/passwd", &plain, ASSAY_NET_REDIRECT },
    { "ftp://127.0.0.1:1/", &plain, ASSAY_NET_REDIRECT },
    { "127.0.0.1:1", &plain, ASSAY_NET_REDIRECT },
    { "", &plain, ASSAY_NET_REDIRECT },
    { "https://u:p@127.0.0.1:1/", NULL, ASSAY_NET_REDIRECT },
};

Test(net_fetch, refuses_what_must_not_be_asked)
{
    struct assay_env env = { .clock = &assay_clock_system };
    struct net_curl_options options = { .user_agent = "test" };
    cr_assert_eq(net_fetcher_curl_new(&options, &env, &env.fetcher, NULL), ASSAY_OK);
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        struct net_request request = { .url = refused[i].url,
                                       .tls = refused[i].tls,
                                       .max_bytes = 1 };
        struct net_response response;
        cr_assert_eq(env.fetcher->ops->fetch(env.fetcher, &request, &response, 1, NULL), ASSAY_OK);
        cr_expect_eq(response.status, refused[i].status, "%s", refused[i].url);
        cr_expect_eq(response.error.status, refused[i].status, "%s", refused[i].url);
        net_response_clear(&response);
    }
    net_fetcher_free(env.fetcher);
}

Test(net_fetch, an_interruption_leaves_no_success)
{
    atomic_int interrupted = ASSAY_TERMINATED;
    struct assay_env env = { .clock = &assay_clock_system, .interrupted = &interrupted };
    struct net_curl_options options = { .user_agent = NULL };
    struct net_request request = { .url = "https://127.0.0.1:1/", .max_bytes = 1 };
    struct net_response response;
    cr_assert_eq(net_fetcher_curl_new(&options, &env, &env.fetcher, NULL), ASSAY_OK);
    cr_expect_eq(env.fetcher->ops->fetch(env.fetcher, &request, &response, 1, NULL),
                 ASSAY_TERMINATED);
    cr_expect_neq(response.status, ASSAY_OK);
    cr_expect_eq(env.fetcher->requests, 0);
    net_response_clear(&response);
    net_fetcher_free(env.fetcher);
}
