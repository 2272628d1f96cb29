/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where image bytes come from. A source hands out bytes with what is claimed about them; who asks
 * hashes them (verify/). One const table of transports, skopeo's names.
 */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include "archive/archive.h"
#include "base/env.h"
#include "net/session.h"
#include "oci/manifest.h"
#include "oci/reference.h"

struct source;

/* Bytes of a manifest or index with the media type that the transport claims ("" if none). */
struct source_manifest {
    struct buf bytes;
    char media_type[NET_HEADER_BYTES];
    char claimed_digest[DIGEST_TEXT_BYTES]; /* "" if none; a cross-check, never evidence */
};
void source_manifest_clear(struct source_manifest *manifest);

struct source_ops {
    /* The manifest that the locator names (a tag, the only image of a directory).
     * ASSAY_NOT_FOUND when there is none. */
    enum assay_status (*named)(struct source *source, struct source_manifest *out,
                               struct assay_error *err);
    /* Manifests by digest, all in one flight where there is a network: statuses[i] of each.
     * ASSAY_MANIFEST_MISSING when absent. */
    enum assay_status (*by_digest)(struct source *source, const struct oci_descriptor *wanted,
                                   size_t count, struct source_manifest *out,
                                   enum assay_status *statuses, struct assay_error *errors,
                                   struct assay_error *err);
    /* A blob as a stream; sink may stop it with its own status. ASSAY_MANIFEST_MISSING when
     * absent. */
    enum assay_status (*blob)(struct source *source, const struct oci_descriptor *wanted,
                              sink_fn *sink, void *ctx, struct assay_error *err);
    /* The layers of one image, measured: the i-th as wanted[i] and diff_ids[i] ask for. What is
     * absent or of another size has its status in out[i]; out[i].stored is DIGEST_NONE where the
     * source does not hold the layer as it was stored in a registry (struct source,
     * has_manifest). NULL: there are no layers to be had. */
    enum assay_status (*layers)(struct source *source, const struct oci_descriptor *wanted,
                                const struct digest *diff_ids, size_t count, struct measured *out,
                                struct assay_error *err);
    void (*free)(struct source *source);
};

struct source {
    const struct source_ops *ops;
    bool is_local; /* a directory, archive or engine: layers are judged as well */
    /* What docker and podman save and engines export holds an image without its manifest: a config
     * and unpacked layers. Then named is NULL, image_config is the digest of its config, and the
     * manifest that names that config must come from elsewhere. */
    bool has_manifest;
    struct digest image_config;
    struct digest image_config_sha512; /* the same, for a manifest that names it so */
    bool is_engine;     /* the bytes are what an engine exports: engine=exported in every output */
    char *claimed_name; /* what the source calls itself; a claim; NULL: nothing */
};

void source_free(struct source *source);
/* Whether it is the image's config, of a source without manifests, that a manifest names. */
bool source_has_config(const struct source *source, const struct digest *named);

/* What sources are opened with; what it points to is borrowed for the source's life. */
struct source_context {
    const struct assay_env *env;
    struct net_session *net;       /* NULL offline */
    unsigned threads;              /* for measuring layers, at least 1 */
    const char *engine;            /* as DOCKER_HOST; NULL: the default socket */
    const char *engine_tls_dir;    /* as DOCKER_CERT_PATH; NULL: none */
    bool offline;                  /* no socket may be opened, not even an engine's */
    const char *const *plain_http; /* HOST:PORT of an engine that may be asked without TLS */
    size_t plain_http_count;
    bool has_stdin; /* otherwise no source reads standard input */
    int stdin_fd;
};

struct source_transport {
    const char *scheme; /* "docker://", "oci:" */
    const char *summary;
    bool is_local;
    /* locator: what follows the scheme. */
    enum assay_status (*open)(const char *locator, const struct source_context *context,
                              struct source **out, struct assay_error *err);
};

/* By scheme; a text without one is docker://. *locator points into text. Never NULL. */
const struct source_transport *source_transport_find(const char *text, const char **locator);
/* Whether the text names an archive on standard input, which can be read once. */
bool source_reads_stdin(const char *text);

/* ---- the registry, whose first request travels with others in one flight ---- */

/* The request for the manifest that the reference names (tag, else digest); borrowed from source.
 */
MUST_CHECK enum assay_status source_registry_request(struct source *source, struct net_get *out,
                                                     struct assay_error *err);
/* Configs by digest, as by_digest, all in one flight: bytes alone, no larger than wanted. */
MUST_CHECK enum assay_status
source_registry_configs(struct source *source, const struct oci_descriptor *wanted, size_t count,
                        struct source_manifest *out, enum assay_status *statuses,
                        struct assay_error *errors, struct assay_error *err);
/* The answer to it: what named() then returns without asking again. Takes the body. */
void source_registry_answer(struct source *source, struct net_response *response);

/* ---- an archive as docker saves it, from wherever it comes ---- */

/* wanted: REF or @INDEX, NULL: the only image. Owns the archive, also on failure. */
MUST_CHECK enum assay_status source_docker_archive_from(struct archive *archive, const char *wanted,
                                                        bool is_engine, const struct assay_log *log,
                                                        struct source **out,
                                                        struct assay_error *err);

#endif
