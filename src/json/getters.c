/* SPDX-License-Identifier: Apache-2.0 */
#include "json/jansson.h"

#include <inttypes.h>

static enum assay_status check_kind(const struct json_at *at, enum json_kind wanted,
                                    struct assay_error *err)
{
    enum json_kind found = json_kind(at);
    if (found != wanted) {
        return json_at_fail(at, err, ASSAY_SCHEMA, "expected %s, found %s", json_kind_name(wanted),
                            found == JSON_KIND_END ? "a fraction" : json_kind_name(found));
    }
    return ASSAY_OK;
}

enum assay_status json_as_object(const struct json_at *at, struct assay_error *err)
{
    return check_kind(at, JSON_KIND_OBJECT, err);
}

enum assay_status json_as_array(const struct json_at *at, size_t max_count, struct assay_error *err)
{
    TRY(check_kind(at, JSON_KIND_ARRAY, err));
    if (json_count(at) > max_count) {
        return json_at_fail(at, err, ASSAY_JSON_LIMIT, "expected at most %zu elements, found %zu",
                            max_count, json_count(at));
    }
    return ASSAY_OK;
}

enum assay_status json_as_string(const struct json_at *at, const char **out,
                                 struct assay_error *err)
{
    TRY(check_kind(at, JSON_KIND_STRING, err));
    *out = json_string_value(jansson_of(at));
    return ASSAY_OK;
}

enum assay_status json_as_integer(const struct json_at *at, int64_t min, int64_t max, int64_t *out,
                                  struct assay_error *err)
{
    if (json_kind(at) == JSON_KIND_END) {
        return json_at_fail(at, err, ASSAY_JSON_NUMBER,
                            "expected an integer, found a fraction or exponent");
    }
    TRY(check_kind(at, JSON_KIND_INTEGER, err));
    int64_t value = json_integer_value(jansson_of(at));
    if (value < min || value > max) {
        return json_at_fail(at, err, ASSAY_JSON_NUMBER,
                            "expected an integer from %" PRId64 " to %" PRId64 ", found %" PRId64,
                            min, max, value);
    }
    *out = value;
    return ASSAY_OK;
}

static enum assay_status find_required(const struct json_at *object, const char *key,
                                       struct json_at *out, struct assay_error *err)
{
    TRY(json_as_object(object, err));
    if (!json_find(object, key, out)) {
        return json_at_fail(object, err, ASSAY_SCHEMA, "the member '%s' is missing", key);
    }
    return ASSAY_OK;
}

/* *present is false when the member is absent or null. */
static enum assay_status find_optional(const struct json_at *object, const char *key,
                                       struct json_at *out, bool *present, struct assay_error *err)
{
    TRY(json_as_object(object, err));
    *present = json_find_set(object, key, out);
    return ASSAY_OK;
}

enum assay_status json_get_object(const struct json_at *object, const char *key,
                                  struct json_at *out, struct assay_error *err)
{
    TRY(find_required(object, key, out, err));
    return json_as_object(out, err);
}

enum assay_status json_get_array(const struct json_at *object, const char *key, size_t max_count,
                                 struct json_at *out, struct assay_error *err)
{
    TRY(find_required(object, key, out, err));
    return json_as_array(out, max_count, err);
}

enum assay_status json_get_string(const struct json_at *object, const char *key, const char **out,
                                  struct assay_error *err)
{
    struct json_at at;
    TRY(find_required(object, key, &at, err));
    return json_as_string(&at, out, err);
}

enum assay_status json_get_integer(const struct json_at *object, const char *key, int64_t min,
                                   int64_t max, int64_t *out, struct assay_error *err)
{
    struct json_at at;
    TRY(find_required(object, key, &at, err));
    return json_as_integer(&at, min, max, out, err);
}

enum assay_status json_get_string_opt(const struct json_at *object, const char *key,
                                      const char **out, struct assay_error *err)
{
    struct json_at at;
    bool present = false;
    *out = NULL;
    TRY(find_optional(object, key, &at, &present, err));
    return present ? json_as_string(&at, out, err) : ASSAY_OK;
}

enum assay_status json_check_members(const struct json_at *object, const char *const *known,
                                     size_t known_count, bool config, struct assay_error *err)
{
    TRY(json_as_object(object, err));
    void *iterator = NULL;
    struct json_at member;
    while (json_member(object, &iterator, &member)) {
        if (!slice_is_any(slice_from_string(member.key), known, known_count)) {
            return json_at_fail(&member, err, config ? ASSAY_CONFIG : ASSAY_SCHEMA,
                                "this member is not known here");
        }
    }
    return ASSAY_OK;
}
