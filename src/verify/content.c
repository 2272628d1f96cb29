/* SPDX-License-Identifier: Apache-2.0 */
/* From the signed digest to the bytes: manifest or index, each platform's manifest, and, for local
 * sources and --layers, config and layers down to each diff_id. Everything is hashed here. */
#include "base/mem.h"
#include "verify/content_parts.h"

#include <inttypes.h>
#include <stdio.h>

enum assay_status content_note_size(struct content *content, enum rule rule, const char *subject,
                                    enum assay_status status, const struct assay_error *err)
{
    if (status == ASSAY_SIZE_MISMATCH) {
        job_note_failure(content->job, rule, subject, err);
    }
    return status;
}

enum assay_status content_check_bytes(struct content *content, enum rule rule, const char *subject,
                                      struct slice bytes, const struct digest *wanted,
                                      uint64_t wanted_size, struct assay_error *err)
{
    struct digest actual;
    char want[DIGEST_TEXT_BYTES];
    char have[DIGEST_TEXT_BYTES];
    TRY(digest_compute(wanted->alg, bytes, &actual, err));
    digest_format(wanted, want);
    digest_format(&actual, have);
    if (!digest_equal(&actual, wanted)) {
        trace_add(content->trace, rule, false, subject, "hashed %s, expected %s", have, want);
        return FAIL(err, ASSAY_DIGEST_MISMATCH, "%s has digest %s, expected %s", subject, have,
                    want);
    }
    if (bytes.len != wanted_size) {
        trace_add(content->trace, rule, false, subject, "%zu bytes, expected %" PRIu64, bytes.len,
                  wanted_size);
        return FAIL(err, ASSAY_SIZE_MISMATCH, "%s has %zu bytes, expected %" PRIu64, subject,
                    bytes.len, wanted_size);
    }
    trace_add(content->trace, rule, true, subject, "hashed %s, %zu bytes", have, bytes.len);
    if (content->session->collect == NULL) {
        return ASSAY_OK;
    }
    if (!content->job->source->is_local) { /* elsewhere layers are what one waits for */
        env_progress_advance(&content->session->env, bytes.len);
    }
    return bundle_writer_document(content->session->collect, bytes, err);
}

/* A directory that names one image and holds another's bytes under that name is not to be judged by
 * either: what is named must be what is there. */
static enum assay_status check_claimed(struct content *content, struct assay_error *err)
{
    struct digest claimed;
    struct digest actual;
    struct slice bytes = buf_slice(&content->signed_doc.bytes);
    if (content->signed_doc.claimed_digest[0] == '\0') {
        return ASSAY_OK;
    }
    TRY(digest_parse(slice_from_string(content->signed_doc.claimed_digest), &claimed, err));
    TRY(digest_compute(claimed.alg, bytes, &actual, err));
    if (!digest_equal(&actual, &claimed)) {
        char have[DIGEST_TEXT_BYTES];
        digest_format(&actual, have);
        trace_add(content->trace, RULE_MANIFEST_DIGEST, false, "the named manifest",
                  "hashed %s, named %s", have, content->signed_doc.claimed_digest);
        return FAIL(err, ASSAY_DIGEST_MISMATCH, "the named manifest has digest %s, expected %s",
                    have, content->signed_doc.claimed_digest);
    }
    return ASSAY_OK;
}

/* What the name leads to. A registry's tag may lead anywhere or nowhere after signing: that is
 * worth a note and decides nothing. A local image is what is judged, so its failure is the answer.
 */
static enum assay_status load_named(struct content *content, struct assay_error *err)
{
    struct source *source = content->job->source;
    struct assay_error reason = ERROR_INIT;
    enum assay_status status = source->ops->named(source, &content->signed_doc, &reason);
    if (status == ASSAY_OK && source->is_local) {
        status = check_claimed(content, &reason);
    }
    if (status == ASSAY_OK) {
        struct slice bytes = buf_slice(&content->signed_doc.bytes);
        TRY(digest_compute(DIGEST_SHA512, bytes, &content->named_sha512, err));
        return digest_compute(DIGEST_SHA256, bytes, &content->named, err);
    }
    source_manifest_clear(&content->signed_doc);
    bool is_gone = status == ASSAY_NOT_FOUND || status == ASSAY_MANIFEST_MISSING ||
                   assay_status_class(status) == ASSAY_CLASS_REJECTED;
    return is_gone && !source->is_local ? ASSAY_OK : error_pass(err, &reason);
}

static enum assay_status fail_not_at_hand(const struct content *content, struct assay_error *err)
{
    const struct source *source = content->job->source;
    const struct digest *own = source->has_manifest ? &content->named : &source->image_config;
    char image[DIGEST_TEXT_BYTES];
    char wanted[DIGEST_TEXT_BYTES];
    digest_format(own, image);
    digest_format(&content->claim->target.sha256, wanted);
    (void)FAIL(err, ASSAY_MANIFEST_MISSING,
               "the image %s %s; the signed manifest %s, which could %s, is not at hand",
               source->has_manifest ? "is" : "has the config", image, wanted,
               source->has_manifest ? "be an index that names it" : "lead to it");
    return error_remedy(err, ASSAY_MANIFEST_MISSING, "%s", content_missing_remedy);
}

/* By its digest, wherever it is. */
static enum assay_status load_signed(struct content *content, struct assay_error *err)
{
    const struct oci_descriptor wanted = { .media_text = "",
                                           .digest = content->claim->target.sha256,
                                           .size = content->claim->target.length };
    enum assay_status status = ASSAY_OK;
    struct assay_error reason = ERROR_INIT;
    source_manifest_clear(&content->signed_doc);
    TRY(content_by_digest(content, &wanted, 1, &content->signed_doc, &status, &reason, err));
    if (status == ASSAY_MANIFEST_MISSING && content->job->source->is_local) {
        return fail_not_at_hand(content, err);
    }
    return status == ASSAY_OK ? ASSAY_OK : error_pass(err, &reason);
}

