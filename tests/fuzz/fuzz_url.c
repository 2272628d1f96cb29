/* SPDX-License-Identifier: Apache-2.0 */
/* A URL that is taken means the same when it is written and read again, and holds nothing that
 * readers could differ about. */
#include "harness.h"

#include "net/url.h"

static void check(const struct net_url *url)
{
    struct net_url again;
    char host_port[NET_HOST_PORT_BYTES];
    AUTO_BUF text = BUF_INIT(2 * LIMIT_URL_BYTES);
    INVARIANT(url->port != 0 && url->host[0] != '\0' && url->path[0] == '/');
    INVARIANT(strpbrk(url->host, "@/\\%#?[] ") == NULL && strpbrk(url->path, "\\# ") == NULL);
    INVARIANT(net_url_format(url, &text, NULL) == ASSAY_OK);
    for (size_t i = 0; i < text.len; i++) {
        INVARIANT(text.ptr[i] > ' ' && text.ptr[i] <= '~');
    }
    INVARIANT(net_url_parse(buf_text(&text), &again, NULL) == ASSAY_OK);
    INVARIANT(net_url_same_origin(url, &again) && url->default_port == again.default_port);
    INVARIANT(strcmp(url->path, again.path) == 0);
    net_url_host_port(url, host_port);
    INVARIANT(strstr(buf_text(&text), host_port) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct net_url base;
    struct net_url url;
    AUTO_BUF text = BUF_INIT(64 * KIB);
    if (buf_append(&text, slice_of(data, size), NULL) != ASSAY_OK) {
        return 0;
    }
    INVARIANT(net_url_parse("https://base.example:8443/a", &base, NULL) == ASSAY_OK);
    enum assay_status parsed = net_url_parse(buf_text(&text), &url, NULL);
    if (parsed == ASSAY_OK) {
        check(&url);
    }
    enum assay_status joined = net_url_join(&base, buf_text(&text), &url, NULL);
    INVARIANT(parsed != ASSAY_OK || joined == ASSAY_OK);
    if (joined == ASSAY_OK) {
        check(&url);
    }
    return 0;
}
