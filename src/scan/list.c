/* SPDX-License-Identifier: Apache-2.0 */
/* One reference a line. "#" at the front of a line, or behind a blank, begins a comment. */
#include "base/limits.h"
#include "base/text.h"
#include "scan/lines.h"
#include "scan/scan.h"

/* What stands before the comment, without blanks at its end. */
static struct slice without_comment(struct slice text)
{
    size_t end = 0;
    while (end < text.len &&
           (text.ptr[end] != '#' || (end > 0 && !scan_is_blank(text.ptr[end - 1])))) {
        end++;
    }
    while (end > 0 && scan_is_blank(text.ptr[end - 1])) {
        end--;
    }
    return slice_first(text, end);
}

static enum assay_status take_line(struct scan *scan, const struct scan_input *input,
                                   const struct scan_line *line, struct assay_error *err)
{
    size_t before = scan_blanks(line->text);
    struct slice text = without_comment(slice_from(line->text, before));
    if (text.len == 0) {
        return ASSAY_OK;
    }
    struct scan_spot spot = { input->file, line->number, before + 1, line->offset + before,
                              text.len };
    if (slice_find(text, '\0') != text.len) {
        return scan_add_problem(scan, &spot, ASSAY_FILE_SYNTAX, err, "the line holds a NUL");
    }
    AUTO_BUF copy = BUF_INIT(LIMIT_SCAN_BYTES);
    TRY(buf_append(&copy, text, err));
    struct scan_reference found = { .spot = spot,
                                    .place = SCAN_LIST,
                                    .owner = "",
                                    .written = buf_text(&copy),
                                    .text = buf_text(&copy),
                                    .is_rewritable = true };
    return scan_add(scan, &found, err);
}

enum assay_status scan_list(struct scan *scan, const struct scan_input *input,
                            struct assay_error *err)
{
    bool has_bom = slice_has_prefix(input->text, SLICE_LITERAL(TEXT_BOM));
    struct scan_line line = { .next = has_bom ? sizeof(TEXT_BOM) - 1 : 0 };
    while (scan_line_next(input->text, &line)) {
        TRY(take_line(scan, input, &line, err));
    }
    return ASSAY_OK;
}
