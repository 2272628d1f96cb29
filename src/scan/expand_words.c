/* SPDX-License-Identifier: Apache-2.0 */
/* What is written to a text with variables, and what the words within "${...}" come to. */
#include "scan/expand_walk.h"
#include "scan/pattern.h"

static enum assay_status spend(struct expand_walk *walk, size_t steps, struct assay_error *err)
{
    size_t *left = walk->names->budget != NULL ? walk->names->budget : &walk->steps;
    if (steps > *left) {
        return FAIL(err, ASSAY_FILE_LIMIT, "the variables take more than %lu steps",
                    LIMIT_EXPAND_STEPS);
    }
    *left -= steps;
    return ASSAY_OK;
}

enum assay_status expand_put(struct expand_walk *walk, struct slice bytes, struct assay_error *err)
{
    TRY(spend(walk, bytes.len + 1, err));
    if (walk->out->len + bytes.len > LIMIT_EXPAND_BYTES) {
        return FAIL(err, ASSAY_FILE_LIMIT, "a text with its variables is longer than %lu bytes",
                    LIMIT_EXPAND_BYTES);
    }
    return buf_append(walk->out, bytes, err);
}

static void cut(struct expand_walk *walk, size_t len)
{
    if (walk->out->len > len) {
        walk->out->len = len;
        walk->out->ptr[len] = '\0';
    }
}

/* Of what is cut off again, nothing is missed. */
static void note_unset(struct expand_walk *walk, struct slice name)
{
    char *noted = walk->result->unset_name;
    if (noted[0] == '\0') {
        struct slice kept = slice_first(name, sizeof(walk->result->unset_name) - 1);
        for (size_t i = 0; i < kept.len; i++) {
            noted[i] = (char)kept.ptr[i];
        }
        noted[kept.len] = '\0';
    }
}

enum assay_status expand_put_value(struct expand_walk *walk, struct slice name, const char *value,
                                   struct assay_error *err)
{
    if (value == NULL) {
        note_unset(walk, name);
        return ASSAY_OK;
    }
    return expand_put(walk, slice_from_string(value), err);
}

static struct slice written_since(const struct expand_walk *walk, size_t start)
{
    return slice_from(buf_slice(walk->out), start);
}

static enum assay_status end_demand(struct expand_walk *walk, const struct expand_open *open,
                                    struct assay_error *err)
{
    /* compose does not look at what it does not need */
    bool is_excused = walk->dialect == EXPAND_COMPOSE && open->is_dead;
    if (expand_is_unset(open) && !is_excused) {
        struct slice message = written_since(walk, open->start);
        return FAIL(err, ASSAY_FILE_SYNTAX, "\"%.*s\" needs a value%s%.*s", SLICE_ARGS(open->name),
                    message.len > 0 ? ": " : "", SLICE_ARGS(message));
    }
    cut(walk, open->start);
    return open->value == NULL ? ASSAY_OK : expand_put(walk, slice_from_string(open->value), err);
}

static enum assay_status spend_on_pattern(struct expand_walk *walk, struct slice pattern,
                                          struct slice value, struct assay_error *err)
{
    return spend(walk, (value.len + pattern.len + 1) * (pattern.len + 1), err);
}

static enum assay_status end_trim(struct expand_walk *walk, const struct expand_open *open,
                                  struct assay_error *err)
{
    struct slice pattern = written_since(walk, open->start);
    struct slice value = slice_from_string(open->value == NULL ? "" : open->value);
    bool is_prefix = open->operation == '#';
    bool is_long = pattern.len > 0 && pattern.ptr[0] == open->operation;
    bool found;
    size_t start;
    size_t end;
    pattern = slice_from(pattern, is_long ? 1 : 0);
    TRY(spend_on_pattern(walk, pattern, value, err));
    TRY(pattern_find(pattern, is_prefix ? PATTERN_PREFIX : PATTERN_SUFFIX, is_long, value, &found,
                     &start, &end, err));
    cut(walk, open->start);
    if (open->value == NULL) {
        return expand_put_value(walk, open->name, NULL, err);
    }
    if (found) {
        value = is_prefix ? slice_from(value, end) : slice_first(value, start);
    }
    return expand_put(walk, value, err);
}

/* The length of the character at the front of text. */
static size_t character_len(struct slice text)
{
    size_t len = 1;
    while (len < text.len && (text.ptr[len] & 0xC0) == 0x80) {
        len++;
    }
    return len;
}

static enum assay_status replace(struct expand_walk *walk, const struct expand_open *open,
                                 struct slice pattern, struct slice replacement,
                                 struct assay_error *err)
{
    struct slice rest = slice_from_string(open->value);
    bool is_behind_match = false;
    bool found = true;
    do {
        size_t start;
        size_t end;
        TRY(spend_on_pattern(walk, pattern, rest, err));
        TRY(pattern_find(pattern, PATTERN_ANYWHERE, true, rest, &found, &start, &end, err));
        if (!found) {
            break;
        }
        TRY(expand_put(walk, slice_first(rest, start), err));
        if (end > 0 || !is_behind_match) { /* nothing is not found right behind what was */
            TRY(expand_put(walk, replacement, err));
        }
        is_behind_match = start < end;
        rest = slice_from(rest, end);
        if (!is_behind_match && open->is_for_all && rest.len > 0) { /* or it never ends */
            size_t len = character_len(rest);
            TRY(expand_put(walk, slice_first(rest, len), err));
            rest = slice_from(rest, len);
        } else if (!is_behind_match) {
            break;
        }
    } while (open->is_for_all);
    return expand_put(walk, rest, err);
}

static enum assay_status end_replacement(struct expand_walk *walk, const struct expand_open *open,
                                         struct assay_error *err)
{
    struct slice both = written_since(walk, open->start);
    AUTO_BUF copy = BUF_INIT(LIMIT_EXPAND_BYTES);
    TRY(buf_append(&copy, both, err));
    cut(walk, open->start);
    if (open->value == NULL) {
        return expand_put_value(walk, open->name, NULL, err);
    }
    size_t middle = open->middle - open->start;
    struct slice pattern = slice_first(buf_slice(&copy), middle);
    struct slice replacement = slice_from(buf_slice(&copy), middle);
    if (open->is_for_all && slice_find(replacement, '$') < replacement.len) {
        return FAIL(err, ASSAY_FILE_SYNTAX, "\"$\" in the replacement of a pattern");
    }
    return replace(walk, open, pattern, replacement, err);
}

enum assay_status expand_end_word(struct expand_walk *walk, struct assay_error *err)
{
    const struct expand_open *open = expand_top(walk);
    bool is_unset = expand_is_unset(open);
    bool is_kept = open->operation == '-' ? is_unset : !is_unset;
    walk->depth--;
    switch (open->operation) {
    case '#':
    case '%':
        return end_trim(walk, open, err);
    case '/':
        return end_replacement(walk, open, err);
    default:
        break;
    }
    if (open->operation == '?' || !is_kept) {
        if (!open->had_unset) { /* what the word missed is not missed */
            walk->result->unset_name[0] = '\0';
        }
    }
    if (open->operation == '?') {
        return end_demand(walk, open, err);
    }
    if (is_kept) {
        return ASSAY_OK;
    }
    cut(walk, open->start);
    return open->operation == '+' ? ASSAY_OK
                                  : expand_put(walk, slice_from_string(open->value), err);
}
