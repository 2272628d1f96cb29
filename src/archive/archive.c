/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/archive.h"

#include "archive/archive_internal.h"
#include "base/file.h"
#include "base/list.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* ---- the table ---- */

enum assay_status archive_charge(struct archive *archive, size_t bytes, struct assay_error *err)
{
    archive->table_bytes += bytes;
    return archive->table_bytes <= LIMIT_ARCHIVE_TABLE
               ? ASSAY_OK
               : FAIL(err, ASSAY_TOO_LARGE, "the archive's entries need more than %lu bytes",
                      LIMIT_ARCHIVE_TABLE);
}

enum assay_status archive_add(struct archive *archive, const struct tar_entry *entry,
                              struct assay_error *err)
{
    if (archive->count == LIMIT_TAR_ENTRIES) {
        return FAIL(err, ASSAY_ARCHIVE, "the archive has more than %lu entries", LIMIT_TAR_ENTRIES);
    }
    TRY(archive_charge(archive, sizeof(*archive->files) + strlen(entry->name) + strlen(entry->link),
                       err));
    TRY(mem_grow(&archive->files, archive->count, &archive->cap, sizeof(*archive->files), err));
    struct archive_file *file = &archive->files[archive->count++];
    *file = (struct archive_file){ .kind = entry->kind,
                                   .size = entry->size,
                                   .offset = entry->offset,
                                   .document = BUF_INIT(LIMIT_ARCHIVE_DOCUMENT) };
    TRY(mem_set_string(&file->name, entry->name, err));
    return entry->kind == TAR_SYMLINK ? mem_set_string(&file->link, entry->link, err) : ASSAY_OK;
}

static int by_name(const void *a, const void *b)
{
    const struct archive_file *const *left = a;
    const struct archive_file *const *right = b;
    return strcmp((*left)->name, (*right)->name);
}

/* Two entries of one name: which one counts differs from program to program. */
static enum assay_status sort_names(struct archive *archive, struct assay_error *err)
{
    archive->by_name = mem_alloc(archive->count + 1, sizeof(struct archive_file *));
    if (archive->by_name == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    for (size_t i = 0; i < archive->count; i++) {
        archive->by_name[i] = &archive->files[i];
    }
    list_sort(archive->by_name, archive->count, sizeof(struct archive_file *), by_name);
    for (size_t i = 1; i < archive->count; i++) {
        const struct archive_file *one = archive->by_name[i - 1];
        const struct archive_file *two = archive->by_name[i];
        bool both_directories = one->kind == TAR_DIRECTORY && two->kind == TAR_DIRECTORY;
        if (strcmp(one->name, two->name) == 0 && !both_directories) {
            return FAIL(err, ASSAY_ARCHIVE_DUPLICATE, "two entries are named %s", two->name);
        }
    }
    return ASSAY_OK;
}

/* ---- opening ---- */

static enum assay_status read_index(struct archive *archive, struct assay_error *err)
{
    struct byte_reader *bytes = NULL;
    struct tar_reader *tar = NULL;
    bool end = false;
    TRY(reader_range_new(archive->fd, 0, (uint64_t)archive->opened.st_size, &bytes, err));
    enum assay_status status = tar_reader_new(bytes, &tar, err);
    while (status == ASSAY_OK && !end) {
        struct tar_entry entry;
        status = tar_next(tar, &entry, &end, err);
        if (status == ASSAY_OK && !end) {
            status = archive_add(archive, &entry, err);
        }
    }
    tar_reader_free(tar);
    byte_reader_free(bytes);
    return status;
}

/* Where the headers say that content stands, it must stand in this very file. */
static enum assay_status check_unchanged(const struct archive *archive, struct assay_error *err)
{
    struct stat now;
    const struct stat *then = &archive->opened;
    if (fstat(archive->fd, &now) != 0) {
        return FAIL(err, ASSAY_FILE_IO, "cannot be examined: %s", strerrordesc_np(errno));
    }
    bool same = now.st_size == then->st_size && now.st_mtim.tv_sec == then->st_mtim.tv_sec &&
                now.st_mtim.tv_nsec == then->st_mtim.tv_nsec &&
                now.st_ctim.tv_sec == then->st_ctim.tv_sec &&
                now.st_ctim.tv_nsec == then->st_ctim.tv_nsec;
    return same ? ASSAY_OK : FAIL(err, ASSAY_FILE_IO, "changed while it was read");
}

static enum assay_status open_regular(struct archive *archive, int *fd, struct assay_error *err)
{
    struct byte_reader *bytes = NULL;
    enum compression found = COMPRESSION_NONE;
    uint8_t head[COMPRESSION_HEAD_BYTES];
    ssize_t got = TEMP_FAILURE_RETRY(pread(*fd, head, sizeof(head), 0));
    if (got < 0) {
        return FAIL(err, ASSAY_FILE_IO, "cannot be read: %s", strerrordesc_np(errno));
    }
    TRY(compression_detect(slice_of(head, (size_t)got), &found, err));
    if (found == COMPRESSION_NONE) {
        archive->fd = *fd;
        *fd = -1;
        return read_index(archive, err);
    }
    TRY(reader_range_new(*fd, 0, (uint64_t)archive->opened.st_size, &bytes, err));
    return archive_read_stream(archive, bytes, err);
}

static enum assay_status open_pipe(struct archive *archive, int fd, struct assay_error *err)
{
    struct byte_reader *bytes = NULL;
    TRY(reader_stream_new(fd, archive->options.env, &bytes, err));
    return archive_read_stream(archive, bytes, err);
}

/* Opened without waiting, so that a FIFO nobody writes to does not hold us up; it is read so, too.
 */
static enum assay_status open_path(struct archive *archive, const char *path,
                                   struct assay_error *err)
{
    AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &archive->opened) != 0) {
        return FAIL(err, ASSAY_FILE_IO, "cannot be opened: %s", strerrordesc_np(errno));
    }
    if (S_ISREG(archive->opened.st_mode)) {
        return open_regular(archive, &fd, err);
    }
    if (!S_ISFIFO(archive->opened.st_mode)) {
        return FAIL(err, ASSAY_FILE_IO, "is neither a regular file nor a pipe");
    }
    return open_pipe(archive, fd, err);
}

