/* SPDX-License-Identifier: Apache-2.0 */
/* Which tags a role's file lists that the one before did not, or with another digest. */
#include "audit/roles_parts.h"

#include "base/mem.h"

struct comparison {
    struct audit_history *history;
    const char *role;
    uint64_t version;
};

/* The text of a name that is listed already, since tags move more often than they come. */
static enum assay_status add_change(const struct comparison *comparison,
                                    const struct tuf_target *before, const struct tuf_target *now,
                                    struct assay_error *err)
{
    struct audit_history *history = comparison->history;
    struct audit_tag_change made = { .version = comparison->version };
    const struct audit_role *role = audit_history_find(history, comparison->role);
    if (history->tag_count == LIMIT_AUDIT_TAG_CHANGES) {
        history->tags_left_out++;
        return ASSAY_OK;
    }
    if (role != NULL) {
        made.role = role->name;
    } else {
        struct audit_role *made_role = NULL;
        TRY(audit_history_role(history, comparison->role, &made_role, err));
        made.role = made_role->name;
    }
    TRY(audit_history_text(history, now != NULL ? now->name : before->name, &made.tag, err));
    if (before != NULL) {
        made.before = before->sha256;
    }
    if (now != NULL) {
        made.after = now->sha256;
    }
    TRY(mem_grow(&history->tags, history->tag_count, &history->tag_cap, sizeof(*history->tags),
                 err));
    history->tags[history->tag_count++] = made;
    return ASSAY_OK;
}

/* A list with a place in it; the entry there, and whether there is one. */
struct cursor {
    const struct tuf_targets *list; /* NULL: an empty one */
    size_t next;
    struct tuf_target entry;
    bool has_entry;
};

static enum assay_status cursor_step(struct cursor *cursor, struct assay_error *err)
{
    cursor->has_entry = cursor->list != NULL && cursor->next < cursor->list->count;
    return cursor->has_entry ? tuf_targets_get(cursor->list, &cursor->list->entries[cursor->next++],
                                               &cursor->entry, err)
                             : ASSAY_OK;
}

/* Below 0: the old list alone has the entry that comes next; above: the new one. */
static int compare_cursors(const struct cursor *old, const struct cursor *new)
{
    if (!old->has_entry || !new->has_entry) {
        return old->has_entry ? -1 : 1;
    }
    return slice_compare(old->entry.name, new->entry.name);
}

/* From an entry that only one has, or both, to the next. */
static enum assay_status step_both(struct cursor *old, struct cursor *new, int order,
                                   struct assay_error *err)
{
    if (order <= 0) {
        TRY(cursor_step(old, err));
    }
    return order >= 0 ? cursor_step(new, err) : ASSAY_OK;
}

/* Both lists are in byte order of their names. */
enum assay_status tags_compare(struct audit_history *history, const char *role, uint64_t version,
                               const struct tuf_targets *before, const struct tuf_targets *now,
                               struct assay_error *err)
{
    const struct comparison comparison = { history, role, version };
    struct cursor old = { .list = before };
    struct cursor new = { .list = now };
    TRY(cursor_step(&old, err));
    TRY(cursor_step(&new, err));
    while (old.has_entry || new.has_entry) {
        int order = compare_cursors(&old, &new);
        bool same = order == 0 && digest_equal(&old.entry.sha256, &new.entry.sha256);
        const struct tuf_target *was = order > 0 ? NULL : &old.entry;
        const struct tuf_target *is = order < 0 ? NULL : &new.entry;
        TRY(same ? ASSAY_OK : add_change(&comparison, was, is, err));
        TRY(step_both(&old, &new, order, err));
    }
    return ASSAY_OK;
}
