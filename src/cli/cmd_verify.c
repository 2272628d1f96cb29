/* SPDX-License-Identifier: Apache-2.0 */
/* verify and pin: decide about references and say so. */
#include "cli/cli.h"
#include "cli/output.h"
#include "cli/signals.h"

#include "base/mem.h"
#include "report/json.h"

#define REPORT_BYTES (1024 * MIB) /* of one output; a check is about 200 bytes */

/* What a run judged. */
struct judged {
    struct assay_verdict **verdicts; /* NULL places: out of memory */
    size_t count;
    enum assay_status worst;
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
    /* a question that a signal cut short was answered by no */
    int interrupted = atomic_load(signals_flag());
    return worst != ASSAY_OK && interrupted != ASSAY_OK ? (enum assay_status)interrupted : worst;
}

static enum assay_status judge(struct cli *cli, struct judged *out, struct assay_error *err)
{
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
    out->worst = worst_of(out, summary);
    return ASSAY_OK;
}

/* Notes, and for every "no" what it means and what to do. */
static void tell_verdicts(const struct cli *cli, const struct judged *judged)
{
    for (size_t i = 0; i < judged->count; i++) {
        const struct assay_verdict *verdict = judged->verdicts[i];
        AUTO_BUF notes = BUF_INIT(REPORT_BYTES);
        if (verdict == NULL) {
            continue;
        }
        if (!cli->quiet && report_notes(verdict, &notes, NULL) == ASSAY_OK) {
            output_message_bytes(buf_slice(&notes));
        }
        if (verdict->error.status != ASSAY_OK && !cli->quiet) {
            cli_tell(cli, verdict->reference, &verdict->error);
        }
    }
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

static enum assay_status make_text(const struct cli *cli, const struct judged *judged, bool colour,
                                   struct buf *out, struct assay_error *err)
{
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
static enum assay_status make_pins(const struct judged *judged, struct buf *out,
                                   struct assay_error *err)
{
    for (size_t i = 0; i < judged->count; i++) {
        if (status_of(judged->verdicts[i]) != ASSAY_OK) {
            continue;
        }
        TRY(report_pin(judged->verdicts[i], out, err));
    }
    return ASSAY_OK;
}

static enum assay_status make_output(const struct cli *cli, const struct judged *judged, bool pins,
                                     const struct output *output, struct buf *out,
                                     struct assay_error *err)
{
    if (output->format == OUTPUT_JSON) {
        return report_json((const struct assay_verdict *const *)judged->verdicts, judged->count,
                           assay_status_class(judged->worst), out, err);
    }
    if (pins) {
        return make_pins(judged, out, err);
    }
    return make_text(cli, judged, cli->colour_out && output->path == NULL, out, err);
}

static enum assay_status write_outputs(const struct cli *cli, const struct judged *judged,
                                       bool pins, struct output_list *outputs,
                                       struct assay_error *err)
{
    for (size_t i = 0; i < outputs->count; i++) {
        AUTO_BUF text = BUF_INIT(REPORT_BYTES);
        TRY(make_output(cli, judged, pins, &outputs->items[i], &text, err));
        TRY(output_write(&outputs->items[i], buf_slice(&text), err));
    }
    return ASSAY_OK;
}

/* A run that failed before it came to an image: a reader of JSON gets its object all the same. */
static enum assay_status write_failure(struct output_list *outputs,
                                       const struct assay_error *failure)
{
    for (size_t i = 0; i < outputs->count; i++) {
        AUTO_BUF text = BUF_INIT(REPORT_BYTES);
        if (outputs->items[i].format != OUTPUT_JSON) {
            continue;
        }
        TRY(report_json_failure(failure, &text, NULL));
        TRY(output_write(&outputs->items[i], buf_slice(&text), NULL));
    }
    return ASSAY_OK;
}

/* An output that failed must not make a rejection milder. */
static enum assay_status worse_of(enum assay_status verdict, enum assay_status written)
{
    enum assay_class class = assay_status_class(verdict);
    return assay_class_worst(class, assay_status_class(written)) == class ? verdict : written;
}

static enum assay_status decide(struct cli *cli, bool pins, struct assay_error *err)
{
    CLEANUP(outputs_close) struct output_list outputs = { 0 };
    CLEANUP(judged_clear) struct judged judged = { 0 };
    TRY(outputs_open(&cli->options, &outputs, err));
    enum assay_status status = judge(cli, &judged, err);
    if (status != ASSAY_OK) {
        struct assay_error failure = *err;
        failure.status = status;
        return worse_of(status, write_failure(&outputs, &failure));
    }
    tell_verdicts(cli, &judged);
    if (pins) {
        cli_tell_limits(cli);
    }
    return worse_of(judged.worst, write_outputs(cli, &judged, pins, &outputs, err));
}

enum assay_status command_verify(struct cli *cli, struct assay_error *err)
{
    return decide(cli, false, err);
}

enum assay_status command_pin(struct cli *cli, struct assay_error *err)
{
    return decide(cli, true, err);
}
