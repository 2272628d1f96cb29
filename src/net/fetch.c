/* SPDX-License-Identifier: Apache-2.0 */
#include "net/fetch.h"

#include "base/mem.h"

void net_response_clear(struct net_response *response)
{
    buf_clear(&response->body);
    for (size_t i = 0; i < response->challenge_count; i++) {
        mem_free(response->challenges[i]);
    }
    *response = (struct net_response){ 0 };
}

void net_fetcher_free(struct net_fetcher *fetcher)
{
    if (fetcher != NULL) {
        fetcher->ops->free(fetcher);
    }
}

static enum assay_status null_fetch(struct net_fetcher *fetcher UNUSED,
                                    const struct net_request *requests,
                                    struct net_response *responses UNUSED, size_t count,
                                    struct assay_error *err)
{
    return FAIL(err, ASSAY_OFFLINE, "%.300s would have to be fetched",
                count == 0 ? "something" : requests[0].url);
}

static void null_free(struct net_fetcher *fetcher)
{
    mem_free(fetcher);
}

static const struct net_fetcher_ops NULL_OPS = { .fetch = null_fetch, .free = null_free };

enum assay_status net_fetcher_null_new(struct net_fetcher **out, struct assay_error *err)
{
    *out = mem_alloc(1, sizeof(**out));
    if (*out == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    (*out)->ops = &NULL_OPS;
    return ASSAY_OK;
}
