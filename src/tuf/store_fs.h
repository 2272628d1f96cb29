/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Durable writing and careful reading below directories that only their owner can change: what the
 * trust state and the pins stand on. No link is followed anywhere, every name is fixed or made
 * here, and a failed sync is final.
 *
 * ASSAY_STATE_PERMISSION: someone else could change it; ASSAY_STATE_LINK: a link;
 * ASSAY_STATE_CORRUPT: another kind of file; ASSAY_STATE_IO: the system's own error.
 */
#ifndef TUF_STORE_FS_H
#define TUF_STORE_FS_H

#include "base/buf.h"
#include "base/callback.h"
#include "base/env.h"

#include <errno.h>
#include <sys/types.h>

/* A call again and again while a signal interrupts it; keeps the call's type. */
#define FS_RETRY(call)                                                                             \
    __extension__({                                                                                \
        __typeof__(call) retry_result;                                                             \
        do {                                                                                       \
            retry_result = (call);                                                                 \
        } while (retry_result == -1 && errno == EINTR);                                            \
        retry_result;                                                                              \
    })

/* Hands a descriptor over: leaves -1 behind, so that cleanup does nothing. */
static inline int fs_take(int *fd)
{
    int taken = *fd;
    *fd = -1;
    return taken;
}

enum fs_owner {
    FS_OURS,        /* the effective user's */
    FS_OURS_OR_ROOT /* or root's: what the system administrator wrote */
};

enum fs_missing {
    FS_LOOK, /* a missing directory gives *out = -1 */
    FS_MAKE  /* it is made, mode 0700 whatever the umask, and its parent synced */
};

enum assay_status fs_fail(struct assay_error *err, int errno_value, const char *action,
                          const char *name);

/* ASSAY_FILE_IO of the general file functions is ASSAY_STATE_IO here. */
enum assay_status fs_own_status(struct assay_error *err, enum assay_status status);

/* Opens the directory at an absolute path (ASSAY_CONFIG otherwise) for reading. Every directory on
 * the way must belong to root or the user, and no one else may write to it, unless it is sticky.
 * With FS_MAKE each of them is synced, since an interrupted run may have made it. */
MUST_CHECK enum assay_status fs_open_path(const char *path, enum fs_owner owner,
                                          enum fs_missing missing, int *out,
                                          struct assay_error *err);
/* A directory inside one that was opened so. */
MUST_CHECK enum assay_status fs_open_dir(int dir_fd, const char *name, enum fs_owner owner,
                                         enum fs_missing missing, int *out,
                                         struct assay_error *err);
/* A regular file with O_RDONLY, or O_RDWR | O_CREAT (mode 0600); *out = -1 when it is missing. */
MUST_CHECK enum assay_status fs_open_file(int dir_fd, const char *name, int flags,
                                          enum fs_owner owner, int *out, struct assay_error *err);
/* A whole file; ASSAY_STATE_CORRUPT when it is larger than max_bytes. */
MUST_CHECK enum assay_status fs_read(int dir_fd, const char *name, size_t max_bytes,
                                     enum fs_owner owner, struct buf *out, bool *found,
                                     struct assay_error *err);
/* Writes a new file beside name, syncs it and renames it to name; the directory is not synced. */
MUST_CHECK enum assay_status fs_put(int dir_fd, const char *name, mode_t mode, struct slice bytes,
                                    struct assay_error *err);
/* A file system that cannot sync directories (EINVAL) has to be taken as it is. */
MUST_CHECK enum assay_status fs_sync_dir(int dir_fd, const char *name, struct assay_error *err);
/* *removed is false when there is none. The directory is not synced. */
MUST_CHECK enum assay_status fs_remove(int dir_fd, const char *name, bool *removed,
                                       struct assay_error *err);
/* Whether a name is one that fs_put uses while it writes. */
bool fs_is_temporary(const char *name);

/* Calls each with every name of a directory but "." and "..", in no order. */
MUST_CHECK enum assay_status fs_list(int dir_fd, name_fn *each, void *ctx, struct assay_error *err);

/* Locks an open file (an OFD lock, flock where the system has none) or a directory (flock) until
 * it is closed. Waits LIMIT_LOCK_MS at most: ASSAY_STATE_LOCK. env may be NULL. */
MUST_CHECK enum assay_status fs_lock(int fd, bool exclusive, const struct assay_env *env,
                                     struct assay_error *err);
MUST_CHECK enum assay_status fs_lock_dir(int fd, bool exclusive, const struct assay_env *env,
                                         struct assay_error *err);
/* Makes a shared lock on a directory exclusive if no one else holds one, without waiting; and
 * shares it again. */
bool fs_try_lock_dir_alone(int fd);
void fs_share_dir_lock(int fd);

#endif
