/* SPDX-License-Identifier: Apache-2.0 */
#include "make_layer.h"

#include <criterion/criterion.h>
#include <zlib.h>
#include <zstd.h>

struct buf made_bytes(size_t len)
{
    struct buf out = BUF_INIT(64 * MIB);
    uint64_t state = len + 88172645463325252ULL;
    cr_assert_eq(buf_reserve(&out, len + 1, NULL), ASSAY_OK);
    for (size_t i = 0; i < len; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out.ptr[i] = (uint8_t)(i % 512 < 300 ? 't' : state); /* compresses to about a half */
    }
    out.len = len;
    return out;
}

struct buf packed(enum compression compression, struct slice plain)
{
    struct buf out = BUF_INIT(64 * MIB);
    size_t room = plain.len + plain.len / 8 + 1024;
    cr_assert_eq(buf_reserve(&out, room, NULL), ASSAY_OK);
    if (compression == COMPRESSION_NONE) {
        cr_assert_eq(buf_append(&out, plain, NULL), ASSAY_OK);
    } else if (compression == COMPRESSION_ZSTD) {
        out.len = ZSTD_compress(out.ptr, room, plain.ptr, plain.len, 1);
        cr_assert_not(ZSTD_isError(out.len));
    } else {
        z_stream z = { .next_in = (Bytef *)(uintptr_t)plain.ptr, .avail_in = (uInt)plain.len };
        cr_assert_eq(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
        z.next_out = out.ptr;
        z.avail_out = (uInt)room;
        cr_assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
        out.len = z.total_out;
        (void)deflateEnd(&z);
    }
    return out;
}

static enum assay_status memory_read(struct byte_reader *reader, uint8_t *to, size_t max,
                                     size_t *got, struct assay_error *err)
{
    struct memory_reader *memory = (struct memory_reader *)reader;
    memory->calls++;
    if (memory->calls == memory->fails_at) {
        return FAIL(err, ASSAY_FILE_IO, "scripted");
    }
    if (memory->calls == memory->interrupts_at) {
        atomic_store(memory->interrupted, ASSAY_INTERRUPTED);
    }
    size_t piece = memory->calls % 3 == 0 ? 1 + max / 7 : max;
    *got = memory->bytes.len < piece ? memory->bytes.len : piece;
    (void)memcpy(to, memory->bytes.ptr, *got);
    memory->bytes = slice_from(memory->bytes, *got);
    return ASSAY_OK;
}

struct memory_reader reader_of(struct slice bytes)
{
    return (struct memory_reader){ .base = { .read = memory_read }, .bytes = bytes };
}
