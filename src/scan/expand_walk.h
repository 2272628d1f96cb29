/* SPDX-License-Identifier: Apache-2.0 */
/* Inside expand.c and expand_words.c: the walk over a text with variables. */
#ifndef SCAN_EXPAND_WALK_H
#define SCAN_EXPAND_WALK_H

#include "base/limits.h"
#include "scan/expand.h"

enum expand_kind {
    OPEN_TEXT,
    OPEN_QUOTE,      /* "..." */
    OPEN_WORD,       /* behind an operator, to "}" */
    OPEN_PATTERN,    /* behind "/", to the next "/" */
    OPEN_REPLACEMENT /* behind that, to "}" */
};

struct expand_open {
    enum expand_kind kind;
    uint8_t operation; /* '-', '+', '?', '#', '%', '/' */
    bool keeps_escapes;
    bool empty_is_unset;
    bool is_for_all; /* "//" */
    bool is_dead;    /* what is written here is cut off again */
    bool had_unset;  /* a name was unset before */
    size_t braces;   /* that are open within, in compose */
    size_t start;    /* in out */
    size_t middle;   /* in out: where the replacement begins */
    struct slice name;
    const char *value;
};

struct expand_walk {
    enum expand_dialect dialect;
    uint8_t escape;
    struct slice text;
    size_t at;
    const struct expand_names *names;
    struct buf *out;
    struct expand_result *result;
    size_t steps; /* that are left, where names has no budget */
    struct expand_open stack[LIMIT_EXPAND_DEPTH];
    size_t depth;
};

static inline struct expand_open *expand_top(struct expand_walk *walk)
{
    return &walk->stack[walk->depth - 1];
}

static inline bool expand_is_unset(const struct expand_open *open)
{
    return open->value == NULL || (open->empty_is_unset && open->value[0] == '\0');
}

/* At the end of out, within the limits. */
MUST_CHECK enum assay_status expand_put(struct expand_walk *walk, struct slice bytes,
                                        struct assay_error *err);
/* value NULL: nothing is written, and the name is noted. */
MUST_CHECK enum assay_status expand_put_value(struct expand_walk *walk, struct slice name,
                                              const char *value, struct assay_error *err);
/* The "}" of a word was read: what is open on top ends, and its value is written. */
MUST_CHECK enum assay_status expand_end_word(struct expand_walk *walk, struct assay_error *err);

#endif
