/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/rewrite.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h> /* renameat */
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define RANDOM_BYTES    8
#define REWRITTEN_BYTES (2 * LIMIT_SCAN_BYTES)
#define MODE_BITS       07777

/* Whether a reference could go on with this byte. */
static bool goes_on(uint8_t byte)
{
    uint8_t lower = byte_to_lower(byte);
    return (lower >= 'a' && lower <= 'z') || (byte >= '0' && byte <= '9') ||
           (byte != '\0' && strchr("@:/._-", byte) != NULL);
}

/* The whole reference, not the beginning of another one: a file that is named in two ways would be
 * given its digests twice. */
static bool stands_at(struct slice bytes, size_t offset, struct slice was)
{
    struct slice rest = slice_from(bytes, offset);
    return offset <= bytes.len && slice_has_prefix(rest, was) &&
           (rest.len == was.len || !goes_on(rest.ptr[was.len]));
}

enum assay_status scan_rewrite(struct slice bytes, const struct scan_edit *edits, size_t count,
                               struct buf *out, struct assay_error *err)
{
    size_t done = 0;
    for (size_t i = 0; i < count; i++) {
        struct slice was = slice_from_string(edits[i].was);
        if (edits[i].offset < done) {
            return FAIL(err, ASSAY_INTERNAL, "edits of a file overlap");
        }
        if (!stands_at(bytes, edits[i].offset, was)) {
            return FAIL(err, ASSAY_FILE_IO, "the file was changed since it was read");
        }
        TRY(buf_append(out, slice_of(bytes.ptr + done, edits[i].offset - done), err));
        TRY(buf_append_string(out, edits[i].text, err));
        done = edits[i].offset + was.len;
    }
    return buf_append(out, slice_from(bytes, done), err);
}

/* ---- the file ---- */

struct target {
    char path[PATH_MAX]; /* without links */
    const char *name;    /* its last part */
    int dir_fd;
    struct stat info; /* when it was read */
};

static void target_close(struct target *target)
{
    fd_close_quietly(&target->dir_fd);
}

static int open_at(int dir_fd, const char *name, int flags)
{
    return (int)TEMP_FAILURE_RETRY(
        openat(dir_fd, name, flags | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
}

static bool sync_to_disk(int fd)
{
    return TEMP_FAILURE_RETRY(fsync(fd)) == 0;
}

static enum assay_status fail_io(struct assay_error *err, const char *what)
{
    return FAIL(err, ASSAY_FILE_IO, "cannot %s: %s", what, strerror(errno));
}

/* Finds the file itself, opens its directory, and reads it. */
static enum assay_status target_read(struct target *target, const char *path, struct buf *bytes,
                                     struct assay_error *err)
{
    if (realpath(path, target->path) == NULL) {
        return fail_io(err, "find the file");
    }
    char *slash = strrchr(target->path, '/');
    *slash = '\0'; /* an absolute path has one */
    target->name = slash + 1;
    target->dir_fd =
        open_at(AT_FDCWD, slash == target->path ? "/" : target->path, O_RDONLY | O_DIRECTORY);
    if (target->dir_fd < 0) {
        return fail_io(err, "open the directory");
    }
    /* replacing the file needs no right to write to it: ask as if we wrote into it */
    AUTO_FD fd = open_at(target->dir_fd, target->name, O_RDWR | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &target->info) != 0) {
        return fail_io(err, "open the file for writing");
    }
    return fd_read_file(fd, LIMIT_SCAN_BYTES, bytes, err);
}

static bool is_unchanged(const struct target *target)
{
    struct stat now;
    const struct stat *then = &target->info;
    return fstatat(target->dir_fd, target->name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
           now.st_dev == then->st_dev && now.st_ino == then->st_ino &&
           now.st_size == then->st_size && now.st_mtim.tv_sec == then->st_mtim.tv_sec &&
           now.st_mtim.tv_nsec == then->st_mtim.tv_nsec && now.st_mode == then->st_mode;
}

static enum assay_status fill(const struct target *target, int fd, struct slice bytes,
                              struct assay_error *err)
{
    /* first the owner, which takes bits of the mode away; only root may give files away */
    bool is_owned = fchown(fd, target->info.st_uid, target->info.st_gid) == 0;
    mode_t mode = target->info.st_mode & MODE_BITS;
    if (fchmod(fd, is_owned ? mode : mode & ~(mode_t)(S_ISUID | S_ISGID)) != 0) {
        return fail_io(err, "set the mode");
    }
    TRY(fd_write_all(fd, bytes, err));
    return sync_to_disk(fd) ? ASSAY_OK : fail_io(err, "write to disk");
}

static enum assay_status replace(const struct target *target, const char *temporary,
                                 struct slice bytes, struct assay_error *err)
{
    AUTO_FD fd = open_at(target->dir_fd, temporary, O_WRONLY | O_CREAT | O_EXCL);
    if (fd < 0) {
        return fail_io(err, "create a file beside it");
    }
    enum assay_status status = fill(target, fd, bytes, err);
    if (status == ASSAY_OK && !is_unchanged(target)) {
        status = FAIL(err, ASSAY_FILE_IO, "the file was changed since it was read");
    }
    if (status == ASSAY_OK &&
        renameat(target->dir_fd, temporary, target->dir_fd, target->name) != 0) {
        status = fail_io(err, "replace the file");
    }
    if (status != ASSAY_OK) {
        (void)unlinkat(target->dir_fd, temporary, 0);
        return status;
    }
    return sync_to_disk(target->dir_fd) ? ASSAY_OK : fail_io(err, "write the directory to disk");
}

enum assay_status scan_rewrite_file(const char *path, const struct scan_edit *edits, size_t count,
                                    struct assay_error *err)
{
    CLEANUP(target_close) struct target target = { .dir_fd = -1 };
    AUTO_BUF bytes = BUF_INIT(LIMIT_SCAN_BYTES);
    AUTO_BUF rewritten = BUF_INIT(REWRITTEN_BYTES);
    uint8_t random[RANDOM_BYTES];
    char hex[2 * RANDOM_BYTES + 1];
    char temporary[sizeof(".assay-") + sizeof(hex)];
    struct buf name = { .ptr = (uint8_t *)temporary,
                        .cap = sizeof(temporary),
                        .max = sizeof(temporary) - 1 };
    TRY_IN(target_read(&target, path, &bytes, err), err, "%s", path);
    TRY_IN(scan_rewrite(buf_slice(&bytes), edits, count, &rewritten, err), err, "%s", path);
    if (TEMP_FAILURE_RETRY(getrandom(random, sizeof(random), 0)) != (ssize_t)sizeof(random)) {
        return fail_io(err, "make up a name");
    }
    hex_encode(slice_of(random, sizeof(random)), hex, sizeof(hex));
    TRY(buf_append_string(&name, ".assay-", err));
    TRY(buf_append_string(&name, hex, err));
    TRY_IN(replace(&target, temporary, buf_slice(&rewritten), err), err, "%s", path);
    return ASSAY_OK;
}
