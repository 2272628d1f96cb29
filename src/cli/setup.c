/* SPDX-License-Identifier: Apache-2.0 */
/* From options, environment and configuration to a session. */
#include "cli/cli.h"
#include "cli/output.h"
#include "cli/signals.h"

#include "base/time.h"

#include <unistd.h>

#define CLI_ARENA_BYTES   (16 * MIB)
#define SYSTEM_ROOTS_DIR  "/etc/assay/roots"
#define PATH_BYTES        4096
#define REGISTRY_TLS_DIRS 3

static void emit_log(void *ctx, enum log_level level, const char *line)
{
    static const char *const names[] = { "error", "warning", "info", "debug" };
    struct cli *cli = ctx;
    progress_pause(&cli->progress);
    output_message("assay: %s: %s\n", names[level], line);
    progress_resume(&cli->progress);
}

static enum assay_status set_up_terminal(struct cli *cli, struct assay_error *err)
{
    const char *when = opt_value(&cli->options, OPT_COLOR);
    size_t verbose = opt_count(&cli->options, OPT_VERBOSE);
    bool automatic = when == NULL || strcmp(when, "auto") == 0;
    bool always = when != NULL && strcmp(when, "always") == 0;
    if (!automatic && !always && strcmp(when, "never") != 0) {
        return FAIL(err, ASSAY_USAGE, "--color: '%s' is not auto, always or never", when);
    }
    automatic = automatic && !cli->environment.no_color;
    cli->colour_out = always || (automatic && isatty(STDOUT_FILENO) == 1);
    cli->colour_err = always || (automatic && isatty(STDERR_FILENO) == 1);
    cli->quiet = opt_is_set(&cli->options, OPT_QUIET);
    if (cli->quiet && verbose > 0) {
        return FAIL(err, ASSAY_USAGE, "--quiet and --verbose contradict each other");
    }
    cli->log_level = cli->quiet     ? LOG_ERROR
                     : verbose == 0 ? LOG_WARN
                     : verbose == 1 ? LOG_INFO
                                    : LOG_DEBUG;
    cli->log = (struct assay_log){ .level = cli->log_level, .emit = emit_log, .ctx = cli };
    cli->env = (struct assay_env){ .clock = &assay_clock_system,
                                   .log = &cli->log,
                                   .interrupted = signals_flag() };
    cli->begun_ms = cli->env.clock->monotonic_ms(cli->env.clock->ctx);
    return ASSAY_OK;
}

/* A relative directory is meant from where the user stands. */
static enum assay_status make_absolute(struct cli *cli, const char *path, const char **out,
                                       struct assay_error *err)
{
    char cwd[PATH_BYTES];
    if (path[0] == '/') {
        *out = path;
        return ASSAY_OK;
    }
    if (getcwd(cwd, sizeof(cwd)) == NULL) {
        return FAIL(err, ASSAY_FILE_IO, "the working directory is not known");
    }
    return arena_format(&cli->arena, out, err, "%s/%s", cwd, path);
}

static enum assay_status set_up_state(struct cli *cli, struct assay_error *err)
{
    const char *given = opt_value(&cli->options, OPT_STATE_DIR);
    if (given == NULL) {
        return environment_join(&cli->arena, cli->environment.state_home, "/assay", &cli->state_dir,
                                err);
    }
    if (strcmp(given, "none") == 0) {
        cli->state_dir = NULL;
        return ASSAY_OK;
    }
    return make_absolute(cli, given, &cli->state_dir, err);
}

/* Pins lie in roots/ beside the configuration, whichever it is. */
static enum assay_status set_up_pins(struct cli *cli, struct assay_error *err)
{
    const char *given = opt_value(&cli->options, OPT_CONFIG);
    const char *user = NULL;
    if (given != NULL) {
        const char *full = given;
        TRY(make_absolute(cli, given, &full, err));
        struct slice path = slice_from_string(full);
        const char *dir = NULL;
        TRY(arena_copy_text(&cli->arena, slice_first(path, slice_find_last(path, '/')), &dir, err));
        TRY(environment_join(&cli->arena, dir, "/roots", &user, err));
    } else {
        TRY(environment_join(&cli->arena, cli->environment.config_home, "/assay/roots", &user,
                             err));
    }
    if (user != NULL) {
        cli->pin_dirs[cli->pin_dir_count++] = user;
    }
    if (given == NULL) {
        cli->pin_dirs[cli->pin_dir_count++] = SYSTEM_ROOTS_DIR;
    }
    cli->ask.roots_dir = user;
    return ASSAY_OK;
}

