/* SPDX-License-Identifier: Apache-2.0 */
/* What snapshots name by hash: the signed order of what happened in different roles. */
#include "audit/roles_parts.h"

#include "base/mem.h"

#include <stdlib.h>

static struct mention *last_mention(const struct roles_run *run, struct slice role)
{
    for (size_t i = run->mention_count; i > 0; i--) {
        if (slice_is(role, run->mentions[i - 1].role)) {
            return &run->mentions[i - 1];
        }
    }
    return NULL;
}

/* *name is the role's, which lives as long as the history. */
static enum assay_status remember(struct roles_run *run, struct slice role,
                                  const struct digest *sha256, uint64_t version, const char **name,
                                  struct assay_error *err)
{
    struct mention *last = last_mention(run, role);
    struct mention made = { .sha256 = *sha256, .version = version };
    if (last != NULL) {
        made.role = last->role;
    } else {
        TRY(audit_history_text(&run->report->history, role, &made.role, err));
    }
    *name = made.role;
    if (last != NULL && digest_equal(&last->sha256, sha256)) {
        return ASSAY_OK;
    }
    TRY(mem_grow(&run->mentions, run->mention_count, &run->mention_cap, sizeof(*run->mentions),
                 err));
    run->mentions[run->mention_count++] = made;
    return ASSAY_OK;
}

enum assay_status snapshot_remember(struct roles_run *run, const struct tuf_meta_map *map,
                                    uint64_t version, struct assay_error *err)
{
    mem_free(run->newest_names);
    run->newest_names = mem_alloc(map->count + 1, sizeof(*run->newest_names));
    run->newest_name_count = 0;
    if (run->newest_names == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    for (size_t i = 0; i < map->count; i++) {
        const struct tuf_meta_entry *entry = &map->entries[i];
        TRY(remember(run, entry->name, &entry->meta.sha256, version, &run->newest_names[i], err));
        run->newest_name_count++;
    }
    return ASSAY_OK;
}

bool snapshot_names(const struct roles_run *run, const char *role)
{
    for (size_t i = 0; i < run->newest_name_count; i++) {
        if (slice_is(slice_from_string(role), run->newest_names[i])) {
            return true;
        }
    }
    return false;
}

uint64_t snapshot_version_of(const struct audit_history *history, const struct digest *sha256)
{
    const struct audit_role *snapshots = audit_history_find(history, "snapshot");
    for (size_t i = snapshots == NULL ? 0 : snapshots->count; i > 0; i--) {
        const struct audit_version *version = &snapshots->versions[i - 1];
        if (version->trust == AUDIT_VOUCHED && digest_equal(&version->sha256, sha256)) {
            return version->version;
        }
    }
    return 0;
}

/* ---- the order ---- */

/* By role and hash, the oldest snapshot first: the mention that counts stands in front. */
static int compare_mentions(const void *a, const void *b)
{
    const struct mention *x = a;
    const struct mention *y = b;
    int order = slice_compare(slice_from_string(x->role), slice_from_string(y->role));
    if (order == 0) {
        order = slice_compare(slice_of(x->sha256.bytes, 32), slice_of(y->sha256.bytes, 32));
    }
    return order != 0 ? order : (x->version > y->version) - (x->version < y->version);
}

static uint64_t first_mention(const struct roles_run *run, const char *role,
                              const struct digest *sha256)
{
    const struct mention wanted = { .role = role, .sha256 = *sha256 };
    size_t low = 0;
    size_t high = run->mention_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_mentions(&run->mentions[middle], &wanted) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool found = low < run->mention_count &&
                 slice_is(slice_from_string(role), run->mentions[low].role) &&
                 digest_equal(&run->mentions[low].sha256, sha256);
    return found ? run->mentions[low].version : 0;
}

enum assay_status snapshots_order(struct roles_run *run, struct assay_error *err)
{
    struct audit_history *history = &run->report->history;
    if (run->mention_count == 0) {
        return ASSAY_OK;
    }
    qsort(run->mentions, run->mention_count, sizeof(*run->mentions), compare_mentions);
    for (size_t r = 0; r < history->role_count; r++) {
        struct audit_role *role = &history->roles[r];
        TRY(env_check_interrupted(run->options->env, err));
        for (size_t i = 0; i < role->count; i++) {
            struct audit_version *version = &role->versions[i];
            if (version->first_snapshot == 0 && version->trust == AUDIT_VOUCHED) {
                version->first_snapshot = first_mention(run, role->name, &version->sha256);
            }
        }
    }
    return ASSAY_OK;
}
