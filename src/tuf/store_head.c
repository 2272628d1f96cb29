/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HEAD as text. One record a line, fields separated by one space, in this order:
 *
 *   assay-state 1
 *   gun NAME
 *   generation N
 *   last-seen UNIX_S
 *   anchor pin|tofu
 *   root VERSION SHA256 LENGTH                              one or more, without a gap
 *   floor ROLE VERSION SHA256 LENGTH EXPIRES_UNIX_S KEYS    any number, ascending
 *   seen TAG DIGEST                                         any number, newest first
 *   sha256 HEX                                              of all that stands above
 *
 * KEYS are SHA-256 values with commas between, or "-". Everything is in this one file, however
 * many roles there are: then one rename replaces it all. A later format keeps the first and the
 * last line, so that an older assay can tell "newer" from "damaged".
 */
#include "tuf/store_private.h"

#include "base/text.h"
#include "oci/reference.h"

#include <inttypes.h>

#define HEAD_MAGIC       "assay-state "
#define HEAD_FORMAT      1
#define HEAD_TRAILER     "sha256 "
#define HEAD_TRAILER_LEN (sizeof HEAD_TRAILER - 1 + 64 + 1)
#define HEAD_NUMBER_MAX  ((uint64_t)LIMIT_JSON_INTEGER)
#define SHA256_BYTES     32
#define MAX_FIELDS       7

/* ---- writing ---- */

static bool is_plain_word(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] <= ' ' || text.ptr[i] > '~') {
            return false;
        }
    }
    return text.len > 0;
}

static enum assay_status encode_floor(const struct tuf_floor *floor, struct buf *out,
                                      struct assay_error *err)
{
    char hex[DIGEST_TEXT_BYTES];
    if (!is_plain_word(slice_from_string(floor->role))) {
        return FAIL(err, ASSAY_INTERNAL, "a role name that cannot be stored: %s", floor->role);
    }
    digest_hex(&floor->sha256, hex);
    TRY(buf_printf(out, err, "floor %s %" PRIu64 " %s %" PRIu64 " %" PRId64 " ", floor->role,
                   floor->version, hex, floor->length, floor->expires_unix_s));
    for (size_t i = 0; i < floor->key_count; i++) {
        digest_hex(&floor->keys[i], hex);
        TRY(buf_printf(out, err, "%s%s", i == 0 ? "" : ",", hex));
    }
    return buf_append_string(out, floor->key_count == 0 ? "-\n" : "\n", err);
}

static enum assay_status encode_records(const struct tuf_state *state, struct buf *out,
                                        struct assay_error *err)
{
    char text[DIGEST_TEXT_BYTES];
    for (size_t i = 0; i < state->root_count; i++) {
        digest_hex(&state->roots[i].sha256, text);
        TRY(buf_printf(out, err, "root %" PRIu64 " %s %" PRIu64 "\n", state->roots[i].version, text,
                       state->roots[i].length));
    }
    for (size_t i = 0; i < state->floors.count; i++) {
        TRY(encode_floor(&state->floors.items[i], out, err));
    }
    for (size_t i = 0; i < state->seen_count; i++) {
        digest_format(&state->seen[i].digest, text);
        TRY(buf_printf(out, err, "seen %s %s\n", state->seen[i].tag, text));
    }
    return ASSAY_OK;
}

enum assay_status head_encode(const char *gun, const struct tuf_state *state, struct buf *out,
                              struct assay_error *err)
{
    if (state->anchor == TUF_ANCHOR_NONE) {
        return FAIL(err, ASSAY_INTERNAL, "a state without an anchor is not stored");
    }
    TRY(buf_printf(out, err,
                   HEAD_MAGIC "%d\ngun %s\ngeneration %" PRIu64 "\nlast-seen %" PRId64
                              "\nanchor %s\n",
                   HEAD_FORMAT, gun, state->generation, state->last_seen_unix_s,
                   state->anchor == TUF_ANCHOR_PIN ? "pin" : "tofu"));
    TRY(encode_records(state, out, err));
    struct digest sum;
    char hex[DIGEST_TEXT_BYTES];
    TRY(digest_compute(DIGEST_SHA256, buf_slice(out), &sum, err));
    digest_hex(&sum, hex);
    return buf_printf(out, err, HEAD_TRAILER "%s\n", hex);
}

/* ---- reading ---- */

/* The line at hand, split at its spaces. */
struct head_line {
    struct slice rest; /* what follows it */
    struct slice fields[MAX_FIELDS];
    size_t count; /* 0: no line is left */
    size_t number;
};

static enum assay_status fail_line(const struct head_line *line, struct assay_error *err,
                                   const char *expected)
{
    return FAIL(err, ASSAY_STATE_CORRUPT, "HEAD line %zu: expected %s", line->number, expected);
}

