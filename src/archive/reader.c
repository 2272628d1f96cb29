/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/reader.h"

#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define PACKED_BYTES (64 * KIB)

void byte_reader_free(struct byte_reader *reader)
{
    if (reader != NULL) {
        reader->free(reader);
    }
}

enum assay_status byte_reader_fill(struct byte_reader *reader, uint8_t *to, size_t max, size_t *got,
                                   struct assay_error *err)
{
    *got = 0;
    while (*got < max) {
        size_t part = 0;
        TRY(reader->read(reader, to + *got, max - *got, &part, err));
        if (part == 0) {
            return ASSAY_OK;
        }
        *got += part;
    }
    return ASSAY_OK;
}

static void free_plain(struct byte_reader *reader)
{
    mem_free(reader);
}

/* ---- a part of a file ---- */

struct range_reader {
    struct byte_reader base;
    int fd;
    uint64_t at;
    uint64_t left;
};

static enum assay_status range_read(struct byte_reader *reader, uint8_t *to, size_t max,
                                    size_t *got, struct assay_error *err)
{
    struct range_reader *range = (struct range_reader *)reader;
    size_t want = range->left < max ? (size_t)range->left : max;

    *got = 0;
    if (want == 0) {
        return ASSAY_OK;
    }
    ssize_t count = TEMP_FAILURE_RETRY(pread(range->fd, to, want, (off_t)range->at));
    if (count < 0) {
        return FAIL(err, ASSAY_FILE_IO, "cannot be read: %s", strerrordesc_np(errno));
    }
    if (count == 0) {
        return FAIL(err, ASSAY_FILE_IO, "changed while it was read");
    }
    *got = (size_t)count;
    range->at += *got;
    range->left -= *got;
    return ASSAY_OK;
}

static enum assay_status range_skip(struct byte_reader *reader, uint64_t bytes,
                                    struct assay_error *err)
{
    struct range_reader *range = (struct range_reader *)reader;
    uint64_t step = bytes < range->left ? bytes : range->left;

    (void)err; /* going beyond the end leaves nothing to read */
    range->at += step;
    range->left -= step;
    return ASSAY_OK;
}

enum assay_status reader_range_new(int fd, uint64_t offset, uint64_t bytes,
                                   struct byte_reader **out, struct assay_error *err)
{
    struct range_reader *range = mem_alloc(1, sizeof(*range));

    *out = NULL;
    if (range == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    *range = (struct range_reader){
        .base = { range_read, range_skip, free_plain }, .fd = fd, .at = offset, .left = bytes
    };
    *out = &range->base;
    return ASSAY_OK;
}

enum assay_status reader_range_read(int fd, uint64_t offset, size_t bytes, struct buf *out,
                                    struct assay_error *err)
{
    struct byte_reader *reader = NULL;
    size_t got = 0;
    TRY(buf_reserve(out, bytes, err));
    TRY(reader_range_new(fd, offset, bytes, &reader, err));
    enum assay_status status = byte_reader_fill(reader, out->ptr + out->len, bytes, &got, err);
    byte_reader_free(reader);
    out->len += status == ASSAY_OK ? got : 0;
    out->ptr[out->len] = '\0';
    return status;
}

/* ---- a stream ---- */

struct stream_reader {
    struct byte_reader base;
    int fd;
    /* A read of it waits, and nothing ends that. One that does not wait comes first: a FIFO that
     * nobody writes to is at its end, and poll would wait for a writer. */
    bool blocks;
    const struct assay_env *env;
};

static enum assay_status stream_read(struct byte_reader *reader, uint8_t *to, size_t max,
                                     size_t *got, struct assay_error *err)
{
    const struct stream_reader *stream = (const struct stream_reader *)reader;

    *got = 0;
    ssize_t count = 0;
    bool is_early = stream->blocks;
    do {
        if (is_early) {
            TRY(fd_wait(stream->fd, stream->env, err));
        }
        count = TEMP_FAILURE_RETRY(read(stream->fd, to, max));
        is_early = count < 0 && errno == EAGAIN;
    } while (is_early);
    if (count < 0) {
        return FAIL(err, ASSAY_FILE_IO, "cannot be read: %s", strerrordesc_np(errno));
    }
    *got = (size_t)count;
    return ASSAY_OK;
}

enum assay_status reader_stream_new(int fd, const struct assay_env *env, struct byte_reader **out,
                                    struct assay_error *err)
{
    struct stream_reader *stream = mem_alloc(1, sizeof(*stream));

