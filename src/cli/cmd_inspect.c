/* SPDX-License-Identifier: Apache-2.0 */
/* inspect: the manifest tree of an image, or a repository's verified trust data as docker shows
 * it. */
#include "cli/cli.h"
#include "cli/output.h"

#include "report/docker.h"
#include "verify/session.h"

#define INSPECT_BYTES (2048 * MIB) /* 2,000,000 tags of about 300 bytes, with room */

static enum assay_status inspect_tree(struct assay_session *session, const char *reference,
                                      struct buf *out, struct assay_error *err)
{
    CLEANUP(inspect_node_clear) struct inspect_node root = { 0 };
    TRY(session_inspect(session, reference, &root, err));
    return report_tree(reference, &root, out, err);
}

static void repo_cleanup(struct trust_repo **repo)
{
    trust_repo_free(*repo);
}

static enum assay_status report_trust(const struct cli *cli, const struct report_docker *what,
                                      struct buf *out, size_t *rows, struct assay_error *err)
{
    return opt_is_set(&cli->options, OPT_PRETTY) ? report_docker_pretty(what, out, rows, err)
                                                 : report_docker_json(what, out, rows, err);
}

/* A tag that was asked for and is not listed is unsigned: then nothing is written. */
static enum assay_status inspect_trust(const struct cli *cli, struct assay_session *session,
                                       struct assay_error *err)
{
    CLEANUP(oci_reference_clear) struct oci_reference reference = { 0 };
    CLEANUP(repo_cleanup) struct trust_repo *repo = NULL;
    AUTO_BUF text = BUF_INIT(INSPECT_BYTES);
    const char *argument = cli->options.operands[0];
    size_t rows = 0;
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
    CLEANUP(session_cleanup) struct assay_session *session = NULL;
    AUTO_BUF text = BUF_INIT(INSPECT_BYTES);
    bool trust = opt_is_set(&cli->options, OPT_TRUST);
    if (opt_is_set(&cli->options, OPT_PRETTY) && !trust) {
        return FAIL(err, ASSAY_USAGE, "--pretty goes with --trust");
    }
    TRY(cli_session(cli, &session, err));
    if (trust) {
        return inspect_trust(cli, session, err);
    }
    TRY(inspect_tree(session, cli->options.operands[0], &text, err));
    return output_result(buf_slice(&text), err);
}
