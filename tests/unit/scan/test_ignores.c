/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "scan/scan.h"

#include <criterion/criterion.h>

TestSuite(scan_ignores, .timeout = 60);

struct row {
    const char *file;
    const char *found; /* PLACE>LINE rules(reason), or PLACE>LINE !, a blank behind each */
};

static const struct row rows[] = {
    { "", "" },
    { "FROM a\n", "" },
    { "# assay is a tool\nFROM a\n", "" },
    { "# assay ignore the rest\nFROM a\n", "" },
    { "# assay ignored=x reason=\"y\"\n", "" },
    { "# not assay ignore=x reason=\"y\"\n", "" },
    { "# Assay ignore=x reason=\"y\"\n", "" },
    { "assay ignore=x reason=\"y\"\n", "" },
    { "image: a# assay ignore=x reason=\"y\"\n", "" }, /* no blank before it: no comment */
    /* on a line of its own: the next that is no comment */
    { "# assay ignore=user-root reason=\"y\"\nFROM a\n", "1:1>2 user-root(y) " },
    { "#assay ignore=x reason=\"y\"\nFROM a\n", "1:1>2 x(y) " },
    { "  #\tassay  ignore=x \t reason=\"y\" \nFROM a\n", "1:3>2 x(y) " },
    { "# assay ignore=x reason=\"y\"\r\nFROM a\r\n", "1:1>2 x(y) " },
    { "# assay ignore=x reason=\"y\"\n\n# more\n   # c\n \t\nFROM a\n", "1:1>6 x(y) " },
    { "# assay ignore=x reason=\"y\"\n# assay ignore=z reason=\"y\"\nFROM a\nFROM b\n",
      "1:1>3 x(y) 2:1>3 z(y) " },
    { "# assay ignore=x reason=\"y\"\na\n# assay ignore=z reason=\"y\"\nb",
      "1:1>2 x(y) 3:1>4 z(y) " },
    { "# assay ignore=x reason=\"y\"", "1:1>1 x(y) " }, /* speaks of nothing */
    { "# assay ignore=x reason=\"y\"\n# c\n", "1:1>1 x(y) " },
    /* behind something: that line */
    { "a\nimage: a # assay ignore=x reason=\"y\"\nb\n", "2:10>2 x(y) " },
    { "# assay ignore=z reason=\"w\"\nimage: a # assay ignore=x reason=\"y\"\nb\n",
      "1:1>2 z(w) 2:10>2 x(y) " },
    { "image: a # why # assay ignore=x reason=\"y\"\n", "1:16>1 x(y) " },
    { "image: \xC3\xA4 # assay ignore=x reason=\"y\"\n", "1:10>1 x(y) " },
    /* rules and reasons */
    { "# assay ignore=a,b-1,c reason=\"y y # z\"\nx\n", "1:1>2 a,b-1,c(y y # z) " },
    { "# assay ignore=a reason=\"\xC3\xA4\x1b\"\nx\n", "1:1>2 a(\xC3\xA4\x1b) " },
    /* malformed */
    { "# assay ignore= reason=\"y\"\nx\n", "1:1>2 ! " },
    { "# assay ignore=\nx\n", "1:1>2 ! " },
    { "# assay ignore=a, reason=\"y\"\nx\n", "1:1>2 ! " },
    { "# assay ignore=,a reason=\"y\"\nx\n", "1:1>2 ! " },
    { "# assay ignore=a, b reason=\"y\"\nx\n", "1:1>2 ! " },
    { "# assay ignore=A reason=\"y\"\nx\n", "1:1>2 ! " },
    { "# assay ignore=a* reason=\"y\"\nx\n", "1:1>2 ! " },
    { "# assay ignore =a reason=\"y\"\nx\n", "1:1>2 ! " },
    { "# assay ignore=a\nx\n", "1:1>2 ! " },
    { "# assay ignore=a reason\nx\n", "1:1>2 ! " },
    { "# assay ignore=a reason=y\nx\n", "1:1>2 ! " },
    { "# assay ignore=a reason='y'\nx\n", "1:1>2 ! " },
    { "# assay ignore=a Reason=\"y\"\nx\n", "1:1>2 ! " },
    { "# assay ignore=a reason=\"\"\nx\n", "1:1>2 ! " },
    { "# assay ignore=a reason=\" \t\"\nx\n", "1:1>2 ! " },
    { "# assay ignore=a reason=\"y\nx\"\n", "1:1>2 ! " },
    { "# assay ignore=a reason=\"y\" z\nx\n", "1:1>2 ! " },
    { "# assay ignore=areason=\"y\"\nx\n", "1:1>2 ! " },
    { "image: a # assay ignore=a reason=\"\"\nx\n", "1:10>1 ! " },
};

