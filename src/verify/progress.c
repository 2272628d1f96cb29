/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/progress.h"

#include "base/text.h"

#include <stdio.h>

/* Callers hold the lock: the callback is told one sum after another, never an older one later. */
static void tell(struct session_progress *progress)
{
    char several[32];
    (void)snprintf(several, sizeof(several), "%u images", progress->images);
    progress->callback(progress->callback_ctx, progress->images > 1 ? several : progress->what,
                       progress->done_bytes, progress->total_bytes);
}

static void name_image(struct session_progress *progress, const char *what)
{
    size_t room = sizeof(progress->what);
    int len = progress->all < 2 ? 0
                                : snprintf(progress->what, room, "[%u/%u] ", progress->begun_images,
                                           progress->all);
    text_sanitise(slice_from_string(what), progress->what + len, room - (size_t)len);
}

static void begin(void *ctx, const char *what, uint64_t total_bytes)
{
    struct session_progress *progress = ctx;
    (void)pthread_mutex_lock(&progress->lock);
    progress->begun++;
    progress->total_bytes += total_bytes;
    if (what != NULL) {
        progress->images++;
        progress->begun_images++;
        name_image(progress, what);
    }
    tell(progress);
    (void)pthread_mutex_unlock(&progress->lock);
}

static void advance(void *ctx, uint64_t bytes)
{
    struct session_progress *progress = ctx;
    (void)pthread_mutex_lock(&progress->lock);
    progress->done_bytes += bytes;
    tell(progress);
    (void)pthread_mutex_unlock(&progress->lock);
}

/* images counts until all is over: "2 images" does not become the name of one. */
static void end(void *ctx)
{
    struct session_progress *progress = ctx;
    (void)pthread_mutex_lock(&progress->lock);
    progress->begun--;
    if (progress->begun == 0) {
        progress->callback(progress->callback_ctx, NULL, progress->done_bytes,
                           progress->done_bytes);
        progress->images = 0;
        progress->done_bytes = 0;
        progress->total_bytes = 0;
    }
    (void)pthread_mutex_unlock(&progress->lock);
}

void session_progress_init(struct session_progress *progress,
                           void (*callback)(void *ctx, const char *what, uint64_t done_bytes,
                                            uint64_t total_bytes),
                           void *callback_ctx)
{
    *progress = (struct session_progress){
        .internal = { .begin = begin, .advance = advance, .end = end, .ctx = progress },
        .callback = callback,
        .callback_ctx = callback_ctx,
        .lock = PTHREAD_MUTEX_INITIALIZER,
    };
}

void session_progress_run(struct session_progress *progress, size_t images)
{
    progress->all = (unsigned)images;
    progress->begun_images = 0;
}

void session_progress_clear(struct session_progress *progress)
{
    if (progress->callback != NULL) {
        (void)pthread_mutex_destroy(&progress->lock);
    }
}
