/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DRAIN_BYTES 4096

#define FILE_CHUNK_BYTES (64UL * 1024)
#define WAIT_MS          100 /* how soon an interruption is seen */

void fd_close_quietly(int *fd)
{
    if (*fd >= 0) {
        int saved_errno = errno;
        (void)close(*fd); /* written files are fsynced before, so nothing is lost here */
        errno = saved_errno;
        *fd = -1;
    }
}

/* O_NONBLOCK: a FIFO must not make us wait before we see that it is no file. */
#define FILE_READ_FLAGS (O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

static int open_retrying(int dir_fd, const char *name, int flags)
{
    int fd = -1;
    do {
        fd = openat(dir_fd, name, flags);
    } while (fd < 0 && errno == EINTR);
    return fd;
}

enum assay_status fd_wait(int fd, const struct assay_env *env, struct assay_error *err)
{
    struct pollfd waited = { .fd = fd, .events = POLLIN };
    int ready = 0;
    while (ready == 0 && fd >= 0) { /* poll passes over others, and read refuses them */
        TRY(env_check_interrupted(env, err));
        ready = poll(&waited, 1, WAIT_MS);
        if (ready < 0 && errno != EINTR) {
            return FAIL(err, ASSAY_FILE_IO, "cannot wait: %s", strerror(errno));
        }
        ready = ready < 0 ? 0 : ready;
    }
    return ASSAY_OK;
}

/* One read, at most len bytes; *got is 0 at the end. env NULL: nothing is waited for. */
static enum assay_status read_some(int fd, const struct assay_env *env, uint8_t *out, size_t len,
                                   size_t *got, struct assay_error *err)
{
    ssize_t count = 0;
    if (env != NULL) {
        TRY(fd_wait(fd, env, err));
    }
    do {
        count = read(fd, out, len < SSIZE_MAX ? len : SSIZE_MAX);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        return FAIL(err, ASSAY_FILE_IO, "cannot read: %s", strerror(errno));
    }
    *got = (size_t)count;
    return ASSAY_OK;
}

/* The end, or one byte too many. */
static enum assay_status expect_end(int fd, const struct assay_env *env, size_t max_bytes,
                                    struct assay_error *err)
{
    uint8_t byte = 0;
    size_t got = 0;
    TRY(read_some(fd, env, &byte, 1, &got, err));
    if (got != 0) {
        return FAIL(err, ASSAY_TOO_LARGE, "more than the allowed %zu bytes", max_bytes);
    }
    return ASSAY_OK;
}

/* As fd_read_all, with the first read as long as the file is expected to be. */
static enum assay_status read_expecting(int fd, const struct assay_env *env, size_t expected_bytes,
                                        size_t max_bytes, struct buf *out, struct assay_error *err)
{
    size_t done = 0;
    size_t chunk = expected_bytes > 0 ? expected_bytes : FILE_CHUNK_BYTES;
    buf_reset(out);
    while (done < max_bytes) {
        size_t got = 0;
        size_t len = chunk < max_bytes - done ? chunk : max_bytes - done;
        TRY(buf_reserve(out, len, err));
        TRY(read_some(fd, env, out->ptr + out->len, len, &got, err));
        if (got == 0) {
            out->ptr[out->len] = '\0';
            return ASSAY_OK;
        }
        out->len += got;
        done += got;
        out->ptr[out->len] = '\0';
        chunk = FILE_CHUNK_BYTES;
    }
    return expect_end(fd, env, max_bytes, err);
}

enum assay_status fd_read_all(int fd, size_t max_bytes, struct buf *out, struct assay_error *err)
{
    return read_expecting(fd, NULL, 0, max_bytes, out, err);
}

enum assay_status fd_read_stream(int fd, const struct assay_env *env, size_t max_bytes,
                                 struct buf *out, struct assay_error *err)
{
    return read_expecting(fd, env, 0, max_bytes, out, err);
}

enum assay_status fd_read_file(int fd, size_t max_bytes, struct buf *out, struct assay_error *err)
{
    struct stat info;
    if (fstat(fd, &info) != 0) {
        return FAIL(err, ASSAY_FILE_IO, "cannot look at it: %s", strerror(errno));
    }
    if (!S_ISREG(info.st_mode)) {
        return FAIL(err, ASSAY_FILE_IO, "expected a regular file");
    }
    /* Only a first look: a file that grows meanwhile is stopped by the read. */
    if (info.st_size < 0 || (uintmax_t)info.st_size > max_bytes) {
        return FAIL(err, ASSAY_TOO_LARGE, "more than the allowed %zu bytes", max_bytes);
    }
    return read_expecting(fd, NULL, (size_t)info.st_size, max_bytes, out, err);
}

