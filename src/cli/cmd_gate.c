/* SPDX-License-Identifier: Apache-2.0 */
/* gate: find image references, judge them by the policies, report where the team looks. */
#include "cli/answer.h"
#include "cli/policies.h"
#include "cli/scanning.h"

#include "gate/gate.h"
#include "report/gate.h"

struct gate_answer {
    struct scan scan;
    struct gate gate;
};

static void gate_answer_clear(struct gate_answer *answer)
{
    gate_clear(&answer->gate);
    scan_clear(&answer->scan);
}

static enum assay_status read_fail_on(const struct cli *cli, enum gate_level *out,
                                      struct assay_error *err)
{
    const char *given = opt_value(&cli->options, OPT_FAIL_ON);
    struct slice text = slice_from_string(given == NULL ? "error" : given);
    *out = slice_is(text, "warning") ? GATE_WARNING : GATE_ERROR;
    return *out == GATE_WARNING || slice_is(text, "error")
               ? ASSAY_OK
               : FAIL(err, ASSAY_USAGE, "--fail-on: '%s' is not error or warning", given);
}

static enum assay_status find(struct cli *cli, void *data, enum assay_status *says,
                              struct assay_error *err)
{
    struct gate_answer *answer = data;
    AUTO_POLICY_SET policies = NULL;
    struct scan_options options;
    struct gate_options gate = { .env = &cli->env, .session = cli_policy_session, .ctx = cli };
    TRY(read_fail_on(cli, &gate.fail_on, err));
    TRY(cli_scan_options(cli, &options, err));
    TRY(cli_policies_configure(cli, cli_project(cli), &policies, err));
    scan_init(&answer->scan, &cli->env, &options);
    TRY(cli_scan_operands(cli, &answer->scan, err));
    cli_tell_unused_project(cli);
    gate.policies = policies;
    /* beside other policies the project's only tightens, and so do its comments */
    gate.is_project = opt_is_set(&cli->options, OPT_PROJECT) && policy_count(policies) == 1;
    TRY(gate_judge(&answer->scan, &gate, &answer->gate, err));
    *says = answer->gate.status;
    return ASSAY_OK;
}

/* ---- outputs ---- */

static enum assay_status make_text(struct cli *cli UNUSED, const void *data, bool colour,
                                   struct buf *out, struct assay_error *err)
{
    const struct gate_answer *answer = data;
    return report_gate(GATE_FORMAT_TEXT, &answer->gate, colour, out, err);
}

static enum assay_status make_page(struct cli *cli UNUSED, const void *data,
                                   enum output_format format, struct buf *out,
                                   struct assay_error *err)
{
    static const enum gate_format formats[OUTPUT_FORMATS] = {
        [OUTPUT_JSON] = GATE_FORMAT_JSON,         [OUTPUT_JSONL] = GATE_FORMAT_JSONL,
        [OUTPUT_SARIF] = GATE_FORMAT_SARIF,       [OUTPUT_JUNIT] = GATE_FORMAT_JUNIT,
        [OUTPUT_GITHUB] = GATE_FORMAT_GITHUB,     [OUTPUT_GITLAB] = GATE_FORMAT_GITLAB,
        [OUTPUT_MARKDOWN] = GATE_FORMAT_MARKDOWN,
    };
    const struct gate_answer *answer = data;
    return report_gate(formats[format], &answer->gate, false, out, err);
}

enum assay_status command_gate(struct cli *cli, struct assay_error *err)
{
    CLEANUP(gate_answer_clear) struct gate_answer data = { 0 };
    const struct answer answer = {
        .data = &data,
        .find = find,
        .text = make_text,
        .page = make_page,
        .pages = OUTPUT_BIT(OUTPUT_JSONL) | OUTPUT_BIT(OUTPUT_SARIF) | OUTPUT_BIT(OUTPUT_JUNIT) |
                 OUTPUT_BIT(OUTPUT_GITHUB) | OUTPUT_BIT(OUTPUT_GITLAB) |
                 OUTPUT_BIT(OUTPUT_MARKDOWN),
    };
    return answer_give(cli, &answer, err);
}
