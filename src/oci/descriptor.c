/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/descriptor.h"

/* ---- one spelling ---- */

enum assay_status oci_check_case(const struct json_at *object, const char *const *known,
                                 size_t known_count, struct assay_error *err)
{
    void *iterator = NULL;
    struct json_at member;

    while (json_member(object, &iterator, &member)) {
        const struct json_string key = { .raw = slice_from_string(member.key) };
        for (size_t i = 0; i < known_count; i++) {
            if (strcmp(member.key, known[i]) != 0 && json_string_is_folded(key, known[i])) {
                return json_at_fail(&member, err, ASSAY_AMBIGUOUS,
                                    "another spelling of '%s', which only some readers tell apart",
                                    known[i]);
            }
        }
    }
    return ASSAY_OK;
}

/* ---- descriptor ---- */

static const char *const DESCRIPTOR_MEMBERS[] = { "mediaType", "digest",      "size",
                                                  "urls",      "annotations", "data",
                                                  "platform",  "artifactType" };

enum assay_status oci_descriptor_parse(const struct json_at *at, struct arena *arena,
                                       struct oci_descriptor *out, struct assay_error *err)
{
    const char *media = NULL;
    const char *digest = NULL;
    int64_t size = 0;

    TRY(json_as_object(at, err));
    TRY(oci_check_case(at, DESCRIPTOR_MEMBERS, ARRAY_LEN(DESCRIPTOR_MEMBERS), err));
    TRY(json_get_string(at, "mediaType", &media, err));
    TRY(json_get_string(at, "digest", &digest, err));
    TRY(json_get_integer(at, "size", 1, LIMIT_JSON_INTEGER, &size, err));

    enum assay_status status = digest_parse(slice_from_string(digest), &out->digest, NULL);
    if (status != ASSAY_OK) {
        return json_at_fail(at, err, status,
                            "digest: expected sha256:HEX or sha512:HEX in lower case, found '%s'",
                            digest);
    }
    out->media = oci_media_parse(media);
    out->size = (uint64_t)size;
    return arena_copy_text(arena, slice_from_string(media), &out->media_text, err);
}

/* ---- platform ---- */

static const char *const PLATFORM_MEMBERS[] = { "os", "architecture", "variant", "os.version" };

/* A word that can stand between the slashes of os/architecture/variant. */
static bool platform_word_is_valid(const char *text)
{
    size_t len = strlen(text);

    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-';
        if (!ok) {
            return false;
        }
    }
    return len <= LIMIT_PLATFORM_BYTES;
}

static enum assay_status get_word(const struct json_at *at, const char *key, struct arena *arena,
                                  const char **out, struct assay_error *err)
{
    const char *text = NULL;

    TRY(json_get_string_opt(at, key, &text, err));
    if (text == NULL) {
        text = "";
    }
    if (!platform_word_is_valid(text)) {
        return json_at_fail(at, err, ASSAY_SCHEMA,
                            "%s: expected at most %d letters, digits, '.', '_' and '-', found '%s'",
                            key, LIMIT_PLATFORM_BYTES, text);
    }
    return arena_copy_text(arena, slice_from_string(text), out, err);
}

enum assay_status oci_platform_parse(const struct json_at *at, struct arena *arena,
                                     struct oci_platform *out, struct assay_error *err)
{
    TRY(json_as_object(at, err));
    TRY(oci_check_case(at, PLATFORM_MEMBERS, ARRAY_LEN(PLATFORM_MEMBERS), err));
    TRY(get_word(at, "os", arena, &out->os, err));
    TRY(get_word(at, "architecture", arena, &out->architecture, err));
    TRY(get_word(at, "variant", arena, &out->variant, err));
    return get_word(at, "os.version", arena, &out->os_version, err);
}
