/* SPDX-License-Identifier: Apache-2.0 */
#include "tuf/envelope.h"

#include "json/canonical.h"

/* Sized for the most signatures of the most bytes, with their key ids. */
#define ENVELOPE_ARENA (LIMIT_SIGNATURES * (LIMIT_SIGNATURE_BYTES + LIMIT_JSON_STRING_BYTES))

void tuf_unverified_clear(struct tuf_unverified *file)
{
    arena_clear(&file->arena);
    buf_clear(&file->canonical);
    *file = (struct tuf_unverified){ .signature_count = 0 };
}

enum assay_status tuf_read_signature_keyid(struct tuf_parse *parse, void *into,
                                           struct assay_error *err)
{
    struct tuf_signature *signature = into;
    return tuf_read_name(parse, &signature->keyid, err);
}

static enum assay_status add_signature(struct tuf_parse *parse, struct tuf_unverified *out,
                                       struct assay_error *err)
{
    const struct tuf_shape *shape = &parse->dialect->signature;
    if (out->signature_count == LIMIT_SIGNATURES) {
        return json_fail(&parse->reader, err, ASSAY_JSON_LIMIT,
                         "expected at most %d signatures, found more", LIMIT_SIGNATURES);
    }
    struct tuf_signature *signature = &out->signatures[out->signature_count];
    TRY(tuf_read_object(parse, shape->fields, shape->count, signature, err));
    for (size_t i = 0; i < out->signature_count; i++) {
        if (slice_equal(out->signatures[i].keyid, signature->keyid)) {
            return json_fail(&parse->reader, err, ASSAY_SCHEMA, "key %.*s signs twice",
                             SLICE_ARGS(signature->keyid));
        }
    }
    out->signature_count++;
    return ASSAY_OK;
}

static enum assay_status read_signatures(struct tuf_parse *parse, struct tuf_unverified *out,
                                         struct assay_error *err)
{
    bool more = false;
    TRY(json_enter_array(&parse->reader, err));
    TRY(json_next_element(&parse->reader, &more, err));
    while (more) {
        TRY(add_signature(parse, out, err));
        TRY(json_next_element(&parse->reader, &more, err));
    }
    return ASSAY_OK;
}

/* One member of the envelope; *seen_signed and *seen_signatures tell what was there. */
static enum assay_status read_member(struct tuf_parse *parse, struct json_string key,
                                     struct tuf_unverified *out, bool *seen_signed,
                                     bool *seen_signatures, struct assay_error *err)
{
    bool is_signed = json_string_is(key, "signed");
    if (!is_signed && !json_string_is(key, "signatures")) {
        return json_fail(&parse->reader, err, ASSAY_SCHEMA,
                         "expected only \"signed\" and \"signatures\"");
    }
    bool *seen = is_signed ? seen_signed : seen_signatures;
    if (*seen) {
        return json_fail(&parse->reader, err, ASSAY_JSON_DUPLICATE,
                         "the member stands there twice");
    }
    *seen = true;
    if (!is_signed) {
        return read_signatures(parse, out, err);
    }
    if (json_peek(&parse->reader) != JSON_KIND_OBJECT) {
        return json_fail(&parse->reader, err, ASSAY_SCHEMA, "expected an object");
    }
    return json_skip(&parse->reader, &out->message.bytes, err);
}

static enum assay_status read_form(struct slice text, enum json_form form,
                                   const struct tuf_dialect *dialect, uint64_t max_nodes,
                                   struct tuf_unverified *out, struct assay_error *err)
{
    struct tuf_parse parse = { .arena = &out->arena, .dialect = dialect };
    json_reader_init_form(&parse.reader, text, form, max_nodes);
    bool seen_signed = false, seen_signatures = false;
    struct json_string key;
    bool more = false;
    TRY(json_enter_object_any_order(&parse.reader, err));
    TRY(json_next_member(&parse.reader, &key, &more, err));
    while (more) {
        TRY(read_member(&parse, key, out, &seen_signed, &seen_signatures, err));
        TRY(json_next_member(&parse.reader, &key, &more, err));
    }
    TRY(json_finish(&parse.reader, err));
    if (!seen_signed || !seen_signatures) {
        return FAIL(err, ASSAY_SCHEMA, "expected \"signed\" and \"signatures\", found no \"%s\"",
                    seen_signed ? "signatures" : "signed");
    }
    return ASSAY_OK;
}

static void start(struct tuf_unverified *out)
{
    *out = (struct tuf_unverified){ .arena = ARENA_INIT(ENVELOPE_ARENA) };
}

enum assay_status tuf_envelope_read(struct slice bytes, const struct tuf_dialect *dialect,
                                    uint64_t max_nodes, struct tuf_unverified *out,
                                    struct assay_error *err)
{
    start(out);
    enum assay_status status = read_form(bytes, JSON_FORM_WIRE, dialect, max_nodes, out, NULL);
    if (status == ASSAY_NO_MEMORY) {
        tuf_unverified_clear(out);
        return FAIL_NO_MEMORY(err);
    }
    if (status != ASSAY_OK) {
        /* Not canonical, or not acceptable at all: the canonical form decides which. */
        AUTO_BUF canonical = BUF_INIT(bytes.len);
        tuf_unverified_clear(out);
        start(out);
        TRY(json_canonicalise(bytes, max_nodes, &canonical, err));
        status =
            read_form(buf_slice(&canonical), JSON_FORM_CANONICAL, dialect, max_nodes, out, err);
        buf_move(&out->canonical, &canonical);
    }
    if (status == ASSAY_OK) {
        status = signature_message_init(&out->message, out->message.bytes, err);
    }
    if (status != ASSAY_OK) {
        tuf_unverified_clear(out);
    }
    return status;
}
