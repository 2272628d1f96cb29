/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "source/registry_answers.h"
#include "source/transports.h"

struct registry {
    struct source base;
    struct net_session *session; /* borrowed; NULL offline */
    const struct assay_env *env; /* borrowed */
    struct oci_reference reference;
    struct buf url;   /* of the named manifest */
    struct buf scope; /* of the token: "repository:NAME:pull" */
    bool has_answer;
    struct net_response answer; /* to source_registry_request */
};

static const struct source_ops REGISTRY_OPS;

static struct registry *registry_of(struct source *source)
{
    return (struct registry *)source;
}

/* ---- requests ---- */

/* Docker Hub answers under another name than the one in its references. */
static const char *host_of(const struct oci_reference *reference)
{
    return strcmp(reference->registry, "docker.io") == 0 ? "registry-1.docker.io"
                                                         : reference->registry;
}

static enum assay_status make_url(const struct registry *registry, const char *kind,
                                  const char *what, struct buf *out, struct assay_error *err)
{
    *out = (struct buf)BUF_INIT(LIMIT_URL_BYTES);
    return buf_printf(out, err, "https://%s/v2/%s/%s/%s", host_of(&registry->reference),
                      registry->reference.repository, kind, what);
}

static struct net_get get_of(const struct registry *registry, const char *url, size_t max_bytes)
{
    return (struct net_get){
        .server = NET_REGISTRY,
        .url = url,
        .registry = registry->reference.registry,
        .repository = registry->reference.repository,
        .scope = buf_text(&registry->scope),
        .max_bytes = max_bytes,
        .follow = true,
    };
}

static enum assay_status need_session(const struct registry *registry, struct assay_error *err)
{
    if (registry->session == NULL) {
        return FAIL(err, ASSAY_OFFLINE, "the manifest of %s is in a registry",
                    registry->reference.text);
    }
    return ASSAY_OK;
}

enum assay_status source_registry_request(struct source *source, struct net_get *out,
                                          struct assay_error *err)
{
    struct registry *registry = registry_of(source);

    TRY(need_session(registry, err));
    *out = get_of(registry, buf_text(&registry->url), LIMIT_MANIFEST_BYTES);
    out->accept = oci_accept_manifests;
    return ASSAY_OK;
}

void source_registry_answer(struct source *source, struct net_response *response)
{
    struct registry *registry = registry_of(source);

    net_response_clear(&registry->answer);
    registry->answer = *response;
    registry->has_answer = true;
    *response = (struct net_response){ 0 };
}

/* ---- by name ---- */

static enum assay_status registry_named(struct source *source, struct source_manifest *out,
                                        struct assay_error *err)
{
    struct registry *registry = registry_of(source);
    struct net_get get;

    *out = (struct source_manifest){ 0 };
    if (!registry->has_answer) {
        TRY(source_registry_request(source, &get, err));
        net_response_clear(&registry->answer);
        TRY(net_session_get(registry->session, &get, &registry->answer, 1, err));
    }
    registry->has_answer = false;
    enum assay_status status = answer_take_manifest(&registry->answer, ASSAY_NOT_FOUND, out, err);
    net_response_clear(&registry->answer);
    if (status != ASSAY_OK) {
        return error_context(err, status, "manifest of %s", registry->reference.text);
    }
    return ASSAY_OK;
}

/* ---- by digest ---- */

/* One flight of at most LIMIT_FLIGHT requests. */
struct flight {
    struct buf urls[LIMIT_FLIGHT];
    struct net_get gets[LIMIT_FLIGHT];
    struct net_response responses[LIMIT_FLIGHT];
};

static void flight_free(struct flight **flight)
{
    if (*flight == NULL) {
        return;
    }
    for (size_t i = 0; i < LIMIT_FLIGHT; i++) {
        buf_clear(&(*flight)->urls[i]);
        net_response_clear(&(*flight)->responses[i]);
    }
    mem_free(*flight);
}

