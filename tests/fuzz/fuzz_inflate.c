/* SPDX-License-Identifier: Apache-2.0 */
/* How the bytes are cut into pieces changes neither the verdict nor the output. */
#include "harness.h"

#include "archive/inflate.h"
#include "base/buf.h"

#define OUTPUT_MAX_BYTES (1UL * MIB)

static enum assay_status collect(void *ctx, struct slice bytes, struct assay_error *err)
{
    return buf_append(ctx, bytes, err);
}

static enum assay_status unpack(enum compression compression, struct slice packed, size_t step,
                                struct buf *out)
{
    struct inflater *inflater = NULL;
    enum assay_status status = inflater_new(compression, OUTPUT_MAX_BYTES, &inflater, NULL);

    while (status == ASSAY_OK && packed.len > 0) {
        struct slice part = slice_first(packed, step);
        status = inflater_feed(inflater, part, collect, out, NULL);
        packed = slice_from(packed, part.len);
    }
    if (status == ASSAY_OK) {
        status = inflater_finish(inflater, NULL);
    }
    inflater_free(inflater);
    INVARIANT(out->len <= OUTPUT_MAX_BYTES);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) {
        return 0;
    }
    enum compression compression = (data[0] & 1) != 0 ? COMPRESSION_GZIP : COMPRESSION_NONE;
    size_t step = (size_t)(data[0] >> 1) + 1;
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
        INVARIANT(compression == COMPRESSION_GZIP || slice_equal(buf_slice(&whole), packed));
    }
    return 0;
}
