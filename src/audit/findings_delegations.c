/* SPDX-License-Identifier: Apache-2.0 */
/* Delegations: reach, thresholds, and files that outlive their signers. */
#include "audit/finding_parts.h"

#include <inttypes.h>

/* ---- as the newest files have them ---- */

static bool covers_all(const struct audit_delegation *delegation)
{
    for (size_t i = 0; i < delegation->path_count; i++) {
        if (delegation->paths[i][0] == '\0') {
            return true;
        }
    }
    return false;
}

static enum assay_status judge_delegation(void *ctx, const struct finding_keys *keys,
                                          struct assay_error *err)
{
    const struct finding_maker *maker = ctx;
    const struct audit_delegation *delegation = keys->delegation;
    const struct finding_place place = { keys->parent, keys->parent_version, keys->role, false };
    if (delegation == NULL) {
        return ASSAY_OK;
    }
    size_t distinct = findings_distinct(maker->history, keys->keys);
    if (distinct > 0 && distinct < keys->keys->threshold) {
        TRY(finding_add(maker, AUDIT_FINDING_DELEGATION_UNREACHABLE, &place, err,
                        "%s needs %" PRIu64 " signatures and has keys for %zu", keys->role,
                        keys->keys->threshold, distinct));
    }
    return covers_all(delegation) ? finding_add(maker, AUDIT_FINDING_DELEGATION_ALL_PATHS, &place,
                                                err, "%s may speak for every tag", keys->role)
                                  : ASSAY_OK;
}

/* ---- from one version to the next ---- */

static enum assay_status compare_thresholds(const struct finding_maker *maker, const char *role,
                                            const struct audit_version *before,
                                            const struct audit_version *version,
                                            struct assay_error *err)
{
    for (size_t d = 0; d < version->delegation_count; d++) {
        const struct audit_delegation *now = &version->delegations[d];
        const struct audit_delegation *then = audit_version_delegation(before, now->name);
        const struct finding_place place = { role, version->version, now->name, false };
        if (then != NULL && now->keys.threshold < then->keys.threshold) {
            TRY(finding_add(
                maker, AUDIT_FINDING_THRESHOLD_LOWERED, &place, err,
                "%s version %" PRIu64 " lowers the threshold of %s from %" PRIu64 " to %" PRIu64,
                role, version->version, now->name, then->keys.threshold, now->keys.threshold));
        }
    }
    return ASSAY_OK;
}

static enum assay_status find_lowered(const struct finding_maker *maker,
                                      const struct audit_role *role, struct assay_error *err)
{
    const struct audit_version *before = audit_role_next(role, NULL);
    const struct audit_version *version = NULL;
    while (before != NULL && (version = audit_role_next(role, before)) != NULL) {
        if (version->delegations != before->delegations) {
            TRY(compare_thresholds(maker, role->name, before, version, err));
        }
        before = version;
    }
    return ASSAY_OK;
}

/* ---- signers that are gone ---- */

/* The newest file that says whose keys a role has: a delegation's parent is one name shorter. */
static const struct audit_version *newest_parent(const struct audit_history *history,
                                                 const char *role)
{
    struct slice name = slice_from_string(role);
    size_t slash = slice_find_last(name, '/');
    for (size_t i = 0; slash < name.len && i < history->role_count; i++) {
        if (slice_is(slice_first(name, slash), history->roles[i].name)) {
            return audit_role_newest(&history->roles[i]);
        }
    }
    return audit_role_newest(audit_history_find(history, "root"));
}

/* A role that lists tags and whose newest good file only keys of the past have signed. */
static enum assay_status find_gone(const struct finding_maker *maker, const struct audit_role *role,
                                   struct assay_error *err)
{
    const struct audit_version *newest = audit_role_newest(role);
    const struct audit_version *parent = newest_parent(maker->history, role->name);
    if (newest == NULL || parent == NULL || newest->target_count == 0 || newest->parent_last == 0 ||
        newest->parent_last >= parent->version) {
        return ASSAY_OK;
    }
    bool is_delegation = strcmp(role->name, "targets") != 0;
    if (is_delegation && audit_version_delegation(parent, role->name) == NULL) {
        return ASSAY_OK; /* nobody reads it any more */
    }
    const struct finding_place place = { .role = role->name, .version = newest->version };
    return finding_add(maker, AUDIT_FINDING_SIGNER_GONE, &place, err,
                       "%s version %" PRIu64 " still lists tags, %" PRIu64
                       " in all, and is signed by keys that the role lost behind version %" PRIu64
                       " of its parent",
                       role->name, newest->version, newest->target_count, newest->parent_last);
}

enum assay_status findings_delegations(const struct finding_maker *maker, struct assay_error *err)
{
    const struct audit_history *history = maker->history;
    struct finding_maker copy = *maker;
    TRY(findings_each_keys(maker, judge_delegation, &copy, err));
    for (size_t i = 0; i < history->role_count; i++) {
        TRY(find_lowered(maker, &history->roles[i], err));
        TRY(find_gone(maker, &history->roles[i], err));
    }
    return ASSAY_OK;
}
