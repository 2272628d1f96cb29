/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/inflate.h"

#include "archive/gzip_header.h"
#include "base/attr.h"
#include "base/mem.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif
#include <isa-l/igzip_lib.h>
#include <zstd.h>

#define FEED_BYTES (64 * KIB)
#define ZSTD_FIRST                                                                                 \
    0x28 /* of the magic number of a frame; skippable frames begin with 0x50 to 0x5F */
#define ZSTD_WINDOW_LOG 23

_Static_assert(LIMIT_ZSTD_WINDOW == 1UL << ZSTD_WINDOW_LOG, "the window and its logarithm");

enum inflate_progress {
    BETWEEN, /* members or frames */
    INSIDE,
    FAILED
};

struct inflater {
    enum compression compression;
    enum inflate_progress progress;
    uint64_t max_bytes;
    uint64_t unpacked_bytes;
    uint64_t members;
    uint8_t head[COMPRESSION_HEAD_BYTES]; /* of the output */
    struct inflate_state *gzip;
    struct gzip_header gzip_header;
    ZSTD_DCtx *zstd;
    uint8_t *output; /* of inflater_feed, made at its first call */
};

/* What compressed streams begin with, those that are not read too. */
static const struct magic {
    const char *name;
    size_t len;
    uint8_t bytes[COMPRESSION_HEAD_BYTES];
    enum compression compression; /* COMPRESSION_NONE: known, but not read */
} MAGICS[] = {
    { "gzip", 2, { 0x1F, 0x8B }, COMPRESSION_GZIP },
    { "zstd", 4, { 0x28, 0xB5, 0x2F, 0xFD }, COMPRESSION_ZSTD },
    { "xz", 6, { 0xFD, '7', 'z', 'X', 'Z', 0x00 }, COMPRESSION_NONE },
    { "bzip2", 3, { 'B', 'Z', 'h' }, COMPRESSION_NONE },
    { "lz4", 4, { 0x04, 0x22, 0x4D, 0x18 }, COMPRESSION_NONE },
    { "compress", 2, { 0x1F, 0x9D }, COMPRESSION_NONE },
};

static const struct magic *find_magic(struct slice head)
{
    for (size_t i = 0; i < ARRAY_LEN(MAGICS); i++) {
        if (slice_has_prefix(head, slice_of(MAGICS[i].bytes, MAGICS[i].len))) {
            return &MAGICS[i];
        }
    }
    return NULL;
}

enum assay_status compression_detect(struct slice head, enum compression *out,
                                     struct assay_error *err)
{
    const struct magic *magic = find_magic(head);
    *out = magic == NULL ? COMPRESSION_NONE : magic->compression;
    if (magic != NULL && magic->compression == COMPRESSION_NONE) {
        return FAIL(err, ASSAY_COMPRESSION, "compressed by %s, which is not read: use gzip or zstd",
                    magic->name);
    }
    return ASSAY_OK;
}

/* ---- life ---- */

static void gzip_begin(struct inflater *inflater)
{
    isal_inflate_reset(inflater->gzip);
    inflater->gzip->crc_flag = ISAL_GZIP_NO_HDR_VER; /* checksum and length are compared */
    inflater->gzip_header = (struct gzip_header){ 0 };
}

static enum assay_status make_decoder(struct inflater *inflater, struct assay_error *err)
{
    switch (inflater->compression) {
    case COMPRESSION_NONE:
        return ASSAY_OK;
    case COMPRESSION_GZIP:
        inflater->gzip = mem_alloc(1, sizeof(*inflater->gzip));
        if (inflater->gzip == NULL) {
            return FAIL_NO_MEMORY(err);
        }
        isal_inflate_init(inflater->gzip);
        gzip_begin(inflater);
        return ASSAY_OK;
    case COMPRESSION_ZSTD:
        inflater->zstd = ZSTD_createDCtx();
        if (inflater->zstd == NULL) {
            return FAIL_NO_MEMORY(err);
        }
        if (ZSTD_isError(ZSTD_DCtx_setParameter(inflater->zstd, ZSTD_d_windowLogMax,
                                                ZSTD_WINDOW_LOG)) != 0) {
            return FAIL(err, ASSAY_INTERNAL, "libzstd does not take a limit of its window");
        }
        return ASSAY_OK;
    }
    return FAIL(err, ASSAY_INTERNAL, "no such compression");
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
    enum assay_status status = make_decoder(inflater, err);
    if (status != ASSAY_OK) {
        inflater_free(inflater);
        return status;
    }
    *out = inflater;
    return ASSAY_OK;
}

