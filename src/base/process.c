/* SPDX-License-Identifier: Apache-2.0 */
#include "base/process.h"

#include "base/file.h"
#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_MS       5 /* between looks whether it has ended */
#define FIRST_FREE_FD 3

enum assay_status process_find(const char *name, const char *path, struct buf *out, bool *found,
                               struct assay_error *err)
{
    struct slice rest = path == NULL ? SLICE_EMPTY : slice_from_string(path);
    *found = false;
    while (rest.len > 0 && !*found) {
        struct slice directory = slice_first(rest, slice_find(rest, ':'));
        buf_reset(out);
        TRY(buf_append(out, directory, err));
        TRY(buf_printf(out, err, "/%s", name));
        *found = directory.len > 0 && directory.ptr[0] == '/' && access(buf_text(out), X_OK) == 0;
        rest = slice_from(rest, directory.len + 1);
    }
    return ASSAY_OK;
}

/* ---- starting it ---- */

static int add_descriptor(posix_spawn_file_actions_t *actions, int from, int to)
{
    return from >= 0 ? posix_spawn_file_actions_adddup2(actions, from, to)
                     : posix_spawn_file_actions_addopen(actions, to, "/dev/null", O_RDWR, 0);
}

static int add_descriptors(posix_spawn_file_actions_t *actions, const struct process_start *start)
{
    int code = add_descriptor(actions, start->input, STDIN_FILENO);
    code = code != 0 ? code : add_descriptor(actions, start->output, STDOUT_FILENO);
    code = code != 0 ? code : add_descriptor(actions, start->messages, STDERR_FILENO);
    return code != 0 ? code : posix_spawn_file_actions_addclosefrom_np(actions, FIRST_FREE_FD);
}

/* We may ignore SIGPIPE; a program that was not asked must not inherit that. */
static int set_signals(posix_spawnattr_t *attributes)
{
    sigset_t usual;
    (void)sigemptyset(&usual);
    (void)sigaddset(&usual, SIGPIPE);
    int code = posix_spawnattr_setsigdefault(attributes, &usual);
    return code != 0 ? code : posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF);
}

static int spawn_with(posix_spawn_file_actions_t *actions, const struct process_start *start,
                      pid_t *pid)
{
    posix_spawnattr_t attributes;
    int code = posix_spawnattr_init(&attributes);
    if (code != 0) {
        return code;
    }
    code = set_signals(&attributes);
    code = code != 0 ? code : add_descriptors(actions, start);
    code = code != 0 ? code
                     : posix_spawn(pid, start->program, actions, &attributes, start->arguments,
                                   start->environment);
    (void)posix_spawnattr_destroy(&attributes);
    return code;
}

enum assay_status process_spawn(const struct process_start *start, pid_t *out,
                                struct assay_error *err)
{
    posix_spawn_file_actions_t actions;
    int code = posix_spawn_file_actions_init(&actions);
    if (code == 0) {
        code = spawn_with(&actions, start, out);
        (void)posix_spawn_file_actions_destroy(&actions);
    }
    if (code != 0) {
        return FAIL(err, start->failure, "%s cannot be started: %s", start->program,
                    strerror(code));
    }
    return ASSAY_OK;
}

enum assay_status process_pipe_open(struct process_pipe *out, enum assay_status failure,
                                    struct assay_error *err)
{
    int fds[2] = { -1, -1 };
    if (pipe2(fds, O_CLOEXEC) != 0) {
        return FAIL(err, failure, "no pipe: %s", strerror(errno));
    }
    *out = (struct process_pipe){ .ours = fds[0], .theirs = fds[1] };
    return ASSAY_OK;
}

void process_pipe_close(struct process_pipe *ends)
{
    fd_close_quietly(&ends->ours);
    fd_close_quietly(&ends->theirs);
}

/* ---- its end ---- */

static int64_t now_ms(void)
{
    return assay_clock_system.monotonic_ms(assay_clock_system.ctx);
}

static int wait_blocking(pid_t pid)
{
    int state = -1;
    pid_t ended = -1;
    do {
        ended = waitpid(pid, &state, 0);
    } while (ended < 0 && errno == EINTR);
    return ended == pid ? state : -1;
}

int process_wait_until(pid_t pid, int64_t deadline_ms)
{
    int state = -1;
    pid_t ended = waitpid(pid, &state, WNOHANG);
    while (ended == 0 && now_ms() < deadline_ms) {
        (void)poll(NULL, 0, WAIT_MS);
        ended = waitpid(pid, &state, WNOHANG);
    }
    if (ended == 0) {
        (void)kill(pid, SIGKILL);
        return wait_blocking(pid);
    }
    return ended == pid ? state : -1;
}

enum assay_status process_wait(pid_t pid, const struct assay_env *env, int *state,
                               struct assay_error *err)
{
    pid_t ended = 0;
    *state = -1;
    while ((ended = waitpid(pid, state, WNOHANG)) == 0) {
        enum assay_status status = env_check_interrupted(env, err);
        if (status != ASSAY_OK) {
            (void)kill(pid, SIGTERM);
            *state = process_wait_until(pid, now_ms() + LIMIT_PROCESS_END_MS);
            return status;
        }
        (void)poll(NULL, 0, WAIT_MS);
    }
    *state = ended == pid ? *state : -1;
    return ASSAY_OK;
}
