/* SPDX-License-Identifier: Apache-2.0 */
/* What is known before the walk: names that are listed, the plain root, where the chain starts. */
#include "audit/roots_parts.h"

#include "base/mem.h"
#include "base/text.h"
#include "tuf/update.h"

#include <inttypes.h>
#include <stdio.h>

static enum assay_status note_listed(void *ctx, const char *name, struct assay_error *err)
{
    struct root_audit *audit = ctx;
    struct slice text = slice_from_string(name);
    struct slice suffix = SLICE_LITERAL(".root");
    uint64_t version = 0;
    if (!slice_has_suffix(text, suffix) || text.ptr[0] == '0' ||
        !text_to_u64(slice_first(text, text.len - suffix.len), LIMIT_JSON_INTEGER, &version) ||
        audit->listed_count == LIMIT_AUDIT_VERSIONS) {
        return ASSAY_OK;
    }
    TRY(mem_grow(&audit->listed, audit->listed_count, &audit->listed_cap, sizeof(*audit->listed),
                 err));
    audit->listed[audit->listed_count++] = version;
    audit->newest = version > audit->newest ? version : audit->newest;
    return ASSAY_OK;
}

/* A root that does not come by its number; bytes are taken. */
static enum assay_status add_extra(struct root_audit *audit, struct buf *bytes, bool is_anchor,
                                   int64_t modified_unix_s, struct assay_error *err)
{
    struct root_extra *extra = &audit->rules.extras[audit->rules.extra_count];
    bool carries = false;
    *extra = (struct root_extra){ .is_anchor = is_anchor, .modified_unix_s = modified_unix_s };
    TRY(tuf_root_peek(audit->rules.dialect, buf_slice(bytes), NULL, &extra->version, &carries,
                      err));
    buf_move(&extra->bytes, bytes);
    audit->rules.extra_count++;
    audit->newest = extra->version > audit->newest ? extra->version : audit->newest;
    return ASSAY_OK;
}

static enum assay_status add_anchor(struct root_audit *audit, struct slice bytes, const char *what,
                                    struct assay_error *err)
{
    AUTO_BUF copy = BUF_INIT(LIMIT_ROOT_BYTES);
    TRY_IN(buf_append(&copy, bytes, err), err, "%s", what);
    TRY_IN(add_extra(audit, &copy, true, 0, err), err, "%s", what);
    return ASSAY_OK;
}

/* A "root" that cannot be read claims nothing: its number's file may still be there. */
static enum assay_status note_plain(struct root_audit *audit, struct tuf_file *plain,
                                    struct assay_error *err)
{
    struct assay_error *reason = &audit->found.plain;
    if (plain->outcome == TUF_FILE_FAILED) {
        *reason = plain->error;
    } else if (plain->outcome == TUF_FILE_FOUND &&
               add_extra(audit, &plain->bytes, false, plain->modified_unix_s, reason) == ASSAY_OK) {
        audit->found.role->newest_claimed =
            audit->rules.extras[audit->rules.extra_count - 1].version;
    }
    if (reason->status == ASSAY_NO_MEMORY) {
        return error_pass(err, reason);
    }
    if (reason->status != ASSAY_OK) {
        (void)error_context(reason, reason->status, "root");
    }
    return ASSAY_OK;
}

/* Nothing is pinned: whoever wants to pin needs to see what is there. */
static enum assay_status no_pin(struct root_audit *audit, const struct tuf_file *plain,
                                struct assay_error *err)
{
    const struct tuf_trusted_options options = { .dialect = audit->rules.dialect,
                                                 .gun = audit->rules.gun,
                                                 .now_unix_s = audit->rules.now_unix_s };
    AUTO_BUF text = BUF_INIT(LIMIT_JSON_STRING_BYTES);
    struct tuf_trusted *machine = NULL;
    TRY(tuf_trusted_new(&options, &machine, err));
    if (plain->outcome == TUF_FILE_FOUND &&
        tuf_trusted_set_anchor(machine, buf_slice(&plain->bytes), NULL, NULL) == ASSAY_OK &&
        tuf_root_fingerprint(machine, &text, NULL) != ASSAY_OK) {
        buf_clear(&text);
    }
    tuf_trusted_free(machine);
    return FAIL(err, ASSAY_NO_ROOT_PINNED, "no root of trust is pinned for %s; %s shows %s",
                audit->rules.gun[0] == '\0' ? "the repository" : audit->rules.gun,
                audit->report->where, text.len == 0 ? "no root" : buf_text(&text));
}

