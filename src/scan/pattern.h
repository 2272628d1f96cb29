/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The patterns of ${NAME#pattern} and its family in Dockerfiles: "*" is any text, "?" any
 * character, and a backslash takes their meaning from "*", "?", "\", "/" and "}". There are no
 * brackets.
 */
#ifndef SCAN_PATTERN_H
#define SCAN_PATTERN_H

#include "base/buf.h"

enum pattern_use {
    PATTERN_PREFIX,  /* #, ##: at the front of the value */
    PATTERN_SUFFIX,  /* %, %%: at its end */
    PATTERN_ANYWHERE /* /, //: the first place, as long as can be */
};

struct pattern_match {
    bool found;
    size_t start; /* in the value */
    size_t end;
};

/* The part of value that pattern matches. is_long: of several at one place the longest.
 * ASSAY_FILE_SYNTAX: pattern is malformed. */
MUST_CHECK enum assay_status pattern_find(struct slice pattern, enum pattern_use use, bool is_long,
                                          struct slice value, struct pattern_match *out,
                                          struct assay_error *err);

#endif
