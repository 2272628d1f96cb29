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
