/* SPDX-License-Identifier: Apache-2.0 */
/* One version after the other: what is there of it, and whether the version before leads to it. */
#include "audit/roots_parts.h"

#include <inttypes.h>

#define CONTENTS_MAX (ROOT_EXTRAS + 1) /* of one version */

static void drop_machine(struct root_walker *walker)
{
    tuf_trusted_free(walker->machine);
    walker->machine = NULL;
    walker->root_key_count = 0;
}

void root_walker_clear(struct root_walker *walker)
{
    drop_machine(walker);
    buf_clear(&walker->bytes);
    walker->borrowed = NULL;
}

/* The file is wrong; anything else is not its fault, and the audit cannot go on. */
static bool is_rejected(enum assay_status status)
{
    return assay_status_class(status) == ASSAY_CLASS_REJECTED;
}

/* A new machine at this content; NULL, and why, when it does not stand by itself. */
static enum assay_status start_at(const struct root_rules *rules, uint64_t version,
                                  struct slice bytes, const struct tuf_pin *pin,
                                  struct tuf_trusted **out, struct assay_error *reason,
                                  struct assay_error *err)
{
    const struct tuf_trusted_options options = { .dialect = rules->dialect,
                                                 .gun = rules->gun,
                                                 .now_unix_s = rules->now_unix_s };
    TRY(tuf_trusted_new(&options, out, err));
    enum assay_status status = tuf_trusted_set_anchor(*out, bytes, pin, reason);
    if (status == ASSAY_OK && tuf_trusted_root_version(*out) == version) {
        return ASSAY_OK;
    }
    if (status == ASSAY_OK) {
        (void)FAIL(reason, ASSAY_ROOT_VERSION, "expected root version %" PRIu64 ", found %" PRIu64,
                   version, tuf_trusted_root_version(*out));
    }
    tuf_trusted_free(*out);
    *out = NULL;
    return is_rejected(reason->status) ? ASSAY_OK : error_pass(err, reason);
}

/* ---- the one content that the chain goes through ---- */

struct choice {
    struct root_content contents[CONTENTS_MAX];
    struct assay_error reasons[CONTENTS_MAX]; /* ASSAY_OK: nothing stands against it so far */
    size_t count;
    size_t chosen; /* count: none */
    bool starts;
};

/* How many may be the chain's: beside the anchor's file no other. */
static size_t eligible(const struct choice *choice)
{
    return choice->count > 0 && choice->contents[0].is_anchor ? 1 : choice->count;
}

static enum assay_status try_link(struct root_walker *walker, uint64_t version,
                                  struct choice *choice, struct assay_error *err)
{
    if (walker->machine == NULL || tuf_trusted_root_version(walker->machine) + 1 != version) {
        return ASSAY_OK;
    }
    for (size_t i = 0; i < eligible(choice); i++) {
        enum assay_status status =
            tuf_trusted_add_root(walker->machine, choice->contents[i].bytes, &choice->reasons[i]);
        if (status == ASSAY_OK) {
            choice->chosen = i;
            return ASSAY_OK;
        }
        if (!is_rejected(status)) {
            return error_pass(err, &choice->reasons[i]);
        }
    }
    return ASSAY_OK;
}

/* Nothing leads to the version: a new machine begins at a content that stands by itself. What broke
 * the chain stays said. */
static enum assay_status try_start(struct root_walker *walker, uint64_t version,
                                   struct choice *choice, struct assay_error *err)
{
    drop_machine(walker);
    if (walker->mode == ROOT_HOLDS_CA) {
        walker->mode = ROOT_PLAIN; /* the CA vouched for one chain, which has ended */
    }
    for (size_t i = 0; i < eligible(choice); i++) {
        struct assay_error reason = ERROR_INIT;
        TRY(start_at(walker->rules, version, choice->contents[i].bytes, NULL, &walker->machine,
                     &reason, err));
        if (walker->machine != NULL) {
            choice->chosen = i;
            choice->starts = true;
            return ASSAY_OK;
        }
        if (choice->reasons[i].status == ASSAY_OK) {
            choice->reasons[i] = reason;
        }
    }
    return ASSAY_OK;
}

