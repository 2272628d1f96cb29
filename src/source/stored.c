/* SPDX-License-Identifier: Apache-2.0 */
#include "source/stored.h"

#include "base/mem.h"

static struct stored *stored_of(struct source *source)
{
    return (struct stored *)source;
}

static enum assay_status blob_context(const struct stored *stored,
                                      const struct oci_descriptor *wanted, enum assay_status status,
                                      struct assay_error *err)
{
    char digest[DIGEST_TEXT_BYTES];

    digest_format(&wanted->digest, digest);
    return error_context(err, status, "blob %s in %s", digest, stored->place->shown);
}

/* ---- manifests ---- */

static enum assay_status read_named_file(const struct stored *stored, struct source_manifest *out,
                                         struct assay_error *err)
{
    return place_need(stored->place, stored->naming->named_file, LIMIT_MANIFEST_BYTES, &out->bytes,
                      err);
}

static enum assay_status read_named(const struct stored *stored, struct source_manifest *out,
                                    struct assay_error *err)
{
    const struct oci_descriptor *named = &stored->named;
    char name[BLOB_NAME_BYTES];

    if (named->digest.alg == DIGEST_NONE) {
        return read_named_file(stored, out, err);
    }
    stored->naming->manifest_name(&named->digest, name);
    enum assay_status status =
        place_read_blob(stored->place, name, named, LIMIT_MANIFEST_BYTES, &out->bytes, err);
    if (status != ASSAY_OK) {
        return blob_context(stored, named, status, err);
    }
    struct slice media =
        slice_first(slice_from_string(named->media_text), sizeof(out->media_type) - 1);
    memcpy(out->media_type, media.ptr, media.len);
    digest_format(&named->digest, out->claimed_digest);
    return ASSAY_OK;
}

static enum assay_status stored_named(struct source *source, struct source_manifest *out,
                                      struct assay_error *err)
{
    *out = (struct source_manifest){ .bytes = BUF_INIT(LIMIT_MANIFEST_BYTES) };
    enum assay_status status = read_named(stored_of(source), out, err);
    if (status != ASSAY_OK) {
        source_manifest_clear(out);
    }
    return status;
}

/* The manifest that has a file of its own is also found by its digest. */
static enum assay_status read_if_named(const struct stored *stored,
                                       const struct oci_descriptor *wanted,
                                       struct source_manifest *out, bool *is_it,
                                       struct assay_error *err)
{
    struct digest actual;

    TRY(read_named_file(stored, out, err));
    TRY(digest_compute(wanted->digest.alg, buf_slice(&out->bytes), &actual, err));
    *is_it = digest_equal(&actual, &wanted->digest);
    return ASSAY_OK;
}

static enum assay_status read_by_digest(const struct stored *stored,
                                        const struct oci_descriptor *wanted,
                                        struct source_manifest *out, struct assay_error *err)
{
    char name[BLOB_NAME_BYTES];
    bool is_it = false;

    *out = (struct source_manifest){ .bytes = BUF_INIT(LIMIT_MANIFEST_BYTES) };
    if (stored->naming->named_file != NULL) {
        TRY(read_if_named(stored, wanted, out, &is_it, err));
    }
    if (is_it) {
        return ASSAY_OK;
    }
    stored->naming->manifest_name(&wanted->digest, name);
    return place_read_blob(stored->place, name, wanted, LIMIT_MANIFEST_BYTES, &out->bytes, err);
}

static enum assay_status stored_by_digest(struct source *source,
                                          const struct oci_descriptor *wanted, size_t count,
                                          struct source_manifest *out, enum assay_status *statuses,
                                          struct assay_error *errors, struct assay_error *err)
{
    struct stored *stored = stored_of(source);

    (void)err; /* each has its own */
    for (size_t i = 0; i < count; i++) {
        error_clear(&errors[i]);
        statuses[i] = read_by_digest(stored, &wanted[i], &out[i], &errors[i]);
        if (statuses[i] != ASSAY_OK) {
            source_manifest_clear(&out[i]);
            (void)blob_context(stored, &wanted[i], statuses[i], &errors[i]);
        }
    }
    return ASSAY_OK;
}

/* ---- config and layers ---- */

static enum assay_status stored_blob(struct source *source, const struct oci_descriptor *wanted,
                                     sink_fn *sink, void *ctx, struct assay_error *err)
{
    struct stored *stored = stored_of(source);
    AUTO_BUF bytes = BUF_INIT(LIMIT_CONFIG_BYTES);
    char name[BLOB_NAME_BYTES];

    stored->naming->blob_name(&wanted->digest, name);
    enum assay_status status =
        place_read_blob(stored->place, name, wanted, LIMIT_CONFIG_BYTES, &bytes, err);
    if (status == ASSAY_MANIFEST_MISSING && stored->place->missing_content != status) {
        status = FAIL(err, stored->place->missing_content, "%s does not hold '%s'",
                      stored->place->shown, name);
    }
    if (status == ASSAY_OK) {
        status = sink(ctx, buf_slice(&bytes), err);
    }
    return status == ASSAY_OK ? ASSAY_OK : blob_context(stored, wanted, status, err);
}

static enum assay_status stored_layers(struct source *source, const struct oci_descriptor *wanted,
                                       const struct digest *diff_ids, size_t count,
                                       struct measured *out, struct assay_error *err)
{
    struct stored *stored = stored_of(source);
    AUTO_MEM struct place_layer *layers = mem_alloc(count + 1, sizeof(*layers));
    AUTO_MEM char(*names)[BLOB_NAME_BYTES] = mem_alloc(count + 1, sizeof(*names));

    if (layers == NULL || names == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    for (size_t i = 0; i < count; i++) {
        struct place_layer *layer = &layers[i];
        TRY(oci_layer_compression(&wanted[i], &layer->compression, err));
        stored->naming->blob_name(&wanted[i].digest, names[i]);
        layer->name = names[i];
        layer->stored_alg = wanted[i].digest.alg;
        layer->unpacked_alg = diff_ids[i].alg;
        layer->size = wanted[i].size;
        layer->out = &out[i];
    }
    return stored->place->ops->measure(stored->place, layers, count, err);
}

/* ---- life ---- */

static void stored_free(struct source *source)
{
    struct stored *stored = stored_of(source);

    place_free(stored->place);
    arena_clear(&stored->arena);
    mem_free(stored);
}

static const struct source_ops STORED_OPS = {
    .named = stored_named,
    .by_digest = stored_by_digest,
    .blob = stored_blob,
    .layers = stored_layers,
    .free = stored_free,
};

enum assay_status stored_open(struct place *place, const char *scheme,
                              const struct stored_naming *naming, const char *wanted,
                              struct source **out, struct assay_error *err)
{
    struct stored *stored = mem_alloc(1, sizeof(*stored));

    *out = NULL;
    if (stored == NULL) {
        place_free(place);
        return FAIL_NO_MEMORY(err);
    }
    stored->base.ops = &STORED_OPS;
    stored->base.is_local = true;
    stored->base.has_manifest = true;
    stored->naming = naming;
    stored->scheme = scheme;
    stored->place = place;
    stored->arena = (struct arena)ARENA_INIT(LIMIT_DOCUMENT_ARENA);
    enum assay_status status = naming->choose(stored, wanted, err);
    if (status != ASSAY_OK) {
        source_free(&stored->base);
        return status;
    }
    *out = &stored->base;
    return ASSAY_OK;
}
