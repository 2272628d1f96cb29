/* SPDX-License-Identifier: Apache-2.0 */
/* audit: who could sign a repository, since when, on whose authority. */
#include "cli/answer.h"

#include "audit/diff.h"
#include "base/file.h"
#include "report/audit.h"

#include <errno.h>
#include <sys/stat.h>

#define WARN_BEFORE_S (30L * 24 * 3600)
#define COMMAND_BYTES (64 * KIB)

struct audit_answer {
    struct audit_report *report;
    struct audit_diff diff;
    bool has_diff;
    struct buf command; /* to reproduce the report */
};

static void audit_answer_clear(struct audit_answer *answer)
{
    audit_diff_clear(&answer->diff);
    audit_report_free(answer->report);
    buf_clear(&answer->command);
}

/* ---- what is audited ---- */

/* A path says so by its first character, so that no file of a repository's name is ever meant. */
static bool is_path(const char *operand)
{
    return operand[0] == '/' || operand[0] == '.';
}

/* A directory or a bundle stands in for --trust-dir or --bundle, and --as for the name. */
static enum assay_status read_operand(struct cli *cli, const char **reference,
                                      struct assay_error *err)
{
    const char *operand = cli->options.operands[0];
    const char *as = opt_value(&cli->options, OPT_AS);
    struct stat info;
    if (!is_path(operand)) {
        *reference = operand;
        return as == NULL ? ASSAY_OK
                          : FAIL(err, ASSAY_USAGE, "--as names what a DIR or FILE holds");
    }
    if (opt_is_set(&cli->options, OPT_BUNDLE) || opt_is_set(&cli->options, OPT_TRUST_DIR)) {
        return FAIL(err, ASSAY_USAGE, "%s is a path: --bundle and --trust-dir go with a REF",
                    operand);
    }
    if (stat(operand, &info) != 0) {
        return FAIL(err, ASSAY_FILE_IO, "%s: %s", operand, strerror(errno));
    }
    if (S_ISDIR(info.st_mode)) {
        cli->trust_dir = operand;
    } else {
        cli->bundle = operand;
    }
    *reference = as;
    return ASSAY_OK;
}

/* ---- the command line, to be repeated ---- */

/* A word that no shell changes. */
static enum assay_status append_word(struct buf *out, const char *word, struct assay_error *err)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@=,+%";
    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        return buf_printf(out, err, " %s", word);
    }
    TRY(buf_append_string(out, " '", err));
    for (const char *at = word; *at != '\0'; at++) {
        TRY(*at == '\'' ? buf_append_string(out, "'\\''", err)
                        : buf_append_byte(out, (uint8_t)*at, err));
    }
    return buf_append_string(out, "'", err);
}

/* Everything but where the report goes. */
static enum assay_status make_command(const struct cli *cli, struct buf *out,
                                      struct assay_error *err)
{
    TRY(buf_append_string(out, "assay audit", err));
    for (size_t i = 0; i < cli->options.given_count; i++) {
        const struct opt_given *given = &cli->options.given[i];
        if (given->opt == OPT_OUTPUT || given->opt == OPT_COLOR) {
            continue;
        }
        TRY(buf_printf(out, err, " --%s", opt_row(given->opt)->name));
        if (given->value != NULL) {
            TRY(append_word(out, given->value, err));
        }
    }
    return append_word(out, cli->options.operands[0], err);
}

/* ---- the audit ---- */

static enum assay_status run_audit(const struct session_evidence *evidence, int64_t warn_before_s,
                                   struct audit_report **out, struct assay_error *err)
{
    const struct audit_options options = {
        .env = evidence->env,
        .dialect = evidence->name.name == NULL ? NULL : &tuf_dialect_notary,
        .gun = evidence->name.name == NULL ? "" : evidence->name.name,
        .remote = evidence->remote,
        .pin = &evidence->pin,
        .is_promised = evidence->pin_is_exact || evidence->state_root.len > 0,
        .tofu = evidence->tofu,
        .state =
            evidence->store == NULL || evidence->has_at ? NULL : tuf_store_state(evidence->store),
        .state_root = buf_slice(&evidence->state_root),
        .now_unix_s = evidence->now_unix_s,
        .has_at = evidence->has_at,
        .warn_before_s = warn_before_s,
        .threads = evidence->threads,
    };
    return audit_run(&options, out, err);
}

