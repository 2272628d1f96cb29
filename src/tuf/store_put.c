/* SPDX-License-Identifier: Apache-2.0 */
/* Writing, removing and listing below an open directory. */
#include "tuf/store_fs.h"

#include "base/file.h"
#include "base/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h> /* renameat */
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEMPORARY_PREFIX "tmp."
#define TEMPORARY_RANDOM 8 /* bytes: no one guesses it, and two never meet */
#define TEMPORARY_BYTES  (sizeof TEMPORARY_PREFIX + 2UL * TEMPORARY_RANDOM)

static enum assay_status temporary_name(char out[TEMPORARY_BYTES], struct assay_error *err)
{
    uint8_t random[TEMPORARY_RANDOM];
    ssize_t got = FS_RETRY(getrandom(random, sizeof random, 0));
    if (got != (ssize_t)sizeof random) {
        return fs_fail(err, got < 0 ? errno : EIO, "get random bytes for", "a new file");
    }
    memcpy(out, TEMPORARY_PREFIX, sizeof TEMPORARY_PREFIX);
    hex_encode(slice_of(random, sizeof random), out + sizeof TEMPORARY_PREFIX - 1,
               2 * sizeof random + 1);
    return ASSAY_OK;
}

bool fs_is_temporary(const char *name)
{
    struct slice text = slice_from_string(name);
    struct slice random = slice_from(text, sizeof TEMPORARY_PREFIX - 1);
    return slice_has_prefix(text, SLICE_LITERAL(TEMPORARY_PREFIX)) &&
           random.len == 2UL * TEMPORARY_RANDOM && text_is_lower_hex(random);
}

/* After a failed sync the file is given up, never synced again: its pages may count as clean. */
static enum assay_status write_and_sync(int *fd, const char *name, mode_t mode, struct slice bytes,
                                        struct assay_error *err)
{
    if (fchmod(*fd, mode) != 0) {
        return fs_fail(err, errno, "set the mode of", name);
    }
    TRY_IN(fs_own_status(err, fd_write_all(*fd, bytes, err)), err, "writing %s", name);
    if (FS_RETRY(fsync(*fd)) != 0) {
        return fs_fail(err, errno, "sync", name);
    }
    if (close(fs_take(fd)) != 0 && errno != EINTR) {
        return fs_fail(err, errno, "close", name);
    }
    return ASSAY_OK;
}

enum assay_status fs_put(int dir_fd, const char *name, mode_t mode, struct slice bytes,
                         struct assay_error *err)
{
    char temporary[TEMPORARY_BYTES];
    TRY(temporary_name(temporary, err));
    AUTO_FD fd =
        FS_RETRY(openat(dir_fd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                        S_IRUSR | S_IWUSR));
    if (fd < 0) {
        return fs_fail(err, errno, "create a file for", name);
    }
    enum assay_status status = write_and_sync(&fd, name, mode, bytes, err);
    if (status == ASSAY_OK && renameat(dir_fd, temporary, dir_fd, name) != 0) {
        status = fs_fail(err, errno, "rename a new file to", name);
    }
    if (status != ASSAY_OK) {
        (void)unlinkat(dir_fd, temporary, 0);
    }
    return status;
}

enum assay_status fs_remove(int dir_fd, const char *name, bool *removed, struct assay_error *err)
{
    *removed = unlinkat(dir_fd, name, 0) == 0;
    if (!*removed && errno != ENOENT) {
        return fs_fail(err, errno, "remove", name);
    }
    return ASSAY_OK;
}

static void dir_close(DIR **dir)
{
    if (*dir != NULL) {
        (void)closedir(*dir);
    }
}

/* NULL at the end, with errno 0, and on failure. */
static const struct dirent *next_entry(DIR *dir)
{
    const struct dirent *entry = NULL;
    do {
        errno = 0;
        entry = readdir(dir);
    } while (entry != NULL &&
             (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
    return entry;
}

enum assay_status fs_list(int dir_fd, name_fn *each, void *ctx, struct assay_error *err)
{
    /* An own open file description: the position in the directory is part of it. */
    AUTO_FD fd = FS_RETRY(openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    CLEANUP(dir_close) DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir == NULL) {
        return fs_fail(err, errno, "list", "the directory");
    }
    (void)fs_take(&fd); /* it is the stream's now */
    for (const struct dirent *entry = next_entry(dir); entry != NULL; entry = next_entry(dir)) {
        TRY(each(ctx, entry->d_name, err));
    }
    return errno == 0 ? ASSAY_OK : fs_fail(err, errno, "list", "the directory");
}
