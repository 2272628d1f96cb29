/* SPDX-License-Identifier: Apache-2.0 */
/* verify and pin: decide about references and say so. */
#include "cli/answer.h"
#include "cli/cmd_pin_write.h"
#include "cli/judged.h"

static enum assay_status judge(struct cli *cli, void *data, enum assay_status *says,
                               struct assay_error *err)
{
    const struct opt_set *options = &cli->options;
    CLEANUP(session_cleanup) struct assay_session *session = NULL;
    TRY(cli_session(cli, &session, err));
    TRY(judged_run(session, options->operands, options->operand_count, data, says, err));
    judged_tell(cli, data);
    return ASSAY_OK;
}

static enum assay_status judge_to_pin(struct cli *cli, void *data, enum assay_status *says,
                                      struct assay_error *err)
{
    TRY(judge(cli, data, says, err));
    cli_tell_limits(cli); /* a pinned reference cannot say it itself */
    return ASSAY_OK;
}

/* Where the run looked: HOME and the XDG variables chose it. */
static enum assay_status append_places(const struct cli *cli, struct buf *out,
                                       struct assay_error *err)
{
    const struct report_field fields[] = {
        { "configuration", cli->config.files },
        { "pins", cli->pin_dirs[0] },
        { "pins", cli->pin_dirs[1] },
        { "state", cli->state_dir },
    };
    return report_fields(fields, ARRAY_LEN(fields), out, err);
}

static enum assay_status make_text(struct cli *cli, const void *data, bool colour, struct buf *out,
                                   struct assay_error *err)
{
    const struct report_style style = { .colour = colour,
                                        .explain = opt_is_set(&cli->options, OPT_EXPLAIN) };
    TRY(judged_text(data, &style, out, err));
    return style.explain ? append_places(cli, out, err) : ASSAY_OK;
}

/* "name:tag@digest" of what is trusted; lines of others stay away, and the exit code tells. */
static enum assay_status make_pins(struct cli *cli UNUSED, const void *data, bool colour UNUSED,
                                   struct buf *out, struct assay_error *err)
{
    const struct judged *judged = data;
    for (size_t i = 0; i < judged->count; i++) {
        if (judged_status(judged->verdicts[i]) == ASSAY_OK) {
            TRY(report_pin(judged->verdicts[i], out, err));
        }
    }
    return ASSAY_OK;
}

enum assay_status command_verify(struct cli *cli, struct assay_error *err)
{
    CLEANUP(judged_clear) struct judged judged = { 0 };
    const struct answer answer = { &judged, judge, make_text, judged_json, NULL, 0 };
    return answer_give(cli, &answer, err);
}

static enum assay_status refuse_file_options(const struct cli *cli, struct assay_error *err)
{
    static const enum opt of_files[] = { OPT_BUILD_ARG, OPT_BUILD_CONTEXT, OPT_EXCLUDE, OPT_CUSTOM,
                                         OPT_POLICY,    OPT_PROJECT,       OPT_DEADLINE };
    for (size_t i = 0; i < ARRAY_LEN(of_files); i++) {
        if (opt_is_set(&cli->options, of_files[i])) {
            return FAIL(err, ASSAY_USAGE, "--%s needs --write or --check",
                        opt_row(of_files[i])->name);
        }
    }
    return ASSAY_OK;
}

enum assay_status command_pin(struct cli *cli, struct assay_error *err)
{
    if (opt_is_set(&cli->options, OPT_WRITE) || opt_is_set(&cli->options, OPT_CHECK)) {
        return command_pin_write(cli, err);
    }
    TRY(refuse_file_options(cli, err));
    CLEANUP(judged_clear) struct judged judged = { 0 };
    const struct answer answer = { &judged, judge_to_pin, make_pins, judged_json, NULL, 0 };
    return answer_give(cli, &answer, err);
}
