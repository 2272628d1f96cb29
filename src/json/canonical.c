/* SPDX-License-Identifier: Apache-2.0 */
#include "json/canonical.h"

#include "base/list.h"
#include "base/mem.h"
#include "json/scan.h"

#include <inttypes.h>

/* A member in the output: "name":value. 32-bit positions keep the list small. */
struct member {
    uint32_t start; /* of the name's opening quote */
    uint32_t len;
    uint16_t key_len; /* between the quotes, at most LIMIT_JSON_KEY_BYTES */
    bool key_escaped;
};

/* The members of all open objects lie behind each other; one closes before its parent goes on. */
struct canon {
    struct json_reader reader;
    struct buf *out;
    struct buf scratch;
    struct member *members;
    size_t count;
    size_t cap;
    size_t first[LIMIT_JSON_DEPTH]; /* index of the first member, by depth */
};

static void canon_clear(struct canon *canon)
{
    buf_clear(&canon->scratch);
    mem_free(canon->members);
}

static enum assay_status write_string(struct canon *canon, struct json_string string, bool *escaped,
                                      struct assay_error *err)
{
    struct buf *out = canon->out;
    *escaped = false;
    TRY(buf_append_byte(out, '"', err));
    if (!string.escaped) {
        TRY(buf_append(out, string.raw, err));
        return buf_append_byte(out, '"', err);
    }
    /* No canonical escape is longer than what stood for it. */
    TRY(buf_reserve(out, string.raw.len, err));
    struct scan_cursor cursor = scan_cursor_of(string);
    for (int byte = scan_next(&cursor); byte >= 0; byte = scan_next(&cursor)) {
        if (byte == '"' || byte == '\\') {
            out->ptr[out->len] = '\\';
            out->len++;
            *escaped = true;
        }
        out->ptr[out->len] = (uint8_t)byte;
        out->len++;
    }
    return buf_append_byte(out, '"', err);
}

static enum assay_status add_member(struct canon *canon, struct member member,
                                    struct assay_error *err)
{
    TRY(mem_grow(&canon->members, canon->count, &canon->cap, sizeof(*canon->members), err));
    canon->members[canon->count] = member;
    canon->count++;
    return ASSAY_OK;
}

static struct json_string member_key(const struct buf *out, const struct member *member)
{
    return (struct json_string){ slice_of(out->ptr + member->start + 1, member->key_len),
                                 member->key_escaped };
}

static int order_members(const void *a, const void *b, void *out)
{
    return scan_compare(member_key(out, a), member_key(out, b));
}

/* Puts the members into their new order by way of the scratch buffer. */
static enum assay_status move_members(struct canon *canon, const struct member *members,
                                      size_t count, size_t start, struct assay_error *err)
{
    struct buf *scratch = &canon->scratch;
    buf_reset(scratch);
    for (size_t i = 0; i < count; i++) {
        TRY(buf_append(scratch, i > 0 ? SLICE_LITERAL(",") : SLICE_LITERAL(""), err));
        TRY(buf_append(scratch, slice_of(canon->out->ptr + members[i].start, members[i].len), err));
    }
    memcpy(canon->out->ptr + start, scratch->ptr, scratch->len);
    return ASSAY_OK;
}

static enum assay_status sort_members(struct canon *canon, struct member *members, size_t count,
                                      struct assay_error *err)
{
    bool in_order = true;
    for (size_t i = 1; i < count && in_order; i++) {
        in_order = order_members(&members[i - 1], &members[i], canon->out) < 0;
    }
    if (in_order) {
        return ASSAY_OK;
    }
    size_t start = members[0].start;
    for (size_t i = 0; i < count; i++) {
        size_t end = i + 1 < count ? members[i + 1].start - 1 : canon->out->len;
        members[i].len = (uint32_t)(end - members[i].start);
    }
    list_sort_with(members, count, sizeof(*members), order_members, canon->out);
    for (size_t i = 1; i < count; i++) {
        if (order_members(&members[i - 1], &members[i], canon->out) == 0) {
            return json_fail(&canon->reader, err, ASSAY_JSON_DUPLICATE,
                             "the member '%.*s' stands twice",
                             SLICE_ARGS(member_key(canon->out, &members[i]).raw));
        }
    }
    return move_members(canon, members, count, start, err);
}

