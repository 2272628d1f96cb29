/* SPDX-License-Identifier: Apache-2.0 */
#include "net/engine.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "net/url.h"

#define DEFAULT_ADDRESS "unix:///var/run/docker.sock"
#define EXCERPT_BYTES   200 /* of what an engine says about a failure */

struct engine {
    char *shown;
    char *origin; /* "https://HOST:PORT"; of a socket a name that nobody looks up */
    char *socket;
    struct buf ca_pem;
    char *client_cert;
    char *client_key;
    struct net_tls tls;
};

void engine_free(struct engine *engine)
{
    if (engine == NULL) {
        return;
    }
    mem_free(engine->shown);
    mem_free(engine->origin);
    mem_free(engine->socket);
    mem_free(engine->client_cert);
    mem_free(engine->client_key);
    buf_clear(&engine->ca_pem);
    mem_free(engine);
}

const char *engine_shown(const struct engine *engine)
{
    return engine->shown;
}

/* ---- the address ---- */

static enum assay_status set_joined(char **out, const char *a, const char *b,
                                    struct assay_error *err)
{
    AUTO_BUF text = BUF_INIT(LIMIT_URL_BYTES);
    TRY(buf_printf(&text, err, "%s%s", a, b));
    return mem_set_string(out, buf_text(&text), err);
}

static enum assay_status set_socket(struct engine *engine, const char *path,
                                    struct assay_error *err)
{
    if (path[0] != '/') {
        return FAIL(err, ASSAY_USAGE, "DOCKER_HOST: '%s' is no absolute path of a socket", path);
    }
    TRY(mem_set_string(&engine->socket, path, err));
    TRY(mem_set_string(&engine->origin, "http://engine", err));
    TRY(set_joined(&engine->shown, "the engine at ", path, err));
    engine->tls = (struct net_tls){ .unix_socket = engine->socket, .plain_http = true };
    return ASSAY_OK;
}

static enum assay_status set_tls(struct engine *engine, const char *directory,
                                 struct assay_error *err)
{
    AUTO_MEM char *ca = NULL;
    TRY(set_joined(&ca, directory, "/ca.pem", err));
    TRY(set_joined(&engine->client_cert, directory, "/cert.pem", err));
    TRY(set_joined(&engine->client_key, directory, "/key.pem", err));
    engine->ca_pem = (struct buf)BUF_INIT(LIMIT_CA_FILE_BYTES);
    enum assay_status status = file_read(ca, LIMIT_CA_FILE_BYTES, &engine->ca_pem, err);
    if (status == ASSAY_FILE_IO && err != NULL) {
        err->status = ASSAY_CONFIG;
        status = ASSAY_CONFIG;
    }
    TRY_IN(status, err, "%s", ca);
    if (engine->ca_pem.len == 0) {
        return FAIL(err, ASSAY_CONFIG, "%s is empty", ca);
    }
    engine->tls = (struct net_tls){ .ca_pem = buf_slice(&engine->ca_pem),
                                    .only_ca = true,
                                    .client_cert = engine->client_cert,
                                    .client_key = engine->client_key };
    return ASSAY_OK;
}

static enum assay_status allow_plain(struct engine *engine, const struct engine_options *options,
                                     const char *host_port, struct assay_error *err)
{
    for (size_t i = 0; i < options->plain_http_count; i++) {
        if (slice_is_ignoring_case(slice_from_string(host_port), options->plain_http[i])) {
            engine->tls = (struct net_tls){ .plain_http = true };
            return ASSAY_OK;
        }
    }
    return error_remedy(
        err, FAIL(err, ASSAY_USAGE, "DOCKER_HOST: tcp://%s is not protected by TLS", host_port),
        "Set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH, or allow it by "
        "--plain-http %s.",
        host_port);
}

static enum assay_status set_tcp(struct engine *engine, const char *rest,
                                 const struct engine_options *options, struct assay_error *err)
{
    struct net_url url;
    char host_port[NET_HOST_PORT_BYTES];
    AUTO_MEM char *text = NULL;
    TRY(set_joined(&text, options->tls_dir != NULL ? "https://" : "http://", rest, err));
    if (net_url_parse(text, &url, NULL) != ASSAY_OK || strcmp(url.path, "/") != 0 ||
        strchr(rest, ':') == NULL) {
        return FAIL(err, ASSAY_USAGE, "DOCKER_HOST: 'tcp://%s' is not tcp://HOST:PORT", rest);
    }
    net_url_host_port(&url, host_port);
    TRY(set_joined(&engine->shown, "the engine at ", host_port, err));
    TRY(set_joined(&engine->origin, url.https ? "https://" : "http://", host_port, err));
    return url.https ? set_tls(engine, options->tls_dir, err)
                     : allow_plain(engine, options, host_port, err);
}

