/* SPDX-License-Identifier: Apache-2.0 */
#include "net/token.h"

#include "base/text.h"
#include "json/tree.h"

#include <arpa/inet.h>

#define CLIENT_ID "assay"

void token_request_clear(struct token_request *request)
{
    buf_clear(&request->url);
    buf_wipe(&request->form);
    buf_wipe(&request->authorization);
}

/* ---- asking ---- */

static enum assay_status append_escaped_byte(struct buf *out, uint8_t c, struct assay_error *err)
{
    static const char unreserved[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    if (c != '\0' && strchr(unreserved, c) != NULL) {
        return buf_append_byte(out, c, err);
    }
    return buf_printf(out, err, "%%%02X", (unsigned)c);
}

static enum assay_status append_escaped(struct buf *out, struct slice text, struct assay_error *err)
{
    for (size_t i = 0; i < text.len; i++) {
        TRY(append_escaped_byte(out, text.ptr[i], err));
    }
    return ASSAY_OK;
}

static enum assay_status append_field(struct buf *out, const char *separator, const char *name,
                                      struct slice value, struct assay_error *err)
{
    TRY(buf_printf(out, err, "%s%s=", separator, name));
    return append_escaped(out, value, err);
}

static enum assay_status make_form(const struct net_challenge *challenge, const char *scope,
                                   const struct net_credential *credential, struct buf *out,
                                   struct assay_error *err)
{
    TRY(buf_reserve(out, out->max, err)); /* at once: growing would leave copies of the secret */
    TRY(append_field(out, "", "grant_type", SLICE_LITERAL("refresh_token"), err));
    TRY(append_field(out, "&", "service", slice_from_string(challenge->service), err));
    TRY(append_field(out, "&", "client_id", SLICE_LITERAL(CLIENT_ID), err));
    if (scope != NULL) {
        TRY(append_field(out, "&", "scope", slice_from_string(scope), err));
    }
    return append_field(out, "&", "refresh_token", buf_slice(&credential->identity_token), err);
}

static enum assay_status make_query(const struct net_challenge *challenge, const char *scope,
                                    const struct net_credential *credential, struct buf *out,
                                    struct assay_error *err)
{
    struct slice realm = slice_from_string(challenge->realm);
    const char *separator = slice_find(realm, '?') < realm.len ? "&" : "?";
    if (challenge->service[0] != '\0') {
        TRY(append_field(out, separator, "service", slice_from_string(challenge->service), err));
        separator = "&";
    }
    if (scope != NULL) {
        TRY(append_field(out, separator, "scope", slice_from_string(scope), err));
        separator = "&";
    }
    if (credential != NULL && credential->user.len > 0) {
        TRY(append_field(out, separator, "account", buf_slice(&credential->user), err));
    }
    return ASSAY_OK;
}

enum assay_status token_request_make(const struct net_challenge *challenge, const char *scope,
                                     const struct net_credential *credential,
                                     struct token_request *out, struct assay_error *err)
{
    *out = (struct token_request){ .url = BUF_INIT(LIMIT_URL_BYTES - 1),
                                   .form = BUF_INIT(3 * LIMIT_CREDENTIAL_BYTES + LIMIT_URL_BYTES),
                                   .authorization = BUF_INIT(3 * LIMIT_CREDENTIAL_BYTES) };
    TRY(buf_append_string(&out->url, challenge->realm, err));
    if (credential != NULL && credential->identity_token.len > 0) {
        return make_form(challenge, scope, credential, &out->form, err);
    }
    TRY(make_query(challenge, scope, credential, &out->url, err));
    if (credential != NULL && credential->user.len > 0) {
        TRY(token_basic(credential, &out->authorization, err));
    }
    return ASSAY_OK;
}

enum assay_status token_basic(const struct net_credential *credential, struct buf *out,
                              struct assay_error *err)
{
    AUTO_SECRET plain = BUF_INIT(2 * LIMIT_CREDENTIAL_BYTES + 1);
    struct slice user = buf_slice(&credential->user);
    struct slice password = buf_slice(&credential->password);
    if (slice_find(user, ':') < user.len) {
        return FAIL(err, ASSAY_CREDENTIALS, "a user name must not hold ':'");
    }
    TRY(buf_reserve(&plain, user.len + 1 + password.len, err));
    TRY(buf_append(&plain, user, err));
    TRY(buf_append_byte(&plain, ':', err));
    TRY(buf_append(&plain, password, err));
    TRY(buf_reserve(out, strlen("Basic ") + plain.len / 3 * 4 + 4, err));
    TRY(buf_append_string(out, "Basic ", err));
    return base64_encode(buf_slice(&plain), out, err);
}

/* ---- the answer ---- */

static bool is_token(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] <= ' ' || text.ptr[i] > '~') {
            return false;
        }
    }
    return text.len > 0 && text.len <= LIMIT_TOKEN_BYTES;
}

