/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine_program.h"

#include "base/file.h"

#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM_PATH_BYTES 4096

static const char *const PROGRAMS[] = { "docker", "podman" };

enum assay_status engine_program_find(struct cli *cli, const char *named,
                                      struct engine_program *out, struct assay_error *err)
{
    bool known = false;
    bool found = false;
    *out =
        (struct engine_program){ .path = BUF_INIT(PROGRAM_PATH_BYTES), .words_fd = STDOUT_FILENO };
    for (size_t i = 0; i < ARRAY_LEN(PROGRAMS) && !found; i++) {
        if (named != NULL && strcmp(named, PROGRAMS[i]) != 0) {
            continue;
        }
        known = true;
        out->name = PROGRAMS[i];
        out->is_podman = strcmp(PROGRAMS[i], "podman") == 0;
        TRY(process_find(PROGRAMS[i], cli->environment.path, &out->path, &found, err));
    }
    if (!known) {
        return FAIL(err, ASSAY_USAGE, "--engine: '%s' is not docker or podman", named);
    }
    if (!found) {
        return error_remedy(err,
                            FAIL(err, ASSAY_ENGINE, "%s is installed",
                                 named == NULL                  ? "neither docker nor podman"
                                 : strcmp(named, "docker") == 0 ? "no docker"
                                                                : "no podman"),
                            "Install docker or podman, or add its directory to PATH.");
    }
    return environment_for_engine(&cli->arena, &out->environment, err);
}

void engine_program_clear(struct engine_program *program)
{
    buf_clear(&program->path);
}

static enum assay_status start(const struct engine_program *program,
                               const struct engine_command *command, int output, pid_t *pid,
                               struct assay_error *err)
{
    /* exec changes no text, but its type has no const */
    char *arguments[ENGINE_ARGUMENTS + 1] = { NULL };
    memcpy(&arguments[0], &program->name, sizeof(arguments[0]));
    for (size_t i = 0; i + 1 < ENGINE_ARGUMENTS && command->words[i] != NULL; i++) {
        memcpy(&arguments[i + 1], &command->words[i], sizeof(arguments[0]));
    }
    const struct process_start start = {
        .program = buf_text(&program->path),
        .arguments = arguments,
        .environment = program->environment,
        .input = -1,
        .output = output,
        .messages = STDERR_FILENO,
        .failure = ASSAY_ENGINE,
    };
    return process_spawn(&start, pid, err);
}

enum assay_status engine_program_wait(const struct engine_program *program,
                                      const struct engine_command *command, pid_t pid,
                                      const struct assay_env *env, struct assay_error *err)
{
    int state = -1;
    TRY(process_wait(pid, env, &state, err));
    TRY(env_check_interrupted(env, err)); /* the terminal's signal reached both of us */
    if (!WIFEXITED(state)) {
        return FAIL(err, ASSAY_ENGINE, "'%s %s' was ended by a signal", program->name,
                    command->words[0]);
    }
    if (WEXITSTATUS(state) != 0) {
        return FAIL(err, ASSAY_ENGINE, "'%s %s' failed with exit code %d", program->name,
                    command->words[0], WEXITSTATUS(state));
    }
    return ASSAY_OK;
}

enum assay_status engine_program_run(const struct engine_program *program,
                                     const struct engine_command *command,
                                     const struct assay_env *env, struct assay_error *err)
{
    pid_t pid = -1;
    TRY(start(program, command, program->words_fd, &pid, err));
    return engine_program_wait(program, command, pid, env, err);
}

enum assay_status engine_program_open(const struct engine_program *program,
                                      const struct engine_command *command,
                                      struct process_pipe *output, pid_t *pid,
                                      struct assay_error *err)
{
    TRY(process_pipe_open(output, ASSAY_ENGINE, err));
    enum assay_status status = start(program, command, output->theirs, pid, err);
    fd_close_quietly(&output->theirs);
    return status;
}
