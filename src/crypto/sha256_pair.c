/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/sha256_pair.h"

#include "base/attr.h"

/* ---- whole blocks ---- */

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

#define WITH_SHA TARGET("sha,sse4.1,ssse3")

bool sha256_pair_available(void)
{
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    const unsigned sse = bit_SSSE3 | bit_SSE4_1;
    bool has_sse = __get_cpuid(1, &a, &b, &c, &d) == 1 && (c & sse) == sse;
    return has_sse && __get_cpuid_count(7, 0, &a, &b, &c, &d) == 1 && (b & bit_SHA) != 0;
}

/* Each row holds the constants of one step of four rounds. */
static const uint32_t ROUND_KEYS[16][4] = {
    { 0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5 },
    { 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5 },
    { 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3 },
    { 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174 },
    { 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc },
    { 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da },
    { 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7 },
    { 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967 },
    { 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13 },
    { 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85 },
    { 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3 },
    { 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070 },
    { 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5 },
    { 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3 },
    { 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208 },
    { 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2 },
};

/* One stream in registers. The instructions want the eight words of the state as ABEF and CDGH. */
struct lane {
    __m128i abef;
    __m128i cdgh;
    __m128i words[4]; /* the last 16 of the message schedule */
};

WITH_SHA static ALWAYS_INLINE __m128i load(const void *from)
{
    return _mm_loadu_si128(from);
}

WITH_SHA static ALWAYS_INLINE struct lane lane_load(const uint32_t state[8])
{
    __m128i badc = _mm_shuffle_epi32(load(&state[0]), 0xB1);
    __m128i hgfe = _mm_shuffle_epi32(load(&state[4]), 0x1B);
    return (struct lane){ .abef = _mm_alignr_epi8(badc, hgfe, 8),
                          .cdgh = _mm_blend_epi16(hgfe, badc, 0xF0) };
}

WITH_SHA static ALWAYS_INLINE void lane_store(const struct lane *lane, uint32_t state[8])
{
    __m128i feba = _mm_shuffle_epi32(lane->abef, 0x1B);
    __m128i dchg = _mm_shuffle_epi32(lane->cdgh, 0xB1);
    _mm_storeu_si128((void *)&state[0], _mm_blend_epi16(feba, dchg, 0xF0));
    _mm_storeu_si128((void *)&state[4], _mm_alignr_epi8(dchg, feba, 8));
}

/* The words of four rounds: of the block, big-endian, or made of the 16 before. */
WITH_SHA static ALWAYS_INLINE void lane_schedule(struct lane *lane, const uint8_t *block,
                                                 unsigned step)
{
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    __m128i *words = lane->words;
    if (step < 4) {
        words[step] = _mm_shuffle_epi8(load(block + 16UL * step), big_endian);
        return;
    }
    __m128i last = words[(step + 3) % 4];
    __m128i made = _mm_sha256msg1_epu32(words[step % 4], words[(step + 1) % 4]);
    made = _mm_add_epi32(made, _mm_alignr_epi8(last, words[(step + 2) % 4], 4));
    words[step % 4] = _mm_sha256msg2_epu32(made, last);
}

WITH_SHA static ALWAYS_INLINE void lane_rounds(struct lane *lane, unsigned step)
{
    __m128i keyed = _mm_add_epi32(lane->words[step % 4], load(ROUND_KEYS[step]));
    lane->cdgh = _mm_sha256rnds2_epu32(lane->cdgh, lane->abef, keyed);
    lane->abef = _mm_sha256rnds2_epu32(lane->abef, lane->cdgh, _mm_shuffle_epi32(keyed, 0x0E));
}

WITH_SHA static ALWAYS_INLINE void lane_add(struct lane *lane, const struct lane *before)
{
    lane->abef = _mm_add_epi32(lane->abef, before->abef);
    lane->cdgh = _mm_add_epi32(lane->cdgh, before->cdgh);
}

WITH_SHA static void compress_one(uint32_t state[8], const uint8_t *bytes, size_t blocks)
{
    struct lane lane = lane_load(state);
    for (; blocks > 0; blocks--, bytes += SHA256_BLOCK_BYTES) {
        struct lane before = lane;
#pragma GCC unroll 16
        for (unsigned step = 0; step < 16; step++) {
            lane_schedule(&lane, bytes, step);
            lane_rounds(&lane, step);
        }
        lane_add(&lane, &before);
    }
    lane_store(&lane, state);
}

