/* SPDX-License-Identifier: Apache-2.0 */
/* For harnesses of what is read from a directory: one that is made once a process, and is removed
 * with its files when the process ends well. */
#ifndef TEST_FUZZ_SCRATCH_H
#define TEST_FUZZ_SCRATCH_H

#include "harness.h"

#include "base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SCRATCH_TEMPLATE "/tmp/assay-fuzz-XXXXXX"

struct scratch {
    char path[sizeof SCRATCH_TEMPLATE];
    int fd;
};

static inline void scratch_make(struct scratch *scratch)
{
    *scratch = (struct scratch){ .path = SCRATCH_TEMPLATE };
    INVARIANT(mkdtemp(scratch->path) != NULL);
    scratch->fd = open(scratch->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    INVARIANT(scratch->fd >= 0);
}

static inline void scratch_write(const struct scratch *scratch, const char *name,
                                 struct slice bytes)
{
    AUTO_FD fd =
        openat(scratch->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    INVARIANT(fd >= 0 && fd_write_all(fd, bytes, NULL) == ASSAY_OK);
}

static inline void scratch_remove(struct scratch *scratch)
{
    DIR *files = opendir(scratch->path);
    const struct dirent *entry;
    while (files != NULL && (entry = readdir(files)) != NULL) {
        (void)unlinkat(scratch->fd, entry->d_name, 0); /* "." and ".." stay */
    }
    (void)(files != NULL && closedir(files));
    (void)rmdir(scratch->path);
    fd_close_quietly(&scratch->fd);
}

#endif
