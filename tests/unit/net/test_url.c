/* SPDX-License-Identifier: Apache-2.0 */
#include "net/url.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(net_url, .timeout = 60);

static const struct {
    const char *text;
    const char *formatted;
    const char *host;
    uint16_t port;
    const char *host_port;
} good[] = {
    { "https://example.com/v2/", "https://example.com/v2/", "example.com", 443, "example.com" },
    { "HTTPS://Example.COM/V2/", "https://example.com/V2/", "example.com", 443, "example.com" },
    { "http://example.com", "http://example.com/", "example.com", 80, "example.com" },
    { "https://example.com:443/", "https://example.com/", "example.com", 443, "example.com" },
    { "https://example.com:80/", "https://example.com:80/", "example.com", 80, "example.com:80" },
    { "http://example.com:443/", "http://example.com:443/", "example.com", 443, "example.com:443" },
    { "https://localhost:5000/x?y=/z", "https://localhost:5000/x?y=/z", "localhost", 5000,
      "localhost:5000" },
    { "https://h?q", "https://h/?q", "h", 443, "h" },
    { "https://127.0.0.1:65535/", "https://127.0.0.1:65535/", "127.0.0.1", 65535,
      "127.0.0.1:65535" },
    { "https://[::1]:1/", "https://[::1]:1/", "::1", 1, "[::1]:1" },
    { "https://[2001:DB8::1]/", "https://[2001:db8::1]/", "2001:db8::1", 443, "[2001:db8::1]" },
    { "https://xn--mller-kva.example/%7e(a)!", "https://xn--mller-kva.example/%7e(a)!",
      "xn--mller-kva.example", 443, "xn--mller-kva.example" },
    { "https://1.example/", "https://1.example/", "1.example", 443, "1.example" },
    { "https://a.b/../c", "https://a.b/../c", "a.b", 443, "a.b" },
};

Test(net_url, takes_what_is_plain)
{
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct net_url url;
        char host_port[NET_HOST_PORT_BYTES];
        AUTO_BUF text = BUF_INIT(LIMIT_URL_BYTES);
        cr_expect_eq(net_url_parse(good[i].text, &url, NULL), ASSAY_OK, "%s", good[i].text);
        cr_expect_str_eq(url.host, good[i].host);
        cr_expect_eq(url.port, good[i].port, "%s", good[i].text);
        net_url_host_port(&url, host_port);
        cr_expect_str_eq(host_port, good[i].host_port);
        cr_assert_eq(net_url_format(&url, &text, NULL), ASSAY_OK);
        cr_expect_str_eq(buf_text(&text), good[i].formatted);
    }
}

static const char *const bad[] = {
    "",
    "https:",
    "https://",
    "https:///x",
    "https:/example.com/",
    "//example.com/",
    "/x",
    "example.com",
    "ftp://example.com/",
    "file:///etc/passwd",
    "https ://example.com/",
    " https://example.com/",
    "https://user@example.com/",
    "https://user:password@example.com/",
    "https://@example.com/",
    "https://example.com:/",
    "https://example.com:0/",
    "https://example.com:65536/",
    "https://example.com:00443/",
    "https://example.com:+443/",
    "https://example.com:443x/",
    "https://example.com:443:443/",
    "https://example.com./",
    "https://.example.com/",
    "https://example..com/",
    "https://-example.com/",
    "https://example-.com/",
    "https://exa_mple.com/",
    "https://exa mple.com/",
    "https://exa\tmple.com/",
    "https://example.com\n/",
    "https://example.com%2F@evil.example/",
    "https://example.com\\@evil.example/",
    "https://m\xc3\xbcller.example/",
    "https://127.1/",
    "https://0177.0.0.1/",
    "https://127.0.0.01/",
    "https://256.0.0.1/",
    "https://2130706433/",
    "https://0x7f.0.0.1.2/",
    "https://example.1/",
    "https://[::1/",
    "https://[::1]x/",
    "https://[::1]:/",
    "https://[::1%25eth0]/",
    "https://[127.0.0.1]/",
    "https://[]/",
    "https://[example.com]/",
    "https://::1/",
    "https://example.com/a b",
    "https://example.com/a\\b",
    "https://example.com/a#b",
    "https://example.com#b",
    "https://example.com/a\x7f",
    "https://example.com/\xc3\xbc",
    "https://a234567890123456789012345678901234567890123456789012345678901234.example/",
};

