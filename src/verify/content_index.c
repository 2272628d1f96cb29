/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "verify/content_parts.h"

static enum assay_status add_platform(struct content *content, const char *platform,
                                      const struct oci_descriptor *descriptor,
                                      enum verdict_platform_state state, struct assay_error *err)
{
    struct assay_verdict *verdict = content->job->verdict;
    struct verdict_platform *more =
        mem_resize(verdict->platforms, verdict->platform_count + 1, sizeof(*verdict->platforms));
    if (more == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    verdict->platforms = more;
    struct verdict_platform *added = &more[verdict->platform_count];
    *added = (struct verdict_platform){ .state = state, .size = descriptor->size };
    added->platform = mem_copy_string(platform);
    if (added->platform == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    verdict->platform_count++;
    digest_format(&descriptor->digest, added->digest);
    return ASSAY_OK;
}

static bool is_asked(const struct content *content, const struct oci_index_entry *entry)
{
    const struct oci_platform_choice *choice = &content->session->platform;
    return choice->all || (entry->has_platform && oci_platform_matches(choice, &entry->platform));
}

/* A source without manifests holds the platform whose manifest names its config. */
static bool is_present(const struct content *content, const struct oci_document *manifest)
{
    const struct source *source = content->job->source;
    return source->has_manifest || source_has_config(source, &manifest->config.digest);
}

/* One platform's manifest, as it was fetched. */
static enum assay_status judge_entry(struct content *content, const struct oci_index_entry *entry,
                                     const char *platform, struct source_manifest *fetched,
                                     bool *present, struct assay_error *err)
{
    struct slice bytes = buf_slice(&fetched->bytes);
    TRY(content_check_bytes(content, RULE_PLATFORM_MANIFEST, platform, bytes,
                            &entry->descriptor.digest, entry->descriptor.size, err));
    content_cache_add(content->job->cache, &entry->descriptor.digest, bytes, fetched->media_type);
    const char *said[] = { fetched->media_type, entry->descriptor.media_text };
    struct oci_document manifest;
    TRY(oci_document_parse(bytes, said, ARRAY_LEN(said), &manifest, err));
    enum assay_status status = ASSAY_OK;
    *present = is_present(content, &manifest);
    if (manifest.is_index) {
        status = FAIL(err, ASSAY_MEDIA_TYPE, "an index stands inside the index");
    } else if (content->with_config && *present && is_asked(content, entry)) {
        status = content_judge_image(content, &manifest,
                                     entry->has_platform ? &entry->platform : NULL, NULL, err);
    }
    oci_document_clear(&manifest);
    return status;
}

/* What became of each entry of the index. */
struct plan {
    struct manifest_batch batch; /* the entries to judge, in order */
    size_t judged;
    size_t unknown;      /* entries whose manifest is nowhere */
    bool others_present; /* an entry that was not asked for is what the source holds */
};

static void plan_clear(struct plan *plan)
{
    manifest_batch_clear(&plan->batch);
}

static enum assay_status make_plan(struct content *content, struct plan *plan,
                                   struct assay_error *err)
{
    TRY(manifest_batch_make(&plan->batch, content->document.entry_count, err));
    for (size_t i = 0; i < content->document.entry_count; i++) {
        const struct oci_index_entry *entry = &content->document.entries[i];
        char text[PLATFORM_TEXT_BYTES] = "";
        if (entry->has_platform) {
            oci_platform_format(&entry->platform, text, sizeof(text));
        }
        if (entry->is_attestation) {
            TRY(add_platform(content, text, &entry->descriptor, VERDICT_PLATFORM_ATTESTATION, err));
        } else if (!is_asked(content, entry) && content->job->source->has_manifest) {
            TRY(add_platform(content, text, &entry->descriptor, VERDICT_PLATFORM_NOT_ASKED, err));
        } else {
            manifest_batch_add(&plan->batch, &entry->descriptor, i);
        }
    }
    return ASSAY_OK;
}

static enum assay_status judge_planned(struct content *content, struct plan *plan, size_t index,
                                       struct assay_error *err)
{
    const struct oci_index_entry *entry = &content->document.entries[plan->batch.index_of[index]];
    const struct oci_descriptor *descriptor = &entry->descriptor;
    char text[PLATFORM_TEXT_BYTES] = "a manifest without platform";
    bool asked = is_asked(content, entry);
    bool present = false;
    if (entry->has_platform) {
        oci_platform_format(&entry->platform, text, sizeof(text));
    }
    const char *shown = entry->has_platform ? text : "";
    if (plan->batch.statuses[index] == ASSAY_MANIFEST_MISSING &&
        (content->job->source->is_local || content->session->bundle_alone)) {
        plan->unknown++;
        return add_platform(content, shown, descriptor,
                            asked ? VERDICT_PLATFORM_NOT_PRESENT : VERDICT_PLATFORM_NOT_ASKED, err);
    }
    if (plan->batch.statuses[index] != ASSAY_OK) {
        (void)error_pass(err, &plan->batch.errors[index]);
        return error_context(err,
                             content_note_size(content, RULE_PLATFORM_MANIFEST, text,
                                               plan->batch.statuses[index],
                                               &plan->batch.errors[index]),
                             "platform %s", text);
    }
    TRY_IN(judge_entry(content, entry, text, &plan->batch.found[index], &present, err), err,
           "platform %s", text);
    plan->judged += asked && present ? 1 : 0;
    plan->others_present = plan->others_present || (present && !asked);
    return add_platform(content, shown, descriptor,
                        !asked    ? VERDICT_PLATFORM_NOT_ASKED
                        : present ? VERDICT_PLATFORM_JUDGED
                                  : VERDICT_PLATFORM_NOT_PRESENT,
                        err);
}

/* No platform was judged: the config that a source without manifests holds is not one of them. */
static enum assay_status fail_config(struct content *content, const struct plan *plan,
                                     struct assay_error *err)
{
    char config[DIGEST_TEXT_BYTES];
    char index[DIGEST_TEXT_BYTES];
    digest_format(&content->job->source->image_config, config);
    digest_format(&content->claim->target.sha256, index);
    if (plan->others_present) {
        return FAIL(err, ASSAY_PLATFORM_ABSENT,
                    "the image with the config %s is of a platform that was not asked for", config);
    }
    if (plan->unknown > 0) {
        (void)FAIL(err, ASSAY_MANIFEST_MISSING,
                   "the image has the config %s; of the signed index %s, %zu manifests that could "
                   "name it are not at hand",
                   config, index, plan->unknown);
        return error_remedy(err, ASSAY_MANIFEST_MISSING, "%s", content_missing_remedy);
    }
    trace_add(content->trace, RULE_CONFIG_DIGEST, false, "the image config",
              "hashed %s, no platform of the signed index %s names it", config, index);
    return FAIL(err, ASSAY_DIGEST_MISMATCH,
                "the image has the config %s, which no platform of the signed index %s names",
                config, index);
}

static enum assay_status conclude(struct content *content, const struct plan *plan,
                                  struct assay_error *err)
{
    if (plan->judged > 0) {
        return ASSAY_OK;
    }
    if (!content->job->source->has_manifest) {
        return fail_config(content, plan, err);
    }
    TRY(content_check_named(content, err)); /* why, if the image itself is another one */
    return FAIL(err, ASSAY_PLATFORM_ABSENT, "%s",
                content->session->platform.all
                    ? "the source holds no platform of the signed index"
                    : "the signed index does not have the platform asked for");
}

/* A source with manifests holds what it has the manifest of; one without may need them all, from
 * elsewhere, to tell which platform it is. */
static enum assay_status fetch_planned(struct content *content, struct plan *plan,
                                       struct assay_error *err)
{
    struct source *source = content->job->source;
    if (plan->batch.count == 0) {
        return ASSAY_OK;
    }
    if (source->is_local && source->has_manifest) {
        return source->ops->by_digest(source, plan->batch.wanted, plan->batch.count,
                                      plan->batch.found, plan->batch.statuses, plan->batch.errors,
                                      err);
    }
    return content_by_digest(content, plan->batch.wanted, plan->batch.count, plan->batch.found,
                             plan->batch.statuses, plan->batch.errors, err);
}

/* The config that a fetched manifest names, if the manifest is the one of the index. */
static bool find_config(const struct content *content, const struct plan *plan, size_t index,
                        struct oci_descriptor *out)
{
    const struct oci_index_entry *entry = &content->document.entries[plan->batch.index_of[index]];
    struct slice bytes = buf_slice(&plan->batch.found[index].bytes);
    const char *said[] = { plan->batch.found[index].media_type };
    struct oci_document manifest;
    struct digest actual;
    const char *media_type = NULL;
    struct slice kept;
    if (plan->batch.statuses[index] != ASSAY_OK || !is_asked(content, entry) ||
        digest_compute(entry->descriptor.digest.alg, bytes, &actual, NULL) != ASSAY_OK ||
        !digest_equal(&actual, &entry->descriptor.digest) ||
        oci_document_parse(bytes, said, ARRAY_LEN(said), &manifest, NULL) != ASSAY_OK) {
        return false;
    }
    *out = manifest.config;
    out->media_text = "";
    bool wanted = !manifest.is_index && out->size <= LIMIT_CONFIG_BYTES &&
                  !content_cache_find(content->job->cache, &out->digest, &kept, &media_type);
    oci_document_clear(&manifest);
    return wanted;
}

/* The configs of all platforms go out together, where they are in a registry. */
static enum assay_status prefetch(struct content *content, const struct plan *plan,
                                  struct assay_error *err)
{
    const struct job *job = content->job;
    if (!content->with_config || job->source->is_local || job->documents != NULL ||
        job->cache == NULL || job->net == NULL || plan->batch.count < 2) {
        return ASSAY_OK;
    }
    AUTO_MEM struct oci_descriptor *wanted = mem_alloc(plan->batch.count, sizeof(*wanted));
    AUTO_MEM enum assay_status *statuses = mem_alloc(plan->batch.count, sizeof(*statuses));
    if (wanted == NULL || statuses == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    for (size_t i = 0; i < plan->batch.count; i++) {
        statuses[i] = find_config(content, plan, i, &wanted[i]) ? ASSAY_MANIFEST_MISSING : ASSAY_OK;
    }
    return content_prefetch_configs(content, wanted, statuses, plan->batch.count, err);
}

enum assay_status content_judge_index(struct content *content, struct assay_error *err)
{
    CLEANUP(plan_clear) struct plan plan = { .judged = 0 };
    TRY(make_plan(content, &plan, err));
    TRY(fetch_planned(content, &plan, err));
    TRY(prefetch(content, &plan, err));
    for (size_t i = 0; i < plan.batch.count; i++) {
        TRY(judge_planned(content, &plan, i, err));
    }
    return conclude(content, &plan, err);
}

static enum assay_status check_config(struct content *content, struct assay_error *err)
{
    const struct source *source = content->job->source;
    char have[DIGEST_TEXT_BYTES];
    char want[DIGEST_TEXT_BYTES];
    if (is_present(content, &content->document)) {
        return ASSAY_OK;
    }
    digest_format(&source->image_config, have);
    digest_format(&content->document.config.digest, want);
    trace_add(content->trace, RULE_CONFIG_DIGEST, false, "the image config",
              "hashed %s, expected %s", have, want);
    return FAIL(err, ASSAY_DIGEST_MISMATCH,
                "the image has the config %s, the signed manifest names %s", have, want);
}

enum assay_status content_judge_single(struct content *content, struct assay_error *err)
{
    struct oci_descriptor self = { .digest = content->claim->target.sha256,
                                   .size = content->claim->target.length };
    char platform[PLATFORM_TEXT_BYTES] = "";
    TRY(check_config(content, err));
    if (content->with_config || !content->session->platform.all) {
        TRY(content_judge_image(content, &content->document, NULL, platform, err));
    }
    return add_platform(content, platform, &self, VERDICT_PLATFORM_JUDGED, err);
}
