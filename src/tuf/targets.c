/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A targets file may list two million tags. It is read in one pass that checks the form of every
 * entry and notes where it stands; nothing is decoded until it is asked for. Names are in byte
 * order, as canonical JSON has them, so that a look-up is a binary search.
 */
#include "tuf/parsers.h"

#include "base/list.h"
#include "base/mem.h"
#include "base/text.h"

_Static_assert(sizeof(struct tuf_target_entry) == 24, "the index must stay small");
_Static_assert(LIMIT_TARGETS_BYTES <= UINT32_MAX, "positions are 32 bits");
_Static_assert(LIMIT_JSON_KEY_BYTES <= UINT16_MAX, "a name is a member's name, of 16 bits length");

void tuf_targets_clear(struct tuf_targets *targets)
{
    mem_free(targets->entries);
    buf_clear(&targets->decoded_names);
    *targets = (struct tuf_targets){ .count = 0 };
}

static uint32_t position(const struct tuf_targets *targets, struct slice part)
{
    return (uint32_t)(part.ptr - targets->text.ptr);
}

/* An escaped name is decoded once and kept, so that all names compare as they are. */
static enum assay_status note_escaped(struct tuf_targets *targets, struct json_string name,
                                      struct tuf_target_entry *entry, struct assay_error *err)
{
    AUTO_ARENA scratch = ARENA_INIT(LIMIT_JSON_STRING_BYTES);
    struct slice decoded;
    TRY(json_string_decode(name, &scratch, &decoded, err));
    entry->name = (uint32_t)targets->decoded_names.len;
    entry->name_bytes = (uint16_t)decoded.len;
    entry->name_is_decoded = 1;
    return buf_append(&targets->decoded_names, decoded, err);
}

static enum assay_status check_name(struct tuf_parse *parse, struct slice name,
                                    struct assay_error *err)
{
    bool is_name = name.len > 1 || (name.len == 1 && name.ptr[0] != '.');
    for (size_t i = 0; i < name.len; i++) {
        is_name = is_name && name.ptr[i] >= 0x20 && name.ptr[i] != 0x7F;
    }
    if (!is_name) {
        return json_fail(&parse->reader, err, ASSAY_SCHEMA,
                         "expected a name without control characters that is neither \"\" nor "
                         "\".\"");
    }
    return ASSAY_OK;
}

static enum assay_status add_target(struct tuf_parse *parse, struct tuf_targets *targets,
                                    struct json_string name, struct assay_error *err)
{
    if (targets->count == LIMIT_TARGETS_ENTRIES) {
        return json_fail(&parse->reader, err, ASSAY_JSON_LIMIT,
                         "expected at most %lu targets, found more", LIMIT_TARGETS_ENTRIES);
    }
    TRY(check_name(parse, name.raw, err));
    TRY(mem_grow(&targets->entries, targets->count, &targets->cap, sizeof(*targets->entries), err));
    struct tuf_target_entry entry = { .name = position(targets, name.raw),
                                      .name_bytes = (uint16_t)name.raw.len };
    if (name.escaped) {
        TRY(note_escaped(targets, name, &entry, err));
    }
    struct tuf_file_meta meta;
    TRY(tuf_read_file_meta(parse, &meta, err));
    entry.sha256 = position(targets, meta.sha256_text);
    entry.sha512 = meta.meta.sha512.alg == DIGEST_NONE ? 0 : position(targets, meta.sha512_text);
    entry.length = meta.meta.length;
    targets->entries[targets->count++] = entry;
    return ASSAY_OK;
}

static enum assay_status read_targets(struct tuf_parse *parse, void *into, struct assay_error *err)
{
    struct tuf_targets *targets = into;
    bool was_null = false;
    TRY(tuf_read_empty(parse, &was_null, err));
    if (was_null) {
        return ASSAY_OK;
    }
    struct json_string name;
    bool more = false;
    TRY(json_enter_object(&parse->reader, err));
    TRY(json_next_member(&parse->reader, &name, &more, err));
    while (more) {
        TRY(add_target(parse, targets, name, err));
        TRY(json_next_member(&parse->reader, &name, &more, err));
    }
    return ASSAY_OK;
}

static enum assay_status read_delegations(struct tuf_parse *parse, void *into,
                                          struct assay_error *err)
{
    struct tuf_targets *targets = into;
    return tuf_read_delegations(parse, &targets->delegations, err);
}

enum assay_status tuf_targets_parse(const struct tuf_verified *verified,
                                    const struct tuf_dialect *dialect, const char *role,
                                    struct arena *arena, struct tuf_targets *out,
                                    struct assay_error *err)
{
    static const struct tuf_field fields[] = {
        TUF_HEADER_FIELDS,
        TUF_FIELD("delegations", read_delegations, ASSAY_SCHEMA),
        TUF_FIELD("targets", read_targets, ASSAY_SCHEMA),
    };
    if (verified->signed_bytes.len > LIMIT_TARGETS_BYTES) {
        return FAIL(err, ASSAY_TOO_LARGE, "%s: more than %lu bytes", role, LIMIT_TARGETS_BYTES);
    }
    *out = (struct tuf_targets){ .text = verified->signed_bytes,
                                 .decoded_names = BUF_INIT(LIMIT_TARGETS_BYTES) };
    struct tuf_parse parse;
    tuf_parse_init(&parse, verified->signed_bytes, arena, dialect, UINT64_MAX);
    parse.type = dialect->type_targets;
    parse.role = role;
    return tuf_read_object(&parse, fields, ARRAY_LEN(fields), out, err);
}

static struct slice entry_name(const struct tuf_targets *targets,
                               const struct tuf_target_entry *entry)
{
    struct slice from = entry->name_is_decoded ? buf_slice(&targets->decoded_names) : targets->text;
    return slice_first(slice_from(from, entry->name), entry->name_bytes);
}

struct wanted_name {
    const struct tuf_targets *targets;
    struct slice name;
};

static int against_name(const void *wanted, const void *entry)
{
    const struct wanted_name *key = wanted;
    return slice_compare(key->name, entry_name(key->targets, entry));
}

const struct tuf_target_entry *tuf_targets_find(const struct tuf_targets *targets,
                                                struct slice name)
{
    const struct wanted_name wanted = { targets, name };
    return list_find(&wanted, targets->entries, targets->count, sizeof(*targets->entries),
                     against_name);
}

static enum assay_status get_digest(const struct tuf_targets *targets, uint32_t at,
                                    enum digest_alg alg, struct digest *out,
                                    struct assay_error *err)
{
    *out = (struct digest){ .alg = DIGEST_NONE };
    if (at == 0) {
        return ASSAY_OK;
    }
    size_t len = 0;
    size_t text_bytes = (digest_size(alg) + 2) / 3 * 4;
    TRY(base64_decode(slice_first(slice_from(targets->text, at), text_bytes), out->bytes,
                      sizeof(out->bytes), &len, err));
    out->alg = alg;
    return ASSAY_OK;
}

enum assay_status tuf_targets_get(const struct tuf_targets *targets,
                                  const struct tuf_target_entry *entry, struct tuf_target *out,
                                  struct assay_error *err)
{
    *out = (struct tuf_target){ .name = entry_name(targets, entry), .length = entry->length };
    TRY(get_digest(targets, entry->sha256, DIGEST_SHA256, &out->sha256, err));
    return get_digest(targets, entry->sha512, DIGEST_SHA512, &out->sha512, err);
}

bool tuf_target_has_digest(const struct tuf_target *target, const struct digest *digest)
{
    return digest_equal(&target->sha256, digest) || digest_equal(&target->sha512, digest);
}
