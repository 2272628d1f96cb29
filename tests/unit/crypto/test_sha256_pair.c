/* SPDX-License-Identifier: Apache-2.0 */
/* Streams hashed two at a time: known answers (FIPS 180-4 and NIST's examples), and the same
 * digests as OpenSSL's whatever the lengths, the pieces and the neighbours. */
#include "base/limits.h"
#include "crypto/digest.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(sha256_pair, .timeout = 60);

#define LONGEST 300

static uint8_t noise[128 * KIB];

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void make_noise(void)
{
    uint64_t state = 88172645463325252ULL;
    for (size_t i = 0; i < sizeof(noise); i++) {
        noise[i] = (uint8_t)next_random(&state);
    }
}

static struct digest_stream *new_stream(enum digest_alg alg)
{
    struct digest_stream *stream = NULL;
    cr_assert_eq(digest_stream_new_paired(alg, &stream, NULL), ASSAY_OK);
    return stream;
}

static struct digest_stream *ordinary_stream(enum digest_alg alg)
{
    struct digest_stream *stream = NULL;
    cr_assert_eq(digest_stream_new(alg, &stream, NULL), ASSAY_OK);
    return stream;
}

static void update(const struct digest_part *parts, size_t count)
{
    cr_assert_eq(digest_streams_update(parts, count, NULL), ASSAY_OK);
}

/* Ends the stream; whether its digest is the one that OpenSSL computes at once. */
static bool gives(struct digest_stream *stream, enum digest_alg alg, struct slice bytes)
{
    struct digest have;
    struct digest want;
    cr_assert_eq(digest_compute(alg, bytes, &want, NULL), ASSAY_OK);
    cr_assert_eq(digest_stream_finish(stream, &have, NULL), ASSAY_OK);
    digest_stream_free(stream);
    return digest_equal(&have, &want);
}

static void expect_text(struct digest_stream *stream, const char *expected)
{
    struct digest digest;
    char text[DIGEST_TEXT_BYTES];
    cr_assert_eq(digest_stream_finish(stream, &digest, NULL), ASSAY_OK);
    digest_stream_free(stream);
    digest_hex(&digest, text);
    cr_expect_str_eq(text, expected);
}

/* The processor's own word for it, read in another way. */
Test(sha256_pair, is_used_where_the_cpu_can)
{
    char line[8 * KIB];
    bool has_sha = false;
    FILE *file = fopen("/proc/cpuinfo", "re");
    cr_assert_not_null(file);
    while (!has_sha && fgets(line, sizeof(line), file) != NULL) {
        has_sha = strncmp(line, "flags", 5) == 0 && strstr(line, " sha_ni") != NULL &&
                  strstr(line, " ssse3") != NULL && strstr(line, " sse4_1") != NULL;
    }
    (void)fclose(file);
    cr_expect_eq(digest_can_pair(), has_sha);
}

