/* SPDX-License-Identifier: Apache-2.0 */
#include "tuf/store_fs.h"

#include "base/file.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

enum assay_status fs_fail(struct assay_error *err, int errno_value, const char *action,
                          const char *name)
{
    if (errno_value == ENOMEM) {
        return FAIL_NO_MEMORY(err);
    }
    char text[128];
    return FAIL(err, ASSAY_STATE_IO, "cannot %s %s: %s", action, name,
                strerror_r(errno_value, text, sizeof text));
}

enum assay_status fs_own_status(struct assay_error *err, enum assay_status status)
{
    if (status != ASSAY_FILE_IO) {
        return status;
    }
    if (err != NULL) {
        err->status = ASSAY_STATE_IO;
    }
    return ASSAY_STATE_IO;
}

/* What stands at name, when it could not be opened as what it should be. */
static enum assay_status fail_open(int dir_fd, const char *name, int errno_value, const char *kind,
                                   struct assay_error *err)
{
    struct stat st;
    if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
        if (S_ISLNK(st.st_mode)) {
            return FAIL(err, ASSAY_STATE_LINK, "%s is a link, not a %s", name, kind);
        }
        if (errno_value == ENOTDIR || errno_value == EISDIR || errno_value == ENXIO) {
            return FAIL(err, ASSAY_STATE_CORRUPT, "%s is not a %s", name, kind);
        }
    }
    return fs_fail(err, errno_value, "open", name);
}

static enum assay_status check_owner(const struct stat *st, const char *name, enum fs_owner owner,
                                     struct assay_error *err)
{
    if (st->st_uid != geteuid() && !(owner == FS_OURS_OR_ROOT && st->st_uid == 0)) {
        return FAIL(err, ASSAY_STATE_PERMISSION, "%s belongs to user %lu", name,
                    (unsigned long)st->st_uid);
    }
    return ASSAY_OK;
}

static enum assay_status check_mode(const struct stat *st, const char *name, mode_t exempt,
                                    struct assay_error *err)
{
    if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0 && (st->st_mode & exempt) == 0) {
        return FAIL(err, ASSAY_STATE_PERMISSION, "%s can be written to by others (mode %04o)", name,
                    (unsigned)(st->st_mode & 07777U));
    }
    return ASSAY_OK;
}

