/* SPDX-License-Identifier: Apache-2.0 */
/* The measuring engine: digests of stored and unpacked bytes, whatever the size, the compression
 * and the number of threads. */
#include "make_layer.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

TestSuite(measure, .timeout = 120);

static const unsigned THREADS[] = { 1, 2, 3, 8, 200 };

static const struct assay_env ENV = { .clock = &assay_clock_system };

static enum assay_status run(struct measure_job *jobs, size_t count, unsigned threads)
{
    struct measure_options options = { .env = &ENV,
                                       .threads = threads,
                                       .max_layer_bytes = 1024 * MIB,
                                       .max_total_bytes = 4096 * MIB };
    return measure_run(jobs, count, &options, NULL);
}

static void expect_digest_by(enum digest_alg alg, const struct digest *have, struct slice bytes,
                             const char *what, size_t len)
{
    struct digest want;
    cr_assert_eq(digest_compute(alg, bytes, &want, NULL), ASSAY_OK);
    cr_expect(digest_equal(have, &want), "%s of %zu bytes", what, len);
}

static void expect_digest(const struct digest *have, struct slice bytes, const char *what,
                          size_t len)
{
    expect_digest_by(DIGEST_SHA256, have, bytes, what, len);
}

Test(measure, every_kind_and_size)
{
    static const size_t SIZES[] = { 0, 1, 5, 6, 7, 4096, 262143, 262144, 262145, 1000000, 1048576 };
    for (size_t i = 0; i < ARRAY_LEN(SIZES) * 3 * ARRAY_LEN(THREADS); i++) {
        size_t len = SIZES[i % ARRAY_LEN(SIZES)];
        enum compression compression = (enum compression)(i / ARRAY_LEN(SIZES) % 3);
        unsigned threads = THREADS[i / ARRAY_LEN(SIZES) / 3];
        AUTO_BUF plain = made_bytes(len);
        AUTO_BUF stored = packed(compression, buf_slice(&plain));
        struct memory_reader reader = reader_of(buf_slice(&stored));
        struct measured out;
        struct measure_job job = { .reader = &reader.base,
                                   .bytes = stored.len,
                                   .detect = i % 2 == 0,
                                   .compression = compression,
                                   .stored_alg = DIGEST_SHA256,
                                   .unpacked_alg = DIGEST_SHA256,
                                   .second_alg = DIGEST_SHA512,
                                   .out = &out };
        cr_assert_eq(run(&job, 1, threads), ASSAY_OK);
        cr_expect_eq(out.status, ASSAY_OK);
        expect_digest_by(DIGEST_SHA512, &out.second, buf_slice(&plain), "by the second", len);
        cr_expect_eq(out.unpack_status, ASSAY_OK, "%zu bytes, compression %d: %s", len,
                     (int)compression, out.unpack_error.message);
        cr_expect_eq(out.compression, compression);
        cr_expect_eq(out.stored_bytes, stored.len);
        cr_expect_eq(out.unpacked_bytes, len);
        expect_digest(&out.stored, buf_slice(&stored), "stored", len);
        expect_digest(&out.unpacked, buf_slice(&plain), "unpacked", len);
    }
}

#define MANY 60

Test(measure, many_layers_at_once)
{
    struct buf plain[MANY];
    struct buf stored[MANY];
    for (size_t t = 0; t < ARRAY_LEN(THREADS); t++) {
        static struct memory_reader readers[MANY];
        static struct measured out[MANY];
        static struct measure_job jobs[MANY];
        for (size_t i = 0; i < MANY; i++) {
            plain[i] = made_bytes(i * 17011 % 700000);
            stored[i] = packed((enum compression)(i % 3), buf_slice(&plain[i]));
            readers[i] = reader_of(buf_slice(&stored[i]));
            jobs[i] = (struct measure_job){ .reader = &readers[i].base,
                                            .bytes = stored[i].len,
                                            .detect = true,
                                            .stored_alg = DIGEST_SHA256,
                                            .unpacked_alg = DIGEST_SHA256,
                                            .out = &out[i] };
        }
        cr_assert_eq(run(jobs, MANY, THREADS[t]), ASSAY_OK);
        for (size_t i = 0; i < MANY; i++) {
            cr_expect_eq(out[i].unpack_status, ASSAY_OK);
            expect_digest(&out[i].stored, buf_slice(&stored[i]), "stored", i);
            expect_digest(&out[i].unpacked, buf_slice(&plain[i]), "unpacked", i);
            buf_clear(&plain[i]);
            buf_clear(&stored[i]);
        }
    }
}

