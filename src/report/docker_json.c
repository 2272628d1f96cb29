/* SPDX-License-Identifier: Apache-2.0 */
#include "report/docker.h"

#include "base/text.h"
#include "report/docker_rows.h"

static enum assay_status append_escaped(struct buf *out, uint8_t byte, struct assay_error *err)
{
    switch (byte) {
    case '"':
        return buf_append_string(out, "\\\"", err);
    case '\\':
        return buf_append_string(out, "\\\\", err);
    case '<':
    case '>':
    case '&':
        return buf_printf(out, err, "\\u%04x", (unsigned)byte);
    default:
        return buf_append_byte(out, byte, err);
    }
}

/* The text is sanitised first; an image tag never changes by that. */
static enum assay_status append_json_text(struct buf *out, struct slice text,
                                          struct assay_error *err)
{
    char clean[DOCKER_NAME_BYTES];
    text_sanitise(text, clean, sizeof clean);
    TRY(buf_append_byte(out, '"', err));
    for (const char *at = clean; *at != '\0'; at++) {
        TRY(append_escaped(out, (uint8_t)*at, err));
    }
    return buf_append_byte(out, '"', err);
}

static enum assay_status append_member(struct buf *out, int indent, const char *key,
                                       struct slice text, const char *behind,
                                       struct assay_error *err)
{
    TRY(buf_printf(out, err, "%*s\"%s\": ", indent, "", key));
    TRY(append_json_text(out, text, err));
    return buf_append_string(out, behind, err);
}

struct json_list {
    struct buf *out;
    size_t count;
};

/* "," and a line break before every element but the first, which opens the list. */
static enum assay_status begin_element(struct json_list *list, struct assay_error *err)
{
    return buf_append_string(list->out, list->count++ == 0 ? "[\n" : ",\n", err);
}

static enum assay_status end_list(const struct json_list *list, int indent, const char *behind,
                                  struct assay_error *err)
{
    if (list->count == 0) {
        return buf_printf(list->out, err, "[]%s", behind);
    }
    return buf_printf(list->out, err, "\n%*s]%s", indent, "", behind);
}

static enum assay_status append_row_signers(const struct docker_row *row, struct buf *out,
                                            struct assay_error *err)
{
    struct json_list signers = { .out = out };
    for (size_t i = 0; i < row->signer_count; i++) {
        TRY(begin_element(&signers, err));
        TRY(buf_printf(out, err, "%20s", ""));
        TRY(append_json_text(out, slice_from_string(row->signers[i]), err));
    }
    if (row->signer_count == 0) {
        TRY(begin_element(&signers, err));
        TRY(buf_printf(out, err, "%20s\"Repo Admin\"", ""));
    }
    return end_list(&signers, 16, "\n", err);
}

static enum assay_status append_row(void *ctx, const struct docker_row *row,
                                    struct assay_error *err)
{
    struct json_list *rows = (struct json_list *)ctx;
    char hex[DIGEST_TEXT_BYTES];
    digest_hex(row->sha256, hex);
    TRY(begin_element(rows, err));
    TRY(buf_printf(rows->out, err, "%12s{\n", ""));
    TRY(append_member(rows->out, 16, "SignedTag", row->tag, ",\n", err));
    TRY(append_member(rows->out, 16, "Digest", slice_from_string(hex), ",\n", err));
    TRY(buf_printf(rows->out, err, "%16s\"Signers\": ", ""));
    TRY(append_row_signers(row, rows->out, err));
    return buf_printf(rows->out, err, "%12s}", "");
}

static enum assay_status append_keys(const struct tuf_role_view *role, bool canonical,
                                     struct buf *out, struct assay_error *err)
{
    struct json_list keys = { .out = out };
    for (size_t i = 0; i < role->key_count; i++) {
        const char *id = canonical ? role->keys[i].canonical_id : role->keys[i].id;
        TRY(begin_element(&keys, err));
        TRY(buf_printf(out, err, "%20s{\n", ""));
        TRY(append_member(out, 24, "ID", slice_from_string(id), "\n", err));
        TRY(buf_printf(out, err, "%20s}", ""));
    }
    return end_list(&keys, 16, "\n", err);
}

static enum assay_status append_key_holder(struct json_list *holders, const char *name,
                                           const struct tuf_role_view *role, bool canonical,
                                           struct assay_error *err)
{
    struct buf *out = holders->out;
    TRY(begin_element(holders, err));
    TRY(buf_printf(out, err, "%12s{\n", ""));
    TRY(append_member(out, 16, "Name", slice_from_string(name), ",\n", err));
    TRY(buf_printf(out, err, "%16s\"Keys\": ", ""));
    TRY(append_keys(role, canonical, out, err));
    return buf_printf(out, err, "%12s}", "");
}

static enum assay_status append_json_signers(const struct docker_rows *rows, struct buf *out,
                                             struct assay_error *err)
{
    struct json_list holders = { .out = out };
    for (size_t i = rows->signer_count; i > 0; i--) {
        const struct docker_signer *signer = &rows->signers[i - 1];
        TRY(append_key_holder(&holders, signer->name, signer->role, true, err));
    }
    return end_list(&holders, 8, ",\n", err);
}

static enum assay_status append_json_admins(const struct docker_rows *rows, struct buf *out,
                                            struct assay_error *err)
{
    const struct tuf_role_view *root = docker_rows_role(rows, "root");
    const struct tuf_role_view *targets = docker_rows_role(rows, "targets");
    struct json_list holders = { .out = out };
    if (root != NULL) {
        TRY(append_key_holder(&holders, "Root", root, false, err));
    }
    if (targets != NULL) {
        TRY(append_key_holder(&holders, "Repository", targets, false, err));
    }
    return end_list(&holders, 8, "\n", err);
}

static enum assay_status append_json(const struct report_docker *what,
                                     const struct docker_rows *rows, struct buf *out, size_t *count,
                                     struct assay_error *err)
{
    TRY(buf_printf(out, err, "[\n%4s{\n", ""));
    TRY(append_member(out, 8, "Name", slice_from_string(what->argument), ",\n", err));
    TRY(buf_printf(out, err, "%8s\"SignedTags\": ", ""));
    struct json_list tags = { .out = out };
    TRY(docker_rows_each(rows, append_row, &tags, err));
    *count = tags.count;
    TRY(end_list(&tags, 8, ",\n", err));
    TRY(buf_printf(out, err, "%8s\"Signers\": ", ""));
    TRY(append_json_signers(rows, out, err));
    TRY(buf_printf(out, err, "%8s\"AdministrativeKeys\": ", ""));
    TRY(append_json_admins(rows, out, err));
    return buf_printf(out, err, "%4s}\n]\n", "");
}

enum assay_status report_docker_json(const struct report_docker *what, struct buf *out,
                                     size_t *rows, struct assay_error *err)
{
    CLEANUP(docker_rows_clear) struct docker_rows made = { 0 };
    TRY(docker_rows_make(what, &made, err));
    return append_json(what, &made, out, rows, err);
}
