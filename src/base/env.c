/* SPDX-License-Identifier: Apache-2.0 */
#include "base/env.h"

#include "base/attr.h"

#include <errno.h>
#include <string.h>
#include <time.h>

enum assay_status env_check_interrupted(const struct assay_env *env, struct assay_error *err)
{
    int status = env->interrupted == NULL ? ASSAY_OK : atomic_load(env->interrupted);
    if (status == ASSAY_OK && env->abandoned != NULL && atomic_load(env->abandoned) != 0) {
        return FAIL(err, ASSAY_INTERRUPTED, "nobody waits for it any more");
    }
    if (status == ASSAY_OK) {
        return ASSAY_OK;
    }
    if (status == ASSAY_TERMINATED) {
        return FAIL(err, ASSAY_TERMINATED, "ended by SIGTERM");
    }
    return FAIL(err, ASSAY_INTERRUPTED, "interrupted by SIGINT");
}

void env_progress_begin(const struct assay_env *env, const char *what, uint64_t total_bytes)
{
    if (env->progress != NULL) {
        env->progress->begin(env->progress->ctx, what, total_bytes);
    }
}

void env_progress_advance(const struct assay_env *env, uint64_t bytes)
{
    if (env->progress != NULL) {
        env->progress->advance(env->progress->ctx, bytes);
    }
}

void env_progress_end(const struct assay_env *env)
{
    if (env->progress != NULL) {
        env->progress->end(env->progress->ctx);
    }
}

static enum assay_status system_now_unix_s(void *ctx UNUSED, int64_t *out, struct assay_error *err)
{
    struct timespec now = { 0 };
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) {
        return FAIL(err, ASSAY_CLOCK, "the clock cannot be read: %s", strerror(errno));
    }
    *out = (int64_t)now.tv_sec;
    return ASSAY_OK;
}

static int64_t system_monotonic_ms(void *ctx UNUSED)
{
    struct timespec now = { 0 };
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) {
        return INT64_MAX; /* every deadline has passed: waiting forever would be worse */
    }
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const struct assay_clock assay_clock_system = {
    .now_unix_s = system_now_unix_s,
    .monotonic_ms = system_monotonic_ms,
};