/* A malformed stream still has its stored digest. */
Test(measure, malformed_streams)
{
    AUTO_BUF plain = made_bytes(900000);
    for (size_t i = 0; i < 2 * ARRAY_LEN(THREADS); i++) {
        AUTO_BUF stored =
            packed(i % 2 == 0 ? COMPRESSION_GZIP : COMPRESSION_ZSTD, buf_slice(&plain));
        stored.ptr[stored.len / 2] ^= 0x10;
        struct memory_reader reader = reader_of(buf_slice(&stored));
        struct measured out;
        struct measure_job job = { .reader = &reader.base,
                                   .bytes = stored.len,
                                   .detect = true,
                                   .stored_alg = DIGEST_SHA256,
                                   .unpacked_alg = DIGEST_SHA256,
                                   .out = &out };
        cr_assert_eq(run(&job, 1, THREADS[i / 2]), ASSAY_OK);
        cr_expect_eq(out.status, ASSAY_OK);
        bool is_other = out.unpack_status == ASSAY_COMPRESSION;
        if (out.unpack_status == ASSAY_OK) { /* zstd without a checksum may take it */
            struct digest right;
            cr_assert_eq(digest_compute(DIGEST_SHA256, buf_slice(&plain), &right, NULL), ASSAY_OK);
            is_other = !digest_equal(&out.unpacked, &right);
        }
        cr_expect(is_other, "kind %zu", i);
        expect_digest(&out.stored, buf_slice(&stored), "stored", stored.len);
    }
}

static enum assay_status measure_text(struct slice text, enum compression compression,
                                      uint64_t max_layer, uint64_t max_total, struct measured *out)
{
    struct memory_reader reader = reader_of(text);
    struct measure_job job = { .reader = &reader.base,
                               .bytes = text.len,
                               .compression = compression,
                               .stored_alg = DIGEST_SHA256,
                               .unpacked_alg = DIGEST_SHA256,
                               .out = out };
    struct measure_options options = {
        .env = &ENV, .threads = 2, .max_layer_bytes = max_layer, .max_total_bytes = max_total
    };
    return measure_run(&job, 1, &options, NULL);
}

