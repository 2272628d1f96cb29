/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include "base/process.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(process, .timeout = 60);

static pid_t start_shell(const char *script, const struct process_pipe *output)
{
    char *const arguments[] = { (char *)"sh", (char *)"-c", (char *)script, NULL };
    char *const environment[] = { (char *)"WORD=kept", NULL };
    const struct process_start start = {
        .program = "/bin/sh",
        .arguments = arguments,
        .environment = environment,
        .input = -1,
        .output = output == NULL ? -1 : output->theirs,
        .messages = -1,
        .failure = ASSAY_ENGINE,
    };
    struct assay_error err = ERROR_INIT;
    pid_t pid = -1;
    cr_assert_eq(process_spawn(&start, &pid, &err), ASSAY_OK, "%s", err.message);
    return pid;
}

Test(process, finds_only_in_absolute_directories)
{
    struct assay_error err = ERROR_INIT;
    AUTO_BUF out = BUF_INIT(4096);
    bool found = false;
    cr_assert_eq(process_find("sh", "bin:/nowhere:/bin", &out, &found, &err), ASSAY_OK);
    cr_assert(found);
    cr_assert_str_eq(buf_text(&out), "/bin/sh");
    cr_assert_eq(process_find("sh", "bin:.::", &out, &found, &err), ASSAY_OK);
    cr_assert_not(found);
    cr_assert_eq(process_find("sh", NULL, &out, &found, &err), ASSAY_OK);
    cr_assert_not(found);
}

Test(process, gives_output_environment_and_exit_code)
{
    struct assay_error err = ERROR_INIT;
    const struct assay_env env = { .clock = &assay_clock_system };
    AUTO_PIPE output = PROCESS_PIPE_INIT;
    AUTO_BUF text = BUF_INIT(4096);
    int state = -1;
    cr_assert_eq(process_pipe_open(&output, ASSAY_ENGINE, &err), ASSAY_OK);
    cr_assert_eq(dup2(output.ours, 77), 77); /* without close-on-exec */
    pid_t pid =
        start_shell("echo \"$WORD\"; [ ! -e /proc/$$/fd/77 ] || echo leaked; exit 7", &output);
    fd_close_quietly(&output.theirs);
    cr_assert_eq(fd_read_all(output.ours, 4096, &text, &err), ASSAY_OK);
    cr_assert_eq(process_wait(pid, &env, &state, &err), ASSAY_OK);
    cr_assert(WIFEXITED(state));
    cr_assert_eq(WEXITSTATUS(state), 7);
    cr_assert_str_eq(buf_text(&text), "kept\n");
}

Test(process, does_not_hand_on_that_a_broken_pipe_is_ignored)
{
    const struct assay_env env = { .clock = &assay_clock_system };
    struct assay_error err = ERROR_INIT;
    AUTO_PIPE output = PROCESS_PIPE_INIT;
    int state = -1;
    (void)sigaction(SIGPIPE, &(struct sigaction){ .sa_handler = SIG_IGN }, NULL);
    cr_assert_eq(process_pipe_open(&output, ASSAY_ENGINE, &err), ASSAY_OK);
    pid_t pid = start_shell("kill -PIPE $$; exit 0", &output);
    cr_assert_eq(process_wait(pid, &env, &state, &err), ASSAY_OK);
    cr_assert(WIFSIGNALED(state));
    cr_assert_eq(WTERMSIG(state), SIGPIPE);
}

Test(process, hands_an_interruption_on)
{
    struct assay_error err = ERROR_INIT;
    atomic_int interrupted = ASSAY_INTERRUPTED;
    const struct assay_env env = { .clock = &assay_clock_system, .interrupted = &interrupted };
    int state = -1;
    pid_t pid = start_shell("sleep 30 & wait", NULL);
    cr_assert_eq(process_wait(pid, &env, &state, &err), ASSAY_INTERRUPTED);
    cr_assert(WIFSIGNALED(state));
    cr_assert_eq(WTERMSIG(state), SIGTERM);
}

Test(process, kills_what_does_not_end_in_time)
{
    int64_t now = assay_clock_system.monotonic_ms(NULL);
    int state = process_wait_until(start_shell("exec sleep 30", NULL), now + 50);
    cr_assert(WIFSIGNALED(state));
    cr_assert_eq(WTERMSIG(state), SIGKILL);
}

Test(process, says_what_cannot_be_started)
{
    char *const nothing[] = { (char *)"none", NULL };
    const struct process_start start = {
        .program = "/nowhere/none",
        .arguments = nothing,
        .environment = nothing + 1,
        .input = -1,
        .output = -1,
        .messages = -1,
        .failure = ASSAY_ENGINE,
    };
    struct assay_error err = ERROR_INIT;
    pid_t pid = -1;
    cr_assert_eq(process_spawn(&start, &pid, &err), ASSAY_ENGINE);
    cr_assert(strstr(err.message, "/nowhere/none") != NULL);
}
