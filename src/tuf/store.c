/* SPDX-License-Identifier: Apache-2.0 */
#include "tuf/store_private.h"

#include "base/file.h"
#include "base/mem.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

enum assay_status store_gun_hex(const char *gun, char out[DIGEST_HEX_BYTES],
                                struct assay_error *err)
{
    for (const char *c = gun; *c != '\0'; c++) {
        if (*c <= ' ' || *c > '~') {
            return FAIL(err, ASSAY_REFERENCE, "a repository name of plain characters expected: %s",
                        gun);
        }
    }
    if (gun[0] == '\0' || strlen(gun) >= LIMIT_REFERENCE_BYTES) {
        return FAIL(err, ASSAY_REFERENCE, "a repository name has 1 to %d characters",
                    LIMIT_REFERENCE_BYTES - 1);
    }
    struct digest sum;
    char hex[DIGEST_TEXT_BYTES];
    TRY(digest_compute(DIGEST_SHA256, slice_from_string(gun), &sum, err));
    digest_hex(&sum, hex);
    memcpy(out, hex, DIGEST_HEX_BYTES);
    return ASSAY_OK;
}

enum assay_status store_open_gun_dir(const char *state_dir, const char *gun_hex,
                                     enum fs_missing missing, int *out, struct assay_error *err)
{
    *out = -1;
    AUTO_FD state_fd = -1;
    TRY(fs_open_path(state_dir, FS_OURS, missing, &state_fd, err));
    if (state_fd < 0) {
        return ASSAY_OK;
    }
    AUTO_FD guns_fd = -1;
    TRY(fs_open_dir(state_fd, STORE_GUNS, FS_OURS, missing, &guns_fd, err));
    if (guns_fd < 0) {
        return ASSAY_OK;
    }
    return fs_open_dir(guns_fd, gun_hex, FS_OURS, missing, out, err);
}

enum assay_status store_read_head(int gun_fd, const char *gun, struct tuf_state *out,
                                  struct assay_error *err)
{
    AUTO_BUF text = BUF_INIT(LIMIT_HEAD_BYTES);
    bool found = false;
    TRY(fs_read(gun_fd, STORE_HEAD, LIMIT_HEAD_BYTES, FS_OURS, &text, &found, err));
    return found ? head_decode(buf_slice(&text), gun, out, err) : ASSAY_OK;
}

enum assay_status store_check_gun(int gun_fd, const char *gun, bool *found, struct assay_error *err)
{
    AUTO_BUF text = BUF_INIT(LIMIT_REFERENCE_BYTES);
    TRY(fs_read(gun_fd, STORE_GUN, LIMIT_REFERENCE_BYTES, FS_OURS, &text, found, err));
    struct slice line = buf_slice(&text);
    struct slice name = slice_first(line, strlen(gun));
    if (*found && (!slice_is(name, gun) || !slice_is(slice_from(line, name.len), "\n"))) {
        return FAIL(err, ASSAY_STATE_CORRUPT, "the state is of %.*s, not of %s", SLICE_ARGS(line),
                    gun);
    }
    return ASSAY_OK;
}

/* A missing lock file is no obstacle to reading: HEAD is replaced whole. */
static enum assay_status read_locked(struct tuf_store *store, struct assay_error *err)
{
    AUTO_FD lock_fd = -1;
    TRY(fs_open_file(store->gun_fd, STORE_LOCK, O_RDONLY, FS_OURS, &lock_fd, err));
    if (lock_fd >= 0) {
        TRY(fs_lock(lock_fd, false, store->env, err));
    }
    TRY(fs_open_dir(store->gun_fd, STORE_OBJS, FS_OURS, FS_LOOK, &store->objs_fd, err));
    if (store->objs_fd >= 0) {
        TRY(fs_lock_dir(store->objs_fd, false, store->env, err));
    }
    TRY(store_read_head(store->gun_fd, store->gun, &store->opened, err));
    bool found = false;
    TRY(store_check_gun(store->gun_fd, store->gun, &found, err));
    if (!found && store->opened.generation > 0) {
        return FAIL(err, ASSAY_STATE_CORRUPT, "the file %s is missing", STORE_GUN);
    }
    return ASSAY_OK;
}

static enum assay_status open_into(struct tuf_store *store, int64_t now_unix_s,
                                   struct assay_error *err)
{
    TRY(store_open_gun_dir(store->state_dir, store->gun_hex, FS_LOOK, &store->gun_fd, err));
    if (store->gun_fd < 0) {
        return ASSAY_OK;
    }
    TRY(read_locked(store, err));
    if (now_unix_s != 0 && now_unix_s < store->opened.last_seen_unix_s - LIMIT_CLOCK_BACK_S) {
        return FAIL(err, ASSAY_CLOCK,
                    "the clock says %" PRId64 ", the last successful run was at %" PRId64,
                    now_unix_s, store->opened.last_seen_unix_s);
    }
    return ASSAY_OK;
}

enum assay_status tuf_store_open(const char *state_dir, const char *gun, int64_t now_unix_s,
                                 const struct assay_env *env, struct tuf_store **out,
                                 struct assay_error *err)
{
    *out = NULL;
    char gun_hex[DIGEST_HEX_BYTES];
    TRY(store_gun_hex(gun, gun_hex, err));
    struct tuf_store *store = mem_alloc(1, sizeof *store);
    if (store == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    store->gun_fd = -1;
    store->objs_fd = -1;
    store->env = env;
    memcpy(store->gun, gun, strlen(gun));
    memcpy(store->gun_hex, gun_hex, sizeof gun_hex);
    store->state_dir = mem_copy_string(state_dir);
    enum assay_status status =
        store->state_dir == NULL ? FAIL_NO_MEMORY(err) : open_into(store, now_unix_s, err);
    if (status != ASSAY_OK) {
        tuf_store_close(store);
        return error_context(err, status, "trust state of %s in %s", gun, state_dir);
    }
    *out = store;
    return ASSAY_OK;
}

void tuf_store_close(struct tuf_store *store)
{
    if (store == NULL) {
        return;
    }
    fd_close_quietly(&store->objs_fd);
    fd_close_quietly(&store->gun_fd);
    tuf_state_clear(&store->opened);
    mem_free(store->state_dir);
    mem_free(store);
}

const struct tuf_state *tuf_store_state(const struct tuf_store *store)
{
    return &store->opened;
}

enum assay_status tuf_store_read(struct tuf_store *store, const struct digest *sha256,
                                 size_t max_bytes, struct buf *out, struct assay_error *err)
{
    char hex[DIGEST_TEXT_BYTES];
    digest_hex(sha256, hex);
    bool found = false;
    if (store->objs_fd >= 0) {
        TRY(fs_read(store->objs_fd, hex, max_bytes, FS_OURS, out, &found, err));
    }
    if (!found) {
        return FAIL(err, ASSAY_STATE_CORRUPT, "the stored file %s is missing", hex);
    }
    struct digest sum;
    TRY(digest_compute(DIGEST_SHA256, buf_slice(out), &sum, err));
    if (!digest_equal(&sum, sha256)) {
        buf_reset(out);
        return FAIL(err, ASSAY_STATE_CORRUPT, "the stored file %s has other bytes", hex);
    }
    return ASSAY_OK;
}