enum assay_status file_read(const char *path, size_t max_bytes, struct buf *out,
                            struct assay_error *err)
{
    AUTO_FD fd = open_retrying(AT_FDCWD, path, FILE_READ_FLAGS);
    if (fd < 0) {
        return FAIL(err, ASSAY_FILE_IO, "%s: cannot open: %s", path, strerror(errno));
    }
    TRY_IN(fd_read_file(fd, max_bytes, out, err), err, "reading %s", path);
    return ASSAY_OK;
}

static bool name_is_clean(const char *name)
{
    struct slice rest = slice_from_string(name);
    bool more = true;
    while (more) {
        size_t end = slice_find(rest, '/');
        struct slice component = slice_first(rest, end);
        if (component.len == 0 || slice_is(component, ".") || slice_is(component, "..")) {
            return false;
        }
        more = end < rest.len;
        rest = slice_from(rest, end + 1);
    }
    return true;
}

/* Opens name component by component, so that a link anywhere is refused with ELOOP or ENOTDIR. */
static int open_without_links(int dir_fd, const char *name, int flags)
{
    AUTO_FD parent = -1;
    struct slice rest = slice_from_string(name);
    char component[NAME_MAX + 1];
    for (;;) {
        size_t end = slice_find(rest, '/');
        if (end >= sizeof(component)) {
            errno = ENAMETOOLONG;
            return -1;
        }
        memcpy(component, rest.ptr, end);
        component[end] = '\0';
        int at = parent >= 0 ? parent : dir_fd;
        if (end == rest.len) {
            return open_retrying(at, component, flags | O_NOFOLLOW);
        }
        int next = open_retrying(at, component, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        fd_close_quietly(&parent);
        if (next < 0) {
            return -1;
        }
        parent = next;
        rest = slice_from(rest, end + 1);
    }
}

/* The kernel says EAGAIN when something was renamed meanwhile. */
#define BENEATH_TRIES 16

int fd_open_beneath(int dir_fd, const char *name, int flags)
{
    struct open_how how = { .flags = (uint64_t)(unsigned)flags | O_CLOEXEC,
                            .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS };
    long fd = -1;
    for (int i = 0; i < BENEATH_TRIES; i++) {
        fd = syscall(SYS_openat2, dir_fd, name, &how, sizeof(how));
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR)) {
            break;
        }
    }
    /* EPERM: sandboxes that do not know the call */
    if (fd < 0 && (errno == ENOSYS || errno == EPERM)) {
        if (!name_is_clean(name)) {
            errno = EXDEV;
            return -1;
        }
        return open_without_links(dir_fd, name, flags | O_CLOEXEC);
    }
    return (int)fd;
}

enum assay_status file_read_at(int dir_fd, const char *name, bool follow, size_t max_bytes,
                               struct buf *out, bool *found, struct assay_error *err)
{
    *found = false;
    if (!name_is_clean(name)) {
        return FAIL(err, ASSAY_FILE_IO, "%s: expected a plain relative name", name);
    }
    AUTO_FD fd = follow ? open_retrying(dir_fd, name, FILE_READ_FLAGS)
                        : open_without_links(dir_fd, name, FILE_READ_FLAGS);
    if (fd < 0 && errno == ENOENT) {
        return ASSAY_OK;
    }
    if (fd < 0 && !follow && errno == ELOOP) {
        return FAIL(err, ASSAY_FILE_IO, "%s: expected a file, found a symbolic link", name);
    }
    if (fd < 0) {
        return FAIL(err, ASSAY_FILE_IO, "%s: cannot open: %s", name, strerror(errno));
    }
    TRY_IN(fd_read_file(fd, max_bytes, out, err), err, "reading %s", name);
    *found = true;
    return ASSAY_OK;
}

enum assay_status fd_write_all(int fd, struct slice bytes, struct assay_error *err)
{
    while (bytes.len > 0) {
        ssize_t count = write(fd, bytes.ptr, bytes.len < SSIZE_MAX ? bytes.len : SSIZE_MAX);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return FAIL(err, ASSAY_FILE_IO, "cannot write: %s",
                        count < 0 ? strerror(errno) : "no progress");
        }
        bytes = slice_from(bytes, (size_t)count);
    }
    return ASSAY_OK;
}

void fd_drain(int fd)
{
    uint8_t bytes[DRAIN_BYTES];
    ssize_t got = 0;
    do {
        got = TEMP_FAILURE_RETRY(read(fd, bytes, sizeof(bytes)));
    } while (got > 0);
}
