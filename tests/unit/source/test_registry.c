/* SPDX-License-Identifier: Apache-2.0 */
/* The registry transport against a scripted network: which requests go out, and what is made of the
 * answers. */
#include "source/source.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(registry, .timeout = 60);

#define OCI_INDEX    "application/vnd.oci.image.index.v1+json"
#define OCI_MANIFEST "application/vnd.oci.image.manifest.v1+json"

#define BODY        "{\"schemaVersion\":2}"
#define BODY_DIGEST "sha256:5aef6c79c8f1d01f90fd67d6b2e5a4e4c5b8b9cce0b8b8a7b2ffb7e3dfa2e9c0"

/* ---- a network of prepared answers ---- */

struct answer {
    const char *url;
    int http_status;
    enum assay_status status; /* of the transfer */
    const char *content_type;
    const char *digest;
    const char *body; /* a text, unless it is the script's binary */
};

#define MAX_SEEN 80

struct script {
    struct net_fetcher base;
    const struct answer *answers;
    size_t answer_count;
    size_t seen_count;
    char seen[MAX_SEEN][256];
    char accept[256]; /* of the last request */
    size_t max_bytes;
    struct slice binary;
};

static void send_body(const struct script *script, const struct net_request *request,
                      const struct answer *answer, struct net_response *out)
{
    const char *text = answer->body == NULL ? "" : answer->body;
    bool is_binary = text == (const char *)script->binary.ptr;
    struct slice body = is_binary ? script->binary : slice_from_string(text);

    if (body.len > request->max_bytes) {
        out->status = FAIL(&out->error, ASSAY_TOO_LARGE, "as scripted");
    } else if (request->sink == NULL || answer->http_status != 200) {
        out->status = buf_append(&out->body, body, &out->error);
    }
    while (out->status == ASSAY_OK && request->sink != NULL && body.len > 0) {
        struct slice part = slice_first(body, 3);
        out->status = request->sink(request->sink_ctx, part, &out->error);
        body = slice_from(body, part.len);
    }
}

static void respond(const struct script *script, const struct net_request *request,
                    struct net_response *out)
{
    *out = (struct net_response){ .http_status = 404, .retry_after_ms = -1 };
    out->body = (struct buf)BUF_INIT(request->max_bytes);
    for (size_t i = 0; i < script->answer_count; i++) {
        const struct answer *answer = &script->answers[i];
        if (strcmp(answer->url, request->url) != 0) {
            continue;
        }
        if (answer->status != ASSAY_OK) {
            out->status = FAIL(&out->error, answer->status, "as scripted");
            return;
        }
        out->http_status = answer->http_status;
        (void)snprintf(out->content_type, sizeof(out->content_type), "%s",
                       answer->content_type == NULL ? "" : answer->content_type);
        (void)snprintf(out->docker_content_digest, sizeof(out->docker_content_digest), "%s",
                       answer->digest == NULL ? "" : answer->digest);
        send_body(script, request, answer, out);
        return;
    }
}

static enum assay_status fetch(struct net_fetcher *fetcher, const struct net_request *requests,
                               struct net_response *responses, size_t count,
                               struct assay_error *err)
{
    struct script *script = (struct script *)fetcher;

    (void)err;
    fetcher->flights++;
    fetcher->requests += count;
    for (size_t i = 0; i < count; i++) {
        cr_assert_lt(script->seen_count, (size_t)MAX_SEEN);
        (void)snprintf(script->seen[script->seen_count++], 256, "%s", requests[i].url);
        (void)snprintf(script->accept, sizeof(script->accept), "%s",
                       requests[i].accept == NULL ? "" : requests[i].accept);
        script->max_bytes = requests[i].max_bytes;
        respond(script, &requests[i], &responses[i]);
    }
    return ASSAY_OK;
}

static void free_nothing(struct net_fetcher *fetcher)
{
    (void)fetcher;
}

static const struct net_fetcher_ops SCRIPT_OPS = { fetch, free_nothing };

/* A source on a scripted network. */
struct fixture {
    struct script script;
    struct assay_env env;
    struct net_session *session;
    struct source *source;
};

