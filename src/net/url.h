/* SPDX-License-Identifier: Apache-2.0 */
/* URLs, strictly: http or https, a host of letters, digits, dots and hyphens or a bracketed IPv6
 * address, an optional port 1..65535, a path without control characters; no user, no fragment. */
#ifndef NET_URL_H
#define NET_URL_H

#include "base/buf.h"
#include "base/limits.h"

#define NET_HOST_BYTES      256                  /* a name has 253 at most */
#define NET_HOST_PORT_BYTES (NET_HOST_BYTES + 9) /* "[", "]:", five digits */

struct net_url {
    bool https;
    char host[NET_HOST_BYTES]; /* lower case, without brackets */
    uint16_t port;             /* 443 or 80 when the text has none */
    bool default_port;
    char path[LIMIT_URL_BYTES]; /* from the first '/', query included; "/" when empty */
};

/* ASSAY_NET_REDIRECT when malformed: the caller gives context and maps it to its own status. */
MUST_CHECK enum assay_status net_url_parse(const char *text, struct net_url *out,
                                           struct assay_error *err);
/* A Location: absolute, or of base's scheme ("//host/path"), or of its origin ("/path"). */
MUST_CHECK enum assay_status net_url_join(const struct net_url *base, const char *location,
                                          struct net_url *out, struct assay_error *err);
MUST_CHECK enum assay_status net_url_format(const struct net_url *url, struct buf *out,
                                            struct assay_error *err);
/* Scheme, host and port agree: credentials may travel. */
bool net_url_same_origin(const struct net_url *a, const struct net_url *b);
/* "host" or "host:port" as configuration names it; IPv6 in brackets. */
void net_url_host_port(const struct net_url *url, char out[NET_HOST_PORT_BYTES]);

#endif
