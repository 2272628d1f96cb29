/* SPDX-License-Identifier: Apache-2.0 */
/* How far a run has come that takes more than a second, on standard error: on a terminal one line
 * that is drawn again and again, elsewhere one line when it is over. Never a result. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct progress {
    pthread_mutex_t one_at_a_time; /* reports come from several threads */
    bool is_terminal;
    int64_t run_began_ms;   /* the first report; 0: there was none */
    int64_t image_began_ms; /* the first report of this image; 0: nothing goes on */
    int64_t began_ms;       /* its first bytes: how fast they come has nothing to do with waiting */
    int64_t drawn_ms;
    unsigned drawn_columns; /* of the line that stands on the terminal, 0: none */
    char what[256];
};

void progress_init(struct progress *progress);
void progress_clear(struct progress *progress);
/* For assay_options.progress. */
void progress_report(void *ctx, const char *what, uint64_t done_bytes, uint64_t total_bytes);
/* Takes the line away, so that others can write; nothing is drawn until progress_resume. */
void progress_pause(struct progress *progress);
void progress_resume(struct progress *progress);

#endif