/* ---- the pin ---- */

/* The first root of the pinned CA: from here on the machine demands it of every root. */
static enum assay_status seek_ca(struct root_walker *walker, uint64_t version, struct slice bytes,
                                 bool *found, struct assay_error *err)
{
    struct assay_error reason = ERROR_INIT;
    *found = false;
    enum assay_status status = tuf_trusted_check_pin(walker->machine, walker->rules->pin, &reason);
    if (status != ASSAY_OK) {
        return is_rejected(status) ? ASSAY_OK : error_pass(err, &reason);
    }
    struct tuf_trusted *machine = NULL;
    TRY(start_at(walker->rules, version, bytes, walker->rules->pin, &machine, &reason, err));
    if (machine == NULL) {
        return ASSAY_OK;
    }
    tuf_trusted_free(walker->machine);
    walker->machine = machine;
    walker->mode = ROOT_HOLDS_CA;
    *found = true;
    return ASSAY_OK;
}

static enum assay_status mark_by_pin(const struct root_walker *walker,
                                     const struct root_content *content, struct root_mark *mark,
                                     struct assay_error *err)
{
    if (walker->rules->anchor == AUDIT_ANCHOR_FINGERPRINT) {
        enum assay_status status = tuf_trusted_check_pin(walker->machine, walker->rules->pin, NULL);
        mark->holds = status == ASSAY_OK;
        mark->carries = mark->holds || status == ASSAY_THRESHOLD;
        return mark->holds || is_rejected(status) ? ASSAY_OK
                                                  : FAIL(err, status, "the pin cannot be judged");
    }
    mark->holds =
        walker->rules->anchor == AUDIT_ANCHOR_FIRST_USE ? mark->starts : content->is_anchor;
    return ASSAY_OK;
}

/* ---- one version ---- */

static enum assay_status record_chosen(struct root_walker *walker, struct root_batch *batch,
                                       uint64_t version, const struct choice *choice,
                                       struct assay_error *err)
{
    const struct root_content *content = &choice->contents[choice->chosen];
    struct root_mark mark = { .in_chain = true, .starts = choice->starts };
    /* a content that was tried and refused, and then began a new chain, keeps its reason */
    TRY(mark_by_pin(walker, content, &mark, err));
    TRY(root_record(walker, batch, version, content, walker->machine,
                    &choice->reasons[choice->chosen], &mark, err));
    if (walker->mode == ROOT_SEEKS_CA) {
        bool *holds = &batch->marks[batch->role->count - 1].holds;
        TRY(seek_ca(walker, version, content->bytes, holds, err));
    }
    walker->borrowed = content->owner;
    return root_note_keys(walker, batch, err);
}

/* A content beside the chain's is held against itself alone. */
static enum assay_status record_other(struct root_walker *walker, struct root_batch *batch,
                                      uint64_t version, const struct root_content *content,
                                      struct assay_error *reason, struct assay_error *err)
{
    static const struct root_mark none = { .in_chain = false };
    struct tuf_trusted *machine = NULL;
    if (reason->status == ASSAY_OK) {
        TRY(start_at(walker->rules, version, content->bytes, NULL, &machine, reason, err));
    }
    enum assay_status status =
        root_record(walker, batch, version, content, machine, reason, &none, err);
    tuf_trusted_free(machine);
    return status;
}

static enum assay_status visit(struct root_walker *walker, struct root_batch *batch,
                               uint64_t version, struct choice *choice, struct assay_error *err)
{
    choice->chosen = choice->count;
    TRY(try_link(walker, version, choice, err));
    if (choice->chosen == choice->count) {
        TRY(try_start(walker, version, choice, err));
    }
    for (size_t i = 0; i < choice->count; i++) {
        if (i == choice->chosen) {
            TRY(record_chosen(walker, batch, version, choice, err));
        } else {
            TRY(record_other(walker, batch, version, &choice->contents[i], &choice->reasons[i],
                             err));
        }
    }
    return ASSAY_OK;
}

