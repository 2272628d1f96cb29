/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/pin_files.h"

#include "scan/rewrite.h"

#include <stdlib.h>

void pin_files_clear(struct pin_files *files)
{
    judged_clear(&files->judged);
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
    return keep(files, message, &row->message, err);
}

/* ---- what is asked ---- */

static enum assay_status plan(struct pin_files *files, struct pin_row *row, struct assay_error *err)
{
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
        return refuse(files, row, ASSAY_UNRESOLVED,
                      "it is put together from parts, so that no digest can be written into it",
                      err);
    }
    if (!found->is_rewritable || reference.tag == NULL) {
        return keep(files, reference.text, &row->query, err);
    }
    /* without the digest that stands there: the tag may be signed for another one now */
    return arena_format(&files->arena, &row->query, err, "%s:%s", reference.name, reference.tag);
}

static enum assay_status make_rows(struct pin_files *files, struct assay_error *err)
{
    const struct scan *scan = &files->scan;
    TRY(arena_alloc(&files->arena, scan->reference_count, sizeof(*files->rows), &files->rows, err));
    for (size_t i = 0; i < scan->reference_count; i++) {
        if (!scan->references[i].is_built) {
            struct pin_row *row = &files->rows[files->count++];
            row->found = &scan->references[i];
            TRY(plan(files, row, err));
        }
    }
    return ASSAY_OK;
}

static int compare_queries(const void *a, const void *b)
{
    const struct pin_row *const *x = a;
    const struct pin_row *const *y = b;
    return strcmp((*x)->query, (*y)->query);
}

/* Each once, however often it stands in files. */
static enum assay_status judge(struct cli *cli, struct pin_files *files, struct assay_error *err)
{
    CLEANUP(session_cleanup) struct assay_session *session = NULL;
    struct pin_row **sorted = NULL;
    const char **queries = NULL;
    size_t asked = 0;
    size_t distinct = 0;
    enum assay_status summary = ASSAY_OK;
    TRY(arena_alloc(&files->arena, files->count, sizeof(void *), &sorted, err));
    TRY(arena_alloc(&files->arena, files->count, sizeof(void *), &queries, err));
    for (size_t i = 0; i < files->count; i++) {
        if (files->rows[i].query != NULL) {
            sorted[asked++] = &files->rows[i];
        }
    }
    if (asked == 0) {
        return ASSAY_OK;
    }
    qsort(sorted, asked, sizeof(void *), compare_queries);
    for (size_t i = 0; i < asked; i++) {
        if (i == 0 || strcmp(sorted[i]->query, queries[distinct - 1]) != 0) {
            queries[distinct++] = sorted[i]->query;
        }
        sorted[i]->verdict = distinct - 1;
    }
    if (distinct > LIMIT_REFERENCES) {
        return FAIL(err, ASSAY_FILE_LIMIT, "more than %d images; name fewer files",
                    LIMIT_REFERENCES);
    }
    TRY(cli_session(cli, &session, err));
    return judged_run(session, queries, distinct, &files->judged, &summary, err);
}

/* ---- what changes ---- */

/* In the user's own spelling of name and tag. */
static enum assay_status decide(struct pin_files *files, struct pin_row *row,
                                struct assay_error *err)
{
    if (row->query == NULL) {
        return ASSAY_OK;
    }
    const struct assay_verdict *verdict = files->judged.verdicts[row->verdict];
    row->status = judged_status(verdict);
    if (row->status != ASSAY_OK || !row->found->is_rewritable) {
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
                     assay_verdict_digest(verdict)));
    if (strcmp(row->text, row->found->text) == 0) {
        row->text = NULL;
    }
    return ASSAY_OK;
}

enum assay_status pin_files_judge(struct cli *cli, struct pin_files *files, struct assay_error *err)
{
    TRY(make_rows(files, err));
    TRY(judge(cli, files, err));
    for (size_t i = 0; i < files->count; i++) {
        TRY(decide(files, &files->rows[i], err));
    }
    return ASSAY_OK;
}

static const char *path_of(const struct pin_files *files, size_t row)
{
    return files->scan.files[files->rows[row].found->spot.file].path;
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
            files->rows[i].query = NULL; /* it is trusted; what failed is another thing */
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