/* Of what is asked for by digest. */
struct document_kind {
    const char *path;
    uint64_t limit;
    const char *accept;
};
static const struct document_kind MANIFESTS = { "manifests", LIMIT_MANIFEST_BYTES,
                                                oci_accept_manifests };
static const struct document_kind CONFIGS = { "blobs", LIMIT_CONFIG_BYTES, NULL };

/* Documents that are asked for, and what came of each. */
struct batch {
    const struct document_kind *kind;
    const struct oci_descriptor *wanted;
    size_t count;
    struct source_manifest *out;
    enum assay_status *statuses;
    struct assay_error *errors;
};

static enum assay_status judge_document(const struct document_kind *kind,
                                        struct net_response *response,
                                        const struct oci_descriptor *wanted,
                                        struct source_manifest *out, struct assay_error *err)
{
    TRY(answer_excess(response, wanted, kind->limit, err));
    if (kind == &MANIFESTS) {
        return answer_take_manifest(response, ASSAY_MANIFEST_MISSING, out, err);
    }
    TRY(answer_transfer(response, ASSAY_MANIFEST_MISSING, err));
    buf_move(&out->bytes, &response->body);
    return ASSAY_OK;
}

/* Those from first on, as many as fit. */
static enum assay_status fetch_flight(struct registry *registry, const struct batch *batch,
                                      size_t first, struct assay_error *err)
{
    CLEANUP(flight_free) struct flight *flight = mem_alloc(1, sizeof(*flight));
    const struct document_kind *kind = batch->kind;
    const struct oci_descriptor *wanted = batch->wanted + first;
    size_t count = batch->count - first < LIMIT_FLIGHT ? batch->count - first : LIMIT_FLIGHT;
    char digest[DIGEST_TEXT_BYTES];

    if (flight == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    for (size_t i = 0; i < count; i++) {
        digest_format(&wanted[i].digest, digest);
        TRY(make_url(registry, kind->path, digest, &flight->urls[i], err));
        flight->gets[i] =
            get_of(registry, buf_text(&flight->urls[i]), answer_bound_of(&wanted[i], kind->limit));
        flight->gets[i].accept = kind->accept;
    }
    TRY(net_session_get(registry->session, flight->gets, flight->responses, count, err));
    for (size_t i = 0; i < count; i++) {
        struct assay_error *error = &batch->errors[first + i];
        enum assay_status status =
            judge_document(kind, &flight->responses[i], &wanted[i], &batch->out[first + i], error);
        batch->statuses[first + i] = status;
        if (status != ASSAY_OK) {
            digest_format(&wanted[i].digest, digest);
            (void)error_context(error, status, "%s %s of %s",
                                kind == &MANIFESTS ? "manifest" : "config", digest,
                                registry->reference.name);
        }
    }
    return ASSAY_OK;
}

static enum assay_status fetch_batch(struct registry *registry, const struct batch *batch,
                                     struct assay_error *err)
{
    for (size_t i = 0; i < batch->count; i++) {
        batch->out[i] = (struct source_manifest){ 0 };
        batch->statuses[i] = ASSAY_INTERNAL;
        error_clear(&batch->errors[i]);
    }
    TRY(need_session(registry, err));
    for (size_t first = 0; first < batch->count; first += LIMIT_FLIGHT) {
        TRY(fetch_flight(registry, batch, first, err));
    }
    return ASSAY_OK;
}

static enum assay_status registry_by_digest(struct source *source,
                                            const struct oci_descriptor *wanted, size_t count,
                                            struct source_manifest *out,
                                            enum assay_status *statuses, struct assay_error *errors,
                                            struct assay_error *err)
{
    struct batch batch = { &MANIFESTS, wanted, count, out, NULL, errors };
    batch.statuses = statuses;
    return fetch_batch(registry_of(source), &batch, err);
}

enum assay_status source_registry_configs(struct source *source,
                                          const struct oci_descriptor *wanted, size_t count,
                                          struct source_manifest *out, enum assay_status *statuses,
                                          struct assay_error *errors, struct assay_error *err)
{
    struct batch batch = { &CONFIGS, wanted, count, out, NULL, errors };
    batch.statuses = statuses;
    return fetch_batch(registry_of(source), &batch, err);
}

/* ---- blobs ---- */

static enum assay_status registry_blob(struct source *source, const struct oci_descriptor *wanted,
                                       sink_fn *sink, void *ctx, struct assay_error *err)
{
    struct registry *registry = registry_of(source);
    AUTO_BUF url = BUF_INIT(LIMIT_URL_BYTES);
    char digest[DIGEST_TEXT_BYTES];
    struct net_response response = { 0 };

    TRY(need_session(registry, err));
    digest_format(&wanted->digest, digest);
    if (wanted->size > LIMIT_BLOB_BYTES) {
        return FAIL(err, ASSAY_TOO_LARGE, "blob %s has %llu bytes, the limit is %lu", digest,
                    (unsigned long long)wanted->size, LIMIT_BLOB_BYTES);
    }
    TRY(make_url(registry, "blobs", digest, &url, err));
    struct net_get get =
        get_of(registry, buf_text(&url), answer_bound_of(wanted, LIMIT_BLOB_BYTES));
    get.sink = sink;
    get.sink_ctx = ctx;

    enum assay_status status = net_session_get(registry->session, &get, &response, 1, err);
    if (status == ASSAY_OK) {
        status = answer_excess(&response, wanted, LIMIT_BLOB_BYTES, err);
    }
    if (status == ASSAY_OK) {
        status = answer_transfer(&response, ASSAY_MANIFEST_MISSING, err);
    }
    net_response_clear(&response);
    if (status != ASSAY_OK) {
        return error_context(err, status, "blob %s of %s", digest, registry->reference.name);
    }
    return ASSAY_OK;
}

static enum assay_status registry_layers(struct source *source, const struct oci_descriptor *wanted,
                                         const struct digest *diff_ids, size_t count,
                                         struct measured *out, struct assay_error *err)
{
    return source_measure_blobs(source, registry_of(source)->env, wanted, diff_ids, count, out,
                                err);
}

/* ---- life ---- */

static void registry_free(struct source *source)
{
    struct registry *registry = registry_of(source);

    oci_reference_clear(&registry->reference);
    buf_clear(&registry->url);
    buf_clear(&registry->scope);
    net_response_clear(&registry->answer);
    mem_free(registry);
}

static const struct source_ops REGISTRY_OPS = {
    .named = registry_named,
    .by_digest = registry_by_digest,
    .blob = registry_blob,
    .layers = registry_layers,
    .free = registry_free,
};

static enum assay_status fill(struct registry *registry, const char *locator,
                              struct assay_error *err)
{
    struct oci_reference *reference = &registry->reference;
    char digest[DIGEST_TEXT_BYTES];
    const char *what = digest;

    TRY(oci_reference_parse(locator, reference, err));
    if (reference->tag != NULL) {
        what = reference->tag;
    } else {
        digest_format(&reference->digest, digest);
    }
    TRY(make_url(registry, "manifests", what, &registry->url, err));
    registry->scope = (struct buf)BUF_INIT(LIMIT_URL_BYTES);
    return buf_printf(&registry->scope, err, "repository:%s:pull", reference->repository);
}

enum assay_status source_registry_open(const char *locator, const struct source_context *context,
                                       struct source **out, struct assay_error *err)
{
    struct registry *registry = mem_alloc(1, sizeof(*registry));

    *out = NULL;
    if (registry == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    registry->base.ops = &REGISTRY_OPS;
    registry->base.has_manifest = true;
    registry->session = context->net;
    registry->env = context->env;
    enum assay_status status = fill(registry, locator, err);
    if (status != ASSAY_OK) {
        source_free(&registry->base);
        return status;
    }
    *out = &registry->base;
    return ASSAY_OK;
}
