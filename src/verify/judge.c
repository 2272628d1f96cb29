/* SPDX-License-Identifier: Apache-2.0 */
/* One image: from what was asked to a verdict. */
#include "base/mem.h"
#include "base/text.h"
#include "verify/session_internal.h"

#include <stdio.h>

/* The rule that a failure breaks where the failing check has not written it down itself. */
static enum rule rule_of(enum assay_status status)
{
    static const struct {
        enum assay_status status;
        enum rule rule;
    } rules[] = {
        { ASSAY_PIN_MISMATCH, RULE_PIN },
        { ASSAY_NO_ROOT_PINNED, RULE_PIN },
        { ASSAY_ROOT_LIMIT, RULE_ROOT_CHAIN },
        { ASSAY_ROOT_CHAIN_MISSING, RULE_ROOT_CHAIN },
        { ASSAY_METADATA_MISSING, RULE_META_HASH },
        { ASSAY_ROLE_MISSING, RULE_META_HASH },
        { ASSAY_DIGEST_MISMATCH, RULE_TARGET },
        { ASSAY_PIN_STALE, RULE_TARGET },
        { ASSAY_SIZE_MISMATCH, RULE_MANIFEST_DIGEST },
        { ASSAY_COMPRESSION, RULE_LAYER_DIFF_ID },
        { ASSAY_BOMB, RULE_LAYER_DIFF_ID },
        { ASSAY_CLOCK, RULE_EXPIRY },
    };
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        if (rules[i].status == status) {
            return rules[i].rule;
        }
    }
    enum assay_class class = assay_status_class(status);
    return class == ASSAY_CLASS_REJECTED    ? RULE_FORM
           : class == ASSAY_CLASS_UNSIGNED  ? RULE_TARGET
           : class == ASSAY_CLASS_UNDECIDED ? RULE_AT_HAND
                                            : RULE_COUNT; /* says nothing of the image */
}

void job_note_failure(struct job *job, enum rule rule, const char *subject,
                      const struct assay_error *err)
{
    struct trace *trace = &job->verdict->trace;
    for (size_t i = 0; i < trace->count; i++) {
        if (!trace->checks[i].ok) {
            return;
        }
    }
    trace_add(trace, rule, false, subject, "%s: %s", assay_status_id(err->status), err->message);
}

void job_fail(struct job *job, const struct assay_error *err)
{
    enum rule rule = rule_of(err->status);
    job->verdict->error = *err;
    job->passed = false;
    if (rule != RULE_COUNT) {
        job_note_failure(job, rule, job->verdict->reference, err);
    }
}

/* A local source is judged as --as says, or as it calls itself by a full name. */
static enum assay_status local_reference(const struct assay_session *session, struct job *job,
                                         struct assay_error *err)
{
    const char *as = session->options.as;
    if (as != NULL) {
        return oci_reference_parse(as, &job->reference, err);
    }
    if (job->source->claimed_name == NULL) {
        return error_remedy(
            err,
            FAIL(err, ASSAY_USAGE, "%s does not say its full name: name it by --as", job->asked),
            "Add --as [REGISTRY[:PORT]/]NAME:TAG.");
    }
    TRY(oci_reference_parse(job->source->claimed_name, &job->reference, err));
    if (job->source->is_engine) {
        return ASSAY_OK; /* it was asked for by that name */
    }
    return verdict_note(job->verdict, err, "judged as %s, the name that the source claims",
                        job->reference.text);
}

/* The source, unless it was given, and the bundle's documents beside it. */
static enum assay_status open_source(struct assay_session *session, struct net_session *net,
                                     const struct source_transport *transport, const char *locator,
                                     struct job *job, struct assay_error *err)
{
    if (job->source == NULL) {
        struct source_context context = source_context_of(session, net);
        TRY(transport->open(locator, &context, &job->source, err));
    }
    job->verdict->is_engine = job->source->is_engine;
    return session->bundle == NULL ? ASSAY_OK
                                   : bundle_source_new(session->bundle, &job->documents, err);
}

static enum assay_status registry_reference(const char *locator, struct job *job,
                                            struct assay_error *err)
{
    enum assay_status status = oci_reference_parse(locator, &job->reference, err);
    bool is_path = locator[0] == '.' || locator[0] == '/';
    return status == ASSAY_REFERENCE && is_path
               ? error_remedy(err, status,
                              "A saved image is docker-archive:FILE, oci-archive:FILE, oci:DIR or "
                              "dir:DIR.")
               : status;
}

