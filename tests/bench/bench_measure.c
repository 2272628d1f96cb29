/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why ISA-L, libzstd and OpenSSL, and two SHA-256 streams at a time: the rates of what could unpack
 * and hash a layer; and how near the measuring engine comes to what they allow on all cores, with
 * pairs and without. Figures are MB of unpacked bytes a second.
 */
#include "archive/measure.h"
#include "base/buf.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define LAYER_BYTES (96 * MIB)
#define STEP_BYTES  (256 * KIB)
#define ROUNDS      5

static uint8_t out_step[STEP_BYTES];

static double clock_s(clockid_t clock)
{
    struct timespec t;
    (void)clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void need(bool holds, const char *what)
{
    if (!holds) {
        (void)fprintf(stderr, "bench_measure: %s\n", what);
        exit(1);
    }
}

/* Text of a few thousand words, some of it random: gzip makes a third of it, as of a root file
 * system. */
static struct buf make_layer(void)
{
    static char words[4096][12];
    struct buf out = BUF_INIT(LAYER_BYTES);
    uint64_t state = 88172645463325252ULL;
    need(buf_reserve(&out, LAYER_BYTES, NULL) == ASSAY_OK, "memory");
    for (size_t i = 0; i < 4096; i++) {
        for (size_t k = 0; k < 11; k++) {
            state = state * 6364136223846793005ULL + 1442695040888963407ULL;
            words[i][k] = (char)(k == 10 ? ' ' : 'a' + (state >> 33) % 26);
        }
    }
    while (out.len + 64 < LAYER_BYTES) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        if ((state >> 60) < 4) {
            (void)memcpy(out.ptr + out.len, &state, sizeof(state));
            out.len += sizeof(state);
        } else {
            (void)memcpy(out.ptr + out.len, words[(state >> 40) % 4096], 11);
            out.len += 11;
        }
    }
    return out;
}

static struct buf pack(enum compression compression, struct slice plain)
{
    struct buf out = BUF_INIT(2 * LAYER_BYTES);
    size_t room = plain.len + plain.len / 8;
    need(buf_reserve(&out, room, NULL) == ASSAY_OK, "memory");
    if (compression == COMPRESSION_ZSTD) {
        out.len = ZSTD_compress(out.ptr, room, plain.ptr, plain.len, 3);
        need(ZSTD_isError(out.len) == 0, "zstd");
        return out;
    }
    z_stream z = { .next_in = (Bytef *)(uintptr_t)plain.ptr, .avail_in = (uInt)plain.len };
    need(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK, "zlib");
    z.next_out = out.ptr;
    z.avail_out = (uInt)room;
    need(deflate(&z, Z_FINISH) == Z_STREAM_END, "zlib");
    out.len = z.total_out;
    (void)deflateEnd(&z);
    return out;
}

/* ---- what could do it ---- */

static void hash_openssl(struct slice bytes)
{
    struct digest_stream *stream = NULL;
    struct digest digest;
    need(digest_stream_new(DIGEST_SHA256, &stream, NULL) == ASSAY_OK, "digest");
    for (size_t at = 0; at < bytes.len; at += STEP_BYTES) {
        need(digest_stream_update(stream, slice_first(slice_from(bytes, at), STEP_BYTES), NULL) ==
                 ASSAY_OK,
             "digest");
    }
    need(digest_stream_finish(stream, &digest, NULL) == ASSAY_OK, "digest");
    digest_stream_free(stream);
}

/* The same bytes as two halves: both are hashed as layers are. */
static void hash_pair(struct slice bytes)
{
    struct digest_part parts[2];
    struct slice halves[] = { slice_first(bytes, bytes.len / 2), slice_from(bytes, bytes.len / 2) };
    struct digest digest;
    for (size_t i = 0; i < 2; i++) {
        need(digest_stream_new_paired(DIGEST_SHA256, &parts[i].stream, NULL) == ASSAY_OK, "digest");
    }
    for (size_t at = 0; at < bytes.len / 2; at += STEP_BYTES) {
        for (size_t i = 0; i < 2; i++) {
            parts[i].bytes = slice_first(slice_from(halves[i], at), STEP_BYTES);
        }
        need(digest_streams_update(parts, 2, NULL) == ASSAY_OK, "digest");
    }
    for (size_t i = 0; i < 2; i++) {
        need(digest_stream_finish(parts[i].stream, &digest, NULL) == ASSAY_OK, "digest");
        digest_stream_free(parts[i].stream);
    }
}

