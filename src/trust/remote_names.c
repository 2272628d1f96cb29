/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/remote_names.h"

#include "base/file.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum assay_status remote_names_add(struct text_list *names, const char *name,
                                   struct assay_error *err)
{
    if (names->count == LIMIT_AUDIT_LISTED) {
        return FAIL(err, ASSAY_TOO_LARGE, "more than %lu role files", LIMIT_AUDIT_LISTED);
    }
    return text_list_add(names, name, err);
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

/* Directories wait in a list instead of being gone into: their depth is a stranger's. */
struct scan {
    struct text_list *names;
    struct text_list *waiting; /* paths of directories, each with a slash at its end */
};

/* Opens a path below a directory step by step, so that no step is a link. */
static enum assay_status open_below(int dir_fd, const char *path, int *out, struct assay_error *err)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    struct slice rest = slice_from_string(path);
    AUTO_FD fd = openat(dir_fd, ".", flags);
    while (fd >= 0 && rest.len > 0) {
        char step[TUF_FILE_NAME_BYTES] = { 0 };
        size_t len = slice_find(rest, '/');
        memcpy(step, rest.ptr, len); /* shorter than the whole path, which fits */
        rest = slice_from(rest, len + 1);
        int next = openat(fd, step, flags);
        fd_close_quietly(&fd);
        fd = next;
    }
    if (fd < 0) {
        return FAIL(err, ASSAY_FILE_IO, "%s: cannot be opened: %s", path, strerror(errno));
    }
    *out = fd;
    fd = -1; /* handed over */
    return ASSAY_OK;
}

/* A name that no role file can have is passed over, however deep it lies: so depth is bounded. */
static enum assay_status scan_entry(struct scan *scan, int dir_fd, const char *path,
                                    const char *name, struct assay_error *err)
{
    struct slice text = slice_from_string(name);
    struct slice suffix = SLICE_LITERAL(".json");
    struct stat info;
    char whole[TUF_FILE_NAME_BYTES] = { 0 };
    size_t above = strlen(path);
    if (name[0] == '.' || above + text.len + 1 >= sizeof(whole) ||
        fstatat(dir_fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
        return ASSAY_OK;
    }
    memcpy(whole, path, above);
    memcpy(whole + above, name, text.len);
    if (S_ISDIR(info.st_mode) && (above > 0 || holds_delegations(name))) {
        whole[above + text.len] = '/';
        return remote_names_add(scan->waiting, whole, err);
    }
    if (!S_ISREG(info.st_mode) || !slice_has_suffix(text, suffix)) {
        return ASSAY_OK;
    }
    whole[above + text.len - suffix.len] = '\0';
    return remote_names_add(scan->names, whole, err);
}

static enum assay_status scan_directory(struct scan *scan, int dir_fd, const char *path,
                                        struct assay_error *err)
{
    int fd = -1;
    TRY(open_below(dir_fd, path, &fd, err));
    CLEANUP(directory_close) DIR *directory = fdopendir(fd);
    if (directory == NULL) {
        fd_close_quietly(&fd);
        return FAIL(err, ASSAY_FILE_IO, "the directory cannot be read: %s", strerror(errno));
    }
    const struct dirent *entry = NULL;
    errno = 0;
    while ((entry = readdir(directory)) != NULL) {
        TRY(scan_entry(scan, fd, path, entry->d_name, err));
        errno = 0;
    }
    return errno == 0
               ? ASSAY_OK
               : FAIL(err, ASSAY_FILE_IO, "the directory cannot be read: %s", strerror(errno));
}

enum assay_status remote_names_scan(struct text_list *names, int dir_fd, struct assay_error *err)
{
    AUTO_TEXT_LIST waiting = { 0 };
    struct scan scan = { .names = names, .waiting = &waiting };
    TRY(scan_directory(&scan, dir_fd, "", err));
    for (size_t i = 0; i < waiting.count; i++) { /* grows while it is walked */
        TRY(scan_directory(&scan, dir_fd, waiting.items[i], err));
    }
    return ASSAY_OK;
}