static enum assay_status add_hosts(struct cli *cli, enum opt opt, struct config_list *list,
                                   struct assay_error *err)
{
    for (size_t i = 0; i < opt_count(&cli->options, opt); i++) {
        TRY(config_list_add(list, opt_value_at(&cli->options, opt, i), &cli->arena, err));
    }
    return ASSAY_OK;
}

enum assay_status cli_set_up(struct cli *cli, struct assay_error *err)
{
    cli->arena = (struct arena)ARENA_INIT(CLI_ARENA_BYTES);
    progress_init(&cli->progress);
    ask_init(&cli->ask, &cli->progress);
    TRY(environment_read(&cli->arena, &cli->environment, err));
    return set_up_terminal(cli, err);
}

enum assay_status cli_configure(struct cli *cli, struct assay_error *err)
{
    TRY(set_up_state(cli, err));
    TRY(set_up_pins(cli, err));
    TRY(config_read(opt_value(&cli->options, OPT_CONFIG), &cli->environment, &cli->arena,
                    &cli->config, err));
    TRY(add_hosts(cli, OPT_PLAIN_HTTP, &cli->config.plain_http, err));
    return add_hosts(cli, OPT_INSECURE_TLS, &cli->config.insecure_tls, err);
}

void cli_clear(struct cli *cli)
{
    ask_clear(&cli->ask);
    progress_clear(&cli->progress);
    opt_set_clear(&cli->options);
    arena_clear(&cli->arena);
}

void cli_tell(const struct cli *cli, const char *subject, const struct assay_error *failure)
{
    const struct report_style style = { .colour = cli->colour_err };
    AUTO_BUF text = BUF_INIT(64 * KIB);
    if (report_failure(subject, failure, &style, &text, NULL) == ASSAY_OK) {
        output_message_bytes(buf_slice(&text));
    }
    if (cli->log_level == LOG_DEBUG && failure->file != NULL) {
        output_message("  at   %s:%d\n", failure->file, failure->line);
    }
}

void cli_tell_limits(const struct cli *cli)
{
    const char *at = opt_value(&cli->options, OPT_AT);
    const char *state = opt_value(&cli->options, OPT_STATE_DIR);
    if (at != NULL) {
        output_message("assay: note: judged at=%s, not now\n", at);
    }
    if (state != NULL && strcmp(state, "none") == 0) {
        output_message("assay: note: state=none, older metadata was not refused\n");
    }
}

static enum assay_status set_trust(struct cli *cli, struct assay_options *out,
                                   struct assay_error *err)
{
    const struct opt_set *options = &cli->options;
    const char *state_dir = opt_value(options, OPT_STATE_DIR);
    const char *at = opt_value(options, OPT_AT);
    const char *server = opt_value(options, OPT_TRUST_SERVER);
    out->trust_server = cli->policy_server != NULL ? cli->policy_server
                        : server != NULL           ? server
                                                   : cli->environment.trust_server;
    out->trust_servers = cli->config.servers;
    out->trust_server_count = cli->config.server_count;
    out->trust_dir = opt_value(options, OPT_TRUST_DIR);
    out->root = cli->policy_root != NULL ? cli->policy_root : opt_value(options, OPT_ROOT);
    out->pin_dirs = cli->pin_dirs;
    out->pin_dir_count = cli->pin_dir_count;
    out->tofu = cli->policy_tofu || opt_is_set(options, OPT_TOFU);
    out->state_dir = cli->state_dir;
    out->stateless = state_dir != NULL && strcmp(state_dir, "none") == 0;
    if (out->state_dir == NULL && !out->stateless) {
        return error_remedy(
            err, FAIL(err, ASSAY_CONFIG, "neither HOME nor XDG_STATE_HOME says where the state is"),
            "Set HOME, or give --state-dir.");
    }
    if (at != NULL) {
        out->has_at = 1;
        if (time_parse(slice_from_string(at), &out->at_unix_s, NULL) != ASSAY_OK) {
            return FAIL(err, ASSAY_USAGE, "--at: '%s' is no time like 2026-11-25T13:18:37Z", at);
        }
    }
    return ASSAY_OK;
}

/* Of a time that holds for all sessions together; at least what lets the next one say that it is
 * over. */
static int64_t remaining_ms(const struct cli *cli, int64_t total_ms)
{
    const struct assay_clock *clock = cli->env.clock;
    int64_t gone_ms = clock->monotonic_ms(clock->ctx) - cli->begun_ms;
    return gone_ms < total_ms ? total_ms - gone_ms : 1;
}

