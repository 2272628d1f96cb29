/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of keys and key ids in root and targets files. */
#include "tuf/keyring.h"

/* The form is canonical, so that the value's bytes are its canonical form. */
static enum assay_status read_key(struct tuf_parse *parse, struct tuf_listed_key *key,
                                  struct assay_error *err)
{
    const struct tuf_shape *shape = &parse->dialect->key;
    struct slice object = slice_from(parse->reader.text, parse->reader.pos);
    size_t start = parse->reader.pos;
    TRY(tuf_read_object(parse, shape->fields, shape->count, key, err));
    key->object = slice_first(object, parse->reader.pos - start);
    return ASSAY_OK;
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
