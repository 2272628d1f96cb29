/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
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

/* ---- answers ---- */

/* The header must tell the truth about the bytes that came with it, whoever altered either. */
static enum assay_status check_header_digest(const struct net_response *response,
                                             struct assay_error *err)
{
    const char *said = response->docker_content_digest;
    struct digest claimed;
    struct digest actual;

    if (said[0] == '\0') {
        return ASSAY_OK;
    }
    if (digest_parse(slice_from_string(said), &claimed, NULL) == ASSAY_OK) {
        TRY(digest_compute(claimed.alg, buf_slice(&response->body), &actual, err));
        if (digest_equal(&claimed, &actual)) {
            return ASSAY_OK;
        }
    }
    return FAIL(err, ASSAY_DIGEST_MISMATCH,
                "the registry's Docker-Content-Digest '%s' is not the digest of what it sent",
                said);
}

static enum assay_status check_transfer(const struct net_response *response,
                                        enum assay_status missing, struct assay_error *err)
{
    if (response->status != ASSAY_OK) {
        if (err != NULL) {
            *err = response->error;
        }
        return response->status;
    }
    if (response->http_status == 404) {
        return FAIL(err, missing, "the registry does not have it (HTTP 404)");
    }
    if (response->http_status != 200) {
        return FAIL(err, ASSAY_HTTP_STATUS, "the registry answered with HTTP %d",
                    response->http_status);
    }
    return ASSAY_OK;
}

/* Takes the body. */
static enum assay_status take_manifest(struct net_response *response, enum assay_status missing,
                                       struct source_manifest *out, struct assay_error *err)
{
    TRY(check_transfer(response, missing, err));
    /* Said here, so that a schema 1 manifest is called that: its digest covers not all its bytes.
     */
    enum oci_media media = oci_media_parse(response->content_type);
    if (response->content_type[0] != '\0' && !oci_media_is_index(media) &&
        !oci_media_is_manifest(media)) {
        return FAIL(err, ASSAY_MEDIA_TYPE,
                    "the registry sent '%s' instead of an image manifest or index",
                    response->content_type);
    }
    TRY(check_header_digest(response, err));
    buf_move(&out->bytes, &response->body);
    memcpy(out->media_type, response->content_type, sizeof(out->media_type));
    struct slice claimed = slice_first(slice_from_string(response->docker_content_digest),
                                       sizeof(out->claimed_digest) - 1);
    memcpy(out->claimed_digest, claimed.ptr, claimed.len);
    return ASSAY_OK;
}

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
    enum assay_status status = take_manifest(&registry->answer, ASSAY_NOT_FOUND, out, err);
    net_response_clear(&registry->answer);
    if (status != ASSAY_OK) {
        return error_context(err, status, "manifest of %s", registry->reference.text);
    }
    return ASSAY_OK;
}

/* ---- by digest ---- */

/* What a descriptor promises bounds what is read. */
static size_t bound_of(const struct oci_descriptor *wanted, uint64_t limit)
{
    return (size_t)(wanted->size != 0 && wanted->size < limit ? wanted->size : limit);
}

/* More than the descriptor's size is a wrong size, not a question of limits. */
static enum assay_status check_excess(const struct net_response *response,
                                      const struct oci_descriptor *wanted, uint64_t limit,
                                      struct assay_error *err)
{
    if (response->status == ASSAY_TOO_LARGE && bound_of(wanted, limit) == wanted->size) {
        return FAIL(err, ASSAY_SIZE_MISMATCH,
                    "the registry sent more than the %llu bytes of the descriptor",
                    (unsigned long long)wanted->size);
    }
    return ASSAY_OK;
}

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

static enum assay_status judge_manifest(struct net_response *response,
                                        const struct oci_descriptor *wanted,
                                        struct source_manifest *out, struct assay_error *err)
{
    TRY(check_excess(response, wanted, LIMIT_MANIFEST_BYTES, err));
    return take_manifest(response, ASSAY_MANIFEST_MISSING, out, err);
}

static enum assay_status fetch_flight(struct registry *registry,
                                      const struct oci_descriptor *wanted, size_t count,
                                      struct source_manifest *out, enum assay_status *statuses,
                                      struct assay_error *errors, struct assay_error *err)
{
    CLEANUP(flight_free) struct flight *flight = mem_alloc(1, sizeof(*flight));
    char digest[DIGEST_TEXT_BYTES];

    if (flight == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    for (size_t i = 0; i < count; i++) {
        digest_format(&wanted[i].digest, digest);
        TRY(make_url(registry, "manifests", digest, &flight->urls[i], err));
        flight->gets[i] = get_of(registry, buf_text(&flight->urls[i]),
                                 bound_of(&wanted[i], LIMIT_MANIFEST_BYTES));
        flight->gets[i].accept = oci_accept_manifests;
    }
    TRY(net_session_get(registry->session, flight->gets, flight->responses, count, err));
    for (size_t i = 0; i < count; i++) {
        statuses[i] = judge_manifest(&flight->responses[i], &wanted[i], &out[i], &errors[i]);
        if (statuses[i] != ASSAY_OK) {
            digest_format(&wanted[i].digest, digest);
            (void)error_context(&errors[i], statuses[i], "manifest %s of %s", digest,
                                registry->reference.name);
        }
    }
    return ASSAY_OK;
}

static enum assay_status registry_by_digest(struct source *source,
                                            const struct oci_descriptor *wanted, size_t count,
                                            struct source_manifest *out,
                                            enum assay_status *statuses, struct assay_error *errors,
                                            struct assay_error *err)
{
    struct registry *registry = registry_of(source);

    for (size_t i = 0; i < count; i++) {
        out[i] = (struct source_manifest){ 0 };
        statuses[i] = ASSAY_INTERNAL;
        error_clear(&errors[i]);
    }
    TRY(need_session(registry, err));
    for (size_t done = 0; done < count;) {
        size_t part = count - done < LIMIT_FLIGHT ? count - done : LIMIT_FLIGHT;
        TRY(fetch_flight(registry, wanted + done, part, out + done, statuses + done, errors + done,
                         err));
        done += part;
    }
    return ASSAY_OK;
}

/* ---- blobs ---- */

static enum assay_status registry_blob(struct source *source, const struct oci_descriptor *wanted,
                                       enum assay_status (*sink)(void *ctx, struct slice bytes,
                                                                 struct assay_error *err),
                                       void *ctx, struct assay_error *err)
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
    struct net_get get = get_of(registry, buf_text(&url), bound_of(wanted, LIMIT_BLOB_BYTES));
    get.sink = sink;
    get.sink_ctx = ctx;

    enum assay_status status = net_session_get(registry->session, &get, &response, 1, err);
    if (status == ASSAY_OK) {
        status = check_excess(&response, wanted, LIMIT_BLOB_BYTES, err);
    }
    if (status == ASSAY_OK) {
        status = check_transfer(&response, ASSAY_MANIFEST_MISSING, err);
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
