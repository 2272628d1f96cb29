/* SPDX-License-Identifier: Apache-2.0 */
/* Other tools' policies as ours. Nothing becomes looser on the way: what has no counterpart here
 * rejects until a person has decided. */
#include "policy/import.h"
#include "base/text.h"

#include <stdio.h>

#define NOTE_BYTES  512
#define NOTES_BYTES (64 * KIB)

enum assay_status policy_import_note(struct policy_import *import, struct assay_error *err,
                                     const char *format, ...)
{
    char note[NOTE_BYTES]; /* of one line, whatever it quotes */
    va_list args;
    va_start(args, format);
    text_format(note, sizeof(note), format, args);
    va_end(args);
    return buf_printf(&import->notes, err, "  # %s\n", note);
}

enum assay_status policy_import_scope(struct policy_import *import, const char *scope,
                                      struct assay_error *err)
{
    TRY(buf_append(import->out, buf_slice(&import->notes), err));
    buf_reset(&import->notes);
    return buf_printf(import->out, err, "  \"%s\":\n", scope);
}

enum assay_status policy_import_reject(struct policy_import *import, const char *scope,
                                       const char *reason, struct assay_error *err)
{
    TRY(policy_import_scope(import, scope, err));
    return buf_printf(import->out, err, "    reject: \"%s\"\n", reason);
}

enum assay_status policy_import_is_scope(const struct policy_import *import, const char *text,
                                         bool *out, struct assay_error *err)
{
    struct yaml_node node = { .kind = YAML_SCALAR, .text = slice_from_string(text) };
    struct assay_error why = ERROR_INIT;
    struct slice key = SLICE_EMPTY;
    enum assay_status status = policy_read_key(&import->reader, &node, &key, &why);
    struct slice bare = node.text; /* a key goes without its star */
    if (bare.len > 1 && bare.ptr[bare.len - 1] == '*') {
        bare.len--;
    }
    *out = status == ASSAY_OK && slice_equal(key, bare);
    return status == ASSAY_OK || status == ASSAY_POLICY_INVALID ? ASSAY_OK : error_pass(err, &why);
}

static enum assay_status import_document(struct policy_import *import, const struct yaml_node *top,
                                         struct assay_error *err)
{
    const struct yaml_node *pinning = yaml_find(top, "trust_pinning");
    TRY(buf_printf(import->out, err,
                   "# Made by 'assay policy import'. What was looser there is not looser here:\n"
                   "# without further words an image must be signed, by a pinned root, and be\n"
                   "# named by its digest.\nschema: 1\nscopes:\n"));
    if (pinning != NULL) {
        return policy_import_notary(import, pinning, err);
    }
    if (yaml_find(top, "default") != NULL) {
        return policy_import_containers(import, top, err);
    }
    return policy_refuse(&import->reader, &top->start, err,
                         "expected the \"default\" of a containers policy.json, or the "
                         "\"trust_pinning\" of a notary configuration");
}

static enum assay_status import_file(struct policy_import *import, const struct yaml_file *file,
                                     struct assay_error *err)
{
    static const struct yaml_mark start = { 1, 1, 0 };
    if (file->count != 1 || file->documents[0] == NULL) {
        return policy_refuse(&import->reader, &start, err, "expected one document");
    }
    TRY(policy_expect_mapping(&import->reader, file->documents[0], "a policy", err));
    return import_document(import, file->documents[0], err);
}

/* What is handed out is a policy. */
static enum assay_status check_result(const struct buf *out, struct assay_error *err)
{
    AUTO_POLICY_SET set = NULL;
    TRY(policy_set_new(&set, err));
    TRY_IN(policy_load_text(set, buf_slice(out), "result", NULL, err), err,
           "reading what was made of it");
    return ASSAY_OK;
}

enum assay_status policy_import(struct slice text, const char *name, struct buf *out,
                                struct assay_error *err)
{
    AUTO_ARENA arena = ARENA_INIT(LIMIT_POLICY_ARENA);
    AUTO_BUF notes = BUF_INIT(NOTES_BYTES);
    struct policy_import import = {
        .reader = { .arena = &arena, .name = name, .directory_fd = -1 },
        .out = out,
        .notes = BUF_INIT(NOTES_BYTES),
    };
    struct yaml_file file;
    struct yaml_mark where;
    struct assay_error why = ERROR_INIT;
    enum assay_status status = yaml_load(text, &file, &where, &why);
    if (status == ASSAY_FILE_SYNTAX || status == ASSAY_FILE_LIMIT) {
        return policy_refuse(&import.reader, &where, err, "%s", why.message);
    }
    if (status != ASSAY_OK) {
        return error_pass(err, &why);
    }
    status = import_file(&import, &file, err);
    yaml_file_clear(&file);
    buf_move(&notes, &import.notes);
    TRY(status);
    TRY(buf_append(out, buf_slice(&notes), err));
    return check_result(out, err);
}
