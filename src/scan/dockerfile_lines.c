/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/dockerfile_lines.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

void dockerfile_lines_init(struct dockerfile_lines *lines, const struct scan_input *input)
{
    bool has_bom = slice_has_prefix(input->text, SLICE_LITERAL(TEXT_BOM));
    *lines = (struct dockerfile_lines){ .file = input->text,
                                        .file_index = input->file,
                                        .at = { .next = has_bom ? sizeof(TEXT_BOM) - 1 : 0 },
                                        .escape = '\\',
                                        .joined = BUF_INIT(LIMIT_SCAN_BYTES + 1) };
}

void dockerfile_lines_clear(struct dockerfile_lines *lines)
{
    buf_clear(&lines->joined);
    mem_free(lines->pieces);
    lines->pieces = NULL;
}

/* ---- white space ---- */

static bool is_ascii_space(uint8_t byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* Of the character at the front; 0: it is none. */
static size_t space_len(struct slice text)
{
    static const char *const wide[] = {
        "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81",
        "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86",
        "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8",
        "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"
    };
    if (text.len == 0 || text.ptr[0] < 0x80) {
        return text.len > 0 && is_ascii_space(text.ptr[0]) ? 1 : 0;
    }
    for (size_t i = 0; i < ARRAY_LEN(wide); i++) {
        struct slice space = slice_from_string(wide[i]);
        if (slice_has_prefix(text, space)) {
            return space.len;
        }
    }
    return 0;
}

size_t dockerfile_blanks(struct slice text)
{
    size_t all = 0;
    for (size_t len = space_len(text); len > 0; len = space_len(slice_from(text, all))) {
        all += len;
    }
    return all;
}

/* ---- directives ---- */

static bool is_letter(uint8_t byte)
{
    uint8_t lower = byte_to_lower(byte);
    return lower >= 'a' && lower <= 'z';
}

static size_t narrow_blanks(struct slice text)
{
    size_t len = 0;
    while (len < text.len && is_ascii_space(text.ptr[len]) && text.ptr[len] != '\v') {
        len++;
    }
    return len;
}

bool dockerfile_directive(struct slice line, struct slice marker, struct slice *name,
                          struct slice *value)
{
    if (!slice_has_prefix(line, marker)) {
        return false;
    }
    struct slice rest = slice_from(line, marker.len);
    rest = slice_from(rest, dockerfile_blanks(rest));
    size_t len = 0;
    while (len < rest.len && (is_letter(rest.ptr[len]) ||
                              (len > 0 && rest.ptr[len] >= '0' && rest.ptr[len] <= '9'))) {
        len++;
    }
    *name = slice_first(rest, len);
    rest = slice_from(rest, len);
    rest = slice_from(rest, narrow_blanks(rest));
    if (len == 0 || rest.len == 0 || rest.ptr[0] != '=') {
        return false;
    }
    rest = slice_from(rest, 1);
    rest = slice_from(rest, narrow_blanks(rest));
    while (rest.len > 0 && narrow_blanks(slice_from(rest, rest.len - 1)) == 1) {
        rest.len--;
    }
    *value = rest;
    return rest.len > 0;
}

/* A line that is no directive ends them. */
static enum assay_status read_directive(struct dockerfile_lines *lines, struct scan *scan,
                                        struct slice line, struct assay_error *err)
{
    struct slice name;
    struct slice value;
    bool *saw = NULL;
    if (dockerfile_directive(line, SLICE_LITERAL("#"), &name, &value)) {
        saw = slice_is_ignoring_case(name, "escape")   ? &lines->saw_escape
              : slice_is_ignoring_case(name, "syntax") ? &lines->saw_syntax
              : slice_is_ignoring_case(name, "check")  ? &lines->saw_check
                                                       : NULL;
    }
    if (saw == NULL) {
        lines->is_behind_directives = true;
        return ASSAY_OK;
    }
    bool is_repeated = *saw;
    bool is_escape = saw == &lines->saw_escape;
    bool is_known = !is_escape || slice_is(value, "\\") || slice_is(value, "`");
    *saw = true;
    if (is_repeated || !is_known) {
        struct scan_spot spot = { lines->file_index, lines->at.number, 1, lines->at.offset,
                                  lines->at.text.len };
        return scan_add_problem(scan, &spot, ASSAY_FILE_SYNTAX, err,
                                is_repeated ? "the directive \"%.*s\" is given twice"
                                            : "the directive \"%.*s\" is neither \"\\\" nor \"`\"",
                                SLICE_ARGS(name));
    }
    if (is_escape) {
        lines->escape = (char)value.ptr[0];
    }
    return ASSAY_OK;
}

/* ---- joining ---- */

static struct slice without_returns(struct slice text)
{
    while (text.len > 0 && text.ptr[text.len - 1] == '\r') {
        text.len--;
    }
    return text;
}

/* Takes the escape at the end away. */
static bool goes_on(const struct dockerfile_lines *lines, struct slice *text)
{
    size_t end = text->len;
    while (end > 0 && scan_is_blank(text->ptr[end - 1])) {
        end--;
    }
    bool is_escape = end > 0 && text->ptr[end - 1] == (uint8_t)lines->escape;
    if (!is_escape || (end > 1 && text->ptr[end - 2] == (uint8_t)lines->escape)) {
        return false;
    }
    text->len = end - 1;
    return true;
}

static enum assay_status add_piece(struct dockerfile_lines *lines, struct slice text,
                                   struct assay_error *err)
{
    struct dockerfile_piece piece = { .joined = lines->joined.len,
                                      .offset = (size_t)(text.ptr - lines->file.ptr),
                                      .line = lines->at.number,
                                      .line_offset = lines->at.offset };
    TRY(mem_grow(&lines->pieces, lines->piece_count, &lines->piece_cap, sizeof(piece), err));
    lines->pieces[lines->piece_count++] = piece;
    return buf_append(&lines->joined, text, err);
}

static bool is_comment(struct slice text)
{
    struct slice rest = slice_from(text, dockerfile_blanks(text));
    return rest.len > 0 && rest.ptr[0] == '#';
}

enum assay_status dockerfile_next(struct dockerfile_lines *lines, struct scan *scan, bool *found,
                                  struct assay_error *err)
{
    bool is_open = false;
    buf_reset(&lines->joined);
    lines->piece_count = 0;
    while (scan_line_next(lines->file, &lines->at)) {
        struct slice text = without_returns(lines->at.text);
        size_t blanks = dockerfile_blanks(text);
        if (!is_open && !lines->is_behind_directives) {
            TRY(read_directive(lines, scan, slice_from(text, blanks), err));
        }
        if (blanks == text.len || is_comment(text)) {
            continue; /* within an instruction too */
        }
        text = is_open ? text : slice_from(text, blanks);
        is_open = goes_on(lines, &text);
        TRY(add_piece(lines, text, err));
        if (!is_open) {
            break;
        }
    }
    *found = lines->piece_count > 0;
    return ASSAY_OK;
}

bool dockerfile_skip_heredoc(struct dockerfile_lines *lines, struct slice name, bool skips_tabs)
{
    while (scan_line_next(lines->file, &lines->at)) {
        struct slice text = without_returns(lines->at.text);
        while (skips_tabs && text.len > 0 && text.ptr[0] == '\t') {
            text = slice_from(text, 1);
        }
        if (slice_equal(text, name)) {
            return true;
        }
    }
    return false;
}

/* ---- places ---- */

static const struct dockerfile_piece *find_piece(const struct dockerfile_lines *lines,
                                                 size_t joined)
{
    size_t low = 0;
    size_t high = lines->piece_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (lines->pieces[middle].joined <= joined) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return &lines->pieces[low];
}

struct scan_spot dockerfile_spot(struct dockerfile_lines *lines, size_t start, size_t len,
                                 bool *is_whole)
{
    const struct dockerfile_piece *first = find_piece(lines, start);
    const struct dockerfile_piece *last = find_piece(lines, len == 0 ? start : start + len - 1);
    struct scan_spot spot = { .file = lines->file_index,
                              .line = first->line,
                              .column = 1,
                              .offset = first->offset + (start - first->joined) };
    size_t end = last->offset + (start + len - last->joined);
    size_t from = first->line_offset;
    const struct scan_spot *known = &lines->column_of; /* on this line: it is not counted again */
    if (known->line == spot.line && known->offset <= spot.offset) {
        from = known->offset;
        spot.column = known->column;
    }
    for (size_t i = from; i < spot.offset; i++) {
        spot.column += (lines->file.ptr[i] & 0xC0) != 0x80;
    }
    spot.length = end - spot.offset;
    *is_whole = first == last;
    lines->column_of = spot;
    return spot;
}
