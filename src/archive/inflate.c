/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/inflate.h"

#include "base/mem.h"

#define ZLIB_CONST
#include <limits.h>
#include <zlib.h>

#define OUTPUT_BYTES (64 * KIB)
#define MAGIC_BYTES  6 /* of the longest format that is recognised */

/* 15 bits of window, and gzip framing only: zlib then checks the header (magic, method, reserved
 * flags, its CRC when there is one) and the trailer (CRC-32 and length) itself. */
#define GZIP_WINDOW_BITS (15 + 16)

enum state {
    BETWEEN, /* members; also before the first */
    INSIDE,  /* a member */
    FAILED
};

struct inflater {
    enum compression compression;
    uint64_t max_bytes;
    uint64_t unpacked_bytes;
    uint64_t members;
    enum state state;
    uint8_t head[MAGIC_BYTES]; /* the first unpacked bytes */
    z_stream stream;
    uint8_t output[OUTPUT_BYTES];
};

/* Where the unpacked bytes go. */
struct sink {
    enum assay_status (*call)(void *ctx, struct slice bytes, struct assay_error *err);
    void *ctx;
};

static voidpf zlib_alloc(voidpf unused, uInt count, uInt size)
{
    (void)unused;
    return mem_alloc(count, size);
}

static void zlib_free(voidpf unused, voidpf ptr)
{
    (void)unused;
    mem_free(ptr);
}

enum assay_status inflater_new(enum compression compression, uint64_t max_bytes,
                               struct inflater **out, struct assay_error *err)
{
    struct inflater *inflater = mem_alloc(1, sizeof(*inflater));

    *out = NULL;
    if (inflater == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    inflater->compression = compression;
    inflater->max_bytes = max_bytes;
    inflater->stream.zalloc = zlib_alloc;
    inflater->stream.zfree = zlib_free;
    if (compression == COMPRESSION_GZIP &&
        inflateInit2(&inflater->stream, GZIP_WINDOW_BITS) != Z_OK) {
        mem_free(inflater);
        return FAIL_NO_MEMORY(err);
    }
    *out = inflater;
    return ASSAY_OK;
}

void inflater_free(struct inflater *inflater)
{
    if (inflater == NULL) {
        return;
    }
    if (inflater->compression == COMPRESSION_GZIP) {
        (void)inflateEnd(&inflater->stream);
    }
    mem_free(inflater);
}

/* One level only: engines that look at the bytes instead of the media type would unpack such a
 * layer again, and run other files than those that were hashed. No tar archive starts so. */
static enum assay_status check_magic(struct inflater *inflater, struct slice bytes,
                                     struct assay_error *err)
{
    static const struct {
        const char *name;
        size_t len;
        uint8_t bytes[MAGIC_BYTES];
    } PACKED[] = {
        { "gzip", 2, { 0x1F, 0x8B } },
        { "zstd", 4, { 0x28, 0xB5, 0x2F, 0xFD } },
        { "xz", 6, { 0xFD, '7', 'z', 'X', 'Z', 0x00 } },
    };

    if (inflater->unpacked_bytes >= MAGIC_BYTES) {
        return ASSAY_OK;
    }
    size_t have = (size_t)inflater->unpacked_bytes;
    for (size_t i = 0; i < bytes.len && have < MAGIC_BYTES; i++) {
        inflater->head[have++] = bytes.ptr[i];
    }
    for (size_t i = 0; i < ARRAY_LEN(PACKED); i++) {
        if (have >= PACKED[i].len && slice_equal(slice_of(inflater->head, PACKED[i].len),
                                                 slice_of(PACKED[i].bytes, PACKED[i].len))) {
            return FAIL(err, ASSAY_COMPRESSION, "the unpacked layer is itself compressed (%s)",
                        PACKED[i].name);
        }
    }
    return ASSAY_OK;
}

static enum assay_status deliver(struct inflater *inflater, struct slice bytes,
                                 const struct sink *sink, struct assay_error *err)
{
    if (bytes.len == 0) {
        return ASSAY_OK;
    }
    if (bytes.len > inflater->max_bytes - inflater->unpacked_bytes) {
        return FAIL(err, ASSAY_BOMB, "the layer unpacks to more than %llu bytes",
                    (unsigned long long)inflater->max_bytes);
    }
    TRY(check_magic(inflater, bytes, err));
    inflater->unpacked_bytes += bytes.len;
    return sink->call(sink->ctx, bytes, err);
}

/* One call of zlib: some input in, some output out. */
static enum assay_status step(struct inflater *inflater, const struct sink *sink,
                              struct assay_error *err)
{
    z_stream *stream = &inflater->stream;

    if (inflater->state == BETWEEN && inflater->members > 0 && inflateReset(stream) != Z_OK) {
        return FAIL(err, ASSAY_INTERNAL, "zlib cannot start the next gzip member");
    }
    inflater->state = INSIDE;
    stream->next_out = inflater->output;
    stream->avail_out = OUTPUT_BYTES;

    int result = inflate(stream, Z_NO_FLUSH);
    if (result == Z_MEM_ERROR) {
        return FAIL_NO_MEMORY(err);
    }
    /* Z_BUF_ERROR: all input is used and all output was taken. */
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
        return FAIL(err, ASSAY_COMPRESSION, "gzip member %llu is malformed: %s",
                    (unsigned long long)inflater->members + 1,
                    stream->msg == NULL ? "not acceptable to zlib" : stream->msg);
    }
    TRY(deliver(inflater, slice_of(inflater->output, OUTPUT_BYTES - stream->avail_out), sink, err));
    if (result == Z_STREAM_END) {
        inflater->state = BETWEEN;
        inflater->members++;
    }
    return ASSAY_OK;
}

/* Output that zlib still holds comes with the next input: a trailer always follows. */
static enum assay_status unpack(struct inflater *inflater, struct slice bytes,
                                const struct sink *sink, struct assay_error *err)
{
    z_stream *stream = &inflater->stream;

    while (bytes.len > 0) {
        struct slice part = slice_first(bytes, UINT_MAX);
        stream->next_in = part.ptr;
        stream->avail_in = (uInt)part.len;
        TRY(step(inflater, sink, err));
        bytes = slice_from(bytes, part.len - stream->avail_in);
    }
    return ASSAY_OK;
}

enum assay_status inflater_feed(struct inflater *inflater, struct slice bytes,
                                enum assay_status (*call)(void *ctx, struct slice bytes,
                                                          struct assay_error *err),
                                void *ctx, struct assay_error *err)
{
    struct sink sink = { call, ctx };

    if (inflater->state == FAILED) {
        return FAIL(err, ASSAY_INTERNAL, "a layer is unpacked further after an error");
    }
    enum assay_status status = inflater->compression == COMPRESSION_NONE
                                   ? deliver(inflater, bytes, &sink, err)
                                   : unpack(inflater, bytes, &sink, err);
    if (status != ASSAY_OK) {
        inflater->state = FAILED;
    }
    return status;
}

enum assay_status inflater_finish(struct inflater *inflater, struct assay_error *err)
{
    if (inflater->state == FAILED) {
        return FAIL(err, ASSAY_COMPRESSION, "the layer could not be unpacked");
    }
    if (inflater->compression == COMPRESSION_GZIP &&
        (inflater->state != BETWEEN || inflater->members == 0)) {
        return FAIL(err, ASSAY_COMPRESSION, "the gzip data ends too early");
    }
    return ASSAY_OK;
}
