/* SPDX-License-Identifier: Apache-2.0 */
#include "net/session_internal.h"

#include "base/mem.h"

static void grant_free(struct session_grant *grant)
{
    mem_free(grant->key);
    buf_wipe(&grant->header);
    mem_free(grant);
}

void session_grants_free(struct net_session *session)
{
    while (session->grants != NULL) {
        struct session_grant *grant = session->grants;
        session->grants = grant->next;
        grant_free(grant);
    }
}

enum assay_status exchange_make_grant_key(struct exchange *exchange, struct assay_error *err)
{
    const struct net_get *get = exchange->get;
    char host_port[NET_HOST_PORT_BYTES];
    net_url_host_port(&exchange->first, host_port);
    exchange->grant_key = (struct buf)BUF_INIT(2 * LIMIT_URL_BYTES);
    return buf_printf(
        &exchange->grant_key, err, "%s %s %s %s %s", exchange->first.https ? "https" : "http",
        host_port, get->registry == NULL ? "" : get->registry,
        get->repository == NULL ? "" : get->repository, get->scope == NULL ? "" : get->scope);
}

static struct session_grant **grant_place(struct net_session *session, struct slice key)
{
    struct session_grant **place = &session->grants;
    while (*place != NULL && !slice_is(key, (*place)->key)) {
        place = &(*place)->next;
    }
    return place;
}

const struct session_grant *session_grant_find(const struct net_session *session,
                                               const struct exchange *exchange)
{
    struct slice key = buf_slice(&exchange->grant_key);
    const struct session_grant *grant = session->grants;
    while (grant != NULL && !slice_is(key, grant->key)) {
        grant = grant->next;
    }
    return grant;
}

enum assay_status session_grant_store(struct net_session *session, const struct exchange *exchange,
                                      struct buf *header, struct assay_error *err)
{
    struct session_grant **place = grant_place(session, buf_slice(&exchange->grant_key));
    struct session_grant *grant = *place;
    if (grant == NULL) {
        grant = mem_alloc(1, sizeof(*grant));
        if (grant == NULL) {
            return FAIL_NO_MEMORY(err);
        }
        grant->key = mem_copy_string(buf_text(&exchange->grant_key));
        if (grant->key == NULL) {
            mem_free(grant);
            return FAIL_NO_MEMORY(err);
        }
        *place = grant;
    }
    buf_wipe(&grant->header);
    buf_move(&grant->header, header);
    grant->id = ++session->last_grant_id;
    return ASSAY_OK;
}
