/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/pin_files.h"

#include "cli/policies.h"
#include "scan/rewrite.h"

void pin_files_clear(struct pin_files *files)
{
    gate_clear(&files->gate);
    arena_clear(&files->arena);
    scan_clear(&files->scan);
}

static enum assay_status keep(struct pin_files *files, const char *text, const char **out,
                              struct assay_error *err)
{
    return arena_format(&files->arena, out, err, "%s", text);
}

static enum assay_status refuse(struct pin_files *files, struct pin_row *row,
                                enum assay_status status, const char *message,
                                struct assay_error *err)
{
    row->status = status;
    row->text = NULL;
    row->verdict = NULL;
    return keep(files, message, &row->message, err);
}

/* ---- what is asked ---- */

/* A digest that passes without signature: the policy says so, and no tag needs to. */
static enum assay_status find_allowed(const struct policy_set *policies,
                                      const struct oci_reference *reference, int64_t now_unix_s,
                                      bool *allowed, struct assay_error *err)
{
    AUTO_ARENA scratch = ARENA_INIT(LIMIT_POLICY_ARENA);
    struct policy_terms terms = { 0 };
    TRY(policy_find(policies, reference, &scratch, &terms, err));
    *allowed = terms.allowed != NULL && now_unix_s <= terms.allowed->until_unix_s;
    return ASSAY_OK;
}

static enum assay_status plan(const struct policy_set *policies, struct pin_files *files,
                              struct pin_row *row, struct assay_error *err)
{
    bool stays = false;
    CLEANUP(oci_reference_clear) struct oci_reference reference = { 0 };
    struct assay_error refused = ERROR_INIT;
    const struct scan_reference *found = row->found;
    if (found->text == NULL) {
        return refuse(files, row, ASSAY_UNRESOLVED, found->problem, err);
    }
    enum assay_status status = oci_reference_parse(found->text, &reference, &refused);
    if (status == ASSAY_REFERENCE) {
        return refuse(files, row, status, refused.message, err);
    }
    if (status != ASSAY_OK) {
        return error_pass(err, &refused);
    }
    bool has_digest = reference.digest.alg != DIGEST_NONE;
    if (!found->is_rewritable && !has_digest) {
        row->remedy = "Write it with its digest where the value comes from.";
        return refuse(files, row, ASSAY_UNRESOLVED,
                      "it is put together from parts, so that no digest can be written into it",
                      err);
    }
    if (has_digest) {
        TRY(find_allowed(policies, &reference, files->now_unix_s, &stays, err));
    }
    if (!found->is_rewritable || reference.tag == NULL || stays) {
        return keep(files, reference.text, &row->query, err);
    }
    /* without the digest that stands there: the tag may be signed for another one now */
    return arena_format(&files->arena, &row->query, err, "%s:%s", reference.name, reference.tag);
}

static enum assay_status make_rows(const struct policy_set *policies, struct pin_files *files,
                                   struct assay_error *err)
{
    const struct scan *scan = &files->scan;
    TRY(arena_alloc(&files->arena, scan->reference_count, sizeof(*files->rows), &files->rows, err));
    for (size_t i = 0; i < scan->reference_count; i++) {
        if (!scan->references[i].is_built) {
            struct pin_row *row = &files->rows[files->count++];
            row->found = &scan->references[i];
            TRY(plan(policies, files, row, err));
        }
    }
    return ASSAY_OK;
}

/* The references of the scan, as they are to be verified. */
static enum assay_status make_asked(struct pin_files *files, struct assay_error *err)
{
    struct scan *asked = &files->asked;
    *asked = files->scan; /* borrows its files; never cleared */
    asked->reference_count = 0;
    asked->problem_count = 0;
    asked->ignore_count = 0;
    TRY(arena_alloc(&files->arena, files->count, sizeof(*asked->references), &asked->references,
                    err));
    for (size_t i = 0; i < files->count; i++) {
        if (files->rows[i].query != NULL) {
            struct scan_reference *reference = &asked->references[asked->reference_count++];
            *reference = *files->rows[i].found;
            reference->text = files->rows[i].query;
        }
    }
    return ASSAY_OK;
}

/* An image that was not verified: the policy rejects it, or no session could be had. */
static enum assay_status take_refusals(struct pin_files *files, struct pin_row **rows,
                                       struct assay_error *err)
{
    for (size_t i = 0; i < files->gate.finding_count; i++) {
        const struct gate_finding *finding = &files->gate.findings[i];
        struct pin_row *row = finding->image == SIZE_MAX ? NULL : rows[finding->image];
        /* what pinning mends, or leaves to the gate, is not why */
        bool is_beside =
            finding->rule == GATE_DIGEST_MISSING_RULE || finding->rule == GATE_TAG_LATEST_RULE;
        if (row != NULL && row->verdict == NULL && row->status == ASSAY_INTERNAL &&
            finding->status != ASSAY_OK && !is_beside) {
            row->remedy = finding->remedy;
            TRY(refuse(files, row, finding->status, finding->message, err));
        }
    }
    return ASSAY_OK;
}

