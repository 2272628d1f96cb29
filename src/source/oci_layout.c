/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include "base/mem.h"
#include "source/oci_layout_index.h"
#include "source/transports.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct layout {
    struct source base;
    int dir_fd;
    char *directory; /* as the user named it, for messages */
    char *wanted;    /* REF; NULL: the only image */
    struct arena arena;
    struct oci_descriptor named; /* the entry of index.json that was chosen */
};

static struct layout *layout_of(struct source *source)
{
    return (struct layout *)source;
}

/* ---- blobs ---- */

/* One step down, never through a link; *fd is -1 when there is nothing. O_NONBLOCK: a FIFO must
 * not hold us up before we see that it is one. */
static enum assay_status open_below(int dir_fd, const char *name, int flags, int *fd,
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

/* Content is found by its digest below blobs/, and nowhere else. */
static enum assay_status open_blob(const struct layout *layout, const struct oci_descriptor *wanted,
                                   int *out, struct assay_error *err)
{
    AUTO_FD blobs_fd = -1;
    AUTO_FD alg_fd = -1;
    AUTO_FD fd = -1;
    char hex[DIGEST_TEXT_BYTES];
    const char *alg = wanted->digest.alg == DIGEST_SHA512 ? "sha512" : "sha256";
    struct stat info;

    TRY(open_below(layout->dir_fd, "blobs", O_DIRECTORY, &blobs_fd, err));
    if (blobs_fd >= 0) {
        TRY(open_below(blobs_fd, alg, O_DIRECTORY, &alg_fd, err));
    }
    if (alg_fd >= 0) {
        digest_hex(&wanted->digest, hex);
        TRY(open_below(alg_fd, hex, 0, &fd, err));
    }
    if (fd < 0) {
        return FAIL(err, ASSAY_MANIFEST_MISSING, "the directory does not hold it");
    }
    if (fstat(fd, &info) != 0) {
        return FAIL(err, ASSAY_FILE_IO, "cannot be examined: %s", strerrordesc_np(errno));
    }
    if (!S_ISREG(info.st_mode)) {
        return FAIL(err, ASSAY_LAYOUT, "is not a regular file");
    }
    if (wanted->size != 0 && (uint64_t)info.st_size != wanted->size) {
        return FAIL(err, ASSAY_SIZE_MISMATCH, "has %lld bytes, its descriptor says %llu",
                    (long long)info.st_size, (unsigned long long)wanted->size);
    }
    *out = fd;
    fd = -1;
    return ASSAY_OK;
}

static enum assay_status read_manifest(const struct layout *layout,
                                       const struct oci_descriptor *wanted,
                                       struct source_manifest *out, struct assay_error *err)
{
    AUTO_FD fd = -1;

    *out = (struct source_manifest){ .bytes = BUF_INIT(LIMIT_MANIFEST_BYTES) };
    TRY(open_blob(layout, wanted, &fd, err));
    return fd_read_all(fd, LIMIT_MANIFEST_BYTES, &out->bytes, err);
}

static enum assay_status context_blob(const struct layout *layout,
                                      const struct oci_descriptor *wanted, enum assay_status status,
                                      struct assay_error *err)
{
    char digest[DIGEST_TEXT_BYTES];

    digest_format(&wanted->digest, digest);
    return error_context(err, status, "blob %s in %s", digest, layout->directory);
}

static enum assay_status layout_named(struct source *source, struct source_manifest *out,
                                      struct assay_error *err)
{
    struct layout *layout = layout_of(source);

    enum assay_status status = read_manifest(layout, &layout->named, out, err);
    if (status != ASSAY_OK) {
        source_manifest_clear(out);
        return context_blob(layout, &layout->named, status, err);
    }
    struct slice media =
        slice_first(slice_from_string(layout->named.media_text), sizeof(out->media_type) - 1);
    memcpy(out->media_type, media.ptr, media.len);
    digest_format(&layout->named.digest, out->claimed_digest);
    return ASSAY_OK;
}

static enum assay_status layout_by_digest(struct source *source,
                                          const struct oci_descriptor *wanted, size_t count,
                                          struct source_manifest *out, enum assay_status *statuses,
                                          struct assay_error *errors, struct assay_error *err)
{
    struct layout *layout = layout_of(source);

    (void)err; /* each blob has its own */
    for (size_t i = 0; i < count; i++) {
        error_clear(&errors[i]);
        statuses[i] = read_manifest(layout, &wanted[i], &out[i], &errors[i]);
        if (statuses[i] != ASSAY_OK) {
            source_manifest_clear(&out[i]);
            (void)context_blob(layout, &wanted[i], statuses[i], &errors[i]);
        }
    }
    return ASSAY_OK;
}

static enum assay_status stream_fd(int fd, uint64_t size,
                                   enum assay_status (*sink)(void *ctx, struct slice bytes,
                                                             struct assay_error *err),
                                   void *ctx, struct assay_error *err)
{
    AUTO_BUF chunk = BUF_INIT(LIMIT_BLOB_READ_BYTES);
    uint64_t total = 0;

    TRY(buf_reserve(&chunk, LIMIT_BLOB_READ_BYTES, err));
    for (;;) {
        ssize_t got = TEMP_FAILURE_RETRY(read(fd, chunk.ptr, LIMIT_BLOB_READ_BYTES));
        if (got < 0) {
            return FAIL(err, ASSAY_FILE_IO, "cannot be read: %s", strerrordesc_np(errno));
        }
        total += (uint64_t)got;
        if ((got == 0 && total < size) || total > size) {
            return FAIL(err, ASSAY_SIZE_MISMATCH, "changed while it was read");
        }
        if (got == 0) {
            return ASSAY_OK;
        }
        TRY(sink(ctx, slice_of(chunk.ptr, (size_t)got), err));
    }
}

static enum assay_status layout_blob(struct source *source, const struct oci_descriptor *wanted,
                                     enum assay_status (*sink)(void *ctx, struct slice bytes,
                                                               struct assay_error *err),
                                     void *ctx, struct assay_error *err)
{
    struct layout *layout = layout_of(source);
    AUTO_FD fd = -1;

    enum assay_status status = open_blob(layout, wanted, &fd, err);
    if (status == ASSAY_OK) {
        status = stream_fd(fd, wanted->size, sink, ctx, err);
    }
    return status == ASSAY_OK ? ASSAY_OK : context_blob(layout, wanted, status, err);
}

/* ---- life ---- */

static void layout_free(struct source *source)
{
    struct layout *layout = layout_of(source);

    fd_close_quietly(&layout->dir_fd);
    mem_free(layout->directory);
    mem_free(layout->wanted);
    arena_clear(&layout->arena);
    mem_free(layout);
}

static const struct source_ops LAYOUT_OPS = {
    .named = layout_named,
    .by_digest = layout_by_digest,
    .blob = layout_blob,
    .free = layout_free,
};

/* DIR[:REF], cut at the first colon, since a REF may hold further ones. */
static enum assay_status split(struct layout *layout, const char *locator, struct assay_error *err)
{
    layout->directory = mem_copy_string(locator);
    if (layout->directory == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    char *colon = strchr(layout->directory, ':');
    if (colon != NULL) {
        *colon = '\0';
        layout->wanted = mem_copy_string(colon + 1);
        if (layout->wanted == NULL) {
            return FAIL_NO_MEMORY(err);
        }
    }
    if (layout->directory[0] == '\0' || (layout->wanted != NULL && layout->wanted[0] == '\0')) {
        return FAIL(err, ASSAY_USAGE, "'oci:%s': expected oci:DIR or oci:DIR:REF", locator);
    }
    return ASSAY_OK;
}

static enum assay_status fill(struct layout *layout, const char *locator, struct assay_error *err)
{
    TRY(split(layout, locator, err));
    layout->dir_fd = open(layout->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (layout->dir_fd < 0) {
        return FAIL(err, ASSAY_FILE_IO, "%s: %s", layout->directory, strerrordesc_np(errno));
    }
    struct layout_index index = {
        .dir_fd = layout->dir_fd,
        .directory = layout->directory,
        .wanted = layout->wanted,
        .arena = &layout->arena,
    };
    TRY(layout_index_read(&index, err));
    layout->named = index.named;
    layout->base.claimed_name = index.claimed_name;
    return ASSAY_OK;
}

enum assay_status source_oci_layout_open(const char *locator, const struct source_context *context,
                                         struct source **out, struct assay_error *err)
{
    struct layout *layout = mem_alloc(1, sizeof(*layout));

    (void)context; /* a directory needs none */
    *out = NULL;
    if (layout == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    layout->base.ops = &LAYOUT_OPS;
    layout->base.is_local = true;
    layout->dir_fd = -1;
    layout->arena = (struct arena)ARENA_INIT(LIMIT_DOCUMENT_ARENA);
    enum assay_status status = fill(layout, locator, err);
    if (status != ASSAY_OK) {
        source_free(&layout->base);
        return status;
    }
    *out = &layout->base;
    return ASSAY_OK;
}
