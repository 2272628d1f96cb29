/* SPDX-License-Identifier: Apache-2.0 */
/* Who is asked for content, in which order. What a bundle holds comes from the bundle; a registry
 * is asked for the rest, if there is a network. A local image is its own source. */
#include "base/mem.h"
#include "verify/content_parts.h"

static bool has_bundle(const struct content *content)
{
    return content->job->documents != NULL && !content->job->source->is_local;
}

/* The places of what the bundle lacks, and how many. */
static size_t list_missing(const enum assay_status *statuses, size_t count, size_t *places)
{
    size_t missing = 0;
    for (size_t i = 0; i < count; i++) {
        if (statuses[i] == ASSAY_MANIFEST_MISSING) {
            places[missing++] = i;
        }
    }
    return missing;
}

/* One flight for all that is missing. */
static enum assay_status fetch_missing(struct source *source, const struct oci_descriptor *wanted,
                                       const size_t *places, size_t missing,
                                       struct source_manifest *out, enum assay_status *statuses,
                                       struct assay_error *errors, struct assay_error *err)
{
    AUTO_MEM struct oci_descriptor *asked = mem_alloc(missing, sizeof(*asked));
    AUTO_MEM struct source_manifest *answers = mem_alloc(missing, sizeof(*answers));
    AUTO_MEM enum assay_status *results = mem_alloc(missing, sizeof(*results));
    AUTO_MEM struct assay_error *reasons = mem_alloc(missing, sizeof(*reasons));
    if (asked == NULL || answers == NULL || results == NULL || reasons == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    for (size_t i = 0; i < missing; i++) {
        asked[i] = wanted[places[i]];
    }
    enum assay_status status =
        source->ops->by_digest(source, asked, missing, answers, results, reasons, err);
    for (size_t i = 0; i < missing; i++) {
        if (status != ASSAY_OK) {
            source_manifest_clear(&answers[i]);
            continue;
        }
        out[places[i]] = answers[i];
        statuses[places[i]] = results[i];
        errors[places[i]] = reasons[i];
    }
    return status;
}

enum assay_status content_by_digest(struct content *content, const struct oci_descriptor *wanted,
                                    size_t count, struct source_manifest *out,
                                    enum assay_status *statuses, struct assay_error *errors,
                                    struct assay_error *err)
{
    struct source *source = content->job->source;
    struct source *documents = content->job->documents;
    if (!has_bundle(content)) {
        return source->ops->by_digest(source, wanted, count, out, statuses, errors, err);
    }
    TRY(documents->ops->by_digest(documents, wanted, count, out, statuses, errors, err));
    AUTO_MEM size_t *places = mem_alloc(count + 1, sizeof(*places));
    if (places == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    size_t missing = list_missing(statuses, count, places);
    return missing == 0 || content->job->net == NULL
               ? ASSAY_OK
               : fetch_missing(source, wanted, places, missing, out, statuses, errors, err);
}

/* Collects a small blob whole. */
static enum assay_status append(void *ctx, struct slice bytes, struct assay_error *err)
{
    return buf_append(ctx, bytes, err);
}

enum assay_status content_config(struct content *content, const struct oci_descriptor *wanted,
                                 struct buf *out, struct assay_error *err)
{
    struct source *source = content->job->source;
    struct source *documents = content->job->documents;
    if (has_bundle(content)) {
        enum assay_status status = documents->ops->blob(documents, wanted, append, out, err);
        if (status != ASSAY_MANIFEST_MISSING || content->job->net == NULL) {
            return status;
        }
        buf_reset(out);
    }
    return source->ops->blob(source, wanted, append, out, err);
}
