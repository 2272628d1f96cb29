/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/reference_parts.h"

#include "base/text.h"

#include <arpa/inet.h>

/* Locale-free. */
static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_lower(uint8_t c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_upper(uint8_t c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_alnum(uint8_t c)
{
    return is_digit(c) || is_lower(c) || is_upper(c);
}

static bool has_upper(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (is_upper(text.ptr[i])) {
            return true;
        }
    }
    return false;
}

enum assay_status reference_refuse(struct assay_error *err, const struct reference_parts *parts,
                                   const char *what)
{
    return FAIL(err, ASSAY_REFERENCE, "'%.*s': %s", SLICE_ARGS(parts->text), what);
}

/* ---- registry ---- */

static bool label_is_valid(struct slice label)
{
    if (label.len == 0 || label.ptr[0] == '-' || label.ptr[label.len - 1] == '-') {
        return false;
    }
    for (size_t i = 0; i < label.len; i++) {
        if (!is_alnum(label.ptr[i]) && label.ptr[i] != '-') {
            return false;
        }
    }
    return true;
}

static bool host_is_valid(struct slice host)
{
    for (;;) {
        size_t dot = slice_find(host, '.');
        if (!label_is_valid(slice_first(host, dot))) {
            return false;
        }
        if (dot == host.len) {
            return true;
        }
        host = slice_from(host, dot + 1);
    }
}

static bool ipv6_is_valid(struct slice address)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr unused;

    if (address.len == 0 || address.len >= sizeof(text) ||
        slice_find(address, '.') != address.len) {
        return false;
    }
    memcpy(text, address.ptr, address.len);
    text[address.len] = '\0';
    return inet_pton(AF_INET6, text, &unused) == 1;
}

static enum assay_status check_port(const struct reference_parts *parts, struct slice port,
                                    struct assay_error *err)
{
    uint64_t number = 0;

    if (!text_to_u64(port, 65535, &number) || number == 0) {
        return reference_refuse(err, parts, "the registry's port must be a number from 1 to 65535");
    }
    return ASSAY_OK;
}

static enum assay_status check_registry(const struct reference_parts *parts,
                                        struct assay_error *err)
{
    struct slice host = parts->registry;
    struct slice port = SLICE_EMPTY;
    bool has_port = false;

    if (host.len > 0 && host.ptr[0] == '[') {
        size_t end = slice_find(host, ']');
        if (end == host.len || !ipv6_is_valid(slice_from(slice_first(host, end), 1))) {
            return reference_refuse(err, parts, "the registry in brackets is not an IPv6 address");
        }
        port = slice_from(host, end + 1);
        if (port.len == 0) {
            return ASSAY_OK;
        }
        if (port.ptr[0] != ':') {
            return reference_refuse(err, parts,
                                    "behind the registry's ']' only ':PORT' may follow");
        }
        return check_port(parts, slice_from(port, 1), err);
    }
    size_t colon = slice_find(host, ':');
    if (colon < host.len) {
        has_port = true;
        port = slice_from(host, colon + 1);
        host = slice_first(host, colon);
    }
    if (host.len > LIMIT_HOST_BYTES) {
        return reference_refuse(err, parts,
                                "the registry's name is longer than a host name can be");
    }
    if (!host_is_valid(host)) {
        return reference_refuse(
            err, parts,
            "the registry must be a host name of letters, digits and inner hyphens "
            "between dots");
    }
    return has_port ? check_port(parts, port, err) : ASSAY_OK;
}

/* ---- path, tag, digest ---- */

/* [a-z0-9]+ ((\. | _ | __ | -+) [a-z0-9]+)* */
static bool component_is_valid(struct slice component)
{
    size_t i = 0;

    for (;;) {
        size_t start = i;
        while (i < component.len && (is_digit(component.ptr[i]) || is_lower(component.ptr[i]))) {
            i++;
        }
        if (i == start) {
            return false;
        }
        if (i == component.len) {
            return true;
        }
        uint8_t separator = component.ptr[i];
        size_t run = 0;
        while (i < component.len && component.ptr[i] == separator) {
            i++;
            run++;
        }
        if (!(separator == '-' || (separator == '.' && run == 1) ||
              (separator == '_' && run <= 2))) {
            return false;
        }
    }
}

static enum assay_status check_path(const struct reference_parts *parts, struct assay_error *err)
{
    struct slice rest = parts->path;

