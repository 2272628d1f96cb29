/* SPDX-License-Identifier: Apache-2.0 */
/* What an archive without manifests holds: a config that was hashed, and layers that were. */
#include "base/mem.h"
#include "verify/session_internal.h"

static const char *packing_of(enum compression compression)
{
    return oci_media_text(compression == COMPRESSION_GZIP   ? OCI_MEDIA_LAYER_GZIP
                          : compression == COMPRESSION_ZSTD ? OCI_MEDIA_LAYER_ZSTD
                                                            : OCI_MEDIA_LAYER);
}

static enum assay_status fill_layer(const struct measured *layer, const struct digest *diff_id,
                                    struct oci_descriptor *out, struct assay_error *err)
{
    char have[DIGEST_TEXT_BYTES];
    char want[DIGEST_TEXT_BYTES];
    if (layer->status != ASSAY_OK) {
        return error_pass(err, &layer->error);
    }
    if (layer->unpack_status != ASSAY_OK) {
        return error_pass(err, &layer->unpack_error);
    }
    if (!digest_equal(&layer->unpacked, diff_id)) {
        digest_format(&layer->unpacked, have);
        digest_format(diff_id, want);
        return FAIL(err, ASSAY_DIGEST_MISMATCH, "unpacks to %s, expected diff_id %s", have, want);
    }
    *out = (struct oci_descriptor){ .digest = layer->unpacked,
                                    .size = layer->stored_bytes,
                                    .media_text = packing_of(layer->compression) };
    return ASSAY_OK;
}

static enum assay_status fill_layers(struct source *source, const struct oci_config *config,
                                     struct inspect_node *out, struct assay_error *err)
{
    size_t count = config->diff_id_count;
    AUTO_MEM struct measured *measured = mem_alloc(count + 1, sizeof(*measured));
    AUTO_MEM struct oci_descriptor *wanted = mem_alloc(count + 1, sizeof(*wanted));
    out->layers = mem_alloc(count + 1, sizeof(*out->layers));
    if (measured == NULL || wanted == NULL || out->layers == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    TRY(source->ops->layers(source, wanted, config->diff_ids, count, measured, err));
    for (size_t i = 0; i < count; i++) {
        TRY_IN(fill_layer(&measured[i], &config->diff_ids[i], &out->layers[i], err), err,
               "layer %zu of %zu", i + 1, count);
        out->layer_count = i + 1;
    }
    return ASSAY_OK;
}

enum assay_status inspect_config(struct source *source, struct inspect_node *out,
                                 struct assay_error *err)
{
    const struct oci_descriptor wanted = { .digest = source->image_config, .media_text = "" };
    CLEANUP(oci_config_clear) struct oci_config config = { 0 };
    AUTO_BUF bytes = BUF_INIT(LIMIT_CONFIG_BYTES);
    TRY(source->ops->blob(source, &wanted, buf_sink, &bytes, err));
    TRY(oci_config_parse(buf_slice(&bytes), &config, err));
    oci_platform_format(&config.platform, out->platform, sizeof(out->platform));
    out->config = wanted; /* of which type, only a manifest would say */
    out->config.size = bytes.len;
    return fill_layers(source, &config, out, err);
}
