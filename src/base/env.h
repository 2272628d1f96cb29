/* SPDX-License-Identifier: Apache-2.0 */
/* All that is outside comes through here: clock, network, log. No globals below it; the command
 * and the public entry points fill it in, tests fill in their own. */
#ifndef BASE_ENV_H
#define BASE_ENV_H

#include "base/error.h"
#include "base/log.h"

#include <stdatomic.h>
#include <stdint.h>

struct net_fetcher; /* net/fetch.h */

struct assay_clock {
    /* Wall clock, for expiry. ASSAY_CLOCK when it cannot be read. */
    enum assay_status (*now_unix_s)(void *ctx, int64_t *out, struct assay_error *err);
    /* Never goes back; for deadlines. */
    int64_t (*monotonic_ms)(void *ctx);
    void *ctx;
};

/* How far work has come that a person waits for. May be called from several threads at once; NULL
 * where nobody waits. */
struct assay_progress {
    /* what NULL: a part of what was begun before; total_bytes 0: not known. */
    void (*begin)(void *ctx, const char *what, uint64_t total_bytes);
    void (*advance)(void *ctx, uint64_t bytes);
    void (*end)(void *ctx);
    void *ctx;
};

struct assay_env {
    const struct assay_clock *clock;
    struct net_fetcher *fetcher; /* NULL: none, as under --offline */
    const struct assay_log *log;
    /* Set by a signal handler to ASSAY_INTERRUPTED or ASSAY_TERMINATED; loops look at it. */
    const atomic_int *interrupted;
    /* Not zero: nobody waits for this part of the work any more; NULL for the whole. */
    const atomic_int *abandoned;
    const struct assay_progress *progress;
};

/* What is begun is also ended. what: an image, or NULL for a part of one. All three do nothing
 * where nobody waits. */
void env_progress_begin(const struct assay_env *env, const char *what, uint64_t total_bytes);
void env_progress_advance(const struct assay_env *env, uint64_t bytes);
void env_progress_end(const struct assay_env *env);

/* ASSAY_OK, or the status of the interruption. */
MUST_CHECK enum assay_status env_check_interrupted(const struct assay_env *env,
                                                   struct assay_error *err);

/* The machine's clocks (clock_gettime). */
extern const struct assay_clock assay_clock_system;

#endif
