/* SPDX-License-Identifier: Apache-2.0 */
/* How the bytes are cut into pieces changes neither the verdict nor the output, and zlib, another
 * reader of gzip, agrees. */
#include "harness.h"

#include "archive/inflate.h"
#include "base/buf.h"

#include <zlib.h>

#define OUTPUT_MAX_BYTES (1UL * MIB)

static enum assay_status unpack(enum compression compression, struct slice packed, size_t step,
                                struct buf *out)
{
    struct inflater *inflater = NULL;
    enum assay_status status = inflater_new(compression, OUTPUT_MAX_BYTES, &inflater, NULL);

    while (status == ASSAY_OK && packed.len > 0) {
        struct slice part = slice_first(packed, step);
        status = inflater_feed(inflater, part, buf_sink, out, NULL);
        packed = slice_from(packed, part.len);
    }
    if (status == ASSAY_OK) {
        status = inflater_finish(inflater, NULL);
    }
    inflater_free(inflater);
    INVARIANT(out->len <= OUTPUT_MAX_BYTES);
    return status;
}

/* All members, nothing behind them. */
static enum assay_status unpack_by_zlib(struct slice packed, struct buf *out)
{
    static uint8_t step[64 * KIB];
    z_stream z = { .next_in = (Bytef *)(uintptr_t)packed.ptr, .avail_in = (uInt)packed.len };
    int result = Z_STREAM_END;
    INVARIANT(inflateInit2(&z, 15 + 16) == Z_OK);
    while (result == Z_OK || (result == Z_STREAM_END && z.avail_in > 0)) {
        if (result == Z_STREAM_END) {
            (void)inflateReset(&z);
        }
        z.next_out = step;
        z.avail_out = sizeof(step);
        result = inflate(&z, Z_NO_FLUSH);
        size_t made = sizeof(step) - z.avail_out;
        if (made > OUTPUT_MAX_BYTES - out->len) {
            result = Z_MEM_ERROR;
        } else if (buf_append(out, slice_of(step, made), NULL) != ASSAY_OK) {
            result = Z_MEM_ERROR;
        }
    }
    (void)inflateEnd(&z);
    return result == Z_STREAM_END && packed.len > 0 ? ASSAY_OK : ASSAY_COMPRESSION;
}

/* Output that is itself compressed is ours alone to refuse. ISA-L takes incomplete sets of codes
 * that zlib refuses: no harm, for what comes out still has to have the signed diff_id. */
static void compare_with_zlib(struct slice packed, enum assay_status status, const struct buf *ours)
{
    AUTO_BUF theirs = BUF_INIT(OUTPUT_MAX_BYTES);
    enum compression found = COMPRESSION_NONE;
    bool accepted = unpack_by_zlib(packed, &theirs) == ASSAY_OK;
    bool is_nested = compression_detect(buf_slice(&theirs), &found, NULL) != ASSAY_OK ||
                     found != COMPRESSION_NONE;
    if (accepted && !is_nested) {
        INVARIANT(status == ASSAY_OK && slice_equal(buf_slice(&theirs), buf_slice(ours)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) {
        return 0;
    }
    static const enum compression KINDS[] = { COMPRESSION_NONE, COMPRESSION_GZIP, COMPRESSION_ZSTD,
                                              COMPRESSION_GZIP };
    enum compression compression = KINDS[data[0] & 3];
    size_t step = (size_t)(data[0] >> 2) + 1;
    struct slice packed = slice_of(data + 1, size - 1);
    AUTO_BUF whole = BUF_INIT(OUTPUT_MAX_BYTES);
    AUTO_BUF pieces = BUF_INIT(OUTPUT_MAX_BYTES);

    enum assay_status first = unpack(compression, packed, SIZE_MAX, &whole);
    enum assay_status second = unpack(compression, packed, step, &pieces);
    /* Which of two errors comes first may depend on the pieces. */
    INVARIANT((first == ASSAY_OK) == (second == ASSAY_OK));
    INVARIANT(first == ASSAY_OK || first == ASSAY_COMPRESSION || first == ASSAY_BOMB);
    if (first == ASSAY_OK) {
        INVARIANT(slice_equal(buf_slice(&whole), buf_slice(&pieces)));
        INVARIANT(compression != COMPRESSION_NONE || slice_equal(buf_slice(&whole), packed));
    }
    if (compression == COMPRESSION_GZIP) {
        compare_with_zlib(packed, first, &whole);
    }
    return 0;
}
