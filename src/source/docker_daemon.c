/* SPDX-License-Identifier: Apache-2.0 */
/* docker-daemon:REF, an image that an engine exports. The engine pushes one tar; a thread of its
 * own takes it and hands it on through a pipe to the reader of archives, which pulls. */
#include "source/transports.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/process.h"
#include "base/text.h"
#include "net/engine.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#define ID_PREFIX "sha256:"

struct export
{
    struct engine *engine;
    struct assay_env env; /* of the thread */
    atomic_int abandoned;
    const char *image;
    struct process_pipe ends; /* theirs: of the thread */
    enum assay_status status;
    struct assay_error error;
};

/* ---- the thread that asks the engine ---- */

/* Nobody reads any more: the reader has said why, or will. */
static enum assay_status push(void *ctx, struct slice bytes, struct assay_error *err)
{
    const struct export *export = ctx;
    return fd_write_all(export->ends.theirs, bytes, err);
}

static void *run_export(void *arg)
{
    struct export *export = arg;
    export->status =
        engine_export(export->engine, &export->env, export->image, push, export, &export->error);
    fd_close_quietly(&export->ends.theirs);
    return NULL;
}

/* It takes no signals: a broken pipe is a failed write there, and all others are for us. */
static enum assay_status start_thread(struct export *export, pthread_t *thread,
                                      struct assay_error *err)
{
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) {
        return FAIL(err, ASSAY_INTERNAL, "signals cannot be blocked");
    }
    int code = pthread_create(thread, NULL, run_export, export);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code == 0 ? ASSAY_OK : FAIL(err, ASSAY_ENGINE, "no thread: %s", strerror(code));
}

/* ---- this side ---- */

static enum assay_status read_export(struct export *export, const struct archive_options *options,
                                     struct archive **out, struct assay_error *err)
{
    pthread_t thread;
    struct assay_error failure = ERROR_INIT;
    TRY(start_thread(export, &thread, err));
    enum assay_status status = archive_open_stream(export->ends.ours, engine_shown(export->engine),
                                                   options, out, &failure);
    if (status == ASSAY_OK) {
        /* what comes behind the archive: only the whole transfer shows that it was complete */
        fd_drain(export->ends.ours);
    }
    /* So that the thread ends, whether it is writing or waits for an engine that is silent. */
    atomic_store(&export->abandoned, 1);
    fd_close_quietly(&export->ends.ours);
    (void)pthread_join(thread, NULL);
    /* The transfer's failure explains the archive's; but one that only says that we stopped reading
     * explains nothing. */
    bool interrupted = env_check_interrupted(options->env, NULL) != ASSAY_OK;
    bool stopped_by_us =
        status != ASSAY_OK &&
        (export->status == ASSAY_FILE_IO || (export->status == ASSAY_INTERRUPTED && !interrupted));
    if (export->status != ASSAY_OK && !stopped_by_us) {
        archive_free(STEAL(*out));
        return error_pass(err, &export->error);
    }
    return status == ASSAY_OK ? ASSAY_OK : error_pass(err, &failure);
}

static enum assay_status export_image(struct engine *engine, const char *image,
                                      const struct source_context *context, struct archive **out,
                                      struct assay_error *err)
{
    const struct archive_options options = { .env = context->env, .threads = context->threads };
    struct export export = {
        .engine = engine, .env = *context->env, .image = image, .ends = PROCESS_PIPE_INIT
    };
    *out = NULL;
    export.env.abandoned = &export.abandoned;
    TRY(process_pipe_open(&export.ends, ASSAY_ENGINE, err));
    enum assay_status status = read_export(&export, &options, out, err);
    process_pipe_close(&export.ends);
    return status;
}

/* ---- which image ---- */

static bool is_id(const char *text)
{
    struct slice whole = slice_from_string(text);
    struct slice prefix = SLICE_LITERAL(ID_PREFIX);
    return slice_has_prefix(whole, prefix) && text_is_lower_hex(slice_from(whole, prefix.len));
}

/* An image of the engine goes by the name that the user asked for; an id has none. */
static enum assay_status open_named(struct engine *engine, const char *image, const char *name,
                                    const struct source_context *context, struct source **out,
                                    struct assay_error *err)
{
    struct archive *archive = NULL;
    TRY(export_image(engine, image, context, &archive, err));
    TRY(source_docker_archive_from(archive, NULL, true, context->env->log, out, err));
    mem_free(STEAL((*out)->claimed_name));
    if (name != NULL && mem_set_string(&(*out)->claimed_name, name, err) != ASSAY_OK) {
        source_free(STEAL(*out));
        return ASSAY_NO_MEMORY;
    }
    return ASSAY_OK;
}

static enum assay_status open_image(struct engine *engine, const char *locator,
                                    const struct source_context *context, struct source **out,
                                    struct assay_error *err)
{
    CLEANUP(oci_reference_clear) struct oci_reference reference = { 0 };
    if (is_id(locator)) {
        return open_named(engine, locator, NULL, context, out, err);
    }
    TRY(oci_reference_parse(locator, &reference, err));
    AUTO_BUF image = BUF_INIT(LIMIT_URL_BYTES);
    TRY(buf_append_string(&image, reference.name, err));
    if (reference.digest.alg != DIGEST_NONE) {
        char digest[DIGEST_TEXT_BYTES];
        digest_format(&reference.digest, digest);
        TRY(buf_printf(&image, err, "@%s", digest));
    } else {
        TRY(buf_printf(&image, err, ":%s", reference.tag));
    }
    return open_named(engine, buf_text(&image), reference.text, context, out, err);
}

static void engine_cleanup(struct engine **engine)
{
    engine_free(*engine);
}

enum assay_status source_docker_daemon_open(const char *locator,
                                            const struct source_context *context,
                                            struct source **out, struct assay_error *err)
{
    CLEANUP(engine_cleanup) struct engine *engine = NULL;
    const struct engine_options options = {
        .address = context->engine,
        .tls_dir = context->engine_tls_dir,
        .plain_http = context->plain_http,
        .plain_http_count = context->plain_http_count,
    };
    *out = NULL;
    TRY(engine_new(&options, &engine, err));
    if (context->offline) {
        return FAIL(err, ASSAY_OFFLINE, "%s would have to be asked", engine_shown(engine));
    }
    return open_image(engine, locator, context, out, err);
}
