/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/session.h"

#include "base/mem.h"
#include "base/time.h"
#include "net/url.h"
#include "verify/session_internal.h"

#include <assay/version.h>
#include <unistd.h>

#define SESSION_ARENA_BYTES (16 * MIB)

/* Copies a text; NULL stays NULL. */
static enum assay_status copy_text(struct arena *arena, const char **text, struct assay_error *err)
{
    if (*text == NULL) {
        return ASSAY_OK;
    }
    return arena_copy_text(arena, slice_from_string(*text), text, err);
}

static enum assay_status copy_list(struct arena *arena, const char *const **list, size_t *count,
                                   struct assay_error *err)
{
    if (*list == NULL || *count == 0) {
        *list = NULL;
        *count = 0;
        return ASSAY_OK;
    }
    const char **copy = NULL;
    TRY(arena_alloc(arena, *count, sizeof(*copy), &copy, err));
    for (size_t i = 0; i < *count; i++) {
        copy[i] = (*list)[i];
        if (copy[i] == NULL) {
            return FAIL(err, ASSAY_USAGE, "an option's list holds a NULL");
        }
        TRY(copy_text(arena, &copy[i], err));
    }
    *list = copy;
    return ASSAY_OK;
}

static enum assay_status copy_servers(struct assay_session *session, struct assay_error *err)
{
    struct assay_options *options = &session->options;
    size_t count = options->trust_servers == NULL ? 0 : options->trust_server_count;
    struct assay_trust_server *copy = NULL;
    if (count > 0) {
        TRY(arena_alloc(&session->arena, count, sizeof(*copy), &copy, err));
    }
    for (size_t i = 0; i < count; i++) {
        copy[i] = options->trust_servers[i];
        if (copy[i].prefix == NULL || copy[i].url == NULL) {
            return FAIL(err, ASSAY_USAGE, "a trust server lacks its prefix or URL");
        }
        TRY(copy_text(&session->arena, &copy[i].prefix, err));
        TRY(copy_text(&session->arena, &copy[i].url, err));
    }
    options->trust_servers = copy;
    options->trust_server_count = count;
    return ASSAY_OK;
}

static enum assay_status copy_options(struct assay_session *session, struct assay_error *err)
{
    struct assay_options *o = &session->options;
    const char **texts[] = {
        &o->trust_server,
        &o->trust_dir,
        &o->root,
        &o->state_dir,
        &o->platform,
        &o->as,
        &o->authfile,
        &o->podman_runtime_auth,
        &o->podman_config_auth,
        &o->docker_config_auth,
        &o->helper_path,
        &o->home,
        &o->proxy_https,
        &o->proxy_http,
        &o->no_proxy,
        &o->bundle,
        &o->engine,
        &o->engine_tls_dir,
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        TRY(copy_text(&session->arena, texts[i], err));
    }
    TRY(copy_list(&session->arena, &o->pin_dirs, &o->pin_dir_count, err));
    TRY(copy_list(&session->arena, &o->plain_http, &o->plain_http_count, err));
    TRY(copy_list(&session->arena, &o->insecure_tls, &o->insecure_tls_count, err));
    TRY(copy_list(&session->arena, &o->registry_tls_dirs, &o->registry_tls_dir_count, err));
    TRY(copy_list(&session->arena, &o->trust_tls_dirs, &o->trust_tls_dir_count, err));
    return copy_servers(session, err);
}

/* Options that contradict each other would silently protect less than the user thinks. */
static enum assay_status check_options(const struct assay_options *options, struct assay_error *err)
{
    if (options->state_dir == NULL && !options->stateless && !options->has_at) {
        return FAIL(err, ASSAY_USAGE, "no state directory is given");
    }
    if (options->state_dir != NULL && options->state_dir[0] != '/') {
        return error_remedy(err,
                            FAIL(err, ASSAY_CONFIG,
                                 "the state directory %s is not an absolute path",
                                 options->state_dir),
                            "Give it from the root directory on.");
    }
    if (options->has_at && (options->at_unix_s < 0 || options->at_unix_s > TIME_MAX_UNIX_S)) {
        return FAIL(err, ASSAY_USAGE, "the time to judge at is not within the years 1970 to 9999");
    }
    if (options->bundle != NULL && options->trust_dir != NULL) {
        return FAIL(err, ASSAY_USAGE, "trust data comes from a bundle or a directory, not both");
    }
    if (options->has_at && options->tofu) {
        return FAIL(err, ASSAY_USAGE, "--at needs a pin and cannot accept a first root");
    }
    if (options->stateless && options->tofu) {
        return FAIL(err, ASSAY_USAGE, "without state a first root cannot be accepted: pin it");
    }
    if (options->jobs < 0 || options->jobs > LIMIT_JOBS || options->timeout_ms < 0 ||
        options->total_ms < 0) {
        return FAIL(err, ASSAY_USAGE, "jobs must be 0 to %d and no time limit negative",
                    LIMIT_JOBS);
    }
    return ASSAY_OK;
}

