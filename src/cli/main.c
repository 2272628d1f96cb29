/* SPDX-License-Identifier: Apache-2.0 */
/* The command: from argv to an exit code. Everything that can go wrong here ends in another code
 * than 0. */
#include "cli/cli.h"
#include "cli/output.h"
#include "cli/signals.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define LEAKS_ARE_TRACED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LEAKS_ARE_TRACED 1
#endif
#endif

/* A closed standard descriptor must not become some other file: it is opened so that reading
 * standard input ends at once and writing a result fails, as it should. */
static bool secure_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", O_RDONLY) != fd) {
            return false;
        }
    }
    return true;
}

/* Credentials pass through this process: no core file, no reading of its memory. */
static void protect_memory(void)
{
    const struct rlimit none = { 0, 0 };
    (void)setrlimit(RLIMIT_CORE, &none);
#ifndef LEAKS_ARE_TRACED
    (void)prctl(PR_SET_DUMPABLE, 0);
#endif
}

static enum assay_status fail_unknown_command(const char *name, struct assay_error *err)
{
    const char *names[18] = { "--help", "--version" };
    size_t count = 2;
    for (; command_at(count - 2) != NULL && count + 1 < ARRAY_LEN(names); count++) {
        names[count] = command_at(count - 2)->name;
    }
    names[count] = NULL;
    const char *nearest = opt_nearest(name, names);
    if (nearest != NULL) {
        return FAIL(err, ASSAY_USAGE, "unknown command '%s'; did you mean '%s'?", name, nearest);
    }
    return name[0] == '-'
               ? FAIL(err, ASSAY_USAGE, "'%s' stands before the command: options follow it", name)
               : FAIL(err, ASSAY_USAGE, "unknown command '%s'", name);
}

/* --help and --version are what fingers type. */
static const struct command *find_command(const char *name)
{
    static const struct {
        const char *spelling;
        const char *command;
    } others[] = { { "--help", "help" }, { "-h", "help" }, { "--version", "version" } };
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        if (strcmp(name, others[i].spelling) == 0) {
            return command_find(others[i].command);
        }
    }
    return command_find(name);
}

static enum assay_status show_help(const struct command *command, struct assay_error *err)
{
    AUTO_BUF text = BUF_INIT(64 * KIB);
    TRY(help_write(command, &text, err));
    return output_result(buf_slice(&text), err);
}

static enum assay_status check_operands(const struct command *command, size_t count,
                                        struct assay_error *err)
{
    if (count < command->min_operands) {
        return FAIL(err, ASSAY_USAGE, "usage: assay %s [OPTION]... %s", command->name,
                    command->operands);
    }
    if (count > command->max_operands) {
        return FAIL(err, ASSAY_USAGE, "'assay %s' takes at most %zu operand%s, not %zu",
                    command->name, command->max_operands, command->max_operands == 1 ? "" : "s",
                    count);
    }
    return ASSAY_OK;
}

static enum assay_status run(const struct command *command, struct cli *cli,
                             struct assay_error *err)
{
    if (opt_is_set(&cli->options, OPT_HELP)) {
        return show_help(command, err);
    }
    TRY(check_operands(command, cli->options.operand_count, err));
    TRY(cli_set_up(cli, err));
    return command->run(cli, err);
}

static enum assay_status run_command(const struct command *command, size_t count,
                                     char *const *arguments, struct cli *cli,
                                     struct assay_error *err)
{
    uint64_t allowed = command->options | CLI_COMMON_OPTIONS;
    enum assay_status status =
        opt_parse(command->name, allowed, count, arguments, &cli->options, err);
    if (status == ASSAY_OK) {
        status = run(command, cli, err);
    }
    if (err->status == ASSAY_USAGE && err->remedy[0] == '\0') {
        status = error_remedy(err, status, "See 'assay help %s'.", command->name);
    }
    return status;
}

static enum assay_status run_arguments(size_t count, char *const *arguments)
{
    struct cli cli = { 0 };
    struct assay_error err = ERROR_INIT;
    const struct command *command = count == 0 ? NULL : find_command(arguments[0]);
    enum assay_status status = ASSAY_USAGE;
    if (command != NULL) {
        status = run_command(command, count - 1, arguments + 1, &cli, &err);
    } else if (count == 0) {
        status = FAIL(&err, ASSAY_USAGE, "no command is given");
    } else {
        status = fail_unknown_command(arguments[0], &err);
    }
    if (status != ASSAY_OK && err.status != ASSAY_OK) {
        cli_tell(&cli, "", &err);
    }
    cli_clear(&cli);
    return status;
}

int main(int argc, char **argv)
{
    struct assay_error err = ERROR_INIT;
    if (!secure_descriptors()) {
        return ASSAY_CLASS_INTERNAL;
    }
    protect_memory();
    signals_install();
    enum assay_status status =
        run_arguments(argc < 1 ? 0 : (size_t)argc - 1, argc < 1 ? argv : argv + 1);
    enum assay_status closed = output_close(&err);
    if (closed != ASSAY_OK) {
        output_message("assay: %s\n", assay_error_message(&err));
    }
    enum assay_class class =
        assay_class_worst(assay_status_class(status), assay_status_class(closed));
    return (int)class;
}
