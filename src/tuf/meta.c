/* SPDX-License-Identifier: Apache-2.0 */
/* Timestamp and snapshot: maps of what other files are. */
#include "tuf/parsers.h"

#include "base/list.h"
#include "base/text.h"

#include <inttypes.h>

static enum assay_status read_length(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    struct tuf_file_meta *file = into;
    int64_t length = 0;
    TRY(json_read_integer(&parse->reader, 0, LIMIT_JSON_INTEGER, &length, err));
    file->meta.length = (uint64_t)length;
    return ASSAY_OK;
}

static enum assay_status read_digest(struct tuf_parse *parse, enum digest_alg alg,
                                     struct digest *out, struct slice *text,
                                     struct assay_error *err)
{
    struct json_string string;
    size_t len = 0;
    TRY(json_read_string(&parse->reader, &string, err));
    if (base64_decode(string.raw, out->bytes, sizeof(out->bytes), &len, NULL) != ASSAY_OK ||
        len != digest_size(alg)) {
        return json_fail(&parse->reader, err, ASSAY_SCHEMA, "expected base64 of %zu bytes",
                         digest_size(alg));
    }
    out->alg = alg;
    *text = string.raw;
    return ASSAY_OK;
}

/* Hashes that are not known to us are passed over. */
static enum assay_status read_hash(struct tuf_parse *parse, struct json_string name,
                                   struct tuf_file_meta *file, struct assay_error *err)
{
    if (json_string_is(name, "sha256")) {
        return read_digest(parse, DIGEST_SHA256, &file->meta.sha256, &file->sha256_text, err);
    }
    if (json_string_is(name, "sha512")) {
        return read_digest(parse, DIGEST_SHA512, &file->meta.sha512, &file->sha512_text, err);
    }
    return json_skip(&parse->reader, NULL, err);
}

static enum assay_status read_hashes(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    struct tuf_file_meta *file = into;
    size_t count = 0;
    struct json_string name;
    bool more = false;
    TRY(json_enter_object(&parse->reader, err));
    TRY(json_next_member(&parse->reader, &name, &more, err));
    for (; more; count++) {
        TRY(read_hash(parse, name, file, err));
        TRY(json_next_member(&parse->reader, &name, &more, err));
    }
    if (file->meta.sha256.alg == DIGEST_NONE) {
        return json_fail(&parse->reader, err, count == 0 ? ASSAY_SCHEMA : ASSAY_DIGEST_ALGORITHM,
                         "expected a \"sha256\", found %s", count == 0 ? "no hash" : "others only");
    }
    return ASSAY_OK;
}

static enum assay_status read_custom(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    (void)into;
    return json_skip(&parse->reader, NULL, err);
}

enum assay_status tuf_read_file_meta(struct tuf_parse *parse, struct tuf_file_meta *out,
                                     struct assay_error *err)
{
    static const struct tuf_field fields[] = {
        TUF_FIELD("custom", read_custom, ASSAY_OK),
        TUF_FIELD("hashes", read_hashes, ASSAY_SCHEMA),
        TUF_FIELD("length", read_length, ASSAY_SCHEMA),
    };
    *out = (struct tuf_file_meta){ .sha256_text = SLICE_EMPTY };
    return tuf_read_object(parse, fields, ARRAY_LEN(fields), out, err);
}

static enum assay_status add_entry(struct tuf_parse *parse, struct json_string name,
                                   struct tuf_meta_map *map, struct assay_error *err)
{
    if (map->count == LIMIT_SNAPSHOT_ENTRIES) {
        return json_fail(&parse->reader, err, ASSAY_JSON_LIMIT,
                         "expected at most %d files, found more", LIMIT_SNAPSHOT_ENTRIES);
    }
    void *items = map->entries;
    TRY(tuf_list_grow(parse->arena, &items, map->count, sizeof(*map->entries), err));
    map->entries = items;
    struct tuf_meta_entry *entry = &map->entries[map->count];
    struct tuf_file_meta file;
    TRY(tuf_decode_name(parse, name, &entry->name, err));
    TRY(tuf_read_file_meta(parse, &file, err));
    entry->meta = file.meta;
    map->count++;
    return ASSAY_OK;
}

