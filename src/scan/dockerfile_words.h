/* SPDX-License-Identifier: Apache-2.0 */
/* The words of an instruction of a Dockerfile. Places are offsets in its joined text. */
#ifndef SCAN_DOCKERFILE_WORDS_H
#define SCAN_DOCKERFILE_WORDS_H

#include "base/buf.h"

/* Takes the word at *at, and the blanks behind it; empty at the end. */
struct slice dockerfile_word(struct slice text, size_t *at);

struct dockerfile_flag {
    struct slice name;  /* without "--" */
    struct slice value; /* its quotes and escapes taken away */
    bool has_value;
    bool is_plain;   /* it has neither */
    size_t value_at; /* of the value as it is written */
    size_t end;
};

/* Takes the flag at *at, and the blanks behind it. name and value stand in word, until the next
 * one. *found false: there is none; *at is then where the arguments begin. */
MUST_CHECK enum assay_status dockerfile_flag(struct slice text, size_t *at, struct buf *word,
                                             struct dockerfile_flag *out, bool *found,
                                             struct assay_error *err);

/* Takes the word of ARG at *at, quotes and escapes kept: these keep blanks in a word. */
struct slice dockerfile_quoted_word(struct slice text, char escape, size_t *at);

/* Whether a list of strings stands in front, as in JSON, whatever is behind it. */
bool dockerfile_begins_json(struct slice arguments);

struct dockerfile_heredoc {
    struct slice name; /* in names */
    bool skips_tabs;
    bool has_blanks; /* behind "<<" */
};

/* The here-documents that a line of RUN, COPY or ADD begins, at most LIMIT_HEREDOCS. A JSON array
 * begins none: all its "<<" stand in quotes.
 * ASSAY_FILE_SYNTAX: a name is malformed; ASSAY_FILE_LIMIT: there are more. */
MUST_CHECK enum assay_status dockerfile_heredocs(struct slice line, struct buf *names,
                                                 struct dockerfile_heredoc *out, size_t *count,
                                                 struct assay_error *err);

#endif
