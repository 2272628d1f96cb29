/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lexical level of JSON: white space, strings, numbers. It knows no nesting and builds no
 * errors; *why is a static text for one. Internal to json/.
 */
#ifndef JSON_SCAN_H
#define JSON_SCAN_H

#include "json/reader.h"

/* The number of leading bytes that a string may hold as they are: 0x20 to 0x7F but " and \. */
size_t scan_plain(struct slice bytes);
/* The same without vector instructions. */
size_t scan_plain_portable(struct slice bytes);

/* The number of leading bytes that are JSON white space. */
size_t scan_space(struct slice bytes);

/* text starts with the opening quote; out->raw.len + 2 bytes are used up. Validates escapes, UTF-8
 * and length. ASSAY_JSON_SYNTAX, ASSAY_JSON_UTF8, ASSAY_JSON_LIMIT. */
MUST_CHECK enum assay_status scan_string(struct slice text, enum json_form form, size_t max_bytes,
                                         struct json_string *out, const char **why);

struct scan_number {
    size_t len;
    bool is_integer; /* no fraction, no exponent */
    int64_t value;   /* if is_integer; within +-LIMIT_JSON_INTEGER */
};

/* text starts with '-' or a digit. ASSAY_JSON_SYNTAX, ASSAY_JSON_NUMBER (an integer literal that is
 * -0 or out of range), ASSAY_JSON_LIMIT. */
MUST_CHECK enum assay_status scan_number(struct slice text, struct scan_number *out,
                                         const char **why);

/* Walks through the decoded bytes of a scanned string. */
struct scan_cursor {
    struct slice raw;
    size_t pos;
    uint8_t unit[4]; /* UTF-8 of the last \u escape */
    size_t unit_pos;
    size_t unit_len;
};

static inline struct scan_cursor scan_cursor_of(struct json_string string)
{
    return (struct scan_cursor){ .raw = string.raw };
}

/* The next decoded byte, or -1 at the end. */
int scan_next(struct scan_cursor *cursor);

/* Order of the decoded bytes. */
int scan_compare(struct json_string a, struct json_string b);

#endif
