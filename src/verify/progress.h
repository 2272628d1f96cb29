/* SPDX-License-Identifier: Apache-2.0 */
/* From the internal reports of progress, which come from several images and threads at once, to the
 * one sum that the public callback is told. */
#ifndef VERIFY_PROGRESS_H
#define VERIFY_PROGRESS_H

#include "base/env.h"

#include <pthread.h>

struct session_progress {
    struct assay_progress internal; /* what env points to */
    void (*callback)(void *ctx, const char *what, uint64_t done_bytes, uint64_t total_bytes);
    void *callback_ctx;
    pthread_mutex_t lock;
    unsigned all; /* images of the run */
    unsigned begun_images;
    unsigned images; /* begun with a name and not ended */
    unsigned begun;  /* all that was begun and not ended */
    uint64_t done_bytes;
    uint64_t total_bytes;
    char what[256];
};

void session_progress_init(struct session_progress *progress,
                           void (*callback)(void *ctx, const char *what, uint64_t done_bytes,
                                            uint64_t total_bytes),
                           void *callback_ctx);
void session_progress_clear(struct session_progress *progress);
/* A run of so many images starts. Before any thread of it. */
void session_progress_run(struct session_progress *progress, size_t images);

#endif