static void set_up(struct fixture *fixture, const char *reference, const struct answer *answers,
                   size_t count)
{
    static const struct net_session_options OPTIONS = { 0 };
    const char *locator = NULL;

    *fixture = (struct fixture){
        .script = { .base = { .ops = &SCRIPT_OPS }, .answers = answers, .answer_count = count }
    };
    fixture->env =
        (struct assay_env){ .clock = &assay_clock_system, .fetcher = &fixture->script.base };
    cr_assert_eq(net_session_new(&OPTIONS, &fixture->env, &fixture->session, NULL), ASSAY_OK);
    cr_assert_eq(source_transport_find(reference, &locator)
                     ->open(locator,
                            &(struct source_context){
                                .env = &fixture->env, .net = fixture->session, .threads = 1 },
                            &fixture->source, NULL),
                 ASSAY_OK);
}

static void tear_down(struct fixture *fixture)
{
    source_free(fixture->source);
    net_session_free(fixture->session);
}

#define FIXTURE(name, reference, answers)                                                          \
    CLEANUP(tear_down) struct fixture name;                                                        \
    set_up(&name, (reference), (answers), ARRAY_LEN(answers))

static const char *digest_of(const char *text, char out[DIGEST_TEXT_BYTES])
{
    struct digest digest;

    cr_assert_eq(digest_compute(DIGEST_SHA256, slice_from_string(text), &digest, NULL), ASSAY_OK);
    digest_format(&digest, out);
    return out;
}

static struct oci_descriptor descriptor_of(const char *text)
{
    struct oci_descriptor wanted = { .media_text = "", .size = strlen(text) };

    cr_assert_eq(digest_compute(DIGEST_SHA256, slice_from_string(text), &wanted.digest, NULL),
                 ASSAY_OK);
    return wanted;
}

/* ---- what is asked ---- */

Test(registry, requests)
{
    static const struct {
        const char *reference;
        const char *url;
        const char *registry;
        const char *repository;
        const char *scope;
    } CASES[] = {
        { "alpine", "https://registry-1.docker.io/v2/library/alpine/manifests/latest", "docker.io",
          "library/alpine", "repository:library/alpine:pull" },
        { "docker://registry.example.com:5000/ns/app:1.0",
          "https://registry.example.com:5000/v2/ns/app/manifests/1.0", "registry.example.com:5000",
          "ns/app", "repository:ns/app:pull" },
        { "r.example/app:1.0@" BODY_DIGEST, "https://r.example/v2/app/manifests/1.0", "r.example",
          "app", "repository:app:pull" },
        { "r.example/app@" BODY_DIGEST, "https://r.example/v2/app/manifests/" BODY_DIGEST,
          "r.example", "app", "repository:app:pull" },
    };
    static const struct answer NONE[] = { { .url = "" } };

    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        struct net_get get;
        FIXTURE(fixture, CASES[i].reference, NONE);
        cr_assert_eq(source_registry_request(fixture.source, &get, NULL), ASSAY_OK);
        cr_expect_eq(get.server, NET_REGISTRY);
        cr_expect_str_eq(get.url, CASES[i].url);
        cr_expect_str_eq(get.registry, CASES[i].registry);
        cr_expect_str_eq(get.repository, CASES[i].repository);
        cr_expect_str_eq(get.scope, CASES[i].scope);
        cr_expect_str_eq(get.accept, oci_accept_manifests);
        cr_expect_eq(get.max_bytes, LIMIT_MANIFEST_BYTES);
        cr_expect(get.follow);
        cr_expect_eq(fixture.script.base.flights, 0U);
        cr_expect_not(fixture.source->is_local);
        cr_expect_null(fixture.source->claimed_name);
    }
}

Test(registry, bad_reference_does_not_open)
{
    struct source *source = NULL;
    const char *locator = NULL;

    cr_expect_eq(source_transport_find("App", &locator)
                     ->open(locator, &(struct source_context){ .threads = 1 }, &source, NULL),
                 ASSAY_REFERENCE);
    cr_expect_null(source);
}