static void hash_sodium(struct slice bytes)
{
    crypto_hash_sha256_state state;
    uint8_t digest[crypto_hash_sha256_BYTES];
    (void)crypto_hash_sha256_init(&state);
    (void)crypto_hash_sha256_update(&state, bytes.ptr, bytes.len);
    (void)crypto_hash_sha256_final(&state, digest);
}

static void inflate_zlib(struct slice bytes)
{
    z_stream z = { .next_in = (Bytef *)(uintptr_t)bytes.ptr, .avail_in = (uInt)bytes.len };
    int result = inflateInit2(&z, 15 + 16);
    while (result == Z_OK) {
        z.next_out = out_step;
        z.avail_out = STEP_BYTES;
        result = inflate(&z, Z_NO_FLUSH);
    }
    need(result == Z_STREAM_END, "zlib");
    (void)inflateEnd(&z);
}

static void inflate_ours(enum compression compression, struct slice bytes)
{
    struct inflater *inflater = NULL;
    size_t made = STEP_BYTES;
    need(inflater_new(compression, LIMIT_LAYER_BYTES, &inflater, NULL) == ASSAY_OK, "inflater");
    while (bytes.len > 0 || made == STEP_BYTES) {
        need(inflater_step(inflater, &bytes, out_step, STEP_BYTES, &made, NULL) == ASSAY_OK,
             "inflate");
    }
    inflater_free(inflater);
}

static void inflate_isal(struct slice bytes)
{
    inflate_ours(COMPRESSION_GZIP, bytes);
}

static void inflate_zstd(struct slice bytes)
{
    inflate_ours(COMPRESSION_ZSTD, bytes);
}

/* Seconds of CPU for each unpacked byte, the best round: other work on the machine counts less. */
static double cost(const char *what, void (*run)(struct slice), struct slice bytes, size_t unpacked)
{
    double best = 1e9;
    for (int i = 0; i < ROUNDS; i++) {
        double begin = clock_s(CLOCK_PROCESS_CPUTIME_ID);
        run(bytes);
        double took = clock_s(CLOCK_PROCESS_CPUTIME_ID) - begin;
        best = took < best ? took : best;
    }
    (void)printf("  %-28s %6.0f MB/s\n", what, (double)unpacked / best / 1e6);
    return best / (double)unpacked;
}

struct hashing {
    struct slice bytes;
};

static void *hash_thread(void *ctx)
{
    const struct hashing *hashing = ctx;
    hash_openssl(hashing->bytes);
    return NULL;
}

/* Bytes a second of all cores hashing at once. */
static double hash_rate(struct slice bytes, unsigned threads)
{
    double best = 0;
    for (int i = 0; i < ROUNDS; i++) {
        pthread_t thread[LIMIT_JOBS];
        struct hashing hashing = { bytes };
        double begin = clock_s(CLOCK_MONOTONIC);
        for (unsigned t = 0; t < threads; t++) {
            need(pthread_create(&thread[t], NULL, hash_thread, &hashing) == 0, "thread");
        }
        for (unsigned t = 0; t < threads; t++) {
            (void)pthread_join(thread[t], NULL);
        }
        double rate = (double)bytes.len * threads / (clock_s(CLOCK_MONOTONIC) - begin);
        best = rate > best ? rate : best;
    }
    return best;
}

/* ---- the engine ---- */

static const struct assay_env ENV = { .clock = &assay_clock_system };

struct took {
    double wall_s;
    double cpu_s;
};

