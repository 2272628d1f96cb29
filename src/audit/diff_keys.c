/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/diff_parts.h"

#include <inttypes.h>

/* ---- one list of keys ---- */

static enum assay_status list_has(const struct json_at *ids, const char *id, bool *has,
                                  struct assay_error *err)
{
    *has = false;
    for (size_t i = 0; i < json_count(ids) && !*has; i++) {
        struct json_at at;
        const char *text = NULL;
        json_element(ids, i, &at);
        TRY(json_as_string(&at, &text, err));
        *has = slice_is(slice_from_string(id), text);
    }
    return ASSAY_OK;
}

static bool now_has(const struct audit_history *history, const struct audit_role_keys *now,
                    const char *id)
{
    for (size_t i = 0; i < now->key_count; i++) {
        if (slice_is(slice_from_string(id), history->keys[now->keys[i]].id)) {
            return true;
        }
    }
    return false;
}

static enum assay_status tell_added(const struct diff_maker *maker, const char *role,
                                    const struct json_at *ids, const struct audit_role_keys *now,
                                    struct assay_error *err)
{
    for (size_t i = 0; i < now->key_count; i++) {
        const char *id = maker->report->history.keys[now->keys[i]].id;
        bool has = false;
        TRY(list_has(ids, id, &has, err));
        if (!has) {
            TRY(diff_add(maker, AUDIT_CHANGE_KEY_ADDED, role, err, "%s has the new key %s", role,
                         id));
        }
    }
    return ASSAY_OK;
}

static enum assay_status tell_removed(const struct diff_maker *maker, const char *role,
                                      const struct json_at *ids, const struct audit_role_keys *now,
                                      struct assay_error *err)
{
    for (size_t i = 0; i < json_count(ids); i++) {
        struct json_at at;
        const char *id = NULL;
        json_element(ids, i, &at);
        TRY(json_as_string(&at, &id, err));
        if (!now_has(&maker->report->history, now, id)) {
            TRY(diff_add(maker, AUDIT_CHANGE_KEY_REMOVED, role, err, "%s has lost the key %s", role,
                         id));
        }
    }
    return ASSAY_OK;
}

/* then: {"threshold":N,"keys":[ID,...]} */
static enum assay_status compare_keys(const struct diff_maker *maker, const char *role,
                                      const struct json_at *then, const struct audit_role_keys *now,
                                      struct assay_error *err)
{
    struct json_at ids;
    int64_t threshold = 0;
    TRY(json_as_object(then, err));
    TRY(json_get_integer(then, "threshold", 0, LIMIT_JSON_INTEGER, &threshold, err));
    TRY(json_get_array(then, "keys", LIMIT_ROLE_KEYS, &ids, err));
    TRY(tell_added(maker, role, &ids, now, err));
    TRY(tell_removed(maker, role, &ids, now, err));
    return (uint64_t)threshold == now->threshold
               ? ASSAY_OK
               : diff_add(maker, AUDIT_CHANGE_THRESHOLD, role, err,
                          "%s needs %" PRIu64 " signatures, before %" PRId64, role, now->threshold,
                          threshold);
}

/* ---- delegations ---- */

/* known: of the delegations now, those that were there then. */
static enum assay_status compare_delegation(const struct diff_maker *maker,
                                            const struct audit_version *now,
                                            const struct json_at *then,
                                            bool known[LIMIT_DELEGATIONS], struct assay_error *err)
{
    const char *name = NULL;
    TRY(json_as_object(then, err));
    TRY(json_get_string(then, "name", &name, err));
    const struct audit_delegation *found = audit_version_delegation(now, name);
    if (found == NULL) {
        return diff_add(maker, AUDIT_CHANGE_DELEGATION_REMOVED, name, err,
                        "%s is no longer delegated", name);
    }
    known[found - now->delegations] = true;
    return compare_keys(maker, name, then, &found->keys, err);
}

static enum assay_status compare_delegations(const struct diff_maker *maker,
                                             const struct audit_version *now,
                                             const struct json_at *then, struct assay_error *err)
{
    struct json_at list;
    bool known[LIMIT_DELEGATIONS] = { false };
    TRY(json_get_array(then, "delegations", LIMIT_DELEGATIONS, &list, err));
    for (size_t i = 0; i < json_count(&list); i++) {
        struct json_at at;
        json_element(&list, i, &at);
        TRY(compare_delegation(maker, now, &at, known, err));
    }
    for (size_t d = 0; d < now->delegation_count; d++) {
        if (!known[d]) {
            TRY(diff_add(maker, AUDIT_CHANGE_DELEGATION_ADDED, now->delegations[d].name, err,
                         "%s is delegated", now->delegations[d].name));
        }
    }
    return ASSAY_OK;
}

enum assay_status diff_newest(const struct diff_maker *maker, const char *name,
                              const struct audit_role *role, const struct json_at *then,
                              struct assay_error *err)
{
    const struct audit_version *now = audit_role_newest(role);
    struct json_at roles;
    struct json_at ignored;
    if (now == NULL) {
        return ASSAY_OK;
    }
    if (json_find(then, "delegations", &ignored)) {
        return compare_delegations(maker, now, then, err);
    }
    if (!slice_is(slice_from_string(name), "root")) {
        return ASSAY_OK;
    }
    TRY(json_get_object(then, "roles", &roles, err));
    for (size_t i = 0; i < TUF_TOP_ROLES; i++) {
        struct json_at keys;
        TRY(json_get_object(&roles, tuf_top_role_names[i], &keys, err));
        TRY(compare_keys(maker, tuf_top_role_names[i], &keys, &now->roles[i], err));
    }
    return ASSAY_OK;
}
