/* SPDX-License-Identifier: Apache-2.0 */
/* What snapshots name by hash: the signed order of what happened in different roles. */
#include "audit/roles_parts.h"

#include "base/list.h"
#include "base/mem.h"

static int against_role(const void *role, const void *mention)
{
    return slice_compare(*(const struct slice *)role,
                         slice_from_string(((const struct mention *)mention)->role));
}

/* What the newest snapshot says of the role; NULL when it does not name it. */
static const struct mention *find_newest(const struct roles_run *run, struct slice role)
{
    return list_find(&role, run->newest, run->newest_count, sizeof(*run->newest), against_role);
}

/* Only a hash that the snapshot before does not have is kept. */
static enum assay_status remember(struct roles_run *run, const struct mention *mention, bool is_new,
                                  struct assay_error *err)
{
    if (!is_new) {
        return ASSAY_OK;
    }
    if (run->mention_count == LIMIT_AUDIT_NAMED) {
        return FAIL(err, ASSAY_JSON_LIMIT, "snapshots name more than %lu files", LIMIT_AUDIT_NAMED);
    }
    TRY(mem_grow(&run->mentions, run->mention_count, &run->mention_cap, sizeof(*run->mentions),
                 err));
    run->mentions[run->mention_count++] = *mention;
    return ASSAY_OK;
}

enum assay_status snapshot_remember(struct roles_run *run, const struct tuf_meta_map *map,
                                    uint64_t version, struct assay_error *err)
{
    AUTO_MEM struct mention *now = mem_alloc(map->count + 1, sizeof(*now));
    if (now == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    for (size_t i = 0; i < map->count; i++) {
        const struct tuf_meta_entry *entry = &map->entries[i];
        const struct mention *before = find_newest(run, entry->name);
        bool is_new = before == NULL || !digest_equal(&before->sha256, &entry->meta.sha256);
        now[i] = (struct mention){ .sha256 = entry->meta.sha256, .version = version };
        if (before != NULL) {
            now[i].role = before->role;
        } else {
            TRY(audit_history_text(&run->report->history, entry->name, &now[i].role, err));
        }
        TRY(remember(run, &now[i], is_new, err));
    }
    mem_free(run->newest);
    run->newest = STEAL(now);
    run->newest_count = map->count;
    return ASSAY_OK;
}

bool snapshot_names(const struct roles_run *run, const char *role)
{
    return find_newest(run, slice_from_string(role)) != NULL;
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
    int order = strcmp(x->role, y->role);
    order = order != 0 ? order : digest_compare(&x->sha256, &y->sha256);
    return order != 0 ? order : size_compare(x->version, y->version);
}

static uint64_t first_mention(const struct roles_run *run, const char *role,
                              const struct digest *sha256)
{
    const struct mention wanted = { .role = role, .sha256 = *sha256 };
    bool same = false;
    size_t place = list_place(&wanted, run->mentions, run->mention_count, sizeof(*run->mentions),
                              compare_mentions, &same);
    bool found = place < run->mention_count && strcmp(role, run->mentions[place].role) == 0 &&
                 digest_equal(&run->mentions[place].sha256, sha256);
    return found ? run->mentions[place].version : 0;
}

enum assay_status snapshots_order(struct roles_run *run, struct assay_error *err)
{
    struct audit_history *history = &run->report->history;
    if (run->mention_count == 0) {
        return ASSAY_OK;
    }
    list_sort(run->mentions, run->mention_count, sizeof(*run->mentions), compare_mentions);
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
