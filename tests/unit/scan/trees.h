/* SPDX-License-Identifier: Apache-2.0 */
/* A folder for one test, with files to be found. */
#ifndef TEST_SCAN_TREES_H
#define TEST_SCAN_TREES_H

#include "base/file.h"
#include "scan/scan.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct trees {
    char path[64];
    char root[64]; /* with a slash behind it, as scan_tree_open takes it */
    int fd;
};

static inline void trees_make(struct trees *trees)
{
    (void)snprintf(trees->path, sizeof(trees->path), "/tmp/assay-test-tree-XXXXXX");
    cr_assert_not_null(mkdtemp(trees->path));
    trees->fd = open(trees->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cr_assert_geq(trees->fd, 0);
    (void)snprintf(trees->root, sizeof(trees->root), "%.60s/", trees->path);
}

/* The name of a file without the folder's. */
static inline const char *trees_below(const struct trees *trees, const struct scan_file *file)
{
    bool is_below = slice_has_prefix(slice_from_string(file->name), slice_from_string(trees->root));
    return file->name + (is_below ? strlen(trees->root) : 0);
}

static inline void trees_write(struct trees *trees, const char *name, const char *text)
{
    char above[256];
    for (size_t i = 0; name[i] != '\0'; i++) {
        if (name[i] == '/') {
            cr_assert_lt(i, sizeof(above));
            memcpy(above, name, i);
            above[i] = '\0';
            (void)mkdirat(trees->fd, above, 0700);
        }
    }
    AUTO_FD fd = openat(trees->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    cr_assert_geq(fd, 0, "%s", name);
    cr_assert_eq(fd_write_all(fd, slice_from_string(text), NULL), ASSAY_OK);
}

static inline void trees_link(struct trees *trees, const char *target, const char *name)
{
    cr_assert_eq(symlinkat(target, trees->fd, name), 0, "%s", name);
}

static inline void trees_remove_below(int above, const char *name)
{
    int fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry = NULL;
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            trees_remove_below(fd, entry->d_name);
        }
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
    (void)unlinkat(above, name, dir != NULL ? AT_REMOVEDIR : 0);
}

static inline void trees_remove(struct trees *trees)
{
    (void)close(trees->fd);
    trees_remove_below(AT_FDCWD, trees->path);
}

#endif
