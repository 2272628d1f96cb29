/* SPDX-License-Identifier: Apache-2.0 */
/* Rewriting: only what is meant changes, and the file is never lost. */
#include "scan/rewrite.h"
#include "trees.h"

TestSuite(scan_rewrite, .timeout = 60);

static const struct {
    const char *bytes;
    struct scan_edit edits[3];
    size_t count;
    const char *out; /* NULL: refused */
    enum assay_status status;
} rows[] = {
    { "FROM a\r\nRUN x\r\n", { { 5, "a", "a@b" } }, 1, "FROM a@b\r\nRUN x\r\n", ASSAY_OK },
    { "a b a", { { 0, "a", "1" }, { 2, "b", "" }, { 4, "a", "333" } }, 3, "1  333", ASSAY_OK },
    { "a,b", { { 0, "a", "x" }, { 2, "b", "y" } }, 2, "x,y", ASSAY_OK },
    { "'a'", { { 1, "a", "a@b" } }, 1, "'a@b'", ASSAY_OK },
    { "a@b", { { 0, "a", "a@b" } }, 1, NULL, ASSAY_FILE_IO },
    { "a:b", { { 0, "a", "a@b" } }, 1, NULL, ASSAY_FILE_IO },
    { "a/b", { { 0, "a", "a@b" } }, 1, NULL, ASSAY_FILE_IO },
    { "ab", { { 0, "a", "a@b" } }, 1, NULL, ASSAY_FILE_IO },
    { "a0", { { 0, "a", "a@b" } }, 1, NULL, ASSAY_FILE_IO },
    { "aZ", { { 0, "a", "a@b" } }, 1, NULL, ASSAY_FILE_IO },
    { "abc", { { 0 } }, 0, "abc", ASSAY_OK },
    { "", { { 0 } }, 0, "", ASSAY_OK },
    { "abc", { { 3, "", "d" } }, 1, "abcd", ASSAY_OK },
    { "abc", { { 4, "", "d" } }, 1, NULL, ASSAY_FILE_IO },
    { "abc", { { 1, "x", "y" } }, 1, NULL, ASSAY_FILE_IO },
    { "abc", { { 2, "cd", "y" } }, 1, NULL, ASSAY_FILE_IO },
    { "abc", { { 9, "a", "y" } }, 1, NULL, ASSAY_FILE_IO },
    { "a b", { { 2, "b", "y" }, { 0, "a", "y" } }, 2, NULL, ASSAY_INTERNAL },
    { "a b", { { 0, "a b", "y" }, { 2, "b", "y" } }, 2, NULL, ASSAY_INTERNAL },
};

Test(scan_rewrite, all_other_bytes_stay)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_BUF out = BUF_INIT(1024);
        cr_assert_eq(scan_rewrite(slice_from_string(rows[i].bytes), rows[i].edits, rows[i].count,
                                  &out, NULL),
                     rows[i].status, "%zu", i);
        if (rows[i].out != NULL) {
            cr_expect_str_eq(buf_text(&out), rows[i].out, "%zu", i);
        }
    }
}

static struct trees trees;

static void start(void)
{
    trees_make(&trees);
    trees_write(&trees, "file", "one two three");
}

static void end(void)
{
    trees_remove(&trees);
}

static const struct scan_edit edit = { 4, "two", "2@2" };

static enum assay_status rewrite(const char *below, const struct scan_edit *made)
{
    char path[256];
    (void)snprintf(path, sizeof(path), "%s/%s", trees.path, below);
    return scan_rewrite_file(path, made, 1, NULL);
}

static void expect_file(const char *name, const char *text)
{
    AUTO_BUF bytes = BUF_INIT(1024);
    bool found = false;
    cr_assert_eq(file_read_at(trees.fd, name, true, 1024, &bytes, &found, NULL), ASSAY_OK);
    cr_assert(found);
    cr_expect_str_eq(buf_text(&bytes), text, "%s", name);
}

static size_t count_entries(void)
{
    size_t count = 0;
    DIR *dir = opendir(trees.path);
    cr_assert_not_null(dir);
    while (readdir(dir) != NULL) {
        count++;
    }
    (void)closedir(dir);
    return count - 2;
}

Test(scan_rewrite, a_file_keeps_its_mode_and_owner, .init = start, .fini = end)
{
    struct stat before;
    struct stat after;
    cr_assert_eq(fchmodat(trees.fd, "file", 0751, 0), 0);
    cr_assert_eq(fstatat(trees.fd, "file", &before, 0), 0);
    cr_assert_eq(rewrite("file", &edit), ASSAY_OK);
    expect_file("file", "one 2@2 three");
    cr_assert_eq(fstatat(trees.fd, "file", &after, 0), 0);
    cr_expect_eq(after.st_mode, before.st_mode);
    cr_expect_eq(after.st_uid, before.st_uid);
    cr_expect_eq(after.st_gid, before.st_gid);
    cr_expect_eq(count_entries(), 1);
    cr_expect_eq(rewrite("file", &edit), ASSAY_FILE_IO); /* "two" is gone */
    expect_file("file", "one 2@2 three");
}

Test(scan_rewrite, a_link_stays_a_link, .init = start, .fini = end)
{
    struct stat info;
    trees_write(&trees, "sub/keep", "");
    trees_link(&trees, "../file", "sub/link");
    cr_assert_eq(rewrite("sub/link", &edit), ASSAY_OK);
    expect_file("file", "one 2@2 three");
    cr_assert_eq(fstatat(trees.fd, "sub/link", &info, AT_SYMLINK_NOFOLLOW), 0);
    cr_expect(S_ISLNK(info.st_mode));
}

Test(scan_rewrite, what_cannot_be_written_stays, .init = start, .fini = end)
{
    const struct scan_edit other = { 4, "TWO", "2" };
    cr_expect_eq(rewrite("file", &other), ASSAY_FILE_IO);
    cr_expect_eq(rewrite("absent", &edit), ASSAY_FILE_IO);
    cr_assert_eq(mkfifoat(trees.fd, "pipe", 0600), 0);
    cr_expect_eq(rewrite("pipe", &edit), ASSAY_FILE_IO);
    cr_assert_eq(mkdirat(trees.fd, "folder", 0700), 0);
    cr_expect_eq(rewrite("folder", &edit), ASSAY_FILE_IO);
    expect_file("file", "one two three");
    cr_expect_eq(count_entries(), 3);
}