/* From images, which stand in the order of what was asked, to rows. */
static enum assay_status take_verdicts(struct pin_files *files, struct assay_error *err)
{
    struct pin_row **rows = NULL;
    size_t next = 0;
    if (files->gate.image_count != files->asked.reference_count) {
        return FAIL(err, ASSAY_INTERNAL, "not every reference was judged");
    }
    TRY(arena_alloc(&files->arena, files->count, sizeof(void *), &rows, err));
    for (size_t i = 0; i < files->count; i++) {
        struct pin_row *row = &files->rows[i];
        if (row->query == NULL) {
            continue;
        }
        const struct gate_image *image = &files->gate.images[next];
        rows[next++] = row;
        row->verdict = image->verdict;
        row->message = "nothing says why it was not verified";
        row->status = image->verdict != NULL           ? image->verdict->error.status
                      : image->outcome == GATE_ALLOWED ? ASSAY_OK
                                                       : ASSAY_INTERNAL;
    }
    return take_refusals(files, rows, err);
}

/* ---- what changes ---- */

/* In the user's own spelling of name and tag. */
static enum assay_status decide(struct pin_files *files, struct pin_row *row,
                                struct assay_error *err)
{
    if (row->status != ASSAY_OK || row->verdict == NULL || !row->found->is_rewritable) {
        return ASSAY_OK;
    }
    struct slice text = slice_from_string(row->found->text);
    struct slice name = slice_first(text, slice_find(text, '@'));
    size_t slash = slice_find_last(name, '/');
    struct slice last = slash == name.len ? name : slice_from(name, slash + 1);
    bool has_tag = slice_find(last, ':') < last.len;
    if (!has_tag && name.len < text.len) {
        return ASSAY_OK; /* by digest alone, and that is signed */
    }
    TRY(arena_format(&files->arena, &row->text, err, "%.*s%s@%s", (int)name.len,
                     (const char *)name.ptr, has_tag ? "" : ":latest",
                     assay_verdict_digest(row->verdict)));
    if (strcmp(row->text, row->found->text) == 0) {
        row->text = NULL;
    }
    return ASSAY_OK;
}

enum assay_status pin_files_judge(struct cli *cli, struct pin_files *files, struct assay_error *err)
{
    AUTO_POLICY_SET policies = NULL;
    struct gate_options options = {
        .env = &cli->env, .fail_on = GATE_ERROR, .session = cli_policy_session, .ctx = cli
    };
    TRY(cli_policies_configure(cli, cli_project(cli), &policies, err));
    options.policies = policies;
    TRY(cli->env.clock->now_unix_s(cli->env.clock->ctx, &files->now_unix_s, err));
    TRY(make_rows(policies, files, err));
    TRY(make_asked(files, err));
    TRY(gate_judge(&files->asked, &options, &files->gate, err));
    TRY(take_verdicts(files, err));
    for (size_t i = 0; i < files->count; i++) {
        TRY(decide(files, &files->rows[i], err));
    }
    return ASSAY_OK;
}

static const char *path_of(const struct pin_files *files, size_t row)
{
    return files->scan.files[files->rows[row].found->spot.file].name;
}

/* The rows of one file. */
static enum assay_status write_file(struct pin_files *files, size_t first, size_t end,
                                    struct assay_error *err)
{
    struct assay_error refused = ERROR_INIT;
    struct scan_edit *edits = NULL;
    size_t count = 0;
    TRY(arena_alloc(&files->arena, end - first, sizeof(*edits), &edits, err));
    for (size_t i = first; i < end; i++) {
        const struct pin_row *row = &files->rows[i];
        size_t offset = row->found->spot.offset;
        /* several may share one text, as by an alias */
        bool is_made = count > 0 && edits[count - 1].offset == offset;
        if (row->text != NULL && !is_made) {
            edits[count++] = (struct scan_edit){ offset, row->found->text, row->text };
        }
    }
    if (count == 0) {
        return ASSAY_OK;
    }
    enum assay_status status = scan_rewrite_file(path_of(files, first), edits, count, &refused);
    if (status == ASSAY_NO_MEMORY || status == ASSAY_INTERNAL) {
        return error_pass(err, &refused);
    }
    for (size_t i = first; status != ASSAY_OK && i < end; i++) {
        if (files->rows[i].text != NULL) {
            TRY(refuse(files, &files->rows[i], status, refused.message, err));
        }
    }
    return ASSAY_OK;
}

enum assay_status pin_files_write(struct cli *cli, struct pin_files *files, struct assay_error *err)
{
    size_t first = 0;
    for (size_t i = 1; i <= files->count; i++) {
        if (i == files->count || strcmp(path_of(files, i), path_of(files, first)) != 0) {
            TRY(env_check_interrupted(&cli->env, err));
            TRY(write_file(files, first, i, err));
            first = i;
        }
    }
    return ASSAY_OK;
}
