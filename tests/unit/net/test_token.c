/* SPDX-License-Identifier: Apache-2.0 */
#include "net/token.h"

#include <criterion/criterion.h>

TestSuite(net_token, .timeout = 60);

static const struct {
    const char *body;
    const char *header; /* NULL: refused */
} answers[] = {
    { "{\"token\":\"abc.def-_~+/=\"}", "Bearer abc.def-_~+/=" },
    { "{\"access_token\":\"abc\"}", "Bearer abc" },
    { "{\"access_token\":\"abc\",\"token\":\"abc\",\"expires_in\":300}", "Bearer abc" },
    { "{\"token\":\"abc\",\"expires_in\":0,\"issued_at\":\"2026-01-01T00:00:00Z\"}", "Bearer abc" },
    { "{\"token\":\"abc\",\"access_token\":null}", "Bearer abc" },
    { "{\"token\":\"abc\",\"expires_in\":2147483647}", "Bearer abc" },
    { "", NULL },
    { "{}", NULL },
    { "[]", NULL },
    { "\"abc\"", NULL },
    { "{\"token\":\"\"}", NULL },
    { "{\"token\":null}", NULL },
    { "{\"token\":1}", NULL },
    { "{\"token\":\"a b\"}", NULL },
    { "{\"token\":\"a\\r\\nX: y\"}", NULL },
    { "{\"token\":\"a\\nb\"}", NULL },
    { "{\"token\":\"a\\u0000b\"}", NULL },
    { "{\"token\":\"a\\u007fb\"}", NULL },
    { "{\"token\":\"a\\u00e9b\"}", NULL },
    { "{\"token\":\"abc\",\"access_token\":\"abd\"}", NULL },
    { "{\"token\":\"abc\",\"access_token\":\"\"}", NULL },
    { "{\"token\":\"abc\",\"token\":\"abc\"}", NULL },
    { "{\"token\":\"abc\",\"expires_in\":-1}", NULL },
    { "{\"token\":\"abc\",\"expires_in\":2147483648}", NULL },
    { "{\"token\":\"abc\",\"expires_in\":9223372036854775808}", NULL },
    { "{\"token\":\"abc\",\"expires_in\":\"300\"}", NULL },
    { "{\"token\":\"abc\",\"expires_in\":1.5}", NULL },
    { "{\"token\":\"abc\"}x", NULL },
};

Test(net_token, judges_answers)
{
    for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
        AUTO_BUF header = BUF_INIT(LIMIT_TOKEN_BYTES + 16);
        struct assay_error err = ERROR_INIT;
        enum assay_status status =
            token_answer_parse(slice_from_string(answers[i].body), &header, &err);
        if (answers[i].header == NULL) {
            cr_expect_eq(status, ASSAY_AUTH, "%s", answers[i].body);
            cr_expect_eq(err.status, ASSAY_AUTH, "%s", answers[i].body);
            cr_expect_eq(header.len, 0, "%s", answers[i].body);
        } else {
            cr_expect_eq(status, ASSAY_OK, "%s", answers[i].body);
            cr_expect_str_eq(buf_text(&header), answers[i].header);
        }
    }
}

static void fill(struct buf *buf, const char *text)
{
    buf->max = LIMIT_CREDENTIAL_BYTES;
    cr_assert_eq(buf_append_string(buf, text, NULL), ASSAY_OK);
}

static const struct {
    const char *realm;
    const char *service;
    const char *scope;
    const char *user;
    const char *password;
    const char *identity;
    const char *url;
    const char *form;
    const char *authorization;
} requests[] = {
    { "https://a/t", "s", "repository:n:pull", NULL, NULL, NULL,
      "https://a/t?service=s&scope=repository%3An%3Apull", "", "" },
    { "https://a/t", "", NULL, NULL, NULL, NULL, "https://a/t", "", "" },
    { "https://a/t?x=y", "a b&c", NULL, NULL, NULL, NULL, "https://a/t?x=y&service=a%20b%26c", "",
      "" },
    { "https://a/t", "s", "x", "me", "pw", NULL, "https://a/t?service=s&scope=x&account=me", "",
      "Basic bWU6cHc=" },
    { "https://a/t", "", "x", "m\xc3\xbc", "", NULL, "https://a/t?scope=x&account=m%C3%BC", "",
      "Basic bcO8Og==" },
    { "https://a/t", "s", "x", "me", "pw", "id&=", "https://a/t",
      "grant_type=refresh_token&service=s&client_id=assay&scope=x&refresh_token=id%26%3D", "" },
};

