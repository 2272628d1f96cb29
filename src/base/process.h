/* SPDX-License-Identifier: Apache-2.0 */
/* Running another program: without a shell, with a plain argv, and with no descriptor but the three
 * that it is given. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include "base/buf.h"
#include "base/env.h"

#include <sys/types.h>

/* The first executable of that name in path, directories as in PATH; relative ones are passed over,
 * because they would depend on where we are. *found false: none; out is then of no use. */
MUST_CHECK enum assay_status process_find(const char *name, const char *path, struct buf *out,
                                          bool *found, struct assay_error *err);

struct process_start {
    const char *program;
    char *const *arguments;   /* program's name first, NULL last */
    char *const *environment; /* NULL last */
    int input;                /* -1: /dev/null, for each of the three */
    int output;
    int messages;
    enum assay_status failure; /* the status when it cannot be started */
};
MUST_CHECK enum assay_status process_spawn(const struct process_start *start, pid_t *out,
                                           struct assay_error *err);

/* A pipe, for what a program reads or writes. Closed when it goes out of scope. */
struct process_pipe {
    int ours;
    int theirs;
};
#define PROCESS_PIPE_INIT                                                                          \
    {                                                                                              \
        .ours = -1, .theirs = -1                                                                   \
    }
#define AUTO_PIPE CLEANUP(process_pipe_close) struct process_pipe
/* For its output: we read. */
MUST_CHECK enum assay_status process_pipe_open(struct process_pipe *out, enum assay_status failure,
                                               struct assay_error *err);
void process_pipe_close(struct process_pipe *ends);

/* Waits for its end, at most until deadline_ms of the monotonic clock, then it is killed. Its wait
 * status; -1 when that cannot be had. */
int process_wait_until(pid_t pid, int64_t deadline_ms);
/* Waits as long as it takes. An interruption is handed on by SIGTERM, and what does not end by that
 * within LIMIT_PROCESS_END_MS is killed: ASSAY_INTERRUPTED, ASSAY_TERMINATED. */
MUST_CHECK enum assay_status process_wait(pid_t pid, const struct assay_env *env, int *state,
                                          struct assay_error *err);

#endif
