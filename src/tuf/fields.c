/* SPDX-License-Identifier: Apache-2.0 */
#include "tuf/fields.h"

#include "base/time.h"

void tuf_parse_init(struct tuf_parse *parse, struct slice signed_bytes, struct arena *arena,
                    const struct tuf_dialect *dialect, uint64_t max_nodes)
{
    *parse = (struct tuf_parse){ .arena = arena, .dialect = dialect };
    json_reader_init_form(&parse->reader, signed_bytes, JSON_FORM_CANONICAL, max_nodes);
    parse->reader.name = "signed";
}

/* Looks from next on, then at those before; count when it is none of them. */
static size_t field_index(const struct tuf_field *fields, size_t count, size_t next,
                          struct json_string key)
{
    for (size_t tried = 0; tried < count; tried++) {
        size_t i = next + tried < count ? next + tried : next + tried - count;
        struct slice name = slice_of(fields[i].name, fields[i].name_bytes);
        if (key.escaped ? json_string_is(key, fields[i].name) : slice_equal(key.raw, name)) {
            return i;
        }
    }
    return count;
}

static enum assay_status pass_over(struct tuf_parse *parse, struct json_string key,
                                   const struct tuf_field *fields, size_t count,
                                   struct assay_error *err)
{
    const char *known[TUF_FIELDS_MAX] = { NULL };
    for (size_t i = 0; i < count; i++) {
        known[i] = fields[i].name;
    }
    TRY(json_check_case(&parse->reader, key, known, count, err));
    return json_skip(&parse->reader, NULL, err);
}

static enum assay_status check_missing(const struct tuf_parse *parse,
                                       const struct tuf_field *fields, size_t count, uint32_t seen,
                                       struct assay_error *err)
{
    for (size_t i = 0; i < count; i++) {
        if ((seen & UINT32_C(1) << i) == 0 && fields[i].missing != ASSAY_OK) {
            return json_fail(&parse->reader, err, fields[i].missing, "\"%s\" is missing",
                             fields[i].name);
        }
    }
    return ASSAY_OK;
}

enum assay_status tuf_read_object(struct tuf_parse *parse, const struct tuf_field *fields,
                                  size_t count, void *into, struct assay_error *err)
{
    uint32_t seen = 0;
    size_t next = 0;
    struct json_string key;
    bool more = false;
    TRY(json_enter_object(&parse->reader, err));
    TRY(json_next_member(&parse->reader, &key, &more, err));
    while (more) {
        size_t i = field_index(fields, count, next, key);
        enum assay_status status = i < count ? fields[i].read(parse, into, err)
                                             : pass_over(parse, key, fields, count, err);
        TRY(status);
        seen |= i < count ? UINT32_C(1) << i : 0;
        next = i < count ? i + 1 : next;
        TRY(json_next_member(&parse->reader, &key, &more, err));
    }
    return check_missing(parse, fields, count, seen, err);
}

enum assay_status tuf_decode_name(struct tuf_parse *parse, struct json_string string,
                                  struct slice *out, struct assay_error *err)
{
    TRY(json_string_decode(string, parse->arena, out, err));
    for (size_t i = 0; i < out->len; i++) {
        if (out->ptr[i] < 0x20 || out->ptr[i] == 0x7F) {
            return json_fail(&parse->reader, err, ASSAY_SCHEMA,
                             "expected a name without control characters, found 0x%02x in it",
                             out->ptr[i]);
        }
    }
    return ASSAY_OK;
}

enum assay_status tuf_read_name(struct tuf_parse *parse, struct slice *out, struct assay_error *err)
{
    struct json_string string;
    TRY(json_read_string(&parse->reader, &string, err));
    return tuf_decode_name(parse, string, out, err);
}

enum assay_status tuf_read_empty(struct tuf_parse *parse, bool *was_null, struct assay_error *err)
{
    *was_null = false;
    return json_peek(&parse->reader) == JSON_KIND_NULL
               ? json_read_null(&parse->reader, was_null, err)
               : ASSAY_OK;
}

enum assay_status tuf_read_elements(struct tuf_parse *parse,
                                    enum assay_status (*read)(struct tuf_parse *parse, void *into,
                                                              struct assay_error *err),
                                    void *into, struct assay_error *err)
{
    bool was_null = false;
    TRY(tuf_read_empty(parse, &was_null, err));
    if (was_null) {
        return ASSAY_OK;
    }
    bool more = false;
    TRY(json_enter_array(&parse->reader, err));
    TRY(json_next_element(&parse->reader, &more, err));
    while (more) {
        TRY(read(parse, into, err));
        TRY(json_next_element(&parse->reader, &more, err));
    }
    return ASSAY_OK;
}

enum assay_status tuf_list_grow(struct arena *arena, void **items, size_t count, size_t item_bytes,
                                struct assay_error *err)
{
    if (count != 0 && (count & (count - 1)) != 0) {
        return ASSAY_OK; /* between two powers of two there is room */
    }
    void *larger = NULL;
    TRY(arena_alloc(arena, count == 0 ? 1 : 2 * count, item_bytes, &larger, err));
    if (count != 0) {
        memcpy(larger, *items, count * item_bytes);
    }
    *items = larger;
    return ASSAY_OK;
}

enum assay_status tuf_read_type(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    (void)into;
    struct json_string type;
    TRY(json_read_string(&parse->reader, &type, err));
    if (!json_string_is(type, parse->type)) {
        return json_fail(&parse->reader, err, ASSAY_TYPE, "expected \"%s\", found \"%.*s\"",
                         parse->type, SLICE_ARGS(type.raw));
    }
    return ASSAY_OK;
}

enum assay_status tuf_read_expires(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    struct tuf_header *header = into;
    struct json_string text;
    TRY(json_read_string(&parse->reader, &text, err));
    if (time_parse(text.raw, &header->expires_unix_s, NULL) != ASSAY_OK) {
        return json_fail(&parse->reader, err, ASSAY_TIME_FORMAT,
                         "expected an RFC 3339 time, found \"%.*s\"", SLICE_ARGS(text.raw));
    }
    return ASSAY_OK;
}

enum assay_status tuf_read_version(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    struct tuf_header *header = into;
    int64_t version = 0;
    TRY(json_read_integer(&parse->reader, 0, LIMIT_JSON_INTEGER, &version, err));
    if (version == 0) {
        return json_fail(&parse->reader, err, ASSAY_VERSION, "expected 1 or more, found 0");
    }
    header->version = (uint64_t)version;
    return ASSAY_OK;
}
