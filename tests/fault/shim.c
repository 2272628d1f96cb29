/* SPDX-License-Identifier: Apache-2.0 */
#include "shim.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static struct {
    bool active;
    bool kill;
    bool is_short;
    long at;
    long count;
    long swallow;
    long syncs;
    int error;
    int trace_fd;
} shim = { .trace_fd = -1 };

/* The linker's names of the functions behind. */
int __real_openat64(int dir_fd, const char *name, int flags, ...);
int __real___openat64_2(int dir_fd, const char *name, int flags);
int __real_close(int fd);
ssize_t __real_read(int fd, void *bytes, size_t len);
ssize_t __real_write(int fd, const void *bytes, size_t len);
int __real_fsync(int fd);
int __real_renameat(int old_fd, const char *old_name, int new_fd, const char *new_name);
int __real_unlinkat(int dir_fd, const char *name, int flags);
int __real_mkdirat(int dir_fd, const char *name, mode_t mode);
int __real_fchmod(int fd, mode_t mode);
int __real_fchmodat(int dir_fd, const char *name, mode_t mode, int flags);
int __real_fstat64(int fd, struct stat *st);
int __real_fstatat64(int dir_fd, const char *name, struct stat *st, int flags);
int __real_fcntl64(int fd, int command, ...);
int __real_flock(int fd, int operation);
ssize_t __real_getrandom(void *bytes, size_t len, unsigned flags);
DIR *__real_fdopendir(int fd);
struct dirent *__real_readdir64(DIR *dir);

int __wrap_openat64(int dir_fd, const char *name, int flags, ...);
int __wrap___openat64_2(int dir_fd, const char *name, int flags);
int __wrap_close(int fd);
ssize_t __wrap_read(int fd, void *bytes, size_t len);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);
int __wrap_fsync(int fd);
int __wrap_renameat(int old_fd, const char *old_name, int new_fd, const char *new_name);
int __wrap_unlinkat(int dir_fd, const char *name, int flags);
int __wrap_mkdirat(int dir_fd, const char *name, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode);
int __wrap_fchmodat(int dir_fd, const char *name, mode_t mode, int flags);
int __wrap_fstat64(int fd, struct stat *st);
int __wrap_fstatat64(int dir_fd, const char *name, struct stat *st, int flags);
int __wrap_fcntl64(int fd, int command, ...);
int __wrap_flock(int fd, int operation);
ssize_t __wrap_getrandom(void *bytes, size_t len, unsigned flags);
DIR *__wrap_fdopendir(int fd);
struct dirent *__wrap_readdir64(DIR *dir);

static long number_from(const char *name)
{
    const char *text = getenv(name);
    return text == NULL ? 0 : strtol(text, NULL, 10);
}

