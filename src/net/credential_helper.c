/* SPDX-License-Identifier: Apache-2.0 */
#include "net/credential_helper.h"

#include "base/env.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "json/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define HELPER_PREFIX        "docker-credential-"
#define HELPER_PATH_BYTES    4096
#define HELPER_POLL_MS       100
#define HELPER_WAIT_MS       5 /* between looks whether it has ended */
#define HELPER_FIRST_FREE_FD 3

static bool is_name(const char *name)
{
    size_t good = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
    return good > 0 && good <= 64 && name[good] == '\0';
}

/* The first executable of that name. A relative directory would depend on where we are. */
static enum assay_status find_program(const struct credential_helper *helper, struct buf *out,
                                      struct assay_error *err)
{
    struct slice rest = helper->path == NULL ? SLICE_EMPTY : slice_from_string(helper->path);
    while (rest.len > 0) {
        struct slice directory = slice_first(rest, slice_find(rest, ':'));
        buf_reset(out);
        TRY(buf_append(out, directory, err));
        TRY(buf_printf(out, err, "/" HELPER_PREFIX "%s", helper->name));
        if (directory.len > 0 && directory.ptr[0] == '/' && access(buf_text(out), X_OK) == 0) {
            return ASSAY_OK;
        }
        rest = slice_from(rest, directory.len + 1);
    }
    return FAIL(err, ASSAY_CREDENTIALS, "%s%s is not installed", HELPER_PREFIX, helper->name);
}

/* ---- starting it ---- */

/* Its standard input: a file in memory, so that a helper that does not read cannot stop us. */
static enum assay_status open_input(const char *server, int *fd, struct assay_error *err)
{
    *fd = memfd_create("credential-request", MFD_CLOEXEC);
    if (*fd < 0) {
        return FAIL(err, ASSAY_CREDENTIALS, "no file in memory: %s", strerror(errno));
    }
    TRY(fd_write_all(*fd, slice_from_string(server), err));
    if (lseek(*fd, 0, SEEK_SET) != 0) {
        return FAIL(err, ASSAY_CREDENTIALS, "no file in memory: %s", strerror(errno));
    }
    return ASSAY_OK;
}