Test(registry, nothing_is_asked_offline)
{
    struct source *source = NULL;
    struct source_manifest manifest;
    struct net_get get;
    const char *locator = NULL;
    struct oci_descriptor wanted = descriptor_of(BODY);
    enum assay_status status = ASSAY_OK;
    struct assay_error error;

    cr_assert_eq(source_transport_find("app", &locator)
                     ->open(locator, &(struct source_context){ .threads = 1 }, &source, NULL),
                 ASSAY_OK);
    cr_expect_eq(source_registry_request(source, &get, NULL), ASSAY_OFFLINE);
    cr_expect_eq(source->ops->named(source, &manifest, NULL), ASSAY_OFFLINE);
    cr_expect_eq(source->ops->by_digest(source, &wanted, 1, &manifest, &status, &error, NULL),
                 ASSAY_OFFLINE);
    cr_expect_neq(status, ASSAY_OK);
    cr_expect_eq(source->ops->blob(source, &wanted, NULL, NULL, NULL), ASSAY_OFFLINE);
    source_free(source);
}

/* ---- named ---- */

#define NAMED_URL "https://r.example/v2/app/manifests/1"

Test(registry, named)
{
    char digest[DIGEST_TEXT_BYTES];
    const struct answer ANSWERS[] = {
        { NAMED_URL, 200, ASSAY_OK, OCI_MANIFEST, digest_of(BODY, digest), BODY },
    };
    struct source_manifest manifest;
    FIXTURE(fixture, "r.example/app:1", ANSWERS);

    cr_assert_eq(fixture.source->ops->named(fixture.source, &manifest, NULL), ASSAY_OK);
    cr_expect(slice_is(buf_slice(&manifest.bytes), BODY));
    cr_expect_str_eq(manifest.media_type, OCI_MANIFEST);
    cr_expect_str_eq(manifest.claimed_digest, digest);
    cr_expect_eq(fixture.script.seen_count, 1U);
    cr_expect_str_eq(fixture.script.accept, oci_accept_manifests);
    source_manifest_clear(&manifest);
}

Test(registry, named_answers)
{
    static char right[DIGEST_TEXT_BYTES];
    static char other[DIGEST_TEXT_BYTES];
    struct {
        const char *name;
        struct answer answer;
        enum assay_status status;
    } cases[] = {
        { "no digest header", { NULL, 200, ASSAY_OK, OCI_MANIFEST, NULL, BODY }, ASSAY_OK },
        { "no content type", { NULL, 200, ASSAY_OK, NULL, right, BODY }, ASSAY_OK },
        { "index", { NULL, 200, ASSAY_OK, OCI_INDEX, right, BODY }, ASSAY_OK },
        { "a lie", { NULL, 200, ASSAY_OK, OCI_MANIFEST, other, BODY }, ASSAY_DIGEST_MISMATCH },
        { "no digest", { NULL, 200, ASSAY_OK, OCI_MANIFEST, "x", BODY }, ASSAY_DIGEST_MISMATCH },
        { "md5",
          { NULL, 200, ASSAY_OK, OCI_MANIFEST, "md5:0123456789abcdef0123456789abcdef", BODY },
          ASSAY_DIGEST_MISMATCH },
        { "schema 1",
          { NULL, 200, ASSAY_OK, "application/vnd.docker.distribution.manifest.v1+prettyjws", other,
            BODY },
          ASSAY_MEDIA_TYPE },
        { "a page", { NULL, 200, ASSAY_OK, "text/html", NULL, "<html>" }, ASSAY_MEDIA_TYPE },
        { "absent", { NULL, 404, ASSAY_OK, "application/json", NULL, "{}" }, ASSAY_NOT_FOUND },
        { "no connection", { NULL, 0, ASSAY_NET_CONNECT, NULL, NULL, NULL }, ASSAY_NET_CONNECT },
        { "TLS", { NULL, 0, ASSAY_NET_TLS, NULL, NULL, NULL }, ASSAY_NET_TLS },
    };

    (void)digest_of(BODY, right);
    (void)digest_of("other", other);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct source_manifest manifest;
        struct assay_error err = ERROR_INIT;
        cases[i].answer.url = NAMED_URL;
        CLEANUP(tear_down) struct fixture fixture;
        set_up(&fixture, "r.example/app:1", &cases[i].answer, 1);
        enum assay_status status = fixture.source->ops->named(fixture.source, &manifest, &err);
        cr_expect_eq(status, cases[i].status, "%s: %s", cases[i].name, err.message);
        cr_expect_eq(err.status, cases[i].status, "%s", cases[i].name);
        cr_expect_eq(manifest.bytes.len == 0, status != ASSAY_OK, "%s", cases[i].name);
        source_manifest_clear(&manifest);
    }
}

