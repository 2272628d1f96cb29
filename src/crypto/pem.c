/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/pem.h"

#include "base/limits.h"
#include "base/text.h"

#define PEM_LINE_CHARS 64

/* Takes a line off the front, without its line feed. */
static bool take_line(struct slice *text, struct slice *line)
{
    size_t end = slice_find(*text, '\n');
    if (end == text->len) {
        return false;
    }
    *line = slice_first(*text, end);
    *text = slice_from(*text, end + 1);
    return true;
}

/* Whether the line is "-----BEGIN LABEL-----", or END. */
static bool is_mark(struct slice line, const char *begin_or_end, const char *label)
{
    struct slice word = slice_from_string(begin_or_end);
    struct slice name = slice_from_string(label);
    return line.len == word.len + name.len + 5 && slice_has_prefix(line, word) &&
           slice_has_prefix(slice_from(line, word.len), name) &&
           slice_has_suffix(line, SLICE_LITERAL("-----"));
}

/* Appends the base64 between the marks. */
static enum assay_status take_base64(struct slice *pem, const char *label,
                                     enum assay_status malformed, struct buf *base64,
                                     struct assay_error *err)
{
    struct slice line;
    if (!take_line(pem, &line) || !is_mark(line, "-----BEGIN ", label)) {
        return FAIL(err, malformed, "PEM: expected a %s block and nothing around it", label);
    }
    bool ended = false; /* by a short line: only the last one may be short */
    for (;;) {
        if (!take_line(pem, &line)) {
            return FAIL(err, malformed,
                        "PEM: expected lines that end in a line feed, the last one too");
        }
        if (is_mark(line, "-----END ", label)) {
            return ASSAY_OK;
        }
        if (ended || line.len == 0 || line.len > PEM_LINE_CHARS) {
            return FAIL(err, malformed, "PEM: expected lines of %d characters of base64",
                        PEM_LINE_CHARS);
        }
        ended = line.len < PEM_LINE_CHARS;
        TRY(buf_append(base64, line, err));
    }
}

enum assay_status pem_take(struct slice *pem, const char *label, enum assay_status malformed,
                           struct buf *der, struct assay_error *err)
{
    AUTO_BUF base64 = BUF_INIT(LIMIT_KEY_BYTES);
    size_t len = 0;
    TRY(take_base64(pem, label, malformed, &base64, err));
    TRY(buf_reserve(der, base64.len, err));
    if (base64_decode(buf_slice(&base64), der->ptr + der->len, base64.len, &len, NULL) !=
        ASSAY_OK) {
        return FAIL(err, malformed, "PEM: expected padded base64 and nothing else");
    }
    der->len += len;
    return ASSAY_OK;
}
