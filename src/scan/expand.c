/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One walk over the text with a stack of what is open: quotes and the words within "${...}". All
 * write to the end of out; what a word turns out not to be needed for is cut off again. The words
 * that are not taken are read too, so that malformed text is malformed whatever the values are.
 */
#include "scan/expand.h"

#include "scan/expand_walk.h"

static bool is_name_start(const struct expand_walk *walk, uint8_t byte)
{
    uint8_t lower = byte_to_lower(byte);
    bool is_other = walk->dialect == EXPAND_DOCKERFILE && byte >= 0x80;
    return (lower >= 'a' && lower <= 'z') || byte == '_' || is_other;
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

/* The byte at the walk's place; 0 at the end, and what is NUL was refused before. */
static uint8_t peek(const struct expand_walk *walk)
{
    return walk->at < walk->text.len ? walk->text.ptr[walk->at] : 0;
}

static enum assay_status put_byte(struct expand_walk *walk, uint8_t byte, struct assay_error *err)
{
    return expand_put(walk, slice_of(&byte, 1), err);
}

static enum assay_status push(struct expand_walk *walk, const struct expand_open *open,
                              struct assay_error *err)
{
    if (walk->depth == LIMIT_EXPAND_DEPTH) {
        return FAIL(err, ASSAY_FILE_LIMIT, "variables are nested more than %d deep",
                    LIMIT_EXPAND_DEPTH - 1);
    }
    bool is_dead = walk->depth > 0 && expand_top(walk)->is_dead;
    walk->stack[walk->depth++] = *open;
    expand_top(walk)->start = walk->out->len;
    expand_top(walk)->is_dead = open->is_dead || is_dead;
    expand_top(walk)->had_unset = walk->result->unset_name[0] != '\0';
    return ASSAY_OK;
}

/* ---- names ---- */

static struct slice take_name(struct expand_walk *walk)
{
    struct slice rest = slice_from(walk->text, walk->at);
    bool is_dockerfile = walk->dialect == EXPAND_DOCKERFILE;
    size_t len = 0;
    if (rest.len > 0 && is_dockerfile && is_digit(rest.ptr[0])) {
        while (len < rest.len && is_digit(rest.ptr[len])) {
            len++;
        }
    } else if (rest.len > 0 && is_dockerfile && strchr("@*#?-$!", rest.ptr[0]) != NULL) {
        len = 1;
    } else {
        while (len < rest.len &&
               (is_name_start(walk, rest.ptr[len]) || (len > 0 && is_digit(rest.ptr[len])))) {
            len++;
        }
    }
    walk->at += len;
    return slice_first(rest, len);
}

/* ---- dollars ---- */

static enum assay_status fail_variable(struct assay_error *err)
{
    return FAIL(err, ASSAY_FILE_SYNTAX,
                "\"${\" is not followed by NAME}, or by an operator that is known");
}

/* Behind "${NAME": an operator or the end. */
static enum assay_status take_operator(struct expand_walk *walk, struct slice name,
                                       struct assay_error *err)
{
    struct expand_open open = { .kind = OPEN_WORD, .name = name };
    bool is_dockerfile = walk->dialect == EXPAND_DOCKERFILE;
    open.value = walk->names->find(walk->names->ctx, name);
    if (peek(walk) == '}') {
        walk->at++;
        return expand_put_value(walk, name, open.value, err);
    }
    if (peek(walk) == ':') {
        open.empty_is_unset = true;
        walk->at++;
    }
    open.operation = peek(walk);
    bool is_slash = open.operation == '/' && !open.empty_is_unset;
    bool is_trim = open.operation == '#' || open.operation == '%';
    bool is_choice = open.operation == '-' || open.operation == '+' || open.operation == '?';
    if (!is_choice && !(is_dockerfile && (is_slash || is_trim))) {
        return fail_variable(err);
    }
    walk->at++;
    open.keeps_escapes = is_trim || is_slash;
    open.is_dead = open.operation == (expand_is_unset(&open) ? '+' : '-');
    if (is_slash) {
        open.kind = OPEN_PATTERN;
        open.is_for_all = peek(walk) == '/';
        walk->at += open.is_for_all ? 1 : 0;
    }
    return push(walk, &open, err);
}

static enum assay_status take_dollar(struct expand_walk *walk, struct assay_error *err)
{
    bool is_compose = walk->dialect == EXPAND_COMPOSE;
    walk->at++;
    if (is_compose && peek(walk) == '$') {
        walk->at++;
        return put_byte(walk, '$', err);
    }
    if (peek(walk) == '{') {
        walk->at++;
        struct slice name = take_name(walk);
        return name.len == 0 ? fail_variable(err) : take_operator(walk, name, err);
    }
    struct slice name = take_name(walk);
    if (name.len == 0 && is_compose) {
        return FAIL(err, ASSAY_FILE_SYNTAX, "\"$\" is not followed by a name; \"$$\" is a dollar");
    }
    if (name.len == 0) {
        return put_byte(walk, '$', err);
    }
    return expand_put_value(walk, name, walk->names->find(walk->names->ctx, name), err);
}

/* ---- all other bytes ---- */

static enum assay_status take_single_quotes(struct expand_walk *walk, struct assay_error *err)
{
    struct slice rest = slice_from(walk->text, walk->at + 1);
    size_t end = slice_find(rest, '\'');
    if (end == rest.len) {
        return FAIL(err, ASSAY_FILE_SYNTAX, "a quote \"'\" has no end");
    }
    walk->at += end + 2;
    return expand_put(walk, slice_first(rest, end), err);
}

static enum assay_status take_escape(struct expand_walk *walk, struct assay_error *err)
{
    const struct expand_open *open = expand_top(walk);
    bool is_quoted = open->kind == OPEN_QUOTE;
    walk->at++;
    if (open->keeps_escapes) {
        TRY(put_byte(walk, walk->escape, err));
    }
    uint8_t next = peek(walk);
    if (walk->at == walk->text.len) {
        return ASSAY_OK;
    }
    if (is_quoted && next != '"' && next != '$' && next != walk->escape) {
        return put_byte(walk, walk->escape, err); /* it escapes nothing here */
    }
    walk->at++;
    return put_byte(walk, next, err);
}

static enum assay_status take_quote(struct expand_walk *walk, struct assay_error *err)
{
    walk->at++;
    if (expand_top(walk)->kind == OPEN_QUOTE) {
        walk->depth--;
        return ASSAY_OK;
    }
    struct expand_open open = { .kind = OPEN_QUOTE,
                                .keeps_escapes = expand_top(walk)->keeps_escapes };
    return push(walk, &open, err);
}

static enum assay_status take_slash(struct expand_walk *walk)
{
    walk->at++;
    expand_top(walk)->kind = OPEN_REPLACEMENT;
    expand_top(walk)->middle = walk->out->len;
    return ASSAY_OK;
}

/* A brace within a word of compose: its end, or of a pair that is text. */
static bool is_end_of_word(struct expand_walk *walk, uint8_t byte)
{
    struct expand_open *open = expand_top(walk);
    if (open->kind != OPEN_WORD && open->kind != OPEN_REPLACEMENT) {
        return false;
    }
    if (byte == '{' && walk->dialect == EXPAND_COMPOSE) {
        open->braces++;
    }
    if (byte != '}') {
        return false;
    }
    if (open->braces > 0) {
        open->braces--;
        return false;
    }
    return true;
}

static enum assay_status take(struct expand_walk *walk, struct assay_error *err)
{
    bool is_dockerfile = walk->dialect == EXPAND_DOCKERFILE;
    bool is_quoted = expand_top(walk)->kind == OPEN_QUOTE;
    uint8_t byte = peek(walk);
    walk->result->changed |=
        byte == '$' || (is_dockerfile && (byte == '"' || byte == '\'' || byte == walk->escape));
    if (byte == '$') {
        return take_dollar(walk, err);
    }
    if (is_end_of_word(walk, byte)) {
        walk->at++;
        return expand_end_word(walk, err);
    }
    if (byte == '/' && expand_top(walk)->kind == OPEN_PATTERN) {
        return take_slash(walk);
    }
    if (is_dockerfile && byte == '\'' && !is_quoted) {
        return take_single_quotes(walk, err);
    }
    if (is_dockerfile && byte == '"') {
        return take_quote(walk, err);
    }
    if (is_dockerfile && byte == walk->escape) {
        return take_escape(walk, err);
    }
    walk->at++;
    return put_byte(walk, byte, err);
}

enum assay_status expand_text(enum expand_dialect dialect, char escape, struct slice text,
                              const struct expand_names *names, struct buf *out,
                              struct expand_result *result, struct assay_error *err)
{
    struct expand_walk walk = { .dialect = dialect,
                                .escape = (uint8_t)escape,
                                .text = text,
                                .names = names,
                                .out = out,
                                .result = result,
                                .steps = LIMIT_EXPAND_STEPS };
    struct expand_open open = { .kind = OPEN_TEXT };
    *result = (struct expand_result){ .changed = false };
    if (slice_find(text, '\0') < text.len) {
        return FAIL(err, ASSAY_FILE_SYNTAX, "a text with variables holds a NUL");
    }
    TRY(push(&walk, &open, err));
    while (walk.at < text.len) {
        TRY(take(&walk, err));
    }
    if (walk.depth > 1) {
        return FAIL(err, ASSAY_FILE_SYNTAX, "%s",
                    expand_top(&walk)->kind == OPEN_QUOTE ? "a quote '\"' has no end"
                                                          : "\"${\" has no end");
    }
    return ASSAY_OK;
}