/* The answer that came in the common flight is used, and nothing is asked again. */
Test(registry, answer_is_used)
{
    static const struct answer NONE[] = { { .url = "" } };
    struct source_manifest manifest;
    struct net_response response = { .http_status = 200 };
    FIXTURE(fixture, "r.example/app:1", NONE);

    response.body = (struct buf)BUF_INIT(100);
    cr_assert_eq(buf_append_string(&response.body, BODY, NULL), ASSAY_OK);
    source_registry_answer(fixture.source, &response);
    cr_expect_null(response.body.ptr);
    cr_assert_eq(fixture.source->ops->named(fixture.source, &manifest, NULL), ASSAY_OK);
    cr_expect(slice_is(buf_slice(&manifest.bytes), BODY));
    cr_expect_eq(fixture.script.seen_count, 0U);
    source_manifest_clear(&manifest);

    response = (struct net_response){ .http_status = 404 };
    source_registry_answer(fixture.source, &response);
    cr_expect_eq(fixture.source->ops->named(fixture.source, &manifest, NULL), ASSAY_NOT_FOUND);
    cr_expect_eq(fixture.script.seen_count, 0U);

    /* an answer that is never taken is not lost memory */
    response = (struct net_response){ .http_status = 200 };
    response.body = (struct buf)BUF_INIT(100);
    cr_assert_eq(buf_append_string(&response.body, BODY, NULL), ASSAY_OK);
    source_registry_answer(fixture.source, &response);
}

/* ---- by digest ---- */

Test(registry, by_digest_in_one_flight)
{
    static const char *const BODIES[] = { "{\"a\":1}", "{\"b\":2}", "{\"c\":3}" };
    char urls[2][256];
    char digest[DIGEST_TEXT_BYTES];
    struct oci_descriptor wanted[3];
    struct source_manifest manifests[3];
    enum assay_status statuses[3];
    struct assay_error errors[3];
    struct answer answers[2];

    for (size_t i = 0; i < 3; i++) {
        wanted[i] = descriptor_of(BODIES[i]);
    }
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(urls[i], sizeof(urls[i]), "https://r.example/v2/app/manifests/%s",
                       digest_of(BODIES[i], digest));
        answers[i] = (struct answer){ urls[i], 200, ASSAY_OK, OCI_MANIFEST, NULL, BODIES[i] };
    }
    FIXTURE(fixture, "r.example/app:1", answers);
    cr_assert_eq(fixture.source->ops->by_digest(fixture.source, wanted, 3, manifests, statuses,
                                                errors, NULL),
                 ASSAY_OK);
    cr_expect_eq(fixture.script.base.flights, 1U);
    cr_expect_eq(fixture.script.seen_count, 3U);
    cr_expect_str_eq(fixture.script.accept, oci_accept_manifests);
    cr_expect_eq(fixture.script.max_bytes, wanted[2].size);
    for (size_t i = 0; i < 2; i++) {
        cr_expect_eq(statuses[i], ASSAY_OK);
        cr_expect(slice_is(buf_slice(&manifests[i].bytes), BODIES[i]));
        source_manifest_clear(&manifests[i]);
    }
    cr_expect_eq(statuses[2], ASSAY_MANIFEST_MISSING);
    cr_expect_eq(errors[2].status, ASSAY_MANIFEST_MISSING);
    cr_expect_eq(manifests[2].bytes.len, 0U);
}