Test(net_url, refuses_what_readers_could_differ_about)
{
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct net_url url;
        struct assay_error err = ERROR_INIT;
        cr_expect_eq(net_url_parse(bad[i], &url, &err), ASSAY_NET_REDIRECT, "%s", bad[i]);
        cr_expect_eq(err.status, ASSAY_NET_REDIRECT, "%s", bad[i]);
    }
}

Test(net_url, bounds_host_and_path)
{
    static char text[LIMIT_URL_BYTES + 64];
    struct net_url url;
    size_t len = (size_t)snprintf(text, sizeof(text), "https://a/");
    memset(text + len, 'x', LIMIT_URL_BYTES - 2);
    cr_expect_eq(net_url_parse(text, &url, NULL), ASSAY_OK);
    text[len + LIMIT_URL_BYTES - 2] = 'x';
    cr_expect_eq(net_url_parse(text, &url, NULL), ASSAY_NET_REDIRECT);

    memset(text, 0, sizeof(text));
    len = (size_t)snprintf(text, sizeof(text), "https://");
    for (size_t i = 0; i < LIMIT_HOST_BYTES; i++) {
        text[len + i] = i % 2 == 0 ? 'a' : '.';
    }
    cr_expect_eq(net_url_parse(text, &url, NULL), ASSAY_OK);
    text[len + LIMIT_HOST_BYTES] = 'a';
    cr_expect_eq(net_url_parse(text, &url, NULL), ASSAY_NET_REDIRECT);
}

static const struct {
    const char *location;
    const char *joined; /* NULL: refused */
} joins[] = {
    { "/y", "https://base.example:8443/y" },
    { "/y?z", "https://base.example:8443/y?z" },
    { "https://other.example/y", "https://other.example/y" },
    { "http://other.example/y", "http://other.example/y" },
    { "//other.example:1/y", "https://other.example:1/y" },
    { "", NULL },
    { "y", NULL },
    { "?z", NULL },
    { "./y", NULL },
    { "/y z", NULL },
    { "/y#z", NULL },
    { "/\\other.example/", NULL },
    { "//user@other.example/", NULL },
    { "//", NULL },
    { "///x", NULL },
    { "javascript:x", NULL },
};

Test(net_url, joins_a_location)
{
    struct net_url base;
    cr_assert_eq(net_url_parse("https://base.example:8443/a/b?c", &base, NULL), ASSAY_OK);
    for (size_t i = 0; i < ARRAY_LEN(joins); i++) {
        struct net_url url;
        AUTO_BUF text = BUF_INIT(LIMIT_URL_BYTES);
        enum assay_status status = net_url_join(&base, joins[i].location, &url, NULL);
        if (joins[i].joined == NULL) {
            cr_expect_eq(status, ASSAY_NET_REDIRECT, "%s", joins[i].location);
            continue;
        }
        cr_assert_eq(status, ASSAY_OK, "%s", joins[i].location);
        cr_assert_eq(net_url_format(&url, &text, NULL), ASSAY_OK);
        cr_expect_str_eq(buf_text(&text), joins[i].joined);
    }
}

static const struct {
    const char *a;
    const char *b;
    bool same;
} origins[] = {
    { "https://a.example/x", "https://A.example:443/y", true },
    { "https://a.example/", "https://a.example:444/", false },
    { "https://a.example/", "http://a.example/", false },
    { "https://a.example/", "http://a.example:443/", false },
    { "https://a.example/", "https://b.example/", false },
    { "https://a.example/", "https://a.example.evil.example/", false },
};

Test(net_url, tells_origins_apart)
{
    for (size_t i = 0; i < ARRAY_LEN(origins); i++) {
        struct net_url a;
        struct net_url b;
        cr_assert_eq(net_url_parse(origins[i].a, &a, NULL), ASSAY_OK);
        cr_assert_eq(net_url_parse(origins[i].b, &b, NULL), ASSAY_OK);
        cr_expect_eq(net_url_same_origin(&a, &b), origins[i].same, "%s", origins[i].b);
    }
}