static enum assay_status next_line(struct head_line *line, struct assay_error *err)
{
    line->count = 0;
    if (line->rest.len == 0) {
        return ASSAY_OK;
    }
    line->number++;
    size_t end = slice_find(line->rest, '\n');
    struct slice text = slice_first(line->rest, end);
    line->rest = slice_from(line->rest, end + 1);
    for (;;) {
        size_t space = slice_find(text, ' ');
        if (line->count == MAX_FIELDS || space == 0) {
            return fail_line(line, err, "fields with one space between");
        }
        line->fields[line->count++] = slice_first(text, space);
        if (space == text.len) {
            return ASSAY_OK;
        }
        text = slice_from(text, space + 1);
    }
}

static bool line_is(const struct head_line *line, const char *word)
{
    return line->count > 0 && slice_is(line->fields[0], word);
}

static enum assay_status read_number(const struct head_line *line, size_t field, uint64_t *out,
                                     struct assay_error *err)
{
    if (!text_to_u64(line->fields[field], HEAD_NUMBER_MAX, out)) {
        return fail_line(line, err, "a number");
    }
    return ASSAY_OK;
}

static enum assay_status read_time(const struct head_line *line, size_t field, int64_t *out,
                                   struct assay_error *err)
{
    struct slice text = line->fields[field];
    bool negative = text.len > 0 && text.ptr[0] == '-';
    uint64_t number = 0;
    if (!text_to_u64(negative ? slice_from(text, 1) : text, HEAD_NUMBER_MAX, &number) ||
        (negative && number == 0)) {
        return fail_line(line, err, "a time");
    }
    *out = negative ? -(int64_t)number : (int64_t)number;
    return ASSAY_OK;
}

static enum assay_status read_sha256(const struct head_line *line, struct slice text,
                                     struct digest *out, struct assay_error *err)
{
    *out = (struct digest){ .alg = DIGEST_SHA256 };
    if (hex_decode(text, out->bytes, SHA256_BYTES, NULL) != ASSAY_OK) {
        return fail_line(line, err, "a SHA-256");
    }
    return ASSAY_OK;
}

/* A line "word value" that must come now. */
static enum assay_status expect_pair(struct head_line *line, const char *word,
                                     struct assay_error *err)
{
    TRY(next_line(line, err));
    return line->count == 2 && line_is(line, word) ? ASSAY_OK : fail_line(line, err, word);
}

static enum assay_status decode_top(struct head_line *line, const char *gun, struct tuf_state *out,
                                    struct assay_error *err)
{
    TRY(expect_pair(line, "gun", err));
    if (!slice_is(line->fields[1], gun)) {
        return FAIL(err, ASSAY_STATE_CORRUPT, "HEAD is the state of %.*s, not of %s",
                    SLICE_ARGS(line->fields[1]), gun);
    }
    TRY(expect_pair(line, "generation", err));
    TRY(read_number(line, 1, &out->generation, err));
    if (out->generation == 0) {
        return fail_line(line, err, "a generation above 0");
    }
    TRY(expect_pair(line, "last-seen", err));
    TRY(read_time(line, 1, &out->last_seen_unix_s, err));
    TRY(expect_pair(line, "anchor", err));
    bool is_pin = slice_is(line->fields[1], "pin");
    if (!is_pin && !slice_is(line->fields[1], "tofu")) {
        return fail_line(line, err, "pin or tofu");
    }
    out->anchor = is_pin ? TUF_ANCHOR_PIN : TUF_ANCHOR_TOFU;
    return ASSAY_OK;
}

static enum assay_status decode_root(const struct head_line *line, struct tuf_state *out,
                                     struct assay_error *err)
{
    struct tuf_stored_root root = { 0 };
    if (line->count != 4) {
        return fail_line(line, err, "root VERSION SHA256 LENGTH");
    }
    TRY(read_number(line, 1, &root.version, err));
    TRY(read_sha256(line, line->fields[2], &root.sha256, err));
    TRY(read_number(line, 3, &root.length, err));
    if (out->root_count > 0 && root.version != out->roots[out->root_count - 1].version + 1) {
        return fail_line(line, err, "roots without a gap");
    }
    return tuf_state_add_root(out, &root, err);
}

static enum assay_status decode_keys(const struct head_line *line, struct slice text,
                                     struct tuf_floor *floor, struct assay_error *err)
{
    if (slice_is(text, "-")) {
        return ASSAY_OK;
    }
    for (;;) {
        size_t comma = slice_find(text, ',');
        if (floor->key_count == LIMIT_ROLE_KEYS) {
            return fail_line(line, err, "fewer keys");
        }
        TRY(read_sha256(line, slice_first(text, comma), &floor->keys[floor->key_count++], err));
        if (comma == text.len) {
            return ASSAY_OK;
        }
        text = slice_from(text, comma + 1);
    }
}