    if (rest.len == 0) {
        return reference_refuse(err, parts, "the repository name is missing");
    }
    if (has_upper(rest)) {
        return reference_refuse(err, parts, "the repository name must be lower case");
    }
    for (;;) {
        size_t slash = slice_find(rest, '/');
        struct slice component = slice_first(rest, slash);
        if (component.len == 0) {
            return reference_refuse(err, parts,
                                    "a part of the repository name between slashes is empty");
        }
        if (!component_is_valid(component)) {
            return reference_refuse(
                err, parts,
                "the parts of a repository name are lower-case letters and digits, "
                "joined by one '.', one or two '_', or hyphens");
        }
        if (slash == rest.len) {
            return ASSAY_OK;
        }
        rest = slice_from(rest, slash + 1);
    }
}

bool oci_tag_is_valid(struct slice tag)
{
    if (tag.len == 0 || tag.len > LIMIT_TAG_BYTES || tag.ptr[0] == '.' || tag.ptr[0] == '-') {
        return false;
    }
    for (size_t i = 0; i < tag.len; i++) {
        uint8_t c = tag.ptr[i];
        if (!is_alnum(c) && c != '_' && c != '.' && c != '-') {
            return false;
        }
    }
    return true;
}

static enum assay_status parse_digest(const struct reference_parts *parts, struct digest *out,
                                      struct assay_error *err)
{
    enum assay_status status = digest_parse(parts->digest, out, NULL);

    if (status == ASSAY_DIGEST_ALGORITHM) {
        return reference_refuse(err, parts, "only sha256 and sha512 digests are accepted");
    }
    if (status != ASSAY_OK) {
        return reference_refuse(
            err, parts, "a digest is sha256: and 64, or sha512: and 128, lower-case hex digits");
    }
    return ASSAY_OK;
}

/* ---- the whole ---- */

static enum assay_status check_bytes(const struct reference_parts *parts, struct assay_error *err)
{
    if (parts->text.len == 0) {
        return FAIL(err, ASSAY_REFERENCE, "the image reference is empty");
    }
    if (parts->text.len > LIMIT_REFERENCE_BYTES) {
        return reference_refuse(err, parts, "the reference is longer than any valid one");
    }
    for (size_t i = 0; i < parts->text.len; i++) {
        if (parts->text.ptr[i] <= ' ' || parts->text.ptr[i] > '~') {
            return reference_refuse(
                err, parts, "only ASCII letters, digits and signs may stand in a reference");
        }
    }
    return ASSAY_OK;
}

/* Whether the part before the first slash is a registry rather than a path component. */
static bool is_registry(struct slice first)
{
    return slice_is(first, "localhost") || slice_find(first, '.') < first.len ||
           slice_find(first, ':') < first.len || has_upper(first);
}

void reference_split(struct reference_parts *parts)
{
    struct slice rest = parts->text;
    size_t at = slice_find(rest, '@');
    if (at < rest.len) {
        parts->has_digest = true;
        parts->digest = slice_from(rest, at + 1);
        rest = slice_first(rest, at);
    }
    size_t slash = slice_find(rest, '/');
    if (slash < rest.len && is_registry(slice_first(rest, slash))) {
        parts->registry = slice_first(rest, slash);
        rest = slice_from(rest, slash + 1);
    }
    size_t last = slice_find_last(rest, '/');
    size_t colon = slice_find(slice_from(rest, last == rest.len ? 0 : last), ':');
    colon += last == rest.len ? 0 : last;
    if (colon < rest.len) {
        parts->has_tag = true;
        parts->tag = slice_from(rest, colon + 1);
        rest = slice_first(rest, colon);
    }
    parts->path = rest;
}

/* What people type that is something else than an image name, told apart from plain errors. */
static enum assay_status check_kind(const struct reference_parts *parts, struct assay_error *err)
{
    struct slice text = parts->text;
    struct digest unused;

    if (text.len == 64 && text_is_lower_hex(text)) {
        return reference_refuse(err, parts,
                                "this is an image id, which says nothing about its origin");
    }
    if (digest_parse(text, &unused, NULL) == ASSAY_OK) {
        return reference_refuse(err, parts, "this is a digest without the name of its repository");
    }
    if (memmem(text.ptr, text.len, "://", 3) != NULL) {
        return reference_refuse(err, parts,
                                "a reference is not a URL: leave out the part up to '://'");
    }
    return ASSAY_OK;
}

enum assay_status reference_check(const struct reference_parts *parts, struct digest *digest,
                                  struct assay_error *err)
{
    TRY(check_bytes(parts, err));
    TRY(check_kind(parts, err));
    if (parts->registry.len > 0) {
        TRY(check_registry(parts, err));
    }
    TRY(check_path(parts, err));
    if (parts->has_tag && !oci_tag_is_valid(parts->tag)) {
        return reference_refuse(
            err, parts,
            "a tag is 1 to 128 letters, digits, '_', '.' and '-', and starts with "
            "neither '.' nor '-'");
    }
    if (parts->has_digest) {
        TRY(parse_digest(parts, digest, err));
    }
    return ASSAY_OK;
}
