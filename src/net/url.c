/* SPDX-License-Identifier: Apache-2.0 */
#include "net/url.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <stdio.h>

#define HTTPS_PORT 443
#define HTTP_PORT  80

#define LABEL_BYTES 63 /* DNS */

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_label(struct slice label)
{
    if (label.len == 0 || label.len > LABEL_BYTES || label.ptr[0] == '-' ||
        label.ptr[label.len - 1] == '-') {
        return false;
    }
    for (size_t i = 0; i < label.len; i++) {
        uint8_t c = byte_to_lower(label.ptr[i]);
        if (!is_digit(c) && c != '-' && (c < 'a' || c > 'z')) {
            return false;
        }
    }
    return true;
}

static bool is_number(struct slice label)
{
    for (size_t i = 0; i < label.len; i++) {
        if (!is_digit(label.ptr[i])) {
            return false;
        }
    }
    return true;
}

/* A name that ends in a number is read as an address by some resolvers, in octal or as one integer:
 * only the form with four decimal parts means the same to all. */
static bool is_host_name(const char *host)
{
    struct slice rest = slice_from_string(host);
    struct in_addr unused;
    bool more = true;

    if (rest.len > LIMIT_HOST_BYTES) {
        return false;
    }
    while (more) {
        size_t end = slice_find(rest, '.');
        struct slice label = slice_first(rest, end);
        if (!is_label(label)) {
            return false;
        }
        more = end < rest.len;
        if (!more && is_number(label)) {
            return inet_pton(AF_INET, host, &unused) == 1;
        }
        rest = slice_from(rest, end + 1);
    }
    return true;
}

static bool is_ipv6(const char *host)
{
    struct in6_addr unused;
    return inet_pton(AF_INET6, host, &unused) == 1;
}

static bool set_host(struct net_url *url, struct slice host)
{
    if (host.len == 0 || host.len >= sizeof(url->host)) {
        return false;
    }
    for (size_t i = 0; i < host.len; i++) {
        if (host.ptr[i] <= ' ' || host.ptr[i] > '~') {
            return false; /* a NUL above all: what follows reads the host as text */
        }
        url->host[i] = (char)byte_to_lower(host.ptr[i]);
    }
    url->host[host.len] = '\0';
    return true;
}

static bool set_port(struct net_url *url, struct slice text, bool present)
{
    uint16_t usual = url->https ? HTTPS_PORT : HTTP_PORT;
    uint64_t port = usual;
    if (present && (!text_to_u64(text, UINT16_MAX, &port) || port == 0)) {
        return false;
    }
    url->port = (uint16_t)port;
    url->default_port = port == usual;
    return true;
}

static bool set_authority(struct net_url *url, struct slice text)
{
    if (slice_has_prefix(text, SLICE_LITERAL("["))) {
        size_t end = slice_find(text, ']');
        struct slice behind = slice_from(text, end + 1);
        bool has_port = behind.len > 0;
        return end < text.len && set_host(url, slice_from(slice_first(text, end), 1)) &&
               is_ipv6(url->host) && (!has_port || slice_has_prefix(behind, SLICE_LITERAL(":"))) &&
               set_port(url, slice_from(behind, 1), has_port);
    }
    size_t colon = slice_find(text, ':');
    return set_host(url, slice_first(text, colon)) && is_host_name(url->host) &&
           set_port(url, slice_from(text, colon + 1), colon < text.len);
}

/* Only what needs no escape; '\' is a '/' to some readers, a fragment is never sent. */
static bool set_path(struct net_url *url, struct slice text)
{
    size_t at = 0;
    if (text.len == 0 || text.ptr[0] != '/') {
        url->path[at++] = '/'; /* "https://host" and "https://host?query" */
    }
    if (text.len >= sizeof(url->path) - at) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];
        if (c <= ' ' || c > '~' || c == '\\' || c == '#') {
            return false;
        }
        url->path[at++] = (char)c;
    }
    url->path[at] = '\0';
    return true;
}

static bool starts_with(struct slice text, const char *lower_prefix, struct slice *rest)
{
    size_t len = strlen(lower_prefix);
    *rest = slice_from(text, len);
    return slice_is_ignoring_case(slice_first(text, len), lower_prefix);
}

static bool parse(struct slice text, struct net_url *out)
{
    struct slice rest;
    *out = (struct net_url){ 0 };
    if (starts_with(text, "https://", &rest)) {
        out->https = true;
    } else if (!starts_with(text, "http://", &rest)) {
        return false;
    }
    size_t slash = slice_find(rest, '/');
    size_t query = slice_find(rest, '?');
    size_t end = slash < query ? slash : query;
    return set_authority(out, slice_first(rest, end)) && set_path(out, slice_from(rest, end));
}

enum assay_status net_url_parse(const char *text, struct net_url *out, struct assay_error *err)
{
    if (!parse(slice_from_string(text), out)) {
        /* what stands before an '@' may be a password */
        struct slice shown = slice_from_string(text);
        size_t at = slice_find_last(shown, '@');
        shown = at == shown.len ? shown : slice_from(shown, at);
        return FAIL(err, ASSAY_NET_REDIRECT,
                    "'%.*s' is not a plain http or https URL with a host and without a user",
                    SLICE_ARGS(shown));
    }
    return ASSAY_OK;
}

enum assay_status net_url_join(const struct net_url *base, const char *location,
                               struct net_url *out, struct assay_error *err)
{
    struct net_url joined = *base;
    if (location[0] == '/' && location[1] == '/') {
        char absolute[LIMIT_URL_BYTES];
        int len =
            snprintf(absolute, sizeof(absolute), "%s:%s", base->https ? "https" : "http", location);
        if (len < 0 || (size_t)len >= sizeof(absolute)) {
            return FAIL(err, ASSAY_NET_REDIRECT, "the redirect's URL is too long");
        }
        return net_url_parse(absolute, out, err);
    }
    /* Paths relative to the base's are refused: no registry sends them, and readers differ. */
    if (location[0] != '/') {
        return net_url_parse(location, out, err);
    }
    if (!set_path(&joined, slice_from_string(location))) {
        return FAIL(err, ASSAY_NET_REDIRECT, "'%.200s' is not a plain path", location);
    }
    *out = joined;
    return ASSAY_OK;
}

enum assay_status net_url_format(const struct net_url *url, struct buf *out,
                                 struct assay_error *err)
{
    char host_port[NET_HOST_PORT_BYTES];
    net_url_host_port(url, host_port);
    return buf_printf(out, err, "%s://%s%s", url->https ? "https" : "http", host_port, url->path);
}

bool net_url_same_origin(const struct net_url *a, const struct net_url *b)
{
    return a->https == b->https && a->port == b->port && strcmp(a->host, b->host) == 0;
}

void net_url_host_port(const struct net_url *url, char out[NET_HOST_PORT_BYTES])
{
    bool ipv6 = slice_find(slice_from_string(url->host), ':') < strlen(url->host);
    const char *open = ipv6 ? "[" : "";
    const char *close = ipv6 ? "]" : "";
    if (url->default_port) {
        (void)snprintf(out, NET_HOST_PORT_BYTES, "%s%s%s", open, url->host, close);
    } else {
        (void)snprintf(out, NET_HOST_PORT_BYTES, "%s%s%s:%u", open, url->host, close,
                       (unsigned)url->port);
    }
}