/* HOST[:PORT] and nothing else: an entry that can never match would silently do nothing. */
static enum assay_status check_hosts(const char *const *hosts, size_t count, const char *what,
                                     struct assay_error *err)
{
    for (size_t i = 0; i < count; i++) {
        struct net_url parsed;
        AUTO_BUF url = BUF_INIT(LIMIT_URL_BYTES);
        struct slice host = slice_from_string(hosts[i]);
        TRY(buf_printf(&url, err, "https://%s/", hosts[i]));
        bool is_host = slice_find(host, '/') == host.len && slice_find(host, '?') == host.len &&
                       net_url_parse(buf_text(&url), &parsed, NULL) == ASSAY_OK;
        if (!is_host) {
            return FAIL(err, ASSAY_USAGE, "%s: '%s' is not HOST or HOST:PORT", what, hosts[i]);
        }
    }
    return ASSAY_OK;
}

static enum assay_status open_credentials(struct assay_session *session, struct assay_error *err)
{
    const struct assay_options *o = &session->options;
    struct net_credentials_paths paths = {
        .authfile = o->authfile,
        .auth_config = o->auth_config,
        .podman_runtime = o->podman_runtime_auth,
        .podman_config = o->podman_config_auth,
        .docker_config = o->docker_config_auth,
        .helper_path = o->helper_path,
        .home = o->home,
    };
    return net_credentials_new(&paths, &session->credentials, err);
}

static void set_deadline(struct assay_session *session)
{
    const struct assay_clock *clock = session->env.clock;
    int64_t total_ms = session->options.total_ms;
    if (total_ms > 0 &&
        __builtin_add_overflow(clock->monotonic_ms(clock->ctx), total_ms, &session->deadline_ms)) {
        session->deadline_ms = INT64_MAX;
    }
}

static enum assay_status session_init(struct assay_session *session,
                                      const struct assay_options *options,
                                      const struct assay_env *env, struct assay_error *err)
{
    /* a caller built against an older header gives a shorter struct: the rest stays zero */
    if (options->struct_size < sizeof(options->struct_size) ||
        options->struct_size > sizeof(session->options)) {
        return FAIL(err, ASSAY_USAGE, "struct assay_options was not initialised");
    }
    (void)memcpy(&session->options, options, options->struct_size);
    session->env = *env;
    TRY(check_options(&session->options, err));
    TRY(copy_options(session, err));
    set_deadline(session);
    TRY(check_hosts(session->options.plain_http, session->options.plain_http_count, "plain HTTP",
                    err));
    TRY(check_hosts(session->options.insecure_tls, session->options.insecure_tls_count,
                    "insecure TLS", err));
    const char *platform = session->options.platform;
    TRY(oci_platform_choice_parse(platform == NULL ? "all" : platform, &session->platform, err));
    if (session->options.root != NULL) {
        TRY(tuf_pin_from_argument(session->options.root, &session->root, err));
    }
    /* the credentials keep their own copy, which is wiped */
    enum assay_status status = open_credentials(session, err);
    session->options.auth_config = NULL;
    return status;
}

