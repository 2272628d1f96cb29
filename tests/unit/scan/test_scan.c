/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/scan.h"

#include <criterion/criterion.h>

TestSuite(scan_scan, .timeout = 60);

static struct scan scan;

static void start(void)
{
    static const struct scan_options options;
    scan_init(&scan, NULL, &options);
}

static void end(void)
{
    scan_clear(&scan);
}

static size_t add_file(const char *name)
{
    size_t index = 0;
    cr_assert_eq(scan_add_file(&scan, name, name, &index, NULL), ASSAY_OK);
    return index;
}

static void add(size_t file, size_t line, const char *text, const char *platform, bool is_built)
{
    struct scan_reference found = { .spot = { file, line, 1, line * 10, 3 },
                                    .owner = "o",
                                    .written = "w",
                                    .text = text,
                                    .platform = platform,
                                    .is_built = is_built };
    cr_assert_eq(scan_add(&scan, &found, NULL), ASSAY_OK);
}

static void expect(size_t i, size_t line, const char *text)
{
    cr_assert_lt(i, scan.reference_count);
    cr_expect_eq(scan.references[i].spot.line, line, "%zu", i);
    cr_expect(text == NULL ? scan.references[i].text == NULL
                           : strcmp(scan.references[i].text, text) == 0,
              "%zu", i);
}

Test(scan_scan, sorts_by_the_names_of_files_and_by_place, .init = start, .fini = end)
{
    size_t b = add_file("b");
    size_t a = add_file("a");
    add(b, 1, "one", NULL, false);
    add(a, 9, "two", NULL, false);
    add(a, 3, "three", NULL, false);
    cr_assert_eq(scan_finish(&scan, NULL), ASSAY_OK);
    cr_assert_eq(scan.reference_count, 3);
    expect(0, 3, "three");
    expect(1, 9, "two");
    expect(2, 1, "one");
}

Test(scan_scan, drops_what_two_ways_led_to, .init = start, .fini = end)
{
    size_t first = add_file("a");
    size_t again = add_file("a");
    size_t other = add_file("b");
    add(first, 1, "one", NULL, false);
    add(again, 1, "one", NULL, false);
    add(again, 1, "two", NULL, false);
    add(again, 1, NULL, NULL, false);
    add(other, 1, "one", NULL, false);
    cr_assert_eq(scan_finish(&scan, NULL), ASSAY_OK);
    cr_assert_eq(scan.reference_count, 4);
    expect(0, 1, "one");
    expect(1, 1, "two");
    expect(2, 1, NULL);
    expect(3, 1, "one");
}

Test(scan_scan, keeps_what_is_pulled_where_another_service_builds_it, .init = start, .fini = end)
{
    size_t file = add_file("a");
    add(file, 1, "one", NULL, true);
    add(file, 1, "one", NULL, false);
    add(file, 2, "two", NULL, false);
    add(file, 2, "two", NULL, true);
    add(file, 3, "three", NULL, true);
    cr_assert_eq(scan_finish(&scan, NULL), ASSAY_OK);
    cr_assert_eq(scan.reference_count, 3);
    cr_expect_not(scan.references[0].is_built);
    cr_expect_not(scan.references[1].is_built);
    cr_expect(scan.references[2].is_built);
}

Test(scan_scan, keeps_each_platform_that_is_asked_for, .init = start, .fini = end)
{
    size_t file = add_file("a");
    add(file, 1, "one", "linux/arm64", false);
    add(file, 1, "one", "linux/amd64", false);
    add(file, 1, "one", "linux/arm64", false);
    cr_assert_eq(scan_finish(&scan, NULL), ASSAY_OK);
    cr_assert_eq(scan.reference_count, 2);
    cr_expect_str_eq(scan.references[0].platform, "linux/amd64");
    cr_expect_str_eq(scan.references[1].platform, "linux/arm64");
}

Test(scan_scan, drops_repeated_problems_and_ignores, .init = start, .fini = end)
{
    size_t first = add_file("a");
    size_t again = add_file("a");
    struct scan_spot spot = { .file = first, .line = 1, .column = 1 };
    struct scan_ignore ignore = { .spot = spot, .line = 2 };
    cr_assert_eq(scan_add_problem(&scan, &spot, ASSAY_FILE_SYNTAX, NULL, "x"), ASSAY_OK);
    cr_assert_eq(scan_add_ignore(&scan, &ignore, NULL), ASSAY_OK);
    spot.file = again;
    ignore.spot.file = again;
    cr_assert_eq(scan_add_problem(&scan, &spot, ASSAY_FILE_SYNTAX, NULL, "x"), ASSAY_OK);
    cr_assert_eq(scan_add_problem(&scan, &spot, ASSAY_FILE_SYNTAX, NULL, "y"), ASSAY_OK);
    cr_assert_eq(scan_add_ignore(&scan, &ignore, NULL), ASSAY_OK);
    ignore.spot.line = 2;
    cr_assert_eq(scan_add_ignore(&scan, &ignore, NULL), ASSAY_OK);
    cr_assert_eq(scan_finish(&scan, NULL), ASSAY_OK);
    cr_expect_eq(scan.problem_count, 2);
    cr_expect_eq(scan.ignore_count, 2);
}
