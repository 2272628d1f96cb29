/* SPDX-License-Identifier: Apache-2.0 */
/* inspect: the manifest tree of an image, or a repository's verified trust data as docker shows
 * it. */
#include "cli/answer.h"
#include "cli/output.h"

#include "report/docker.h"
#include "report/json.h"
#include "verify/session.h"

#define INSPECT_BYTES (2048 * MIB) /* 2,000,000 tags of about 300 bytes, with room */

/* ---- the tree ---- */

static enum assay_status find_tree(struct cli *cli, void *data, enum assay_status *says,
                                   struct assay_error *err)
{
    CLEANUP(session_cleanup) struct assay_session *session = NULL;
    struct inspection *inspection = data;
    TRY(cli_session(cli, &session, err));
    TRY(session_inspect(session, cli->options.operands[0], inspection, err));
    if (inspection->verdict != NULL) {
        *says = inspection->verdict->error.status;
        answer_tell_verdict(cli, inspection->verdict);
    }
    return ASSAY_OK;
}

static enum assay_status tree_text(struct cli *cli UNUSED, const void *data, bool colour,
                                   struct buf *out, struct assay_error *err)
{
    const struct report_style style = { .colour = colour };
    return report_inspection(data, &style, out, err);
}

static void tree_json(const struct cli *cli UNUSED, const void *data, struct json_new *results)
{
    report_json_inspection(data, results);
}

static enum assay_status inspect_tree(struct cli *cli, struct assay_error *err)
{
    CLEANUP(inspection_clear) struct inspection inspection = { 0 };
    const struct answer answer = { &inspection, find_tree, tree_text, tree_json, NULL, 0 };
    return answer_give(cli, &answer, err);
}

/* ---- trust data ---- */

static enum assay_status report_trust(const struct cli *cli, const struct report_docker *what,
                                      struct buf *out, size_t *rows, struct assay_error *err)
{
    return opt_is_set(&cli->options, OPT_PRETTY) ? report_docker_pretty(what, out, rows, err)
                                                 : report_docker_json(what, out, rows, err);
}

/* A tag that was asked for and is not listed is unsigned: then nothing is written. */
static enum assay_status inspect_trust(struct cli *cli, struct assay_error *err)
{
    CLEANUP(session_cleanup) struct assay_session *session = NULL;
    CLEANUP(oci_reference_clear) struct oci_reference reference = { 0 };
    CLEANUP(trust_repo_cleanup) struct trust_repo *repo = NULL;
    AUTO_BUF text = BUF_INIT(INSPECT_BYTES);
    const char *argument = cli->options.operands[0];
    size_t rows = 0;
    TRY(cli_session(cli, &session, err));
    TRY(oci_reference_parse(argument, &reference, err));
    TRY(session_open_trust(session, &reference, &repo, err));
    bool one_tag = !reference.tag_implied && reference.digest.alg == DIGEST_NONE;
    const struct report_docker what = {
        .trusted = trust_repo_trusted(repo),
        .argument = argument,
        .tag = one_tag ? reference.tag : NULL,
    };
    TRY(report_trust(cli, &what, &text, &rows, err));
    if (one_tag && rows == 0) {
        return FAIL(err, ASSAY_TAG_NOT_SIGNED, "%s lists no tag %s", reference.name, reference.tag);
    }
    cli_tell_limits(cli);
    return output_result(buf_slice(&text), err);
}

enum assay_status command_inspect(struct cli *cli, struct assay_error *err)
{
    const struct opt_set *options = &cli->options;
    if (!opt_is_set(options, OPT_TRUST)) {
        return opt_is_set(options, OPT_PRETTY)
                   ? FAIL(err, ASSAY_USAGE, "--pretty goes with --trust")
                   : inspect_tree(cli, err);
    }
    if (opt_is_set(options, OPT_OUTPUT) || opt_is_set(options, OPT_AS)) {
        return FAIL(err, ASSAY_USAGE,
                    "--output and --as do not go with --trust, whose form is docker's");
    }
    return inspect_trust(cli, err);
}
