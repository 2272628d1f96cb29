/* SPDX-License-Identifier: Apache-2.0 */
/* source_walk SOURCE [HOST:PORT]: reads an image from its manifest or index down to every diff_id,
 * hashing all, and prints "ok DIGEST IMAGES LAYERS NAME", or "no STATUS-ID message". Says nothing
 * about trust.
 */
#include "base/mem.h"
#include "source/source.h"

#include <stdio.h>

struct totals {
    size_t images;
    size_t layers;
};

static enum assay_status compare(const struct digest *have, const struct digest *want,
                                 const char *what, struct assay_error *err)
{
    if (!digest_equal(have, want)) {
        return FAIL(err, ASSAY_DIGEST_MISMATCH, "%s has another digest", what);
    }
    return ASSAY_OK;
}

static enum assay_status compare_bytes(struct slice bytes, const struct digest *want,
                                       const char *what, struct assay_error *err)
{
    struct digest have;

    TRY(digest_compute(want->alg, bytes, &have, err));
    return compare(&have, want, what, err);
}

static enum assay_status walk_layer(const struct measured *layer,
                                    const struct oci_descriptor *wanted,
                                    const struct digest *diff_id, struct assay_error *err)
{
    TRY(layer->status == ASSAY_OK ? ASSAY_OK : error_pass(err, &layer->error));
    TRY(compare(&layer->stored, &wanted->digest, "a layer", err));
    TRY(layer->unpack_status == ASSAY_OK ? ASSAY_OK : error_pass(err, &layer->unpack_error));
    return compare(&layer->unpacked, diff_id, "an unpacked layer", err);
}

static enum assay_status walk_layers(struct source *source, const struct oci_document *manifest,
                                     const struct oci_config *config, struct assay_error *err)
{
    if (manifest->layer_count != config->diff_id_count) {
        return FAIL(err, ASSAY_SCHEMA, "%zu layers, %zu diff_ids", manifest->layer_count,
                    config->diff_id_count);
    }
    size_t count = manifest->layer_count;
    AUTO_MEM struct measured *layers = mem_alloc(count + 1, sizeof(*layers));
    if (layers == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    TRY(source->ops->layers(source, manifest->layers, config->diff_ids, count, layers, err));
    for (size_t i = 0; i < count; i++) {
        TRY(walk_layer(&layers[i], &manifest->layers[i], &config->diff_ids[i], err));
    }
    return ASSAY_OK;
}

static enum assay_status walk_image(struct source *source, const struct oci_document *manifest,
                                    const struct oci_platform *platform, struct totals *totals,
                                    struct assay_error *err)
{
    AUTO_BUF bytes = BUF_INIT(LIMIT_CONFIG_BYTES);
    struct oci_config config;

    TRY(source->ops->blob(source, &manifest->config, buf_sink, &bytes, err));
    TRY(compare_bytes(buf_slice(&bytes), &manifest->config.digest, "the config", err));
    TRY(oci_config_parse(buf_slice(&bytes), &config, err));
    enum assay_status status =
        platform == NULL ? ASSAY_OK : oci_platform_check(platform, &config.platform, err);
    if (status == ASSAY_OK) {
        status = walk_layers(source, manifest, &config, err);
    }
    oci_config_clear(&config);
    totals->images++;
    totals->layers += manifest->layer_count;
    return status;
}

static enum assay_status walk_entry(struct source *source, const struct oci_index_entry *entry,
                                    struct totals *totals, struct assay_error *err)
{
    struct source_manifest manifest;
    struct oci_document document = { 0 };
    struct assay_error own = ERROR_INIT;
    enum assay_status status = ASSAY_OK;
    const char *const said[] = { entry->descriptor.media_text };

    TRY(source->ops->by_digest(source, &entry->descriptor, 1, &manifest, &status, &own, err));
    if (status == ASSAY_OK) {
        status = compare_bytes(buf_slice(&manifest.bytes), &entry->descriptor.digest, "a manifest",
                               &own);
    }
    if (status == ASSAY_OK) {
        status = oci_document_parse(buf_slice(&manifest.bytes), said, 1, &document, &own);
    }
    if (status == ASSAY_OK) {
        status = walk_image(source, &document, entry->has_platform ? &entry->platform : NULL,
                            totals, &own);
    }
    oci_document_clear(&document);
    source_manifest_clear(&manifest);
    if (status != ASSAY_OK) {
        *err = own;
    }
    return status;
}

static enum assay_status walk_document(struct source *source, const struct oci_document *document,
                                       struct totals *totals, struct assay_error *err)
{
    if (!document->is_index) {
        return walk_image(source, document, NULL, totals, err);
    }
    for (size_t i = 0; i < document->entry_count; i++) {
        TRY(walk_entry(source, &document->entries[i], totals, err));
    }
    return ASSAY_OK;
}

static enum assay_status walk(struct source *source, char digest_text[DIGEST_TEXT_BYTES],
                              struct totals *totals, struct assay_error *err)
{
    struct source_manifest manifest;
    struct oci_document document;
    struct digest digest;
    const char *said[1];

    TRY(source->ops->named(source, &manifest, err));
    said[0] = manifest.media_type;
    enum assay_status status =
        digest_compute(DIGEST_SHA256, buf_slice(&manifest.bytes), &digest, err);
    if (status == ASSAY_OK) {
        digest_format(&digest, digest_text);
        if (strcmp(digest_text, manifest.claimed_digest) != 0) {
            status = FAIL(err, ASSAY_DIGEST_MISMATCH, "the named manifest has another digest");
        }
    }
    if (status == ASSAY_OK) {
        status = oci_document_parse(buf_slice(&manifest.bytes), said, 1, &document, err);
    }
    if (status == ASSAY_OK) {
        status = walk_document(source, &document, totals, err);
        oci_document_clear(&document);
    }
    source_manifest_clear(&manifest);
    return status;
}

static enum assay_status walk_source(const char *text, const struct source_context *context)
{
    struct source *source = NULL;
    struct assay_error err = ERROR_INIT;
    struct totals totals = { 0, 0 };
    char digest[DIGEST_TEXT_BYTES] = "";
    const char *locator = NULL;

    enum assay_status status =
        source_transport_find(text, &locator)->open(locator, context, &source, &err);
    if (status == ASSAY_OK) {
        status = walk(source, digest, &totals, &err);
    }
    if (status == ASSAY_OK) {
        (void)printf("ok %s %zu %zu %s\n", digest, totals.images, totals.layers,
                     source->claimed_name == NULL ? "-" : source->claimed_name);
    } else {
        (void)printf("no %s %s\n", assay_status_id(status), err.message);
    }
    source_free(source);
    return status;
}

int main(int argc, char **argv)
{
    static const struct net_curl_options CURL = { .user_agent = "source_walk" };
    const char *const plain_http[] = { argc == 3 ? argv[2] : "" };
    const struct net_session_options options = { .plain_http = plain_http,
                                                 .plain_http_count = argc == 3 ? 1 : 0 };
    struct assay_env env = { .clock = &assay_clock_system };
    struct net_session *session = NULL;

    if (argc != 2 && argc != 3) {
        return 2;
    }
    if (net_fetcher_curl_new(&CURL, &env, &env.fetcher, NULL) != ASSAY_OK ||
        net_session_new(&options, &env, &session, NULL) != ASSAY_OK) {
        return 70;
    }
    const struct source_context context = { .env = &env, .net = session, .threads = 2 };
    enum assay_status status = walk_source(argv[1], &context);
    net_session_free(session);
    net_fetcher_free(env.fetcher);
    return status == ASSAY_OK ? 0 : 1;
}