/* ---- what is there of a version ---- */

static void add_content(struct choice *choice, const struct root_content *content)
{
    for (size_t i = 0; i < choice->count; i++) {
        if (slice_equal(choice->contents[i].bytes, content->bytes)) {
            int64_t *modified = &choice->contents[i].modified_unix_s;
            *modified = *modified == 0 ? content->modified_unix_s : *modified;
            return;
        }
    }
    choice->contents[choice->count++] = *content;
}

static void add_extras(const struct root_rules *rules, uint64_t version, bool anchors,
                       struct choice *choice)
{
    for (size_t i = 0; i < rules->extra_count; i++) {
        const struct root_extra *extra = &rules->extras[i];
        if (extra->version == version && extra->is_anchor == anchors) {
            const struct root_content content = { .bytes = buf_slice(&extra->bytes),
                                                  .modified_unix_s = extra->modified_unix_s,
                                                  .is_anchor = anchors };
            add_content(choice, &content);
        }
    }
}

/* There, but not to be had, or not there. One that is too large is there and wrong. */
static enum assay_status record_absent(struct root_batch *batch, uint64_t version,
                                       const struct tuf_file *file, struct assay_error *err)
{
    struct audit_version made = { .version = version,
                                  .trust = AUDIT_ABSENT,
                                  .status = ASSAY_ROOT_CHAIN_MISSING,
                                  .failure = "it is not there" };
    if (file->outcome == TUF_FILE_FAILED) {
        made.status = file->error.status;
        made.trust = is_rejected(made.status) ? AUDIT_INVALID : AUDIT_ABSENT;
        TRY(audit_history_text(&batch->found, slice_from_string(file->error.message), &made.failure,
                               err));
    }
    TRY(audit_role_add(batch->role, &made, err));
    batch->marks[batch->role->count - 1] = (struct root_mark){ .in_chain = false };
    return ASSAY_OK;
}

static enum assay_status visit_file(struct root_walker *walker, struct root_batch *batch,
                                    size_t index, struct assay_error *err)
{
    struct tuf_file *file = &batch->files[index];
    uint64_t version = batch->first + index;
    struct choice choice = { .count = 0 };
    add_extras(walker->rules, version, true, &choice);
    if (file->outcome == TUF_FILE_FOUND) {
        const struct root_content content = { .bytes = buf_slice(&file->bytes),
                                              .owner = &file->bytes,
                                              .modified_unix_s = file->modified_unix_s };
        add_content(&choice, &content);
    }
    add_extras(walker->rules, version, false, &choice);
    if (choice.count > 0) {
        return visit(walker, batch, version, &choice, err);
    }
    drop_machine(walker);
    if (walker->mode == ROOT_HOLDS_CA) {
        walker->mode = ROOT_PLAIN;
    }
    return record_absent(batch, version, file, err);
}

void root_walker_settle(struct root_walker *walker)
{
    if (walker->borrowed != NULL) {
        if (walker->machine != NULL) {
            buf_move(&walker->bytes, walker->borrowed);
        }
        walker->borrowed = NULL;
    }
}

enum assay_status root_walk(struct root_walker *walker, struct root_batch *batch,
                            struct assay_error *err)
{
    enum assay_status status = root_note_keys(walker, batch, err);
    for (size_t i = 0; i < batch->count && status == ASSAY_OK; i++) {
        status = visit_file(walker, batch, i, err);
    }
    return status;
}

bool root_walker_meets(const struct root_walker *walker, const struct root_batch *batch)
{
    struct tuf_root_view view;
    if (walker->machine == NULL || walker->mode != batch->before_mode ||
        tuf_trusted_root_version(walker->machine) + 1 != batch->first) {
        return false;
    }
    tuf_trusted_root_view(walker->machine, &view);
    return digest_equal(view.sha256, &batch->before_sha256);
}
