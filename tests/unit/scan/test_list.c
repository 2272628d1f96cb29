/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/scan.h"

#include <criterion/criterion.h>

TestSuite(scan_list, .timeout = 60);

struct row {
    const char *file;
    const char *found; /* LINE:COLUMN+OFFSET text, a blank behind each */
};

static const struct row rows[] = {
    { "", "" },
    { "\n\n  \n\t\r\n", "" },
    { "alpine", "1:1+0(alpine) " },
    { "alpine\n", "1:1+0(alpine) " },
    { "alpine:3\nbusybox\n", "1:1+0(alpine:3) 2:1+9(busybox) " },
    { "alpine:3\r\nbusybox\r\n", "1:1+0(alpine:3) 2:1+10(busybox) " },
    { "\n  \t alpine \t\n", "2:5+5(alpine) " },
    { "# alpine\n#busybox\n  # c\nalpine", "4:1+24(alpine) " },
    { "alpine # pinned later\n", "1:1+0(alpine) " },
    { "alpine\t#c\n", "1:1+0(alpine) " },
    { "alpine#c\n", "1:1+0(alpine#c) " }, /* no blank before it: no comment */
    { "a b\n", "1:1+0(a b) " },           /* left to the grammar of references */
    { "a\rb\n", "1:1+0(a\rb) " },
    { "\xEF\xBB\xBF alpine\n\xEF\xBB\xBFx\n", "1:2+4(alpine) 2:1+11(\xEF\xBB\xBFx) " },
    { "docker://alpine\n", "1:1+0(docker://alpine) " },
    { "${IMAGE}\n", "1:1+0(${IMAGE}) " },
};

static void check_row(const struct row *row)
{
    static const struct scan_options options;
    struct scan scan;
    AUTO_BUF found = BUF_INIT(4096);
    struct scan_input input = { .text = slice_from_string(row->file) };
    scan_init(&scan, NULL, &options);
    cr_assert_eq(scan_list(&scan, &input, NULL), ASSAY_OK);
    cr_expect_eq(scan.problem_count, 0, "%s", row->file);
    for (size_t i = 0; i < scan.reference_count; i++) {
        const struct scan_reference *reference = &scan.references[i];
        const struct scan_spot *spot = &reference->spot;
        cr_expect_eq(reference->place, SCAN_LIST);
        cr_expect(reference->is_rewritable);
        cr_expect_str_eq(reference->text, reference->written);
        cr_expect(slice_is(slice_of(row->file + spot->offset, spot->length), reference->written),
                  "%s: bytes of %s", row->file, reference->written);
        cr_assert_eq(buf_printf(&found, NULL, "%zu:%zu+%zu(%s) ", spot->line, spot->column,
                                spot->offset, reference->text),
                     ASSAY_OK);
    }
    cr_expect_str_eq(buf_text(&found), row->found, "%s: %s", row->file, buf_text(&found));
    scan_clear(&scan);
}

Test(scan_list, lines)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        check_row(&rows[i]);
    }
}

Test(scan_list, a_line_with_a_nul_is_a_problem_and_the_rest_is_read)
{
    static const struct scan_options options;
    struct scan scan;
    struct scan_input input = { .text = SLICE_LITERAL("a\nb\0c\nd\n") };
    scan_init(&scan, NULL, &options);
    cr_assert_eq(scan_list(&scan, &input, NULL), ASSAY_OK);
    cr_assert_eq(scan.reference_count, 2);
    cr_expect_str_eq(scan.references[1].text, "d");
    cr_assert_eq(scan.problem_count, 1);
    cr_expect_eq(scan.problems[0].status, ASSAY_FILE_SYNTAX);
    cr_expect_eq(scan.problems[0].spot.line, 2);
    scan_clear(&scan);
}