void inflater_free(struct inflater *inflater)
{
    if (inflater == NULL) {
        return;
    }
    (void)ZSTD_freeDCtx(inflater->zstd);
    mem_free(inflater->gzip);
    mem_free(inflater->output);
    mem_free(inflater);
}

/* ---- one step of each kind: some input in, some output out ---- */

/* What a call of a decoder used and made. */
struct moved {
    size_t taken;
    size_t made;
};

static enum assay_status copy_step(struct slice in, uint8_t *to, size_t max, struct moved *moved)
{
    moved->taken = in.len < max ? in.len : max;
    moved->made = moved->taken;
    if (moved->taken > 0) {
        (void)memcpy(to, in.ptr, moved->taken);
    }
    return ASSAY_OK;
}

static const char *gzip_complaint(int result)
{
    switch (result) {
    case ISAL_INVALID_BLOCK:
        return "invalid block";
    case ISAL_INVALID_SYMBOL:
        return "invalid symbol";
    case ISAL_INVALID_LOOKBACK:
        return "invalid distance";
    case ISAL_INVALID_WRAPPER:
        return "invalid trailer";
    case ISAL_UNSUPPORTED_METHOD:
        return "unknown method";
    case ISAL_INCORRECT_CHECKSUM:
        return "wrong checksum or length";
    default:
        return "not acceptable";
    }
}

/* ISA-L may leave the upper halves of the vector registers in use, and SHA-256 on the same core
 * then takes half as long again, or twice as long where two streams are hashed at once. */
#if defined(__x86_64__)
TARGET("avx") static void clear_upper_halves(void)
{
    _mm256_zeroupper();
}

static void tidy_registers(void)
{
    if (__builtin_cpu_supports("avx") != 0) {
        clear_upper_halves();
    }
}
#else
static void tidy_registers(void)
{
}
#endif

static enum assay_status gzip_step(struct inflater *inflater, struct slice in, uint8_t *to,
                                   size_t max, struct moved *moved, struct assay_error *err)
{
    struct inflate_state *gzip = inflater->gzip;
    uint32_t room = max < UINT32_MAX ? (uint32_t)max : UINT32_MAX;
    size_t before = in.len;

    if (inflater->progress == BETWEEN && inflater->members > 0) {
        gzip_begin(inflater);
    }
    inflater->progress = INSIDE;
    TRY(gzip_header_read(&inflater->gzip_header, &in, err));
    moved->taken = before - in.len;
    if (!inflater->gzip_header.complete) {
        return ASSAY_OK;
    }
    struct slice part = slice_first(in, UINT32_MAX);
    (void)memcpy(&gzip->next_in, &part.ptr, sizeof(part.ptr)); /* not const, but never written to */
    gzip->avail_in = (uint32_t)part.len;
    gzip->next_out = to;
    gzip->avail_out = room;
    int result = isal_inflate(gzip);
    tidy_registers();
    if (result < 0 || result == ISAL_NEED_DICT) {
        return FAIL(err, ASSAY_COMPRESSION, "gzip member %llu is malformed: %s",
                    (unsigned long long)inflater->members + 1, gzip_complaint(result));
    }
    moved->taken += part.len - gzip->avail_in;
    moved->made = room - gzip->avail_out;
    if (gzip->block_state == ISAL_BLOCK_FINISH) {
        inflater->progress = BETWEEN;
        inflater->members++;
    }
    return ASSAY_OK;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): libzstd writes to it */
static enum assay_status zstd_step(struct inflater *inflater, struct slice in, uint8_t *to,
                                   size_t max, struct moved *moved, struct assay_error *err)
{
    /* skippable frames carry bytes that no digest of the content covers */
    if (inflater->progress == BETWEEN && in.ptr[0] != ZSTD_FIRST) {
        return FAIL(err, ASSAY_COMPRESSION, "zstd frame %llu is malformed: not a frame of content",
                    (unsigned long long)inflater->members + 1);
    }
    inflater->progress = INSIDE;
    ZSTD_inBuffer input = { in.ptr, in.len, 0 };
    ZSTD_outBuffer output = { to, max, 0 };
    size_t left = ZSTD_decompressStream(inflater->zstd, &output, &input);
    if (ZSTD_isError(left) != 0) {
        return FAIL(err, ASSAY_COMPRESSION, "zstd frame %llu is malformed: %s",
                    (unsigned long long)inflater->members + 1, ZSTD_getErrorName(left));
    }
    moved->taken = input.pos;
    moved->made = output.pos;
    if (left == 0) {
        inflater->progress = BETWEEN;
        inflater->members++;
    }
    return ASSAY_OK;
}

