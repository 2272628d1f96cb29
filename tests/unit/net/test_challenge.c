/* SPDX-License-Identifier: Apache-2.0 */
#include "net/challenge.h"

#include <criterion/criterion.h>

TestSuite(net_challenge, .timeout = 60);

static const struct {
    const char *values[3];
    enum net_scheme scheme;
    const char *realm;
    const char *service;
} good[] = {
    { { "Bearer realm=\"https://a/token\",service=\"s\",scope=\"x\"" },
      NET_SCHEME_BEARER,
      "https://a/token",
      "s" },
    { { "bearer REALM=\"https://a/token\" , Service=s" },
      NET_SCHEME_BEARER,
      "https://a/token",
      "s" },
    { { "Bearer service=\"a, \\\"b\\\" = c\",realm=\"r\"" },
      NET_SCHEME_BEARER,
      "r",
      "a, \"b\" = c" },
    { { "Bearer realm=\"r\",error=\"invalid_token\"" }, NET_SCHEME_BEARER, "r", "" },
    { { "Bearer realm = \"r\" ,, service=\"s\",", NULL }, NET_SCHEME_BEARER, "r", "s" },
    { { ", ,Basic realm=\"r\"" }, NET_SCHEME_BASIC, "r", "" },
    { { "Basic" }, NET_SCHEME_BASIC, "", "" },
    { { "Basic realm=\"\"" }, NET_SCHEME_BASIC, "", "" },
    { { "Basic realm=\"b\", Bearer realm=\"r\"" }, NET_SCHEME_BEARER, "r", "" },
    { { "Bearer realm=\"r\", Basic realm=\"b\"" }, NET_SCHEME_BEARER, "r", "" },
    { { "Basic, Bearer realm=\"r\"" }, NET_SCHEME_BEARER, "r", "" },
    { { "Basic realm=\"b\"", "Bearer realm=\"r\"" }, NET_SCHEME_BEARER, "r", "" },
    { { "Bearer realm=\"1\"", "Bearer realm=\"2\"" }, NET_SCHEME_BEARER, "1", "" },
    { { "Negotiate" }, NET_SCHEME_NONE, "", "" },
    { { "Negotiate YII/+a==" }, NET_SCHEME_NONE, "", "" },
    { { "Negotiate YII=, Basic realm=\"b\"" }, NET_SCHEME_BASIC, "b", "" },
    { { "NTLM, Negotiate", "Digest realm=\"d\", nonce=\"n\"" }, NET_SCHEME_NONE, "", "" },
    { { "" }, NET_SCHEME_NONE, "", "" },
    { { NULL }, NET_SCHEME_NONE, "", "" },
};

Test(net_challenge, takes_the_best)
{
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct net_challenge challenge;
        size_t count = 0;
        while (good[i].values[count] != NULL) {
            count++;
        }
        cr_expect_eq(net_challenge_parse(good[i].values, count, &challenge, NULL), ASSAY_OK, "%zu",
                     i);
        cr_expect_eq(challenge.scheme, good[i].scheme, "%zu: %s", i, good[i].values[0]);
        cr_expect_str_eq(challenge.realm, good[i].realm);
        cr_expect_str_eq(challenge.service, good[i].service);
    }
}

static const char *const bad[] = {
    "Bearer",
    "Bearer service=\"s\"",
    "Bearer realm=\"\"",
    "Bearer realm=\"r",
    "Bearer realm=\"r\\",
    "Bearer realm=",
    "Bearer realm",
    "Bearer =\"r\"",
    "Bearer \"r\"",
    "Bearer realm=\"r\" service=\"s\"",
    "Bearer realm=\"r\",\"s\"",
    "Bearer realm=\"r\",realm=\"s\"",
    "Bearer realm=\"r\",service=\"s\",SERVICE=\"t\"",
    "Bearer realm=\"r\x01\"",
    "Bearer realm=\"r\\\x7f\"",
    "Bearer realm=r/s",
    "Basic Bearer realm=\"r\"",
    "Basic YWJj",
    "=",
    "\"Bearer\" realm=\"r\"",
    "Bearer realm=\"r\"; service=\"s\"",
};

Test(net_challenge, refuses_what_is_malformed)
{
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        const char *values[] = { "Basic", bad[i] };
        struct net_challenge challenge;
        struct assay_error err = ERROR_INIT;
        cr_expect_eq(net_challenge_parse(values, 2, &challenge, &err), ASSAY_AUTH, "%s", bad[i]);
        cr_expect_eq(challenge.scheme, NET_SCHEME_NONE, "%s", bad[i]);
    }
}

Test(net_challenge, bounds_its_parameters)
{
    static char text[LIMIT_URL_BYTES + 64];
    const char *values[] = { text };
    struct net_challenge challenge;
    size_t start = strlen("Bearer realm=\"");
    memcpy(text, "Bearer realm=\"", start);
    memset(text + start, 'x', LIMIT_URL_BYTES - 1);
    text[start + LIMIT_URL_BYTES - 1] = '"';
    cr_expect_eq(net_challenge_parse(values, 1, &challenge, NULL), ASSAY_OK);
    cr_expect_eq(strlen(challenge.realm), LIMIT_URL_BYTES - 1);
    text[start + LIMIT_URL_BYTES - 1] = 'x';
    text[start + LIMIT_URL_BYTES] = '"';
    cr_expect_eq(net_challenge_parse(values, 1, &challenge, NULL), ASSAY_AUTH);
}
