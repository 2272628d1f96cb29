/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/diff_parts.h"
#include "base/list.h"
#include "base/mem.h"

#include <inttypes.h>

/* ---- the keys of the earlier report ---- */

static int compare_keys_by_id(const void *a, const void *b)
{
    const struct diff_key *left = a;
    const struct diff_key *right = b;
    return strcmp(left->id, right->id);
}

enum assay_status diff_read_keys(const struct json_at *result, struct diff_key **out, size_t *count,
                                 struct assay_error *err)
{
    struct json_at list;
    TRY(json_get_array(result, "keys", LIMIT_AUDIT_FILE_NODES, &list, err));
    *out = mem_alloc(json_count(&list) + 1, sizeof(**out));
    if (*out == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    for (size_t i = 0; i < json_count(&list); i++) {
        struct json_at at;
        struct diff_key *key = &(*out)[i];
        json_element(&list, i, &at);
        TRY(json_as_object(&at, err));
        TRY(json_get_string(&at, "id", &key->id, err));
        TRY(json_get_string(&at, "canonical-id", &key->canonical_id, err));
    }
    *count = json_count(&list);
    list_sort(*out, *count, sizeof(**out), compare_keys_by_id);
    return ASSAY_OK;
}

/* What stays when a certificate is renewed. */
static const char *lasting(const char *id, const char *canonical_id)
{
    return canonical_id[0] == '\0' ? id : canonical_id;
}

/* ---- one list of keys ---- */

struct key_names {
    const char *items[LIMIT_ROLE_KEYS];
    size_t count;
};

static bool names_have(const struct key_names *names, const char *name)
{
    return slice_is_any(slice_from_string(name), names->items, names->count);
}

static enum assay_status names_then(const struct diff_maker *maker, const struct json_at *then,
                                    struct key_names *out, struct assay_error *err)
{
    struct json_at ids;
    TRY(json_get_array(then, "keys", LIMIT_ROLE_KEYS, &ids, err));
    for (size_t i = 0; i < json_count(&ids); i++) {
        struct json_at at;
        struct diff_key wanted = { NULL, NULL };
        json_element(&ids, i, &at);
        TRY(json_as_string(&at, &wanted.id, err));
        const struct diff_key *key =
            list_find(&wanted, maker->keys, maker->key_count, sizeof(wanted), compare_keys_by_id);
        if (key == NULL) {
            return json_at_fail(&at, err, ASSAY_CONFIG, "expected one of its keys, found \"%s\"",
                                wanted.id);
        }
        out->items[out->count++] = lasting(key->id, key->canonical_id);
    }
    return ASSAY_OK;
}

static struct key_names names_now(const struct audit_history *history,
                                  const struct audit_role_keys *now)
{
    struct key_names names = { .count = 0 };
    while (names.count < now->key_count && names.count < LIMIT_ROLE_KEYS) {
        const struct audit_key *key = &history->keys[now->keys[names.count]];
        names.items[names.count++] = lasting(key->id, key->canonical_id);
    }
    return names;
}

/* then: {"threshold":N,"keys":[ID,...]} */
static enum assay_status compare_keys(const struct diff_maker *maker, const char *role,
                                      const struct json_at *then, const struct audit_role_keys *now,
                                      struct assay_error *err)
{
    const struct key_names after = names_now(&maker->report->history, now);
    struct key_names before = { .count = 0 };
    int64_t threshold = 0;
    TRY(json_as_object(then, err));
    TRY(json_get_integer(then, "threshold", 0, LIMIT_JSON_INTEGER, &threshold, err));
    TRY(names_then(maker, then, &before, err));
    for (size_t i = 0; i < after.count; i++) {
        if (!names_have(&before, after.items[i])) {
            TRY(diff_add(maker, AUDIT_CHANGE_KEY_ADDED, role, err, "%s has the new key %s", role,
                         after.items[i]));
        }
    }
    for (size_t i = 0; i < before.count; i++) {
        if (!names_have(&after, before.items[i])) {
            TRY(diff_add(maker, AUDIT_CHANGE_KEY_REMOVED, role, err, "%s has lost the key %s", role,
                         before.items[i]));
        }
    }
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
    if (strcmp(name, "root") != 0) {
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