static enum assay_status choose_anchor(struct root_audit *audit, const struct tuf_file *plain,
                                       struct assay_error *err)
{
    const struct audit_options *options = audit->options;
    struct root_rules *rules = &audit->rules;
    rules->pin = options->pin;
    switch (options->pin->kind) {
    case TUF_PIN_FINGERPRINT:
        rules->anchor = AUDIT_ANCHOR_FINGERPRINT;
        return ASSAY_OK;
    case TUF_PIN_ROOT:
        rules->anchor = AUDIT_ANCHOR_ROOT;
        return add_anchor(audit, buf_slice(&options->pin->bytes), "the pinned root file", err);
    case TUF_PIN_CA:
        rules->anchor = AUDIT_ANCHOR_CA;
        audit->walker.mode = ROOT_SEEKS_CA;
        return ASSAY_OK;
    case TUF_PIN_NONE:
        break;
    }
    if (options->state_root.len > 0) {
        rules->anchor = AUDIT_ANCHOR_STATE;
        return add_anchor(audit, options->state_root, "the stored root", err);
    }
    rules->anchor = AUDIT_ANCHOR_FIRST_USE;
    return options->tofu ? ASSAY_OK : no_pin(audit, plain, err);
}

/* Whose root the bytes claim to be: by the reader that understands them. */
static const struct tuf_dialect *claimed_dialect(struct slice bytes)
{
    uint64_t version = 0;
    bool carries = false;
    bool is_plain =
        tuf_root_peek(&tuf_dialect_tuf, bytes, NULL, &version, &carries, NULL) == ASSAY_OK;
    return is_plain ? &tuf_dialect_tuf : &tuf_dialect_notary;
}

/* Where nobody says which kind it is, the plain root does, or the first that is listed. */
static enum assay_status guess_dialect(struct root_audit *audit, const struct tuf_file *plain,
                                       struct assay_error *err)
{
    struct tuf_file first;
    char name[TUF_FILE_NAME_BYTES];
    uint64_t lowest = 1;
    if (plain->outcome == TUF_FILE_FOUND) {
        audit->rules.dialect = claimed_dialect(buf_slice(&plain->bytes));
        return ASSAY_OK;
    }
    for (size_t i = 0; i < audit->listed_count; i++) {
        lowest = i == 0 || audit->listed[i] < lowest ? audit->listed[i] : lowest;
    }
    (void)snprintf(name, sizeof(name), "%" PRIu64 ".root", lowest);
    TRY(audit_fetch_one(audit->options->remote, name, LIMIT_ROOT_BYTES, &first, err));
    audit->rules.dialect = claimed_dialect(buf_slice(&first.bytes));
    tuf_file_clear(&first);
    return ASSAY_OK;
}

static enum assay_status choose_dialect(struct root_audit *audit, const struct tuf_file *plain,
                                        struct assay_error *err)
{
    audit->rules.dialect = audit->options->dialect;
    if (audit->rules.dialect == NULL) {
        TRY(guess_dialect(audit, plain, err));
    }
    if (audit->rules.dialect == &tuf_dialect_notary && audit->rules.gun[0] == '\0') {
        return FAIL(err, ASSAY_USAGE, "%s is not of plain TUF: name its repository by --as",
                    audit->report->where);
    }
    return audit_history_text(&audit->report->history,
                              slice_from_string(audit->rules.dialect->name),
                              &audit->report->dialect, err);
}

enum assay_status root_prepare(struct root_audit *audit, struct tuf_file *plain,
                               struct assay_error *err)
{
    struct tuf_remote *remote = audit->options->remote;
    TRY(audit_history_role(&audit->report->history, tuf_top_role_names[TUF_ROOT],
                           &audit->found.role, err));
    if (remote->list != NULL) {
        TRY(remote->list(remote, note_listed, audit, err));
    }
    TRY(choose_dialect(audit, plain, err));
    TRY(choose_anchor(audit, plain, err));
    return note_plain(audit, plain, err);
}
