/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/node.h"

#include <criterion/criterion.h>

TestSuite(scan_node, .timeout = 60);

/* Of the value of the key v. */
struct row {
    const char *file;
    const char *text; /* what the caller made of it; NULL: unresolved */
    size_t skip;
    const char *written;
    bool is_rewritable;
    struct scan_spot spot; /* file left out */
};

static const struct row rows[] = {
    { "v: app:1\n", "app:1", 0, "app:1", true, { 0, 1, 4, 3, 5 } },
    { "v: 'app:1'\n", "app:1", 0, "app:1", true, { 0, 1, 5, 4, 5 } },
    { "v: \"app:1\"\n", "app:1", 0, "app:1", true, { 0, 1, 5, 4, 5 } },
    { "{\"v\": \"app:1\"}", "app:1", 0, "app:1", true, { 0, 1, 8, 7, 5 } },
    { "v: !!str app:1\n", "app:1", 0, "app:1", true, { 0, 1, 10, 9, 5 } },
    { "v: !!str 'app:1'\n", "app:1", 0, "app:1", true, { 0, 1, 11, 10, 5 } },
    { "x: \xC3\xA4\nv: &a 'app:1'\n", "app:1", 0, "app:1", true, { 0, 2, 8, 13, 5 } },
    { "v: docker://app\n", "app", 9, "app", true, { 0, 1, 13, 12, 3 } },
    { "v: 'docker://app'\n", "app", 9, "app", true, { 0, 1, 14, 13, 3 } },
    { "v: app:$X\n", "app:1", 0, "app:$X", false, { 0, 1, 4, 3, 6 } },
    { "v: app:$X\n", NULL, 0, "app:$X", false, { 0, 1, 4, 3, 6 } },
    { "v: \"\\x61pp:1\"\n", "app:1", 0, "app:1", false, { 0, 1, 4, 3, 10 } },
    { "v: >-\n  app:1\n", "app:1", 0, "app:1", false, { 0, 1, 4, 3, 11 } },
    { "v: [a]\n", NULL, 0, "", false, { 0, 1, 4, 3, 0 } },
};

static void check_row(const struct row *row)
{
    static const struct scan_options options;
    struct scan scan;
    struct yaml_file yaml;
    bool ok = false;
    scan_init(&scan, NULL, &options);
    struct scan_input input = { .text = slice_from_string(row->file) };
    cr_assert_eq(scan_node_load(&scan, &input, &yaml, &ok, NULL), ASSAY_OK);
    cr_assert(ok, "%s", row->file);
    struct scan_reference found = { .text = row->text, .owner = "o", .problem = "p" };
    cr_assert_eq(
        scan_node_add(&scan, 0, yaml_find(yaml.documents[0], "v"), row->skip, &found, NULL),
        ASSAY_OK);
    const struct scan_reference *reference = &scan.references[0];
    cr_expect_str_eq(reference->written, row->written, "%s: %s", row->file, reference->written);
    cr_expect_eq(reference->is_rewritable, row->is_rewritable, "%s", row->file);
    cr_expect_eq(reference->spot.line, row->spot.line, "%s", row->file);
    cr_expect_eq(reference->spot.column, row->spot.column, "%s: %zu", row->file,
                 reference->spot.column);
    cr_expect_eq(reference->spot.offset, row->spot.offset, "%s: %zu", row->file,
                 reference->spot.offset);
    cr_expect_eq(reference->spot.length, row->spot.length, "%s: %zu", row->file,
                 reference->spot.length);
    yaml_file_clear(&yaml);
    scan_clear(&scan);
}

Test(scan_node, spots)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        check_row(&rows[i]);
    }
}

Test(scan_node, malformed_files_are_problems)
{
    static const struct scan_options options;
    struct scan scan;
    struct yaml_file yaml;
    bool ok = true;
    scan_init(&scan, NULL, &options);
    struct scan_input input = { .text = SLICE_LITERAL("a: 1\nb: [1\nc: 2\n") };
    cr_assert_eq(scan_node_load(&scan, &input, &yaml, &ok, NULL), ASSAY_OK);
    cr_expect_not(ok);
    cr_assert_eq(scan.problem_count, 1);
    cr_expect_eq(scan.problems[0].status, ASSAY_FILE_SYNTAX);
    cr_expect_eq(scan.problems[0].spot.line, 3);
    cr_expect_gt(strlen(scan.problems[0].message), 10);
    scan_clear(&scan);
}
