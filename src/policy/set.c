/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/set.h"
#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

enum assay_status policy_set_new(struct policy_set **out, struct assay_error *err)
{
    *out = mem_alloc(1, sizeof(**out));
    if (*out == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    (*out)->arena = (struct arena)ARENA_INIT(LIMIT_POLICY_ARENA);
    return ASSAY_OK;
}

void policy_set_free(struct policy_set *set)
{
    if (set != NULL) {
        arena_clear(&set->arena);
        mem_free(set);
    }
}

void policy_set_cleanup(struct policy_set **set)
{
    policy_set_free(*set);
}

/* ---- adding ---- */

static enum assay_status read_profile(struct arena *arena, const char *profile,
                                      struct policy_layer *out, struct assay_error *err)
{
    struct policy_reader reader = { .arena = arena, .directory_fd = -1, .is_profile = true };
    const char *none = NULL;
    TRY(arena_format(arena, &reader.name, err, "profile %s", profile));
    return policy_read(&reader, slice_from_string(policy_profile(profile)), out, &none, err);
}

static enum assay_status read_file(struct policy_set *set, struct policy_reader *reader,
                                   struct slice text, bool is_guest, struct assay_error *err)
{
    struct policy_file *file = &set->files[set->count];
    const char *profile = NULL;
    *file = (struct policy_file){ .name = reader->name, .is_guest = is_guest };
    TRY(policy_read(reader, text, &file->layers[0], &profile, err));
    if (profile != NULL) {
        TRY(read_profile(&set->arena, profile, &file->layers[1], err));
    }
    set->count++;
    return ASSAY_OK;
}

/* Where the arena ends is where the policy's limit ends. */
static enum assay_status as_policy(enum assay_status status, const char *name,
                                   struct assay_error *err)
{
    return status == ASSAY_JSON_LIMIT
               ? FAIL(err, ASSAY_POLICY_INVALID,
                      "%s: read, all policies together would take more than %lu bytes", name,
                      LIMIT_POLICY_ARENA)
               : status;
}

/* The directory as it is now: a session may run from elsewhere. */
static enum assay_status open_directory(struct policy_reader *reader, const char *directory,
                                        struct assay_error *err)
{
    char full[PATH_MAX];
    if (realpath(directory, full) == NULL) {
        return FAIL(err, ASSAY_FILE_IO, "%s: %s", directory, strerror(errno));
    }
    TRY(arena_copy_text(reader->arena, slice_from_string(full), &reader->directory, err));
    reader->directory_fd = open(full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return reader->directory_fd >= 0
               ? ASSAY_OK
               : FAIL(err, ASSAY_FILE_IO, "%s: %s", directory, strerror(errno));
}

static enum assay_status add(struct policy_set *set, struct slice text, const char *name,
                             const char *directory, bool is_guest, struct assay_error *err)
{
    struct policy_reader reader = { .arena = &set->arena, .directory_fd = -1 };
    if (set->count == LIMIT_POLICY_FILES) {
        return FAIL(err, ASSAY_POLICY_INVALID, "%s: more than %d policies", name,
                    LIMIT_POLICY_FILES);
    }
    TRY(arena_copy_text(&set->arena, slice_from_string(name), &reader.name, err));
    if (directory != NULL) {
        TRY(open_directory(&reader, directory, err));
    }
    enum assay_status status = read_file(set, &reader, text, is_guest, err);
    fd_close_quietly(&reader.directory_fd);
    return status;
}

/* What lies in a checkout leads nowhere else. */
static enum assay_status read_project(const char *directory, const char *name, struct buf *out,
                                      struct assay_error *err)
{
    bool found = false;
    AUTO_FD fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return FAIL(err, ASSAY_FILE_IO, "%s: %s", directory, strerror(errno));
    }
    TRY(file_read_at(fd, name, false, LIMIT_POLICY_BYTES, out, &found, err));
    return found ? ASSAY_OK : FAIL(err, ASSAY_FILE_IO, "%s: no such file in %s", name, directory);
}

static enum assay_status load(struct policy_set *set, const char *path, bool is_guest,
                              struct assay_error *err)
{
    AUTO_BUF text = BUF_INIT(LIMIT_POLICY_BYTES);
    AUTO_BUF directory = BUF_INIT(PATH_MAX);
    struct slice full = slice_from_string(path);
    size_t slash = slice_find_last(full, '/');
    bool is_bare = slash == full.len;
    TRY(is_bare ? buf_append_string(&directory, ".", err)
                : buf_append(&directory, slice_first(full, slash + 1), err));
    enum assay_status status =
        is_guest ? read_project(buf_text(&directory), is_bare ? path : path + slash + 1, &text, err)
                 : file_read(path, LIMIT_POLICY_BYTES, &text, err);
    if (status == ASSAY_TOO_LARGE) {
        return FAIL(err, ASSAY_POLICY_INVALID, "%s: more than %lu bytes", path, LIMIT_POLICY_BYTES);
    }
    TRY(status);
    return as_policy(add(set, buf_slice(&text), path, buf_text(&directory), is_guest, err), path,
                     err);
}

enum assay_status policy_load(struct policy_set *set, const char *path, struct assay_error *err)
{
    return load(set, path, false, err);
}

enum assay_status policy_load_project(struct policy_set *set, const char *path,
                                      struct assay_error *err)
{
    return load(set, path, true, err);
}

enum assay_status policy_load_text(struct policy_set *set, struct slice text, const char *name,
                                   const char *directory, struct assay_error *err)
{
    return as_policy(add(set, text, name, directory, false, err), name, err);
}

/* ---- looking ---- */

size_t policy_count(const struct policy_set *set)
{
    return set->count;
}

const char *policy_file_name(const struct policy_set *set, size_t file)
{
    return set->files[file].name;
}

size_t policy_scope_count(const struct policy_set *set, size_t file)
{
    return set->files[file].layers[0].count + set->files[file].layers[1].count;
}

struct policy_origin policy_scope_at(const struct policy_set *set, size_t file, size_t scope)
{
    const struct policy_layer *layer = &set->files[file].layers[0];
    if (scope >= layer->count) {
        scope -= layer->count;
        layer++;
    }
    return (struct policy_origin){ layer->name, layer->scopes[scope].written };
}
