/* SPDX-License-Identifier: Apache-2.0 */
/* explain: what a reference means here and which server, root and state decide; asks no server. */
#include "cli/cli.h"
#include "cli/output.h"

#include "verify/session.h"

#include <inttypes.h>

#define EXPLAIN_BYTES (1 * MIB)

/* "VALUE (REASON)". */
static enum assay_status with_reason(struct cli *cli, const char *value, const char *reason,
                                     const char **out, struct assay_error *err)
{
    AUTO_BUF text = BUF_INIT(EXPLAIN_BYTES);
    struct slice copy;
    bool has_value = value != NULL && value[0] != '\0';
    bool has_reason = reason != NULL && reason[0] != '\0';
    TRY(buf_printf(&text, err, "%s%s%s%s", has_value ? value : "none known", has_reason ? " (" : "",
                   has_reason ? reason : "", has_reason ? ")" : ""));
    TRY(arena_copy(&cli->arena, buf_slice(&text), &copy, err));
    *out = (const char *)copy.ptr;
    return ASSAY_OK;
}

static enum assay_status describe_state(struct cli *cli, const struct session_explanation *what,
                                        const char **out, struct assay_error *err)
{
    AUTO_BUF text = BUF_INIT(EXPLAIN_BYTES);
    if (what->state_dir[0] == '\0') {
        return with_reason(cli, "none", "no rollback protection", out, err);
    }
    if (what->state_generation == 0) {
        return with_reason(cli, what->state_dir, "nothing is known of this repository yet", out,
                           err);
    }
    TRY(buf_printf(&text, err, "generation %" PRIu64 ", root version %" PRIu64 ", %s",
                   what->state_generation, what->root_version, what->anchor));
    return with_reason(cli, what->state_dir, buf_text(&text), out, err);
}

static enum assay_status make_text(struct cli *cli, const struct session_explanation *what,
                                   struct buf *out, struct assay_error *err)
{
    const struct oci_reference *reference = &what->reference;
    const char *tag = NULL;
    const char *trust_data = NULL;
    const char *root = NULL;
    const char *state = NULL;
    char digest[DIGEST_TEXT_BYTES] = "";
    if (reference->digest.alg != DIGEST_NONE) {
        digest_format(&reference->digest, digest);
    }
    TRY(with_reason(cli, reference->tag == NULL ? "none" : reference->tag,
                    reference->tag_implied ? "nothing was written" : "", &tag, err));
    TRY(with_reason(cli, what->trust_source, what->trust_source_reason, &trust_data, err));
    TRY(with_reason(cli, what->pin, what->pin_origin, &root, err));
    TRY(describe_state(cli, what, &state, err));
    const struct report_field fields[] = {
        { "registry", reference->registry },
        { "repository", reference->repository },
        { "name", reference->name },
        { "tag", tag },
        { "digest", digest },
        { "trust data", trust_data },
        { "pinned root", root },
        { "roles", "targets/releases, then targets" },
        { "state", state },
        { "configuration", cli->config.files },
        { "pins", cli->pin_dirs[0] },
        { "pins", cli->pin_dirs[1] },
    };
    TRY(buf_printf(out, err, "%s\n", reference->text));
    return report_fields(fields, ARRAY_LEN(fields), out, err);
}

enum assay_status command_explain(struct cli *cli, struct assay_error *err)
{
    CLEANUP(session_cleanup) struct assay_session *session = NULL;
    CLEANUP(session_explanation_clear) struct session_explanation what = { 0 };
    AUTO_BUF text = BUF_INIT(EXPLAIN_BYTES);
    TRY(cli_session(cli, &session, err));
    TRY(session_explain(session, cli->options.operands[0], &what, err));
    TRY(make_text(cli, &what, &text, err));
    return output_result(buf_slice(&text), err);
}