static enum assay_status decoder_step(struct inflater *inflater, struct slice in, uint8_t *to,
                                      size_t max, struct moved *moved, struct assay_error *err)
{
    switch (inflater->compression) {
    case COMPRESSION_NONE:
        return copy_step(in, to, max, moved);
    case COMPRESSION_GZIP:
        return gzip_step(inflater, in, to, max, moved, err);
    case COMPRESSION_ZSTD:
        return zstd_step(inflater, in, to, max, moved, err);
    }
    return FAIL(err, ASSAY_INTERNAL, "no such compression");
}

/* ---- the output ---- */

/* One level only: engines that look at the bytes instead of the media type would unpack such a
 * layer again, and run other files than those that were hashed. No tar archive starts so. */
static enum assay_status check_magic(struct inflater *inflater, struct slice bytes,
                                     struct assay_error *err)
{
    if (inflater->unpacked_bytes >= COMPRESSION_HEAD_BYTES) {
        return ASSAY_OK;
    }
    size_t have = (size_t)inflater->unpacked_bytes;
    for (size_t i = 0; i < bytes.len && have < COMPRESSION_HEAD_BYTES; i++) {
        inflater->head[have++] = bytes.ptr[i];
    }
    const struct magic *magic = find_magic(slice_of(inflater->head, have));
    return magic == NULL ? ASSAY_OK
                         : FAIL(err, ASSAY_COMPRESSION,
                                "the unpacked layer is itself compressed (%s)", magic->name);
}

static enum assay_status check_output(struct inflater *inflater, struct slice bytes,
                                      struct assay_error *err)
{
    if (bytes.len > inflater->max_bytes - inflater->unpacked_bytes) {
        return FAIL(err, ASSAY_BOMB, "the layer unpacks to more than %llu bytes",
                    (unsigned long long)inflater->max_bytes);
    }
    TRY(check_magic(inflater, bytes, err));
    inflater->unpacked_bytes += bytes.len;
    return ASSAY_OK;
}

static enum assay_status run(struct inflater *inflater, struct slice *in, uint8_t *to, size_t max,
                             size_t *made, struct assay_error *err)
{
    while (*made < max) {
        struct moved moved = { 0, 0 };
        if (in->len == 0 &&
            (inflater->progress == BETWEEN || inflater->compression == COMPRESSION_NONE)) {
            return ASSAY_OK;
        }
        TRY(decoder_step(inflater, *in, to + *made, max - *made, &moved, err));
        TRY(check_output(inflater, slice_of(to + *made, moved.made), err));
        *in = slice_from(*in, moved.taken);
        *made += moved.made;
        if (moved.taken == 0 && moved.made == 0) {
            return ASSAY_OK;
        }
    }
    return ASSAY_OK;
}

enum assay_status inflater_step(struct inflater *inflater, struct slice *in, uint8_t *to,
                                size_t max, size_t *made, struct assay_error *err)
{
    *made = 0;
    if (inflater->progress == FAILED) {
        return FAIL(err, ASSAY_INTERNAL, "a layer is unpacked further after an error");
    }
    enum assay_status status = run(inflater, in, to, max, made, err);
    if (status != ASSAY_OK) {
        inflater->progress = FAILED;
    }
    return status;
}

enum assay_status inflater_feed(struct inflater *inflater, struct slice bytes, sink_fn *call,
                                void *ctx, struct assay_error *err)
{
    if (inflater->output == NULL) {
        inflater->output = mem_alloc(1, FEED_BYTES);
    }
    if (inflater->output == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    size_t made = FEED_BYTES;
    while (made == FEED_BYTES) {
        TRY(inflater_step(inflater, &bytes, inflater->output, FEED_BYTES, &made, err));
        enum assay_status status =
            made == 0 ? ASSAY_OK : call(ctx, slice_of(inflater->output, made), err);
        if (status != ASSAY_OK) {
            inflater->progress = FAILED;
            return status;
        }
    }
    return ASSAY_OK;
}

enum assay_status inflater_finish(struct inflater *inflater, struct assay_error *err)
{
    if (inflater->progress == FAILED) {
        return FAIL(err, ASSAY_COMPRESSION, "the layer could not be unpacked");
    }
    if (inflater->compression != COMPRESSION_NONE &&
        (inflater->progress != BETWEEN || inflater->members == 0)) {
        return FAIL(err, ASSAY_COMPRESSION, "the %s data ends too early",
                    inflater->compression == COMPRESSION_GZIP ? "gzip" : "zstd");
    }
    return ASSAY_OK;
}