Test(net_token, makes_requests)
{
    for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
        struct net_challenge challenge = { .scheme = NET_SCHEME_BEARER };
        struct net_credential credential = { .found = requests[i].user != NULL };
        struct token_request request;
        memcpy(challenge.realm, requests[i].realm, strlen(requests[i].realm));
        memcpy(challenge.service, requests[i].service, strlen(requests[i].service));
        if (requests[i].user != NULL) {
            fill(&credential.user, requests[i].user);
            fill(&credential.password, requests[i].password);
        }
        if (requests[i].identity != NULL) {
            fill(&credential.identity_token, requests[i].identity);
        }
        cr_assert_eq(token_request_make(&challenge, requests[i].scope,
                                        credential.found ? &credential : NULL, &request, NULL),
                     ASSAY_OK, "%zu", i);
        cr_expect_str_eq(buf_text(&request.url), requests[i].url);
        cr_expect_str_eq(buf_text(&request.form), requests[i].form);
        cr_expect_str_eq(buf_text(&request.authorization), requests[i].authorization);
        token_request_clear(&request);
        net_credential_clear(&credential);
    }
}

Test(net_token, refuses_a_user_that_moves_the_colon)
{
    struct net_credential credential = { .found = true };
    AUTO_BUF header = BUF_INIT(LIMIT_TOKEN_BYTES);
    fill(&credential.user, "a:b");
    fill(&credential.password, "c");
    cr_expect_eq(token_basic(&credential, &header, NULL), ASSAY_CREDENTIALS);
    cr_expect_eq(header.len, 0);
    net_credential_clear(&credential);
}

static const struct {
    const char *registry;
    const char *host;
    bool may_see;
} sites[] = {
    { "registry.example.com", "registry.example.com", true },
    { "registry.example.com", "auth.example.com", true },
    { "registry.example.com", "example.com", true },
    { "registry.example.com", "a.b.example.com", true },
    { "example.com", "auth.example.com", true },
    { "docker.io", "auth.docker.io", true },
    { "registry.gitlab.com", "gitlab.com", true },
    { "registry.example.co.uk", "auth.example.co.uk", true },
    { "localhost", "localhost", true },
    { "127.0.0.1", "127.0.0.1", true },
    { "::1", "::1", true },
    { "gcr.io", "gcr.io", true },
    { "registry.example.com", "example.org", false },
    { "registry.example.com", "evilexample.com", false },
    { "registry.example.com", "example.com.evil.org", false },
    { "registry.example.com", "com", false },
    { "registry.example.com", "auth.example.org", false },
    { "example.co.uk", "evil.co.uk", false },
    { "registry.example.co.uk", "evil.co.uk", false },
    { "co.uk", "evil.co.uk", false },
    { "example.com.au", "evil.com.au", false },
    { "localhost", "auth.localhost", false },
    { "localhost", "127.0.0.1", false },
    { "127.0.0.1", "128.0.0.1", false },
    { "10.0.0.1", "10.9.0.1", false },
    { "::1", "::2", false },
    { "docker.io", "docker.io.evil.com", false },
    { "docker.io", "evildocker.io", false },
};

Test(net_token, shows_credentials_to_their_own_site_only)
{
    for (size_t i = 0; i < ARRAY_LEN(sites); i++) {
        cr_expect_eq(token_may_see(sites[i].registry, sites[i].host), sites[i].may_see, "%s at %s",
                     sites[i].registry, sites[i].host);
    }
}