static void show(const struct scan_ignore *ignore, struct buf *out)
{
    cr_assert_eq(
        buf_printf(out, NULL, "%zu:%zu>%zu ", ignore->spot.line, ignore->spot.column, ignore->line),
        ASSAY_OK);
    cr_expect_eq(ignore->reason == NULL, ignore->problem != NULL);
    if (ignore->problem != NULL) {
        cr_assert_eq(buf_append_string(out, "! ", NULL), ASSAY_OK);
        return;
    }
    for (size_t i = 0; i < ignore->rule_count; i++) {
        cr_assert_eq(buf_printf(out, NULL, "%s%s", i == 0 ? "" : ",", ignore->rules[i]), ASSAY_OK);
    }
    cr_assert_eq(buf_printf(out, NULL, "(%s) ", ignore->reason), ASSAY_OK);
}

Test(scan_ignores, comments)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        static const struct scan_options options;
        struct scan scan;
        AUTO_BUF found = BUF_INIT(4096);
        struct scan_input input = { .text = slice_from_string(rows[i].file) };
        scan_init(&scan, NULL, &options);
        cr_assert_eq(scan_ignores(&scan, &input, NULL), ASSAY_OK);
        for (size_t j = 0; j < scan.ignore_count; j++) {
            const struct scan_spot *spot = &scan.ignores[j].spot;
            cr_expect_eq(rows[i].file[spot->offset], '#', "%s", rows[i].file);
            show(&scan.ignores[j], &found);
        }
        cr_expect_str_eq(buf_text(&found), rows[i].found, "%s: %s", rows[i].file, buf_text(&found));
        scan_clear(&scan);
    }
}

/* One comment of count rules. */
static const char *problem_of(size_t count)
{
    static const struct scan_options options;
    struct scan scan;
    AUTO_BUF text = BUF_INIT(4096);
    cr_assert_eq(buf_append_string(&text, "# assay ignore=a", NULL), ASSAY_OK);
    for (size_t i = 1; i < count; i++) {
        cr_assert_eq(buf_append_string(&text, ",a", NULL), ASSAY_OK);
    }
    cr_assert_eq(buf_append_string(&text, " reason=\"y\"\n", NULL), ASSAY_OK);
    struct scan_input input = { .text = buf_slice(&text) };
    scan_init(&scan, NULL, &options);
    cr_assert_eq(scan_ignores(&scan, &input, NULL), ASSAY_OK);
    cr_assert_eq(scan.ignore_count, 1);
    const char *problem = scan.ignores[0].problem; /* a literal */
    scan_clear(&scan);
    return problem;
}

Test(scan_ignores, number_of_rules_is_bounded)
{
    cr_expect_null(problem_of(LIMIT_IGNORE_RULES));
    cr_expect_not_null(problem_of(LIMIT_IGNORE_RULES + 1));
}

Test(scan_ignores, a_nul_in_a_reason_is_malformed)
{
    static const struct scan_options options;
    struct scan scan;
    struct scan_input input = { .text = SLICE_LITERAL("# assay ignore=a reason=\"y\0z\"\nx\n") };
    scan_init(&scan, NULL, &options);
    cr_assert_eq(scan_ignores(&scan, &input, NULL), ASSAY_OK);
    cr_assert_eq(scan.ignore_count, 1);
    cr_expect_not_null(scan.ignores[0].problem);
    scan_clear(&scan);
}
