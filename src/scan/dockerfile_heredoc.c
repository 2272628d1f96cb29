/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a line begins here-documents. BuildKit splits the line as words of a shell, without values
 * for variables; a line that cannot be split so begins none. What belongs to a here-document is no
 * instruction, so each of these rules counts, odd or not.
 */
#include "base/limits.h"
#include "scan/dockerfile_lines.h"
#include "scan/dockerfile_words.h"

struct lexer {
    struct slice text;
    size_t at;
    bool keeps;                       /* quotes and escapes stay */
    uint8_t open[LIMIT_EXPAND_DEPTH]; /* what ends the innermost: '"', '}' or '/' */
    bool raw[LIMIT_EXPAND_DEPTH];     /* escapes stay within it */
    size_t depth;
    bool is_malformed;
    struct buf words; /* each ends in a NUL */
    size_t word_at;
    size_t word_count;
};

static uint8_t peek(const struct lexer *lexer)
{
    return lexer->at < lexer->text.len ? lexer->text.ptr[lexer->at] : 0;
}

static bool is_raw(const struct lexer *lexer)
{
    return lexer->depth > 0 ? lexer->raw[lexer->depth - 1] : lexer->keeps;
}

static enum assay_status end_word(struct lexer *lexer, struct assay_error *err)
{
    if (lexer->words.len == lexer->word_at) {
        return ASSAY_OK;
    }
    TRY(buf_append_byte(&lexer->words, '\0', err));
    lexer->word_at = lexer->words.len;
    lexer->word_count++;
    return ASSAY_OK;
}

/* Takes the next character. Blanks divide words where nothing protects them; quotes do so only
 * outside of variables. */
static enum assay_status take(struct lexer *lexer, bool is_protected, struct assay_error *err)
{
    struct slice rest = slice_from(lexer->text, lexer->at);
    size_t blanks = dockerfile_blanks(rest);
    bool can_divide = lexer->depth == 0 ? !is_protected : lexer->open[0] != '"';
    if (can_divide && blanks > 0) {
        lexer->at += blanks;
        return end_word(lexer, err);
    }
    size_t len = rest.len > 0 ? 1 : 0;
    while (len < rest.len && (rest.ptr[len] & 0xC0) == 0x80) {
        len++;
    }
    lexer->at += len;
    return buf_append(&lexer->words, slice_first(rest, len), err);
}

static enum assay_status enter(struct lexer *lexer, uint8_t end, bool raw, struct assay_error *err)
{
    if (lexer->depth == LIMIT_EXPAND_DEPTH) {
        return FAIL(err, ASSAY_FILE_LIMIT, "quotes and variables are nested more than %d deep",
                    LIMIT_EXPAND_DEPTH);
    }
    lexer->open[lexer->depth] = end;
    lexer->raw[lexer->depth++] = raw;
    return ASSAY_OK;
}

/* ---- variables ---- */

static bool is_special(uint8_t byte)
{
    return byte != 0 && strchr("@*#?-$!0", byte) != NULL;
}

static bool is_alphanumeric(uint8_t byte)
{
    uint8_t lower = byte_to_lower(byte);
    return (lower >= 'a' && lower <= 'z') || (byte >= '0' && byte <= '9') || byte == '_';
}

static enum assay_status take_name(struct lexer *lexer, struct assay_error *err)
{
    bool is_number = peek(lexer) >= '1' && peek(lexer) <= '9';
    if (is_special(peek(lexer))) {
        return take(lexer, true, err);
    }
    while (is_alphanumeric(peek(lexer)) &&
           (!is_number || (peek(lexer) >= '0' && peek(lexer) <= '9'))) {
        TRY(take(lexer, true, err));
    }
    if (peek(lexer) >= 0x80) {
        return FAIL(err, ASSAY_FILE_SYNTAX,
                    "beside a here-document, the name of a variable is not ASCII");
    }
    return ASSAY_OK;
}

