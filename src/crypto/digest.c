/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/digest.h"

#include "base/mem.h"
#include "base/text.h"
#include "crypto/init.h"
#include "crypto/openssl.h"

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

struct digest_stream {
    enum digest_alg alg;
    EVP_MD_CTX *ctx; /* NULL once finished or failed: nothing can be added then */
};

void digest_stream_free(struct digest_stream *stream)
{
    if (stream != NULL) {
        EVP_MD_CTX_free(stream->ctx);
        mem_free(stream);
    }
}

static void digest_stream_cleanup(struct digest_stream **stream)
{
    digest_stream_free(*stream);
}

enum assay_status digest_stream_new(enum digest_alg alg, struct digest_stream **out,
                                    struct assay_error *err)
{
    *out = NULL;
    TRY(crypto_init(err));
    const EVP_MD *md = digest_md(alg);
    if (md == NULL) {
        return FAIL(err, ASSAY_INTERNAL, "a digest without algorithm");
    }
    CLEANUP(digest_stream_cleanup) struct digest_stream *stream = mem_alloc(1, sizeof(*stream));
    if (stream == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    stream->alg = alg;
    stream->ctx = EVP_MD_CTX_new();
    if (stream->ctx == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    if (EVP_DigestInit_ex(stream->ctx, md, NULL) != 1) {
        return FAIL(err, openssl_failure(ASSAY_INTERNAL), "hashing cannot be started");
    }
    *out = STEAL(stream);
    return ASSAY_OK;
}

enum assay_status digest_stream_update(struct digest_stream *stream, struct slice bytes,
                                       struct assay_error *err)
{
    if (stream->ctx == NULL) {
        return FAIL(err, ASSAY_INTERNAL, "the digest is finished");
    }
    if (bytes.len > 0 && EVP_DigestUpdate(stream->ctx, bytes.ptr, bytes.len) != 1) {
        EVP_MD_CTX_free(STEAL(stream->ctx)); /* a gap in the stream must not go unnoticed */
        return FAIL(err, openssl_failure(ASSAY_INTERNAL), "hashing failed");
    }
    return ASSAY_OK;
}

enum assay_status digest_stream_finish(struct digest_stream *stream, struct digest *out,
                                       struct assay_error *err)
{
    *out = (struct digest){ .alg = DIGEST_NONE };
    if (stream->ctx == NULL) {
        return FAIL(err, ASSAY_INTERNAL, "the digest is finished");
    }
    int result = EVP_DigestFinal_ex(stream->ctx, out->bytes, NULL);
    EVP_MD_CTX_free(STEAL(stream->ctx));
    if (result != 1) {
        return FAIL(err, openssl_failure(ASSAY_INTERNAL), "hashing failed");
    }
    out->alg = stream->alg;
    return ASSAY_OK;
}
