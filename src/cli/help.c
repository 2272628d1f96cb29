/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include "gate/gate.h"

#define OPTION_COLUMN 30 /* where the summaries of options start */
#define STATUS_COLUMN 24
#define ADVICE_COLUMN 7
#define HELP_COLUMNS  79

/* One word behind what stands at *column, or on a new line below start. */
static enum assay_status append_word(struct buf *out, struct slice word, size_t start,
                                     size_t *column, struct assay_error *err)
{
    if (*column > start && *column + 1 + word.len > HELP_COLUMNS) {
        TRY(buf_printf(out, err, "\n%*s", (int)start, ""));
        *column = start;
    }
    if (*column > start) {
        TRY(buf_append_byte(out, ' ', err));
        *column += 1;
    }
    *column += word.len;
    return buf_append(out, word, err);
}

/* Text from column start on, broken at HELP_COLUMNS, further lines indented likewise. */
static enum assay_status append_wrapped(struct buf *out, const char *text, size_t start,
                                        struct assay_error *err)
{
    struct slice rest = slice_from_string(text);
    size_t column = start;
    while (rest.len > 0) {
        struct slice word = slice_first(rest, slice_find(rest, ' '));
        TRY(append_word(out, word, start, &column, err));
        rest = slice_from(rest, word.len + 1);
    }
    return buf_append_byte(out, '\n', err);
}

static enum assay_status append_option(const struct opt_row *row, struct buf *out,
                                       struct assay_error *err)
{
    AUTO_BUF left = BUF_INIT(1 * KIB);
    if (row->letter != '\0') {
        TRY(buf_printf(&left, err, "  -%c, --%s", row->letter, row->name));
    } else {
        TRY(buf_printf(&left, err, "      --%s", row->name));
    }
    if (row->argument != NULL) {
        TRY(buf_printf(&left, err, " %s", row->argument));
    }
    if (left.len + 2 > OPTION_COLUMN) {
        return buf_printf(out, err, "%s\n%*s%s\n", buf_text(&left), OPTION_COLUMN, "",
                          row->summary);
    }
    return buf_printf(out, err, "%-*s%s\n", OPTION_COLUMN, buf_text(&left), row->summary);
}

static enum assay_status append_options(uint64_t options, struct buf *out, struct assay_error *err)
{
    for (size_t i = 0; i < OPT_COUNT; i++) {
        if ((options & OPT_BIT(i)) == 0) {
            continue;
        }
        TRY(append_option(opt_row((enum opt)i), out, err));
    }
    return ASSAY_OK;
}

static enum assay_status write_overview(struct buf *out, struct assay_error *err)
{
    TRY(buf_append_string(out,
                          "assay proves that a container image is what its publisher signed.\n\n"
                          "Usage: assay COMMAND [OPTION]... [OPERAND]...\n\nCommands:\n",
                          err));
    for (size_t i = 0; command_at(i) != NULL; i++) {
        TRY(buf_printf(out, err, "  %-10s%s\n", command_at(i)->name, command_at(i)->summary));
    }
    TRY(buf_append_string(out, "\nOptions of every command:\n", err));
    TRY(append_options(CLI_COMMON_OPTIONS, out, err));
    return buf_append_string(
        out,
        "\nExit codes: 0 trusted, 1 rejected, 2 usage, 3 unsigned, 4 undecided,\n"
        "5 nothing checked, 70 internal, 130 and 143 interrupted. Treat any other as a\n"
        "failure.\n\n"
        "'assay help COMMAND' tells more; 'assay help status' lists every outcome,\n"
        "'assay help ID' explains one.\n",
        err);
}

enum assay_status help_write(const struct command *command, struct buf *out,
                             struct assay_error *err)
{
    if (command == NULL) {
        return write_overview(out, err);
    }
    TRY(buf_printf(out, err, "Usage: assay %s [OPTION]... %s\n\n%s\n", command->name,
                   command->operands, command->description));
    if (command->options != 0) {
        TRY(buf_append_string(out, "\nOptions:\n", err));
        TRY(append_options(command->options, out, err));
    }
    TRY(buf_append_string(out, "\nOptions of every command:\n", err));
    return append_options(CLI_COMMON_OPTIONS, out, err);
}

static const enum assay_status all_statuses[] = {
#define X(number, name, id, class, sentence, remedy) ASSAY_##name,
#include <assay/status.def>
#undef X
};

static int exit_code(enum assay_status status)
{
    enum assay_class class = assay_status_class(status);
    return (int)class;
}

enum assay_status help_write_statuses(struct buf *out, struct assay_error *err)
{
    TRY(buf_printf(out, err, "%-*sEXIT\n", STATUS_COLUMN, "STATUS"));
    for (size_t i = 0; i < ARRAY_LEN(all_statuses); i++) {
        TRY(buf_printf(out, err, "%-*s%4d  ", STATUS_COLUMN, assay_status_id(all_statuses[i]),
                       exit_code(all_statuses[i])));
        TRY(append_wrapped(out, assay_status_sentence(all_statuses[i]), STATUS_COLUMN + 6, err));
    }
    return ASSAY_OK;
}

/* False when no status has the id. */
static bool find_status(const char *id, enum assay_status *out)
{
    for (size_t i = 0; i < ARRAY_LEN(all_statuses); i++) {
        if (strcmp(assay_status_id(all_statuses[i]), id) == 0) {
            *out = all_statuses[i];
            return true;
        }
    }
    return false;
}

enum assay_status help_write_status(const char *id, bool behind, struct buf *out, bool *found,
                                    struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    *found = find_status(id, &status);
    if (!*found) {
        return ASSAY_OK;
    }
    TRY(buf_printf(out, err, "%s%s (exit code %d)\n  why  ", behind ? "\nStatus " : "", id,
                   exit_code(status)));
    TRY(append_wrapped(out, assay_status_sentence(status), ADVICE_COLUMN, err));
    if (assay_status_remedy(status)[0] == '\0') {
        return ASSAY_OK;
    }
    TRY(buf_append_string(out, "  do   ", err));
    return append_wrapped(out, assay_status_remedy(status), ADVICE_COLUMN, err);
}

enum assay_status help_write_rule(const char *id, bool behind, struct buf *out, bool *found,
                                  struct assay_error *err)
{
    enum gate_rule rule = gate_rule_find(slice_from_string(id));
    *found = rule != GATE_RULE_COUNT;
    if (!*found) {
        return ASSAY_OK;
    }
    const struct gate_rule_row *row = gate_rule_row(rule);
    static const char *const levels[] = {
        [GATE_NOTE] = "a note", [GATE_WARNING] = "a warning", [GATE_ERROR] = "an error"
    };
    TRY(buf_printf(out, err, "%sRule %s of 'assay gate' (%s%s)\n  what ", behind ? "\n" : "", id,
                   levels[row->level],
                   row->ignorable ? ", which a comment may ignore where the policy lets it" : ""));
    TRY(append_wrapped(out, row->what, ADVICE_COLUMN, err));
    TRY(buf_append_string(out, "  why  ", err));
    TRY(append_wrapped(out, row->why, ADVICE_COLUMN, err));
    if (row->remedy[0] == '\0') {
        return ASSAY_OK;
    }
    TRY(buf_append_string(out, "  do   ", err));
    return append_wrapped(out, row->remedy, ADVICE_COLUMN, err);
}