    *out = NULL;
    if (stream == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    *stream = (struct stream_reader){
        .base = { stream_read, NULL, free_plain },
        .fd = fd,
        .blocks = (fcntl(fd, F_GETFL) & O_NONBLOCK) == 0,
        .env = env,
    };
    *out = &stream->base;
    return ASSAY_OK;
}

/* ---- a decompressor ---- */

struct unpack_reader {
    struct byte_reader base;
    struct byte_reader *packed;
    struct inflater *inflater;
    uint8_t *buffer;
    struct slice pending; /* of buffer */
    bool ended;
};

static enum assay_status unpack_read(struct byte_reader *reader, uint8_t *to, size_t max,
                                     size_t *got, struct assay_error *err)
{
    struct unpack_reader *unpack = (struct unpack_reader *)reader;

    *got = 0;
    while (*got == 0 && max > 0) {
        if (unpack->pending.len == 0 && !unpack->ended) {
            size_t count = 0;
            TRY(unpack->packed->read(unpack->packed, unpack->buffer, PACKED_BYTES, &count, err));
            unpack->pending = slice_of(unpack->buffer, count);
            unpack->ended = count == 0;
        }
        TRY(inflater_step(unpack->inflater, &unpack->pending, to, max, got, err));
        if (*got == 0 && unpack->ended) {
            return inflater_finish(unpack->inflater, err);
        }
    }
    return ASSAY_OK;
}

static void unpack_free(struct byte_reader *reader)
{
    struct unpack_reader *unpack = (struct unpack_reader *)reader;

    byte_reader_free(unpack->packed);
    inflater_free(unpack->inflater);
    mem_free(unpack->buffer);
    mem_free(unpack);
}

/* What packed unpacks to; owns packed, also on failure. max_bytes bounds the output. */
static enum assay_status unpack_new(struct byte_reader *packed, enum compression compression,
                                    uint64_t max_bytes, struct byte_reader **out,
                                    struct assay_error *err)
{
    struct unpack_reader *unpack = mem_alloc(1, sizeof(*unpack));

    *out = NULL;
    if (unpack == NULL) {
        byte_reader_free(packed);
        return FAIL_NO_MEMORY(err);
    }
    *unpack = (struct unpack_reader){ .base = { unpack_read, NULL, unpack_free },
                                      .packed = packed,
                                      .buffer = mem_alloc(1, PACKED_BYTES) };
    enum assay_status status = unpack->buffer == NULL
                                   ? FAIL_NO_MEMORY(err)
                                   : inflater_new(compression, max_bytes, &unpack->inflater, err);
    if (status != ASSAY_OK) {
        unpack_free(&unpack->base);
        return status;
    }
    *out = &unpack->base;
    return ASSAY_OK;
}

/* ---- bytes that were looked at, and what follows ---- */

struct headed_reader {
    struct byte_reader base;
    struct byte_reader *inner;
    uint8_t head[COMPRESSION_HEAD_BYTES];
    size_t head_bytes;
    size_t given;
};

static enum assay_status headed_read(struct byte_reader *reader, uint8_t *to, size_t max,
                                     size_t *got, struct assay_error *err)
{
    struct headed_reader *headed = (struct headed_reader *)reader;
    size_t left = headed->head_bytes - headed->given;

    if (left == 0) {
        return headed->inner->read(headed->inner, to, max, got, err);
    }
    *got = left < max ? left : max;
    (void)memcpy(to, headed->head + headed->given, *got);
    headed->given += *got;
    return ASSAY_OK;
}

static void headed_free(struct byte_reader *reader)
{
    struct headed_reader *headed = (struct headed_reader *)reader;

    byte_reader_free(headed->inner);
    mem_free(headed);
}

enum assay_status reader_detect_new(struct byte_reader *inner, uint64_t max_bytes,
                                    enum compression *found, struct byte_reader **out,
                                    struct assay_error *err)
{
    struct headed_reader *headed = mem_alloc(1, sizeof(*headed));

    *out = NULL;
    if (headed == NULL) {
        byte_reader_free(inner);
        return FAIL_NO_MEMORY(err);
    }
    *headed = (struct headed_reader){ .base = { headed_read, NULL, headed_free }, .inner = inner };
    enum assay_status status =
        byte_reader_fill(inner, headed->head, COMPRESSION_HEAD_BYTES, &headed->head_bytes, err);
    if (status == ASSAY_OK) {
        status = compression_detect(slice_of(headed->head, headed->head_bytes), found, err);
    }
    if (status != ASSAY_OK) {
        headed_free(&headed->base);
        return status;
    }
    if (*found != COMPRESSION_NONE) {
        return unpack_new(&headed->base, *found, max_bytes, out, err);
    }
    *out = &headed->base;
    return ASSAY_OK;
}
