/* SPDX-License-Identifier: Apache-2.0 */
/* A directory as a place: every step below it is one component, never through a link. */
#include "archive/reader.h"
#include "base/file.h"
#include "base/mem.h"
#include "source/place.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct directory_place {
    struct place base;
    int dir_fd;
    char *path;
    struct source_context context;
};

static struct directory_place *directory_of(struct place *place)
{
    return (struct directory_place *)place;
}

/* ---- opening below ---- */

/* One step down; *fd is -1 when there is nothing. O_NONBLOCK: a FIFO must not hold us up before we
 * see that it is one. */
static enum assay_status open_step(int dir_fd, const char *name, int flags, int *fd,
                                   struct assay_error *err)
{
    *fd = openat(dir_fd, name, flags | O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (*fd >= 0 || errno == ENOENT) {
        return ASSAY_OK;
    }
    if (errno == ELOOP || errno == ENOTDIR) {
        return FAIL(err, ASSAY_LAYOUT, "'%s' is a link or of the wrong kind", name);
    }
    return FAIL(err, ASSAY_FILE_IO, "'%s' cannot be opened: %s", name, strerrordesc_np(errno));
}

static enum assay_status look_at(int fd, uint64_t *size, struct assay_error *err)
{
    struct stat info;

    if (fstat(fd, &info) != 0) {
        return FAIL(err, ASSAY_FILE_IO, "cannot be examined: %s", strerrordesc_np(errno));
    }
    if (!S_ISREG(info.st_mode)) {
        return FAIL(err, ASSAY_LAYOUT, "is not a regular file");
    }
    *size = (uint64_t)info.st_size;
    return ASSAY_OK;
}

/* *out is -1 when there is no such file. name is made of digests and fixed words. */
static enum assay_status open_below(int dir_fd, const char *name, int *out, uint64_t *size,
                                    struct assay_error *err)
{
    AUTO_FD fd = -1;
    struct slice rest = slice_from_string(name);
    char component[BLOB_NAME_BYTES];

    *out = -1;
    for (;;) {
        size_t end = slice_find(rest, '/');
        bool is_last = end == rest.len;
        if (end >= sizeof(component)) {
            return FAIL(err, ASSAY_LAYOUT, "'%s' is too long a name", name);
        }
        memcpy(component, rest.ptr, end);
        component[end] = '\0';
        int next = -1;
        TRY(open_step(fd >= 0 ? fd : dir_fd, component, is_last ? 0 : O_DIRECTORY, &next, err));
        fd_close_quietly(&fd);
        fd = next;
        if (fd < 0) {
            return ASSAY_OK;
        }
        if (is_last) {
            break;
        }
        rest = slice_from(rest, end + 1);
    }
    TRY(look_at(fd, size, err));
    *out = fd;
    fd = -1;
    return ASSAY_OK;
}

static enum assay_status directory_read(struct place *place, const char *name, size_t max_bytes,
                                        struct buf *out, bool *found, struct assay_error *err)
{
    AUTO_FD fd = -1;
    uint64_t size = 0;

    *found = false;
    TRY(open_below(directory_of(place)->dir_fd, name, &fd, &size, err));
    if (fd < 0) {
        return ASSAY_OK;
    }
    *found = true;
    return fd_read_all(fd, max_bytes, out, err);
}

/* ---- layers ---- */

/* A file that is open only while it is read: an image may have more layers than we may have files.
 */
struct lazy_reader {
    struct byte_reader base;
    int dir_fd; /* borrowed */
    const char *name;
    uint64_t size;
    int fd;
    struct byte_reader *range; /* NULL before the first read */
    bool at_end;
};

static void lazy_close(struct lazy_reader *lazy)
{
    byte_reader_free(lazy->range);
    lazy->range = NULL;
    fd_close_quietly(&lazy->fd);
}

static enum assay_status lazy_open(struct lazy_reader *lazy, struct assay_error *err)
{
    uint64_t size = 0;

    TRY(open_below(lazy->dir_fd, lazy->name, &lazy->fd, &size, err));
    if (lazy->fd < 0 || size != lazy->size) {
        return FAIL(err, ASSAY_FILE_IO, "'%s' changed while it was read", lazy->name);
    }
    return reader_range_new(lazy->fd, 0, size, &lazy->range, err);
}

static enum assay_status lazy_read(struct byte_reader *reader, uint8_t *to, size_t max, size_t *got,
                                   struct assay_error *err)
{
    struct lazy_reader *lazy = (struct lazy_reader *)reader;