enum assay_status session_new(const struct assay_options *options, const struct assay_env *env,
                              struct assay_session **out, struct assay_error *err)
{
    *out = NULL;
    struct assay_session *session = mem_alloc(1, sizeof(*session));
    if (session == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    session->arena = (struct arena)ARENA_INIT(SESSION_ARENA_BYTES);
    enum assay_status status = session_init(session, options, env, err);
    if (status != ASSAY_OK) {
        assay_session_free(session);
        return status;
    }
    *out = session;
    return ASSAY_OK;
}

/* The public log speaks numbers, the internal one levels: they are the same. */
static void public_log(void *ctx, enum log_level level, const char *line)
{
    const struct assay_session *session = ctx;
    session->options.log(session->options.log_ctx, (int)level, line);
}

enum assay_status assay_session_new(const struct assay_options *options, struct assay_session **out,
                                    struct assay_error *error)
{
    if (out != NULL) {
        *out = NULL;
    }
    if (options == NULL || out == NULL) {
        return FAIL(error, ASSAY_USAGE, "options and out must not be NULL");
    }
    struct assay_env env = { .clock = &assay_clock_system };
    TRY(session_new(options, &env, out, error));
    struct assay_session *session = *out;
    session->env.interrupted = session->options.interrupted;
    if (session->options.log != NULL) {
        session->log = (struct assay_log){ .level = (enum log_level)session->options.log_level,
                                           .emit = public_log,
                                           .ctx = session };
        session->env.log = &session->log;
    }
    if (session->options.progress != NULL) {
        session_progress_init(&session->progress, session->options.progress,
                              session->options.progress_ctx);
        session->env.progress = &session->progress.internal;
    }
    return ASSAY_OK;
}

void assay_session_free(struct assay_session *session)
{
    if (session == NULL) {
        return;
    }
    session_progress_clear(&session->progress);
    net_credentials_free(session->credentials);
    bundle_free(session->bundle);
    tuf_pin_clear(&session->root);
    arena_clear(&session->arena);
    mem_free(session);
}

enum assay_status session_open_bundle(struct assay_session *session, struct assay_error *err)
{
    return session->options.bundle == NULL || session->bundle != NULL
               ? ASSAY_OK
               : bundle_open(session->options.bundle, &session->bundle, err);
}

void session_collect(struct assay_session *session, struct bundle_writer *writer)
{
    session->collect = writer;
}

void session_judge_alone(struct assay_session *session)
{
    session->bundle_alone = true;
}

void session_keep_configs(struct assay_session *session)
{
    session->keep_configs = true;
}

enum assay_status session_now(const struct assay_session *session, int64_t *out,
                              struct assay_error *err)
{
    if (session->options.has_at) {
        *out = session->options.at_unix_s;
        return ASSAY_OK;
    }
    TRY(session->env.clock->now_unix_s(session->env.clock->ctx, out, err));
    if (*out < LIMIT_CLOCK_MIN_UNIX_S) {
        return FAIL(err, ASSAY_CLOCK, "this machine's clock is before this version was made");
    }
    return ASSAY_OK;
}

/* What a worker may spend on the network from now on. */
static enum assay_status remaining_ms(const struct assay_session *session, int64_t *out,
                                      struct assay_error *err)
{
    const struct assay_clock *clock = session->env.clock;
    *out = session->options.layers ? LIMIT_TOTAL_LAYERS_MS : LIMIT_TOTAL_MS;
    if (session->options.total_ms == 0) {
        return ASSAY_OK;
    }
    *out = session->deadline_ms - clock->monotonic_ms(clock->ctx);
    return *out > 0 ? ASSAY_OK
                    : FAIL(err, ASSAY_NET_TIMEOUT, "the %lld ms for the whole run are over",
                           (long long)session->options.total_ms);
}

enum assay_status worker_net_open(struct assay_session *session, bool offline,
                                  struct worker_net *out, struct assay_error *err)
{
    const struct assay_options *o = &session->options;
    int64_t total_ms = 0;
    *out = (struct worker_net){ .env = session->env };
    if (offline) {
        return ASSAY_OK;
    }
    TRY(remaining_ms(session, &total_ms, err));
    if (out->env.fetcher == NULL) {
        struct net_curl_options curl = { .proxy_https = o->proxy_https,
                                         .proxy_http = o->proxy_http,
                                         .no_proxy = o->no_proxy,
                                         .total_ms = total_ms,
                                         .total_is_final = o->total_ms > 0,
                                         .user_agent = "assay/" ASSAY_VERSION_STRING };
        TRY(net_fetcher_curl_new(&curl, &out->env, &out->own_fetcher, err));
        out->env.fetcher = out->own_fetcher;
    }
    struct net_session_options options = {
        .registry_tls_dirs = o->registry_tls_dirs,
        .registry_tls_dir_count = o->registry_tls_dir_count,
        .trust_tls_dirs = o->trust_tls_dirs,
        .trust_tls_dir_count = o->trust_tls_dir_count,
        .plain_http = o->plain_http,
        .plain_http_count = o->plain_http_count,
        .insecure_tls = o->insecure_tls,
        .insecure_tls_count = o->insecure_tls_count,
        .credentials = session->credentials,
        .request_timeout_ms = o->timeout_ms,
        .deadline_ms = session->deadline_ms,
    };
    enum assay_status status = net_session_new(&options, &out->env, &out->net, err);
    if (status != ASSAY_OK) {
        worker_net_close(out);
    }
    return status;
}

void worker_net_close(struct worker_net *net)
{
    net_session_free(net->net);
    if (net->own_fetcher != NULL) {
        net_fetcher_free(net->own_fetcher);
    }
    *net = (struct worker_net){ 0 };
}

size_t session_threads(const struct assay_session *session)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t wanted = session->options.jobs > 0 ? (size_t)session->options.jobs
                    : cores > 0               ? (size_t)cores
                                              : 1;
    return wanted < LIMIT_JOBS ? wanted : LIMIT_JOBS;
}

struct source_context source_context_of(const struct assay_session *session,
                                        struct net_session *net)
{
    return (struct source_context){
        .env = &session->env,
        .net = net,
        .threads = (unsigned)session_threads(session),
        .engine = session->options.engine,
        .engine_tls_dir = session->options.engine_tls_dir,
        .offline = session->options.offline != 0,
        .plain_http = session->options.plain_http,
        .plain_http_count = session->options.plain_http_count,
        .has_stdin = session->options.has_stdin != 0,
        .stdin_fd = session->options.stdin_fd,
    };
}
