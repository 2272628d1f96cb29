/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the store share. */
#ifndef TUF_STORE_PRIVATE_H
#define TUF_STORE_PRIVATE_H

#include "tuf/state.h"
#include "tuf/store_fs.h"

/* The descriptors are -1 where nothing is stored yet. */
struct tuf_store {
    char *state_dir;
    char gun[LIMIT_REFERENCE_BYTES];
    char gun_hex[DIGEST_HEX_BYTES]; /* names the GUN's directory */
    int gun_fd;
    int objs_fd; /* locked shared: while it is, no one removes objects */
    const struct assay_env *env;
    struct tuf_state opened;
};

/* The names in a GUN's directory. */
#define STORE_GUNS "gun"
#define STORE_GUN  "GUN"
#define STORE_LOCK "lock"
#define STORE_HEAD "HEAD"
#define STORE_OBJS "objs"

/* Checks a GUN's form (ASSAY_REFERENCE) and gives its directory's name. */
MUST_CHECK enum assay_status store_gun_hex(const char *gun, char out[DIGEST_HEX_BYTES],
                                           struct assay_error *err);
/* The GUN's directory below state_dir; *out is -1 when it does not exist. */
MUST_CHECK enum assay_status store_open_gun_dir(const char *state_dir, const char *gun_hex,
                                                enum fs_missing missing, int *out,
                                                struct assay_error *err);
/* Reads HEAD; without one, out is the state of first use. */
MUST_CHECK enum assay_status store_read_head(int gun_fd, const char *gun, struct tuf_state *out,
                                             struct assay_error *err);
/* Whether the file GUN says gun; *found is false when there is none. */
MUST_CHECK enum assay_status store_check_gun(int gun_fd, const char *gun, bool *found,
                                             struct assay_error *err);
/* Takes the lock file, which is made when missing; closing *out releases it. */
MUST_CHECK enum assay_status store_lock_exclusive(int gun_fd, const struct assay_env *env, int *out,
                                                  struct assay_error *err);
/* Removes objects that keep does not name (NULL: names none) and what interrupted runs left. The
 * exclusive lock must be held. */
MUST_CHECK enum assay_status store_sweep(int dir_fd, const struct tuf_state *keep,
                                         struct assay_error *err);

/* store_head.c */
MUST_CHECK enum assay_status head_encode(const char *gun, const struct tuf_state *state,
                                         struct buf *out, struct assay_error *err);
/* ASSAY_STATE_CORRUPT, ASSAY_STATE_VERSION. out must be empty, and is so again on failure. */
MUST_CHECK enum assay_status head_decode(struct slice text, const char *gun, struct tuf_state *out,
                                         struct assay_error *err);

#endif
