/* SPDX-License-Identifier: Apache-2.0 */
/* .env files: NAME=VALUE lines with quotes, comments and variables. */
#include "base/limits.h"
#include "base/list.h"
#include "scan/compose.h"
#include "scan/expand.h"

struct reader {
    struct compose *run;
    struct slice text;
    size_t at;
    size_t line;
    struct compose_env *env; /* of this file; those read before are its outer ones */
    struct buf raw;          /* a value, its escapes undone */
    struct buf value;
};

static int against_name(const void *name, const void *item)
{
    return slice_compare(*(const struct slice *)name, ((const struct compose_name *)item)->name);
}

static size_t position_of(const struct compose_env *env, struct slice name, bool *found)
{
    return list_place(&name, env->names, env->count, sizeof(*env->names), against_name, found);
}

const char *compose_env_find(const struct compose_env *env, struct slice name)
{
    const char *value = NULL;
    for (; env != NULL; env = env->outer) {
        bool found = false;
        size_t position = position_of(env, name, &found);
        value = found ? env->names[position].value : value;
    }
    return value;
}

static enum assay_status make_room(struct compose *run, struct compose_env *env,
                                   struct assay_error *err)
{
    struct compose_name *larger = NULL;
    size_t cap = env->cap == 0 ? 16 : env->cap * 2;
    if (env->count < env->cap) {
        return ASSAY_OK;
    }
    TRY(arena_alloc(&run->arena, cap, sizeof(*larger), &larger, err));
    if (env->count > 0) {
        memcpy(larger, env->names, env->count * sizeof(*larger));
    }
    env->names = larger;
    env->cap = cap;
    return ASSAY_OK;
}

static enum assay_status set_value(struct compose *run, struct compose_env *env, struct slice name,
                                   const char *value, struct assay_error *err)
{
    bool found = false;
    size_t position = position_of(env, name, &found);
    if (value != NULL) {
        TRY(arena_copy_text(&run->arena, slice_from_string(value), &value, err));
    }
    if (found) {
        env->names[position].value = value;
        return ASSAY_OK;
    }
    if (env->count >= LIMIT_COMPOSE_NAMES) {
        return FAIL(err, ASSAY_FILE_LIMIT, "more than %d names have values", LIMIT_COMPOSE_NAMES);
    }
    TRY(make_room(run, env, err));
    TRY(arena_copy(&run->arena, name, &name, err));
    memmove(env->names + position + 1, env->names + position,
            (env->count - position) * sizeof(*env->names));
    env->names[position] = (struct compose_name){ name, value };
    env->count++;
    return ASSAY_OK;
}

/* ---- the text ---- */

/* NUL at the end: no line of such a file holds one. */
static uint8_t peek(const struct reader *reader)
{
    return reader->at < reader->text.len ? reader->text.ptr[reader->at] : 0;
}

static void step(struct reader *reader)
{
    reader->line += peek(reader) == '\n' ? 1 : 0;
    reader->at++;
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\v' || byte == '\f';
}

static void skip_blanks(struct reader *reader)
{
    while (is_blank(peek(reader))) {
        reader->at++;
    }
}

static void skip_line(struct reader *reader)
{
    struct slice rest = slice_from(reader->text, reader->at);
    reader->at += slice_find(rest, '\n');
}

