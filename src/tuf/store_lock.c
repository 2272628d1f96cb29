/* SPDX-License-Identifier: Apache-2.0 */
/* Locks that die with the process. Waiting is polling: a blocking lock has no deadline. */
#include "tuf/store_fs.h"

#include "base/limits.h"

#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define POLL_FIRST_MS 1L
#define POLL_LAST_MS  50L

/* 0, or the errno of the refusal; EAGAIN: someone else holds it. */
static int try_flock(int fd, bool exclusive)
{
    int operation = (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB;
    return FS_RETRY(flock(fd, operation)) == 0 ? 0 : errno;
}

/* Only what says "never heard of it" leads to flock: two kinds of lock do not see one another, so
 * all processes on a file system must come to the same one. */
static int try_lock(int fd, bool exclusive)
{
    struct flock lock = { .l_type = exclusive ? F_WRLCK : F_RDLCK, .l_whence = SEEK_SET };
    if (FS_RETRY(fcntl(fd, F_OFD_SETLK, &lock)) == 0) {
        return 0;
    }
    if (errno == EINVAL || errno == EOPNOTSUPP || errno == ENOSYS) {
        return try_flock(fd, exclusive);
    }
    return errno == EACCES ? EAGAIN : errno;
}

static void sleep_ms(long ms)
{
    struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000L };
    (void)nanosleep(&pause, NULL); /* a signal ends it early: the loop looks */
}

static enum assay_status poll_lock(int fd, bool exclusive, int (*try)(int fd, bool exclusive),
                                   const struct assay_env *env, struct assay_error *err)
{
    const struct assay_clock *clock = env == NULL ? &assay_clock_system : env->clock;
    int64_t start_ms = clock->monotonic_ms(clock->ctx);
    for (long pause_ms = POLL_FIRST_MS;;
         pause_ms = pause_ms < POLL_LAST_MS ? pause_ms * 2 : pause_ms) {
        int refusal = try(fd, exclusive);
        if (refusal == 0) {
            return ASSAY_OK;
        }
        if (refusal != EAGAIN) {
            char text[128];
            return FAIL(err, ASSAY_STATE_LOCK, "cannot lock: %s",
                        strerror_r(refusal, text, sizeof text));
        }
        if (clock->monotonic_ms(clock->ctx) - start_ms >= LIMIT_LOCK_MS) {
            return FAIL(err, ASSAY_STATE_LOCK, "another process held the lock for %ld ms",
                        LIMIT_LOCK_MS);
        }
        enum assay_status status = env == NULL ? ASSAY_OK : env_check_interrupted(env, err);
        if (status != ASSAY_OK) {
            return status;
        }
        sleep_ms(pause_ms);
        pause_ms = pause_ms < POLL_LAST_MS ? pause_ms * 2 : POLL_LAST_MS;
    }
}

enum assay_status fs_lock(int fd, bool exclusive, const struct assay_env *env,
                          struct assay_error *err)
{
    return poll_lock(fd, exclusive, try_lock, env, err);
}

enum assay_status fs_lock_dir(int fd, bool exclusive, const struct assay_env *env,
                              struct assay_error *err)
{
    return poll_lock(fd, exclusive, try_flock, env, err);
}

bool fs_try_lock_dir_alone(int fd)
{
    return try_flock(fd, true) == 0;
}

void fs_share_dir_lock(int fd)
{
    (void)try_flock(fd, false); /* only a sweep could refuse, and that holds the state's lock */
}
