/* SPDX-License-Identifier: Apache-2.0 */
/* docker or podman, as a program that pull runs: found on PATH or named, given our environment. */
#ifndef CLI_ENGINE_PROGRAM_H
#define CLI_ENGINE_PROGRAM_H

#include "base/process.h"
#include "cli/cli.h"

#define ENGINE_ARGUMENTS 8

struct engine_program {
    const char *name; /* "docker", "podman" */
    bool is_podman;
    struct buf path;
    char *const *environment;
    int words_fd; /* where what it prints as its result goes: our standard output or error */
};

/* named: --engine; NULL: the first that is installed. ASSAY_USAGE, ASSAY_ENGINE. */
MUST_CHECK enum assay_status engine_program_find(struct cli *cli, const char *named,
                                                 struct engine_program *out,
                                                 struct assay_error *err);
void engine_program_clear(struct engine_program *program);

/* A command line behind the program's name, NULL last. */
struct engine_command {
    const char *words[ENGINE_ARGUMENTS];
};
/* Runs it to its end; what it prints is seen by the user. ASSAY_ENGINE names its exit code. */
MUST_CHECK enum assay_status engine_program_run(const struct engine_program *program,
                                                const struct engine_command *command,
                                                const struct assay_env *env,
                                                struct assay_error *err);
/* Starts it with its output into a pipe. */
MUST_CHECK enum assay_status engine_program_open(const struct engine_program *program,
                                                 const struct engine_command *command,
                                                 struct process_pipe *output, pid_t *pid,
                                                 struct assay_error *err);
/* Waits for what was opened. */
MUST_CHECK enum assay_status engine_program_wait(const struct engine_program *program,
                                                 const struct engine_command *command, pid_t pid,
                                                 const struct assay_env *env,
                                                 struct assay_error *err);

#endif
