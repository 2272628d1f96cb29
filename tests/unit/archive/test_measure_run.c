/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of the measuring engine: many layers of unlike sizes on any number of threads, hashed in
 * pairs and by OpenSSL alone; what ends one layer and spares the others; interruption. */
#include "make_layer.h"

#include <criterion/criterion.h>

TestSuite(measure_run, .timeout = 120);

#define MOST 24

static const unsigned THREADS[] = { 1, 2, 3, 8, 200 };

struct image {
    size_t count;
    struct buf plain[MOST];
    struct buf stored[MOST];
    struct memory_reader readers[MOST];
    struct measured out[MOST];
    struct measure_job jobs[MOST];
};

static void image_add(struct image *image, enum compression compression, size_t len)
{
    size_t i = image->count++;
    cr_assert(i < MOST);
    image->plain[i] = made_bytes(len);
    image->stored[i] = packed(compression, buf_slice(&image->plain[i]));
}

static void image_clear(struct image *image)
{
    for (size_t i = 0; i < image->count; i++) {
        buf_clear(&image->plain[i]);
        buf_clear(&image->stored[i]);
    }
}

/* Makes the jobs anew: readers are at their beginnings. */
static void image_rewind(struct image *image)
{
    for (size_t i = 0; i < image->count; i++) {
        image->readers[i] = reader_of(buf_slice(&image->stored[i]));
        image->jobs[i] =
            (struct measure_job){ .reader = &image->readers[i].base,
                                  .bytes = image->stored[i].len,
                                  .detect = true,
                                  .stored_alg = i % 7 == 3 ? DIGEST_SHA512 : DIGEST_SHA256,
                                  .unpacked_alg = DIGEST_SHA256,
                                  .second_alg = i % 5 == 2 ? DIGEST_SHA512 : DIGEST_NONE,
                                  .out = &image->out[i] };
    }
}

static enum assay_status image_run(struct image *image, unsigned threads, bool is_unpaired,
                                   const atomic_int *interrupted)
{
    const struct assay_env env = { .clock = &assay_clock_system, .interrupted = interrupted };
    struct measure_options options = { .env = &env,
                                       .threads = threads,
                                       .is_unpaired = is_unpaired,
                                       .max_layer_bytes = 64 * MIB,
                                       .max_total_bytes = 256 * MIB };
    return measure_run(image->jobs, image->count, &options, NULL);
}

static bool is_digest_of(const struct digest *have, enum digest_alg alg, struct slice bytes)
{
    struct digest want;
    if (alg == DIGEST_NONE) {
        return have->alg == DIGEST_NONE;
    }
    cr_assert_eq(digest_compute(alg, bytes, &want, NULL), ASSAY_OK);
    return digest_equal(have, &want);
}

static void expect_layer(const struct image *image, size_t i, const char *what, unsigned threads)
{
    const struct measured *out = &image->out[i];
    const struct measure_job *job = &image->jobs[i];
    struct slice plain = buf_slice(&image->plain[i]);
    struct slice stored = buf_slice(&image->stored[i]);
    cr_expect_eq(out->status, ASSAY_OK, "%s, layer %zu, %u threads", what, i, threads);
    cr_expect_eq(out->unpack_status, ASSAY_OK, "%s, layer %zu, %u threads", what, i, threads);
    cr_expect(is_digest_of(&out->stored, job->stored_alg, stored),
              "%s, stored digest of layer %zu, %u threads", what, i, threads);
    cr_expect(is_digest_of(&out->unpacked, job->unpacked_alg, plain),
              "%s, unpacked digest of layer %zu, %u threads", what, i, threads);
    cr_expect(is_digest_of(&out->second, job->second_alg, plain),
              "%s, second digest of layer %zu, %u threads", what, i, threads);
}

/* One long layer and short ones, or all alike; each run with pairs and without. */
Test(measure_run, layers_beside_each_other)
{
    static const struct {
        const char *name;
        enum compression compression;
        size_t count;
        size_t first;
        size_t others;
    } CASES[] = {
        { "even raw", COMPRESSION_NONE, 8, 900001, 900000 },
        { "uneven raw", COMPRESSION_NONE, 6, 3000017, 300000 },
        { "even gzip", COMPRESSION_GZIP, 5, 700000, 700003 },
        { "uneven gzip", COMPRESSION_GZIP, 5, 2000000, 100000 },
        { "even zstd", COMPRESSION_ZSTD, 5, 700000, 700003 },
        { "uneven zstd", COMPRESSION_ZSTD, 5, 2000000, 100000 },
        { "one raw", COMPRESSION_NONE, 1, 1000003, 0 },
        { "one gzip", COMPRESSION_GZIP, 1, 1000003, 0 },
        { "one zstd", COMPRESSION_ZSTD, 1, 1000003, 0 },
    };
    for (size_t c = 0; c < ARRAY_LEN(CASES); c++) {
        static struct image image;
        image.count = 0;
        for (size_t i = 0; i < CASES[c].count; i++) {
            image_add(&image, CASES[c].compression,
                      i == 0 ? CASES[c].first : CASES[c].others + 64 * i + i % 3);
        }
        for (size_t t = 0; t < 2 * ARRAY_LEN(THREADS); t++) {
            image_rewind(&image);
            cr_assert_eq(image_run(&image, THREADS[t / 2], t % 2 != 0, NULL), ASSAY_OK);
            for (size_t i = 0; i < image.count; i++) {
                expect_layer(&image, i, CASES[c].name, THREADS[t / 2]);
            }
        }
        image_clear(&image);
    }
}

