/* SPDX-License-Identifier: Apache-2.0 */
/* How a file is named, and where it lies, for what the user may type. */
#include "trees.h"

#include <limits.h>

TestSuite(scan_places, .timeout = 60);

static struct trees trees;
static char real[PATH_MAX];

static void start(void)
{
    trees_make(&trees);
    trees_write(&trees, "in/a/Dockerfile", "FROM one\n");
    trees_write(&trees, "out/Dockerfile", "FROM two\n");
    trees_write(&trees, "inner/Dockerfile", "FROM three\n");
    trees_link(&trees, "../out", "in/link");
    trees_link(&trees, "in", "alias");
    cr_assert_not_null(realpath(trees.path, real));
    cr_assert_eq(fchdir(trees.fd), 0);
    cr_assert_eq(chdir("in"), 0);
}

static void end(void)
{
    trees_remove(&trees);
}

/* A leading '@' stands for the folder, by its name in what is typed and shown, as it really is in
 * places. */
static const struct {
    const char *typed;
    const char *name;
    const char *place;
} rows[] = {
    { ".", "a/Dockerfile", "a/Dockerfile" },
    { "./", "a/Dockerfile", "a/Dockerfile" },
    { "a", "a/Dockerfile", "a/Dockerfile" },
    { ".//./a//", "a/Dockerfile", "a/Dockerfile" },
    { "a/Dockerfile", "a/Dockerfile", "a/Dockerfile" },
    { "./a/./Dockerfile", "a/Dockerfile", "a/Dockerfile" },
    { "link", "link/Dockerfile", "link/Dockerfile" },
    { "..a", "..a", "..a" }, /* is not there */
    { "../out", "../out/Dockerfile", "@/out/Dockerfile" },
    { "../out/Dockerfile", "../out/Dockerfile", "@/out/Dockerfile" },
    { "../in/a", "../in/a/Dockerfile", "a/Dockerfile" },
    { "a/..", "a/../a/Dockerfile", "a/Dockerfile" },
    { "a/../a", "a/../a/Dockerfile", "a/Dockerfile" },
    { "link/../out", "link/../out/Dockerfile", "@/out/Dockerfile" },
    { "link/../inner", "link/../inner/Dockerfile", "@/inner/Dockerfile" },
    { "@/in", "@/in/a/Dockerfile", "a/Dockerfile" },
    { "@/in/", "@/in/a/Dockerfile", "a/Dockerfile" },
    { "@/in/a/Dockerfile", "@/in/a/Dockerfile", "a/Dockerfile" },
    { "@/alias", "@/alias/a/Dockerfile", "a/Dockerfile" },
    { "@/out", "@/out/Dockerfile", "@/out/Dockerfile" },
    { "@/inner/Dockerfile", "@/inner/Dockerfile", "@/inner/Dockerfile" },
    { "absent/", "absent", "absent" },
    { "../absent", "../absent", "" },
    { "@/absent", "@/absent", "" },
};

static const char *fill(const char *text, const char *folder, char room[2 * PATH_MAX])
{
    (void)snprintf(room, 2 * PATH_MAX, "%s%s", text[0] == '@' ? folder : "",
                   text[0] == '@' ? text + 1 : text);
    return room;
}

Test(scan_places, files_are_named_as_typed_and_found_where_they_are, .init = start, .fini = end)
{
    static const struct assay_env env;
    static const char *const excludes[] = { "link" };
    const struct scan_options options = { .excludes = excludes, .exclude_count = 1 };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct scan scan;
        char room[2 * PATH_MAX];
        scan_init(&scan, &env, &options);
        cr_assert_eq(scan_path(&scan, fill(rows[i].typed, trees.path, room), NULL), ASSAY_OK);
        cr_assert_eq(scan.file_count, 1, "%s: %zu", rows[i].typed, scan.file_count);
        cr_expect_eq(scan.reference_count + scan.problem_count, 1, "%s", rows[i].typed);
        const struct scan_file *file = &scan.files[0];
        cr_expect_str_eq(file->name, fill(rows[i].name, trees.path, room), "%s", rows[i].typed);
        cr_expect_str_eq(file->place, fill(rows[i].place, real, room), "%s", rows[i].typed);
        if (scan.reference_count > 0) {
            cr_expect_eq(access(file->name, R_OK), 0, "%s", file->name);
            cr_expect_eq(access(file->place, R_OK), 0, "%s", file->place);
        }
        scan_clear(&scan);
    }
}

