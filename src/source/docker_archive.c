/* SPDX-License-Identifier: Apache-2.0 */
/* Archives as docker and podman save them: a config and layers, without the manifest that a
 * registry has. The config's digest is computed here, whatever its file is called. */
#include "base/mem.h"
#include "source/docker_manifest.h"
#include "source/locator.h"
#include "source/transports.h"

struct docker_archive {
    struct source base;
    struct place *place; /* owned */
    struct arena arena;
    struct docker_image image;
    struct buf config;
};

static struct docker_archive *docker_of(struct source *source)
{
    return (struct docker_archive *)source;
}

/* ---- documents: only archives that are OCI layouts as well have any but the config ---- */

static enum assay_status docker_by_digest(struct source *source,
                                          const struct oci_descriptor *wanted, size_t count,
                                          struct source_manifest *out, enum assay_status *statuses,
                                          struct assay_error *errors, struct assay_error *err)
{
    struct docker_archive *docker = docker_of(source);
    char name[BLOB_NAME_BYTES];

    (void)err; /* each has its own */
    for (size_t i = 0; i < count; i++) {
        out[i] = (struct source_manifest){ .bytes = BUF_INIT(LIMIT_MANIFEST_BYTES) };
        error_clear(&errors[i]);
        place_blob_name(&wanted[i].digest, name);
        statuses[i] = place_read_blob(docker->place, name, &wanted[i], LIMIT_MANIFEST_BYTES,
                                      &out[i].bytes, &errors[i]);
        if (statuses[i] != ASSAY_OK) {
            source_manifest_clear(&out[i]);
            (void)error_context(&errors[i], statuses[i], "%s in %s", name, docker->place->shown);
        }
    }
    return ASSAY_OK;
}

static enum assay_status docker_blob(struct source *source, const struct oci_descriptor *wanted,
                                     sink_fn *sink, void *ctx, struct assay_error *err)
{
    struct docker_archive *docker = docker_of(source);

    if (!source_has_config(source, &wanted->digest)) {
        return FAIL(err, ASSAY_MANIFEST_MISSING, "%s holds one config, and not this one",
                    docker->place->shown);
    }
    return sink(ctx, buf_slice(&docker->config), err);
}

/* ---- layers ---- */

static enum assay_status docker_layers(struct source *source, const struct oci_descriptor *wanted,
                                       const struct digest *diff_ids, size_t count,
                                       struct measured *out, struct assay_error *err)
{
    struct docker_archive *docker = docker_of(source);
    AUTO_MEM struct place_layer *layers = mem_alloc(count + 1, sizeof(*layers));

    (void)wanted; /* stored here unpacked, or packed in a way of its own */
    if (layers == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    if (docker->image.layer_count != count) {
        return FAIL(err, ASSAY_SCHEMA, "%s: manifest.json has %zu layers, the config %zu diff_ids",
                    docker->place->shown, docker->image.layer_count, count);
    }
    for (size_t i = 0; i < count; i++) {
        layers[i] = (struct place_layer){
            .name = docker->image.layers[i],
            .follow = true,
            .detect = true,
            .unpacked_alg = diff_ids[i].alg,
            .out = &out[i],
        };
    }
    return docker->place->ops->measure(docker->place, layers, count, err);
}

/* ---- what nothing refers to ---- */

static bool is_referred_to(const struct docker_image *image, const char *name)
{
    bool found = strcmp(name, image->config) == 0 || strcmp(name, "manifest.json") == 0;

    for (size_t i = 0; !found && i < image->layer_count; i++) {
        found = strcmp(name, image->layers[i]) == 0;
    }
    return found;
}

static void log_unused(const struct docker_archive *docker, const struct assay_log *log)
{
    const struct place *place = docker->place;
    const char *name = NULL;

    for (size_t i = 0; log != NULL && log->level >= LOG_DEBUG; i++) {
        name = place->ops->name_at(place, i);
        if (name == NULL) {
            return;
        }
        if (!is_referred_to(&docker->image, name)) {
            log_line(log, LOG_DEBUG, "%s: manifest.json does not name '%s'", place->shown, name);
        }
    }
}

/* ---- life ---- */

static void docker_free(struct source *source)
{
    struct docker_archive *docker = docker_of(source);

    place_free(docker->place);
    arena_clear(&docker->arena);
    buf_clear(&docker->config);
    mem_free(docker);
}

static const struct source_ops DOCKER_OPS = {
    .by_digest = docker_by_digest,
    .blob = docker_blob,
    .layers = docker_layers,
    .free = docker_free,
};

static enum assay_status fill(struct docker_archive *docker, const char *wanted,
                              struct assay_error *err)
{
    const char *name = NULL;

