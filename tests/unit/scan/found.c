/* SPDX-License-Identifier: Apache-2.0 */
#include "found.h"

#include "base/limits.h"
#include "base/text.h"

#include <criterion/criterion.h>

/* Where line and column lead to; a BOM is no character. */
static size_t offset_of(struct slice file, const struct scan_spot *spot)
{
    size_t line = 1;
    size_t column = 1;
    size_t offset = slice_has_prefix(file, SLICE_LITERAL(TEXT_BOM)) ? strlen(TEXT_BOM) : 0;
    for (; offset < file.len && (line < spot->line || column < spot->column); offset++) {
        bool ends_line = file.ptr[offset] == '\n';
        bool ends_character = offset + 1 == file.len || (file.ptr[offset + 1] & 0xC0U) != 0x80U;
        line += ends_line;
        column = ends_line ? 1 : column + ends_character;
    }
    return offset;
}

static void show(const struct scan_reference *reference, struct slice file, struct buf *out)
{
    const struct scan_spot *spot = &reference->spot;
    const char *mark = reference->is_rewritable ? "" : "~";
    cr_expect_eq(reference->text == NULL, reference->problem != NULL, "%s", reference->written);
    if (reference->is_rewritable) {
        cr_assert_leq(spot->offset + spot->length, file.len, "%s", reference->written);
        struct slice bytes = slice_first(slice_from(file, spot->offset), spot->length);
        cr_expect(slice_is(bytes, reference->text), "bytes of %s", reference->text);
        cr_expect_str_eq(reference->text, reference->written);
        cr_expect_eq(offset_of(file, spot), spot->offset, "place of %s", reference->text);
    }
    cr_assert_eq(buf_printf(out, NULL, "%zu:%zu %s%s (%s)", spot->line, spot->column,
                            reference->text == NULL ? "?" : mark,
                            reference->text == NULL ? reference->written : reference->text,
                            reference->owner),
                 ASSAY_OK);
    if (reference->platform != NULL) {
        cr_assert_eq(buf_printf(out, NULL, " %s", reference->platform), ASSAY_OK);
    }
    cr_assert_eq(buf_append_byte(out, '\n', NULL), ASSAY_OK);
}

void found_show(struct scan *scan, struct slice file, struct buf *out)
{
    cr_assert_eq(scan_finish(scan, NULL), ASSAY_OK);
    for (size_t i = 0; i < scan->reference_count; i++) {
        show(&scan->references[i], file, out);
    }
    for (size_t i = 0; i < scan->problem_count; i++) {
        const struct scan_problem *problem = &scan->problems[i];
        cr_expect_gt(strlen(problem->message), 5);
        cr_assert_eq(buf_printf(out, NULL, "!%zu:%zu\n", problem->spot.line, problem->spot.column),
                     ASSAY_OK);
    }
}

void found_check(enum assay_status (*find)(struct scan *, const struct scan_input *,
                                           struct assay_error *),
                 const struct found_row *rows, size_t count, const char *custom)
{
    for (size_t i = 0; i < count; i++) {
        const struct found_row *row = &rows[i];
        const struct scan_options options = { .custom = &custom, .custom_count = custom != NULL };
        struct scan scan;
        AUTO_BUF found = BUF_INIT(4 * KIB);
        struct scan_input input = { .text = slice_from_string(row->file), .directory = "" };
        scan_init(&scan, NULL, &options);
        cr_assert_eq(scan_add_file(&scan, "f", "f", &input.file, NULL), ASSAY_OK);
        cr_assert_eq(find(&scan, &input, NULL), ASSAY_OK, "%s", row->file);
        found_show(&scan, input.text, &found);
        cr_expect_str_eq(buf_text(&found), row->found, "%s\n--- found\n%s--- expected\n%s",
                         row->file, buf_text(&found), row->found);
        scan_clear(&scan);
    }
}