static enum assay_status set_network(struct cli *cli, struct assay_options *out,
                                     struct assay_error *err)
{
    const struct opt_set *options = &cli->options;
    const struct cli_environment *env = &cli->environment;
    const char *authfile = opt_value(options, OPT_AUTHFILE);
    const char *timeout = opt_value(options, OPT_TIMEOUT);
    const char *deadline = opt_value(options, OPT_DEADLINE);
    const char *jobs = opt_value(options, OPT_JOBS);
    out->offline = opt_is_set(options, OPT_OFFLINE);
    out->has_stdin = 1;
    out->stdin_fd = STDIN_FILENO;
    out->plain_http = cli->config.plain_http.items;
    out->plain_http_count = cli->config.plain_http.count;
    out->insecure_tls = cli->config.insecure_tls.items;
    out->insecure_tls_count = cli->config.insecure_tls.count;
    out->authfile = authfile != NULL ? authfile : env->authfile;
    out->auth_config = env->auth_config;
    TRY(environment_join(&cli->arena, env->runtime_dir, "/containers/auth.json",
                         &out->podman_runtime_auth, err));
    TRY(environment_join(&cli->arena, env->config_home, "/containers/auth.json",
                         &out->podman_config_auth, err));
    TRY(environment_join(&cli->arena, env->docker_config, "/config.json", &out->docker_config_auth,
                         err));
    out->engine = env->engine;
    out->engine_tls_dir = env->engine_tls_dir;
    out->helper_path = env->path;
    out->home = env->home;
    out->proxy_https = env->proxy_https;
    out->proxy_http = env->proxy_http;
    out->no_proxy = env->no_proxy;
    if (timeout != NULL) {
        TRY(opt_parse_duration("timeout", timeout, &out->timeout_ms, err));
    }
    if (deadline != NULL) {
        TRY(opt_parse_duration("deadline", deadline, &out->total_ms, err));
        out->total_ms = remaining_ms(cli, out->total_ms);
    }
    return jobs == NULL ? ASSAY_OK : opt_parse_number("jobs", jobs, 1, LIMIT_JOBS, &out->jobs, err);
}

/* The session copies the lists, so they may live in the caller's frame. */
static enum assay_status set_tls_dirs(struct cli *cli, const char *registry[REGISTRY_TLS_DIRS],
                                      const char *trust[1], struct assay_options *out,
                                      struct assay_error *err)
{
    size_t count = 0;
    registry[count++] = "/etc/docker/certs.d";
    TRY(environment_join(&cli->arena, cli->environment.config_home, "/containers/certs.d",
                         &registry[count], err));
    count += registry[count] != NULL;
    registry[count++] = "/etc/containers/certs.d";
    out->registry_tls_dirs = registry;
    out->registry_tls_dir_count = count;
    TRY(environment_join(&cli->arena, cli->environment.docker_config, "/tls", &trust[0], err));
    out->trust_tls_dirs = trust;
    out->trust_tls_dir_count = trust[0] != NULL;
    return ASSAY_OK;
}

static void session_log(void *ctx, int level, const char *line)
{
    emit_log(ctx, (enum log_level)level, line);
}

void session_cleanup(struct assay_session **session)
{
    assay_session_free(*session);
}

enum assay_status cli_session(struct cli *cli, struct assay_session **out, struct assay_error *err)
{
    TRY(cli_configure(cli, err));
    return cli_session_for(cli, NULL, out, err);
}

enum assay_status cli_session_for(struct cli *cli, const struct cli_archive *archive,
                                  struct assay_session **out, struct assay_error *err)
{
    const char *registry_dirs[REGISTRY_TLS_DIRS];
    const char *trust_dirs[1];
    struct assay_options options = ASSAY_OPTIONS_INIT;
    TRY(set_trust(cli, &options, err));
    TRY(set_network(cli, &options, err));
    TRY(set_tls_dirs(cli, registry_dirs, trust_dirs, &options, err));
    options.platform = opt_value(&cli->options, OPT_PLATFORM);
    options.layers = opt_is_set(&cli->options, OPT_LAYERS);
    if (archive != NULL) {
        options.stdin_fd = archive->fd;
    }
    options.as = archive != NULL ? archive->as : opt_value(&cli->options, OPT_AS);
    options.bundle = opt_value(&cli->options, OPT_BUNDLE);
    if (cli->bundle != NULL) {
        options.bundle = cli->bundle;
        options.offline = 1;
    }
    if (cli->trust_dir != NULL) {
        options.trust_dir = cli->trust_dir;
        options.offline = 1;
    }
    if (ask_is_possible(&cli->ask)) {
        options.accept_root = ask_accept_root;
        options.accept_root_ctx = &cli->ask;
    }
    options.log = session_log;
    options.log_ctx = cli;
    if (!cli->quiet) {
        options.progress = progress_report;
        options.progress_ctx = &cli->progress;
    }
    options.log_level = (int)cli->log_level;
    options.interrupted = signals_flag();
    return assay_session_new(&options, out, err);
}