static enum assay_status close_object(struct canon *canon, struct assay_error *err)
{
    size_t first = canon->first[canon->reader.depth];
    if (canon->count > first) {
        TRY(sort_members(canon, canon->members + first, canon->count - first, err));
    }
    canon->count = first;
    return buf_append_byte(canon->out, '}', err);
}

static enum assay_status write_key(struct canon *canon, struct json_string key,
                                   struct assay_error *err)
{
    size_t start = canon->out->len;
    bool escaped = false;
    TRY(write_string(canon, key, &escaped, err));
    struct member member = { .start = (uint32_t)start,
                             .key_len = (uint16_t)(canon->out->len - start - 2),
                             .key_escaped = escaped };
    TRY(add_member(canon, member, err));
    return buf_append_byte(canon->out, ':', err);
}

/* Goes to the next value of the innermost container, or closes that. */
static enum assay_status write_next(struct canon *canon, bool *more, struct assay_error *err)
{
    struct json_reader *reader = &canon->reader;
    const struct json_level *level = &reader->levels[reader->depth - 1];
    bool is_object = level->is_object;
    bool is_first = !level->started;
    struct json_string key = { .escaped = false };
    if (is_object) {
        TRY(json_next_member(reader, &key, more, err));
    } else {
        TRY(json_next_element(reader, more, err));
    }
    if (!*more) {
        return is_object ? close_object(canon, err) : buf_append_byte(canon->out, ']', err);
    }
    if (!is_first) {
        TRY(buf_append_byte(canon->out, ',', err));
    }
    return is_object ? write_key(canon, key, err) : ASSAY_OK;
}

static enum assay_status write_scalar(struct canon *canon, enum json_kind kind,
                                      struct assay_error *err)
{
    struct json_reader *reader = &canon->reader;
    struct json_string string = { .escaped = false };
    int64_t number = 0;
    bool flag = false;
    if (kind == JSON_KIND_STRING) {
        TRY(json_read_string(reader, &string, err));
        return write_string(canon, string, &flag, err);
    }
    if (kind == JSON_KIND_INTEGER) {
        TRY(json_read_integer(reader, -LIMIT_JSON_INTEGER, LIMIT_JSON_INTEGER, &number, err));
        return buf_printf(canon->out, err, "%" PRId64, number);
    }
    if (kind == JSON_KIND_NULL) {
        TRY(json_read_null(reader, &flag, err));
        return buf_append(canon->out, SLICE_LITERAL("null"), err);
    }
    TRY(json_read_bool(reader, &flag, err)); /* refuses what is no value, too */
    return buf_append(canon->out, flag ? SLICE_LITERAL("true") : SLICE_LITERAL("false"), err);
}

/* A scalar, or the opening of a container. */
static enum assay_status write_value(struct canon *canon, struct assay_error *err)
{
    struct json_reader *reader = &canon->reader;
    enum json_kind kind = json_peek(reader);
    if (kind == JSON_KIND_OBJECT) {
        TRY(json_enter_object(reader, err));
        canon->first[reader->depth - 1] = canon->count;
        return buf_append_byte(canon->out, '{', err);
    }
    if (kind == JSON_KIND_ARRAY) {
        TRY(json_enter_array(reader, err));
        return buf_append_byte(canon->out, '[', err);
    }
    return write_scalar(canon, kind, err);
}

/* All that stands between two values. */
static enum assay_status write_between(struct canon *canon, struct assay_error *err)
{
    bool more = false;
    while (canon->reader.depth > 0 && !more) {
        TRY(write_next(canon, &more, err));
    }
    return ASSAY_OK;
}

enum assay_status json_canonicalise(struct slice text, uint64_t max_nodes, struct buf *out,
                                    struct assay_error *err)
{
    CLEANUP(canon_clear) struct canon canon = { .out = out, .scratch = BUF_INIT(out->max) };
    json_reader_init_form(&canon.reader, text, JSON_FORM_ANY, max_nodes);
    if (out->len > UINT32_MAX || text.len > UINT32_MAX - out->len) {
        return FAIL(err, ASSAY_TOO_LARGE, "a JSON text of %zu bytes, more than 4 GiB", text.len);
    }
    do {
        TRY(write_value(&canon, err));
        TRY(write_between(&canon, err));
    } while (canon.reader.depth > 0);
    return json_finish(&canon.reader, err);
}
