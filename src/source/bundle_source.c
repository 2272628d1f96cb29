/* SPDX-License-Identifier: Apache-2.0 */
/* The documents of a bundle, as a source. */
#include "base/mem.h"
#include "source/bundle_parts.h"

struct bundle_source {
    struct source base;
    const struct bundle *bundle;
    struct digest *sha512; /* of each document; NULL: nothing was asked for by it yet */
};

/* All at once, so that whoever wrote the bundle cannot make every search as long. */
static enum assay_status hash_documents(const struct bundle *bundle, struct digest *out,
                                        struct assay_error *err)
{
    for (size_t i = 0; i < bundle->document_count; i++) {
        const struct bundle_blob *blob = bundle->documents[i];
        AUTO_BUF bytes = BUF_INIT(LIMIT_CONFIG_BYTES);
        if (blob->size <= LIMIT_CONFIG_BYTES) { /* nobody asks for more */
            TRY(bundle_blob_read(bundle, blob, LIMIT_CONFIG_BYTES, &bytes, err));
            TRY(digest_compute(DIGEST_SHA512, buf_slice(&bytes), &out[i], err));
        }
    }
    return ASSAY_OK;
}

/* A bundle names everything by SHA-256; an index or manifest may name it by SHA-512. *out is NULL
 * when the bundle does not hold it. */
static enum assay_status find_document(struct bundle_source *source, const struct digest *wanted,
                                       const struct bundle_blob **out, struct assay_error *err)
{
    const struct bundle *bundle = source->bundle;
    *out = bundle_blob_find(bundle, wanted);
    if (wanted->alg != DIGEST_SHA512) {
        return ASSAY_OK;
    }
    if (source->sha512 == NULL) {
        AUTO_MEM struct digest *made = mem_alloc(bundle->document_count + 1, sizeof(*made));
        if (made == NULL) {
            return FAIL_NO_MEMORY(err);
        }
        TRY(hash_documents(bundle, made, err));
        source->sha512 = STEAL(made);
    }
    for (size_t i = 0; i < bundle->document_count && *out == NULL; i++) {
        *out = digest_equal(&source->sha512[i], wanted) ? bundle->documents[i] : NULL;
    }
    return ASSAY_OK;
}

static enum assay_status read_document(struct source *source, const struct oci_descriptor *wanted,
                                       size_t max_bytes, struct buf *out, struct assay_error *err)
{
    struct bundle_source *self = (struct bundle_source *)source;
    const struct bundle *bundle = self->bundle;
    const struct bundle_blob *blob = NULL;
    TRY(find_document(self, &wanted->digest, &blob, err));
    if (blob == NULL) {
        char digest[DIGEST_TEXT_BYTES];
        digest_format(&wanted->digest, digest);
        return FAIL(err, ASSAY_MANIFEST_MISSING, "%s is not in the bundle %s", digest,
                    bundle->path);
    }
    return bundle_blob_read(bundle, blob, max_bytes, out, err);
}

static enum assay_status source_by_digest(struct source *source,
                                          const struct oci_descriptor *wanted, size_t count,
                                          struct source_manifest *out, enum assay_status *statuses,
                                          struct assay_error *errors,
                                          struct assay_error *err UNUSED)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = (struct source_manifest){ 0 };
        error_clear(&errors[i]);
        statuses[i] =
            read_document(source, &wanted[i], LIMIT_MANIFEST_BYTES, &out[i].bytes, &errors[i]);
    }
    return ASSAY_OK;
}

static enum assay_status source_blob(struct source *source, const struct oci_descriptor *wanted,
                                     sink_fn *sink, void *ctx, struct assay_error *err)
{
    AUTO_BUF bytes = BUF_INIT(LIMIT_CONFIG_BYTES);
    TRY(read_document(source, wanted, LIMIT_CONFIG_BYTES, &bytes, err));
    return sink(ctx, buf_slice(&bytes), err);
}

static enum assay_status source_named(struct source *source, struct source_manifest *out,
                                      struct assay_error *err)
{
    *out = (struct source_manifest){ 0 };
    return FAIL(err, ASSAY_MANIFEST_MISSING, "the bundle %s holds manifests by digest only",
                ((const struct bundle_source *)source)->bundle->path);
}

static void source_release(struct source *source)
{
    mem_free(((struct bundle_source *)source)->sha512);
    mem_free(source);
}

static const struct source_ops BUNDLE_OPS = {
    .named = source_named,
    .by_digest = source_by_digest,
    .blob = source_blob,
    .free = source_release,
};

enum assay_status bundle_source_new(const struct bundle *bundle, struct source **out,
                                    struct assay_error *err)
{
    struct bundle_source *made = mem_alloc(1, sizeof(*made));
    *out = NULL;
    if (made == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    made->base.ops = &BUNDLE_OPS;
    made->base.is_local = true;
    made->base.has_manifest = true;
    made->bundle = bundle;
    *out = &made->base;
    return ASSAY_OK;
}
