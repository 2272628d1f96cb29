/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comments that ask to ignore rules: # assay ignore=RULE[,RULE...] reason="why"
 * The finder knows no language: "#" at the front of a line or behind a blank, with these words
 * behind it, is one. Where a language would not call it a comment, it can only be unused.
 */
#include "base/limits.h"
#include "scan/lines.h"
#include "scan/scan.h"

/* Takes a word from the front of text. */
static bool take(struct slice *text, struct slice word)
{
    bool is_there = slice_has_prefix(*text, word);
    *text = slice_from(*text, is_there ? word.len : 0);
    return is_there;
}

/* What stands behind "ignore"; *out begins with "=" where it is well-formed. */
static bool begins(struct slice comment, struct slice *out)
{
    struct slice rest = slice_from(comment, 1);
    rest = slice_from(rest, scan_blanks(rest));
    if (!take(&rest, SLICE_LITERAL("assay")) || scan_blanks(rest) == 0) {
        return false;
    }
    rest = slice_from(rest, scan_blanks(rest));
    *out = rest;
    if (!take(out, SLICE_LITERAL("ignore"))) {
        return false;
    }
    rest = slice_from(*out, scan_blanks(*out));
    return rest.len > 0 && rest.ptr[0] == '=';
}

/* The offset of the comment in the line; its end: there is none. */
static size_t find_comment(struct slice line, struct slice *rest)
{
    for (size_t i = slice_find(line, '#'); i < line.len;
         i += 1 + slice_find(slice_from(line, i + 1), '#')) {
        bool may_begin = i == 0 || scan_is_blank(line.ptr[i - 1]);
        if (may_begin && begins(slice_from(line, i), rest)) {
            return i;
        }
    }
    return line.len;
}

static bool is_rule_byte(uint8_t byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-';
}

static enum assay_status take_rules(struct scan *scan, struct slice *rest,
                                    struct scan_ignore *ignore, struct assay_error *err)
{
    const char *rules[LIMIT_IGNORE_RULES];
    size_t count = 0;
    do {
        struct slice id = { rest->ptr, 0 };
        while (id.len < rest->len && is_rule_byte(rest->ptr[id.len])) {
            id.len++;
        }
        if (id.len == 0) {
            ignore->problem = "a rule's id is missing behind 'ignore=' or a comma";
            return ASSAY_OK;
        }
        if (count == ARRAY_LEN(rules)) {
            ignore->problem = "it names too many rules";
            return ASSAY_OK;
        }
        TRY(arena_copy_text(&scan->arena, id, &rules[count++], err));
        *rest = slice_from(*rest, id.len);
    } while (take(rest, SLICE_LITERAL(",")));
    TRY(arena_alloc(&scan->arena, count, sizeof(*rules), &ignore->rules, err));
    for (size_t i = 0; i < count; i++) {
        ignore->rules[i] = rules[i];
    }
    ignore->rule_count = count;
    return ASSAY_OK;
}

static enum assay_status take_reason(struct scan *scan, struct slice rest,
                                     struct scan_ignore *ignore, struct assay_error *err)
{
    size_t blanks = scan_blanks(rest);
    rest = slice_from(rest, blanks);
    if (blanks == 0 && rest.len > 0) {
        ignore->problem = "a rule's id has only the letters a to z, digits and '-'";
        return ASSAY_OK;
    }
    if (!take(&rest, SLICE_LITERAL("reason=\""))) {
        ignore->problem = "it gives no reason=\"...\" behind the rules";
        return ASSAY_OK;
    }
    struct slice reason = slice_first(rest, slice_find(rest, '"'));
    struct slice behind = slice_from(rest, reason.len + 1);
    if (reason.len == rest.len) {
        ignore->problem = "the quote behind the reason is missing";
    } else if (scan_blanks(reason) == reason.len) {
        ignore->problem = "its reason is empty";
    } else if (scan_blanks(behind) != behind.len) {
        ignore->problem = "something stands behind its reason";
    } else if (slice_find(reason, '\0') != reason.len) {
        ignore->problem = "its reason holds a NUL";
    } else {
        TRY(arena_copy_text(&scan->arena, reason, &ignore->reason, err));
    }
    return ASSAY_OK;
}

static enum assay_status take_comment(struct scan *scan, struct slice rest,
                                      struct scan_ignore *ignore, struct assay_error *err)
{
    if (!take(&rest, SLICE_LITERAL("="))) {
        ignore->problem = "a blank stands before '='";
        return ASSAY_OK;
    }
    TRY(take_rules(scan, &rest, ignore, err));
    return ignore->problem != NULL ? ASSAY_OK : take_reason(scan, rest, ignore, err);
}

static size_t count_characters(struct slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        count += (text.ptr[i] & 0xC0U) != 0x80U;
    }
    return count;
}

/* Comments that stand alone wait for the line that they speak of: those from *waiting on. */
static enum assay_status take_line(struct scan *scan, const struct scan_input *input,
                                   const struct scan_line *line, size_t *waiting,
                                   struct assay_error *err)
{
    struct slice rest = SLICE_EMPTY;
    size_t blanks = scan_blanks(line->text);
    size_t at = find_comment(line->text, &rest);
    bool is_bare = blanks == line->text.len || line->text.ptr[blanks] == '#';
    while (!is_bare && *waiting < scan->ignore_count) {
        scan->ignores[(*waiting)++].line = line->number;
    }
    if (at == line->text.len) {
        return ASSAY_OK;
    }
    struct scan_spot spot = { input->file, line->number,
                              count_characters(slice_first(line->text, at)) + 1, line->offset + at,
                              line->text.len - at };
    struct scan_ignore ignore = { .spot = spot, .line = line->number };
    TRY(take_comment(scan, rest, &ignore, err));
    TRY(scan_add_ignore(scan, &ignore, err));
    *waiting = is_bare ? *waiting : scan->ignore_count;
    return ASSAY_OK;
}

enum assay_status scan_ignores(struct scan *scan, const struct scan_input *input,
                               struct assay_error *err)
{
    static const char word[] = "assay";
    struct scan_line line = { 0 };
    size_t waiting = scan->ignore_count;
    if (input->text.len == 0 ||
        memmem(input->text.ptr, input->text.len, word, sizeof(word) - 1) == NULL) {
        return ASSAY_OK; /* most files */
    }
    while (scan_line_next(input->text, &line)) {
        TRY(take_line(scan, input, &line, &waiting, err));
    }
    return ASSAY_OK;
}
