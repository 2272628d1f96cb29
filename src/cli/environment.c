/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/environment.h"

#include <stdlib.h>
#include <unistd.h>

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value == NULL || value[0] == '\0' ? NULL : value;
}

/* Directories that the XDG specification wants to be absolute. */
static const char *absolute(const char *name)
{
    const char *value = variable(name);
    return value == NULL || value[0] != '/' ? NULL : value;
}

/* Lower case first, as curl has it. */
static const char *either(const char *lower, const char *upper)
{
    const char *value = variable(lower);
    return value != NULL ? value : variable(upper);
}

enum assay_status environment_join(struct arena *arena, const char *a, const char *b,
                                   const char **out, struct assay_error *err)
{
    *out = NULL;
    if (a == NULL) {
        return ASSAY_OK;
    }
    return arena_format(arena, out, err, "%s%s", a, b);
}

static enum assay_status directory(struct arena *arena, const char *set, const char *home,
                                   const char *below, const char **out, struct assay_error *err)
{
    if (set != NULL) {
        *out = set;
        return ASSAY_OK;
    }
    return environment_join(arena, home, below, out, err);
}

enum assay_status environment_read(struct arena *arena, struct cli_environment *out,
                                   struct assay_error *err)
{
    const char *all_proxy = either("all_proxy", "ALL_PROXY");
    const char *term = variable("TERM");
    /* libcurl creates the file that it names, though our fetcher lets no key be written there. */
    (void)unsetenv("SSLKEYLOGFILE");
    *out = (struct cli_environment){
        .home = absolute("HOME"),
        .runtime_dir = absolute("XDG_RUNTIME_DIR"),
        .trust_server = variable("DOCKER_CONTENT_TRUST_SERVER"),
        .authfile = variable("REGISTRY_AUTH_FILE"),
        .auth_config = variable("DOCKER_AUTH_CONFIG"),
        .proxy_https = either("https_proxy", "HTTPS_PROXY"),
        .proxy_http = either("http_proxy", "HTTP_PROXY"),
        .no_proxy = either("no_proxy", "NO_PROXY"),
        .path = variable("PATH"),
        .engine = variable("DOCKER_HOST"),
        .no_color = variable("NO_COLOR") != NULL || term == NULL || strcmp(term, "dumb") == 0,
    };
    out->proxy_https = out->proxy_https != NULL ? out->proxy_https : all_proxy;
    out->proxy_http = out->proxy_http != NULL ? out->proxy_http : all_proxy;
    TRY(directory(arena, absolute("XDG_CONFIG_HOME"), out->home, "/.config", &out->config_home,
                  err));
    TRY(directory(arena, absolute("XDG_STATE_HOME"), out->home, "/.local/state", &out->state_home,
                  err));
    TRY(directory(arena, variable("DOCKER_CONFIG"), out->home, "/.docker", &out->docker_config,
                  err));
    out->engine_tls_dir = variable("DOCKER_CERT_PATH");
    if (out->engine_tls_dir == NULL && variable("DOCKER_TLS_VERIFY") != NULL) {
        out->engine_tls_dir = out->docker_config;
    }
    return ASSAY_OK;
}

enum assay_status environment_for_engine(struct arena *arena, char *const **out,
                                         struct assay_error *err)
{
    char **copy = NULL;
    size_t count = 0;
    while (environ[count] != NULL) {
        count++;
    }
    TRY(arena_alloc(arena, count + 1, sizeof(*copy), &copy, err));
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (!slice_has_prefix(slice_from_string(environ[i]),
                              SLICE_LITERAL("DOCKER_CONTENT_TRUST="))) {
            copy[kept++] = environ[i];
        }
    }
    copy[kept] = NULL;
    *out = copy;
    return ASSAY_OK;
}