Test(sha256_pair, known_answers)
{
    static const struct {
        const char *text;
        const char *digest;
    } CASES[] = {
        { "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
        { "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
        { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
        { "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
          "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
          "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1" },
    };
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        for (size_t k = 0; k < ARRAY_LEN(CASES); k++) {
            struct digest_part parts[] = {
                { new_stream(DIGEST_SHA256), slice_from_string(CASES[i].text) },
                { new_stream(DIGEST_SHA256), slice_from_string(CASES[k].text) },
            };
            update(parts, 2);
            expect_text(parts[0].stream, CASES[i].digest);
            expect_text(parts[1].stream, CASES[k].digest);
        }
    }
}

/* And beside it a thousand. */
Test(sha256_pair, a_million_letters)
{
    static uint8_t letters[100000];
    (void)memset(letters, 'a', sizeof(letters));
    struct digest_part parts[] = {
        { new_stream(DIGEST_SHA256), slice_of(letters, sizeof(letters)) },
        { new_stream(DIGEST_SHA256), slice_of(letters, 100) },
    };
    for (int i = 0; i < 10; i++) {
        update(parts, 2);
    }
    expect_text(parts[0].stream,
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    expect_text(parts[1].stream,
                "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3");
}

Test(sha256_pair, every_length_beside_others)
{
    make_noise();
    for (size_t a = 0; a <= LONGEST; a++) {
        for (size_t b = a % 3; b <= LONGEST; b += 3) {
            struct slice first = slice_of(noise, a);
            struct slice second = slice_of(noise + 1000, b);
            struct digest_part parts[] = {
                { new_stream(DIGEST_SHA256), first },
                { new_stream(DIGEST_SHA256), second },
            };
            update(parts, 2);
            cr_expect(gives(parts[0].stream, DIGEST_SHA256, first), "%zu beside %zu", a, b);
            cr_expect(gives(parts[1].stream, DIGEST_SHA256, second), "%zu after %zu", b, a);
        }
    }
}

/* Up to four streams, each with its own bytes in its own pieces, some of them SHA-512 and some on
 * the path for CPUs that cannot. */
static void random_case(uint64_t *state, unsigned number)
{
    struct digest_part parts[DIGEST_PARTS_MAX];
    struct slice whole[DIGEST_PARTS_MAX];
    struct slice left[DIGEST_PARTS_MAX];
    enum digest_alg algs[DIGEST_PARTS_MAX];
    size_t count = 1 + next_random(state) % DIGEST_PARTS_MAX;
    size_t longest = number % 16 == 0 ? 20000 : LONGEST;
    for (size_t i = 0; i < count; i++) {
        size_t begin = next_random(state) % (sizeof(noise) / 2);
        whole[i] = slice_of(noise + begin, next_random(state) % longest);
        left[i] = whole[i];
        algs[i] = next_random(state) % 8 == 0 ? DIGEST_SHA512 : DIGEST_SHA256;
        parts[i].stream =
            next_random(state) % 8 == 0 ? ordinary_stream(algs[i]) : new_stream(algs[i]);
    }
    for (bool is_more = true; is_more;) {
        is_more = false;
        for (size_t i = 0; i < count; i++) {
            size_t piece = next_random(state) % (longest / 2);
            parts[i].bytes = slice_first(left[i], piece);
            left[i] = slice_from(left[i], piece);
            is_more |= left[i].len > 0;
        }
        update(parts, count);
    }
    for (size_t i = 0; i < count; i++) {
        cr_expect(gives(parts[i].stream, algs[i], whole[i]), "case %u, stream %zu of %zu", number,
                  i, count);
    }
}

Test(sha256_pair, random_pieces_of_several_streams)
{
    uint64_t state = 0x9E3779B97F4A7C15ULL;
    make_noise();
    for (unsigned i = 0; i < 20000; i++) {
        random_case(&state, i);
    }
}

/* Its length in bits takes more than 32 bits. */
Test(sha256_pair, more_than_half_a_gibibyte)
{
    struct digest_stream *openssl = ordinary_stream(DIGEST_SHA256);
    struct digest have;
    struct digest want;
    make_noise();
    struct digest_part parts[] = {
        { new_stream(DIGEST_SHA256), slice_of(noise, sizeof(noise)) },
        { new_stream(DIGEST_SHA256), slice_of(noise, sizeof(noise)) },
    };
    for (size_t i = 0; i <= 512 * MIB / sizeof(noise); i++) {
        update(parts, 2);
        cr_assert_eq(digest_stream_update(openssl, slice_of(noise, sizeof(noise)), NULL), ASSAY_OK);
    }
    cr_assert_eq(digest_stream_finish(openssl, &want, NULL), ASSAY_OK);
    digest_stream_free(openssl);
    for (size_t i = 0; i < 2; i++) {
        cr_assert_eq(digest_stream_finish(parts[i].stream, &have, NULL), ASSAY_OK);
        cr_expect(digest_equal(&have, &want));
        digest_stream_free(parts[i].stream);
    }
}

/* One stream that cannot go on leaves none of them with a gap. */
Test(sha256_pair, a_failure_ends_all)
{
    struct digest digest;
    struct digest_part parts[DIGEST_PARTS_MAX];
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        parts[i] = (struct digest_part){ new_stream(i % 2 == 0 ? DIGEST_SHA256 : DIGEST_SHA512),
                                         SLICE_LITERAL("abc") };
    }
    update(parts, DIGEST_PARTS_MAX);
    cr_assert_eq(digest_stream_finish(parts[2].stream, &digest, NULL), ASSAY_OK);
    cr_expect_eq(digest_streams_update(parts, 3, NULL), ASSAY_INTERNAL);
    for (size_t i = 0; i < 3; i++) {
        cr_expect_eq(digest_stream_update(parts[i].stream, SLICE_LITERAL("a"), NULL),
                     ASSAY_INTERNAL);
        cr_expect_eq(digest_stream_finish(parts[i].stream, &digest, NULL), ASSAY_INTERNAL);
        cr_expect_eq(digest.alg, DIGEST_NONE);
        digest_stream_free(parts[i].stream);
    }
    cr_expect(gives(parts[3].stream, DIGEST_SHA512, SLICE_LITERAL("abc")));
    for (size_t i = 4; i < ARRAY_LEN(parts); i++) {
        digest_stream_free(parts[i].stream);
    }
}

Test(sha256_pair, too_many_at_once)
{
    struct digest digest;
    struct digest_part parts[DIGEST_PARTS_MAX + 1];
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        parts[i] = (struct digest_part){ new_stream(DIGEST_SHA256), SLICE_LITERAL("abc") };
    }
    cr_expect_eq(digest_streams_update(parts, ARRAY_LEN(parts), NULL), ASSAY_INTERNAL);
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        cr_expect_eq(digest_stream_finish(parts[i].stream, &digest, NULL), ASSAY_INTERNAL);
        digest_stream_free(parts[i].stream);
    }
    cr_assert_eq(digest_streams_update(NULL, 0, NULL), ASSAY_OK);
}
