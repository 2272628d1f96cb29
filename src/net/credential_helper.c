/* SPDX-License-Identifier: Apache-2.0 */
#include "net/credential_helper.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/process.h"
#include "json/tree.h"

#include <errno.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define HELPER_PREFIX     "docker-credential-"
#define HELPER_PATH_BYTES 4096
#define HELPER_POLL_MS    100

static bool is_name(const char *name)
{
    size_t good = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
    return good > 0 && good <= 64 && name[good] == '\0';
}

static enum assay_status find_program(const struct credential_helper *helper, struct buf *out,
                                      struct assay_error *err)
{
    AUTO_BUF name = BUF_INIT(HELPER_PATH_BYTES);
    bool found = false;
    TRY(buf_printf(&name, err, HELPER_PREFIX "%s", helper->name));
    TRY(process_find(buf_text(&name), helper->path, out, &found, err));
    return found ? ASSAY_OK : FAIL(err, ASSAY_CREDENTIALS, "%s is not installed", buf_text(&name));
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

static enum assay_status spawn(char *program, int input, int output, char *const *environment,
                               pid_t *pid, struct assay_error *err)
{
    char verb[] = "get";
    char *const arguments[] = { program, verb, NULL };
    const struct process_start start = {
        .program = program,
        .arguments = arguments,
        .environment = environment,
        .input = input,
        .output = output,
        .messages = -1, /* what a helper prints on standard error may hold secrets */
        .failure = ASSAY_CREDENTIALS,
    };
    return process_spawn(&start, pid, err);
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

static enum assay_status run(char *program, const char *server, char *const *environment,
                             struct buf *answer, int *state, struct assay_error *err)
{
    AUTO_FD input = -1;
    AUTO_PIPE ends = PROCESS_PIPE_INIT;
    pid_t pid = -1;
    int64_t deadline_ms = now_ms() + LIMIT_HELPER_MS;

    TRY(open_input(server, &input, err));
    TRY(process_pipe_open(&ends, ASSAY_CREDENTIALS, err));
    TRY(spawn(program, input, ends.theirs, environment, &pid, err));
    fd_close_quietly(&ends.theirs);
    enum assay_status status = read_answer(ends.ours, deadline_ms, answer, err);
    /* it may have closed its output and still be running */
    *state = process_wait_until(pid, status == ASSAY_OK ? deadline_ms : 0);
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
    if (strcmp(user, "<token>") == 0) {
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
