/* SPDX-License-Identifier: Apache-2.0 */
/* The options of all commands, in one table, and their parsing. Every form that is not understood
 * is refused with a hint; nothing is guessed. */
#ifndef CLI_OPT_H
#define CLI_OPT_H

#include "base/error.h"
#include "base/limits.h"

#include <stdbool.h>
#include <stdint.h>

enum opt {
    OPT_TRUST_SERVER,
    OPT_TRUST_DIR,
    OPT_BUNDLE,
    OPT_ROOT,
    OPT_CA,
    OPT_TOFU,
    OPT_STATE_DIR,
    OPT_AT,
    OPT_PLATFORM,
    OPT_LAYERS,
    OPT_AS,
    OPT_OFFLINE,
    OPT_PLAIN_HTTP,
    OPT_INSECURE_TLS,
    OPT_AUTHFILE,
    OPT_TIMEOUT,
    OPT_JOBS,
    OPT_ENGINE,
    OPT_ALL_TAGS,
    OPT_TRUST,
    OPT_PRETTY,
    OPT_EXPLAIN,
    OPT_TO,
    OPT_POLICY,
    OPT_PROJECT,
    OPT_WRITE,
    OPT_CHECK,
    OPT_BUILD_ARG,
    OPT_BUILD_CONTEXT,
    OPT_EXCLUDE,
    OPT_CUSTOM,
    OPT_SOURCE_ROOT,
    OPT_DEADLINE,
    OPT_FAIL_ON,
    OPT_WARN_BEFORE,
    OPT_DIFF,
    OPT_OUTPUT,
    OPT_CONFIG,
    OPT_COLOR,
    OPT_QUIET,
    OPT_VERBOSE,
    OPT_HELP,
    OPT_COUNT
};

#define OPT_BIT(opt) (UINT64_C(1) << (opt))

struct opt_row {
    const char *name;     /* "--name", without the dashes */
    const char *argument; /* what help calls its value; NULL: it takes none */
    const char *summary;  /* one line of help, at most 49 columns */
    char letter;          /* "-n", or NUL */
    bool repeatable;
};

const struct opt_row *opt_row(enum opt opt);

struct opt_given {
    enum opt opt;
    const char *value; /* NULL for an option without one; borrowed from argv */
};

/* What a command line said; borrowed from argv, cleared by opt_set_clear. */
struct opt_set {
    struct opt_given *given;
    size_t given_count;
    const char **operands;
    size_t operand_count;
};

/* Options and operands in any order; behind "--" everything is an operand. allowed: OPT_BITs of the
 * command. ASSAY_USAGE. */
MUST_CHECK enum assay_status opt_parse(const char *command, uint64_t allowed, size_t count,
                                       char *const *arguments, struct opt_set *out,
                                       struct assay_error *err);
void opt_set_clear(struct opt_set *set);

size_t opt_count(const struct opt_set *set, enum opt opt);
/* The value of the index-th occurrence, NULL when there are fewer. */
const char *opt_value_at(const struct opt_set *set, enum opt opt, size_t index);
/* The value of an option that is not repeatable; NULL when it was not given. */
const char *opt_value(const struct opt_set *set, enum opt opt);
bool opt_is_set(const struct opt_set *set, enum opt opt);

/* "90", "90s", "2m" or "500ms" within 1 ms and one hour. */
MUST_CHECK enum assay_status opt_parse_duration(const char *option, const char *text,
                                                int64_t *out_ms, struct assay_error *err);
/* "30d", a number of days up to ten years, in seconds. */
MUST_CHECK enum assay_status opt_parse_days(const char *option, const char *text, int64_t *out_s,
                                            struct assay_error *err);
MUST_CHECK enum assay_status opt_parse_number(const char *option, const char *text, int min,
                                              int max, int *out, struct assay_error *err);
/* The name nearest to text within two edits, NULL if there is none. names end with NULL. */
const char *opt_nearest(const char *text, const char *const *names);

#endif
