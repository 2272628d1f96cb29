/* SPDX-License-Identifier: Apache-2.0 */
#include "net/session_internal.h"

#include "base/mem.h"

static bool list_has(const struct text_list *list, const char *text)
{
    return slice_is_any(slice_from_string(text), (const char *const *)list->items, list->count);
}

/* HOST alone means the usual port, of https or of http. */
bool session_is_plain(const struct net_session *session, const struct net_url *url)
{
    char host_port[NET_HOST_PORT_BYTES];
    net_url_host_port(url, host_port);
    return list_has(&session->plain_http, host_port);
}

static void host_free(struct session_host *host)
{
    tls_material_clear(&host->material);
    mem_free(host->host_port);
    mem_free(host);
}

void session_hosts_free(struct net_session *session)
{
    while (session->hosts != NULL) {
        struct session_host *host = session->hosts;
        session->hosts = host->next;
        host_free(host);
    }
}

static enum assay_status host_fill(const struct net_session *session, struct session_host *host,
                                   const char *host_port, struct assay_error *err)
{
    bool is_registry = host->server == NET_REGISTRY;
    const struct text_list *dirs =
        is_registry ? &session->registry_tls_dirs : &session->trust_tls_dirs;

    host->host_port = mem_copy_string(host_port);
    if (host->host_port == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    TRY_IN(tls_material_find((const char *const *)dirs->items, dirs->count, host_port,
                             &host->material, err),
           err, "TLS files for %s", host_port);
    host->tls =
        (struct net_tls){ .ca_pem = buf_slice(&host->material.ca_pem),
                          .client_cert = host->material.client_cert,
                          .client_key = host->material.client_key,
                          .plain_http = is_registry && list_has(&session->plain_http, host_port),
                          .insecure = list_has(&session->insecure_tls, host_port) };
    host->is_special = host->tls.ca_pem.len > 0 || host->tls.client_cert != NULL ||
                       host->tls.plain_http || host->tls.insecure;
    return ASSAY_OK;
}

enum assay_status session_host_tls(struct net_session *session, enum net_server server,
                                   const struct net_url *url, const struct net_tls **out,
                                   struct assay_error *err)
{
    char host_port[NET_HOST_PORT_BYTES];
    net_url_host_port(url, host_port);
    for (const struct session_host *host = session->hosts; host != NULL; host = host->next) {
        if (host->server == server && strcmp(host->host_port, host_port) == 0) {
            *out = host->is_special ? &host->tls : NULL;
            return ASSAY_OK;
        }
    }
    if (session->host_count == LIMIT_SESSION_HOSTS) {
        return FAIL(err, ASSAY_TOO_LARGE, "%s: one run asks at most %d hosts", host_port,
                    LIMIT_SESSION_HOSTS);
    }
    struct session_host *host = mem_alloc(1, sizeof(*host));
    if (host == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    host->server = server;
    enum assay_status status = host_fill(session, host, host_port, err);
    if (status != ASSAY_OK) {
        host_free(host);
        return status;
    }
    host->next = session->hosts;
    session->hosts = host;
    session->host_count++;
    *out = host->is_special ? &host->tls : NULL;
    return ASSAY_OK;
}
