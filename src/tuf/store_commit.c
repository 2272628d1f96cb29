/* SPDX-License-Identifier: Apache-2.0 */
#include "tuf/store_private.h"

#include "base/file.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MODE (S_IRUSR | S_IWUSR)

/* Whoever waited for a file that has been removed or replaced holds a lock that no one else sees.
 */
static enum assay_status check_lock_in_place(int gun_fd, int lock_fd, struct assay_error *err)
{
    struct stat held;
    struct stat named;
    if (fstat(lock_fd, &held) != 0 ||
        fstatat(gun_fd, STORE_LOCK, &named, AT_SYMLINK_NOFOLLOW) != 0) {
        return fs_fail(err, errno, "examine", STORE_LOCK);
    }
    if (held.st_dev != named.st_dev || held.st_ino != named.st_ino) {
        return FAIL(err, ASSAY_STATE_IO, "the lock file was replaced meanwhile");
    }
    return ASSAY_OK;
}

enum assay_status store_lock_exclusive(int gun_fd, const struct assay_env *env, int *out,
                                       struct assay_error *err)
{
    AUTO_FD fd = -1;
    *out = -1;
    TRY(fs_open_file(gun_fd, STORE_LOCK, O_RDWR | O_CREAT, FS_OURS, &fd, err));
    TRY(fs_lock(fd, true, env, err));
    TRY(check_lock_in_place(gun_fd, fd, err));
    *out = fs_take(&fd);
    return ASSAY_OK;
}

/* Before the first HEAD, everything that it will stand on is made; making objs syncs the GUN's
 * directory, whoever made what is in it. */
static enum assay_status prepare_first(struct tuf_store *store, struct assay_error *err)
{
    bool found = false;
    TRY(store_check_gun(store->gun_fd, store->gun, &found, err));
    if (!found) {
        AUTO_BUF line = BUF_INIT(LIMIT_REFERENCE_BYTES);
        TRY(buf_printf(&line, err, "%s\n", store->gun));
        TRY(fs_put(store->gun_fd, STORE_GUN, FILE_MODE, buf_slice(&line), err));
    }
    fd_close_quietly(&store->objs_fd);
    TRY(fs_open_dir(store->gun_fd, STORE_OBJS, FS_OURS, FS_MAKE, &store->objs_fd, err));
    return fs_lock_dir(store->objs_fd, false, store->env, err);
}

/* ---- objects ---- */

/* Whether the object is there with these very bytes; another content is replaced. */
static enum assay_status object_stands(int objs_fd, const char *hex, struct slice bytes,
                                       bool *stands, struct assay_error *err)
{
    *stands = false;
    AUTO_FD fd = -1;
    TRY(fs_open_file(objs_fd, hex, O_RDONLY, FS_OURS, &fd, err));
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0 || (uint64_t)st.st_size != bytes.len) {
        return ASSAY_OK;
    }
    AUTO_BUF stored = BUF_INIT(bytes.len);
    TRY(fs_own_status(err, fd_read_all(fd, bytes.len, &stored, err)));
    *stands = slice_equal(buf_slice(&stored), bytes);
    return ASSAY_OK;
}

static enum assay_status write_object(int objs_fd, const struct tuf_object *object,
                                      struct assay_error *err)
{
    char hex[DIGEST_TEXT_BYTES];
    bool stands = false;
    digest_hex(&object->sha256, hex);
    TRY(object_stands(objs_fd, hex, object->bytes, &stands, err));
    return stands ? ASSAY_OK : fs_put(objs_fd, hex, FILE_MODE, object->bytes, err);
}

static enum assay_status check_object(int objs_fd, const struct digest *sha256, uint64_t length,
                                      struct assay_error *err)
{
    char hex[DIGEST_TEXT_BYTES];
    digest_hex(sha256, hex);
    struct stat st;
    if (fstatat(objs_fd, hex, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT
                   ? FAIL(err, ASSAY_STATE_CORRUPT, "the stored file %s is missing", hex)
                   : fs_fail(err, errno, "examine", hex);
    }
    if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != length) {
        return FAIL(err, ASSAY_STATE_CORRUPT, "the stored file %s is not of %" PRIu64 " bytes", hex,
                    length);
    }
    return ASSAY_OK;
}

/* A HEAD must not name what is not there. */
static enum assay_status check_objects(int objs_fd, const struct tuf_state *next,
                                       struct assay_error *err)
{
    for (size_t i = 0; i < next->root_count; i++) {
        TRY(check_object(objs_fd, &next->roots[i].sha256, next->roots[i].length, err));
    }
    for (size_t i = 0; i < next->floors.count; i++) {
        const struct tuf_floor *floor = &next->floors.items[i];
        TRY(check_object(objs_fd, &floor->sha256, floor->length, err));
    }
    return ASSAY_OK;
}

/* ---- the commit ---- */