static enum assay_status prepare(struct assay_session *session, struct net_session *net,
                                 struct job *job, struct assay_error *err)
{
    const char *locator = NULL;
    const struct source_transport *transport = source_transport_find(job->asked, &locator);
    if (!transport->is_local) {
        if (session->options.as != NULL) {
            return FAIL(err, ASSAY_USAGE, "--as names a local source, %s is none", job->asked);
        }
        TRY(registry_reference(locator, job, err));
    }
    TRY(open_source(session, net, transport, locator, job, err));
    if (transport->is_local) {
        TRY(local_reference(session, job, err));
    }
    TRY(mem_set_string(&job->verdict->reference, job->reference.text, err));
    TRY(mem_set_string(&job->verdict->name, job->reference.name, err));
    return mem_set_string(&job->verdict->tag, job->reference.tag == NULL ? "" : job->reference.tag,
                          err);
}

void job_prepare(struct assay_session *session, struct net_session *net, struct job *job)
{
    const struct assay_options *options = &session->options;
    struct assay_error err = ERROR_INIT;
    job->net = net;
    job->verdict->stateless = options->stateless != 0;
    job->verdict->has_at = options->has_at != 0;
    job->verdict->at_unix_s = options->at_unix_s;
    job->verdict->offline = net == NULL; /* --offline, or a local image with its evidence */
    if (prepare(session, net, job, &err) != ASSAY_OK) {
        job_fail(job, &err);
        return;
    }
    job->ready = true;
}

void job_clear(struct job *job)
{
    if (!job->source_is_borrowed) {
        source_free(job->source);
    }
    source_free(job->documents);
    oci_reference_clear(&job->reference);
    job->source = NULL;
    job->documents = NULL;
}

/* ---- which entry is signed for it ---- */

static enum assay_status find_claim(struct trust_repo *repo, struct job *job,
                                    struct trust_claim *claim, struct assay_error *err)
{
    const struct oci_reference *reference = &job->reference;
    struct trace *trace = &job->verdict->trace;
    if (reference->tag == NULL) {
        TRY(trust_repo_find_digest(repo, &reference->digest, claim, trace, err));
        char tag[LIMIT_TAG_BYTES * 4];
        text_sanitise(claim->target.name, tag, sizeof(tag));
        return mem_set_string(&job->verdict->tag, tag, err);
    }
    TRY(trust_repo_find_tag(repo, reference->tag, claim, trace, err));
    if (reference->digest.alg == DIGEST_NONE ||
        tuf_target_has_digest(&claim->target, &reference->digest)) {
        return ASSAY_OK;
    }
    char asked[DIGEST_TEXT_BYTES];
    char is_signed[DIGEST_TEXT_BYTES];
    digest_format(&reference->digest, asked);
    digest_format(&claim->target.sha256, is_signed);
    bool was = trust_repo_was_seen(repo, reference->tag, &reference->digest);
    return FAIL(err, was ? ASSAY_PIN_STALE : ASSAY_DIGEST_MISMATCH,
                "the tag %s is signed for %s, not for %s", reference->tag, is_signed, asked);
}

/* ---- what the verdict says about it ---- */

static enum assay_status add_signers(struct assay_verdict *verdict,
                                     const struct tuf_role_view *view, struct assay_error *err)
{
    for (size_t i = 0; i < view->key_count; i++) {
        if (!view->keys[i].signed_it) {
            continue;
        }
        struct verdict_signer *more =
            mem_resize(verdict->signers, verdict->signer_count + 1, sizeof(*more));
        if (more == NULL) {
            return FAIL_NO_MEMORY(err);
        }
        verdict->signers = more;
        struct verdict_signer *signer = &more[verdict->signer_count];
        *signer = (struct verdict_signer){ .role = mem_copy_string(view->name) };
        if (signer->role == NULL) {
            return FAIL_NO_MEMORY(err);
        }
        verdict->signer_count++;
        (void)snprintf(signer->key_id, sizeof(signer->key_id), "%s", view->keys[i].id);
        (void)snprintf(signer->canonical_id, sizeof(signer->canonical_id), "%s",
                       view->keys[i].canonical_id);
    }
    return ASSAY_OK;
}

static enum assay_status keep_earlier(int64_t *earliest_unix_s, char **role,
                                      const struct tuf_role_view *view, struct assay_error *err)
{
    if (*earliest_unix_s != 0 && view->expires_unix_s >= *earliest_unix_s) {
        return ASSAY_OK;
    }
    *earliest_unix_s = view->expires_unix_s;
    return mem_set_string(role, view->name, err);
}

static enum assay_status describe_expiry(struct assay_verdict *verdict,
                                         const struct tuf_role_view *view, struct assay_error *err)
{
    TRY(keep_earlier(&verdict->expires_unix_s, &verdict->expires_role, view, err));
    if (strcmp(view->name, "timestamp") == 0) {
        verdict->timestamp_expires_unix_s = view->expires_unix_s;
        return ASSAY_OK;
    }
    return keep_earlier(&verdict->lasting_expires_unix_s, &verdict->lasting_role, view, err);
}