Test(registry, by_digest_excess)
{
    char url[256];
    char digest[DIGEST_TEXT_BYTES];
    struct oci_descriptor wanted = descriptor_of(BODY);
    struct source_manifest manifest;
    enum assay_status status = ASSAY_OK;
    struct assay_error error;

    (void)snprintf(url, sizeof(url), "https://r.example/v2/app/manifests/%s",
                   digest_of(BODY, digest));
    const struct answer ANSWERS[] = { { url, 200, ASSAY_OK, OCI_MANIFEST, NULL, BODY } };
    FIXTURE(fixture, "r.example/app:1", ANSWERS);

    wanted.size--; /* the registry sends a byte more than promised */
    cr_assert_eq(fixture.source->ops->by_digest(fixture.source, &wanted, 1, &manifest, &status,
                                                &error, NULL),
                 ASSAY_OK);
    cr_expect_eq(status, ASSAY_SIZE_MISMATCH);
    source_manifest_clear(&manifest);

    wanted.size = 0; /* not known: the limit of any manifest holds */
    cr_assert_eq(fixture.source->ops->by_digest(fixture.source, &wanted, 1, &manifest, &status,
                                                &error, NULL),
                 ASSAY_OK);
    cr_expect_eq(status, ASSAY_OK);
    cr_expect_eq(fixture.script.max_bytes, LIMIT_MANIFEST_BYTES);
    source_manifest_clear(&manifest);
}

/* More than a flight holds is asked in further ones, each once. */
Test(registry, by_digest_in_parts)
{
    enum {
        COUNT = LIMIT_FLIGHT + 3
    };
    static struct oci_descriptor wanted[COUNT];
    static struct source_manifest manifests[COUNT];
    static enum assay_status statuses[COUNT];
    static struct assay_error errors[COUNT];
    static const struct answer NONE[] = { { .url = "" } };
    FIXTURE(fixture, "r.example/app:1", NONE);

    for (size_t i = 0; i < COUNT; i++) {
        wanted[i] = descriptor_of(BODY);
        wanted[i].digest.bytes[0] = (uint8_t)i;
    }
    cr_assert_eq(fixture.source->ops->by_digest(fixture.source, wanted, COUNT, manifests, statuses,
                                                errors, NULL),
                 ASSAY_OK);
    cr_expect_eq(fixture.script.base.flights, 2U);
    cr_expect_eq(fixture.script.seen_count, (size_t)COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        cr_expect_eq(statuses[i], ASSAY_MANIFEST_MISSING, "%zu", i);
    }
}

/* ---- blobs ---- */

static enum assay_status stop(void *ctx, struct slice bytes, struct assay_error *err)
{
    (void)bytes;
    (*(int *)ctx)++;
    return FAIL(err, ASSAY_BOMB, "stop");
}

Test(registry, blob)
{
    char url[256];
    char digest[DIGEST_TEXT_BYTES];
    AUTO_BUF out = BUF_INIT(1000);
    int calls = 0;
    struct oci_descriptor wanted = descriptor_of("blob bytes");

    (void)snprintf(url, sizeof(url), "https://r.example/v2/app/blobs/%s",
                   digest_of("blob bytes", digest));
    const struct answer ANSWERS[] = { { url, 200, ASSAY_OK, "application/octet-stream", NULL,
                                        "blob bytes" } };
    FIXTURE(fixture, "r.example/app:1", ANSWERS);
    const struct source_ops *ops = fixture.source->ops;

    cr_assert_eq(ops->blob(fixture.source, &wanted, buf_sink, &out, NULL), ASSAY_OK);
    cr_expect(slice_is(buf_slice(&out), "blob bytes"));
    cr_expect_str_eq(fixture.script.accept, "");
    cr_expect_eq(ops->blob(fixture.source, &wanted, stop, &calls, NULL), ASSAY_BOMB);
    cr_expect_eq(calls, 1);

    wanted.size = 3;
    cr_expect_eq(ops->blob(fixture.source, &wanted, buf_sink, &out, NULL), ASSAY_SIZE_MISMATCH);
    wanted.size = LIMIT_BLOB_BYTES + 1;
    cr_expect_eq(ops->blob(fixture.source, &wanted, buf_sink, &out, NULL), ASSAY_TOO_LARGE);
    wanted = descriptor_of("another");
    cr_expect_eq(ops->blob(fixture.source, &wanted, buf_sink, &out, NULL), ASSAY_MANIFEST_MISSING);
}

