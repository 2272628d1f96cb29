/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/answer.h"

#include "cli/signals.h"
#include "report/json.h"

#define ANSWER_BYTES (1024 * MIB) /* of one output; a check is about 200 bytes */
#define NOTES_BYTES  (1 * MIB)

void answer_tell_verdict(const struct cli *cli, const struct assay_verdict *verdict)
{
    AUTO_BUF notes = BUF_INIT(NOTES_BYTES);
    if (cli->quiet) {
        return;
    }
    if (report_notes(verdict, &notes, NULL) == ASSAY_OK) {
        output_message_bytes(buf_slice(&notes));
    }
    if (verdict->error.status != ASSAY_OK) {
        cli_tell(cli, verdict->reference, &verdict->error);
    }
}

static enum assay_status write_json(struct output *output, enum assay_class exit_class,
                                    struct json_new *results, const struct assay_error *failure,
                                    struct assay_error *err)
{
    AUTO_BUF text = BUF_INIT(ANSWER_BYTES);
    TRY(report_json(exit_class, results, failure, &text, err));
    return output_write(output, buf_slice(&text), err);
}

static enum assay_status write_answer(struct cli *cli, const struct answer *answer,
                                      struct output *output, enum assay_status says,
                                      struct assay_error *err)
{
    AUTO_BUF text = BUF_INIT(ANSWER_BYTES);
    if (output->format == OUTPUT_JSON && answer->json != NULL) {
        struct json_new *results = json_new_array();
        answer->json(cli, answer->data, results);
        return write_json(output, assay_status_class(says), results, NULL, err);
    }
    if (output->format == OUTPUT_TEXT) {
        TRY(answer->text(cli, answer->data, cli->colour_out && output->path == NULL, &text, err));
    } else if (answer->page != NULL) { /* without one, its formats were refused */
        TRY(answer->page(cli, answer->data, output->format, &text, err));
    }
    return output_write(output, buf_slice(&text), err);
}

static enum assay_status write_answers(struct cli *cli, const struct answer *answer,
                                       struct output_list *outputs, enum assay_status says,
                                       struct assay_error *err)
{
    for (size_t i = 0; i < outputs->count; i++) {
        TRY(write_answer(cli, answer, &outputs->items[i], says, err));
    }
    return ASSAY_OK;
}

/* A run that came to no answer: a reader of JSON gets its object all the same. */
static enum assay_status write_failure(struct output_list *outputs,
                                       const struct assay_error *failure)
{
    for (size_t i = 0; i < outputs->count; i++) {
        if (outputs->items[i].format == OUTPUT_JSON) {
            TRY(write_json(&outputs->items[i], assay_status_class(failure->status),
                           json_new_array(), failure, NULL));
        }
    }
    return ASSAY_OK;
}

/* An output that failed must not make a rejection milder. */
static enum assay_status worse_of(enum assay_status says, enum assay_status written)
{
    enum assay_class class = assay_status_class(says);
    return assay_class_worst(class, assay_status_class(written)) == class ? says : written;
}

enum assay_status answer_give(struct cli *cli, const struct answer *answer, struct assay_error *err)
{
    CLEANUP(outputs_close) struct output_list outputs = { 0 };
    enum assay_status says = ASSAY_OK;
    TRY(outputs_open(&cli->options,
                     OUTPUT_BIT(OUTPUT_TEXT) | OUTPUT_BIT(OUTPUT_JSON) | answer->pages, &outputs,
                     err));
    enum assay_status status = answer->find(cli, answer->data, &says, err);
    if (status != ASSAY_OK) {
        struct assay_error failure = *err;
        failure.status = status;
        return worse_of(status, write_failure(&outputs, &failure));
    }
    /* a question that a signal cut short was answered by no */
    int interrupted = atomic_load(signals_flag());
    if (says != ASSAY_OK && interrupted != ASSAY_OK) {
        says = (enum assay_status)interrupted;
    }
    return worse_of(says, write_answers(cli, answer, &outputs, says, err));
}
