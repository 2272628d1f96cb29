/* SPDX-License-Identifier: Apache-2.0 */
/* explain: what a reference means here and which server, root, state and policy decide; asks no
 * server. */
#include "cli/terms.h"
#include "report/json.h"

#include <inttypes.h>

#define EXPLAIN_BYTES (1 * MIB)

struct explained {
    struct session_explanation session;
    struct terms terms;
};

static void explained_clear(struct explained *explained)
{
    session_explanation_clear(&explained->session);
    terms_clear(&explained->terms);
}

/* "VALUE (REASON)". */
static enum assay_status with_reason(struct cli *cli, const char *value, const char *reason,
                                     const char **out, struct assay_error *err)
{
    bool has_value = value != NULL && value[0] != '\0';
    bool has_reason = reason != NULL && reason[0] != '\0';
    return arena_format(&cli->arena, out, err, "%s%s%s%s", has_value ? value : "none known",
                        has_reason ? " (" : "", has_reason ? reason : "", has_reason ? ")" : "");
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

/* "" where the reference has none. */
static void format_digest(const struct oci_reference *reference, char out[DIGEST_TEXT_BYTES])
{
    out[0] = '\0';
    if (reference->digest.alg != DIGEST_NONE) {
        digest_format(&reference->digest, out);
    }
}

/* What a name, a tag and a digest promise. */
static enum assay_status describe_parts(struct cli *cli, const struct oci_reference *reference,
                                        const char *out[3], struct assay_error *err)
{
    char digest[DIGEST_TEXT_BYTES];
    const char *tag = reference->tag == NULL ? "none" : reference->tag;
    format_digest(reference, digest);
    TRY(with_reason(cli, reference->name, "whose publisher must have signed", &out[0], err));
    TRY(with_reason(cli, tag,
                    reference->tag_implied   ? "nothing was written; may mean other bytes tomorrow"
                    : reference->tag != NULL ? "may mean other bytes tomorrow"
                                             : "the digest says it all",
                    &out[1], err));
    return with_reason(cli, digest[0] == '\0' ? "none" : digest,
                       digest[0] == '\0' ? "what is used later may be other bytes than were judged"
                                         : "these bytes and no others",
                       &out[2], err);
}

static enum assay_status describe_policies(struct cli *cli, const struct policy_set *set,
                                           const char **out, struct assay_error *err)
{
    AUTO_BUF text = BUF_INIT(EXPLAIN_BYTES);
    for (size_t i = 0; i < policy_count(set); i++) {
        TRY(buf_append_string(&text, i == 0 ? "" : ", ", err));
        TRY(buf_append_string(&text, policy_file_name(set, i), err));
    }
    return policy_count(set) == 0 ? with_reason(cli, "none", "the defaults hold", out, err)
                                  : with_reason(cli, buf_text(&text), "of the gate", out, err);
}

static enum assay_status make_text(struct cli *cli, const void *data, bool colour UNUSED,
                                   struct buf *out, struct assay_error *err)
{
    const struct explained *explained = data;
    const struct session_explanation *what = &explained->session;
    const struct oci_reference *reference = &what->reference;
    const char *parts[3] = { NULL, NULL, NULL };
    const char *trust_data = NULL;
    const char *root = NULL;
    const char *state = NULL;
    const char *policies = NULL;
    size_t count = 0;
    TRY(describe_parts(cli, reference, parts, err));
    TRY(with_reason(cli, what->trust_source, what->trust_source_reason, &trust_data, err));
    TRY(with_reason(cli, what->pin, what->pin_origin, &root, err));
    TRY(describe_state(cli, what, &state, err));
    TRY(describe_policies(cli, explained->terms.set, &policies, err));
    const struct report_field steps[] = {
        { "registry", reference->registry },
        { "repository", reference->repository },
        { "name", parts[0] },
        { "tag", parts[1] },
        { "digest", parts[2] },
        { "trust data", trust_data },
        { "pinned root", root },
        { "roles", "targets/releases, then targets" },
        { "state", state },
        { "configuration", cli->config.files },
        { "pins", cli->pin_dirs[0] },
        { "pins", cli->pin_dirs[1] },
        { "policies", policies },
    };
    struct report_field fields[ARRAY_LEN(steps) + TERMS_FIELDS];
    memcpy(fields, steps, sizeof(steps));
    TRY(terms_fields(&explained->terms, &cli->arena, &fields[ARRAY_LEN(steps)], &count, err));
    TRY(buf_printf(out, err, "%s\n", reference->text));
    return report_fields(fields, ARRAY_LEN(steps) + count, out, err);
}

static struct json_new *state_of(const struct session_explanation *what)
{
    struct json_new *state = json_new_object();
    report_json_text(state, "directory", what->state_dir);
    json_add_integer(state, "generation", (int64_t)what->state_generation);
    json_add_integer(state, "root-version", (int64_t)what->root_version);
    report_json_text(state, "anchor", what->anchor);
    return state;
}

static void make_json(const struct cli *cli, const void *data, struct json_new *results)
{
    const struct explained *explained = data;
    const struct session_explanation *what = &explained->session;
    const struct oci_reference *reference = &what->reference;
    struct json_new *result = json_new_object();
    struct json_new *pin_dirs = json_new_array();
    char digest[DIGEST_TEXT_BYTES];
    format_digest(reference, digest);
    report_json_text(result, "reference", reference->text);
    report_json_text(result, "registry", reference->registry);
    report_json_text(result, "repository", reference->repository);
    report_json_text(result, "name", reference->name);
    report_json_text(result, "tag", reference->tag);
    json_add_bool(result, "tag-implied", reference->tag_implied);
    report_json_text(result, "digest", digest);
    report_json_text(result, "trust-data", what->trust_source);
    report_json_text(result, "trust-data-reason", what->trust_source_reason);
    report_json_text(result, "pin", what->pin);
    report_json_text(result, "pin-origin", what->pin_origin);
    json_add(result, "state", state_of(what));
    report_json_text(result, "configuration", cli->config.files);
    for (size_t i = 0; i < cli->pin_dir_count; i++) {
        json_append_string(pin_dirs, cli->pin_dirs[i]);
    }
    json_add(result, "pin-directories", pin_dirs);
    json_add(result, "policy", terms_json(&explained->terms));
    json_append(results, result);
}

static enum assay_status explain(struct cli *cli, void *data, enum assay_status *says UNUSED,
                                 struct assay_error *err)
{
    CLEANUP(session_cleanup) struct assay_session *session = NULL;
    struct explained *explained = data;
    TRY(cli_session(cli, &session, err));
    TRY(session_explain(session, cli->options.operands[0], &explained->session, err));
    TRY(terms_load(cli, &explained->terms, err));
    return terms_find(&explained->session.reference, &explained->terms, err);
}

enum assay_status command_explain(struct cli *cli, struct assay_error *err)
{
    CLEANUP(explained_clear) struct explained explained = { 0 };
    const struct answer answer = { &explained, explain, make_text, make_json, NULL, 0 };
    return answer_give(cli, &answer, err);
}
