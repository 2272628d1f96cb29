/* SPDX-License-Identifier: Apache-2.0 */
/* policy lint, show and import. */
#include "base/file.h"
#include "cli/terms.h"
#include "report/json.h"

/* ---- lint ---- */

struct linted {
    const char *file;    /* as named; "" for all together */
    const char *message; /* with file, line and column; NULL: there is nothing to say */
};

struct lint {
    struct linted *rows;
    size_t count;
};

static enum assay_status note_result(struct cli *cli, struct lint *lint, const char *file,
                                     enum assay_status status, const struct assay_error *why,
                                     struct assay_error *err)
{
    struct linted *row = &lint->rows[lint->count++];
    row->file = file;
    row->message = NULL;
    return status == ASSAY_OK ? ASSAY_OK
                              : arena_format(&cli->arena, &row->message, err, "%s", why->message);
}

/* Each by itself, so that one that is wrong does not hide the next. */
static enum assay_status lint_one(struct cli *cli, struct lint *lint, const char *file,
                                  struct policy_set *all, enum assay_status *says,
                                  struct assay_error *err)
{
    AUTO_POLICY_SET alone = NULL;
    struct assay_error why = ERROR_INIT;
    TRY(policy_set_new(&alone, err));
    enum assay_status status = policy_load(alone, file, &why);
    if (status == ASSAY_OK) {
        status = policy_load(all, file, &why);
    }
    if (assay_status_class(status) == ASSAY_CLASS_INTERNAL) {
        return error_pass(err, &why);
    }
    enum assay_class worst =
        assay_class_worst(assay_status_class(*says), assay_status_class(status));
    if (worst != assay_status_class(*says)) {
        *says = status;
    }
    return note_result(cli, lint, file, status, &why, err);
}

static enum assay_status lint_files(struct cli *cli, void *data, enum assay_status *says,
                                    struct assay_error *err)
{
    struct lint *lint = data;
    AUTO_POLICY_SET all = NULL;
    struct assay_error why = ERROR_INIT;
    size_t count = cli->options.operand_count - 1;
    TRY(arena_alloc(&cli->arena, count + 1, sizeof(*lint->rows), &lint->rows, err));
    TRY(policy_set_new(&all, err));
    for (size_t i = 0; i < count; i++) {
        TRY(lint_one(cli, lint, cli->options.operands[i + 1], all, says, err));
    }
    enum assay_status together = policy_check_together(all, &why);
    if (together == ASSAY_POLICY_INVALID) {
        *says = *says == ASSAY_OK ? together : *says;
        return note_result(cli, lint, "", together, &why, err);
    }
    return together == ASSAY_OK ? ASSAY_OK : error_pass(err, &why);
}

static enum assay_status lint_text(struct cli *cli UNUSED, const void *data, bool colour UNUSED,
                                   struct buf *out, struct assay_error *err)
{
    const struct lint *lint = data;
    for (size_t i = 0; i < lint->count; i++) {
        const struct linted *row = &lint->rows[i];
        TRY(report_squeezed(row->message != NULL ? row->message : row->file, out, err));
        TRY(buf_append_string(out, row->message != NULL ? "\n" : ": ok\n", err));
    }
    return ASSAY_OK;
}

static void lint_json(const struct cli *cli UNUSED, const void *data, struct json_new *results)
{
    const struct lint *lint = data;
    for (size_t i = 0; i < lint->count; i++) {
        struct json_new *result = json_new_object();
        report_json_text(result, "file", lint->rows[i].file);
        json_add_bool(result, "ok", lint->rows[i].message == NULL);
        report_json_text(result, "message", lint->rows[i].message);
        json_append(results, result);
    }
}

/* ---- show ---- */

struct show {
    struct oci_reference reference; /* text NULL: none was named */
    struct terms terms;
};

static void show_clear(struct show *show)
{
    terms_clear(&show->terms);
    oci_reference_clear(&show->reference);
}

static enum assay_status show_find(struct cli *cli, void *data, enum assay_status *says UNUSED,
                                   struct assay_error *err)
{
    struct show *show = data;
    TRY(terms_load(cli, &show->terms, err));
    if (cli->options.operand_count == 1) {
        return ASSAY_OK;
    }
    TRY(oci_reference_parse(cli->options.operands[1], &show->reference, err));
    return terms_find(&show->reference, &show->terms, err);
}

static enum assay_status show_scope(const struct policy_origin *origin, const char *file,
                                    struct buf *out, struct assay_error *err)
{
    TRY(buf_append_string(out, "  ", err));
    TRY(report_squeezed(origin->scope, out, err));
    return strcmp(origin->file, file) == 0 ? buf_append_string(out, "\n", err)
                                           : buf_printf(out, err, "  (%s)\n", origin->file);
}

static enum assay_status show_file(const struct policy_set *set, size_t file, struct buf *out,
                                   struct assay_error *err)
{
    const char *name = policy_file_name(set, file);
    TRY(report_squeezed(name, out, err));
    TRY(buf_append_string(out, "\n", err));
    for (size_t i = 0; i < policy_scope_count(set, file); i++) {
        struct policy_origin origin = policy_scope_at(set, file, i);
        TRY(show_scope(&origin, name, out, err));
    }
    return ASSAY_OK;
}

