/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/digest.h"

#include "base/mem.h"
#include "base/text.h"
#include "crypto/init.h"
#include "crypto/openssl.h"
#include "crypto/sha256_pair.h"

#include <openssl/crypto.h>

static const struct digest_name {
    enum digest_alg alg;
    const char *prefix;
    size_t size;
} digest_names[] = {
    { DIGEST_SHA256, "sha256:", 32 },
    { DIGEST_SHA512, "sha512:", 64 },
};

static const struct digest_name *digest_find(enum digest_alg alg)
{
    for (size_t i = 0; i < ARRAY_LEN(digest_names); i++) {
        if (digest_names[i].alg == alg) {
            return &digest_names[i];
        }
    }
    return NULL;
}

size_t digest_size(enum digest_alg alg)
{
    const struct digest_name *name = digest_find(alg);
    return name == NULL ? 0 : name->size;
}

static const EVP_MD *digest_md(enum digest_alg alg)
{
    switch (alg) {
    case DIGEST_SHA256:
        return EVP_sha256();
    case DIGEST_SHA512:
        return EVP_sha512();
    case DIGEST_NONE:
    default:
        return NULL;
    }
}

enum assay_status digest_compute(enum digest_alg alg, struct slice bytes, struct digest *out,
                                 struct assay_error *err)
{
    *out = (struct digest){ .alg = DIGEST_NONE };
    TRY(crypto_init(err));
    const EVP_MD *md = digest_md(alg);
    if (md == NULL) {
        return FAIL(err, ASSAY_INTERNAL, "a digest without algorithm");
    }
    if (EVP_Digest(bytes.ptr, bytes.len, out->bytes, NULL, md, NULL) != 1) {
        return FAIL(err, openssl_failure(ASSAY_INTERNAL), "hashing failed");
    }
    out->alg = alg;
    return ASSAY_OK;
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
    size_t size = digest_size(a->alg);
    return size > 0 && a->alg == b->alg && CRYPTO_memcmp(a->bytes, b->bytes, size) == 0;
}

int digest_compare(const struct digest *a, const struct digest *b)
{
    int order = size_compare(a->alg, b->alg);
    return order != 0 ? order
                      : slice_compare(slice_of(a->bytes, digest_size(a->alg)),
                                      slice_of(b->bytes, digest_size(b->alg)));
}

/* OCI's grammar for the word before the colon: components of a-z0-9 joined by one of +._- */
static bool is_algorithm_word(struct slice word)
{
    bool joint = true;
    for (size_t i = 0; i < word.len; i++) {
        uint8_t c = word.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        bool joins = c == '+' || c == '.' || c == '_' || c == '-';
        if (!plain && (!joins || joint)) {
            return false;
        }
        joint = joins;
    }
    return !joint;
}

static const struct digest_name *digest_find_prefix(struct slice text)
{
    for (size_t i = 0; i < ARRAY_LEN(digest_names); i++) {
        if (slice_has_prefix(text, slice_from_string(digest_names[i].prefix))) {
            return &digest_names[i];
        }
    }
    return NULL;
}

enum assay_status digest_parse(struct slice text, struct digest *out, struct assay_error *err)
{
    *out = (struct digest){ .alg = DIGEST_NONE };
    const struct digest_name *name = digest_find_prefix(text);
    if (name != NULL) {
        TRY_IN(hex_decode(slice_from(text, strlen(name->prefix)), out->bytes, name->size, err), err,
               "digest \"%.*s\"", SLICE_ARGS(text));
        out->alg = name->alg;
        return ASSAY_OK;
    }
    struct slice word = slice_first(text, slice_find(text, ':'));
    if (word.len < text.len && is_algorithm_word(word)) {
        return FAIL(err, ASSAY_DIGEST_ALGORITHM, "expected sha256 or sha512, found \"%.*s\"",
                    SLICE_ARGS(word));
    }
    return FAIL(err, ASSAY_SCHEMA, "expected a digest as sha256:HEX, found \"%.*s\"",
                SLICE_ARGS(text));
}

void digest_format(const struct digest *digest, char out[DIGEST_TEXT_BYTES])
{
    const struct digest_name *name = digest_find(digest->alg);
    out[0] = '\0';
    if (name != NULL) {
        size_t len = strlen(name->prefix);
        memcpy(out, name->prefix, len);
        hex_encode(slice_of(digest->bytes, name->size), out + len, DIGEST_TEXT_BYTES - len);
    }
}

void digest_hex(const struct digest *digest, char out[DIGEST_TEXT_BYTES])
{
    hex_encode(slice_of(digest->bytes, digest_size(digest->alg)), out, DIGEST_TEXT_BYTES);
}

/* ---- streams ---- */

struct digest_stream {
    enum digest_alg alg;
    /* One of the two; neither once finished or failed: nothing can be added then. */
    EVP_MD_CTX *ctx;
    struct sha256 *own;
};