static int spawn_with(posix_spawn_file_actions_t *actions, char *program, int input, int output,
                      char *const *environment, pid_t *pid)
{
    char verb[] = "get";
    char *const argv[] = { program, verb, NULL };
    int code = posix_spawn_file_actions_adddup2(actions, input, STDIN_FILENO);
    code = code != 0 ? code : posix_spawn_file_actions_adddup2(actions, output, STDOUT_FILENO);
    /* What a helper prints on standard error may hold secrets. */
    code = code != 0
               ? code
               : posix_spawn_file_actions_addopen(actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    code =
        code != 0 ? code : posix_spawn_file_actions_addclosefrom_np(actions, HELPER_FIRST_FREE_FD);
    return code != 0 ? code : posix_spawn(pid, program, actions, NULL, argv, environment);
}

static enum assay_status spawn(char *program, int input, int output, char *const *environment,
                               pid_t *pid, struct assay_error *err)
{
    posix_spawn_file_actions_t actions;
    int code = posix_spawn_file_actions_init(&actions);
    if (code == 0) {
        code = spawn_with(&actions, program, input, output, environment, pid);
        (void)posix_spawn_file_actions_destroy(&actions);
    }
    if (code != 0) {
        return FAIL(err, ASSAY_CREDENTIALS, "%s cannot be started: %s", program, strerror(code));
    }
    return ASSAY_OK;
}

/* ---- its answer ---- */

static int64_t now_ms(void)
{
    return assay_clock_system.monotonic_ms(assay_clock_system.ctx);
}

/* Ends when the helper closes its output; a child of it that keeps it open ends at the deadline. */
static enum assay_status read_answer(int fd, int64_t deadline_ms, struct buf *out,
                                     struct assay_error *err)
{
    TRY(buf_reserve(out, out->max, err)); /* at once: growing would leave copies of a secret */
    for (;;) {
        struct pollfd waited = { .fd = fd, .events = POLLIN };
        char byte = 0;
        if (now_ms() >= deadline_ms) {
            return FAIL(err, ASSAY_CREDENTIALS, "no answer within %ld ms", LIMIT_HELPER_MS);
        }
        if (poll(&waited, 1, HELPER_POLL_MS) <= 0) {
            continue;
        }
        size_t room = out->max - out->len;
        ssize_t got = room > 0 ? read(fd, out->ptr + out->len, room) : read(fd, &byte, 1);
        if (got == 0) {
            out->ptr[out->len] = '\0';
            return ASSAY_OK;
        }
        if (got > 0 && room == 0) {
            return FAIL(err, ASSAY_CREDENTIALS, "more than %lu bytes", LIMIT_CREDENTIAL_BYTES);
        }
        if (got < 0 && errno != EINTR) {
            return FAIL(err, ASSAY_CREDENTIALS, "cannot read: %s", strerror(errno));
        }
        out->len += got > 0 ? (size_t)got : 0;
    }
}

/* Its wait status; it may have closed its output and still be running. */
static int wait_for(pid_t pid, int64_t deadline_ms)
{
    int state = -1;
    pid_t ended = waitpid(pid, &state, WNOHANG);
    while (ended == 0 && now_ms() < deadline_ms) {
        (void)poll(NULL, 0, HELPER_WAIT_MS);
        ended = waitpid(pid, &state, WNOHANG);
    }
    if (ended == 0) {
        (void)kill(pid, SIGKILL);
        do {
            ended = waitpid(pid, &state, 0);
        } while (ended < 0 && errno == EINTR);
    }
    return ended == pid ? state : -1;
}

/* One end for the helper, one for us. */
struct pipe_ends {
    int ours;
    int theirs;
};

static void pipe_close(struct pipe_ends *ends)
{
    fd_close_quietly(&ends->ours);
    fd_close_quietly(&ends->theirs);
}

static enum assay_status run(char *program, const char *server, char *const *environment,
                             struct buf *answer, int *state, struct assay_error *err)
{
    AUTO_FD input = -1;
    CLEANUP(pipe_close) struct pipe_ends ends = { -1, -1 };
    int fds[2] = { -1, -1 };
    pid_t pid = -1;
    int64_t deadline_ms = now_ms() + LIMIT_HELPER_MS;

    TRY(open_input(server, &input, err));
    if (pipe2(fds, O_CLOEXEC) != 0) {
        return FAIL(err, ASSAY_CREDENTIALS, "no pipe: %s", strerror(errno));
    }
    ends = (struct pipe_ends){ .ours = fds[0], .theirs = fds[1] };
    TRY(spawn(program, input, ends.theirs, environment, &pid, err));
    fd_close_quietly(&ends.theirs);
    enum assay_status status = read_answer(ends.ours, deadline_ms, answer, err);
    *state = wait_for(pid, status == ASSAY_OK ? deadline_ms : 0);
    return status;
}

static enum assay_status take_text(struct buf *out, const char *text, struct assay_error *err)
{
    out->max = LIMIT_CREDENTIAL_BYTES;
    TRY(buf_reserve(out, strlen(text), err));
    return buf_append_string(out, text, err);
}

static enum assay_status take_answer(struct slice answer, struct net_credential *out,
                                     struct assay_error *err)
{
    AUTO_JSON_TREE tree = NULL;
    struct json_at root;
    const char *user = NULL;
    const char *secret = NULL;
    TRY(json_tree_load(answer, "answer", &tree, &root, err));
    TRY(json_as_object(&root, err));
    TRY(json_get_string(&root, "Username", &user, err));
    TRY(json_get_string(&root, "Secret", &secret, err));
    if (slice_is(slice_from_string(user), "<token>")) {
        TRY(take_text(&out->identity_token, secret, err));
    } else {
        TRY(take_text(&out->user, user, err));
        TRY(take_text(&out->password, secret, err));
    }
    out->found = true;
    return ASSAY_OK;
}

static enum assay_status judge_answer(int state, struct slice answer, struct net_credential *out,
                                      struct assay_error *err)
{
    static const char not_found[] = "credentials not found in native keychain";
    if (!WIFEXITED(state)) {
        return FAIL(err, ASSAY_CREDENTIALS, "it was ended by a signal");
    }
    if (WEXITSTATUS(state) != 0) {
        while (answer.len > 0 && answer.ptr[answer.len - 1] <= ' ') {
            answer.len--;
        }
        if (slice_is(answer, not_found)) {
            return ASSAY_OK;
        }
        return FAIL(err, ASSAY_CREDENTIALS, "it ended with code %d", WEXITSTATUS(state));
    }
    enum assay_status status = take_answer(answer, out, err);
    if (status != ASSAY_OK && status != ASSAY_NO_MEMORY) {
        net_credential_clear(out);
        /* The reader's message may quote the answer. */
        return FAIL(err, ASSAY_CREDENTIALS, "its answer is not the JSON of a credential");
    }
    return status;
}

static enum assay_status add_variable(char **environment, size_t *count, const char *name,
                                      const char *value, struct assay_error *err)
{
    AUTO_BUF text = BUF_INIT(64 * KIB);
    if (value == NULL) {
        return ASSAY_OK;
    }
    TRY(buf_printf(&text, err, "%s=%s", name, value));
    environment[(*count)++] = (char *)STEAL(text.ptr);
    return ASSAY_OK;
}

static enum assay_status make_environment(const struct credential_helper *helper,
                                          char **environment, struct assay_error *err)
{
    size_t count = 0;
    TRY(add_variable(environment, &count, "PATH", helper->path, err));
    return add_variable(environment, &count, "HOME", helper->home, err);
}

static enum assay_status ask(const struct credential_helper *helper, const char *server,
                             struct net_credential *out, struct assay_error *err)
{
    AUTO_BUF program = BUF_INIT(HELPER_PATH_BYTES);
    char *environment[3] = { NULL };
    struct buf answer = BUF_INIT(LIMIT_CREDENTIAL_BYTES);
    int state = -1;

    if (!is_name(helper->name)) {
        return FAIL(err, ASSAY_CREDENTIALS, "'%s' is not the name of a credential helper",
                    helper->name);
    }
    TRY(find_program(helper, &program, err));
    enum assay_status status = make_environment(helper, environment, err);
    if (status == ASSAY_OK) {
        status = run((char *)program.ptr, server, environment, &answer, &state, err);
    }
    if (status == ASSAY_OK) {
        status = judge_answer(state, buf_slice(&answer), out, err);
    }
    buf_wipe(&answer);
    mem_free(environment[0]);
    mem_free(environment[1]);
    return status;
}

enum assay_status credential_helper_get(const struct credential_helper *helper, const char *server,
                                        struct net_credential *out, struct assay_error *err)
{
    TRY_IN(ask(helper, server, out, err), err, "credential helper %s for %s", helper->name, server);
    return ASSAY_OK;
}