/* ---- layers ---- */

#define PLAIN "layer bytes"
static const char PACKED[] = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x49\xac\x4c\x2d"
                             "\x52\x48\xaa\x2c\x49\x2d\x06\x00\xeb\x71\x87\xc0\x0b\x00\x00"
                             "\x00";
#define PACKED_BYTES (sizeof(PACKED) - 1)
#define PACKED_SLICE slice_of(PACKED, PACKED_BYTES)

static struct digest hash_of(enum digest_alg alg, const void *bytes, size_t len)
{
    struct digest digest;

    cr_assert_eq(digest_compute(alg, slice_of(bytes, len), &digest, NULL), ASSAY_OK);
    return digest;
}

/* What a manifest says of the two forms of one layer. */
static struct oci_descriptor packed_layer(enum digest_alg alg)
{
    return (struct oci_descriptor){ .media = OCI_MEDIA_LAYER_GZIP,
                                    .media_text = "",
                                    .digest = hash_of(alg, PACKED, PACKED_BYTES),
                                    .size = PACKED_BYTES };
}

static struct oci_descriptor plain_layer(void)
{
    struct oci_descriptor layer = descriptor_of(PLAIN);

    layer.media = OCI_MEDIA_LAYER;
    return layer;
}

static void layer_url(const struct oci_descriptor *layer, char out[256])
{
    char digest[DIGEST_TEXT_BYTES];

    digest_format(&layer->digest, digest);
    (void)snprintf(out, 256, "https://r.example/v2/app/blobs/%s", digest);
}

Test(registry, layers)
{
    static const enum digest_alg ALGS[] = { DIGEST_SHA256, DIGEST_SHA512 };
    char urls[2][256];

    for (size_t i = 0; i < ARRAY_LEN(ALGS); i++) {
        const struct oci_descriptor wanted[] = { packed_layer(ALGS[i]), plain_layer() };
        const struct digest diff_ids[] = { hash_of(ALGS[i], PLAIN, strlen(PLAIN)),
                                           hash_of(DIGEST_SHA256, PLAIN, strlen(PLAIN)) };
        struct measured out[2] = { 0 };
        layer_url(&wanted[0], urls[0]);
        layer_url(&wanted[1], urls[1]);
        const struct answer ANSWERS[] = {
            { .url = urls[0], .http_status = 200, .body = PACKED },
            { .url = urls[1], .http_status = 200, .body = PLAIN },
        };
        FIXTURE(fixture, "r.example/app:1", ANSWERS);
        fixture.script.binary = PACKED_SLICE;
        cr_assert_eq(fixture.source->ops->layers(fixture.source, wanted, diff_ids, 2, out, NULL),
                     ASSAY_OK);
        cr_expect_eq(fixture.script.seen_count, 2U, "each is fetched once");
        for (size_t k = 0; k < 2; k++) {
            cr_expect_eq(out[k].status, ASSAY_OK, "%zu", k);
            cr_expect(digest_equal(&out[k].stored, &wanted[k].digest), "%zu", k);
            cr_expect_eq(out[k].stored_bytes, wanted[k].size, "%zu", k);
            cr_expect_eq(out[k].unpack_status, ASSAY_OK, "%zu", k);
            cr_expect(digest_equal(&out[k].unpacked, &diff_ids[k]), "%zu", k);
            cr_expect_eq(out[k].unpacked_bytes, strlen(PLAIN), "%zu", k);
        }
    }
}