    TRY(docker_manifest_choose(docker->place, wanted, &docker->arena, &docker->image, &name, err));
    if (name != NULL) {
        docker->base.claimed_name = mem_copy_string(name);
        if (docker->base.claimed_name == NULL) {
            return FAIL_NO_MEMORY(err);
        }
    }
    TRY_IN(
        place_need(docker->place, docker->image.config, LIMIT_CONFIG_BYTES, &docker->config, err),
        err, "the image config");
    struct slice config = buf_slice(&docker->config);
    TRY(digest_compute(DIGEST_SHA256, config, &docker->base.image_config, err));
    TRY(digest_compute(DIGEST_SHA512, config, &docker->base.image_config_sha512, err));
    return docker_hybrid_check(docker->place, &docker->image, &docker->base, err);
}

/* Owns the place, also on failure. */
static enum assay_status open_in(struct place *place, const char *wanted,
                                 const struct assay_log *log, struct source **out,
                                 struct assay_error *err)
{
    struct docker_archive *docker = mem_alloc(1, sizeof(*docker));

    *out = NULL;
    if (docker == NULL) {
        place_free(place);
        return FAIL_NO_MEMORY(err);
    }
    docker->base.ops = &DOCKER_OPS;
    docker->base.is_local = true;
    docker->place = place;
    docker->arena = (struct arena)ARENA_INIT(LIMIT_DOCUMENT_ARENA);
    docker->config = (struct buf)BUF_INIT(LIMIT_CONFIG_BYTES);
    enum assay_status status = fill(docker, wanted, err);
    if (status != ASSAY_OK) {
        source_free(&docker->base);
        return status;
    }
    log_unused(docker, log);
    *out = &docker->base;
    return ASSAY_OK;
}

enum assay_status source_docker_archive_from(struct archive *archive, const char *wanted,
                                             bool is_engine, const struct assay_log *log,
                                             struct source **out, struct assay_error *err)
{
    struct place *place = NULL;

    *out = NULL;
    TRY(place_of_archive(archive, &place, err));
    TRY(open_in(place, wanted, log, out, err));
    (*out)->is_engine = is_engine;
    return ASSAY_OK;
}

static const struct assay_log *log_of(const struct source_context *context)
{
    return context->env == NULL ? NULL : context->env->log;
}

enum assay_status source_docker_archive_open(const char *text, const struct source_context *context,
                                             struct source **out, struct assay_error *err)
{
    CLEANUP(locator_clear) struct locator locator = { 0 };
    struct place *place = NULL;

    *out = NULL;
    TRY(locator_split("docker-archive:", text, &locator, err));
    TRY(place_open_archive(locator.path, context, &place, err));
    return open_in(place, locator.ref, log_of(context), out, err);
}

/* What the archive holds says which kind it is; docker's own list of images comes first, because it
 * is also in archives that are layouts as well. */
enum assay_status source_stdin_open(const char *text, const struct source_context *context,
                                    struct source **out, struct assay_error *err)
{
    AUTO_BUF ignored = BUF_INIT(LIMIT_MANIFEST_BYTES);
    struct place *place = NULL;
    bool is_docker = false;

    (void)text; /* the image is the only one */
    *out = NULL;
    TRY(place_open_archive("-", context, &place, err));
    enum assay_status status =
        place->ops->read(place, "manifest.json", LIMIT_MANIFEST_BYTES, &ignored, &is_docker, err);
    if (status != ASSAY_OK) {
        place_free(place);
        return error_context(err, status, "manifest.json");
    }
    return is_docker ? open_in(place, NULL, log_of(context), out, err)
                     : source_oci_archive_in(place, out, err);
}
