/* SPDX-License-Identifier: Apache-2.0 */
#include "tuf/parsers.h"

#include <inttypes.h>

const char *const tuf_top_role_names[TUF_TOP_ROLES] = {
    [TUF_ROOT] = "root",
    [TUF_TIMESTAMP] = "timestamp",
    [TUF_SNAPSHOT] = "snapshot",
    [TUF_TARGETS] = "targets",
};

enum assay_status tuf_read_root_keys(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    struct tuf_root *root = into;
    return tuf_read_key_list(parse, &root->keys, err);
}

enum assay_status tuf_read_root_consistent(struct tuf_parse *parse, void *into,
                                           struct assay_error *err)
{
    (void)into;
    bool ignored = false;
    return json_read_bool(&parse->reader, &ignored, err);
}

/* Key ids are looked up in the root's list, which stands before its roles. */
struct role_target {
    const struct tuf_key_list *keys;
    struct tuf_role_keys *role;
};

static enum assay_status read_keyids(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    struct role_target *target = into;
    return tuf_read_keyids(parse, target->keys, target->role, err);
}

static enum assay_status read_threshold(struct tuf_parse *parse, void *into,
                                        struct assay_error *err)
{
    struct role_target *target = into;
    return tuf_read_threshold(parse, target->role, err);
}

static enum assay_status read_role(struct tuf_parse *parse, struct json_string name,
                                   struct tuf_root *root, struct assay_error *err)
{
    static const struct tuf_field fields[] = {
        TUF_FIELD("keyids", read_keyids, ASSAY_SCHEMA),
        TUF_FIELD("threshold", read_threshold, ASSAY_SCHEMA),
    };
    for (size_t i = 0; i < TUF_TOP_ROLES; i++) {
        if (json_string_is(name, tuf_top_role_names[i])) {
            struct role_target target = { .keys = &root->keys, .role = &root->roles[i] };
            root->roles_seen |= UINT32_C(1) << i;
            return tuf_read_object(parse, fields, ARRAY_LEN(fields), &target, err);
        }
    }
    return json_skip(&parse->reader, NULL, err); /* other roles are none of ours */
}

enum assay_status tuf_read_root_roles(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    struct tuf_root *root = into;
    struct json_string name;
    bool more = false;
    TRY(json_enter_object(&parse->reader, err));
    TRY(json_next_member(&parse->reader, &name, &more, err));
    for (size_t count = 0; more; count++) {
        if (count == LIMIT_ROLES) {
            return json_fail(&parse->reader, err, ASSAY_JSON_LIMIT,
                             "expected at most %d roles, found more", LIMIT_ROLES);
        }
        TRY(read_role(parse, name, root, err));
        TRY(json_next_member(&parse->reader, &name, &more, err));
    }
    for (size_t i = 0; i < TUF_TOP_ROLES; i++) {
        if ((root->roles_seen & UINT32_C(1) << i) == 0) {
            return json_fail(&parse->reader, err, ASSAY_SCHEMA, "\"%s\" is missing",
                             tuf_top_role_names[i]);
        }
    }
    return ASSAY_OK;
}

enum assay_status tuf_root_parse(struct slice signed_bytes, const struct tuf_dialect *dialect,
                                 struct arena *arena, struct tuf_root *out, struct assay_error *err)
{
    *out = (struct tuf_root){ .roles_seen = 0 };
    struct tuf_parse parse;
    tuf_parse_init(&parse, signed_bytes, arena, dialect, LIMIT_JSON_NODES);
    parse.type = dialect->type_root;
    return tuf_read_object(&parse, dialect->root.fields, dialect->root.count, out, err);
}

enum assay_status tuf_root_load_keys(struct tuf_root *root, struct tuf_keyring *ring,
                                     const struct tuf_dialect *dialect, struct assay_error *err)
{
    for (size_t i = 0; i < TUF_TOP_ROLES; i++) {
        struct tuf_role_keys *role = &root->roles[i];
        TRY_IN(tuf_keyring_load_role(ring, dialect, role, err), err, "role %s",
               tuf_top_role_names[i]);
        size_t distinct = tuf_role_keys_distinct(role);
        if (role->threshold > distinct) {
            return FAIL(err, ASSAY_THRESHOLD_CONFIG,
                        "%s: expected a threshold of at most its %zu distinct keys, found %" PRIu64,
                        tuf_top_role_names[i], distinct, role->threshold);
        }
    }
    return ASSAY_OK;
}