static struct took engine_took(int fd, size_t stored, size_t layers, unsigned threads,
                               bool is_unpaired)
{
    struct took best = { 1e9, 1e9 };
    for (int i = 0; i < ROUNDS; i++) {
        static struct measured out[16];
        struct measure_job jobs[16];
        struct measure_options options = { .env = &ENV,
                                           .threads = threads,
                                           .is_unpaired = is_unpaired,
                                           .max_layer_bytes = LIMIT_LAYER_BYTES,
                                           .max_total_bytes = LIMIT_IMAGE_BYTES };
        for (size_t k = 0; k < layers; k++) {
            jobs[k] = (struct measure_job){ .bytes = stored,
                                            .detect = true,
                                            .stored_alg = DIGEST_SHA256,
                                            .unpacked_alg = DIGEST_SHA256,
                                            .out = &out[k] };
            need(reader_range_new(fd, 0, stored, &jobs[k].reader, NULL) == ASSAY_OK, "reader");
        }
        double cpu_s = clock_s(CLOCK_PROCESS_CPUTIME_ID);
        double wall_s = clock_s(CLOCK_MONOTONIC);
        need(measure_run(jobs, layers, &options, NULL) == ASSAY_OK, "engine");
        wall_s = clock_s(CLOCK_MONOTONIC) - wall_s;
        cpu_s = clock_s(CLOCK_PROCESS_CPUTIME_ID) - cpu_s;
        best.wall_s = wall_s < best.wall_s ? wall_s : best.wall_s;
        best.cpu_s = cpu_s < best.cpu_s ? cpu_s : best.cpu_s;
        for (size_t k = 0; k < layers; k++) {
            need(out[k].status == ASSAY_OK && out[k].unpack_status == ASSAY_OK, "measured");
            byte_reader_free(jobs[k].reader);
        }
    }
    return best;
}

static void engine(const char *what, struct slice stored, size_t layers, unsigned threads,
                   double allowed)
{
    int fd = memfd_create("layer", MFD_CLOEXEC);
    need(fd >= 0 && write(fd, stored.ptr, stored.len) == (ssize_t)stored.len, "memfd");
    for (int is_unpaired = 0; is_unpaired < 2; is_unpaired++) {
        struct took took = engine_took(fd, stored.len, layers, threads, is_unpaired != 0);
        double rate = (double)LAYER_BYTES * (double)layers / took.wall_s;
        (void)printf("  %-28s %6.0f MB/s of %6.0f: %.2f, %4.0f ms CPU%s\n", what, rate / 1e6,
                     allowed / 1e6, rate / allowed, took.cpu_s * 1e3,
                     is_unpaired != 0 ? ", no pairs" : "");
    }
    (void)close(fd);
}

int main(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned threads = cores < 1 ? 1 : cores > LIMIT_JOBS ? LIMIT_JOBS : (unsigned)cores;
    AUTO_BUF plain = make_layer();
    AUTO_BUF gzip = pack(COMPRESSION_GZIP, buf_slice(&plain));
    AUTO_BUF zstd = pack(COMPRESSION_ZSTD, buf_slice(&plain));
    double gzip_part = (double)gzip.len / (double)plain.len;
    double zstd_part = (double)zstd.len / (double)plain.len;
    (void)printf("one core, %.0f MB, gzip %.2f, zstd %.2f of it\n", (double)plain.len / 1e6,
                 gzip_part, zstd_part);
    double sha = cost("SHA-256, OpenSSL", hash_openssl, buf_slice(&plain), plain.len);
    (void)cost("SHA-256, two at a time", hash_pair, buf_slice(&plain), plain.len);
    (void)cost("SHA-256, libsodium", hash_sodium, buf_slice(&plain), plain.len);
    double isal = cost("gzip, ISA-L", inflate_isal, buf_slice(&gzip), plain.len);
    (void)cost("gzip, zlib", inflate_zlib, buf_slice(&gzip), plain.len);
    double zst = cost("zstd, libzstd", inflate_zstd, buf_slice(&zstd), plain.len);
    double all = hash_rate(buf_slice(&plain), threads);
    double gain = all * sha; /* what all cores give over one */
    double gzip_hashes = sha * (1 + gzip_part);
    double zstd_hashes = sha * (1 + zstd_part);
    (void)printf("the engine on %u cores, and what they allow (goal 0.9)\n", threads);
    engine("eight unpacked layers", buf_slice(&plain), 8, threads, all);
    engine("four gzip layers", buf_slice(&gzip), 4, threads, gain / (isal + gzip_hashes));
    engine("one gzip layer", buf_slice(&gzip), 1, threads,
           1 / (threads == 1         ? isal + gzip_hashes
                : isal > gzip_hashes ? isal
                                     : gzip_hashes));
    engine("four zstd layers", buf_slice(&zstd), 4, threads, gain / (zst + zstd_hashes));
    engine("one zstd layer", buf_slice(&zstd), 1, threads,
           1 / (threads == 1        ? zst + zstd_hashes
                : zst > zstd_hashes ? zst
                                    : zstd_hashes));
    return 0;
}