static enum assay_status take_dollar(struct lexer *lexer, struct assay_error *err)
{
    TRY(take(lexer, true, err));
    if (peek(lexer) != '{') {
        return is_special(peek(lexer)) ? take(lexer, true, err) : ASSAY_OK;
    }
    TRY(take(lexer, true, err));
    uint8_t first = peek(lexer);
    lexer->is_malformed |= first == 0 || first == '{' || first == '}' || first == ':';
    TRY(take_name(lexer, err));
    uint8_t operation = peek(lexer);
    TRY(take(lexer, true, err));
    if (operation == '}') {
        return ASSAY_OK;
    }
    if (operation == '/') {
        lexer->at += peek(lexer) == '/' ? 1 : 0;
        return enter(lexer, '/', true, err);
    }
    if (operation == ':') { /* any character may follow */
        operation = peek(lexer);
        TRY(take(lexer, false, err));
    } else {
        lexer->is_malformed |= operation == 0 || strchr("+-?#%", operation) == NULL;
    }
    return enter(lexer, '}', operation == '#' || operation == '%', err);
}

/* ---- all else ---- */

static enum assay_status take_quote(struct lexer *lexer, struct assay_error *err)
{
    bool is_single = peek(lexer) == '\'';
    if (!is_single && lexer->keeps) {
        TRY(take(lexer, true, err));
    } else if (!is_single) {
        lexer->at++;
    }
    if (!is_single) {
        return enter(lexer, '"', is_raw(lexer), err);
    }
    size_t end = lexer->at + 1 + slice_find(slice_from(lexer->text, lexer->at + 1), '\'');
    lexer->is_malformed |= end >= lexer->text.len;
    lexer->at += lexer->keeps ? 0 : 1;
    while (lexer->at < end && lexer->at < lexer->text.len) {
        TRY(take(lexer, true, err));
    }
    if (lexer->keeps) {
        return take(lexer, true, err);
    }
    lexer->at++;
    return ASSAY_OK;
}

static enum assay_status take_escape(struct lexer *lexer, struct assay_error *err)
{
    bool is_quoted = lexer->depth > 0 && lexer->open[lexer->depth - 1] == '"';
    uint8_t next = lexer->at + 1 < lexer->text.len ? lexer->text.ptr[lexer->at + 1] : 0;
    bool escapes = !is_quoted || next == '"' || next == '$' || next == '\\';
    if (is_raw(lexer) || !escapes) {
        TRY(take(lexer, true, err));
    } else {
        lexer->at++;
    }
    return escapes ? take(lexer, true, err) : ASSAY_OK;
}

/* Blanks behind "<<" belong to its word. */
static enum assay_status take_less(struct lexer *lexer, struct assay_error *err)
{
    TRY(take(lexer, true, err));
    if (peek(lexer) != '<') {
        return ASSAY_OK;
    }
    TRY(take(lexer, true, err));
    while (lexer->depth == 0 && dockerfile_blanks(slice_from(lexer->text, lexer->at)) > 0) {
        TRY(take(lexer, true, err));
    }
    return ASSAY_OK;
}

/* What is open on top ends here. */
static enum assay_status take_end(struct lexer *lexer, struct assay_error *err)
{
    uint8_t end = lexer->open[lexer->depth - 1];
    if (end != '"' || lexer->keeps) {
        TRY(take(lexer, true, err));
    } else {
        lexer->at++;
    }
    lexer->depth--;
    return end == '/' ? enter(lexer, '}', true, err) : ASSAY_OK;
}

static enum assay_status step(struct lexer *lexer, struct assay_error *err)
{
    uint8_t byte = peek(lexer);
    uint8_t end = lexer->depth > 0 ? lexer->open[lexer->depth - 1] : 0;
    if (lexer->depth > 0 && byte == end) {
        return take_end(lexer, err);
    }
    switch (byte) {
    case '$':
        return take_dollar(lexer, err);
    case '\\':
        return take_escape(lexer, err);
    case '\'':
    case '"':
        return end == '"' ? take(lexer, true, err) : take_quote(lexer, err);
    case '<':
        return end == '"' ? take(lexer, true, err) : take_less(lexer, err);
    default:
        return take(lexer, false, err);
    }
}

