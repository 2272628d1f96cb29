/* SPDX-License-Identifier: Apache-2.0 */
/* gzip as layers have it: what one-shot and byte-wise feeding give, and what is refused. */
#include "archive/inflate.h"

#include "base/buf.h"

#include <criterion/criterion.h>
#include <zlib.h>

TestSuite(inflate, .timeout = 60);

/* ---- making gzip ---- */

static void pack(struct slice plain, struct buf *out)
{
    z_stream stream = { 0 };
    static uint8_t space[1 << 16];

    cr_assert_eq(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)plain.ptr;
    stream.avail_in = (uInt)plain.len;
    int result = Z_OK;
    while (result == Z_OK) {
        stream.next_out = space;
        stream.avail_out = sizeof(space);
        result = deflate(&stream, Z_FINISH);
        cr_assert_eq(buf_append(out, slice_of(space, sizeof(space) - stream.avail_out), NULL),
                     ASSAY_OK);
    }
    cr_assert_eq(result, Z_STREAM_END);
    cr_assert_eq(deflateEnd(&stream), Z_OK);
}

/* Feeds in steps of step bytes; what came out is in out, also when it failed. */
static enum assay_status unpack(enum compression compression, struct slice packed, size_t step,
                                uint64_t max_bytes, struct buf *out)
{
    struct inflater *inflater = NULL;
    enum assay_status status = ASSAY_OK;

    buf_reset(out);
    cr_assert_eq(inflater_new(compression, max_bytes, &inflater, NULL), ASSAY_OK);
    while (status == ASSAY_OK && packed.len > 0) {
        struct slice part = slice_first(packed, step);
        status = inflater_feed(inflater, part, buf_sink, out, NULL);
        packed = slice_from(packed, part.len);
    }
    if (status == ASSAY_OK) {
        status = inflater_finish(inflater, NULL);
    } else {
        cr_expect_neq(inflater_finish(inflater, NULL), ASSAY_OK, "finish after a failure");
        cr_expect_eq(inflater_feed(inflater, SLICE_LITERAL("x"), buf_sink, out, NULL),
                     ASSAY_INTERNAL);
    }
    inflater_free(inflater);
    return status;
}

static enum assay_status unpack_both(struct slice packed, struct buf *out)
{
    AUTO_BUF again = BUF_INIT(16 * MIB);
    enum assay_status whole = unpack(COMPRESSION_GZIP, packed, SIZE_MAX, 16 * MIB, out);
    enum assay_status bytewise = unpack(COMPRESSION_GZIP, packed, 1, 16 * MIB, &again);

    cr_expect_eq(whole, bytewise);
    if (whole == ASSAY_OK) {
        cr_expect(slice_equal(buf_slice(out), buf_slice(&again)));
    }
    return whole;
}

/* ---- tests ---- */

static const char PLAIN[] = "file.txt\0 and what a tar archive has further, once and again, again";
#define PLAIN_SLICE slice_of(PLAIN, sizeof(PLAIN))

/* PLAIN packed into buffer, for a test to spoil. */
#define PACKED(name)                                                                               \
    AUTO_BUF name = BUF_INIT(1 * MIB);                                                             \
    AUTO_BUF out = BUF_INIT(16 * MIB);                                                             \
    pack(PLAIN_SLICE, &name)

Test(inflate, one_member)
{
    PACKED(packed);
    cr_assert_eq(unpack_both(buf_slice(&packed), &out), ASSAY_OK);
    cr_expect(slice_equal(buf_slice(&out), PLAIN_SLICE));
}

Test(inflate, many_members_are_one_stream)
{
    PACKED(packed);
    pack(SLICE_EMPTY, &packed);
    pack(PLAIN_SLICE, &packed);
    cr_assert_eq(unpack_both(buf_slice(&packed), &out), ASSAY_OK);
    cr_assert_eq(out.len, 2 * sizeof(PLAIN));
    cr_expect(slice_equal(slice_from(buf_slice(&out), sizeof(PLAIN)), PLAIN_SLICE));
}

Test(inflate, much_output_of_little_input)
{
    AUTO_BUF zeros = BUF_INIT(8 * MIB);
    AUTO_BUF packed = BUF_INIT(1 * MIB);
    AUTO_BUF out = BUF_INIT(16 * MIB);

    cr_assert_eq(buf_reserve(&zeros, 8 * MIB, NULL), ASSAY_OK);
    memset(zeros.ptr, 0, 8 * MIB);
    zeros.len = 8 * MIB;
    pack(buf_slice(&zeros), &packed);
    cr_assert_eq(unpack_both(buf_slice(&packed), &out), ASSAY_OK);
    cr_expect(slice_equal(buf_slice(&out), buf_slice(&zeros)));
}

