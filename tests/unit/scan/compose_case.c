/* SPDX-License-Identifier: Apache-2.0 */
#include "compose_case.h"

#include "base/limits.h"

#include "scan/tree.h"
#include "trees.h"

static void copy(struct buf *out, struct slice text)
{
    buf_reset(out);
    cr_assert_eq(buf_append(out, text, NULL), ASSAY_OK);
}

/* first: the name of the first. */
static void write_files(struct trees *trees, const char *files, struct buf *first)
{
    struct slice rest = slice_from_string(files);
    AUTO_BUF name = BUF_INIT(256);
    AUTO_BUF text = BUF_INIT(64 * MIB);
    while (rest.len > 0) {
        cr_assert(slice_has_prefix(rest, SLICE_LITERAL("=== ")));
        rest = slice_from(rest, 4);
        copy(&name, slice_first(rest, slice_find(rest, '\n')));
        rest = slice_from(rest, name.len + 1);
        const char *next = rest.len == 0 ? NULL : strstr((const char *)rest.ptr, "=== ");
        copy(&text,
             next == NULL ? rest : slice_first(rest, (size_t)(next - (const char *)rest.ptr)));
        rest = slice_from(rest, text.len);
        trees_write(trees, buf_text(&name), buf_text(&text));
        if (first->len == 0) {
            copy(first, buf_slice(&name));
        }
    }
}

static void show(const struct trees *trees, const struct scan *scan, struct buf *out)
{
    for (size_t i = 0; i < scan->reference_count; i++) {
        const struct scan_reference *found = &scan->references[i];
        cr_assert_eq((found->text == NULL), (found->problem != NULL));
        cr_assert_eq(buf_printf(out, NULL, "%s:%zu:%zu %s %s%s%s%s%s\n",
                                trees_below(trees, &scan->files[found->spot.file]),
                                found->spot.line, found->spot.column, found->written,
                                found->text == NULL ? "?" : found->text,
                                found->is_rewritable ? " *" : "", found->is_built ? " built" : "",
                                found->platform == NULL ? "" : " ",
                                found->platform == NULL ? "" : found->platform),
                     ASSAY_OK);
    }
    for (size_t i = 0; i < scan->problem_count; i++) {
        const struct scan_problem *problem = &scan->problems[i];
        cr_assert_eq(buf_printf(out, NULL, "%s:%zu:%zu! %s\n",
                                trees_below(trees, &scan->files[problem->spot.file]),
                                problem->spot.line, problem->spot.column,
                                assay_status_id(problem->status)),
                     ASSAY_OK);
    }
}

/* What can be rewritten stands there, byte for byte. */
static void check_spots(const struct scan *scan, const char *what)
{
    for (size_t i = 0; i < scan->reference_count; i++) {
        const struct scan_reference *found = &scan->references[i];
        AUTO_BUF bytes = BUF_INIT(MIB);
        if (!found->is_rewritable) {
            continue;
        }
        cr_assert_eq(file_read(scan->files[found->spot.file].name, bytes.max, &bytes, NULL),
                     ASSAY_OK);
        struct slice there =
            slice_first(slice_from(buf_slice(&bytes), found->spot.offset), found->spot.length);
        cr_expect(slice_is(there, found->text), "%s: %s", what, found->text);
    }
}

static void scan_first(struct scan *scan, const char *name)
{
    struct scan_input input;
    AUTO_BUF bytes = BUF_INIT(64 * MIB);
    bool found = false;
    const struct scan_spot spot = { 0 };
    cr_assert_eq(
        scan_open(scan, &(struct scan_named){ &spot, "", name }, &bytes, &input, &found, NULL),
        ASSAY_OK);
    cr_assert(found);
    cr_assert_eq(scan_compose(scan, &input, NULL), ASSAY_OK);
    cr_assert_eq(scan_finish(scan, NULL), ASSAY_OK);
}

static void check_case(const struct compose_case *row)
{
    static const struct scan_options options;
    struct trees trees;
    struct scan scan;
    CLEANUP(scan_tree_close) struct scan_tree tree;
    AUTO_BUF first = BUF_INIT(256);
    AUTO_BUF shown = BUF_INIT(MIB);
    trees_make(&trees);
    write_files(&trees, row->files, &first);
    cr_assert_eq(scan_tree_open(&tree, trees.root, NULL, NULL), ASSAY_OK);
    scan_init(&scan, NULL, &options);
    scan.tree = &tree;
    scan_first(&scan, buf_text(&first));
    show(&trees, &scan, &shown);
    cr_expect_str_eq(buf_text(&shown), row->found, "%s:\n%s", row->what, buf_text(&shown));
    check_spots(&scan, row->what);
    scan_clear(&scan);
    trees_remove(&trees);
}

void compose_cases_check(const struct compose_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check_case(&cases[i]);
    }
}
