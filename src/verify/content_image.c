/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/content_parts.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- config ---- */

static enum assay_status load_config(struct content *content, const struct oci_document *manifest,
                                     struct oci_config *out, struct assay_error *err)
{
    AUTO_BUF bytes = BUF_INIT(LIMIT_CONFIG_BYTES);
    if (manifest->config.size > LIMIT_CONFIG_BYTES) {
        return FAIL(err, ASSAY_TOO_LARGE, "the image config has %" PRIu64 " bytes, more than %lu",
                    manifest->config.size, LIMIT_CONFIG_BYTES);
    }
    enum assay_status status = content_config(content, &manifest->config, &bytes, err);
    TRY_IN(content_note_size(content, RULE_CONFIG_DIGEST, "the image config", status, err), err,
           "the image config");
    TRY(content_check_bytes(content, RULE_CONFIG_DIGEST, "the image config", buf_slice(&bytes),
                            &manifest->config.digest, manifest->config.size, err));
    return oci_config_parse(buf_slice(&bytes), out, err);
}

/* ---- layers ---- */

/* A layer on its way: stored bytes are hashed, inflated, and hashed again, as they come. */
struct layer_stream {
    const struct oci_descriptor *wanted;
    struct digest_stream *stored;
    struct digest_stream *unpacked;
    struct inflater *inflater;
    uint64_t stored_bytes;
    uint64_t image_bytes; /* unpacked, of all layers so far */
    /* A malformed stream usually is an altered one: hashing goes on, the digest speaks first. */
    struct assay_error malformed;
};

static void layer_stream_clear(struct layer_stream *layer)
{
    digest_stream_free(layer->stored);
    digest_stream_free(layer->unpacked);
    inflater_free(layer->inflater);
}

static enum assay_status take_unpacked(void *ctx, struct slice bytes, struct assay_error *err)
{
    struct layer_stream *layer = ctx;
    layer->image_bytes += bytes.len;
    if (layer->image_bytes > LIMIT_IMAGE_BYTES) {
        return FAIL(err, ASSAY_BOMB, "the image unpacks to more than %lu bytes", LIMIT_IMAGE_BYTES);
    }
    return digest_stream_update(layer->unpacked, bytes, err);
}

static enum assay_status take_stored(void *ctx, struct slice bytes, struct assay_error *err)
{
    struct layer_stream *layer = ctx;
    layer->stored_bytes += bytes.len;
    if (layer->stored_bytes > layer->wanted->size) {
        return FAIL(err, ASSAY_SIZE_MISMATCH,
                    "more than the %" PRIu64 " bytes that the manifest "
                    "names",
                    layer->wanted->size);
    }
    TRY(digest_stream_update(layer->stored, bytes, err));
    if (layer->malformed.status != ASSAY_OK) {
        return ASSAY_OK;
    }
    enum assay_status status =
        inflater_feed(layer->inflater, bytes, take_unpacked, layer, &layer->malformed);
    if (status == ASSAY_COMPRESSION) {
        return ASSAY_OK;
    }
    return status == ASSAY_OK ? ASSAY_OK : error_pass(err, &layer->malformed);
}

static enum assay_status layer_verdict(struct content *content, struct layer_stream *layer,
                                       const struct digest *diff_id, const char *subject,
                                       struct assay_error *err)
{
    struct digest actual;
    char have[DIGEST_TEXT_BYTES];
    char want[DIGEST_TEXT_BYTES];
    TRY(digest_stream_finish(layer->stored, &actual, err));
    digest_format(&actual, have);
    digest_format(&layer->wanted->digest, want);
    bool same = digest_equal(&actual, &layer->wanted->digest);
    trace_add(content->trace, RULE_LAYER_DIGEST, same, subject, "hashed %s, expected %s", have,
              want);
    if (!same) {
        return FAIL(err, ASSAY_DIGEST_MISMATCH, "%s has digest %s, expected %s", subject, have,
                    want);
    }
    if (layer->stored_bytes != layer->wanted->size) {
        return FAIL(err, ASSAY_SIZE_MISMATCH, "%s has %" PRIu64 " bytes, expected %" PRIu64,
                    subject, layer->stored_bytes, layer->wanted->size);
    }
    if (layer->malformed.status != ASSAY_OK) {
        return error_pass(err, &layer->malformed);
    }
    TRY(inflater_finish(layer->inflater, err));
    TRY(digest_stream_finish(layer->unpacked, &actual, err));
    digest_format(&actual, have);
    digest_format(diff_id, want);
    same = digest_equal(&actual, diff_id);
    trace_add(content->trace, RULE_LAYER_DIFF_ID, same, subject, "unpacked %s, expected %s", have,
              want);
    if (!same) {
        return FAIL(err, ASSAY_DIGEST_MISMATCH, "%s unpacks to %s, expected diff_id %s", subject,
                    have, want);
    }
    return ASSAY_OK;
}

