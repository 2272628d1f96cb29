/* SPDX-License-Identifier: Apache-2.0 */
/* First use on a terminal: shows the fingerprint, asks, and pins what was accepted. */
#ifndef CLI_ASK_H
#define CLI_ASK_H

#include "cli/progress.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct ask {
    pthread_mutex_t one_at_a_time; /* repositories are judged side by side */
    struct progress *progress;     /* must not draw over a question */
    const char *roots_dir;         /* where an accepted root is pinned; NULL: nowhere to ask for */
};

/* Nobody is asked until roots_dir is set. */
void ask_init(struct ask *ask, struct progress *progress);
void ask_clear(struct ask *ask);
/* Somebody can be asked: standard input and standard error are terminals. */
bool ask_is_possible(const struct ask *ask);
/* For assay_options.accept_root: non-zero after "yes" and when the pin is stored. */
int ask_accept_root(void *ctx, const char *gun, const char *fingerprint, const void *root,
                    size_t root_bytes);

#endif
