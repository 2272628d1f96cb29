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

/* Both lists are in byte order of their names. */
enum assay_status tags_compare(struct audit_history *history, const char *role, uint64_t version,
                               const struct tuf_targets *before, const struct tuf_targets *now,
                               struct assay_error *err)
{
    const struct comparison comparison = { history, role, version };
    size_t old_count = before == NULL ? 0 : before->count;
    size_t i = 0;
    size_t j = 0;
    while (i < old_count || j < now->count) {
        struct tuf_target old = { .length = 0 };
        struct tuf_target new = { .length = 0 };
        if (i < old_count) {
            TRY(tuf_targets_get(before, &before->entries[i], &old, err));
        }
        if (j < now->count) {
            TRY(tuf_targets_get(now, &now->entries[j], &new, err));
        }
        int order = i == old_count ? 1 : j == now->count ? -1 : slice_compare(old.name, new.name);
        if (order != 0 || !digest_equal(&old.sha256, &new.sha256)) {
            TRY(add_change(&comparison, order > 0 ? NULL : &old, order < 0 ? NULL : &new, err));
        }
        i += order <= 0;
        j += order >= 0;
    }
    return ASSAY_OK;
}