static enum assay_status archive_new(const char *shown, const struct archive_options *options,
                                     struct archive **out, struct assay_error *err)
{
    struct archive *archive = mem_alloc(1, sizeof(*archive));
    *out = NULL;
    if (archive == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    archive->fd = -1;
    archive->options = *options;
    enum assay_status status = mem_set_string(&archive->shown, shown, err);
    if (status != ASSAY_OK) {
        archive_free(archive);
        return status;
    }
    *out = archive;
    return ASSAY_OK;
}

static enum assay_status opened(struct archive *archive, enum assay_status status,
                                struct archive **out, struct assay_error *err)
{
    if (status == ASSAY_OK) {
        status = sort_names(archive, err);
    }
    if (status == ASSAY_OK) {
        status = archive_check_parents(archive, err);
    }
    if (status != ASSAY_OK) {
        status = error_context(err, status, "%s", archive->shown);
        archive_free(archive);
        return status;
    }
    *out = archive;
    return ASSAY_OK;
}

enum assay_status archive_open_file(const char *path, const struct archive_options *options,
                                    struct archive **out, struct assay_error *err)
{
    struct archive *archive = NULL;
    *out = NULL;
    TRY(archive_new(path, options, &archive, err));
    return opened(archive, open_path(archive, path, err), out, err);
}

enum assay_status archive_open_stream(int fd, const char *shown,
                                      const struct archive_options *options, struct archive **out,
                                      struct assay_error *err)
{
    struct archive *archive = NULL;
    *out = NULL;
    TRY(archive_new(shown, options, &archive, err));
    return opened(archive, open_pipe(archive, fd, err), out, err);
}

void archive_free(struct archive *archive)
{
    if (archive == NULL) {
        return;
    }
    for (size_t i = 0; i < archive->count; i++) {
        mem_free(archive->files[i].name);
        mem_free(archive->files[i].link);
        if (archive->files[i].measured != NULL) {
            mem_free(archive->files[i].measured->unpack_message);
        }
        mem_free(archive->files[i].measured);
        buf_clear(&archive->files[i].document);
    }
    mem_free(archive->files);
    mem_free(archive->by_name);
    fd_close_quietly(&archive->fd);
    mem_free(archive->shown);
    mem_free(archive);
}

const char *archive_shown(const struct archive *archive)
{
    return archive->shown;
}

uint64_t archive_file_size(const struct archive_file *file)
{
    return file->size;
}

size_t archive_entry_count(const struct archive *archive)
{
    return archive->count;
}

const char *archive_entry_name(const struct archive *archive, size_t index)
{
    return archive->files[index].name;
}

/* ---- content ---- */

enum assay_status archive_read(const struct archive *archive, const struct archive_file *file,
                               size_t max_bytes, struct buf *out, struct assay_error *err)
{
    if (file->size > max_bytes) {
        return FAIL(err, ASSAY_TOO_LARGE, "%s has %llu bytes, more than %zu", file->name,
                    (unsigned long long)file->size, max_bytes);
    }
    if (file->size == 0) {
        return ASSAY_OK;
    }
    if (archive->fd >= 0) {
        return reader_range_read(archive->fd, file->offset, (size_t)file->size, out, err);
    }
    return file->has_document ? buf_append(out, buf_slice(&file->document), err)
                              : FAIL(err, ASSAY_SCHEMA, "%s is no JSON document", file->name);
}

static enum assay_status measure_ranges(const struct archive *archive, struct archive_layer *layers,
                                        struct measure_job *jobs, size_t count,
                                        struct assay_error *err)
{
    struct measure_options options = { .env = archive->options.env,
                                       .threads = archive->options.threads,
                                       .max_layer_bytes = LIMIT_LAYER_BYTES,
                                       .max_total_bytes = LIMIT_IMAGE_BYTES };
    for (size_t i = 0; i < count; i++) {
        const struct archive_file *file = layers[i].file;
        jobs[i] = (struct measure_job){ .bytes = file->size,
                                        .detect = layers[i].detect,
                                        .compression = layers[i].compression,
                                        .stored_alg = layers[i].stored_alg,
                                        .unpacked_alg = layers[i].unpacked_alg,
                                        .out = &layers[i].out };
        TRY(reader_range_new(archive->fd, file->offset, file->size, &jobs[i].reader, err));
    }
    TRY(check_unchanged(archive, err));
    TRY(measure_run(jobs, count, &options, err));
    return check_unchanged(archive, err);
}

static enum assay_status measure_file(const struct archive *archive, struct archive_layer *layers,
                                      size_t count, struct assay_error *err)
{
    struct measure_job *jobs = mem_alloc(count, sizeof(*jobs));
    if (jobs == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    enum assay_status status = measure_ranges(archive, layers, jobs, count, err);
    for (size_t i = 0; i < count; i++) {
        byte_reader_free(jobs[i].reader);
    }
    mem_free(jobs);
    return status;
}

static enum assay_status check_sizes(const struct archive_layer *layers, size_t count,
                                     struct assay_error *err)
{
    for (size_t i = 0; i < count; i++) {
        const struct archive_file *file = layers[i].file;
        if (file->size > LIMIT_BLOB_BYTES) {
            return FAIL(err, ASSAY_TOO_LARGE, "%s has %llu bytes, more than %lu", file->name,
                        (unsigned long long)file->size, LIMIT_BLOB_BYTES);
        }
    }
    return ASSAY_OK;
}

enum assay_status archive_measure(const struct archive *archive, struct archive_layer *layers,
                                  size_t count, struct assay_error *err)
{
    TRY_IN(check_sizes(layers, count, err), err, "%s", archive->shown);
    if (archive->fd >= 0 && count > 0) {
        TRY_IN(measure_file(archive, layers, count, err), err, "%s", archive->shown);
        return ASSAY_OK;
    }
    uint64_t total = 0;
    for (size_t i = 0; i < count; i++) {
        archive_hand_out(layers[i].file, &layers[i]);
        total += layers[i].out.unpacked_bytes;
        if (total > LIMIT_IMAGE_BYTES) {
            layers[i].out.unpack_status =
                FAIL(&layers[i].out.unpack_error, ASSAY_BOMB,
                     "the image unpacks to more than %lu bytes", LIMIT_IMAGE_BYTES);
        }
    }
    return ASSAY_OK;
}