Test(measure, limits_and_kinds)
{
    AUTO_BUF plain = made_bytes(600000);
    AUTO_BUF gzip = packed(COMPRESSION_GZIP, buf_slice(&plain));
    /* one read of these unpacks to many slots, so that limits are passed with bytes at hand */
    AUTO_BUF zeros = BUF_INIT(4 * MIB);
    cr_assert_eq(buf_reserve(&zeros, 3 * MIB, NULL), ASSAY_OK);
    (void)memset(zeros.ptr, 0, 3 * MIB);
    zeros.len = 3 * MIB;
    AUTO_BUF dense_gzip = packed(COMPRESSION_GZIP, buf_slice(&zeros));
    AUTO_BUF dense_zstd = packed(COMPRESSION_ZSTD, buf_slice(&zeros));
    struct measured out;
    const struct {
        struct slice bytes;
        enum compression compression;
        uint64_t max_layer;
        uint64_t max_total;
        enum assay_status expected;
    } CASES[] = {
        { buf_slice(&gzip), COMPRESSION_GZIP, 600000, 600000, ASSAY_OK },
        { buf_slice(&gzip), COMPRESSION_GZIP, 599999, 600000, ASSAY_BOMB },
        { buf_slice(&gzip), COMPRESSION_GZIP, 600000, 599999, ASSAY_BOMB },
        { buf_slice(&dense_gzip), COMPRESSION_GZIP, 3 * MIB, 3 * MIB, ASSAY_OK },
        { buf_slice(&dense_gzip), COMPRESSION_GZIP, 1 * MIB, 3 * MIB, ASSAY_BOMB },
        { buf_slice(&dense_gzip), COMPRESSION_GZIP, 3 * MIB, 1 * MIB, ASSAY_BOMB },
        { buf_slice(&dense_zstd), COMPRESSION_ZSTD, 3 * MIB, 3 * MIB, ASSAY_OK },
        { buf_slice(&dense_zstd), COMPRESSION_ZSTD, 1 * MIB, 3 * MIB, ASSAY_BOMB },
        { buf_slice(&dense_zstd), COMPRESSION_ZSTD, 3 * MIB, 1 * MIB, ASSAY_BOMB },
        { buf_slice(&plain), COMPRESSION_NONE, 600000, 600000, ASSAY_OK },
        { buf_slice(&plain), COMPRESSION_NONE, 599999, 600000, ASSAY_BOMB },
        { buf_slice(&plain), COMPRESSION_NONE, 600000, 599999, ASSAY_BOMB },
        { buf_slice(&gzip), COMPRESSION_NONE, 1 * MIB, 1 * MIB, ASSAY_COMPRESSION },
        { buf_slice(&plain), COMPRESSION_GZIP, 1 * MIB, 1 * MIB, ASSAY_COMPRESSION },
        { SLICE_LITERAL("\xFD"
                        "7zXZ\0 and more"),
          COMPRESSION_NONE, 1 * MIB, 1 * MIB, ASSAY_COMPRESSION },
    };
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        cr_assert_eq(measure_text(CASES[i].bytes, CASES[i].compression, CASES[i].max_layer,
                                  CASES[i].max_total, &out),
                     ASSAY_OK);
        cr_expect_eq(out.status, ASSAY_OK, "case %zu", i);
        cr_expect_eq(out.unpack_status, CASES[i].expected, "case %zu: %s", i,
                     assay_status_id(out.unpack_status));
        expect_digest(&out.stored, CASES[i].bytes, "stored", i);
        cr_expect_eq(out.unpacked.alg == DIGEST_NONE, CASES[i].expected != ASSAY_OK, "case %zu", i);
    }
}

Test(measure, failures_end_one_layer_or_all)
{
    AUTO_BUF plain = made_bytes(1000000);
    struct memory_reader readers[] = { reader_of(buf_slice(&plain)), reader_of(buf_slice(&plain)) };
    readers[0].fails_at = 3;
    struct measured out[2];
    struct measure_job jobs[2];
    for (size_t i = 0; i < 2; i++) {
        jobs[i] = (struct measure_job){ .reader = &readers[i].base,
                                        .bytes = plain.len,
                                        .stored_alg = DIGEST_SHA256,
                                        .unpacked_alg = DIGEST_SHA512,
                                        .out = &out[i] };
    }
    cr_assert_eq(run(jobs, 2, 2), ASSAY_OK);
    cr_expect_eq(out[0].status, ASSAY_FILE_IO);
    cr_expect_eq(out[0].stored.alg, DIGEST_NONE);
    cr_expect_eq(out[1].status, ASSAY_OK);
    expect_digest(&out[1].stored, buf_slice(&plain), "stored", plain.len);
    cr_expect_eq(out[1].unpacked.alg, DIGEST_SHA512);

    atomic_int interrupted = ASSAY_INTERRUPTED;
    struct assay_env env = { .clock = &assay_clock_system, .interrupted = &interrupted };
    struct measure_options options = {
        .env = &env, .threads = 2, .max_layer_bytes = 1 * MIB, .max_total_bytes = 1 * MIB
    };
    cr_expect_eq(measure_run(jobs, 2, &options, NULL), ASSAY_INTERRUPTED);
}

/* All of stored, in parts. */
static struct measured push_all(enum compression compression, struct slice stored)
{
    struct measure_push *push = NULL;
    struct measured out;
    cr_assert_eq(measure_push_new(compression, DIGEST_SHA256, DIGEST_SHA256, 1 * MIB, &push, NULL),
                 ASSAY_OK);
    for (size_t at = 0; at < stored.len; at += 7001) {
        struct slice part = slice_first(slice_from(stored, at), 7001);
        cr_assert_eq(measure_push_bytes(push, part, NULL), ASSAY_OK);
    }
    cr_assert_eq(measure_push_finish(push, &out, NULL), ASSAY_OK);
    measure_push_free(push);
    return out;
}

