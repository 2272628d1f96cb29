/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/secrets.h"

#include "base/attr.h"

/* ---- bytes ---- */

static bool is_alnum(uint8_t c)
{
    uint8_t lower = byte_to_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9');
}

/* Of base64url, and of names with dashes. */
static bool is_word(uint8_t c)
{
    return is_alnum(c) || c == '_' || c == '-';
}

static bool is_upper(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t run_of(struct slice text, bool (*is_in)(uint8_t c))
{
    size_t len = 0;
    while (len < text.len && is_in(text.ptr[len])) {
        len++;
    }
    return len;
}

/* ---- forms of values ---- */

static const struct {
    const char *prefix;
    bool (*is_in)(uint8_t c);
    size_t least; /* bytes behind the prefix */
    const char *form;
} prefixes[] = {
    { "AKIA", is_upper, 16, "an AWS access key" }, { "ASIA", is_upper, 16, "an AWS access key" },
    { "ghp_", is_alnum, 36, "a GitHub token" },    { "gho_", is_alnum, 36, "a GitHub token" },
    { "ghu_", is_alnum, 36, "a GitHub token" },    { "ghs_", is_alnum, 36, "a GitHub token" },
    { "ghr_", is_alnum, 36, "a GitHub token" },    { "github_pat_", is_word, 22, "a GitHub token" },
    { "glpat-", is_word, 20, "a GitLab token" },   { "xoxa-", is_word, 10, "a Slack token" },
    { "xoxb-", is_word, 10, "a Slack token" },     { "xoxp-", is_word, 10, "a Slack token" },
    { "npm_", is_alnum, 36, "an npm token" },
};

static const char *prefixed_form(struct slice text)
{
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
        struct slice prefix = slice_from_string(prefixes[i].prefix);
        if (slice_has_prefix(text, prefix) &&
            run_of(slice_from(text, prefix.len), prefixes[i].is_in) >= prefixes[i].least) {
            return prefixes[i].form;
        }
    }
    return NULL;
}

/* Three parts in base64url, of which the first two are JSON objects. */
static bool is_web_token(struct slice text)
{
    struct slice rest = text;
    for (size_t part = 0; part < 3; part++) {
        size_t len = run_of(rest, is_word);
        bool is_object = slice_has_prefix(rest, SLICE_LITERAL("eyJ"));
        if (len < 8 || (part < 2 && (!is_object || len == rest.len || rest.ptr[len] != '.'))) {
            return false;
        }
        rest = slice_from(rest, len + 1);
    }
    return true;
}

static bool is_private_key(struct slice text)
{
    static const size_t longest = 64; /* "-----BEGIN ENCRYPTED PRIVATE KEY-----" has 37 */
    const struct slice end = SLICE_LITERAL("PRIVATE KEY");
    struct slice head = slice_first(text, longest);
    if (!slice_has_prefix(head, SLICE_LITERAL("-----BEGIN "))) {
        return false;
    }
    for (size_t i = 0; i < head.len; i++) {
        if (slice_has_prefix(slice_from(head, i), end)) {
            return true;
        }
    }
    return false;
}

static bool is_of_user(uint8_t c)
{
    return !is_blank(c) && c != '/' && c != '@' && c != ':' && c != '"' && c != '\'';
}

/* "://user:password@", and the password is none of a variable. */
static bool has_url_password(struct slice text)
{
    static const size_t longest = 512;
    if (!slice_has_prefix(text, SLICE_LITERAL("://"))) {
        return false;
    }
    struct slice user = slice_first(slice_from(text, 3), longest);
    size_t user_len = run_of(user, is_of_user);
    struct slice password = slice_from(user, user_len + 1);
    size_t len = run_of(password, is_of_user);
    return user_len < user.len && user.ptr[user_len] == ':' && len > 0 && len < password.len &&
           password.ptr[len] == '@' && password.ptr[0] != '$';
}

const char *secret_form(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        struct slice rest = slice_from(text, i);
        bool starts_word = i == 0 || !is_word(text.ptr[i - 1]);
        const char *form = starts_word ? prefixed_form(rest) : NULL;
        if (form != NULL) {
            return form;
        }
        if (starts_word && is_web_token(rest)) {
            return "a JSON web token";
        }
        if (is_private_key(rest)) {
            return "a private key";
        }
        if (has_url_password(rest)) {
            return "a URL with a password";
        }
    }
    return NULL;
}

/* ---- names ---- */

static const struct {
    const char *word;
    bool joined; /* also behind other letters, as in PGPASSWORD */
} words[] = {
    { "password", true },    { "passwd", true },       { "passphrase", true },
    { "secret", false },     { "token", false },       { "apikey", true },
    { "api_key", false },    { "private_key", false }, { "access_key", false },
    { "secret_key", false }, { "credential", false },  { "credentials", false },
};

