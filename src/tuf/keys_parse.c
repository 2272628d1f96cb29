/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of keys and key ids in root and targets files. */
#include "tuf/keyring.h"

static enum assay_status read_private(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    struct tuf_listed_key *key = into;
    if (json_peek(&parse->reader) != JSON_KIND_NULL) {
        return json_fail(&parse->reader, err, ASSAY_SCHEMA,
                         "expected null: metadata carries public keys");
    }
    return json_read_null(&parse->reader, &key->has_null_private, err);
}

static enum assay_status read_public(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    struct tuf_listed_key *key = into;
    struct json_string text;
    TRY(json_read_string(&parse->reader, &text, err));
    key->material = text.raw;
    return ASSAY_OK;
}

static enum assay_status read_keyval(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    static const struct tuf_field fields[] = {
        TUF_FIELD("private", read_private, ASSAY_OK),
        TUF_FIELD("public", read_public, ASSAY_SCHEMA),
    };
    return tuf_read_object(parse, fields, ARRAY_LEN(fields), into, err);
}

static enum assay_status read_keytype(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    struct tuf_listed_key *key = into;
    struct json_string word;
    TRY(json_read_string(&parse->reader, &word, err));
    key->type = parse->dialect->key_type(word);
    return ASSAY_OK;
}

static enum assay_status read_key(struct tuf_parse *parse, struct tuf_listed_key *key,
                                  struct assay_error *err)
{
    static const struct tuf_field fields[] = {
        TUF_FIELD("keytype", read_keytype, ASSAY_SCHEMA),
        TUF_FIELD("keyval", read_keyval, ASSAY_SCHEMA),
    };
    return tuf_read_object(parse, fields, ARRAY_LEN(fields), key, err);
}

static enum assay_status add_key(struct tuf_parse *parse, struct json_string id,
                                 struct tuf_key_list *list, struct assay_error *err)
{
    if (list->count == LIMIT_KEYS) {
        return json_fail(&parse->reader, err, ASSAY_JSON_LIMIT,
                         "expected at most %d keys, found more", LIMIT_KEYS);
    }
    void *items = list->items;
    TRY(tuf_list_grow(parse->arena, &items, list->count, sizeof(*list->items), err));
    list->items = items;
    struct tuf_listed_key *key = &list->items[list->count];
    TRY(tuf_decode_name(parse, id, &key->id, err));
    TRY(read_key(parse, key, err));
    list->count++;
    return ASSAY_OK;
}

enum assay_status tuf_read_key_list(struct tuf_parse *parse, struct tuf_key_list *list,
                                    struct assay_error *err)
{
    bool was_null = false;
    TRY(tuf_read_empty(parse, &was_null, err));
    if (was_null) {
        return ASSAY_OK;
    }
    struct json_string id;
    bool more = false;
    TRY(json_enter_object(&parse->reader, err));
    TRY(json_next_member(&parse->reader, &id, &more, err));
    while (more) {
        TRY(add_key(parse, id, list, err));
        TRY(json_next_member(&parse->reader, &id, &more, err));
    }
    return ASSAY_OK;
}

static struct tuf_listed_key *find_key(const struct tuf_key_list *list, struct slice id)
{
    for (size_t i = 0; i < list->count; i++) {
        if (slice_equal(list->items[i].id, id)) {
            return &list->items[i];
        }
    }
    return NULL;
}

struct keyids_target {
    const struct tuf_key_list *list;
    struct tuf_role_keys *role;
};

static enum assay_status add_keyid(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    struct keyids_target *target = into;
    struct tuf_role_keys *role = target->role;
    struct slice id;
    TRY(tuf_read_name(parse, &id, err));
    struct tuf_listed_key *key = find_key(target->list, id);
    if (key == NULL) {
        return json_fail(&parse->reader, err, ASSAY_SCHEMA,
                         "expected the id of a key in \"keys\", found \"%.*s\"", SLICE_ARGS(id));
    }
    for (size_t i = 0; i < role->count; i++) {
        if (role->keys[i] == key) {
            return json_fail(&parse->reader, err, ASSAY_SCHEMA, "\"%.*s\" is listed twice",
                             SLICE_ARGS(id));
        }
    }
    if (role->count == LIMIT_ROLE_KEYS) {
        return json_fail(&parse->reader, err, ASSAY_JSON_LIMIT,
                         "expected at most %d keys in a role, found more", LIMIT_ROLE_KEYS);
    }
    role->keys[role->count++] = key;
    return ASSAY_OK;
}

enum assay_status tuf_read_keyids(struct tuf_parse *parse, const struct tuf_key_list *list,
                                  struct tuf_role_keys *role, struct assay_error *err)
{
    struct keyids_target target = { .list = list, .role = role };
    return tuf_read_elements(parse, add_keyid, &target, err);
}

enum assay_status tuf_read_threshold(struct tuf_parse *parse, struct tuf_role_keys *role,
                                     struct assay_error *err)
{
    int64_t threshold = 0;
    TRY(json_read_integer(&parse->reader, 0, LIMIT_JSON_INTEGER, &threshold, err));
    if (threshold == 0) {
        return json_fail(&parse->reader, err, ASSAY_THRESHOLD_CONFIG,
                         "expected 1 or more, found 0");
    }
    role->threshold = (uint64_t)threshold;
    return ASSAY_OK;
}