Test(measure, pushed_bytes_give_the_same)
{
    AUTO_BUF plain = made_bytes(500000);
    for (int i = 0; i < 3; i++) {
        AUTO_BUF stored = packed((enum compression)i, buf_slice(&plain));
        struct measured out = push_all((enum compression)i, buf_slice(&stored));
        cr_expect_eq(out.unpack_status, ASSAY_OK);
        cr_expect_eq(out.unpacked_bytes, plain.len);
        expect_digest(&out.stored, buf_slice(&stored), "stored", stored.len);
        expect_digest(&out.unpacked, buf_slice(&plain), "unpacked", plain.len);
    }
}

/* What is wrong is told of the first byte that is, and all bytes are hashed. */
Test(measure, pushed_bytes_that_are_malformed)
{
    AUTO_BUF plain = made_bytes(500000);
    for (int i = COMPRESSION_GZIP; i <= COMPRESSION_ZSTD; i++) {
        AUTO_BUF stored = packed((enum compression)i, buf_slice(&plain));
        stored.ptr[i == COMPRESSION_GZIP ? 10 : 3] = 0xFF; /* the first block, the magic number */
        struct measured out = push_all((enum compression)i, buf_slice(&stored));
        cr_expect_eq(out.unpack_status, ASSAY_COMPRESSION, "%d: %s", i,
                     assay_status_id(out.unpack_status));
        cr_expect_not_null(strstr(out.unpack_error.message, "malformed"), "%d: %s", i,
                           out.unpack_error.message);
        cr_expect_eq(out.unpacked.alg, DIGEST_NONE, "%d", i);
        expect_digest(&out.stored, buf_slice(&stored), "stored", stored.len);
    }
}

/* ---- readers ---- */

Test(measure, readers_of_files_and_pipes)
{
    AUTO_BUF plain = made_bytes(60000);
    for (int i = 0; i < 3; i++) {
        AUTO_BUF stored = packed((enum compression)i, buf_slice(&plain));
        int ends[2];
        cr_assert_eq(pipe(ends), 0);
        cr_assert_eq(write(ends[1], stored.ptr, stored.len), (ssize_t)stored.len);
        cr_assert_eq(close(ends[1]), 0);
        struct byte_reader *stream = NULL;
        struct byte_reader *reader = NULL;
        enum compression found = COMPRESSION_NONE;
        cr_assert_eq(reader_stream_new(ends[0], &ENV, &stream, NULL), ASSAY_OK);
        cr_assert_eq(reader_detect_new(stream, 1 * MIB, &found, &reader, NULL), ASSAY_OK);
        cr_expect_eq(found, (enum compression)i);
        AUTO_BUF out = BUF_INIT(1 * MIB);
        cr_assert_eq(buf_reserve(&out, 100000, NULL), ASSAY_OK);
        cr_assert_eq(byte_reader_fill(reader, out.ptr, 100000, &out.len, NULL), ASSAY_OK);
        cr_expect(slice_equal(buf_slice(&out), buf_slice(&plain)), "kind %d", i);
        byte_reader_free(reader);
        cr_assert_eq(close(ends[0]), 0);
    }
}

Test(measure, a_range_ends_where_it_says)
{
    FILE *file = tmpfile();
    cr_assert_not_null(file);
    cr_assert_eq(fputs("0123456789", file) >= 0 && fflush(file) == 0, 1);
    struct byte_reader *reader = NULL;
    uint8_t to[16];
    size_t got = 0;
    cr_assert_eq(reader_range_new(fileno(file), 2, 5, &reader, NULL), ASSAY_OK);
    cr_assert_eq(reader->skip(reader, 1, NULL), ASSAY_OK);
    cr_assert_eq(byte_reader_fill(reader, to, sizeof(to), &got, NULL), ASSAY_OK);
    cr_expect(slice_equal(slice_of(to, got), SLICE_LITERAL("3456")));
    byte_reader_free(reader);
    cr_assert_eq(reader_range_new(fileno(file), 8, 5, &reader, NULL), ASSAY_OK);
    cr_expect_eq(byte_reader_fill(reader, to, sizeof(to), &got, NULL), ASSAY_FILE_IO);
    byte_reader_free(reader);
    (void)fclose(file);
}