/* What such a name ends in where it says something else: where the secret is, or about it. */
static const char *const harmless[] = { "_file", "_path", "_dir",  "_name",   "_id",  "_url",
                                        "_uri",  "_ttl",  "_type", "_length", "_min", "_max" };

#define NAME_BYTES 128

/* In lower case, dashes as underscores, cut at the front. */
static struct slice fold(struct slice name, uint8_t out[NAME_BYTES])
{
    struct slice tail = slice_from(name, name.len > NAME_BYTES ? name.len - NAME_BYTES : 0);
    for (size_t i = 0; i < tail.len; i++) {
        out[i] = tail.ptr[i] == '-' || tail.ptr[i] == '.' ? '_' : byte_to_lower(tail.ptr[i]);
    }
    return slice_of(out, tail.len);
}

static bool has_word(struct slice name, const char *word, bool joined)
{
    struct slice wanted = slice_from_string(word);
    for (size_t i = 0; i + wanted.len <= name.len; i++) {
        size_t end = i + wanted.len;
        bool starts = i == 0 || name.ptr[i - 1] == '_' || joined;
        bool ends = end == name.len || name.ptr[end] == '_';
        if (starts && ends && slice_has_prefix(slice_from(name, i), wanted)) {
            return true;
        }
    }
    return false;
}

static bool is_secret_name(struct slice name)
{
    uint8_t bytes[NAME_BYTES];
    struct slice folded = fold(name, bytes);
    bool found = false;
    for (size_t i = 0; !found && i < ARRAY_LEN(words); i++) {
        found = has_word(folded, words[i].word, words[i].joined);
    }
    for (size_t i = 0; found && i < ARRAY_LEN(harmless); i++) {
        found = !slice_has_suffix(folded, slice_from_string(harmless[i]));
    }
    return found;
}

/* In lower case, as paths are written and keys hardly ever are. */
static bool is_path(struct slice value)
{
    for (size_t i = 0; i < value.len; i++) {
        uint8_t c = value.ptr[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' || c == '.' ||
                  c == '_' || c == '-';
        if (!ok) {
            return false;
        }
    }
    return value.len > 0 && value.ptr[0] == '/';
}

static bool is_switch(struct slice value)
{
    static const char *const switches[] = { "true", "false", "yes", "no", "on", "off", "0", "1" };
    for (size_t i = 0; i < ARRAY_LEN(switches); i++) {
        if (slice_is_ignoring_case(value, switches[i])) {
            return true;
        }
    }
    return false;
}

bool secret_is_variable(struct slice name, struct slice value)
{
    return value.len > 0 && !is_switch(value) && !is_path(value) && is_secret_name(name);
}

/* ---- commands ---- */

static bool is_of_name(uint8_t c)
{
    return is_word(c) || c == '.';
}

static bool ends_value(uint8_t c)
{
    return is_blank(c) || c == ';' || c == '&' || c == '|' || c == '"' || c == '\'';
}

static bool goes_on(uint8_t c)
{
    return !ends_value(c);
}

/* Behind "=" or a blank: without quotes; empty where a variable or command fills it in. */
static struct slice value_at(struct slice rest)
{
    bool quoted = rest.len > 0 && (rest.ptr[0] == '"' || rest.ptr[0] == '\'');
    struct slice inner = slice_from(rest, quoted ? 1 : 0);
    bool filled_in = inner.len > 0 && (inner.ptr[0] == '$' || inner.ptr[0] == '`');
    size_t len = quoted ? slice_find(inner, (char)rest.ptr[0]) : run_of(inner, goes_on);
    return slice_first(inner, filled_in ? 0 : len);
}

/* The old form, ENV NAME VALUE, at the start of a command. */
static struct slice old_env(struct slice text)
{
    const struct slice marks[] = { SLICE_LITERAL("/bin/sh -c #(nop) "), SLICE_LITERAL(" "),
                                   SLICE_LITERAL("ENV ") };
    struct slice rest = text;
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        rest = slice_from(rest, slice_has_prefix(rest, marks[i]) ? marks[i].len : 0);
    }
    size_t len = run_of(rest, is_of_name);
    bool is_env = rest.ptr != text.ptr && rest.ptr[-1] == ' ' && len < rest.len;
    if (is_env && rest.ptr[len] == ' ' &&
        secret_is_variable(slice_first(rest, len), value_at(slice_from(rest, len + 1)))) {
        return slice_first(rest, len);
    }
    return SLICE_EMPTY;
}

struct slice secret_in_command(struct slice text)
{
    size_t start = 0; /* of the name that ends here */
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];
        if (c == '=' && i > start &&
            secret_is_variable(slice_of(text.ptr + start, i - start),
                               value_at(slice_from(text, i + 1)))) {
            return slice_of(text.ptr + start, i - start);
        }
        start = is_of_name(c) ? start : i + 1;
    }
    return old_env(text);
}