static enum assay_status read_meta(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    struct json_string name;
    bool more = false;
    TRY(json_enter_object(&parse->reader, err));
    TRY(json_next_member(&parse->reader, &name, &more, err));
    while (more) {
        TRY(add_entry(parse, name, into, err));
        TRY(json_next_member(&parse->reader, &name, &more, err));
    }
    return ASSAY_OK;
}

static enum assay_status parse_map(const struct tuf_verified *verified, const char *type,
                                   const struct tuf_dialect *dialect, struct arena *arena,
                                   struct tuf_meta_map *out, struct assay_error *err)
{
    static const struct tuf_field fields[] = {
        TUF_HEADER_FIELDS,
        TUF_FIELD("meta", read_meta, ASSAY_SCHEMA),
    };
    *out = (struct tuf_meta_map){ .count = 0 };
    struct tuf_parse parse;
    tuf_parse_init(&parse, verified->signed_bytes, arena, dialect, LIMIT_JSON_NODES);
    parse.type = type;
    return tuf_read_object(&parse, fields, ARRAY_LEN(fields), out, err);
}

enum assay_status tuf_timestamp_parse(const struct tuf_verified *verified,
                                      const struct tuf_dialect *dialect, struct arena *arena,
                                      struct tuf_meta_map *out, struct assay_error *err)
{
    TRY(parse_map(verified, dialect->type_timestamp, dialect, arena, out, err));
    if (tuf_meta_map_find(out, dialect, "snapshot") == NULL) {
        return FAIL(err, ASSAY_SCHEMA, "the timestamp does not name the snapshot");
    }
    return ASSAY_OK;
}

enum assay_status tuf_snapshot_parse(const struct tuf_verified *verified,
                                     const struct tuf_dialect *dialect, struct arena *arena,
                                     struct tuf_meta_map *out, struct assay_error *err)
{
    static const char *const needed[] = { "root", "targets" };
    TRY(parse_map(verified, dialect->type_snapshot, dialect, arena, out, err));
    for (size_t i = 0; i < ARRAY_LEN(needed); i++) {
        if (tuf_meta_map_find(out, dialect, needed[i]) == NULL) {
            return FAIL(err, ASSAY_ROLE_MISSING, "the snapshot does not name %s", needed[i]);
        }
    }
    return ASSAY_OK;
}

/* A name whose suffix stands apart. */
struct wanted_name {
    struct slice role;
    struct slice suffix;
};

static int against_name(const void *wanted, const void *entry)
{
    const struct wanted_name *key = wanted;
    struct slice name = ((const struct tuf_meta_entry *)entry)->name;
    int order = slice_compare(key->role, slice_first(name, key->role.len));
    return order != 0 ? order : slice_compare(key->suffix, slice_from(name, key->role.len));
}

const struct tuf_meta *tuf_meta_map_find(const struct tuf_meta_map *map,
                                         const struct tuf_dialect *dialect, const char *role)
{
    const struct wanted_name wanted = { slice_from_string(role),
                                        slice_from_string(dialect->meta_suffix) };
    const struct tuf_meta_entry *found =
        list_find(&wanted, map->entries, map->count, sizeof(*map->entries), against_name);
    return found == NULL ? NULL : &found->meta;
}

enum assay_status tuf_meta_check(const struct tuf_meta *meta, const char *role, struct slice bytes,
                                 struct assay_error *err)
{
    if (bytes.len != meta->length) {
        return FAIL(err, ASSAY_LENGTH_MISMATCH, "%s: expected %" PRIu64 " bytes, found %zu", role,
                    meta->length, bytes.len);
    }
    if (meta->sha256.alg == DIGEST_NONE) {
        return FAIL(err, ASSAY_DIGEST_ALGORITHM, "%s: no SHA-256 to hold it against", role);
    }
    const struct digest *const expected[] = { &meta->sha256, &meta->sha512 };
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        if (expected[i]->alg == DIGEST_NONE) {
            continue;
        }
        struct digest found;
        TRY(digest_compute(expected[i]->alg, bytes, &found, err));
        if (!digest_equal(&found, expected[i])) {
            char want[DIGEST_TEXT_BYTES], have[DIGEST_TEXT_BYTES];
            digest_format(expected[i], want);
            digest_format(&found, have);
            return FAIL(err, ASSAY_HASH_MISMATCH, "%s: expected %s, found %s", role, want, have);
        }
    }
    return ASSAY_OK;
}
