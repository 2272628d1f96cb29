/* SPDX-License-Identifier: Apache-2.0 */
#include "net/credential_file.h"

#include "base/limits.h"
#include "base/text.h"

enum assay_status credential_take(struct buf *out, struct slice bytes, struct assay_error *err)
{
    out->max = LIMIT_CREDENTIAL_BYTES;
    TRY(buf_reserve(out, bytes.len, err)); /* at once: growing would leave a copy behind */
    return buf_append(out, bytes, err);
}

/* ---- the keys of a file ---- */

bool credential_is_hub(struct slice host)
{
    return slice_is(host, CREDENTIAL_HUB) || slice_is(host, "index.docker.io") ||
           slice_is(host, "registry-1.docker.io");
}

/* How long the part of wanted ("host:port/ns/app") is that key stands for; 0: it does not. A key
 * with a scheme is an old docker one and means the whole host. */
static size_t match_length(const char *key, struct slice wanted)
{
    struct slice rest = slice_from_string(key);
    bool old = true;
    if (slice_has_prefix(rest, SLICE_LITERAL("https://"))) {
        rest = slice_from(rest, strlen("https://"));
    } else if (slice_has_prefix(rest, SLICE_LITERAL("http://"))) {
        rest = slice_from(rest, strlen("http://"));
    } else {
        old = false;
    }
    rest = slice_trim_end(rest, '/');
    struct slice host = slice_first(rest, slice_find(rest, '/'));
    struct slice path = slice_from(rest, host.len);
    if (credential_is_hub(host)) {
        host = SLICE_LITERAL(CREDENTIAL_HUB);
        old = old || slice_is(path, "/v1") || slice_is(path, "/v2");
    }
    if (old) {
        path = SLICE_EMPTY;
    }
    if (host.len == 0 || !slice_has_prefix(wanted, host) ||
        !slice_has_prefix(slice_from(wanted, host.len), path)) {
        return 0;
    }
    size_t len = host.len + path.len;
    return len == wanted.len || wanted.ptr[len] == '/' ? len : 0;
}

/* ---- one entry of "auths" ---- */

/* base64 of "user:password". */
static enum assay_status take_auth(const char *auth, struct net_credential *out,
                                   struct assay_error *err)
{
    AUTO_SECRET plain = BUF_INIT(LIMIT_CREDENTIAL_BYTES);
    struct slice text = slice_from_string(auth);
    size_t len = 0;
    TRY(buf_reserve(&plain, text.len, err));
    TRY(base64_decode(text, plain.ptr, plain.max, &len, err));
    struct slice both = slice_of(plain.ptr, len);
    struct slice user = slice_first(both, slice_find(both, ':'));
    /* old docker pads with NUL */
    struct slice password = slice_trim_end(slice_from(both, user.len + 1), '\0');
    if (user.len == 0 || user.len == both.len) {
        return FAIL(err, ASSAY_CREDENTIALS, "'auth' is not base64 of USER:PASSWORD");
    }
    TRY(credential_take(&out->user, user, err));
    return credential_take(&out->password, password, err);
}

static enum assay_status take_member(const struct json_at *entry, const char *key, struct buf *out,
                                     struct net_credential *credential, struct assay_error *err)
{
    const char *text = NULL;
    TRY(json_get_string_opt(entry, key, &text, err));
    if (text == NULL || text[0] == '\0') {
        return ASSAY_OK;
    }
    TRY(credential_take(out, slice_from_string(text), err));
    credential->found = true;
    return ASSAY_OK;
}

/* Docker leaves an empty entry where a helper keeps the credential: that is none. */
static enum assay_status take_entry(const struct json_at *entry, struct net_credential *out,
                                    struct assay_error *err)
{
    const char *auth = NULL;
    TRY(json_as_object(entry, err));
    TRY(json_get_string_opt(entry, "auth", &auth, err));
    TRY(take_member(entry, "identitytoken", &out->identity_token, out, err));
    TRY(take_member(entry, "registrytoken", &out->registry_token, out, err));
    if (auth != NULL && auth[0] != '\0') {
        TRY(take_auth(auth, out, err));
        out->found = true;
        return ASSAY_OK;
    }
    TRY(take_member(entry, "username", &out->user, out, err));
    return out->user.len == 0 ? ASSAY_OK : take_member(entry, "password", &out->password, out, err);
}

/* The longest match that is shorter than limit; 0: there is none. */
static size_t longest_match(const struct json_at *auths, struct slice wanted, size_t limit)
{
    struct json_at entry;
    void *iterator = NULL;
    size_t longest = 0;
    while (json_member(auths, &iterator, &entry)) {
        size_t len = match_length(entry.key, wanted);
        longest = len < limit && len > longest ? len : longest;
    }
    return longest;
}

/* The first entry of that length that holds something. */
static enum assay_status take_match(const struct json_at *auths, struct slice wanted, size_t len,
                                    struct net_credential *out, struct assay_error *err)
{
    struct json_at entry;
    void *iterator = NULL;
    while (!out->found && json_member(auths, &iterator, &entry)) {
        if (match_length(entry.key, wanted) != len) {
            continue;
        }
        TRY(take_entry(&entry, out, err));
    }
    return ASSAY_OK;
}

enum assay_status credential_file_find(const struct json_at *file, struct slice wanted,
                                       struct net_credential *out, struct assay_error *err)
{
    struct json_at auths;
    if (!json_find_set(file, "auths", &auths)) {
        return ASSAY_OK;
    }
    TRY(json_as_object(&auths, err));
    /* Empty entries make way for shorter keys. */
    size_t len = longest_match(&auths, wanted, wanted.len + 1);
    while (len > 0 && !out->found) {
        TRY(take_match(&auths, wanted, len, out, err));
        len = longest_match(&auths, wanted, len);
    }
    return ASSAY_OK;
}

/* ---- helpers ---- */

enum assay_status credential_file_helper(const struct json_at *file, const char *registry,
                                         const char **out, struct assay_error *err)
{
    struct json_at helpers;
    struct json_at entry;
    struct slice wanted = slice_from_string(registry);
    void *iterator = NULL;
    if (json_find_set(file, "credHelpers", &helpers)) {
        TRY(json_as_object(&helpers, err));
        while (json_member(&helpers, &iterator, &entry)) {
            if (match_length(entry.key, wanted) == wanted.len) {
                return json_as_string(&entry, out, err);
            }
        }
    }
    return json_get_string_opt(file, "credsStore", out, err);
}
