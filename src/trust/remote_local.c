/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/remote.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "trust/remote_names.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

/* ---- a directory ---- */

struct remote_directory {
    struct tuf_remote remote;
    int fd;
    char *where;
};

static enum assay_status directory_get(struct tuf_remote *remote, struct tuf_file *files,
                                       size_t count, struct assay_error *err)
{
    struct remote_directory *directory = (struct remote_directory *)remote;
    for (size_t i = 0; i < count; i++) {
        char name[TUF_FILE_NAME_BYTES + sizeof(".json")];
        bool found = false;
        (void)snprintf(name, sizeof(name), "%s.json", files[i].name);
        /* links are not followed: a directory that others prepared must not name other files */
        enum assay_status status = file_read_at(directory->fd, name, false, files[i].max_bytes,
                                                &files[i].bytes, &found, &files[i].error);
        if (status == ASSAY_NO_MEMORY) {
            return FAIL_NO_MEMORY(err);
        }
        if (status != ASSAY_OK) {
            files[i].outcome = TUF_FILE_FAILED;
        } else {
            files[i].outcome = found ? TUF_FILE_FOUND : TUF_FILE_ABSENT;
        }
    }
    return ASSAY_OK;
}

static enum assay_status directory_list(struct tuf_remote *remote, name_fn *each, void *ctx,
                                        struct assay_error *err)
{
    const struct remote_directory *directory = (struct remote_directory *)remote;
    AUTO_TEXT_LIST names = { .count = 0 };
    TRY_IN(remote_names_scan(&names, directory->fd, err), err, "listing %s", directory->where);
    return text_list_tell(&names, each, ctx, err);
}

static void directory_free(struct tuf_remote *remote)
{
    struct remote_directory *directory = (struct remote_directory *)remote;
    fd_close_quietly(&directory->fd);
    mem_free(directory->where);
    mem_free(directory);
}

/* Opens the first of the three layouts that is there. */
static enum assay_status open_layout(const char *path, const char *gun, int *fd, char **where,
                                     struct assay_error *err)
{
    static const struct {
        const char *before;
        const char *after;
        bool with_gun;
    } layouts[] = {
        { "/tuf/", "/metadata", true },
        { "/v2/", "/_trust/tuf", true },
        { "", "", false },
    };
    for (size_t i = 0; i < ARRAY_LEN(layouts); i++) {
        AUTO_BUF name = BUF_INIT(LIMIT_URL_BYTES);
        if (layouts[i].with_gun && gun[0] == '\0') {
            continue;
        }
        TRY(buf_printf(&name, err, "%s%s%s%s", path, layouts[i].before,
                       layouts[i].with_gun ? gun : "", layouts[i].after));
        *fd = open(buf_text(&name), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (*fd >= 0) {
            *where = mem_copy_string(buf_text(&name));
            return *where == NULL ? FAIL_NO_MEMORY(err) : ASSAY_OK;
        }
    }
    return FAIL(err, ASSAY_FILE_IO, "the trust directory %s cannot be opened", path);
}

enum assay_status remote_directory_new(const char *path, const char *gun, struct tuf_remote **out,
                                       struct assay_error *err)
{
    struct remote_directory *made = mem_alloc(1, sizeof(*made));
    if (made == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    made->fd = -1;
    enum assay_status status = open_layout(path, gun, &made->fd, &made->where, err);
    if (status != ASSAY_OK) {
        directory_free(&made->remote);
        return status;
    }
    made->remote = (struct tuf_remote){
        .get = directory_get, .list = directory_list, .free = directory_free, .where = made->where
    };
    *out = &made->remote;
    return ASSAY_OK;
}

/* ---- the stored state ---- */

struct remote_state {
    struct tuf_remote remote;
    struct tuf_store *store;
};

/* The object that HEAD names for a file name; NULL when there is none. */
static const struct digest *state_object(const struct tuf_state *state, const char *name,
                                         size_t max_bytes)
{
    static const struct slice suffix = { (const uint8_t *)".root", sizeof(".root") - 1 };
    struct slice text = slice_from_string(name);
    uint64_t version = 0;
    if (slice_is(text, "root") && state->root_count > 0) {
        return &state->roots[state->root_count - 1].sha256;
    }
    if (slice_has_suffix(text, suffix) &&
        text_to_u64(slice_first(text, text.len - suffix.len), LIMIT_JSON_INTEGER, &version)) {
        for (size_t i = 0; i < state->root_count; i++) {
            if (state->roots[i].version == version) {
                return &state->roots[i].sha256;
            }
        }
        return NULL;
    }
    /* an older file that is longer than the one now signed is not that one */
    const struct tuf_floor *floor = tuf_floors_find(&state->floors, name);
    return floor == NULL || floor->length > max_bytes ? NULL : &floor->sha256;
}

static enum assay_status state_get(struct tuf_remote *remote, struct tuf_file *files, size_t count,
                                   struct assay_error *err)
{
    struct remote_state *state = (struct remote_state *)remote;
    for (size_t i = 0; i < count; i++) {
        const struct digest *object =
            state_object(tuf_store_state(state->store), files[i].name, files[i].max_bytes);
        if (object == NULL) {
            files[i].outcome = TUF_FILE_ABSENT;
            continue;
        }
        TRY(tuf_store_read(state->store, object, files[i].max_bytes, &files[i].bytes, err));
        files[i].outcome = TUF_FILE_FOUND;
    }
    return ASSAY_OK;
}

static enum assay_status state_list(struct tuf_remote *remote, name_fn *each, void *ctx,
                                    struct assay_error *err)
{
    const struct tuf_state *state = tuf_store_state(((struct remote_state *)remote)->store);
    AUTO_TEXT_LIST names = { .count = 0 };
    for (size_t i = 0; i < state->root_count; i++) {
        char name[TUF_FILE_NAME_BYTES];
        (void)snprintf(name, sizeof(name), "%" PRIu64 ".root", state->roots[i].version);
        TRY(remote_names_add(&names, name, err));
    }
    for (size_t i = 0; i < state->floors.count; i++) {
        TRY(remote_names_add(&names, state->floors.items[i].role, err));
    }
    return text_list_tell(&names, each, ctx, err);
}

static void state_free(struct tuf_remote *remote)
{
    mem_free(remote);
}

enum assay_status remote_state_new(struct tuf_store *store, struct tuf_remote **out,
                                   struct assay_error *err)
{
    struct remote_state *made = mem_alloc(1, sizeof(*made));
    if (made == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    made->store = store;
    made->remote = (struct tuf_remote){
        .get = state_get, .list = state_list, .free = state_free, .where = "the stored state"
    };
    *out = &made->remote;
    return ASSAY_OK;
}
