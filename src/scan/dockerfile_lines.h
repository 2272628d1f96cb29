/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Dockerfile as instructions, each joined from its lines: without comments, continuations and
 * line ends, every byte knowing its place in the file. Directives at the top are read too.
 */
#ifndef SCAN_DOCKERFILE_LINES_H
#define SCAN_DOCKERFILE_LINES_H

#include "scan/lines.h"
#include "scan/scan.h"

/* A part of the joined text that stands in the file as it is. */
struct dockerfile_piece {
    size_t joined; /* where it begins in the joined text */
    size_t offset; /* in the file */
    size_t line;
    size_t line_offset; /* of the line that it is in */
};

struct dockerfile_lines {
    struct slice file;
    size_t file_index;
    struct scan_line at; /* the line that was read last */
    char escape;
    bool is_behind_directives;
    bool saw_escape;
    bool saw_syntax;
    bool saw_check;
    struct buf joined; /* the instruction that was read last */
    struct dockerfile_piece *pieces;
    size_t piece_count;
    size_t piece_cap;
    struct scan_spot column_of; /* the last place whose column was counted */
};

void dockerfile_lines_init(struct dockerfile_lines *lines, const struct scan_input *input);
void dockerfile_lines_clear(struct dockerfile_lines *lines);

/* *found false: there is no further instruction. Malformed directives become problems of scan. */
MUST_CHECK enum assay_status dockerfile_next(struct dockerfile_lines *lines, struct scan *scan,
                                             bool *found, struct assay_error *err);

/* Reads on behind the line that is name, its leading tabs left out where skips_tabs; false: there
 * is none. */
bool dockerfile_skip_heredoc(struct dockerfile_lines *lines, struct slice name, bool skips_tabs);

/* Where a part of the joined text stands. *is_whole: the file has these bytes in one piece. */
struct scan_spot dockerfile_spot(struct dockerfile_lines *lines, size_t start, size_t len,
                                 bool *is_whole);

/* A directive "# name = value"; marker is "#". */
bool dockerfile_directive(struct slice line, struct slice marker, struct slice *name,
                          struct slice *value);

/* The length of the white space of Unicode at the front of text. */
size_t dockerfile_blanks(struct slice text);

#endif
