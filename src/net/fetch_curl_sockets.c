/* SPDX-License-Identifier: Apache-2.0 */
#include "net/fetch_curl.h"

#include "base/mem.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static enum assay_status remember(struct curl_sockets *sockets, int fd)
{
    TRY(mem_grow(&sockets->fds, sockets->count, &sockets->cap, sizeof(*sockets->fds), NULL));
    sockets->fds[sockets->count++] = fd;
    return ASSAY_OK;
}

curl_socket_t curl_socket_open(void *sockets, curlsocktype purpose UNUSED,
                               struct curl_sockaddr *address)
{
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (fd >= 0 && remember(sockets, fd) != ASSAY_OK) {
        (void)close(fd);
        fd = CURL_SOCKET_BAD;
    }
    return fd;
}

int curl_socket_close(void *context, curl_socket_t fd)
{
    struct curl_sockets *sockets = context;
    for (size_t i = 0; i < sockets->count; i++) {
        if (sockets->fds[i] == fd) {
            sockets->fds[i] = sockets->fds[--sockets->count];
            break;
        }
    }
    return close(fd);
}

static int port_of(const struct sockaddr_storage *address)
{
    struct sockaddr_in four;
    struct sockaddr_in6 six;
    if (address->ss_family == AF_INET) {
        memcpy(&four, address, sizeof(four));
        return ntohs(four.sin_port);
    }
    if (address->ss_family == AF_INET6) {
        memcpy(&six, address, sizeof(six));
        return ntohs(six.sin6_port);
    }
    return -1;
}

static bool is_between(int fd, int local_port, int remote_port)
{
    struct sockaddr_storage local = { 0 };
    struct sockaddr_storage remote = { 0 };
    socklen_t local_bytes = sizeof(local);
    socklen_t remote_bytes = sizeof(remote);
    return getsockname(fd, (struct sockaddr *)&local, &local_bytes) == 0 &&
           getpeername(fd, (struct sockaddr *)&remote, &remote_bytes) == 0 &&
           port_of(&local) == local_port && port_of(&remote) == remote_port;
}

/* Nothing may have come since the last answer: it would be taken for the next one. A socket that we
 * do not know is taken for one that has. */
static bool is_quiet(const struct curl_sockets *sockets, int local_port, int remote_port)
{
    bool known = false;
    for (size_t i = 0; i < sockets->count; i++) {
        struct pollfd waiting = { .fd = sockets->fds[i], .events = POLLIN };
        if (!is_between(waiting.fd, local_port, remote_port)) {
            continue;
        }
        known = true;
        if (poll(&waiting, 1, 0) != 0) {
            return false;
        }
    }
    return known;
}

int curl_before_request(void *context, char *remote UNUSED, char *local UNUSED, int remote_port,
                        int local_port)
{
    struct curl_transfer *transfer = context;
    const struct curl_library *curl = transfer->curl;
    struct curl_tlssessioninfo *tls = NULL;
    long fresh = 0;
    if (curl->easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &fresh) == CURLE_OK &&
        fresh > 0) {
        transfer->is_sent = true;
        return CURL_PREREQFUNC_OK;
    }
    transfer->stale =
        curl->easy_getinfo(transfer->easy, CURLINFO_TLS_SSL_PTR, &tls) != CURLE_OK ||
        (tls != NULL && tls->internals != NULL && curl->ssl_has_pending(tls->internals) != 0) ||
        !is_quiet(transfer->sockets, local_port, remote_port);
    transfer->is_sent = !transfer->stale;
    return transfer->stale ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}
