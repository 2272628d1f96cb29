/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/dockerfile_words.h"

#include "scan/dockerfile_lines.h"

static bool is_word_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || (byte >= '\v' && byte <= '\r');
}

struct slice dockerfile_word(struct slice text, size_t *at)
{
    size_t start = *at;
    size_t end = start;
    while (end < text.len && !is_word_blank(text.ptr[end])) {
        end++;
    }
    *at = end;
    while (*at < text.len && is_word_blank(text.ptr[*at])) {
        (*at)++;
    }
    return slice_first(slice_from(text, start), end - start);
}

/* ---- flags ---- */

static enum assay_status read_flag(struct slice text, size_t *at, struct buf *word, bool *is_plain,
                                   struct assay_error *err)
{
    uint8_t quote = 0;
    *is_plain = true;
    while (*at < text.len) {
        uint8_t byte = text.ptr[*at];
        if (quote == 0 && dockerfile_blanks(slice_from(text, *at)) > 0) {
            break;
        }
        (*at)++;
        bool is_quote = byte == '"' || byte == '\'';
        if (is_quote && (quote == 0 || byte == quote)) {
            quote = quote == 0 ? byte : 0;
            *is_plain = false;
            continue;
        }
        if (byte == '\\') { /* whatever the escape directive says */
            *is_plain = false;
            if (*at == text.len) {
                break;
            }
            byte = text.ptr[(*at)++];
        }
        TRY(buf_append_byte(word, byte, err));
    }
    return ASSAY_OK;
}

enum assay_status dockerfile_flag(struct slice text, size_t *at, struct buf *word,
                                  struct dockerfile_flag *out, bool *found, struct assay_error *err)
{
    struct slice dashes = SLICE_LITERAL("--");
    size_t start = *at + dockerfile_blanks(slice_from(text, *at));
    *at = start;
    *found = slice_has_prefix(slice_from(text, start), dashes);
    if (!*found) {
        return ASSAY_OK;
    }
    *out = (struct dockerfile_flag){ .is_plain = true };
    buf_reset(word);
    TRY(read_flag(text, at, word, &out->is_plain, err));
    out->end = *at;
    *at += dockerfile_blanks(slice_from(text, *at));
    struct slice all = slice_from(buf_slice(word), dashes.len);
    *found = all.len > 0; /* "--" ends the flags */
    size_t equals = slice_find(all, '=');
    out->has_value = equals < all.len;
    out->name = slice_first(all, equals);
    out->value = slice_from(all, equals + 1);
    out->value_at =
        out->has_value ? start + slice_find(slice_from(text, start), '=') + 1 : out->end;
    return ASSAY_OK;
}

/* ---- ARG ---- */

struct slice dockerfile_quoted_word(struct slice text, char escape, size_t *at)
{
    uint8_t quote = 0;
    size_t start = *at + dockerfile_blanks(slice_from(text, *at));
    size_t end = start;
    while (end < text.len && (quote != 0 || dockerfile_blanks(slice_from(text, end)) == 0)) {
        uint8_t byte = text.ptr[end];
        if (byte == (uint8_t)escape && quote != '\'') {
            end++; /* and what it escapes */
        } else if (byte == quote) {
            quote = 0;
        } else if (quote == 0 && (byte == '"' || byte == '\'')) {
            quote = byte;
        }
        end++;
    }
    end = end < text.len ? end : text.len;
    *at = end;
    return slice_first(slice_from(text, start), end - start);
}

/* ---- JSON ---- */

/* A string at the front, and the blanks behind it; 0: there is none. */
static size_t json_string_len(struct slice text)
{
    size_t at = 1;
    while (at < text.len && text.ptr[at] != '"') {
        at += text.ptr[at] == '\\' ? 2 : 1;
    }
    return text.len == 0 || text.ptr[0] != '"' || at >= text.len
               ? 0
               : at + 1 + dockerfile_blanks(slice_from(text, at + 1));
}

bool dockerfile_begins_json(struct slice arguments)
{
    struct slice rest = slice_from(arguments, dockerfile_blanks(arguments));
    uint8_t before = '[';
    size_t len = 1;
    while (rest.len > 0 && rest.ptr[0] == before && len > 0) {
        rest = slice_from(rest, 1);
        rest = slice_from(rest, dockerfile_blanks(rest));
        if (before == '[' && rest.len > 0 && rest.ptr[0] == ']') {
            return true;
        }
        len = json_string_len(rest);
        rest = slice_from(rest, len);
        before = ',';
    }
    return before == ',' && len > 0 && rest.len > 0 && rest.ptr[0] == ']';
}