/* To the next line that says something. */
static void skip_to_name(struct reader *reader)
{
    skip_blanks(reader);
    while (peek(reader) == '#' || peek(reader) == '\n') {
        if (peek(reader) == '#') {
            skip_line(reader);
        } else {
            step(reader);
        }
        skip_blanks(reader);
    }
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_name_byte(uint8_t byte)
{
    uint8_t lower = byte_to_lower(byte);
    return (lower >= 'a' && lower <= 'z') || is_digit(byte) || byte == '_' || byte == '.' ||
           byte == '-' || byte == '[' || byte == ']';
}

static struct slice take_name(struct reader *reader)
{
    size_t start = reader->at;
    while (is_name_byte(peek(reader))) {
        reader->at++;
    }
    return slice_first(slice_from(reader->text, start), reader->at - start);
}

static enum assay_status read_name(struct reader *reader, struct slice *name, bool *has_value,
                                   struct assay_error *err)
{
    *name = take_name(reader);
    if (slice_is(*name, "export") && is_blank(peek(reader))) {
        skip_blanks(reader);
        *name = take_name(reader);
    }
    skip_blanks(reader);
    uint8_t next = peek(reader);
    *has_value = next == '=' || next == ':';
    if (name->len == 0 || (!*has_value && next != '\n' && next != 0)) {
        return FAIL(err, ASSAY_FILE_SYNTAX, "expected NAME=VALUE");
    }
    if (*has_value) {
        reader->at++;
    }
    return ASSAY_OK;
}

static enum assay_status add_escape(struct reader *reader, uint8_t quote, uint8_t byte,
                                    struct assay_error *err)
{
    static const char codes[] = "nrt\\\"$";
    static const char *const texts[] = { "\n", "\r", "\t", "\\", "\"", "$$" };
    const char *code = byte == 0 ? NULL : strchr(codes, byte);
    if (byte == quote) {
        return buf_append_byte(&reader->raw, byte, err);
    }
    if (quote == '"' && code != NULL) {
        return buf_append_string(&reader->raw, texts[code - codes], err);
    }
    TRY(buf_append_byte(&reader->raw, '\\', err));
    return buf_append_byte(&reader->raw, byte, err);
}

static enum assay_status read_quoted(struct reader *reader, struct assay_error *err)
{
    uint8_t quote = peek(reader);
    step(reader);
    while (peek(reader) != quote && reader->at < reader->text.len) {
        uint8_t byte = peek(reader);
        step(reader);
        if (byte != '\\') {
            TRY(buf_append_byte(&reader->raw, byte, err));
            continue;
        }
        TRY(add_escape(reader, quote, peek(reader), err));
        step(reader);
    }
    if (peek(reader) != quote) {
        return FAIL(err, ASSAY_FILE_SYNTAX, "a quote is not closed");
    }
    step(reader);
    skip_blanks(reader);
    if (peek(reader) != '\n' && peek(reader) != '#' && reader->at < reader->text.len) {
        return FAIL(err, ASSAY_FILE_SYNTAX, "text behind a closing quote");
    }
    skip_line(reader);
    return ASSAY_OK;
}

/* To the end of the line, or to a comment with a blank before it. */
static enum assay_status read_plain(struct reader *reader, struct assay_error *err)
{
    struct slice rest = slice_from(reader->text, reader->at);
    struct slice value = slice_first(rest, slice_find(rest, '\n'));
    reader->at += value.len;
    for (size_t i = 1; i < value.len; i++) {
        if (value.ptr[i] == '#' && is_blank(value.ptr[i - 1])) {
            value.len = i;
        }
    }
    while (value.len > 0 && is_blank(value.ptr[value.len - 1])) {
        value.len--;
    }
    return buf_append(&reader->raw, value, err);
}

static const char *find_name(const void *ctx, struct slice name)
{
    return compose_env_find(ctx, name);
}

static enum assay_status read_value(struct reader *reader, const char **value,
                                    struct assay_error *err)
{
    struct expand_result result = { 0 };
    struct expand_names names = { .find = find_name,
                                  .ctx = reader->env,
                                  .budget = &reader->run->steps };
    buf_reset(&reader->raw);
    buf_reset(&reader->value);
    skip_blanks(reader);
    uint8_t quote = peek(reader);
    bool is_quoted = quote == '"' || quote == '\'';
    TRY(is_quoted ? read_quoted(reader, err) : read_plain(reader, err));
    *value = buf_text(&reader->raw);
    if (quote == '\'') {
        return ASSAY_OK;
    }
    TRY(expand_text(EXPAND_COMPOSE, 0, buf_slice(&reader->raw), &names, &reader->value, &result,
                    err));
    *value = result.unset_name[0] != '\0' ? NULL : buf_text(&reader->value);
    return ASSAY_OK;
}

static enum assay_status read_all(struct reader *reader, struct assay_error *err)
{
    struct slice bom = SLICE_LITERAL("\xEF\xBB\xBF");
    if (slice_find(reader->text, '\0') != reader->text.len) {
        return FAIL(err, ASSAY_FILE_SYNTAX, "the file holds a NUL");
    }
    reader->at = slice_has_prefix(reader->text, bom) ? bom.len : 0;
    for (skip_to_name(reader); reader->at < reader->text.len; skip_to_name(reader)) {
        struct slice name;
        bool has_value = false;
        const char *value = NULL;
        TRY(read_name(reader, &name, &has_value, err));
        if (!has_value) {
            continue; /* a name alone stands for what it is outside */
        }
        TRY(read_value(reader, &value, err));
        if (!is_digit(name.ptr[0])) { /* not a name that could be asked for */
            TRY(set_value(reader->run, reader->env, name, value, err));
        }
    }
    return ASSAY_OK;
}

enum assay_status compose_env_read(struct compose *run, const struct scan_input *input,
                                   struct compose_env *env, struct assay_error *err)
{
    struct compose_env own = { .outer = env };
    struct assay_error why = ERROR_INIT;
    struct reader reader = { .run = run, .text = input->text, .line = 1, .env = &own };
    reader.raw.max = LIMIT_EXPAND_BYTES;
    reader.value.max = LIMIT_EXPAND_BYTES;
    enum assay_status status = read_all(&reader, &why);
    buf_clear(&reader.raw);
    buf_clear(&reader.value);
    if (status == ASSAY_TOO_LARGE) {
        status =
            FAIL(&why, ASSAY_FILE_LIMIT, "a value has more than %lu bytes", LIMIT_EXPAND_BYTES);
    }
    if (status == ASSAY_FILE_SYNTAX || status == ASSAY_FILE_LIMIT) {
        struct scan_spot spot = { .file = input->file, .line = reader.line, .column = 1 };
        TRY(scan_add_problem(run->scan, &spot, status, err, "%s", why.message));
    } else if (status != ASSAY_OK) {
        return error_pass(err, &why);
    }
    for (size_t i = 0; i < own.count; i++) {
        TRY(set_value(run, env, own.names[i].name, own.names[i].value, err));
    }
    return ASSAY_OK;
}
