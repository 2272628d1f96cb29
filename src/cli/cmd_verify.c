/* SPDX-License-Identifier: Apache-2.0 */
/* verify and pin: decide about references and say so. */
#include "cli/answer.h"

#include "base/mem.h"
#include "report/json.h"

/* What a run judged. */
struct judged {
    struct assay_verdict **verdicts; /* NULL places: out of memory */
    size_t count;
};

static void judged_clear(struct judged *judged)
{
    for (size_t i = 0; i < judged->count; i++) {
        assay_verdict_free(judged->verdicts[i]);
    }
    mem_free((void *)judged->verdicts);
    *judged = (struct judged){ 0 };
}

static enum assay_status status_of(const struct assay_verdict *verdict)
{
    return verdict == NULL ? ASSAY_NO_MEMORY : verdict->error.status;
}

/* Looks at every verdict itself: the exit code must not rest on one summary alone. */
static enum assay_status worst_of(const struct judged *judged, enum assay_status summary)
{
    enum assay_status worst = judged->count == 0 ? ASSAY_NOTHING : summary;
    for (size_t i = 0; i < judged->count; i++) {
        enum assay_status status = status_of(judged->verdicts[i]);
        enum assay_class class = assay_status_class(worst);
        if (assay_class_worst(class, assay_status_class(status)) != class) {
            worst = status;
        }
    }
    return worst;
}

static enum assay_status judge(struct cli *cli, void *data, enum assay_status *says,
                               struct assay_error *err)
{
    struct judged *out = data;
    const struct opt_set *options = &cli->options;
    CLEANUP(session_cleanup) struct assay_session *session = NULL;
    TRY(cli_session(cli, &session, err));
    out->verdicts = mem_alloc(options->operand_count, sizeof(void *));
    if (out->verdicts == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    out->count = options->operand_count;
    enum assay_status summary =
        assay_verify_many(session, options->operands, out->count, out->verdicts);
    *says = worst_of(out, summary);
    for (size_t i = 0; i < out->count; i++) {
        if (out->verdicts[i] != NULL) {
            answer_tell_verdict(cli, out->verdicts[i]);
        }
    }
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
    const struct judged *judged = data;
    const struct report_style style = { .colour = colour,
                                        .explain = opt_is_set(&cli->options, OPT_EXPLAIN) };
    for (size_t i = 0; i < judged->count; i++) {
        if (judged->verdicts[i] == NULL) {
            return FAIL_NO_MEMORY(err);
        }
        TRY(report_verdict(judged->verdicts[i], &style, out, err));
    }
    return style.explain ? append_places(cli, out, err) : ASSAY_OK;
}

/* "name:tag@digest" of what is trusted; lines of others stay away, and the exit code tells. */
static enum assay_status make_pins(struct cli *cli UNUSED, const void *data, bool colour UNUSED,
                                   struct buf *out, struct assay_error *err)
{
    const struct judged *judged = data;
    for (size_t i = 0; i < judged->count; i++) {
        if (status_of(judged->verdicts[i]) == ASSAY_OK) {
            TRY(report_pin(judged->verdicts[i], out, err));
        }
    }
    return ASSAY_OK;
}

static void make_json(const struct cli *cli UNUSED, const void *data, struct json_new *results)
{
    const struct judged *judged = data;
    for (size_t i = 0; i < judged->count; i++) {
        report_json_verdict(judged->verdicts[i], results);
    }
}

enum assay_status command_verify(struct cli *cli, struct assay_error *err)
{
    CLEANUP(judged_clear) struct judged judged = { 0 };
    const struct answer answer = { &judged, judge, make_text, make_json };
    return answer_give(cli, &answer, err);
}

enum assay_status command_pin(struct cli *cli, struct assay_error *err)
{
    CLEANUP(judged_clear) struct judged judged = { 0 };
    const struct answer answer = { &judged, judge_to_pin, make_pins, make_json };
    return answer_give(cli, &answer, err);
}