/* *ok false: the text cannot be split. */
static enum assay_status split(struct lexer *lexer, bool *ok, struct assay_error *err)
{
    while (lexer->at < lexer->text.len && !lexer->is_malformed) {
        TRY(step(lexer, err));
    }
    *ok = !lexer->is_malformed && lexer->depth == 0;
    return end_word(lexer, err);
}

/* What stands behind DIGITS<<[-]; empty: the word is no here-document. */
static struct slice name_in(struct slice word, struct dockerfile_heredoc *heredoc)
{
    struct slice arrow = SLICE_LITERAL("<<");
    size_t digits = 0;
    while (digits < word.len && word.ptr[digits] >= '0' && word.ptr[digits] <= '9') {
        digits++;
    }
    struct slice rest = slice_from(word, digits);
    if (!slice_has_prefix(rest, arrow)) {
        return SLICE_EMPTY;
    }
    rest = slice_from(rest, arrow.len);
    heredoc->skips_tabs = rest.len > 0 && rest.ptr[0] == '-';
    rest = slice_from(rest, heredoc->skips_tabs ? 1 : 0);
    size_t blanks_at = rest.len;
    while (rest.len > 0 && rest.ptr[0] != '\v' && rest.ptr[0] < 0x80 &&
           dockerfile_blanks(slice_first(rest, 1)) > 0) {
        rest = slice_from(rest, 1);
    }
    heredoc->has_blanks = rest.len < blanks_at;
    return slice_find(rest, '<') < rest.len ? SLICE_EMPTY : rest;
}

static enum assay_status take_heredoc(struct slice word, struct buf *names,
                                      struct dockerfile_heredoc *out, size_t *count,
                                      struct assay_error *err)
{
    struct dockerfile_heredoc heredoc = { 0 };
    bool ok = false;
    struct lexer lexer = { .text = name_in(word, &heredoc),
                           .words = BUF_INIT(LIMIT_SCAN_BYTES + 1) };
    if (lexer.text.len == 0) {
        return ASSAY_OK;
    }
    enum assay_status status = split(&lexer, &ok, err);
    if (status == ASSAY_OK && !ok) {
        status = FAIL(err, ASSAY_FILE_SYNTAX, "the name of a here-document is malformed: %.*s",
                      SLICE_ARGS(word));
    }
    if (status == ASSAY_OK && lexer.word_count == 1 && *count == LIMIT_HEREDOCS) {
        status = FAIL(err, ASSAY_FILE_LIMIT, "an instruction has more than %d here-documents",
                      LIMIT_HEREDOCS);
    }
    if (status == ASSAY_OK && lexer.word_count == 1) {
        size_t start = names->len;
        struct slice name = slice_first(buf_slice(&lexer.words), lexer.words.len - 1);
        status = buf_append(names, name, err);
        heredoc.name = slice_from(buf_slice(names), start);
        out[(*count)++] = heredoc;
    }
    buf_clear(&lexer.words);
    return status;
}

enum assay_status dockerfile_heredocs(struct slice line, struct buf *names,
                                      struct dockerfile_heredoc *out, size_t *count,
                                      struct assay_error *err)
{
    struct lexer lexer = { .text = line,
                           .keeps = true,
                           .words = BUF_INIT(2 * LIMIT_SCAN_BYTES + 1) };
    bool ok = false;
    *count = 0;
    buf_reset(names);
    if (slice_find(line, '\0') < line.len) {
        return FAIL(err, ASSAY_FILE_SYNTAX, "beside a here-document stands a NUL");
    }
    enum assay_status status = split(&lexer, &ok, err);
    /* names are parts of the line, so none of them moves while others are added */
    if (status == ASSAY_OK) {
        status = buf_reserve(names, line.len, err);
    }
    struct slice rest = ok ? buf_slice(&lexer.words) : SLICE_EMPTY;
    while (status == ASSAY_OK && rest.len > 0) {
        struct slice word = slice_first(rest, slice_find(rest, '\0'));
        rest = slice_from(rest, word.len + 1);
        status = take_heredoc(word, names, out, count, err);
    }
    buf_clear(&lexer.words);
    return status;
}
