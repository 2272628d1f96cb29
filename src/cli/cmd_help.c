/* SPDX-License-Identifier: Apache-2.0 */
/* help and version: text alone; no library is called. */
#include "cli/answer.h"
#include "cli/output.h"

#include <assay/version.h>

#define HELP_BYTES (256 * KIB)

static enum assay_status find_nothing(struct cli *cli UNUSED, void *data UNUSED,
                                      enum assay_status *says UNUSED,
                                      struct assay_error *err UNUSED)
{
    return ASSAY_OK;
}

static enum assay_status version_text(struct cli *cli UNUSED, const void *data UNUSED,
                                      bool colour UNUSED, struct buf *out, struct assay_error *err)
{
    return buf_printf(out, err, "assay %s\n", assay_version());
}

/* The object around the results has it all. */
static void version_json(const struct cli *cli UNUSED, const void *data UNUSED,
                         struct json_new *results UNUSED)
{
}

enum assay_status command_version(struct cli *cli, struct assay_error *err)
{
    const struct answer answer = { NULL, find_nothing, version_text, version_json, NULL, 0 };
    return answer_give(cli, &answer, err);
}

enum assay_status command_help(struct cli *cli, struct assay_error *err)
{
    AUTO_BUF text = BUF_INIT(HELP_BYTES);
    const char *topic = cli->options.operand_count == 0 ? NULL : cli->options.operands[0];
    const struct command *command = topic == NULL ? NULL : command_find(topic);
    bool is_list = topic != NULL && strcmp(topic, "status") == 0;
    bool is_status = false;
    bool is_rule = false;
    if (topic == NULL || command != NULL) {
        TRY(help_write(command, &text, err));
    }
    if (is_list) {
        TRY(help_write_statuses(&text, err));
    } else if (topic != NULL) {
        /* "version" is both a command and a status */
        TRY(help_write_status(topic, command != NULL, &text, &is_status, err));
        /* and "pin-stale" both a status and a rule */
        TRY(help_write_rule(topic, command != NULL || is_status, &text, &is_rule, err));
    }
    if (topic != NULL && command == NULL && !is_list && !is_status && !is_rule) {
        return FAIL(err, ASSAY_USAGE, "there is no command, status or rule '%s'", topic);
    }
    return output_result(buf_slice(&text), err);
}