/* Streams that end too early, go on too long or are spoilt have their stored digest; those beside
 * them have all of theirs. */
Test(measure_run, a_malformed_layer_spares_the_others)
{
    static const enum compression KINDS[] = { COMPRESSION_GZIP, COMPRESSION_ZSTD };
    for (size_t c = 0; c < 6 * ARRAY_LEN(THREADS); c++) {
        static struct image image;
        unsigned threads = THREADS[c / 6];
        image.count = 0;
        for (size_t i = 0; i < 4; i++) {
            image_add(&image, KINDS[c % 2], 600000 + i);
        }
        struct buf *bad = &image.stored[1];
        switch (c / 2 % 3) {
        case 0: /* cut */
            bad->len -= 5;
            break;
        case 1: /* trailing */
            cr_assert_eq(buf_append(bad, SLICE_LITERAL("trailing"), NULL), ASSAY_OK);
            break;
        default: /* spoilt in its last bytes: a length, or a block */
            bad->ptr[bad->len - 1] ^= 0x80;
            bad->ptr[bad->len / 2] ^= 0xFF;
            bad->ptr[bad->len / 2 + 1] ^= 0xFF;
            break;
        }
        image_rewind(&image);
        cr_assert_eq(image_run(&image, threads, false, NULL), ASSAY_OK);
        const struct measured *out = &image.out[1];
        cr_expect_eq(out->status, ASSAY_OK);
        cr_expect(is_digest_of(&out->stored, DIGEST_SHA256, buf_slice(bad)), "case %zu", c);
        cr_expect_neq(is_digest_of(&out->unpacked, DIGEST_SHA256, buf_slice(&image.plain[1])), true,
                      "case %zu", c);
        if (c / 2 % 3 != 2) { /* zstd has no checksum here, so that it may take other bytes */
            cr_expect_eq(out->unpack_status, ASSAY_COMPRESSION, "case %zu", c);
            cr_expect_eq(out->unpacked.alg, DIGEST_NONE, "case %zu", c);
        }
        for (size_t i = 0; i < image.count; i++) {
            if (i != 1) {
                expect_layer(&image, i, "beside a malformed one", threads);
            }
        }
        image_clear(&image);
    }
}

/* A layer that cannot be read ends alone. */
Test(measure_run, an_unreadable_layer_spares_the_others)
{
    static struct image image;
    for (size_t i = 0; i < 4; i++) {
        image_add(&image, COMPRESSION_NONE, 1200000 + i);
    }
    for (size_t t = 0; t < ARRAY_LEN(THREADS); t++) {
        image_rewind(&image);
        image.readers[2].fails_at = 3;
        cr_assert_eq(image_run(&image, THREADS[t], false, NULL), ASSAY_OK);
        cr_expect_eq(image.out[2].status, ASSAY_FILE_IO);
        cr_expect_eq(image.out[2].stored.alg, DIGEST_NONE);
        cr_expect_eq(image.out[2].unpacked.alg, DIGEST_NONE);
        for (size_t i = 0; i < image.count; i++) {
            if (i != 2) {
                expect_layer(&image, i, "beside an unreadable one", THREADS[t]);
            }
        }
    }
    image_clear(&image);
}

/* Everybody stops within a few steps, and nothing is said of any layer. */
Test(measure_run, interrupted_in_the_middle)
{
    static struct image image;
    for (size_t i = 0; i < 6; i++) {
        image_add(&image, (enum compression)(i % 3), 5000000 + i);
    }
    for (size_t t = 0; t < 2 * ARRAY_LEN(THREADS); t++) {
        atomic_int interrupted = ASSAY_OK;
        image_rewind(&image);
        for (size_t i = 0; i < image.count; i++) {
            image.out[i] = (struct measured){ .status = ASSAY_INTERNAL };
            image.readers[i].interrupts_at = 3;
            image.readers[i].interrupted = &interrupted;
        }
        cr_expect_eq(image_run(&image, THREADS[t / 2], t % 2 != 0, &interrupted),
                     ASSAY_INTERRUPTED);
        for (size_t i = 0; i < image.count; i++) {
            cr_expect(image.readers[i].bytes.len > image.stored[i].len / 4, "layer %zu read on", i);
            cr_expect_eq(image.out[i].stored.alg, DIGEST_NONE);
            cr_expect_eq(image.out[i].unpacked.alg, DIGEST_NONE);
        }
    }
    image_clear(&image);
}