static enum assay_status set_address(struct engine *engine, const struct engine_options *options,
                                     struct assay_error *err)
{
    const char *address = options->address == NULL ? DEFAULT_ADDRESS : options->address;
    struct slice text = slice_from_string(address);
    struct slice unix_scheme = SLICE_LITERAL("unix://");
    struct slice tcp_scheme = SLICE_LITERAL("tcp://");
    if (slice_has_prefix(text, unix_scheme)) {
        return set_socket(engine, address + unix_scheme.len, err);
    }
    if (slice_has_prefix(text, tcp_scheme)) {
        return set_tcp(engine, address + tcp_scheme.len, options, err);
    }
    return error_remedy(
        err,
        FAIL(err, ASSAY_USAGE, "DOCKER_HOST: '%s' is neither unix://PATH nor tcp://HOST:PORT",
             address),
        "Other ways to an engine are not built in: save the image there, and verify "
        "docker-archive:FILE.");
}

enum assay_status engine_new(const struct engine_options *options, struct engine **out,
                             struct assay_error *err)
{
    struct engine *engine = mem_alloc(1, sizeof(*engine));
    *out = NULL;
    if (engine == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    enum assay_status status = set_address(engine, options, err);
    if (status != ASSAY_OK) {
        engine_free(engine);
        return status;
    }
    *out = engine;
    return ASSAY_OK;
}

/* ---- its answer ---- */

/* Failures of the way there, which are the engine's; all others are the sink's or our own. */
static const enum assay_status OF_THE_WAY[] = {
    ASSAY_NET_CONNECT, ASSAY_NET_TIMEOUT, ASSAY_NET_TLS, ASSAY_NET_PROTOCOL, ASSAY_NET_ENCODING,
};

static enum assay_status fail_transfer(const struct engine *engine,
                                       const struct net_response *response, struct assay_error *err)
{
    for (size_t i = 0; i < ARRAY_LEN(OF_THE_WAY); i++) {
        if (response->status == OF_THE_WAY[i]) {
            return FAIL(err, ASSAY_ENGINE, "%s: %s", engine->shown, response->error.message);
        }
    }
    return error_pass(err, &response->error);
}

static enum assay_status judge_answer(const struct engine *engine, const char *image,
                                      const struct net_response *response, struct assay_error *err)
{
    char said[EXCERPT_BYTES];
    if (response->status != ASSAY_OK) {
        return fail_transfer(engine, response, err);
    }
    if (response->http_status == 200) {
        return ASSAY_OK;
    }
    struct slice body = buf_slice(&response->body);
    while (body.len > 0 && body.ptr[body.len - 1] <= ' ') {
        body.len--;
    }
    text_sanitise(body, said, sizeof(said));
    if (response->http_status == 404) {
        return error_remedy(
            err,
            FAIL(err, ASSAY_IMAGE_ABSENT, "%s does not have %s: %s", engine->shown, image, said),
            "Pull it, or name one that 'docker images' lists.");
    }
    return FAIL(err, ASSAY_ENGINE, "%s answers %d: %s", engine->shown, response->http_status, said);
}

enum assay_status engine_export(struct engine *engine, const struct assay_env *env,
                                const char *image, sink_fn *sink, void *ctx,
                                struct assay_error *err)
{
    struct net_fetcher *fetcher = NULL;
    struct net_response response = { 0 };
    AUTO_BUF url = BUF_INIT(LIMIT_URL_BYTES);
    const struct net_curl_options options = { .total_ms = LIMIT_TOTAL_LAYERS_MS };
    TRY(buf_printf(&url, err, "%s/images/%s/get", engine->origin, image));
    TRY(net_fetcher_curl_new(&options, env, &fetcher, err));
    const struct net_request request = {
        .url = buf_text(&url),
        .tls = &engine->tls,
        .max_bytes = LIMIT_ARCHIVE_BYTES,
        .body_ms = LIMIT_TOTAL_LAYERS_MS,
        .silent_s = LIMIT_ENGINE_SILENT_S,
        .sink = sink,
        .sink_ctx = ctx,
    };
    enum assay_status status = fetcher->ops->fetch(fetcher, &request, &response, 1, err);
    if (status == ASSAY_OK) {
        status = judge_answer(engine, image, &response, err);
    }
    net_response_clear(&response);
    net_fetcher_free(fetcher);
    return status;
}
