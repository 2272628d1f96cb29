/* SPDX-License-Identifier: Apache-2.0 */
#include "net/challenge.h"

/* A header value being read; no element of it is longer than the value. */
struct reader {
    struct slice rest;
};

static bool is_token_byte(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static void skip_space(struct reader *reader)
{
    while (reader->rest.len > 0 && (reader->rest.ptr[0] == ' ' || reader->rest.ptr[0] == '\t')) {
        reader->rest = slice_from(reader->rest, 1);
    }
}

static bool take_byte(struct reader *reader, char c)
{
    if (reader->rest.len == 0 || reader->rest.ptr[0] != (uint8_t)c) {
        return false;
    }
    reader->rest = slice_from(reader->rest, 1);
    return true;
}

/* Commas with space around them: empty elements of a list mean nothing. */
static bool skip_commas(struct reader *reader)
{
    bool found = false;
    skip_space(reader);
    while (take_byte(reader, ',')) {
        found = true;
        skip_space(reader);
    }
    return found;
}

static struct slice take_token(struct reader *reader)
{
    struct slice start = reader->rest;
    while (reader->rest.len > 0 && is_token_byte(reader->rest.ptr[0])) {
        reader->rest = slice_from(reader->rest, 1);
    }
    return slice_first(start, start.len - reader->rest.len);
}

/* What follows '=': a token or a quoted string, copied as far as out_bytes reaches. Returns false
 * when it is neither, or too long for an out that is not NULL. */
static bool take_value(struct reader *reader, char *out, size_t out_bytes)
{
    size_t len = 0;
    bool quoted = take_byte(reader, '"');
    while (reader->rest.len > 0) {
        uint8_t c = reader->rest.ptr[0];
        if (quoted ? c == '"' : !is_token_byte(c)) {
            break;
        }
        reader->rest = slice_from(reader->rest, 1);
        if (quoted && c == '\\') {
            if (reader->rest.len == 0) {
                return false;
            }
            c = reader->rest.ptr[0];
            reader->rest = slice_from(reader->rest, 1);
        }
        if (c < ' ' || c == 0x7f) {
            return false;
        }
        if (out != NULL && len + 1 >= out_bytes) {
            return false;
        }
        if (out != NULL) {
            out[len] = (char)c;
        }
        len++;
    }
    if (out != NULL) {
        out[len] = '\0';
    }
    return quoted ? take_byte(reader, '"') : len > 0;
}

enum {
    SEEN_REALM = 1,
    SEEN_SERVICE = 2
};

/* One "name=value"; a name that matters may come once in a challenge. */
static bool take_parameter(struct reader *reader, struct slice name, unsigned *seen,
                           struct net_challenge *out)
{
    unsigned bit = slice_is_ignoring_case(name, "realm")     ? SEEN_REALM
                   : slice_is_ignoring_case(name, "service") ? SEEN_SERVICE
                                                             : 0;
    if ((*seen & bit) != 0) {
        return false;
    }
    *seen |= bit;
    switch (bit) {
    case SEEN_REALM:
        return take_value(reader, out->realm, sizeof(out->realm));
    case SEEN_SERVICE:
        return take_value(reader, out->service, sizeof(out->service));
    default:
        return take_value(reader, NULL, 0);
    }
}

/* Takes "name =" and stops before the value; otherwise takes nothing: then the token is the next
 * challenge's scheme, or bare data ("YII="). */
static bool take_name(struct reader *reader, struct slice *name)
{
    struct reader ahead = *reader;
    *name = take_token(&ahead);
    skip_space(&ahead);
    if (name->len == 0 || !take_byte(&ahead, '=')) {
        return false;
    }
    skip_space(&ahead);
    if (ahead.rest.len == 0 || (ahead.rest.ptr[0] != '"' && !is_token_byte(ahead.rest.ptr[0]))) {
        return false;
    }
    *reader = ahead;
    return true;
}

/* Bare data behind a scheme that we do not speak: letters, then '='. */
static void skip_bare_data(struct reader *reader)
{
    while (take_token(reader).len > 0 || take_byte(reader, '/') || take_byte(reader, '=')) {
    }
}

/* "Basic", "Bearer a=b, c="d"" or "Negotiate YII=", with the comma that ends it. */
static bool take_challenge(struct reader *reader, struct net_challenge *out)
{
    struct slice scheme = take_token(reader);
    struct slice name = SLICE_EMPTY;
    unsigned seen = 0;
    *out = (struct net_challenge){ .scheme = NET_SCHEME_NONE };
    if (slice_is_ignoring_case(scheme, "bearer")) {
        out->scheme = NET_SCHEME_BEARER;
    } else if (slice_is_ignoring_case(scheme, "basic")) {
        out->scheme = NET_SCHEME_BASIC;
    }
    skip_space(reader);
    if (scheme.len == 0) {
        return false;
    }
    if (!take_name(reader, &name)) {
        if (out->scheme == NET_SCHEME_NONE) {
            skip_bare_data(reader);
        }
        return skip_commas(reader) || reader->rest.len == 0;
    }
    do {
        if (!take_parameter(reader, name, &seen, out)) {
            return false;
        }
        if (!skip_commas(reader)) {
            return reader->rest.len == 0;
        }
    } while (take_name(reader, &name));
    return true;
}

static bool parse_value(const char *value, struct net_challenge *best)
{
    struct reader reader = { .rest = slice_from_string(value) };
    struct net_challenge next;
    (void)skip_commas(&reader);
    while (reader.rest.len > 0) {
        if (!take_challenge(&reader, &next) ||
            (next.scheme == NET_SCHEME_BEARER && next.realm[0] == '\0')) {
            return false;
        }
        if (next.scheme > best->scheme) {
            *best = next;
        }
    }
    return true;
}

enum assay_status net_challenge_parse(const char *const *values, size_t count,
                                      struct net_challenge *out, struct assay_error *err)
{
    *out = (struct net_challenge){ .scheme = NET_SCHEME_NONE };
    for (size_t i = 0; i < count; i++) {
        if (!parse_value(values[i], out)) {
            *out = (struct net_challenge){ .scheme = NET_SCHEME_NONE };
            return FAIL(err, ASSAY_AUTH,
                        "'%.200s' is no challenge of the form SCHEME NAME=\"VALUE\"", values[i]);
        }
    }
    return ASSAY_OK;
}