Test(inflate, output_is_limited)
{
    PACKED(packed);
    struct slice bytes = buf_slice(&packed);

    cr_expect_eq(unpack(COMPRESSION_GZIP, bytes, SIZE_MAX, sizeof(PLAIN), &out), ASSAY_OK);
    cr_expect_eq(unpack(COMPRESSION_GZIP, bytes, SIZE_MAX, sizeof(PLAIN) - 1, &out), ASSAY_BOMB);
    cr_expect_eq(unpack(COMPRESSION_GZIP, bytes, 1, sizeof(PLAIN) - 1, &out), ASSAY_BOMB);
    /* the limit holds for all members together */
    pack(PLAIN_SLICE, &packed);
    cr_expect_eq(
        unpack(COMPRESSION_GZIP, buf_slice(&packed), SIZE_MAX, 2 * sizeof(PLAIN) - 1, &out),
        ASSAY_BOMB);
    cr_expect_lt(out.len, 2 * sizeof(PLAIN));
    cr_expect_eq(unpack(COMPRESSION_NONE, PLAIN_SLICE, 7, sizeof(PLAIN), &out), ASSAY_OK);
    cr_expect_eq(unpack(COMPRESSION_NONE, PLAIN_SLICE, 7, sizeof(PLAIN) - 1, &out), ASSAY_BOMB);
}

Test(inflate, every_truncation)
{
    PACKED(packed);
    for (size_t len = 0; len < packed.len; len++) {
        cr_expect_eq(unpack_both(slice_first(buf_slice(&packed), len), &out), ASSAY_COMPRESSION,
                     "%zu", len);
    }
}

Test(inflate, trailing_bytes)
{
    static const struct {
        const char *name;
        struct slice bytes;
    } CASES[] = {
        { "NUL", { (const uint8_t *)"\0", 1 } },
        { "padding", { (const uint8_t *)"\0\0\0\0\0\0\0\0", 8 } },
        { "half a magic", { (const uint8_t *)"\x1f", 1 } },
        { "a magic", { (const uint8_t *)"\x1f\x8b", 2 } },
        { "text", { (const uint8_t *)"trailer", 7 } },
        { "newline", { (const uint8_t *)"\n", 1 } },
    };

    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        PACKED(packed);
        cr_assert_eq(buf_append(&packed, CASES[i].bytes, NULL), ASSAY_OK);
        cr_expect_eq(unpack_both(buf_slice(&packed), &out), ASSAY_COMPRESSION, "%s", CASES[i].name);
    }
}

/* Every bit of the trailer (CRC-32 and length) and of the fixed header fields that are checked. */
Test(inflate, spoilt_bytes)
{
    PACKED(packed);
    for (size_t i = packed.len - 8; i < packed.len; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            packed.ptr[i] ^= (uint8_t)(1U << bit);
            cr_expect_eq(unpack_both(buf_slice(&packed), &out), ASSAY_COMPRESSION, "%zu.%u", i,
                         bit);
            packed.ptr[i] ^= (uint8_t)(1U << bit);
        }
    }
    for (size_t i = 0; i < 3; i++) { /* magic, method */
        packed.ptr[i] ^= 0x01;
        cr_expect_eq(unpack_both(buf_slice(&packed), &out), ASSAY_COMPRESSION, "%zu", i);
        packed.ptr[i] ^= 0x01;
    }
    for (unsigned bit = 5; bit < 8; bit++) { /* reserved flags */
        packed.ptr[3] |= (uint8_t)(1U << bit);
        cr_expect_eq(unpack_both(buf_slice(&packed), &out), ASSAY_COMPRESSION, "flag %u", bit);
        packed.ptr[3] &= (uint8_t) ~(1U << bit);
    }
    cr_expect_eq(unpack_both(buf_slice(&packed), &out), ASSAY_OK);
}

