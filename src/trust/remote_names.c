/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/remote_names.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void remote_names_clear(struct remote_names *names)
{
    for (size_t i = 0; i < names->count; i++) {
        mem_free(names->items[i]);
    }
    mem_free(names->items);
    *names = (struct remote_names){ .count = 0 };
}

enum assay_status remote_names_add(struct remote_names *names, const char *name,
                                   struct assay_error *err)
{
    if (names->count == LIMIT_AUDIT_LISTED) {
        return FAIL(err, ASSAY_TOO_LARGE, "more than %lu role files", LIMIT_AUDIT_LISTED);
    }
    TRY(mem_grow(&names->items, names->count, &names->cap, sizeof(char *), err));
    names->items[names->count] = mem_copy_string(name);
    if (names->items[names->count] == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    names->count++;
    return ASSAY_OK;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

enum assay_status remote_names_tell(struct remote_names *names,
                                    enum assay_status (*each)(void *ctx, const char *name,
                                                              struct assay_error *err),
                                    void *ctx, struct assay_error *err)
{
    if (names->count > 1) {
        qsort(names->items, names->count, sizeof(*names->items), compare_names);
    }
    for (size_t i = 0; i < names->count; i++) {
        TRY(each(ctx, names->items[i], err));
    }
    return ASSAY_OK;
}

/* ---- a directory ---- */

static void directory_close(DIR **directory)
{
    if (*directory != NULL) {
        (void)closedir(*directory);
    }
}

/* "targets", "7.targets": where the files of delegations lie. */
static bool holds_delegations(const char *name)
{
    struct slice text = slice_from_string(name);
    struct slice suffix = SLICE_LITERAL(".targets");
    uint64_t version = 0;
    return slice_is(text, "targets") ||
           (slice_has_suffix(text, suffix) &&
            text_to_u64(slice_first(text, text.len - suffix.len), LIMIT_JSON_INTEGER, &version));
}

struct scan {
    struct remote_names *names;
    char path[TUF_FILE_NAME_BYTES]; /* of the directory, with a slash at its end; "" at the top */
};

static enum assay_status scan_directory(struct scan *scan, int dir_fd, struct assay_error *err);

static enum assay_status scan_below(struct scan *scan, int dir_fd, const char *name, size_t above,
                                    struct assay_error *err)
{
    AUTO_FD fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return FAIL(err, ASSAY_FILE_IO, "%s%s: cannot be opened: %s", scan->path, name,
                    strerror(errno));
    }
    size_t len = strlen(name); /* it fits, says the caller */
    memcpy(scan->path + above, name, len);
    memcpy(scan->path + above + len, "/", sizeof("/"));
    enum assay_status status = scan_directory(scan, fd, err);
    scan->path[above] = '\0';
    return status;
}

/* A name that no role file can have is passed over, however deep it lies: so depth is bounded. */
static enum assay_status scan_entry(struct scan *scan, int dir_fd, const char *name,
                                    struct assay_error *err)
{
    struct slice text = slice_from_string(name);
    struct slice suffix = SLICE_LITERAL(".json");
    struct stat info;
    size_t above = strlen(scan->path);
    if (name[0] == '.' || above + text.len + 1 >= sizeof(scan->path) ||
        fstatat(dir_fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
        return ASSAY_OK;
    }
    if (S_ISDIR(info.st_mode)) {
        return above > 0 || holds_delegations(name) ? scan_below(scan, dir_fd, name, above, err)
                                                    : ASSAY_OK;
    }
    if (!S_ISREG(info.st_mode) || !slice_has_suffix(text, suffix)) {
        return ASSAY_OK;
    }
    char whole[TUF_FILE_NAME_BYTES] = { 0 };
    memcpy(whole, scan->path, above);
    memcpy(whole + above, name, text.len - suffix.len);
    return remote_names_add(scan->names, whole, err);
}

static enum assay_status scan_directory(struct scan *scan, int dir_fd, struct assay_error *err)
{
    /* another open file, since reading moves its position */
    AUTO_FD fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CLEANUP(directory_close) DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    if (directory == NULL) {
        return FAIL(err, ASSAY_FILE_IO, "the directory cannot be read: %s", strerror(errno));
    }
    int open_fd = fd;
    fd = -1; /* closedir closes it */
    const struct dirent *entry = NULL;
    errno = 0;
    while ((entry = readdir(directory)) != NULL) {
        TRY(scan_entry(scan, open_fd, entry->d_name, err));
        errno = 0;
    }
    return errno == 0
               ? ASSAY_OK
               : FAIL(err, ASSAY_FILE_IO, "the directory cannot be read: %s", strerror(errno));
}

enum assay_status remote_names_scan(struct remote_names *names, int dir_fd, struct assay_error *err)
{
    struct scan scan = { .names = names };
    return scan_directory(&scan, dir_fd, err);
}
