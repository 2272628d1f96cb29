/* SPDX-License-Identifier: Apache-2.0 */
#include "report/docker.h"

#include "base/list.h"
#include "base/text.h"
#include "report/docker_rows.h"

#define SHORT_ID_CHARS 12
#define COLUMN_MIN     10 /* characters, of the client's table writer */
#define COLUMN_GAP     3

/* Characters, not bytes: continuation bytes do not count. */
static size_t width_of(const char *text)
{
    size_t width = 0;
    for (const char *at = text; *at != '\0'; at++) {
        width += ((uint8_t)*at & 0xc0U) != 0x80U;
    }
    return width;
}

static size_t column_of(size_t widest)
{
    size_t column = widest + COLUMN_GAP;
    return column < COLUMN_MIN ? COLUMN_MIN : column;
}

static enum assay_status append_cell(struct buf *out, const char *text, size_t column,
                                     struct assay_error *err)
{
    size_t width = width_of(text);
    int gap = width < column ? (int)(column - width) : 0;
    return buf_printf(out, err, "%s%*s", text, gap, "");
}

struct tag_table {
    struct buf *out;
    size_t tag_column;
    size_t digest_column;
    size_t rows;
};

static enum assay_status measure_row(void *ctx, const struct docker_row *row,
                                     struct assay_error *err UNUSED)
{
    struct tag_table *table = (struct tag_table *)ctx;
    char tag[DOCKER_NAME_BYTES];
    char digest[DIGEST_TEXT_BYTES];
    text_sanitise(row->tag, tag, sizeof tag);
    digest_hex(row->sha256, digest);
    size_t tag_column = column_of(width_of(tag));
    size_t digest_column = column_of(strlen(digest));
    table->tag_column = tag_column > table->tag_column ? tag_column : table->tag_column;
    table->digest_column =
        digest_column > table->digest_column ? digest_column : table->digest_column;
    table->rows++;
    return ASSAY_OK;
}

static enum assay_status append_row(void *ctx, const struct docker_row *row,
                                    struct assay_error *err)
{
    struct tag_table *table = (struct tag_table *)ctx;
    char tag[DOCKER_NAME_BYTES];
    char digest[DIGEST_TEXT_BYTES];
    const char *signers[LIMIT_DELEGATIONS] = { NULL };
    text_sanitise(row->tag, tag, sizeof tag);
    digest_hex(row->sha256, digest);
    TRY(append_cell(table->out, tag, table->tag_column, err));
    TRY(append_cell(table->out, digest, table->digest_column, err));
    for (size_t i = 0; i < row->signer_count; i++) {
        signers[i] = row->signers[i];
    }
    list_sort((void *)signers, row->signer_count, sizeof(*signers), list_compare_texts);
    for (size_t i = 0; i < row->signer_count; i++) {
        TRY(buf_printf(table->out, err, "%s%s", i == 0 ? "" : ", ", signers[i]));
    }
    return buf_append_string(table->out, row->signer_count == 0 ? "(Repo Admin)\n" : "\n", err);
}

static enum assay_status append_tags(const struct docker_rows *rows, struct tag_table *table,
                                     const char *argument, struct assay_error *err)
{
    table->tag_column = column_of(strlen("SIGNED TAG"));
    table->digest_column = column_of(strlen("DIGEST"));
    TRY(docker_rows_each(rows, measure_row, table, err));
    if (table->rows == 0) {
        return buf_printf(table->out, err, "\nNo signatures for %s\n\n", argument);
    }
    TRY(buf_printf(table->out, err, "\nSignatures for %s\n\n", argument));
    TRY(append_cell(table->out, "SIGNED TAG", table->tag_column, err));
    TRY(append_cell(table->out, "DIGEST", table->digest_column, err));
    TRY(buf_append_string(table->out, "SIGNERS\n", err));
    return docker_rows_each(rows, append_row, table, err);
}

/* The ids of a role's keys, sorted, cut to chars, separated by ", ". */
static enum assay_status append_ids(const struct tuf_role_view *role, bool canonical, int chars,
                                    struct buf *out, struct assay_error *err)
{
    const char *ids[LIMIT_ROLE_KEYS] = { NULL };
    size_t count = 0;
    while (count < role->key_count && count < LIMIT_ROLE_KEYS) {
        ids[count] = canonical ? role->keys[count].canonical_id : role->keys[count].id;
        count++;
    }
    list_sort((void *)ids, count, sizeof(*ids), list_compare_texts);
    for (size_t i = 0; i < count; i++) {
        TRY(buf_printf(out, err, "%s%.*s", i == 0 ? "" : ", ", chars, ids[i]));
    }
    return buf_append_byte(out, '\n', err);
}

static enum assay_status append_signers(const struct docker_rows *rows, const char *argument,
                                        struct buf *out, struct assay_error *err)
{
    size_t column = column_of(strlen("SIGNER"));
    if (rows->signer_count == 0) {
        return ASSAY_OK;
    }
    for (size_t i = 0; i < rows->signer_count; i++) {
        size_t needed = column_of(width_of(rows->signers[i].name));
        column = needed > column ? needed : column;
    }
    TRY(buf_printf(out, err, "\nList of signers and their keys for %s\n\n", argument));
    TRY(append_cell(out, "SIGNER", column, err));
    TRY(buf_append_string(out, "KEYS\n", err));
    for (size_t i = 0; i < rows->signer_count; i++) {
        TRY(append_cell(out, rows->signers[i].name, column, err));
        TRY(append_ids(rows->signers[i].role, true, SHORT_ID_CHARS, out, err));
    }
    return ASSAY_OK;
}

static enum assay_status append_admins(const struct docker_rows *rows, const char *argument,
                                       struct buf *out, struct assay_error *err)
{
    const struct tuf_role_view *targets = docker_rows_role(rows, "targets");
    const struct tuf_role_view *root = docker_rows_role(rows, "root");
    TRY(buf_printf(out, err, "\nAdministrative keys for %s\n\n", argument));
    if (targets != NULL) {
        TRY(buf_append_string(out, "  Repository Key:\t", err));
        TRY(append_ids(targets, false, TUF_ID_BYTES, out, err));
    }
    if (root != NULL) {
        TRY(buf_append_string(out, "  Root Key:\t", err));
        TRY(append_ids(root, false, TUF_ID_BYTES, out, err));
    }
    return ASSAY_OK;
}

enum assay_status report_docker_pretty(const struct report_docker *what, struct buf *out,
                                       size_t *rows, struct assay_error *err)
{
    char argument[LIMIT_REFERENCE_BYTES + 1];
    CLEANUP(docker_rows_clear) struct docker_rows made = { 0 };
    struct tag_table table = { .out = out };
    text_sanitise(slice_from_string(what->argument), argument, sizeof argument);
    TRY(docker_rows_make(what, &made, err));
    TRY(append_tags(&made, &table, argument, err));
    TRY(append_signers(&made, argument, out, err));
    *rows = table.rows;
    return append_admins(&made, argument, out, err);
}
