/* SPDX-License-Identifier: Apache-2.0 */
/* The only reader of environment variables. They say where things are and as whom to ask; none
 * adds a root, relaxes a check or changes a verdict. */
#ifndef CLI_ENVIRONMENT_H
#define CLI_ENVIRONMENT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"

/* NULL: not set, or empty. Borrowed from the process or the arena. */
struct cli_environment {
    const char *home;
    const char *config_home;   /* XDG_CONFIG_HOME or HOME/.config */
    const char *state_home;    /* XDG_STATE_HOME or HOME/.local/state */
    const char *runtime_dir;   /* XDG_RUNTIME_DIR */
    const char *docker_config; /* DOCKER_CONFIG or HOME/.docker */
    const char *trust_server;  /* DOCKER_CONTENT_TRUST_SERVER */
    const char *authfile;      /* REGISTRY_AUTH_FILE */
    const char *auth_config;   /* DOCKER_AUTH_CONFIG */
    const char *proxy_https;
    const char *proxy_http;
    const char *no_proxy;
    const char *path;
    const char *engine;         /* DOCKER_HOST */
    const char *engine_tls_dir; /* DOCKER_CERT_PATH, or with DOCKER_TLS_VERIFY docker's own */
    bool no_color;              /* NO_COLOR is set, or TERM is dumb or not set */
};

MUST_CHECK enum assay_status environment_read(struct arena *arena, struct cli_environment *out,
                                              struct assay_error *err);
/* The whole environment as a program that we run gets it, in the arena, NULL last; without
 * DOCKER_CONTENT_TRUST, because an engine's client that knows it would ask the trust server again,
 * by its own rules. */
MUST_CHECK enum assay_status environment_for_engine(struct arena *arena, char *const **out,
                                                    struct assay_error *err);
/* "a" and "b" as one text in the arena; NULL when a is NULL. */
MUST_CHECK enum assay_status environment_join(struct arena *arena, const char *a, const char *b,
                                              const char **out, struct assay_error *err);

#endif