/* What is measured is what was sent: who asked compares. */
Test(registry, layers_that_are_others)
{
    char altered[PACKED_BYTES];
    const struct {
        const char *name;
        const char *body;
        size_t bytes;
        enum assay_status status;
        bool is_right;  /* the stored digest is the descriptor's */
        bool is_packed; /* it does not unpack to the end */
    } CASES[] = {
        { "as it should be", PACKED, PACKED_BYTES, ASSAY_OK, true, false },
        { "altered", altered, PACKED_BYTES, ASSAY_OK, false, true },
        { "cut", PACKED, PACKED_BYTES - 5, ASSAY_OK, false, true },
        { "cut behind the header", PACKED, 10, ASSAY_OK, false, true },
        { "a byte more", PACKED, PACKED_BYTES + 1, ASSAY_SIZE_MISMATCH, false, false },
        { "not packed", PLAIN, strlen(PLAIN), ASSAY_OK, false, true },
    };
    const struct oci_descriptor wanted = packed_layer(DIGEST_SHA256);
    const struct digest diff_id = hash_of(DIGEST_SHA256, PLAIN, strlen(PLAIN));
    char url[256];

    layer_url(&wanted, url);
    memcpy(altered, PACKED, sizeof(altered));
    altered[PACKED_BYTES / 2] ^= 1;
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        const struct answer ANSWERS[] = {
            { .url = url, .http_status = 200, .body = CASES[i].body }
        };
        struct measured out = { .status = ASSAY_INTERNAL };
        FIXTURE(fixture, "r.example/app:1", ANSWERS);
        fixture.script.binary = slice_of(CASES[i].body, CASES[i].bytes);
        cr_expect_eq(fixture.source->ops->layers(fixture.source, &wanted, &diff_id, 1, &out, NULL),
                     ASSAY_OK, "%s", CASES[i].name);
        cr_expect_eq(out.status, CASES[i].status, "%s", CASES[i].name);
        cr_expect_eq(out.error.status, CASES[i].status, "%s", CASES[i].name);
        cr_expect_eq(digest_equal(&out.stored, &wanted.digest), CASES[i].is_right, "%s",
                     CASES[i].name);
        cr_expect_eq(out.unpack_status != ASSAY_OK, CASES[i].is_packed, "%s", CASES[i].name);
        cr_expect_eq(digest_equal(&out.unpacked, &diff_id), CASES[i].is_right, "%s", CASES[i].name);
        cr_expect(CASES[i].status != ASSAY_OK || out.stored_bytes == CASES[i].bytes, "%s",
                  CASES[i].name);
    }
}

Test(registry, layers_unpack_to_another_diff_id)
{
    const struct oci_descriptor wanted = packed_layer(DIGEST_SHA256);
    const struct digest diff_id = hash_of(DIGEST_SHA256, "other bytes", strlen("other bytes"));
    struct measured out = { 0 };
    char url[256];

    layer_url(&wanted, url);
    const struct answer ANSWERS[] = { { .url = url, .http_status = 200, .body = PACKED } };
    FIXTURE(fixture, "r.example/app:1", ANSWERS);
    fixture.script.binary = PACKED_SLICE;
    cr_assert_eq(fixture.source->ops->layers(fixture.source, &wanted, &diff_id, 1, &out, NULL),
                 ASSAY_OK);
    cr_expect(digest_equal(&out.stored, &wanted.digest));
    cr_expect_eq(out.unpacked.alg, DIGEST_SHA256);
    cr_expect_not(digest_equal(&out.unpacked, &diff_id));
}

/* The first that cannot be had ends it: the rest is not worth its download, and is not measured. */
Test(registry, layers_that_do_not_come)
{
    static const struct {
        struct answer answer;
        enum assay_status status;
    } CASES[] = {
        { { .http_status = 404 }, ASSAY_MANIFEST_MISSING },
        { { .http_status = 410 }, ASSAY_HTTP_STATUS },
        { { .status = ASSAY_NET_CONNECT }, ASSAY_NET_CONNECT },
    };
    const struct oci_descriptor wanted[] = { packed_layer(DIGEST_SHA256), plain_layer() };
    const struct digest diff_ids[] = { hash_of(DIGEST_SHA256, PLAIN, strlen(PLAIN)),
                                       hash_of(DIGEST_SHA256, PLAIN, strlen(PLAIN)) };
    char urls[2][256];

    layer_url(&wanted[0], urls[0]);
    layer_url(&wanted[1], urls[1]);
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        struct answer answers[] = { CASES[i].answer,
                                    { .url = urls[1], .http_status = 200, .body = PLAIN } };
        struct measured out[2] = { { .status = ASSAY_INTERNAL }, { .status = ASSAY_INTERNAL } };
        answers[0].url = urls[0];
        FIXTURE(fixture, "r.example/app:1", answers);
        fixture.script.binary = PACKED_SLICE;
        cr_expect_eq(fixture.source->ops->layers(fixture.source, wanted, diff_ids, 2, out, NULL),
                     ASSAY_OK, "%zu", i);
        cr_expect_eq(out[0].status, CASES[i].status, "%zu", i);
        cr_expect_eq(out[1].status, ASSAY_INTERNAL, "%zu", i);
        for (size_t k = 0; k < fixture.script.seen_count; k++) {
            cr_expect_str_eq(fixture.script.seen[k], urls[0]);
        }
    }
}