static enum assay_status write_head(struct tuf_store *store, struct tuf_state *next,
                                    uint64_t generation, struct assay_error *err)
{
    uint64_t before = next->generation;
    AUTO_BUF text = BUF_INIT(LIMIT_HEAD_BYTES);
    next->generation = generation;
    enum assay_status status = head_encode(store->gun, next, &text, err);
    if (status == ASSAY_OK) {
        status = fs_put(store->gun_fd, STORE_HEAD, FILE_MODE, buf_slice(&text), err);
    }
    if (status == ASSAY_OK) {
        status = fs_sync_dir(store->gun_fd, store->gun_hex, err);
    }
    if (status != ASSAY_OK) {
        next->generation = before;
    }
    return status;
}

/* Best effort: what is left behind costs space and nothing else. No other run may have the state
 * open, since it may still read the objects of an older HEAD. */
static void sweep(struct tuf_store *store, const struct tuf_state *next)
{
    struct assay_error ignored = ERROR_INIT;
    if (fs_try_lock_dir_alone(store->objs_fd)) {
        if (store_sweep(store->objs_fd, next, &ignored) != ASSAY_OK ||
            store_sweep(store->gun_fd, next, &ignored) != ASSAY_OK) {
            log_line(store->env == NULL ? NULL : store->env->log, LOG_WARN,
                     "cannot clean up the trust state: %s", ignored.message);
        }
    }
    fs_share_dir_lock(store->objs_fd); /* also after a refusal, which may have taken the lock */
}

/* What changed is written; then, and only then, the new HEAD. */
static enum assay_status write_state(struct tuf_store *store, const struct tuf_state *current,
                                     struct tuf_state *next, const struct tuf_object *objects,
                                     size_t object_count, struct assay_error *err)
{
    if (current->generation == 0) {
        TRY(prepare_first(store, err));
    }
    if (store->objs_fd < 0) {
        return FAIL(err, ASSAY_STATE_CORRUPT, "the directory %s is missing", STORE_OBJS);
    }
    for (size_t i = 0; i < object_count; i++) {
        TRY(write_object(store->objs_fd, &objects[i], err));
    }
    TRY(check_objects(store->objs_fd, next, err));
    TRY(fs_sync_dir(store->objs_fd, STORE_OBJS, err));
    TRY(write_head(store, next, current->generation + 1, err));
    sweep(store, next);
    return ASSAY_OK;
}

/* The lock is held. */
static enum assay_status commit_locked(struct tuf_store *store, struct tuf_state *current,
                                       struct tuf_state *next, const struct tuf_object *objects,
                                       size_t object_count, struct assay_error *err)
{
    TRY(store_read_head(store->gun_fd, store->gun, current, err));
    if (current->generation < store->opened.generation) {
        return FAIL(err, ASSAY_STATE_IO,
                    "the state went back from generation %" PRIu64 " to %" PRIu64 " meanwhile",
                    store->opened.generation, current->generation);
    }
    TRY(tuf_state_judge(&store->opened, current, next, err));
    TRY(tuf_state_merge(&store->opened, current, next, err));
    bool is_same = current->generation > 0 && tuf_state_same(current, next);
    if (is_same && next->last_seen_unix_s - current->last_seen_unix_s < LIMIT_STATE_TOUCH_S) {
        next->generation = current->generation;
        /* The run that wrote this HEAD may have died before it was durable. */
        return fs_sync_dir(store->gun_fd, store->gun_hex, err);
    }
    return write_state(store, current, next, objects, object_count, err);
}

/* The whole path again: what was opened at the start may not be what stands there now. */
static enum assay_status lock_for_commit(struct tuf_store *store, int *lock_fd,
                                         struct assay_error *err)
{
    enum fs_missing missing = store->opened.generation == 0 ? FS_MAKE : FS_LOOK;
    fd_close_quietly(&store->objs_fd);
    fd_close_quietly(&store->gun_fd);
    TRY(store_open_gun_dir(store->state_dir, store->gun_hex, missing, &store->gun_fd, err));
    if (store->gun_fd < 0) {
        return FAIL(err, ASSAY_STATE_IO, "the state was removed meanwhile");
    }
    TRY(store_lock_exclusive(store->gun_fd, store->env, lock_fd, err));
    TRY(fs_open_dir(store->gun_fd, STORE_OBJS, FS_OURS, FS_LOOK, &store->objs_fd, err));
    if (store->objs_fd >= 0) {
        TRY(fs_lock_dir(store->objs_fd, false, store->env, err));
    }
    return ASSAY_OK;
}

enum assay_status tuf_store_commit(struct tuf_store *store, struct tuf_state *next,
                                   const struct tuf_object *objects, size_t object_count,
                                   struct assay_error *err)
{
    AUTO_FD lock_fd = -1;
    struct tuf_state current = { 0 };
    enum assay_status status = lock_for_commit(store, &lock_fd, err);
    if (status == ASSAY_OK) {
        status = commit_locked(store, &current, next, objects, object_count, err);
    }
    tuf_state_clear(&current);
    if (status != ASSAY_OK) {
        return error_context(err, status, "storing the trust state of %s in %s", store->gun,
                             store->state_dir);
    }
    return ASSAY_OK;
}