static enum assay_status compare(struct cli *cli, struct audit_answer *answer,
                                 struct assay_error *err)
{
    const char *path = opt_value(&cli->options, OPT_DIFF);
    AUTO_BUF earlier = BUF_INIT(LIMIT_AUDIT_FILE_BYTES);
    if (path == NULL) {
        return ASSAY_OK;
    }
    TRY(file_read(path, LIMIT_AUDIT_FILE_BYTES, &earlier, err));
    TRY_IN(audit_diff_make(answer->report, buf_slice(&earlier), &answer->diff, err), err, "%s",
           path);
    answer->has_diff = true;
    return ASSAY_OK;
}

/* The chain's own status, unless a finding weighs more. */
static enum assay_status judge(const struct audit_report *report, bool has_limit,
                               enum audit_severity limit)
{
    enum assay_status says = report->status;
    for (size_t i = 0; has_limit && i < report->findings.count; i++) {
        if (audit_finding_severity(report->findings.items[i].id) >= limit &&
            assay_status_class(says) != ASSAY_CLASS_REJECTED) {
            says = ASSAY_FINDINGS;
        }
    }
    return says;
}

static enum assay_status find(struct cli *cli, void *data, enum assay_status *says,
                              struct assay_error *err)
{
    struct audit_answer *answer = data;
    CLEANUP(session_evidence_clear) struct session_evidence evidence = { 0 };
    CLEANUP(session_cleanup) struct assay_session *session = NULL;
    const char *fail_on = opt_value(&cli->options, OPT_FAIL_ON);
    const char *warn_before = opt_value(&cli->options, OPT_WARN_BEFORE);
    const char *reference = NULL;
    enum audit_severity limit = AUDIT_INFO;
    int64_t warn_before_s = WARN_BEFORE_S;
    if (fail_on != NULL && !audit_severity_parse(fail_on, &limit)) {
        return FAIL(err, ASSAY_USAGE, "--fail-on: '%s' is not info, low, medium, high or critical",
                    fail_on);
    }
    if (warn_before != NULL) {
        TRY(opt_parse_days("warn-before", warn_before, &warn_before_s, err));
    }
    TRY(read_operand(cli, &reference, err));
    TRY(make_command(cli, &answer->command, err));
    TRY(cli_session(cli, &session, err));
    TRY(session_open_evidence(session, reference, &evidence, err));
    TRY(run_audit(&evidence, warn_before_s, &answer->report, err));
    TRY(compare(cli, answer, err));
    *says = judge(answer->report, fail_on != NULL, limit);
    if (answer->report->status != ASSAY_OK && !cli->quiet) {
        cli_tell(cli, answer->report->gun, &answer->report->error);
    }
    return ASSAY_OK;
}

/* ---- outputs ---- */

static struct report_audit what_of(const struct audit_answer *answer)
{
    return (struct report_audit){
        .audit = answer->report,
        .diff = answer->has_diff ? &answer->diff : NULL,
        .command = buf_text(&answer->command),
    };
}

static enum assay_status text(struct cli *cli UNUSED, const void *data, bool colour,
                              struct buf *out, struct assay_error *err)
{
    const struct report_audit what = what_of(data);
    return report_audit_text(&what, colour, out, err);
}

static void json(const struct cli *cli UNUSED, const void *data, struct json_new *results)
{
    const struct report_audit what = what_of(data);
    report_audit_json(&what, results);
}

static enum assay_status page(struct cli *cli UNUSED, const void *data, enum output_format format,
                              struct buf *out, struct assay_error *err)
{
    const struct report_audit what = what_of(data);
    return format == OUTPUT_HTML ? report_audit_html(&what, out, err)
                                 : report_audit_svg(&what, out, err);
}

enum assay_status command_audit(struct cli *cli, struct assay_error *err)
{
    CLEANUP(audit_answer_clear)
    struct audit_answer data = { .command = BUF_INIT(COMMAND_BYTES) };
    const struct answer answer = { &data, find, text,
                                   json,  page, OUTPUT_BIT(OUTPUT_HTML) | OUTPUT_BIT(OUTPUT_SVG) };
    return answer_give(cli, &answer, err);
}
