/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "verify/content_parts.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- config ---- */

/* What the config says goes into the verdict; its platform follows when it was checked. */
static enum assay_status keep_config(struct content *content, struct slice bytes,
                                     struct assay_error *err)
{
    struct assay_verdict *verdict = content->job->verdict;
    struct verdict_config *more =
        mem_resize(verdict->configs, verdict->config_count + 1, sizeof(*more));
    if (more == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    verdict->configs = more;
    more[verdict->config_count] = (struct verdict_config){ 0 };
    TRY_IN(oci_config_facts_parse(bytes, &more[verdict->config_count].facts, err), err,
           "the image config");
    verdict->config_count++;
    return mem_set_string(&more[verdict->config_count - 1].platform, "", err);
}

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
    content_cache_add(content->job->cache, &manifest->config.digest, buf_slice(&bytes), "");
    TRY(oci_config_parse(buf_slice(&bytes), out, err));
    return content->session->keep_configs ? keep_config(content, buf_slice(&bytes), err) : ASSAY_OK;
}

/* ---- layers ---- */

/* Whether the layer, as it is stored, is the one that the manifest names. */
static enum assay_status judge_stored(struct content *content, const struct measured *layer,
                                      const struct oci_descriptor *wanted, const char *subject,
                                      struct assay_error *err)
{
    char have[DIGEST_TEXT_BYTES];
    char want[DIGEST_TEXT_BYTES];
    digest_format(&layer->stored, have);
    digest_format(&wanted->digest, want);
    bool same = digest_equal(&layer->stored, &wanted->digest);
    trace_add(content->trace, RULE_LAYER_DIGEST, same, subject, "hashed %s, expected %s", have,
              want);
    if (!same) {
        return FAIL(err, ASSAY_DIGEST_MISMATCH, "%s has digest %s, expected %s", subject, have,
                    want);
    }
    if (layer->stored_bytes != wanted->size) {
        return FAIL(err, ASSAY_SIZE_MISMATCH, "%s has %" PRIu64 " bytes, expected %" PRIu64,
                    subject, layer->stored_bytes, wanted->size);
    }
    return ASSAY_OK;
}

/* A malformed stream usually is an altered one: the digest of the stored bytes speaks first. */
static enum assay_status judge_layer(struct content *content, const struct measured *layer,
                                     const struct oci_descriptor *wanted,
                                     const struct digest *diff_id, const char *subject,
                                     struct assay_error *err)
{
    char have[DIGEST_TEXT_BYTES];
    char want[DIGEST_TEXT_BYTES];
    if (layer->status != ASSAY_OK) {
        return error_pass(err, &layer->error);
    }
    if (content->job->source->has_manifest) {
        TRY(judge_stored(content, layer, wanted, subject, err));
    }
    if (layer->unpack_status != ASSAY_OK) {
        return error_pass(err, &layer->unpack_error);
    }
    digest_format(&layer->unpacked, have);
    digest_format(diff_id, want);
    bool same = digest_equal(&layer->unpacked, diff_id);
    trace_add(content->trace, RULE_LAYER_DIFF_ID, same, subject, "unpacked %s, expected %s", have,
              want);
    if (!same) {
        return FAIL(err, ASSAY_DIGEST_MISMATCH, "%s unpacks to %s, expected diff_id %s", subject,
                    have, want);
    }
    return ASSAY_OK;
}

/* Nothing counts as measured until the source says so. */
static struct measured *layers_new(size_t count)
{
    struct measured *layers = mem_alloc(count + 1, sizeof(*layers));
    for (size_t i = 0; layers != NULL && i < count; i++) {
        layers[i].status = FAIL(&layers[i].error, ASSAY_INTERNAL, "the layer was not measured");
    }
    return layers;
}

static enum assay_status judge_layers(struct content *content, const struct oci_document *manifest,
                                      const struct oci_config *config, struct assay_error *err)
{
    struct source *source = content->job->source;
    size_t count = manifest->layer_count;
    if (count != config->diff_id_count) {
        return FAIL(err, ASSAY_SCHEMA, "the manifest has %zu layers, the config %zu diff_ids",
                    count, config->diff_id_count);
    }
    if (source->ops->layers == NULL) {
        return FAIL(err, ASSAY_MANIFEST_MISSING, "the source has no layers to judge");
    }
    AUTO_MEM struct measured *layers = layers_new(count);
    if (layers == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    TRY(source->ops->layers(source, manifest->layers, config->diff_ids, count, layers, err));
    for (size_t i = 0; i < count; i++) {
        char subject[64];
        (void)snprintf(subject, sizeof(subject), "layer %zu of %zu", i + 1, count);
        enum assay_status status = judge_layer(content, &layers[i], &manifest->layers[i],
                                               &config->diff_ids[i], subject, err);
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
    if (content->session->keep_configs) {
        const struct assay_verdict *verdict = content->job->verdict;
        char text[PLATFORM_TEXT_BYTES];
        oci_platform_format(platform == NULL ? &config.platform : platform, text, sizeof(text));
        TRY(mem_set_string(&verdict->configs[verdict->config_count - 1].platform, text, err));
    }
    return content->deep ? judge_layers(content, manifest, &config, err) : ASSAY_OK;
}
