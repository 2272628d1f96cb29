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
    struct pattern_match match;
    pattern = slice_from(pattern, is_long ? 1 : 0);
    TRY(spend_on_pattern(walk, pattern, value, err));
    TRY(pattern_find(pattern, is_prefix ? PATTERN_PREFIX : PATTERN_SUFFIX, is_long, value, &match,
                     err));
    cut(walk, open->start);
    if (open->value == NULL) {
        return expand_put_value(walk, open->name, NULL, err);
    }
    if (match.found) {
        value = is_prefix ? slice_from(value, match.end) : slice_first(value, match.start);
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

struct replacing {
    struct slice pattern;
    struct slice by;
    struct slice rest; /* of the value */
    bool is_for_all;
    bool is_behind_match;
    bool is_done;
};

/* Replaces the next match. Nothing at all is not replaced right behind what was. */
static enum assay_status replace_next(struct expand_walk *walk, struct replacing *state,
                                      struct assay_error *err)
{
    struct pattern_match match;
    TRY(spend_on_pattern(walk, state->pattern, state->rest, err));
    TRY(pattern_find(state->pattern, PATTERN_ANYWHERE, true, state->rest, &match, err));
    if (!match.found) {
        state->is_done = true;
        return ASSAY_OK;
    }
    bool is_empty = match.start == match.end;
    TRY(expand_put(walk, slice_first(state->rest, match.start), err));
    if (match.end > 0 || !state->is_behind_match) {
        TRY(expand_put(walk, state->by, err));
    }
    state->rest = slice_from(state->rest, match.end);
    state->is_behind_match = !is_empty;
    state->is_done = !state->is_for_all || (is_empty && state->rest.len == 0);
    if (is_empty && !state->is_done) { /* one character on, or it never ends */
        struct slice skipped = slice_first(state->rest, character_len(state->rest));
        state->rest = slice_from(state->rest, skipped.len);
        return expand_put(walk, skipped, err);
    }
    return ASSAY_OK;
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
    struct replacing state = { .pattern = pattern,
                               .by = replacement,
                               .rest = slice_from_string(open->value),
                               .is_for_all = open->is_for_all };
    while (!state.is_done) {
        TRY(replace_next(walk, &state, err));
    }
    return expand_put(walk, state.rest, err);
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