WITH_SHA static void compress_two(uint32_t state_a[8], const uint8_t *a, uint32_t state_b[8],
                                  const uint8_t *b, size_t blocks)
{
    struct lane lane_a = lane_load(state_a);
    struct lane lane_b = lane_load(state_b);
    for (; blocks > 0; blocks--, a += SHA256_BLOCK_BYTES, b += SHA256_BLOCK_BYTES) {
        struct lane before_a = lane_a;
        struct lane before_b = lane_b;
#pragma GCC unroll 16
        for (unsigned step = 0; step < 16; step++) {
            lane_schedule(&lane_a, a, step);
            lane_schedule(&lane_b, b, step);
            lane_rounds(&lane_a, step);
            lane_rounds(&lane_b, step);
        }
        lane_add(&lane_a, &before_a);
        lane_add(&lane_b, &before_b);
    }
    lane_store(&lane_a, state_a);
    lane_store(&lane_b, state_b);
}

#else

bool sha256_pair_available(void)
{
    return false;
}

/* Never reached, and nothing goes on if it is. */
static void compress_one(uint32_t state[8], const uint8_t *bytes, size_t blocks)
{
    (void)state, (void)bytes, (void)blocks;
    __builtin_trap();
}

static void compress_two(uint32_t state_a[8], const uint8_t *a, uint32_t state_b[8],
                         const uint8_t *b, size_t blocks)
{
    (void)state_a, (void)a, (void)state_b, (void)b, (void)blocks;
    __builtin_trap();
}
#endif

/* ---- streams ---- */

void sha256_pair_init(struct sha256 *hash)
{
    *hash = (struct sha256){ .state = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
                                        0x9b05688c, 0x1f83d9ab, 0x5be0cd19 } };
}

static size_t in_tail(const struct sha256 *hash)
{
    return hash->bytes % SHA256_BLOCK_BYTES;
}

static void take(struct sha256_part *part, size_t len)
{
    part->hash->bytes += len;
    part->bytes = slice_from(part->bytes, len);
}

static void take_into_tail(struct sha256_part *part)
{
    size_t have = in_tail(part->hash);
    struct slice taken = slice_first(part->bytes, SHA256_BLOCK_BYTES - have);
    if (taken.len > 0) {
        (void)memcpy(part->hash->tail + have, taken.ptr, taken.len);
        take(part, taken.len);
    }
}

/* A block that an earlier update began. */
static void complete_block(struct sha256_part *part)
{
    if (in_tail(part->hash) > 0) {
        take_into_tail(part);
        if (in_tail(part->hash) == 0) {
            compress_one(part->hash->state, part->hash->tail, 1);
        }
    }
}

static size_t whole_blocks(const struct sha256_part *part)
{
    return part->bytes.len / SHA256_BLOCK_BYTES;
}

static void take_blocks(struct sha256_part *part)
{
    size_t blocks = whole_blocks(part);
    compress_one(part->hash->state, part->bytes.ptr, blocks);
    take(part, blocks * SHA256_BLOCK_BYTES);
}

/* As many of both as the shorter one has. */
static void take_blocks_of_two(struct sha256_part *a, struct sha256_part *b)
{
    size_t blocks = whole_blocks(a) < whole_blocks(b) ? whole_blocks(a) : whole_blocks(b);
    compress_two(a->hash->state, a->bytes.ptr, b->hash->state, b->bytes.ptr, blocks);
    take(a, blocks * SHA256_BLOCK_BYTES);
    take(b, blocks * SHA256_BLOCK_BYTES);
}

void sha256_pair_update(struct sha256_part *parts, size_t count)
{
    struct sha256_part *longer = NULL; /* of those before: the one that may have blocks left */
    for (size_t i = 0; i < count; i++) {
        complete_block(&parts[i]);
        if (longer != NULL) {
            take_blocks_of_two(longer, &parts[i]);
        }
        if (longer == NULL || whole_blocks(longer) == 0) {
            longer = &parts[i];
        }
    }
    if (longer != NULL) {
        take_blocks(longer);
    }
    for (size_t i = 0; i < count; i++) {
        take_into_tail(&parts[i]);
    }
}

static void put_big_endian(uint8_t *to, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        to[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
    }
}

/* What is left, a bit, zeros, and the length in bits at the end of a block. */
void sha256_pair_finish(struct sha256 *hash, uint8_t out[SHA256_DIGEST_BYTES])
{
    uint8_t end[2 * SHA256_BLOCK_BYTES] = { 0 };
    size_t have = in_tail(hash);
    size_t blocks = have + 1 + sizeof(hash->bytes) <= SHA256_BLOCK_BYTES ? 1 : 2;
    (void)memcpy(end, hash->tail, have);
    end[have] = 0x80;
    uint8_t *length = end + blocks * SHA256_BLOCK_BYTES - sizeof(hash->bytes);
    put_big_endian(length, hash->bytes * 8, sizeof(hash->bytes));
    compress_one(hash->state, end, blocks);
    for (size_t i = 0; i < 8; i++) {
        put_big_endian(out + 4 * i, hash->state[i], 4);
    }
}
