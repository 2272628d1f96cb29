/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container engine, asked for an image's bytes over its API: docker's, which podman speaks too.
 * No redirects are followed, no credentials sent, no proxy asked. What it sends is a claim like
 * any other.
 */
#ifndef NET_ENGINE_H
#define NET_ENGINE_H

#include "net/fetch.h"

struct engine_options {
    const char *address; /* as DOCKER_HOST: unix://PATH or tcp://HOST:PORT; NULL: the default */
    const char *tls_dir; /* ca.pem (no other authority counts), cert.pem, key.pem; NULL: no TLS */
    const char *const *plain_http; /* HOST:PORT that may be asked without TLS */
    size_t plain_http_count;
};

struct engine;

/* Asks nothing yet. ASSAY_USAGE for an address of another form or without TLS, ASSAY_CONFIG for TLS
 * files that cannot be used. */
MUST_CHECK enum assay_status engine_new(const struct engine_options *options, struct engine **out,
                                        struct assay_error *err);
void engine_free(struct engine *engine); /* NULL is fine */
/* "the engine at /var/run/docker.sock" */
const char *engine_shown(const struct engine *engine);

/* Exports an image, name:tag or sha256:HEX, as one tar. sink takes it as it comes; its failure ends
 * the export. ASSAY_IMAGE_ABSENT, ASSAY_ENGINE. From one thread at a time. */
MUST_CHECK enum assay_status engine_export(struct engine *engine, const struct assay_env *env,
                                           const char *image, sink_fn *sink, void *ctx,
                                           struct assay_error *err);

#endif
