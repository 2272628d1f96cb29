/* SPDX-License-Identifier: Apache-2.0 */
/* Digests: known answers (FIPS 180-4), the one text form, equality, streams. */
#include "crypto/digest.h"

#include <criterion/criterion.h>

TestSuite(digest, .timeout = 60);

#define SHA256_EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SHA256_ABC   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SHA512_ABC                                                                                 \
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"                             \
    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"

static struct digest digest_of(enum digest_alg alg, const char *text)
{
    struct digest digest;
    cr_assert_eq(digest_compute(alg, slice_from_string(text), &digest, NULL), ASSAY_OK);
    return digest;
}

Test(digest, known_answers)
{
    static const struct {
        enum digest_alg alg;
        const char *text;
        const char *expected;
    } cases[] = {
        { DIGEST_SHA256, "", "sha256:" SHA256_EMPTY },
        { DIGEST_SHA256, "abc", "sha256:" SHA256_ABC },
        { DIGEST_SHA512, "abc", "sha512:" SHA512_ABC },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[DIGEST_TEXT_BYTES];
        struct digest digest = digest_of(cases[i].alg, cases[i].text);
        digest_format(&digest, text);
        cr_expect_str_eq(text, cases[i].expected);
        digest_hex(&digest, text);
        cr_expect_str_eq(text, cases[i].expected + 7);
        struct digest parsed;
        cr_expect_eq(digest_parse(slice_from_string(cases[i].expected), &parsed, NULL), ASSAY_OK);
        cr_expect(digest_equal(&digest, &parsed));
    }
}

Test(digest, sizes)
{
    cr_expect_eq(digest_size(DIGEST_SHA256), 32);
    cr_expect_eq(digest_size(DIGEST_SHA512), 64);
    cr_expect_eq(digest_size(DIGEST_NONE), 0);
    cr_expect_eq(digest_size((enum digest_alg)77), 0);
}

Test(digest, no_algorithm_is_an_error)
{
    struct digest digest;
    struct digest_stream *stream = NULL;
    cr_expect_eq(digest_compute(DIGEST_NONE, SLICE_LITERAL("abc"), &digest, NULL), ASSAY_INTERNAL);
    cr_expect_eq(digest.alg, DIGEST_NONE);
    cr_expect_eq(digest_stream_new(DIGEST_NONE, &stream, NULL), ASSAY_INTERNAL);
    cr_expect_null(stream);
}

Test(digest, nothing_equals_no_digest)
{
    struct digest none = { .alg = DIGEST_NONE };
    struct digest unknown = { .alg = (enum digest_alg)77 };
    struct digest abc = digest_of(DIGEST_SHA256, "abc");
    cr_expect_not(digest_equal(&none, &none));
    cr_expect_not(digest_equal(&unknown, &unknown));
    cr_expect_not(digest_equal(&none, &abc));
    cr_expect_not(digest_equal(&abc, &none));
    cr_expect(digest_equal(&abc, &abc));
}

Test(digest, every_bit_and_the_algorithm_count)
{
    static const enum digest_alg algs[] = { DIGEST_SHA256, DIGEST_SHA512 };
    for (size_t i = 0; i < ARRAY_LEN(algs); i++) {
        struct digest good = digest_of(algs[i], "abc");
        for (size_t bit = 0; bit < 8 * digest_size(algs[i]); bit++) {
            struct digest other = good;
            other.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
            cr_expect_not(digest_equal(&good, &other), "bit %zu", bit);
        }
    }
    struct digest as_sha512 = digest_of(DIGEST_SHA256, "abc");
    struct digest as_sha256 = as_sha512;
    as_sha512.alg = DIGEST_SHA512;
    cr_expect_not(digest_equal(&as_sha256, &as_sha512));
}