Test(registry, layers_of_another_kind)
{
    static const struct answer NONE[] = { { .url = "" } };
    struct oci_descriptor wanted = plain_layer();
    struct measured out = { .status = ASSAY_INTERNAL };
    FIXTURE(fixture, "r.example/app:1", NONE);

    wanted.media = OCI_MEDIA_UNKNOWN;
    wanted.media_text = "text/plain";
    cr_assert_eq(
        fixture.source->ops->layers(fixture.source, &wanted, &wanted.digest, 1, &out, NULL),
        ASSAY_OK);
    cr_expect_eq(out.status, ASSAY_MEDIA_TYPE);
    cr_expect_eq(fixture.script.seen_count, 0U);
}

/* ---- progress ---- */

struct told {
    uint64_t total;
    uint64_t done;
    int open;
    int begun;
};

static void told_begin(void *ctx, const char *what, uint64_t total_bytes)
{
    struct told *told = ctx;

    cr_expect_null(what, "a part of an image");
    told->begun++;
    told->open++;
    told->total += total_bytes;
}

static void told_advance(void *ctx, uint64_t bytes)
{
    struct told *told = ctx;

    cr_expect_eq(told->open, 1);
    told->done += bytes;
}

static void told_end(void *ctx)
{
    ((struct told *)ctx)->open--;
}

Test(registry, layers_tell_how_far_they_are)
{
    const struct oci_descriptor wanted[] = { packed_layer(DIGEST_SHA256), plain_layer() };
    const struct digest diff_ids[] = { hash_of(DIGEST_SHA256, PLAIN, strlen(PLAIN)),
                                       hash_of(DIGEST_SHA256, PLAIN, strlen(PLAIN)) };
    struct told told = { 0 };
    const struct assay_progress progress = { told_begin, told_advance, told_end, &told };
    atomic_int interrupted = ASSAY_OK;
    struct measured out[2] = { 0 };
    char urls[2][256];

    layer_url(&wanted[0], urls[0]);
    layer_url(&wanted[1], urls[1]);
    const struct answer ANSWERS[] = {
        { .url = urls[0], .http_status = 200, .body = PACKED },
        { .url = urls[1], .http_status = 200, .body = PLAIN },
    };
    FIXTURE(fixture, "r.example/app:1", ANSWERS);
    fixture.script.binary = PACKED_SLICE;
    fixture.env.progress = &progress;
    fixture.env.interrupted = &interrupted;
    cr_assert_eq(fixture.source->ops->layers(fixture.source, wanted, diff_ids, 2, out, NULL),
                 ASSAY_OK);
    cr_expect_eq(told.total, PACKED_BYTES + strlen(PLAIN));
    cr_expect_eq(told.done, told.total);
    cr_expect_eq(told.begun, 1);
    cr_expect_eq(told.open, 0);

    atomic_store(&interrupted, ASSAY_INTERRUPTED);
    cr_expect_eq(fixture.source->ops->layers(fixture.source, wanted, diff_ids, 2, out, NULL),
                 ASSAY_INTERRUPTED);
    cr_expect_eq(told.begun, 2);
    cr_expect_eq(told.open, 0, "what is begun is ended");
}