/* The signed document's bytes: what the name led to if that is it, else by its digest. With a
 * bundle no registry is asked where a tag leads. */
static enum assay_status fetch_signed(struct content *content, struct assay_error *err)
{
    const struct job *job = content->job;
    if (!job->source->is_local && job->documents != NULL) {
        TRY(load_signed(content, err));
        content->named = content->claim->target.sha256;
        return ASSAY_OK;
    }
    if (job->source->has_manifest) {
        TRY(load_named(content, err));
    }
    return digest_equal(&content->named, &content->claim->target.sha256)
               ? ASSAY_OK
               : load_signed(content, err);
}

/* The tag was moved after signing, or removed: what counts is what was signed, but say so. */
static enum assay_status note_moved(struct content *content, struct assay_error *err)
{
    const struct oci_reference *reference = &content->job->reference;
    if (content->job->source->is_local || reference->digest.alg != DIGEST_NONE ||
        digest_equal(&content->named, &content->claim->target.sha256)) {
        return ASSAY_OK;
    }
    if (content->named.alg == DIGEST_NONE) {
        return verdict_note(content->job->verdict, err,
                            "the tag %s leads to no image in the registry any more; the signed "
                            "digest was verified",
                            reference->tag);
    }
    char text[DIGEST_TEXT_BYTES];
    digest_format(&content->named, text);
    return verdict_note(content->job->verdict, err,
                        "the tag %s now points elsewhere in the registry (%s); the signed digest "
                        "was verified",
                        reference->tag, text);
}

static bool is_named(const struct content *content, const struct digest *digest)
{
    return digest_equal(digest, &content->named) || digest_equal(digest, &content->named_sha512);
}

enum assay_status content_check_named(struct content *content, struct assay_error *err)
{
    const struct assay_verdict *verdict = content->job->verdict;
    if (!content->job->source->is_local || !content->job->source->has_manifest ||
        digest_equal(&content->named, &content->claim->target.sha256)) {
        return ASSAY_OK;
    }
    char text[DIGEST_TEXT_BYTES];
    digest_format(&content->named, text);
    for (size_t i = 0; i < verdict->platform_count; i++) {
        const struct verdict_platform *platform = &verdict->platforms[i];
        struct digest digest;
        if (platform->state == VERDICT_PLATFORM_JUDGED &&
            digest_parse(slice_from_string(platform->digest), &digest, NULL) == ASSAY_OK &&
            is_named(content, &digest)) {
            return ASSAY_OK;
        }
    }
    for (size_t i = 0; i < content->document.entry_count; i++) {
        const struct oci_index_entry *entry = &content->document.entries[i];
        if (!entry->is_attestation && is_named(content, &entry->descriptor.digest)) {
            return FAIL(err, ASSAY_PLATFORM_ABSENT,
                        "the image's manifest %s is of a platform that was not asked for", text);
        }
    }
    trace_add(content->trace, RULE_MANIFEST_DIGEST, false, text,
              "neither the signed digest nor an image of the signed index");
    return error_remedy(
        err,
        FAIL(err, ASSAY_DIGEST_MISMATCH,
             "the image's manifest %s is neither the signed one nor an image of the signed index",
             text),
        "Do not run this image; pull it again by the signed digest. If it was saved in a form that "
        "makes a manifest of its own, save it in one of assay-verify(1).");
}

static enum assay_status judge_signed(struct content *content, struct assay_error *err)
{
    struct assay_verdict *verdict = content->job->verdict;
    struct slice bytes = buf_slice(&content->signed_doc.bytes);
    TRY(content_check_bytes(content, RULE_MANIFEST_DIGEST, "the signed manifest", bytes,
                            &content->claim->target.sha256, content->claim->target.length, err));
    content_cache_add(content->job->cache, &content->claim->target.sha256, bytes,
                      content->signed_doc.media_type);
    if (content->claim->target.sha512.alg != DIGEST_NONE) {
        TRY(content_check_bytes(content, RULE_MANIFEST_DIGEST, "the signed manifest (sha512)",
                                bytes, &content->claim->target.sha512,
                                content->claim->target.length, err));
    }
    const char *said[] = { content->signed_doc.media_type };
    TRY_IN(oci_document_parse(bytes, said, ARRAY_LEN(said), &content->document, err), err,
           "the signed manifest");
    const char *media = content->signed_doc.media_type;
    TRY(mem_set_string(&verdict->media_type,
                       media[0] == '\0' ? oci_media_text(content->document.media) : media, err));
    return note_moved(content, err);
}

static void content_clear(struct content *content)
{
    source_manifest_clear(&content->signed_doc);
    oci_document_clear(&content->document);
    source_free(content->registry);
}

enum assay_status content_judge(struct assay_session *session, struct job *job,
                                const struct trust_claim *claim, struct assay_error *err)
{
    CLEANUP(content_clear)
    struct content content = {
        .session = session, .job = job, .claim = claim, .trace = &job->verdict->trace
    };
    content.deep = job->source->is_local || session->options.layers != 0;
    content.with_config =
        content.deep || session->collect != NULL || session->bundle_alone || session->keep_configs;
    TRY(fetch_signed(&content, err));
    TRY(judge_signed(&content, err));
    if (content.document.is_index) {
        TRY(content_judge_index(&content, err));
    } else {
        TRY(content_check_named(&content, err)); /* nothing else can be right then */
        TRY(content_judge_single(&content, err));
    }
    return content_check_named(&content, err);
}