static enum assay_status show_scopes(const struct policy_set *set, struct buf *out,
                                     struct assay_error *err)
{
    for (size_t i = 0; i < policy_count(set); i++) {
        TRY(show_file(set, i, out, err));
    }
    return policy_count(set) > 0 ? ASSAY_OK
                                 : buf_append_string(out, "no policy: the defaults hold\n", err);
}

static enum assay_status show_text(struct cli *cli, const void *data, bool colour UNUSED,
                                   struct buf *out, struct assay_error *err)
{
    const struct show *show = data;
    struct report_field fields[TERMS_FIELDS];
    size_t count = 0;
    if (show->reference.text == NULL) {
        return show_scopes(show->terms.set, out, err);
    }
    TRY(terms_fields(&show->terms, &cli->arena, fields, &count, err));
    TRY(buf_printf(out, err, "%s\n", show->reference.text));
    return report_fields(fields, count, out, err);
}

static void show_json(const struct cli *cli UNUSED, const void *data, struct json_new *results)
{
    const struct show *show = data;
    const struct policy_set *set = show->terms.set;
    if (show->reference.text != NULL) {
        struct json_new *result = json_new_object();
        report_json_text(result, "reference", show->reference.text);
        json_add(result, "policy", terms_json(&show->terms));
        json_append(results, result);
        return;
    }
    for (size_t i = 0; i < policy_count(set); i++) {
        struct json_new *result = json_new_object();
        struct json_new *scopes = json_new_array();
        report_json_text(result, "file", policy_file_name(set, i));
        for (size_t j = 0; j < policy_scope_count(set, i); j++) {
            struct policy_origin origin = policy_scope_at(set, i, j);
            struct json_new *scope = json_new_object();
            report_json_text(scope, "scope", origin.scope);
            report_json_text(scope, "file", origin.file);
            json_append(scopes, scope);
        }
        json_add(result, "scopes", scopes);
        json_append(results, result);
    }
}

/* ---- import ---- */

static enum assay_status import(const struct cli *cli, struct assay_error *err)
{
    AUTO_BUF text = BUF_INIT(LIMIT_POLICY_BYTES);
    AUTO_BUF made = BUF_INIT(LIMIT_POLICY_BYTES);
    const char *file = cli->options.operands[1];
    TRY(file_read(file, LIMIT_POLICY_BYTES, &text, err));
    TRY(policy_import(buf_slice(&text), file, &made, err));
    return output_result(buf_slice(&made), err);
}

/* ---- which of them ---- */

static enum assay_status expect_operands(const struct cli *cli, size_t least, size_t most,
                                         const char *usage, struct assay_error *err)
{
    size_t count = cli->options.operand_count - 1;
    return count >= least && count <= most
               ? ASSAY_OK
               : FAIL(err, ASSAY_USAGE, "usage: assay policy %s", usage);
}

/* Of files that are named as operands. */
static enum assay_status expect_no_policies(const struct cli *cli, const char *action,
                                            struct assay_error *err)
{
    return opt_is_set(&cli->options, OPT_POLICY) || opt_is_set(&cli->options, OPT_PROJECT)
               ? FAIL(err, ASSAY_USAGE,
                      "--policy and --project go with 'assay policy show', not with %s", action)
               : ASSAY_OK;
}

static enum assay_status run_lint(struct cli *cli, struct assay_error *err)
{
    struct lint lint = { 0 };
    const struct answer answer = { &lint, lint_files, lint_text, lint_json, NULL, 0 };
    TRY(expect_operands(cli, 1, LIMIT_REFERENCES, "lint FILE...", err));
    TRY(expect_no_policies(cli, "lint", err));
    return answer_give(cli, &answer, err);
}

static enum assay_status run_show(struct cli *cli, struct assay_error *err)
{
    CLEANUP(show_clear) struct show show = { 0 };
    const struct answer answer = { &show, show_find, show_text, show_json, NULL, 0 };
    TRY(expect_operands(cli, 0, 1, "show [REF]", err));
    return answer_give(cli, &answer, err);
}

static enum assay_status run_import(struct cli *cli, struct assay_error *err)
{
    TRY(expect_operands(cli, 1, 1, "import FILE", err));
    TRY(expect_no_policies(cli, "import", err));
    return opt_is_set(&cli->options, OPT_OUTPUT)
               ? FAIL(err, ASSAY_USAGE, "'assay policy import' writes a policy, in YAML")
               : import(cli, err);
}

enum assay_status command_policy(struct cli *cli, struct assay_error *err)
{
    struct slice action = slice_from_string(cli->options.operands[0]);
    return slice_is(action, "lint")     ? run_lint(cli, err)
           : slice_is(action, "show")   ? run_show(cli, err)
           : slice_is(action, "import") ? run_import(cli, err)
                                        : FAIL(err, ASSAY_USAGE, "'%s' is not lint, show or import",
                                               cli->options.operands[0]);
}