Test(digest, one_text_form_only)
{
    static const struct {
        const char *text;
        enum assay_status status;
    } cases[] = {
        { "sha256:" SHA256_ABC, ASSAY_OK },
        { "sha512:" SHA512_ABC, ASSAY_OK },
        { "", ASSAY_SCHEMA },
        { ":", ASSAY_SCHEMA },
        { "sha256", ASSAY_SCHEMA },
        { "sha256:", ASSAY_SCHEMA },
        { "sha256:" SHA256_ABC "0", ASSAY_SCHEMA },
        { "sha256:" SHA256_ABC "00", ASSAY_SCHEMA },
        { "sha256:" SHA512_ABC, ASSAY_SCHEMA },
        { "sha512:" SHA256_ABC, ASSAY_SCHEMA },
        { "sha256:BA7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", ASSAY_SCHEMA },
        { "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a", ASSAY_SCHEMA },
        { "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ag", ASSAY_SCHEMA },
        { "SHA256:" SHA256_ABC, ASSAY_SCHEMA },
        { " sha256:" SHA256_ABC, ASSAY_SCHEMA },
        { "sha256:" SHA256_ABC "\n", ASSAY_SCHEMA },
        { "sha-256:" SHA256_ABC, ASSAY_DIGEST_ALGORITHM },
        { "sha256 :" SHA256_ABC, ASSAY_SCHEMA },
        { "sha384:" SHA256_ABC, ASSAY_DIGEST_ALGORITHM },
        { "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709", ASSAY_DIGEST_ALGORITHM },
        { "md5:d41d8cd98f00b204e9800998ecf8427e", ASSAY_DIGEST_ALGORITHM },
        { "tarsum.v1+sha256:" SHA256_ABC, ASSAY_DIGEST_ALGORITHM },
        { "sha256+b64:abc", ASSAY_DIGEST_ALGORITHM },
        { "sha256++x:abc", ASSAY_SCHEMA },
        { "+sha256:abc", ASSAY_SCHEMA },
        { "sha256+:abc", ASSAY_SCHEMA },
        { SHA256_ABC, ASSAY_SCHEMA },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct digest digest = { .alg = DIGEST_SHA512 };
        cr_expect_eq(digest_parse(slice_from_string(cases[i].text), &digest, NULL), cases[i].status,
                     "%s", cases[i].text);
        cr_expect_eq(digest.alg == DIGEST_NONE, cases[i].status != ASSAY_OK, "%s", cases[i].text);
    }
}

Test(digest, no_digest_formats_as_nothing)
{
    struct digest none = { .alg = DIGEST_NONE };
    char text[DIGEST_TEXT_BYTES] = "x";
    digest_format(&none, text);
    cr_expect_str_eq(text, "");
    text[0] = 'x';
    digest_hex(&none, text);
    cr_expect_str_eq(text, "");
}

static void free_stream(struct digest_stream **stream)
{
    digest_stream_free(*stream);
}

Test(digest, stream_in_pieces_gives_the_same)
{
    static const enum digest_alg algs[] = { DIGEST_SHA256, DIGEST_SHA512 };
    uint8_t bytes[300];
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)(i * 7);
    }
    for (size_t a = 0; a < ARRAY_LEN(algs); a++) {
        for (size_t piece = 1; piece <= sizeof(bytes); piece += 13) {
            CLEANUP(free_stream) struct digest_stream *stream = NULL;
            struct digest whole;
            struct digest pieces;
            cr_assert_eq(digest_compute(algs[a], slice_of(bytes, sizeof(bytes)), &whole, NULL),
                         ASSAY_OK);
            cr_assert_eq(digest_stream_new(algs[a], &stream, NULL), ASSAY_OK);
            for (size_t pos = 0; pos < sizeof(bytes); pos += piece) {
                struct slice rest = slice_from(slice_of(bytes, sizeof(bytes)), pos);
                cr_assert_eq(digest_stream_update(stream, slice_first(rest, piece), NULL),
                             ASSAY_OK);
            }
            cr_assert_eq(digest_stream_update(stream, SLICE_EMPTY, NULL), ASSAY_OK);
            cr_assert_eq(digest_stream_finish(stream, &pieces, NULL), ASSAY_OK);
            cr_expect(digest_equal(&whole, &pieces), "pieces of %zu", piece);
        }
    }
}

Test(digest, stream_ends_once)
{
    CLEANUP(free_stream) struct digest_stream *stream = NULL;
    struct digest digest;
    cr_assert_eq(digest_stream_new(DIGEST_SHA256, &stream, NULL), ASSAY_OK);
    cr_assert_eq(digest_stream_finish(stream, &digest, NULL), ASSAY_OK);
    cr_expect_eq(digest.alg, DIGEST_SHA256);
    cr_expect_eq(digest_stream_update(stream, SLICE_LITERAL("abc"), NULL), ASSAY_INTERNAL);
    cr_expect_eq(digest_stream_finish(stream, &digest, NULL), ASSAY_INTERNAL);
    cr_expect_eq(digest.alg, DIGEST_NONE);
    digest_stream_free(NULL);
}
