/* SPDX-License-Identifier: Apache-2.0 */
/* Directories of files: copied, compared, removed. */
#include "runner.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct names {
    char *items[1024];
    size_t count;
};

static int by_name(const void *left, const void *right)
{
    const char *const *a = left;
    const char *const *b = right;
    return strcmp(*a, *b);
}

static struct names *list(struct pool *pool, const char *path)
{
    struct names *out = pool_alloc(pool, sizeof(*out));
    DIR *dir = opendir(path);
    if (dir == NULL) {
        return out;
    }
    for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        if (out->count == ARRAY_LEN(out->items)) {
            die("%s: too many files", path);
        }
        out->items[out->count++] = pool_string(pool, entry->d_name);
    }
    (void)closedir(dir);
    qsort(out->items, out->count, sizeof(out->items[0]), by_name);
    return out;
}

static bool is_dir(const char *path)
{
    struct stat about;
    return lstat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

/* NOLINTBEGIN(misc-no-recursion): as deep as the state directory */

void dir_copy(const char *from, const char *to)
{
    AUTO_POOL pool = { NULL };
    struct stat about;
    if (stat(from, &about) != 0 || mkdir(to, about.st_mode & 0777) != 0) {
        die("%s: cannot be copied to %s", from, to);
    }
    const struct names *names = list(&pool, from);
    for (size_t i = 0; i < names->count; i++) {
        const char *source = pool_printf(&pool, "%s/%s", from, names->items[i]);
        const char *target = pool_printf(&pool, "%s/%s", to, names->items[i]);
        if (is_dir(source)) {
            dir_copy(source, target);
        } else if (stat(source, &about) == 0) {
            file_save(target, file_load(&pool, source));
            (void)chmod(target, about.st_mode & 0777);
        }
    }
}

void dir_remove(const char *path)
{
    AUTO_POOL pool = { NULL };
    const struct names *names = list(&pool, path);
    for (size_t i = 0; i < names->count; i++) {
        const char *name = pool_printf(&pool, "%s/%s", path, names->items[i]);
        if (is_dir(name)) {
            dir_remove(name);
        } else {
            (void)unlink(name);
        }
    }
    (void)rmdir(path);
}

static void describe(struct pool *pool, struct text *out, const char *path, const char *name)
{
    const struct names *names = list(pool, path);
    for (size_t i = 0; i < names->count; i++) {
        const char *below = pool_printf(pool, "%s/%s", path, names->items[i]);
        const char *shown = pool_printf(pool, "%s/%s", name, names->items[i]);
        if (is_dir(below)) {
            describe(pool, out, below, shown);
        } else {
            const char *digest = sha256_text(pool, file_load(pool, below));
            text_add_string(out, pool_printf(pool, "%s %s\n", shown, digest));
        }
    }
}

/* NOLINTEND(misc-no-recursion) */

struct slice dir_digest(struct pool *pool, const char *path)
{
    struct text out = { .pool = pool };
    describe(pool, &out, path, "");
    return text_slice(&out);
}
