/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of a file. */
#ifndef SCAN_LINES_H
#define SCAN_LINES_H

#include "base/slice.h"

struct scan_line {
    struct slice text; /* without its line feed, and a carriage return before that */
    size_t number;     /* from 1 */
    size_t offset;     /* of text in the file */
    size_t next;       /* offset of the next line */
};

/* The line behind *line, which begins as all zero; false: there is none. */
static inline bool scan_line_next(struct slice file, struct scan_line *line)
{
    struct slice rest = slice_from(file, line->next);
    size_t end = slice_find(rest, '\n');
    if (rest.len == 0) {
        return false;
    }
    line->text = slice_first(rest, end);
    if (end > 0 && rest.ptr[end - 1] == '\r') {
        line->text.len--;
    }
    line->number++;
    line->offset = line->next;
    line->next += end < rest.len ? end + 1 : end;
    return true;
}

static inline bool scan_is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t';
}

/* How many blanks stand at the front. */
static inline size_t scan_blanks(struct slice text)
{
    size_t count = 0;
    while (count < text.len && scan_is_blank(text.ptr[count])) {
        count++;
    }
    return count;
}

#endif