static enum assay_status layer_compression(const struct oci_descriptor *layer,
                                           enum compression *out, struct assay_error *err)
{
    switch (layer->media) {
    case OCI_MEDIA_LAYER:
        *out = COMPRESSION_NONE;
        return ASSAY_OK;
    case OCI_MEDIA_LAYER_GZIP:
        *out = COMPRESSION_GZIP;
        return ASSAY_OK;
    case OCI_MEDIA_UNKNOWN:
    case OCI_MEDIA_OCI_INDEX:
    case OCI_MEDIA_OCI_MANIFEST:
    case OCI_MEDIA_OCI_CONFIG:
    case OCI_MEDIA_DOCKER_LIST:
    case OCI_MEDIA_DOCKER_MANIFEST:
    case OCI_MEDIA_DOCKER_CONFIG:
    case OCI_MEDIA_LAYER_ZSTD:
        break;
    }
    return FAIL(err, ASSAY_MEDIA_TYPE, "the layer type %s is not supported", layer->media_text);
}

static enum assay_status judge_layer(struct content *content, const struct oci_descriptor *wanted,
                                     const struct digest *diff_id, uint64_t *image_bytes,
                                     const char *subject, struct assay_error *err)
{
    struct source *source = content->job->source;
    CLEANUP(layer_stream_clear)
    struct layer_stream layer = { .wanted = wanted, .image_bytes = *image_bytes };
    enum compression compression = COMPRESSION_NONE;
    TRY(layer_compression(wanted, &compression, err));
    TRY(digest_stream_new(wanted->digest.alg, &layer.stored, err));
    TRY(digest_stream_new(diff_id->alg, &layer.unpacked, err));
    TRY(inflater_new(compression, LIMIT_LAYER_BYTES, &layer.inflater, err));
    TRY(source->ops->blob(source, wanted, take_stored, &layer, err));
    *image_bytes = layer.image_bytes;
    return layer_verdict(content, &layer, diff_id, subject, err);
}

static enum assay_status judge_layers(struct content *content, const struct oci_document *manifest,
                                      const struct oci_config *config, struct assay_error *err)
{
    uint64_t image_bytes = 0;
    if (manifest->layer_count != config->diff_id_count) {
        return FAIL(err, ASSAY_SCHEMA, "the manifest has %zu layers, the config %zu diff_ids",
                    manifest->layer_count, config->diff_id_count);
    }
    for (size_t i = 0; i < manifest->layer_count; i++) {
        char subject[64];
        (void)snprintf(subject, sizeof(subject), "layer %zu of %zu", i + 1, manifest->layer_count);
        TRY(env_check_interrupted(&content->session->env, err));
        enum assay_status status = judge_layer(content, &manifest->layers[i], &config->diff_ids[i],
                                               &image_bytes, subject, err);
        TRY_IN(content_note_size(content, RULE_LAYER_DIGEST, subject, status, err), err, "%s",
               subject);
    }
    return ASSAY_OK;
}

static enum assay_status check_platform(const struct content *content,
                                        const struct oci_platform *platform,
                                        const struct oci_config *config, struct assay_error *err)
{
    const struct oci_platform_choice *choice = &content->session->platform;
    char own[PLATFORM_TEXT_BYTES];
    if (platform != NULL) {
        return oci_platform_check(platform, &config->platform, err);
    }
    if (choice->all || oci_platform_matches(choice, &config->platform)) {
        return ASSAY_OK;
    }
    oci_platform_format(&config->platform, own, sizeof(own));
    return FAIL(err, ASSAY_PLATFORM_ABSENT, "the signed image is for %s", own);
}

enum assay_status content_judge_image(struct content *content, const struct oci_document *manifest,
                                      const struct oci_platform *platform, char *out,
                                      struct assay_error *err)
{
    CLEANUP(oci_config_clear) struct oci_config config = { 0 };
    TRY(load_config(content, manifest, &config, err));
    TRY(check_platform(content, platform, &config, err));
    if (out != NULL) {
        oci_platform_format(&config.platform, out, PLATFORM_TEXT_BYTES);
    }
    return content->deep ? judge_layers(content, manifest, &config, err) : ASSAY_OK;
}
