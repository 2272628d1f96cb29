/* SPDX-License-Identifier: Apache-2.0 */
/* Forgetting and listing. */
#include "tuf/store_private.h"

#include "base/file.h"
#include "base/list.h"
#include "base/text.h"

#include <fcntl.h>
#include <sys/stat.h>

/* Whether a name is that of an object. */
static bool is_object(const char *name, struct digest *out)
{
    *out = (struct digest){ .alg = DIGEST_SHA256 };
    return hex_decode(slice_from_string(name), out->bytes, 32, NULL) == ASSAY_OK;
}

struct sweep {
    int dir_fd;
    const struct tuf_state *keep;
};

/* What has another name than ours was put there by someone and is left alone. */
static enum assay_status sweep_one(void *ctx, const char *name, struct assay_error *err)
{
    const struct sweep *sweep = ctx;
    struct digest sha256;
    bool is_ours = fs_is_temporary(name);
    if (!is_ours && is_object(name, &sha256)) {
        is_ours = sweep->keep == NULL || !tuf_state_names(sweep->keep, &sha256);
    }
    bool removed = false;
    return is_ours ? fs_remove(sweep->dir_fd, name, &removed, err) : ASSAY_OK;
}

enum assay_status store_sweep(int dir_fd, const struct tuf_state *keep, struct assay_error *err)
{
    struct sweep sweep = { dir_fd, keep };
    return fs_list(dir_fd, sweep_one, &sweep, err);
}

/* HEAD goes first: without it there is no state, whatever else is left. The lock stays, since a
 * process may be waiting for it. */
static enum assay_status remove_locked(int gun_fd, bool *removed, struct assay_error *err)
{
    bool gone = false;
    TRY(fs_remove(gun_fd, STORE_HEAD, removed, err));
    TRY(fs_sync_dir(gun_fd, STORE_HEAD, err));
    AUTO_FD objs_fd = -1;
    TRY(fs_open_dir(gun_fd, STORE_OBJS, FS_OURS, FS_LOOK, &objs_fd, err));
    if (objs_fd >= 0) {
        TRY(store_sweep(objs_fd, NULL, err));
    }
    TRY(store_sweep(gun_fd, NULL, err));
    TRY(fs_remove(gun_fd, STORE_GUN, &gone, err));
    return fs_sync_dir(gun_fd, STORE_GUN, err);
}

enum assay_status tuf_store_remove(const char *state_dir, const char *gun, bool *removed,
                                   struct assay_error *err)
{
    *removed = false;
    char gun_hex[DIGEST_HEX_BYTES];
    TRY(store_gun_hex(gun, gun_hex, err));
    AUTO_FD gun_fd = -1;
    TRY_IN(store_open_gun_dir(state_dir, gun_hex, FS_LOOK, &gun_fd, err), err,
           "trust state of %s in %s", gun, state_dir);
    if (gun_fd < 0) {
        return ASSAY_OK;
    }
    AUTO_FD lock_fd = -1;
    TRY_IN(store_lock_exclusive(gun_fd, NULL, &lock_fd, err), err, "trust state of %s in %s", gun,
           state_dir);
    TRY_IN(remove_locked(gun_fd, removed, err), err, "removing the trust state of %s in %s", gun,
           state_dir);
    return ASSAY_OK;
}

/* ---- listing ---- */

struct gun_list {
    int guns_fd;
    struct text_list *names;
};

/* The one line of the file GUN, which must belong to a directory of this name. */
static enum assay_status read_gun(int gun_fd, const char *dir_name, char gun[LIMIT_REFERENCE_BYTES],
                                  struct assay_error *err)
{
    AUTO_BUF text = BUF_INIT(LIMIT_REFERENCE_BYTES);
    bool found = false;
    char hex[DIGEST_HEX_BYTES];
    TRY(fs_read(gun_fd, STORE_GUN, LIMIT_REFERENCE_BYTES, FS_OURS, &text, &found, err));
    struct slice line = buf_slice(&text);
    size_t end = slice_find(line, '\n');
    if (!found || line.len == 0 || end + 1 != line.len) {
        return FAIL(err, ASSAY_STATE_CORRUPT, "%s/%s does not hold one line", dir_name, STORE_GUN);
    }
    memcpy(gun, line.ptr, end);
    gun[end] = '\0';
    if (store_gun_hex(gun, hex, NULL) != ASSAY_OK || strcmp(hex, dir_name) != 0) {
        return FAIL(err, ASSAY_STATE_CORRUPT, "%s/%s names another repository", dir_name,
                    STORE_GUN);
    }
    return ASSAY_OK;
}

/* A directory without HEAD is what a first run that did not finish, or a removal, left. */
static enum assay_status list_one(void *ctx, const char *name, struct assay_error *err)
{
    struct gun_list *list = ctx;
    struct digest unused;
    struct stat st;
    char gun[LIMIT_REFERENCE_BYTES];
    if (!is_object(name, &unused)) {
        return ASSAY_OK;
    }
    AUTO_FD gun_fd = -1;
    TRY(fs_open_dir(list->guns_fd, name, FS_OURS, FS_LOOK, &gun_fd, err));
    if (gun_fd < 0 || fstatat(gun_fd, STORE_HEAD, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return ASSAY_OK;
    }
    TRY(read_gun(gun_fd, name, gun, err));
    return text_list_add(list->names, gun, err);
}

enum assay_status tuf_store_list(const char *state_dir, name_fn *each, void *ctx,
                                 struct assay_error *err)
{
    AUTO_FD state_fd = -1;
    AUTO_FD guns_fd = -1;
    TRY(fs_open_path(state_dir, FS_OURS, FS_LOOK, &state_fd, err));
    if (state_fd >= 0) {
        TRY(fs_open_dir(state_fd, STORE_GUNS, FS_OURS, FS_LOOK, &guns_fd, err));
    }
    if (guns_fd < 0) {
        return ASSAY_OK;
    }
    AUTO_TEXT_LIST names = { 0 };
    struct gun_list list = { .guns_fd = guns_fd, .names = &names };
    TRY_IN(fs_list(guns_fd, list_one, &list, err), err, "trust state in %s", state_dir);
    return text_list_tell(&names, each, ctx, err);
}