static void digest_stream_end(struct digest_stream *stream)
{
    EVP_MD_CTX_free(STEAL(stream->ctx));
    mem_free(STEAL(stream->own));
}

void digest_stream_free(struct digest_stream *stream)
{
    if (stream != NULL) {
        digest_stream_end(stream);
        mem_free(stream);
    }
}

static void digest_stream_cleanup(struct digest_stream **stream)
{
    digest_stream_free(*stream);
}

static enum assay_status start_openssl(struct digest_stream *stream, struct assay_error *err)
{
    stream->ctx = EVP_MD_CTX_new();
    if (stream->ctx == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    if (EVP_DigestInit_ex(stream->ctx, digest_md(stream->alg), NULL) != 1) {
        return FAIL(err, openssl_failure(ASSAY_INTERNAL), "hashing cannot be started");
    }
    return ASSAY_OK;
}

static enum assay_status start_own(struct digest_stream *stream, struct assay_error *err)
{
    stream->own = mem_alloc(1, sizeof(*stream->own));
    if (stream->own == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    sha256_pair_init(stream->own);
    return ASSAY_OK;
}

static enum assay_status start(enum digest_alg alg, bool is_paired, struct digest_stream **out,
                               struct assay_error *err)
{
    *out = NULL;
    TRY(crypto_init(err));
    if (digest_size(alg) == 0) {
        return FAIL(err, ASSAY_INTERNAL, "a digest without algorithm");
    }
    CLEANUP(digest_stream_cleanup) struct digest_stream *stream = mem_alloc(1, sizeof(*stream));
    if (stream == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    stream->alg = alg;
    TRY(is_paired ? start_own(stream, err) : start_openssl(stream, err));
    *out = STEAL(stream);
    return ASSAY_OK;
}

enum assay_status digest_stream_new(enum digest_alg alg, struct digest_stream **out,
                                    struct assay_error *err)
{
    return start(alg, false, out, err);
}

bool digest_can_pair(void)
{
    return sha256_pair_available();
}

enum assay_status digest_stream_new_paired(enum digest_alg alg, struct digest_stream **out,
                                           struct assay_error *err)
{
    return start(alg, alg == DIGEST_SHA256 && digest_can_pair(), out, err);
}

/* Those that OpenSSL hashes at once; hands on the others. */
static enum assay_status update_openssl(const struct digest_part *parts, size_t count,
                                        struct sha256_part *own, size_t *own_count,
                                        struct assay_error *err)
{
    for (size_t i = 0; i < count; i++) {
        struct digest_stream *stream = parts[i].stream;
        struct slice bytes = parts[i].bytes;
        if (stream->own != NULL) {
            own[(*own_count)++] = (struct sha256_part){ stream->own, bytes };
        } else if (stream->ctx == NULL) {
            return FAIL(err, ASSAY_INTERNAL, "the digest is finished");
        } else if (bytes.len > 0 && EVP_DigestUpdate(stream->ctx, bytes.ptr, bytes.len) != 1) {
            return FAIL(err, openssl_failure(ASSAY_INTERNAL), "hashing failed");
        }
    }
    return ASSAY_OK;
}

enum assay_status digest_streams_update(const struct digest_part *parts, size_t count,
                                        struct assay_error *err)
{
    struct sha256_part own[DIGEST_PARTS_MAX];
    size_t own_count = 0;
    enum assay_status status = count <= DIGEST_PARTS_MAX
                                   ? update_openssl(parts, count, own, &own_count, err)
                                   : FAIL(err, ASSAY_INTERNAL, "too many streams at once");
    if (status != ASSAY_OK) {
        for (size_t i = 0; i < count; i++) { /* a gap in a stream must not go unnoticed */
            digest_stream_end(parts[i].stream);
        }
        return status;
    }
    sha256_pair_update(own, own_count);
    return ASSAY_OK;
}

enum assay_status digest_stream_update(struct digest_stream *stream, struct slice bytes,
                                       struct assay_error *err)
{
    const struct digest_part part = { stream, bytes };
    return digest_streams_update(&part, 1, err);
}

enum assay_status digest_stream_finish(struct digest_stream *stream, struct digest *out,
                                       struct assay_error *err)
{
    *out = (struct digest){ .alg = DIGEST_NONE };
    if (stream->ctx == NULL && stream->own == NULL) {
        return FAIL(err, ASSAY_INTERNAL, "the digest is finished");
    }
    int result = 1;
    if (stream->own != NULL) {
        sha256_pair_finish(stream->own, out->bytes);
    } else {
        result = EVP_DigestFinal_ex(stream->ctx, out->bytes, NULL);
    }
    digest_stream_end(stream);
    if (result != 1) {
        return FAIL(err, openssl_failure(ASSAY_INTERNAL), "hashing failed");
    }
    out->alg = stream->alg;
    return ASSAY_OK;
}
