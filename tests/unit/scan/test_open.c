/* SPDX-License-Identifier: Apache-2.0 */
/* Files that files name: found below the tree, and never outside. */
#include "scan/tree.h"
#include "trees.h"

TestSuite(scan_open, .timeout = 60);

static const struct assay_env env;
static struct trees trees;
static struct scan_tree tree;
static struct scan scan;
static struct scan_spot spot = { .line = 3 }; /* of the text that names a file */

static void start(void)
{
    static const struct scan_options options;
    trees_make(&trees);
    trees_write(&trees, "in/a/one.yaml", "one");
    trees_write(&trees, "in/two.yaml", "two");
    trees_write(&trees, "secret.yaml", "secret");
    trees_link(&trees, "../two.yaml", "in/a/link.yaml");
    trees_link(&trees, "../../secret.yaml", "in/a/out.yaml");
    trees_link(&trees, "a", "in/d");
    trees_link(&trees, "../", "in/above");
    trees_link(&trees, "/etc", "in/etc");
    trees_link(&trees, "nowhere", "in/gone.yaml");
    trees_link(&trees, "loop.yaml", "in/loop.yaml");
    cr_assert_eq(mkfifoat(trees.fd, "in/pipe.yaml", 0600), 0);
    scan_init(&scan, &env, &options);
    static char root[80];
    (void)snprintf(root, sizeof(root), "%s/in/", trees.path);
    cr_assert_eq(scan_tree_open(&tree, root, NULL, NULL), ASSAY_OK);
    cr_assert_eq(scan_add_file(&scan, "naming.yaml", "naming.yaml", &spot.file, NULL), ASSAY_OK);
    scan.tree = &tree;
}

static void end(void)
{
    scan_clear(&scan);
    scan_tree_close(&tree);
    trees_remove(&trees);
}

/* text NULL: not found; then status is that of the problem, or ASSAY_OK for none. */
static const struct {
    const char *directory;
    const char *path;
    const char *text;
    const char *found_in;
    enum assay_status status;
} rows[] = {
    { "", "two.yaml", "two", "", ASSAY_OK },
    { "a", "one.yaml", "one", "a", ASSAY_OK },
    { "a", "../two.yaml", "two", "", ASSAY_OK },
    { "a", "./.././/a/one.yaml", "one", "a", ASSAY_OK },
    { "a", "link.yaml", "two", "a", ASSAY_OK },
    { "", "d/one.yaml", "one", "d", ASSAY_OK },
    { "", "absent.yaml", NULL, NULL, ASSAY_OK },
    { "absent", "one.yaml", NULL, NULL, ASSAY_OK },
    { "", "two.yaml/x", NULL, NULL, ASSAY_OK },
    { "", "gone.yaml", NULL, NULL, ASSAY_OK },
    { "", "../secret.yaml", NULL, NULL, ASSAY_FILE_LINK },
    { "a", "../../secret.yaml", NULL, NULL, ASSAY_FILE_LINK },
    { "", "/etc/hostname", NULL, NULL, ASSAY_FILE_LINK },
    { "a", "out.yaml", NULL, NULL, ASSAY_FILE_LINK },
    { "", "above/secret.yaml", NULL, NULL, ASSAY_FILE_LINK },
    { "", "above/in/two.yaml", NULL, NULL, ASSAY_FILE_LINK },
    { "", "etc/hostname", NULL, NULL, ASSAY_FILE_LINK },
    { "", "loop.yaml", NULL, NULL, ASSAY_FILE_LINK },
    { "", "a", NULL, NULL, ASSAY_FILE_IO },
    { "", "pipe.yaml", NULL, NULL, ASSAY_FILE_IO },
};

Test(scan_open, stays_below_the_tree, .init = start, .fini = end)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_BUF bytes = BUF_INIT(1UL << 24);
        struct scan_input input;
        bool found = !rows[i].text;
        size_t problems = scan.problem_count;
        cr_assert_eq(scan_open(&scan,
                               &(struct scan_named){ &spot, rows[i].directory, rows[i].path },
                               &bytes, &input, &found, NULL),
                     ASSAY_OK, "%s", rows[i].path);
        cr_expect_eq(found, rows[i].text != NULL, "%s", rows[i].path);
        cr_expect_eq(scan.problem_count - problems, rows[i].status != ASSAY_OK ? 1U : 0U, "%s",
                     rows[i].path);
        if (rows[i].status != ASSAY_OK && scan.problem_count > problems) {
            cr_expect_eq(scan.problems[problems].status, rows[i].status, "%s: %s", rows[i].path,
                         scan.problems[problems].message);
        }
        if (found && rows[i].text != NULL) {
            cr_expect(slice_is(input.text, rows[i].text), "%s", rows[i].path);
            cr_expect_str_eq(input.directory, rows[i].found_in, "%s", rows[i].path);
        }
    }
}

Test(scan_open, names_what_it_opens, .init = start, .fini = end)
{
    AUTO_BUF bytes = BUF_INIT(1UL << 24);
    struct scan_input input;
    bool found = false;
    cr_assert_eq(scan_open(&scan, &(struct scan_named){ &spot, "a", ".././a/one.yaml" }, &bytes,
                           &input, &found, NULL),
                 ASSAY_OK);
    cr_assert(found);
    cr_expect_str_eq(trees_below(&trees, &scan.files[input.file]), "in/a/one.yaml");
    cr_expect_str_eq(scan.files[input.file].place, scan.files[input.file].name);
    AUTO_BUF again = BUF_INIT(1UL << 24);
    cr_expect_eq(file_read(scan.files[input.file].name, 16, &again, NULL), ASSAY_OK);
    cr_expect(slice_is(buf_slice(&again), "one"));
    cr_expect_eq(scan.seen, 1);
}

Test(scan_open, is_bounded, .init = start, .fini = end)
{
    AUTO_BUF bytes = BUF_INIT(1UL << 24);
    static char path[100000];
    struct scan_input input;
    bool found = true;
    (void)memset(path, 'a', sizeof(path) - 1);
    cr_assert_eq(
        scan_open(&scan, &(struct scan_named){ &spot, "a", path }, &bytes, &input, &found, NULL),
        ASSAY_OK);
    cr_expect_not(found);
    cr_assert_eq(scan.problem_count, 1);
    cr_expect_eq(scan.problems[0].spot.line, spot.line); /* where the path is named */
    trees_write(&trees, "in/large.yaml", "");
    AUTO_FD fd = openat(trees.fd, "in/large.yaml", O_WRONLY | O_CLOEXEC);
    cr_assert_eq(ftruncate(fd, (16L << 20) + 1), 0);
    cr_assert_eq(scan_open(&scan, &(struct scan_named){ &spot, "", "large.yaml" }, &bytes, &input,
                           &found, NULL),
                 ASSAY_OK);
    cr_expect_not(found);
    cr_assert_eq(scan.problem_count, 2);
    cr_expect_eq(scan.problems[1].status, ASSAY_FILE_LIMIT);
}

Test(scan_open, without_a_tree_nothing_is_opened, .init = start, .fini = end)
{
    AUTO_BUF bytes = BUF_INIT(1UL << 24);
    struct scan_input input;
    bool found = true;
    scan.tree = NULL;
    cr_assert_eq(scan_open(&scan, &(struct scan_named){ &spot, "", "two.yaml" }, &bytes, &input,
                           &found, NULL),
                 ASSAY_OK);
    cr_expect_not(found);
    cr_expect_eq(scan.problem_count, 0);
}