/* The roles that the claim rests on: the four, and the delegation that answered or was passed. */
static enum assay_status describe_roles(struct assay_verdict *verdict,
                                        const struct tuf_trusted *trusted, const char *role,
                                        struct assay_error *err)
{
    struct tuf_role_view view;
    for (size_t i = 0; tuf_trusted_role_at(trusted, i, &view); i++) {
        struct slice name = slice_from_string(view.name);
        if (!view.loaded) {
            continue;
        }
        if (i < 4 || slice_is(name, ROLE_RELEASES)) {
            TRY(describe_expiry(verdict, &view, err));
        }
        if (slice_is(name, role)) {
            verdict->threshold = view.threshold;
            TRY(add_signers(verdict, &view, err));
        }
    }
    return ASSAY_OK;
}

static enum assay_status describe(const struct trust_repo *repo, struct job *job,
                                  const struct trust_claim *claim, struct assay_error *err)
{
    struct assay_verdict *verdict = job->verdict;
    digest_format(&claim->target.sha256, verdict->digest);
    verdict->size = claim->target.length;
    TRY(mem_set_string(&verdict->role, claim->role, err));
    return describe_roles(verdict, trust_repo_trusted(repo), claim->role, err);
}

/* ---- an index that holds the digest ---- */

/* Helps who gave the digest of one platform: names the signed index that has it. Only a hint in
 * the message; what cannot be had is passed over. */
static void name_index(struct trust_repo *repo, struct job *job, struct assay_error *err)
{
    struct oci_descriptor wanted[LIMIT_INDEX_HINTS];
    enum assay_status statuses[LIMIT_INDEX_HINTS];
    struct slice tags[LIMIT_INDEX_HINTS];
    size_t count = trust_repo_signed_digests(repo, wanted, tags, LIMIT_INDEX_HINTS);
    AUTO_MEM struct source_manifest *fetched = mem_alloc(LIMIT_INDEX_HINTS, sizeof(*fetched));
    AUTO_MEM struct assay_error *errors = mem_alloc(LIMIT_INDEX_HINTS, sizeof(*errors));
    struct assay_error ignored = ERROR_INIT;
    if (count == 0 || fetched == NULL || errors == NULL ||
        job->source->ops->by_digest(job->source, wanted, count, fetched, statuses, errors,
                                    &ignored) != ASSAY_OK) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const char *said[] = { fetched[i].media_type };
        struct digest actual;
        struct oci_document document;
        if (statuses[i] != ASSAY_OK ||
            digest_compute(DIGEST_SHA256, buf_slice(&fetched[i].bytes), &actual, &ignored) !=
                ASSAY_OK ||
            !digest_equal(&actual, &wanted[i].digest) ||
            oci_document_parse(buf_slice(&fetched[i].bytes), said, 1, &document, &ignored) !=
                ASSAY_OK) {
            continue;
        }
        for (size_t e = 0; e < document.entry_count; e++) {
            if (digest_equal(&document.entries[e].descriptor.digest, &job->reference.digest)) {
                char index[DIGEST_TEXT_BYTES];
                digest_format(&wanted[i].digest, index);
                (void)error_remedy(err, err->status,
                                   "It is one platform of the index %s, signed for the tag %.*s: "
                                   "use that digest and choose the platform when you run it.",
                                   index, SLICE_ARGS(tags[i]));
            }
        }
        oci_document_clear(&document);
    }
    for (size_t i = 0; i < count; i++) {
        source_manifest_clear(&fetched[i]);
    }
}

/* ---- the whole ---- */

static enum assay_status judge(struct assay_session *session, struct trust_repo *repo,
                               struct job *job, struct assay_error *err)
{
    struct trust_claim claim;
    enum assay_status status = find_claim(repo, job, &claim, err);
    if (status == ASSAY_DIGEST_NOT_SIGNED && !job->source->is_local) {
        name_index(repo, job, err);
    }
    TRY(status);
    TRY(describe(repo, job, &claim, err));
    TRY(content_judge(session, job, &claim, err));
    return trust_repo_mark_seen(repo, job->verdict->tag, &claim.target.sha256, err);
}

void job_judge(struct assay_session *session, struct trust_repo *repo, struct job *job)
{
    struct assay_error err = ERROR_INIT;
    if (judge(session, repo, job, &err) != ASSAY_OK) {
        job_fail(job, &err);
        return;
    }
    job->passed = true;
}
