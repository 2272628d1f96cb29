/* SPDX-License-Identifier: Apache-2.0 */
/* What a targets file says of the roles it delegates to. */
#include "tuf/parsers.h"

struct delegated_target {
    const struct tuf_key_list *keys;
    struct tuf_delegated *role;
    struct slice name;
};

static enum assay_status read_name(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    struct delegated_target *target = into;
    return tuf_read_name(parse, &target->name, err);
}

static enum assay_status read_keyids(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    struct delegated_target *target = into;
    return tuf_read_keyids(parse, target->keys, &target->role->keys, err);
}

static enum assay_status read_threshold(struct tuf_parse *parse, void *into,
                                        struct assay_error *err)
{
    struct delegated_target *target = into;
    return tuf_read_threshold(parse, &target->role->keys, err);
}

static enum assay_status add_path(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    struct tuf_delegated *role = into;
    if (role->path_count == LIMIT_DELEGATION_PATHS) {
        return json_fail(&parse->reader, err, ASSAY_JSON_LIMIT,
                         "expected at most %d paths, found more", LIMIT_DELEGATION_PATHS);
    }
    void *items = role->paths;
    TRY(tuf_list_grow(parse->arena, &items, role->path_count, sizeof(*role->paths), err));
    role->paths = items;
    struct slice *path = &role->paths[role->path_count];
    TRY(tuf_read_name(parse, path, err));
    if (path->len > LIMIT_TARGET_NAME_BYTES) {
        return json_fail(&parse->reader, err, ASSAY_JSON_LIMIT,
                         "expected a path of at most %d bytes, found %zu", LIMIT_TARGET_NAME_BYTES,
                         path->len);
    }
    role->path_count++;
    return ASSAY_OK;
}

static enum assay_status read_paths(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    struct delegated_target *target = into;
    return tuf_read_elements(parse, add_path, target->role, err);
}

/* A rule that narrows a delegation and that we do not know must not be passed over. */
static enum assay_status read_path_hash_prefixes(struct tuf_parse *parse, void *into,
                                                 struct assay_error *err)
{
    (void)into;
    return json_fail(&parse->reader, err, ASSAY_SCHEMA, "delegation by path hash is not supported");
}

static enum assay_status take_name(struct tuf_parse *parse, const struct tuf_delegations *list,
                                   const struct delegated_target *target, struct assay_error *err)
{
    const char *parent = parse->role;
    struct slice name = target->name;
    struct assay_error reason = ERROR_INIT;
    enum assay_status status = parse->dialect->check_delegation_name(name, parent, &reason);
    if (status != ASSAY_OK) {
        return json_fail(&parse->reader, err, status, "%s", reason.message);
    }
    for (size_t i = 0; i < list->count; i++) {
        if (slice_is(name, list->items[i].name)) {
            return json_fail(&parse->reader, err, ASSAY_SCHEMA, "\"%.*s\" is delegated twice",
                             SLICE_ARGS(name));
        }
    }
    memcpy(target->role->name, name.ptr, name.len); /* zeroed, and the name fits */
    return ASSAY_OK;
}

static enum assay_status add_delegated(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    static const struct tuf_field fields[] = {
        TUF_FIELD("keyids", read_keyids, ASSAY_SCHEMA),
        TUF_FIELD("name", read_name, ASSAY_SCHEMA),
        TUF_FIELD("path_hash_prefixes", read_path_hash_prefixes, ASSAY_OK),
        TUF_FIELD("paths", read_paths, ASSAY_OK),
        TUF_FIELD("threshold", read_threshold, ASSAY_SCHEMA),
    };
    struct tuf_delegations *list = into;
    if (list->count == LIMIT_DELEGATIONS) {
        return json_fail(&parse->reader, err, ASSAY_DELEGATION_LIMIT,
                         "expected at most %d delegations, found more", LIMIT_DELEGATIONS);
    }
    void *items = list->items;
    TRY(tuf_list_grow(parse->arena, &items, list->count, sizeof(*list->items), err));
    list->items = items;
    struct delegated_target target = { .keys = &list->keys, .role = &list->items[list->count] };
    TRY(tuf_read_object(parse, fields, ARRAY_LEN(fields), &target, err));
    TRY(take_name(parse, list, &target, err));
    list->count++;
    return ASSAY_OK;
}

static enum assay_status read_keys(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    struct tuf_delegations *list = into;
    return tuf_read_key_list(parse, &list->keys, err);
}

static enum assay_status read_roles(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    return tuf_read_elements(parse, add_delegated, into, err);
}

enum assay_status tuf_read_delegations(struct tuf_parse *parse, struct tuf_delegations *out,
                                       struct assay_error *err)
{
    static const struct tuf_field fields[] = {
        TUF_FIELD("keys", read_keys, ASSAY_SCHEMA),
        TUF_FIELD("roles", read_roles, ASSAY_SCHEMA),
    };
    bool was_null = false;
    TRY(tuf_read_empty(parse, &was_null, err));
    return was_null ? ASSAY_OK : tuf_read_object(parse, fields, ARRAY_LEN(fields), out, err);
}
