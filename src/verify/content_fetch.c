/* SPDX-License-Identifier: Apache-2.0 */
/* Where manifests and configs come from. A local image is its own first source, then the bundle is
 * asked, then the registry. For an image in a registry the bundle comes first. Whatever a place
 * hands out is hashed by who asked. */
#include "base/mem.h"
#include "verify/content_parts.h"

#include <stdio.h>

const char content_missing_remedy[] =
    "Give the signed manifests by --bundle FILE, or run where the registry can be asked.";

/* What is still missing, to be asked of the next place in one call. */
static enum assay_status find_gap(struct manifest_batch *gap, const struct oci_descriptor *wanted,
                                  const enum assay_status *statuses, size_t count,
                                  struct assay_error *err)
{
    TRY(manifest_batch_make(gap, count, err));
    for (size_t i = 0; i < count; i++) {
        if (statuses[i] == ASSAY_MANIFEST_MISSING) {
            manifest_batch_add(gap, &wanted[i], i);
        }
    }
    return ASSAY_OK;
}

/* Places stand in an order; what the one before lacks is asked of the next, in one flight. */
static enum assay_status ask(struct source *place, const struct oci_descriptor *wanted,
                             size_t count, struct source_manifest *out, enum assay_status *statuses,
                             struct assay_error *errors, struct assay_error *err)
{
    AUTO_MANIFEST_BATCH gap = { .count = 0 };
    TRY(find_gap(&gap, wanted, statuses, count, err));
    if (gap.count == 0) {
        return ASSAY_OK;
    }
    TRY(place->ops->by_digest(place, gap.wanted, gap.count, gap.found, gap.statuses, gap.errors,
                              err));
    for (size_t i = 0; i < gap.count; i++) {
        size_t to = gap.index_of[i];
        out[to] = gap.found[i];
        gap.found[i] = (struct source_manifest){ .media_type = "" }; /* handed over */
        statuses[to] = gap.statuses[i];
        errors[to] = gap.errors[i];
    }
    return ASSAY_OK;
}

/* The registry of the reference that a local source is judged as. */
static enum assay_status open_registry(struct content *content, struct assay_error *err)
{
    const char *locator = NULL;
    struct source_context context = source_context_of(content->session, content->job->net);
    if (content->registry != NULL) {
        return ASSAY_OK;
    }
    return source_transport_find(content->job->reference.text, &locator)
        ->open(locator, &context, &content->registry, err);
}

static bool any_missing(const enum assay_status *statuses, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (statuses[i] == ASSAY_MANIFEST_MISSING) {
            return true;
        }
    }
    return false;
}

/* What another reference of the repository led to; everything else is missing. */
static enum assay_status take_kept(const struct content *content,
                                   const struct oci_descriptor *wanted, size_t count,
                                   struct source_manifest *out, enum assay_status *statuses,
                                   struct assay_error *err)
{
    const struct job *job = content->job;
    for (size_t i = 0; i < count; i++) {
        struct slice bytes;
        const char *media_type = NULL;
        statuses[i] = ASSAY_MANIFEST_MISSING;
        if (!job->source->is_local &&
            content_cache_find(job->cache, &wanted[i].digest, &bytes, &media_type)) {
            out[i] = (struct source_manifest){ .bytes = BUF_INIT(LIMIT_MANIFEST_BYTES) };
            TRY(buf_append(&out[i].bytes, bytes, err));
            (void)snprintf(out[i].media_type, sizeof(out[i].media_type), "%s", media_type);
            statuses[i] = ASSAY_OK;
        }
    }
    return ASSAY_OK;
}

enum assay_status content_by_digest(struct content *content, const struct oci_descriptor *wanted,
                                    size_t count, struct source_manifest *out,
                                    enum assay_status *statuses, struct assay_error *errors,
                                    struct assay_error *err)
{
    const struct job *job = content->job;
    bool is_local = job->source->is_local;
    TRY(take_kept(content, wanted, count, out, statuses, err));
    if (is_local) {
        TRY(ask(job->source, wanted, count, out, statuses, errors, err));
    }
    if (job->documents != NULL) {
        TRY(ask(job->documents, wanted, count, out, statuses, errors, err));
    }
    if (!is_local && (job->net != NULL || job->documents == NULL)) {
        return ask(job->source, wanted, count, out, statuses, errors, err);
    }
    if (is_local && job->net != NULL && any_missing(statuses, count)) {
        TRY(open_registry(content, err));
        return ask(content->registry, wanted, count, out, statuses, errors, err);
    }
    return ASSAY_OK;
}

enum assay_status content_config(struct content *content, const struct oci_descriptor *wanted,
                                 struct buf *out, struct assay_error *err)
{
    struct source *source = content->job->source;
    struct source *documents = content->job->documents;
    const char *media_type = NULL;
    struct slice kept;
    if (!source->is_local &&
        content_cache_find(content->job->cache, &wanted->digest, &kept, &media_type)) {
        return buf_append(out, kept, err);
    }
    if (!source->is_local && documents != NULL) {
        enum assay_status status = documents->ops->blob(documents, wanted, buf_sink, out, err);
        if (status != ASSAY_MANIFEST_MISSING || content->job->net == NULL) {
            return status;
        }
        buf_reset(out);
    }
    return source->ops->blob(source, wanted, buf_sink, out, err);
}

/* A config that did not come, or is another one, is asked for again where it is needed, which then
 * says why. */
static void keep_configs(const struct content *content, const struct manifest_batch *configs)
{
    for (size_t i = 0; i < configs->count; i++) {
        struct slice bytes = buf_slice(&configs->found[i].bytes);
        struct digest actual;
        if (configs->statuses[i] == ASSAY_OK &&
            digest_compute(configs->wanted[i].digest.alg, bytes, &actual, NULL) == ASSAY_OK &&
            digest_equal(&actual, &configs->wanted[i].digest)) {
            content_cache_add(content->job->cache, &actual, bytes, "");
        }
    }
}

enum assay_status content_prefetch_configs(struct content *content,
                                           const struct oci_descriptor *wanted,
                                           enum assay_status *statuses, size_t count,
                                           struct assay_error *err)
{
    AUTO_MANIFEST_BATCH configs = { .count = 0 };
    TRY(find_gap(&configs, wanted, statuses, count, err));
    if (configs.count < 2) {
        return ASSAY_OK; /* alone it comes as soon */
    }
    TRY(source_registry_configs(content->job->source, configs.wanted, configs.count, configs.found,
                                configs.statuses, configs.errors, err));
    keep_configs(content, &configs);
    return ASSAY_OK;
}