static int open_dir(int dir_fd, const char *name, int access)
{
    return FS_RETRY(openat(dir_fd, name, access | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

/* How a directory is opened and what it may be. */
struct dir_rule {
    int access;    /* O_RDONLY, or O_PATH for those that are only passed through */
    mode_t exempt; /* S_ISVTX where a sticky directory that all may write to will do */
    enum fs_owner owner;
    enum fs_missing missing;
};

static enum assay_status enter_dir(int dir_fd, const char *name, const struct dir_rule *rule,
                                   int *out, struct assay_error *err)
{
    *out = -1;
    AUTO_FD fd = open_dir(dir_fd, name, rule->access);
    if (fd < 0 && errno == ENOENT) {
        return ASSAY_OK;
    }
    if (fd < 0) {
        return fail_open(dir_fd, name, errno, "directory", err);
    }
    struct stat st;
    if (fstat(fd, &st) != 0) {
        return fs_fail(err, errno, "examine", name);
    }
    TRY(check_owner(&st, name, rule->owner, err));
    TRY(check_mode(&st, name, rule->exempt, err));
    *out = fs_take(&fd);
    return ASSAY_OK;
}

/* EINVAL: this file system cannot do it, and has to be taken as it is. */
static int sync_dir(int dir_fd)
{
    int result = FS_RETRY(fsync(dir_fd));
    return result != 0 && errno == EINVAL ? 0 : result;
}

enum assay_status fs_sync_dir(int dir_fd, const char *name, struct assay_error *err)
{
    return sync_dir(dir_fd) == 0 ? ASSAY_OK : fs_fail(err, errno, "sync directory", name);
}

/* Syncs what holds name, since an earlier run may have made it and died. Only where it stood there
 * already: a parent that the user cannot read or that is on a read-only file system is not where
 * one of our runs made anything. */
static enum assay_status sync_parent(int dir_fd, const char *name, bool is_new,
                                     struct assay_error *err)
{
    AUTO_FD fd = open_dir(dir_fd, ".", O_RDONLY);
    if (fd < 0) {
        return errno == EACCES && !is_new ? ASSAY_OK
                                          : fs_fail(err, errno, "open the parent of", name);
    }
    if (sync_dir(fd) != 0 && (errno != EROFS || is_new)) {
        return fs_fail(err, errno, "sync the parent of", name);
    }
    return ASSAY_OK;
}

/* The umask may have taken the owner's own bits. Only root and the user can put something else in
 * the place of a new directory, since no one else may change its parent. */
static enum assay_status make_dir(int dir_fd, const char *name, struct assay_error *err)
{
    if (mkdirat(dir_fd, name, S_IRWXU) == 0) {
        if (fchmodat(dir_fd, name, S_IRWXU, 0) != 0) {
            return fs_fail(err, errno, "set the mode of", name);
        }
    } else if (errno != EEXIST) {
        return fs_fail(err, errno, "make", name);
    }
    return ASSAY_OK;
}

static enum assay_status open_or_make(int dir_fd, const char *name, const struct dir_rule *rule,
                                      int *out, struct assay_error *err)
{
    TRY(enter_dir(dir_fd, name, rule, out, err));
    if (rule->missing == FS_LOOK) {
        return ASSAY_OK;
    }
    AUTO_FD fd = fs_take(out);
    bool is_new = fd < 0;
    if (is_new) {
        TRY(make_dir(dir_fd, name, err));
        TRY(enter_dir(dir_fd, name, rule, &fd, err));
        if (fd < 0) {
            return fs_fail(err, ENOENT, "open", name);
        }
    }
    TRY(sync_parent(dir_fd, name, is_new, err));
    *out = fs_take(&fd);
    return ASSAY_OK;
}

enum assay_status fs_open_dir(int dir_fd, const char *name, enum fs_owner owner,
                              enum fs_missing missing, int *out, struct assay_error *err)
{
    struct dir_rule rule = { O_RDONLY, 0, owner, missing };
    return open_or_make(dir_fd, name, &rule, out, err);
}

/* The next component of rest into name; false at the end. */
static bool next_component(struct slice *rest, char name[NAME_MAX + 1], struct slice *component)
{
    while (rest->len > 0 && rest->ptr[0] == '/') {
        *rest = slice_from(*rest, 1);
    }
    *component = slice_first(*rest, slice_find(*rest, '/'));
    *rest = slice_from(*rest, component->len);
    if (component->len <= NAME_MAX) {
        memcpy(name, component->ptr, component->len);
        name[component->len] = '\0';
    }
    return component->len > 0;
}

enum assay_status fs_open_path(const char *path, enum fs_owner owner, enum fs_missing missing,
                               int *out, struct assay_error *err)
{
    *out = -1;
    if (path[0] != '/') {
        return FAIL(err, ASSAY_CONFIG, "%s: expected an absolute path", path);
    }
    struct slice rest = slice_from_string(path);
    while (rest.len > 1 && rest.ptr[rest.len - 1] == '/') {
        rest.len--;
    }
    struct dir_rule rule = { O_PATH, S_ISVTX, FS_OURS_OR_ROOT, missing };
    AUTO_FD fd = -1;
    TRY(enter_dir(AT_FDCWD, "/", &rule, &fd, err));
    struct slice component = SLICE_EMPTY;
    char name[NAME_MAX + 1];
    while (fd >= 0 && next_component(&rest, name, &component)) {
        if (component.len > NAME_MAX || slice_is(component, ".") || slice_is(component, "..")) {
            return FAIL(err, ASSAY_CONFIG, "%s: expected a path without \".\" and \"..\"", path);
        }
        if (rest.len == 0) {
            rule = (struct dir_rule){ O_RDONLY, 0, owner, missing };
        }
        int next = -1;
        TRY_IN(open_or_make(fd, name, &rule, &next, err), err, "%s", path);
        fd_close_quietly(&fd);
        fd = next;
    }
    *out = fs_take(&fd);
    return ASSAY_OK;
}

enum assay_status fs_open_file(int dir_fd, const char *name, int flags, enum fs_owner owner,
                               int *out, struct assay_error *err)
{
    *out = -1;
    /* O_NONBLOCK: a FIFO in its place must not make us wait. */
    AUTO_FD fd = FS_RETRY(
        openat(dir_fd, name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (fd < 0 && errno == ENOENT && (flags & O_CREAT) == 0) {
        return ASSAY_OK;
    }
    if (fd < 0) {
        return fail_open(dir_fd, name, errno, "regular file", err);
    }
    struct stat st;
    if (fstat(fd, &st) != 0) {
        return fs_fail(err, errno, "examine", name);
    }
    if (!S_ISREG(st.st_mode)) {
        return FAIL(err, ASSAY_STATE_CORRUPT, "%s is not a regular file", name);
    }
    TRY(check_owner(&st, name, owner, err));
    TRY(check_mode(&st, name, 0, err));
    if ((flags & O_CREAT) != 0 && (st.st_mode & 0777U) != (S_IRUSR | S_IWUSR) &&
        fchmod(fd, S_IRUSR | S_IWUSR) != 0) {
        return fs_fail(err, errno, "set the mode of", name);
    }
    *out = fs_take(&fd);
    return ASSAY_OK;
}

enum assay_status fs_read(int dir_fd, const char *name, size_t max_bytes, enum fs_owner owner,
                          struct buf *out, bool *found, struct assay_error *err)
{
    AUTO_FD fd = -1;
    TRY(fs_open_file(dir_fd, name, O_RDONLY, owner, &fd, err));
    *found = fd >= 0;
    if (fd < 0) {
        return ASSAY_OK;
    }
    enum assay_status status = fd_read_all(fd, max_bytes, out, err);
    if (status == ASSAY_TOO_LARGE) {
        return FAIL(err, ASSAY_STATE_CORRUPT, "%s is larger than %zu bytes", name, max_bytes);
    }
    return fs_own_status(err, status);
}