/* What lies below the root of the sources is relative to it even if more than that is judged. */
Test(scan_places, from_above_the_root, .init = start, .fini = end)
{
    static const struct assay_env env;
    static const char *const excludes[] = { "in/link" };
    const struct scan_options options = { .excludes = excludes, .exclude_count = 1 };
    static const char *const found[][2] = {
        { "../in/a/Dockerfile", "a/Dockerfile" },
        { "../inner/Dockerfile", "@/inner/Dockerfile" },
        { "../out/Dockerfile", "@/out/Dockerfile" },
    };
    struct scan scan;
    char room[2 * PATH_MAX];
    scan_init(&scan, &env, &options);
    cr_assert_eq(scan_path(&scan, "..", NULL), ASSAY_OK);
    cr_assert_eq(scan_finish(&scan, NULL), ASSAY_OK);
    cr_assert_eq(scan.reference_count, ARRAY_LEN(found));
    for (size_t i = 0; i < ARRAY_LEN(found); i++) {
        const struct scan_file *file = &scan.files[scan.references[i].spot.file];
        cr_expect_str_eq(file->name, found[i][0]);
        cr_expect_str_eq(file->place, fill(found[i][1], real, room));
    }
    scan_clear(&scan);
}

Test(scan_places, the_root_of_all_is_above_everything, .init = start, .fini = end)
{
    static const struct assay_env env;
    static const struct scan_options options;
    struct scan scan;
    char room[2 * PATH_MAX];
    scan_init(&scan, &env, &options);
    cr_assert_eq(chdir("/"), 0);
    cr_assert_eq(scan_path(&scan, fill("@/out", trees.path, room), NULL), ASSAY_OK);
    cr_assert_eq(scan.file_count, 1);
    cr_expect_str_eq(scan.files[0].name, fill("@/out/Dockerfile", trees.path, room));
    cr_expect_str_eq(scan.files[0].place, fill("@/out/Dockerfile", real + 1, room));
    scan_clear(&scan);
}

/* The checkout may be another directory than the one to work in. */
Test(scan_places, what_is_relative_to_another_root, .init = start, .fini = end)
{
    static const struct assay_env env;
    static const struct {
        const char *source_root;
        const char *typed;
        const char *place;
    } others[] = {
        { "..", "a", "in/a/Dockerfile" },      { "a", "a", "Dockerfile" },
        { "a", "a/Dockerfile", "Dockerfile" }, { "a", "../out", "@/out/Dockerfile" },
        { "../out", "link", "Dockerfile" },    { "../i", "a", "@/in/a/Dockerfile" },
        { "@/in/", "a", "a/Dockerfile" },      { "@/alias", "a", "a/Dockerfile" },
        { "/", "a", "@/in/a/Dockerfile" },     { ".", "absent", "" },
    };
    trees_write(&trees, "i/keep", "");
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        struct scan scan;
        char root[2 * PATH_MAX];
        char room[2 * PATH_MAX];
        const struct scan_options options = { .source_root =
                                                  fill(others[i].source_root, trees.path, root) };
        scan_init(&scan, &env, &options);
        cr_assert_eq(scan_path(&scan, others[i].typed, NULL), ASSAY_OK);
        cr_assert_eq(scan.file_count, 1);
        size_t first = slice_is(slice_from_string(others[i].source_root), "/") ? 1 : 0;
        cr_expect_str_eq(scan.files[0].place, fill(others[i].place, real, room) + first, "%zu", i);
        scan_clear(&scan);
    }
}

/* A file that two operands lead to is one, by whatever spelling; two of one name are two. */
Test(scan_places, operands_that_overlap, .init = start, .fini = end)
{
    static const struct assay_env env;
    static const struct scan_options options;
    static const struct {
        const char *first;
        const char *second;
        size_t references;
    } pairs[] = {
        { "a", "a", 1 },
        { ".", "a", 1 },
        { "a", "./a/Dockerfile", 1 },
        { "a", "../out", 2 },
        { "../out", "../inner", 2 },
    };
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        struct scan scan;
        scan_init(&scan, &env, &options);
        cr_assert_eq(scan_path(&scan, pairs[i].first, NULL), ASSAY_OK);
        cr_assert_eq(scan_path(&scan, pairs[i].second, NULL), ASSAY_OK);
        cr_assert_eq(scan_finish(&scan, NULL), ASSAY_OK);
        cr_expect_eq(scan.reference_count, pairs[i].references, "%s %s", pairs[i].first,
                     pairs[i].second);
        scan_clear(&scan);
    }
}