static enum assay_status decode_floor(const struct head_line *line, struct tuf_state *out,
                                      struct assay_error *err)
{
    struct tuf_floor floor = { .version = 0 };
    if (line->count != 7 || line->fields[1].len > LIMIT_ROLE_NAME_BYTES) {
        return fail_line(line, err, "floor ROLE VERSION SHA256 LENGTH EXPIRES KEYS");
    }
    memcpy(floor.role, line->fields[1].ptr, line->fields[1].len);
    TRY(read_number(line, 2, &floor.version, err));
    TRY(read_sha256(line, line->fields[3], &floor.sha256, err));
    TRY(read_number(line, 4, &floor.length, err));
    TRY(read_time(line, 5, &floor.expires_unix_s, err));
    TRY(decode_keys(line, line->fields[6], &floor, err));
    const struct tuf_floors *floors = &out->floors;
    if (!is_plain_word(line->fields[1]) ||
        (floors->count > 0 && strcmp(floors->items[floors->count - 1].role, floor.role) >= 0)) {
        return fail_line(line, err, "roles in ascending order");
    }
    return tuf_floors_put(&out->floors, &floor, err);
}

static enum assay_status decode_seen(const struct head_line *line, struct tuf_state *out,
                                     struct assay_error *err)
{
    if (line->count != 3 || !oci_tag_is_valid(line->fields[1]) ||
        out->seen_count == LIMIT_SEEN_TAGS) {
        return fail_line(line, err, "seen TAG DIGEST");
    }
    struct tuf_seen seen = { .digest = { .alg = DIGEST_NONE } };
    memcpy(seen.tag, line->fields[1].ptr, line->fields[1].len);
    if (digest_parse(line->fields[2], &seen.digest, NULL) != ASSAY_OK) {
        return fail_line(line, err, "a digest");
    }
    return tuf_state_append_seen(out, &seen, err);
}

/* Runs each over the lines that begin with word; leaves the first other line at hand. */
static enum assay_status decode_group(struct head_line *line, const char *word,
                                      enum assay_status (*each)(const struct head_line *line,
                                                                struct tuf_state *out,
                                                                struct assay_error *err),
                                      struct tuf_state *out, struct assay_error *err)
{
    while (line_is(line, word)) {
        TRY(each(line, out, err));
        TRY(next_line(line, err));
    }
    return ASSAY_OK;
}

static enum assay_status decode_all(struct head_line *line, const char *gun, struct tuf_state *out,
                                    struct assay_error *err)
{
    TRY(decode_top(line, gun, out, err));
    TRY(next_line(line, err));
    TRY(decode_group(line, "root", decode_root, out, err));
    if (out->root_count == 0) {
        return fail_line(line, err, "a root");
    }
    TRY(decode_group(line, "floor", decode_floor, out, err));
    TRY(decode_group(line, "seen", decode_seen, out, err));
    return line->count == 0 ? ASSAY_OK : fail_line(line, err, "nothing more");
}

/* The hash first: what it does not cover is not even looked at. */
static enum assay_status check_trailer(struct slice text, struct slice *body,
                                       struct assay_error *err)
{
    struct digest sum;
    struct digest found;
    struct head_line line = { .number = 0 };
    if (text.len < HEAD_TRAILER_LEN) {
        return FAIL(err, ASSAY_STATE_CORRUPT, "HEAD is cut short (%zu bytes)", text.len);
    }
    *body = slice_first(text, text.len - HEAD_TRAILER_LEN);
    line.rest = slice_from(text, body->len);
    TRY(expect_pair(&line, "sha256", err));
    TRY(read_sha256(&line, line.fields[1], &found, err));
    TRY(digest_compute(DIGEST_SHA256, *body, &sum, err));
    if (text.ptr[text.len - 1] != '\n' || line.rest.len != 0 || !digest_equal(&sum, &found) ||
        body->len == 0 || body->ptr[body->len - 1] != '\n') {
        return FAIL(err, ASSAY_STATE_CORRUPT, "HEAD does not have the SHA-256 that it ends with");
    }
    return ASSAY_OK;
}

static enum assay_status check_format(struct head_line *line, struct assay_error *err)
{
    uint64_t format = 0;
    TRY(expect_pair(line, "assay-state", err));
    TRY(read_number(line, 1, &format, err));
    if (format > HEAD_FORMAT) {
        return FAIL(err, ASSAY_STATE_VERSION, "HEAD has format %" PRIu64 ", known is %d", format,
                    HEAD_FORMAT);
    }
    return format == HEAD_FORMAT ? ASSAY_OK : fail_line(line, err, "format 1");
}

enum assay_status head_decode(struct slice text, const char *gun, struct tuf_state *out,
                              struct assay_error *err)
{
    struct head_line line = { .number = 0 };
    TRY(check_trailer(text, &line.rest, err));
    TRY(check_format(&line, err));
    enum assay_status status = decode_all(&line, gun, out, err);
    if (status != ASSAY_OK) {
        tuf_state_clear(out);
    }
    return status;
}