enum assay_status token_bearer(const char *token, struct buf *out, struct assay_error *err)
{
    struct slice text = slice_from_string(token);
    if (!is_token(text)) {
        return FAIL(err, ASSAY_AUTH,
                    "the token is empty, too long or holds bytes that no header may");
    }
    TRY(buf_reserve(out, strlen("Bearer ") + text.len, err));
    TRY(buf_append_string(out, "Bearer ", err));
    return buf_append(out, text, err);
}

static enum assay_status parse_answer(struct slice body, struct buf *out, struct assay_error *err)
{
    AUTO_JSON_TREE tree = NULL;
    struct json_at root;
    struct json_at lifetime;
    const char *token = NULL;
    const char *access_token = NULL;
    int64_t seconds = 0;
    TRY(json_tree_load(body, "token answer", &tree, &root, err));
    TRY(json_as_object(&root, err));
    TRY(json_get_string_opt(&root, "token", &token, err));
    TRY(json_get_string_opt(&root, "access_token", &access_token, err));
    if (json_find(&root, "expires_in", &lifetime)) {
        /* Not used: a token that has expired is answered by another 401. Read, because a server
         * that cannot say it is not one to take tokens from. */
        TRY(json_as_integer(&lifetime, 0, INT32_MAX, &seconds, err));
    }
    if (token == NULL && access_token == NULL) {
        return FAIL(err, ASSAY_AUTH, "neither 'token' nor 'access_token'");
    }
    if (token != NULL && access_token != NULL && strcmp(token, access_token) != 0) {
        return FAIL(err, ASSAY_AUTH, "'token' and 'access_token' differ");
    }
    return token_bearer(token != NULL ? token : access_token, out, err);
}

enum assay_status token_answer_parse(struct slice body, struct buf *out, struct assay_error *err)
{
    enum assay_status status = parse_answer(body, out, err);
    if (status == ASSAY_OK || status == ASSAY_NO_MEMORY || status == ASSAY_AUTH) {
        return status;
    }
    /* The reader's message stays, its status would speak of trust data. */
    if (err != NULL) {
        err->status = ASSAY_AUTH;
    }
    return ASSAY_AUTH;
}

/* ---- who may see credentials ---- */

/* Where the last count labels begin; host.len when there are fewer. */
static size_t labels_start(struct slice host, size_t count)
{
    size_t start = host.len + 1;
    for (size_t i = 0; i < count; i++) {
        if (start == 0) {
            return host.len;
        }
        struct slice before = slice_first(host, start - 1);
        size_t dot = slice_find_last(before, '.');
        start = dot == before.len ? 0 : dot + 1;
    }
    return start;
}

/* Names under which whole countries sort theirs: "co" in "co.uk". */
static bool is_sorting_label(struct slice label)
{
    static const char *const labels[] = { "ac",  "asso", "co",  "com", "edu", "ed", "go",
                                          "gob", "gov",  "gv",  "ltd", "mil", "ne", "net",
                                          "nom", "or",   "org", "plc", "sch", "web" };
    return slice_is_any(label, labels, ARRAY_LEN(labels));
}

/* "example.com" of "registry.example.com", "example.co.uk" of "registry.example.co.uk". */
static struct slice site_of(struct slice host)
{
    size_t one = labels_start(host, 1);
    size_t two = labels_start(host, 2);
    if (two == host.len) {
        return SLICE_EMPTY;
    }
    struct slice second = slice_from(slice_first(host, one - 1), two);
    bool country = host.len - one == 2;
    if (country && is_sorting_label(second)) {
        return slice_from(host, labels_start(host, 3));
    }
    return slice_from(host, two);
}

static bool is_address(const char *host)
{
    struct in_addr four;
    struct in6_addr six;
    return inet_pton(AF_INET, host, &four) == 1 || inet_pton(AF_INET6, host, &six) == 1;
}

bool token_may_see(const char *registry, const char *host)
{
    struct slice own = slice_from_string(registry);
    struct slice other = slice_from_string(host);
    if (slice_equal(own, other)) {
        return true;
    }
    struct slice site = site_of(own);
    if (site.len == 0 || is_address(registry) || is_address(host)) {
        return false;
    }
    if (slice_equal(site, other)) {
        return true;
    }
    return other.len > site.len && slice_has_suffix(other, site) &&
           other.ptr[other.len - site.len - 1] == '.';
}