void shim_begin(void)
{
    const char *trace = getenv("FAULT_TRACE");
    shim.at = number_from("FAULT_AT");
    shim.error = (int)number_from("FAULT_ERRNO");
    shim.kill = number_from("FAULT_KILL") != 0;
    shim.is_short = number_from("FAULT_SHORT") != 0;
    shim.swallow = number_from("FAULT_SWALLOW");
    if (trace != NULL) {
        shim.trace_fd =
            __real_openat64(AT_FDCWD, trace, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
    shim.active = true;
}

void shim_end(void)
{
    shim.active = false;
}

static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void note(const char *format, ...)
{
    char line[512];
    va_list args;
    if (shim.trace_fd < 0) {
        return;
    }
    va_start(args, format);
    int len = vsnprintf(line, sizeof line - 1, format, args);
    va_end(args);
    line[len] = '\n';
    if (__real_write(shim.trace_fd, line, (size_t)len + 1) != len + 1) {
        abort();
    }
}

void shim_note(const char *text)
{
    note("%s", text);
}

/* The call at hand: whether it fails, with errno set. */
static bool fails(const char *call)
{
    if (!shim.active) {
        return false;
    }
    shim.count++;
    note("call %s", call);
    if (shim.count != shim.at) {
        return false;
    }
    if (shim.kill) {
        (void)raise(SIGKILL);
    }
    errno = shim.error;
    return shim.error != 0;
}

static unsigned long inode_of(int fd)
{
    struct stat st;
    return __real_fstat64(fd, &st) == 0 ? (unsigned long)st.st_ino : 0;
}

static unsigned long inode_at(int dir_fd, const char *name)
{
    struct stat st;
    return __real_fstatat64(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? (unsigned long)st.st_ino
                                                                         : 0;
}

/* ---- what changes the file system ---- */

int __wrap_openat64(int dir_fd, const char *name, int flags, ...)
{
    mode_t mode = 0;
    if ((flags & O_CREAT) != 0) {
        va_list args;
        va_start(args, flags);
        mode = va_arg(args, mode_t);
        va_end(args);
    }
    if (fails("openat")) {
        return -1;
    }
    bool is_new = (flags & O_CREAT) != 0 && inode_at(dir_fd, name) == 0;
    int fd = __real_openat64(dir_fd, name, flags, mode);
    if (fd >= 0 && is_new && shim.active) {
        note("create %lu %s %lu", inode_of(dir_fd), name, inode_of(fd));
    }
    return fd;
}

int __wrap___openat64_2(int dir_fd, const char *name, int flags)
{
    return fails("openat") ? -1 : __real___openat64_2(dir_fd, name, flags);
}

ssize_t __wrap_write(int fd, const void *bytes, size_t len)
{
    if (!shim.active) {
        return __real_write(fd, bytes, len);
    }
    if (fails("write")) {
        return -1;
    }
    size_t some = shim.is_short && len > 1 ? 1 : len;
    ssize_t done = __real_write(fd, bytes, some);
    const unsigned char *in = bytes;
    for (ssize_t i = 0; i < done; i += 64) {
        char hex[129] = "";
        for (ssize_t k = i; k < done && k < i + 64; k++) {
            (void)snprintf(hex + 2 * (k - i), 3, "%02x", in[k]);
        }
        note("write %lu %s", inode_of(fd), hex);
    }
    return done;
}

int __wrap_fsync(int fd)
{
    if (fails("fsync")) {
        return -1;
    }
    if (shim.active && ++shim.syncs == shim.swallow) {
        note("swallowed %lu", inode_of(fd));
        return 0;
    }
    int result = __real_fsync(fd);
    if (result == 0 && shim.active) {
        note("sync %lu", inode_of(fd));
    }
    return result;
}

int __wrap_renameat(int old_fd, const char *old_name, int new_fd, const char *new_name)
{
    if (fails("renameat")) {
        return -1;
    }
    int result = __real_renameat(old_fd, old_name, new_fd, new_name);
    if (result == 0 && shim.active) {
        note("rename %lu %s %s", inode_of(old_fd), old_name, new_name);
    }
    return result;
}

int __wrap_unlinkat(int dir_fd, const char *name, int flags)
{
    if (fails("unlinkat")) {
        return -1;
    }
    int result = __real_unlinkat(dir_fd, name, flags);
    if (result == 0 && shim.active) {
        note("unlink %lu %s", inode_of(dir_fd), name);
    }
    return result;
}

int __wrap_mkdirat(int dir_fd, const char *name, mode_t mode)
{
    if (fails("mkdirat")) {
        return -1;
    }
    int result = __real_mkdirat(dir_fd, name, mode);
    if (result == 0 && shim.active) {
        note("mkdir %lu %s %lu", inode_of(dir_fd), name, inode_at(dir_fd, name));
    }
    return result;
}

/* ---- the others ---- */

ssize_t __wrap_read(int fd, void *bytes, size_t len)
{
    return fails("read") ? -1 : __real_read(fd, bytes, shim.is_short && len > 1 ? 1 : len);
}

/* Also a close that fails has closed. */
int __wrap_close(int fd)
{
    bool failed = fails("close");
    int error = errno;
    int result = __real_close(fd);
    if (failed) {
        errno = error;
    }
    return failed ? -1 : result;
}

int __wrap_fchmod(int fd, mode_t mode)
{
    return fails("fchmod") ? -1 : __real_fchmod(fd, mode);
}

int __wrap_fchmodat(int dir_fd, const char *name, mode_t mode, int flags)
{
    return fails("fchmodat") ? -1 : __real_fchmodat(dir_fd, name, mode, flags);
}

int __wrap_fstat64(int fd, struct stat *st)
{
    return fails("fstat") ? -1 : __real_fstat64(fd, st);
}

int __wrap_fstatat64(int dir_fd, const char *name, struct stat *st, int flags)
{
    return fails("fstatat") ? -1 : __real_fstatat64(dir_fd, name, st, flags);
}

int __wrap_fcntl64(int fd, int command, ...)
{
    va_list args;
    va_start(args, command);
    void *argument = va_arg(args, void *);
    va_end(args);
    return fails("fcntl") ? -1 : __real_fcntl64(fd, command, argument);
}

int __wrap_flock(int fd, int operation)
{
    return fails("flock") ? -1 : __real_flock(fd, operation);
}

ssize_t __wrap_getrandom(void *bytes, size_t len, unsigned flags)
{
    return fails("getrandom") ? -1 : __real_getrandom(bytes, len, flags);
}

DIR *__wrap_fdopendir(int fd)
{
    return fails("fdopendir") ? NULL : __real_fdopendir(fd);
}

struct dirent *__wrap_readdir64(DIR *dir)
{
    return fails("readdir") ? NULL : __real_readdir64(dir);
}