/* The optional CRC-16 of the header, right and wrong, behind a name. */
Test(inflate, header_checksum)
{
    for (unsigned wrong = 0; wrong < 2; wrong++) {
        PACKED(packed);
        AUTO_BUF named = BUF_INIT(1 * MIB);
        cr_assert_eq(buf_append(&named, slice_first(buf_slice(&packed), 10), NULL), ASSAY_OK);
        named.ptr[3] = 0x02 | 0x08;
        cr_assert_eq(buf_append(&named, slice_of("name", 5), NULL), ASSAY_OK);
        unsigned long crc = crc32(0, named.ptr, (uInt)named.len) ^ wrong;
        cr_assert_eq(buf_append_byte(&named, (uint8_t)(crc & 0xff), NULL), ASSAY_OK);
        cr_assert_eq(buf_append_byte(&named, (uint8_t)(crc >> 8 & 0xff), NULL), ASSAY_OK);
        cr_assert_eq(buf_append(&named, slice_from(buf_slice(&packed), 10), NULL), ASSAY_OK);
        cr_expect_eq(unpack_both(buf_slice(&named), &out),
                     wrong == 0 ? ASSAY_OK : ASSAY_COMPRESSION);
    }
}

Test(inflate, other_formats)
{
    static const struct {
        const char *name;
        struct slice bytes;
    } CASES[] = {
        { "empty", { NULL, 0 } },
        { "tar", { (const uint8_t *)PLAIN, sizeof(PLAIN) } },
        { "zlib", { (const uint8_t *)"\x78\x9c\x03\x00\x00\x00\x00\x01", 8 } },
        { "xz",
          { (const uint8_t *)"\xfd"
                             "7zXZ\0\0\x04",
            8 } },
        { "zstd", { (const uint8_t *)"\x28\xb5\x2f\xfd\x24\x00\x01\x00\x00", 9 } },
        { "bzip2", { (const uint8_t *)"BZh91AY&SY", 10 } },
    };
    AUTO_BUF out = BUF_INIT(1 * MIB);

    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        cr_expect_eq(unpack_both(CASES[i].bytes, &out), ASSAY_COMPRESSION, "%s", CASES[i].name);
    }
}

/* One level: a packed layer that is called plain, or is packed twice, has two readings. */
Test(inflate, one_level)
{
    PACKED(packed);
    AUTO_BUF twice = BUF_INIT(1 * MIB);

    pack(buf_slice(&packed), &twice);
    cr_expect_eq(unpack_both(buf_slice(&twice), &out), ASSAY_COMPRESSION);
    cr_expect_eq(out.len, 0U); /* not a byte was passed on */
    cr_expect_eq(unpack(COMPRESSION_NONE, buf_slice(&packed), SIZE_MAX, 1 * MIB, &out),
                 ASSAY_COMPRESSION);
    cr_expect_eq(unpack(COMPRESSION_NONE, buf_slice(&packed), 1, 1 * MIB, &out), ASSAY_COMPRESSION);
    cr_expect_eq(unpack(COMPRESSION_NONE, SLICE_LITERAL("\x28\xb5\x2f\xfd"), 1, 1 * MIB, &out),
                 ASSAY_COMPRESSION);
    cr_expect_eq(unpack(COMPRESSION_NONE,
                        SLICE_LITERAL("\xfd"
                                      "7zXZ\0"),
                        1, 1 * MIB, &out),
                 ASSAY_COMPRESSION);
    /* the same bytes further on are data */
    cr_expect_eq(
        unpack(COMPRESSION_NONE, SLICE_LITERAL("x\x1f\x8b\x28\xb5\x2f\xfd"), 1, 1 * MIB, &out),
        ASSAY_OK);
}

Test(inflate, none_passes_through)
{
    AUTO_BUF out = BUF_INIT(1 * MIB);

    cr_assert_eq(unpack(COMPRESSION_NONE, PLAIN_SLICE, 5, 1 * MIB, &out), ASSAY_OK);
    cr_expect(slice_equal(buf_slice(&out), PLAIN_SLICE));
}

static enum assay_status refuse(void *ctx, struct slice bytes, struct assay_error *err)
{
    (void)ctx;
    (void)bytes;
    return FAIL(err, ASSAY_INTERRUPTED, "stop");
}

Test(inflate, sink_can_stop)
{
    PACKED(packed);
    struct inflater *inflater = NULL;

    cr_assert_eq(inflater_new(COMPRESSION_GZIP, 1 * MIB, &inflater, NULL), ASSAY_OK);
    cr_expect_eq(inflater_feed(inflater, buf_slice(&packed), refuse, &out, NULL),
                 ASSAY_INTERRUPTED);
    cr_expect_neq(inflater_finish(inflater, NULL), ASSAY_OK);
    inflater_free(inflater);
    inflater_free(NULL);
}
