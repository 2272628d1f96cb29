/* SPDX-License-Identifier: Apache-2.0 */
/* What every command is given, and the table of commands. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/env.h"
#include "cli/ask.h"
#include "cli/config.h"
#include "cli/opt.h"
#include "cli/progress.h"
#include "report/text.h"
#include "verify/session.h"

struct cli {
    struct opt_set options;
    struct cli_environment environment;
    struct config config;
    struct arena arena; /* owns every text made up from the environment and the configuration */
    struct ask ask;
    struct progress progress;
    bool colour_out;
    bool colour_err;
    bool quiet;
    const char *bundle;    /* judge by this bundle alone; NULL: as the options say */
    const char *trust_dir; /* the same of a directory */
    const char
        *policy_server; /* of the scope that is judged; each wins over option and environment */
    const char *policy_root;
    bool policy_tofu;
    int64_t begun_ms; /* by the monotonic clock */
    enum log_level log_level;
    const char *state_dir;   /* absolute; NULL: none, or not known */
    const char *pin_dirs[2]; /* the user's, the system's */
    size_t pin_dir_count;
    struct assay_log log;
    struct assay_env env; /* clock, log and interruption; no network */
};

struct command {
    const char *name;
    const char *operands;    /* for the usage line */
    const char *summary;     /* one line of help */
    const char *description; /* paragraphs of help, at most 78 columns */
    uint64_t options;        /* OPT_BITs, without the common ones */
    size_t min_operands;
    size_t max_operands;
    /* Fills err, or tells the user itself and leaves err empty; the class of what it returns is
     * the exit code. */
    enum assay_status (*run)(struct cli *cli, struct assay_error *err);
};

/* Options that every command takes. */
#define CLI_COMMON_OPTIONS                                                                         \
    (OPT_BIT(OPT_COLOR) | OPT_BIT(OPT_QUIET) | OPT_BIT(OPT_VERBOSE) | OPT_BIT(OPT_HELP))

/* The commands in the order of help; NULL behind the last. */
const struct command *command_at(size_t index);
const struct command *command_find(const char *name);

enum assay_status command_verify(struct cli *cli, struct assay_error *err);
enum assay_status command_pull(struct cli *cli, struct assay_error *err);
enum assay_status command_pin(struct cli *cli, struct assay_error *err);
enum assay_status command_explain(struct cli *cli, struct assay_error *err);
enum assay_status command_inspect(struct cli *cli, struct assay_error *err);
enum assay_status command_gate(struct cli *cli, struct assay_error *err);
enum assay_status command_audit(struct cli *cli, struct assay_error *err);
enum assay_status command_policy(struct cli *cli, struct assay_error *err);
enum assay_status command_bundle(struct cli *cli, struct assay_error *err);
enum assay_status command_root(struct cli *cli, struct assay_error *err);
enum assay_status command_version(struct cli *cli, struct assay_error *err);
enum assay_status command_help(struct cli *cli, struct assay_error *err);

/* Reads the environment and what options say about the terminal. */
MUST_CHECK enum assay_status cli_set_up(struct cli *cli, struct assay_error *err);
/* Reads the configuration and finds the directories of state and pins; once. */
MUST_CHECK enum assay_status cli_configure(struct cli *cli, struct assay_error *err);
void cli_clear(struct cli *cli);
/* A session of what options, environment and configuration say; configures first. */
MUST_CHECK enum assay_status cli_session(struct cli *cli, struct assay_session **out,
                                         struct assay_error *err);
/* One more, once configured, for an archive that comes from a descriptor: "-" then names it. */
struct cli_archive {
    const char *as;
    int fd;
};
MUST_CHECK enum assay_status cli_session_for(struct cli *cli, const struct cli_archive *archive,
                                             struct assay_session **out, struct assay_error *err);
/* For CLEANUP. */
void session_cleanup(struct assay_session **session);
/* One line on standard error, also when quiet, for outputs that cannot say it themselves: a past
 * time, or no state. */
void cli_tell_limits(const struct cli *cli);
/* A failure on standard error; subject may be "". */
void cli_tell(const struct cli *cli, const char *subject, const struct assay_error *failure);

/* Help for one command, or for all with NULL. */
MUST_CHECK enum assay_status help_write(const struct command *command, struct buf *out,
                                        struct assay_error *err);
/* The table of statuses. */
MUST_CHECK enum assay_status help_write_statuses(struct buf *out, struct assay_error *err);
/* One status by its id, behind: other text stands before it. *found is false for an unknown one. */
MUST_CHECK enum assay_status help_write_status(const char *id, bool behind, struct buf *out,
                                               bool *found, struct assay_error *err);

/* One rule of the gate, likewise. */
MUST_CHECK enum assay_status help_write_rule(const char *id, bool behind, struct buf *out,
                                             bool *found, struct assay_error *err);

#endif
