/* SPDX-License-Identifier: Apache-2.0 */
/* pin -w: the signed digest into every reference of the files named, or what would change. */
#include "cli/cmd_pin_write.h"

#include "base/text.h"
#include "cli/answer.h"
#include "cli/pin_files.h"
#include "cli/scanning.h"

#define NOTES_BYTES (1 * MIB)
#define SHOWN_BYTES 1024

static void worsen(enum assay_status *worst, enum assay_status status)
{
    enum assay_class class = assay_status_class(*worst);
    if (assay_class_worst(class, assay_status_class(status)) != class) {
        *worst = status;
    }
}

static enum assay_status worst_of(const struct pin_files *files, bool is_check)
{
    const struct scan *scan = &files->scan;
    enum assay_status worst = ASSAY_OK;
    if (files->count == 0 && scan->problem_count == 0) {
        return ASSAY_NOTHING;
    }
    for (size_t i = 0; i < files->count; i++) {
        worsen(&worst, files->rows[i].status);
    }
    for (size_t i = 0; i < scan->problem_count; i++) {
        worsen(&worst, scan->problems[i].status);
    }
    if (is_check && files->changed > 0) {
        worsen(&worst, ASSAY_POLICY);
    }
    return worst;
}

static void tell_at(const struct cli *cli, const struct pin_files *files,
                    const struct scan_spot *spot, const char *text,
                    const struct assay_error *failure)
{
    AUTO_BUF subject = BUF_INIT(NOTES_BYTES);
    const char *name = files->scan.files[spot->file].name;
    bool is_said = buf_printf(&subject, NULL, "%s", name) == ASSAY_OK;
    if (spot->line > 0) { /* a file that cannot be read has none */
        is_said = is_said && buf_printf(&subject, NULL, ":%zu", spot->line) == ASSAY_OK;
    }
    if (text[0] != '\0') {
        is_said = is_said && buf_printf(&subject, NULL, "  %s", text) == ASSAY_OK;
    }
    cli_tell(cli, is_said ? buf_text(&subject) : "", failure);
}

static void tell_row(const struct cli *cli, const struct pin_files *files,
                     const struct pin_row *row)
{
    struct assay_error failure = ERROR_INIT;
    if (row->verdict != NULL) {
        failure = row->verdict->error;
    } else {
        (void)FAIL(&failure, row->status, "%s", row->message);
    }
    if (row->remedy != NULL && row->remedy[0] != '\0') {
        (void)error_remedy(&failure, row->status, "%s", row->remedy);
    }
    tell_at(cli, files, &row->found->spot, row->found->written, &failure);
}

static void tell(const struct cli *cli, const struct pin_files *files)
{
    AUTO_BUF notes = BUF_INIT(NOTES_BYTES);
    for (size_t i = 0; i < files->gate.verdict_count; i++) {
        buf_reset(&notes);
        if (report_notes(files->gate.verdicts[i], &notes, NULL) == ASSAY_OK) {
            output_message_bytes(buf_slice(&notes));
        }
    }
    for (size_t i = 0; i < files->count; i++) {
        if (files->rows[i].status != ASSAY_OK) {
            tell_row(cli, files, &files->rows[i]);
        }
    }
    for (size_t i = 0; i < files->scan.problem_count; i++) {
        const struct scan_problem *problem = &files->scan.problems[i];
        struct assay_error failure = ERROR_INIT;
        (void)FAIL(&failure, problem->status, "%s", problem->message);
        tell_at(cli, files, &problem->spot, "", &failure);
    }
}

static enum assay_status find(struct cli *cli, void *data, enum assay_status *says,
                              struct assay_error *err)
{
    struct pin_files *files = data;
    struct scan_options options;
    bool is_check = opt_is_set(&cli->options, OPT_CHECK);
    for (size_t i = 0; i < cli->options.operand_count; i++) {
        struct slice operand = slice_from_string(cli->options.operands[i]);
        if (slice_is(operand, "-") || slice_has_prefix(operand, SLICE_LITERAL("docker://"))) {
            return FAIL(err, ASSAY_USAGE, "%s: expected a file or a directory to write into",
                        cli->options.operands[i]);
        }
    }
    TRY(cli_scan_options(cli, &options, err));
    scan_init(&files->scan, &cli->env, &options);
    files->arena = (struct arena)ARENA_INIT(LIMIT_SCAN_ARENA);
    TRY(cli_scan_operands(cli, &files->scan, err));
    TRY(pin_files_judge(cli, files, err));
    if (!is_check) {
        TRY(pin_files_write(cli, files, err));
    }
    for (size_t i = 0; i < files->count; i++) {
        files->changed += files->rows[i].text != NULL ? 1 : 0;
    }
    if (!cli->quiet) {
        tell(cli, files);
    }
    cli_tell_limits(cli);
    *says = worst_of(files, is_check);
    return ASSAY_OK;
}

/* "FILE:LINE  OLD -> NEW" */
static enum assay_status make_text(struct cli *cli UNUSED, const void *data, bool colour UNUSED,
                                   struct buf *out, struct assay_error *err)
{
    const struct pin_files *files = data;
    char clean[SHOWN_BYTES];
    for (size_t i = 0; i < files->count; i++) {
        const struct pin_row *row = &files->rows[i];
        if (row->text == NULL) {
            continue;
        }
        const char *name = files->scan.files[row->found->spot.file].name;
        text_sanitise(slice_from_string(name), clean, sizeof(clean));
        TRY(buf_printf(out, err, "%s:%zu  ", clean, row->found->spot.line));
        text_sanitise(slice_from_string(row->found->text), clean, sizeof(clean));
        TRY(buf_printf(out, err, "%s -> ", clean));
        text_sanitise(slice_from_string(row->text), clean, sizeof(clean));
        TRY(buf_printf(out, err, "%s\n", clean));
    }
    return ASSAY_OK;
}

static void make_json(const struct cli *cli UNUSED, const void *data, struct json_new *results)
{
    const struct pin_files *files = data;
    char clean[SHOWN_BYTES];
    for (size_t i = 0; i < files->count; i++) {
        const struct pin_row *row = &files->rows[i];
        const struct scan_spot *spot = &row->found->spot;
        struct json_new *object = json_new_object();
        text_sanitise(slice_from_string(files->scan.files[spot->file].name), clean, sizeof(clean));
        json_add_string(object, "file", clean);
        json_add_integer(object, "line", (int64_t)spot->line);
        json_add_integer(object, "column", (int64_t)spot->column);
        text_sanitise(slice_from_string(row->found->written), clean, sizeof(clean));
        json_add_string(object, "written", clean);
        json_add_string(object, "pinned", row->text);
        json_add_string(object, "status", assay_status_id(row->status));
        json_append(results, object);
    }
}

enum assay_status command_pin_write(struct cli *cli, struct assay_error *err)
{
    CLEANUP(pin_files_clear) struct pin_files data = { 0 };
    const struct answer answer = {
        .data = &data, .find = find, .text = make_text, .json = make_json
    };
    return answer_give(cli, &answer, err);
}