    *got = 0;
    if (lazy->at_end) {
        return ASSAY_OK;
    }
    if (lazy->range == NULL) {
        TRY(lazy_open(lazy, err));
    }
    TRY(lazy->range->read(lazy->range, to, max, got, err));
    if (*got == 0) {
        lazy->at_end = true;
        lazy_close(lazy);
    }
    return ASSAY_OK;
}

struct lazy_list {
    struct lazy_reader *readers;
    struct measure_job *jobs;
    size_t count;
};

static void lazy_list_clear(struct lazy_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        lazy_close(&list->readers[i]);
    }
    mem_free(list->readers);
    mem_free(list->jobs);
}

static enum assay_status find_layer(const struct directory_place *place,
                                    const struct place_layer *wanted, uint64_t *size,
                                    struct assay_error *err)
{
    AUTO_FD fd = -1;

    TRY(open_below(place->dir_fd, wanted->name, &fd, size, err));
    if (fd < 0) {
        return FAIL(err, place->base.missing_content, "%s does not hold '%s'", place->path,
                    wanted->name);
    }
    if (wanted->size != 0 && *size != wanted->size) {
        return FAIL(err, ASSAY_SIZE_MISMATCH, "'%s' has %llu bytes, its descriptor says %llu",
                    wanted->name, (unsigned long long)*size, (unsigned long long)wanted->size);
    }
    return ASSAY_OK;
}

static void plan_layer(const struct directory_place *place, const struct place_layer *wanted,
                       struct lazy_list *list)
{
    struct assay_error reason = ERROR_INIT;
    uint64_t size = 0;

    if (find_layer(place, wanted, &size, &reason) != ASSAY_OK) {
        measured_fail(wanted->out, &reason);
        return;
    }
    struct lazy_reader *lazy = &list->readers[list->count];
    *lazy = (struct lazy_reader){
        .base = { .read = lazy_read },
        .dir_fd = place->dir_fd,
        .name = wanted->name,
        .size = size,
        .fd = -1,
    };
    list->jobs[list->count++] = (struct measure_job){
        .reader = &lazy->base,
        .bytes = size,
        .detect = wanted->detect,
        .compression = wanted->compression,
        .stored_alg = wanted->stored_alg,
        .unpacked_alg = wanted->unpacked_alg,
        .out = wanted->out,
    };
}

static enum assay_status directory_measure(struct place *base, const struct place_layer *layers,
                                           size_t count, struct assay_error *err)
{
    struct directory_place *place = directory_of(base);
    const struct measure_options options = {
        .env = place->context.env,
        .threads = place->context.threads,
        .max_layer_bytes = LIMIT_LAYER_BYTES,
        .max_total_bytes = LIMIT_IMAGE_BYTES,
    };
    CLEANUP(lazy_list_clear)
    struct lazy_list list = { .readers = mem_alloc(count + 1, sizeof(*list.readers)),
                              .jobs = mem_alloc(count + 1, sizeof(*list.jobs)) };

    if (list.readers == NULL || list.jobs == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    for (size_t i = 0; i < count; i++) {
        plan_layer(place, &layers[i], &list);
    }
    return list.count == 0 ? ASSAY_OK : measure_run(list.jobs, list.count, &options, err);
}

/* ---- life ---- */

static void directory_free(struct place *base)
{
    struct directory_place *place = directory_of(base);

    fd_close_quietly(&place->dir_fd);
    mem_free(place->path);
    mem_free(place);
}

static const struct place_ops DIRECTORY_OPS = {
    .read = directory_read,
    .measure = directory_measure,
    .free = directory_free,
};

enum assay_status place_open_directory(const char *path, const struct source_context *context,
                                       struct place **out, struct assay_error *err)
{
    struct directory_place *place = mem_alloc(1, sizeof(*place));

    *out = NULL;
    if (place == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    place->base.ops = &DIRECTORY_OPS;
    place->base.missing_file = ASSAY_LAYOUT;
    place->base.missing_content = ASSAY_MANIFEST_MISSING;
    place->context = *context;
    place->dir_fd = -1;
    place->path = mem_copy_string(path);
    place->base.shown = place->path;
    if (place->path == NULL) {
        place_free(&place->base);
        return FAIL_NO_MEMORY(err);
    }
    place->dir_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (place->dir_fd < 0) {
        enum assay_status status = FAIL(err, ASSAY_FILE_IO, "%s: %s", path, strerrordesc_np(errno));
        place_free(&place->base);
        return status;
    }
    *out = &place->base;
    return ASSAY_OK;
}
