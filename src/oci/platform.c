/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/manifest.h"

#include <stdio.h>

/* The variant that an architecture without one stands for, as the engines have it. */
static const char *variant_of(const char *architecture, const char *variant)
{
    static const struct {
        const char *architecture;
        const char *variant;
    } DEFAULTS[] = { { "amd64", "v1" }, { "arm", "v7" }, { "arm64", "v8" } };

    if (variant[0] != '\0') {
        return variant;
    }
    for (size_t i = 0; i < ARRAY_LEN(DEFAULTS); i++) {
        if (strcmp(architecture, DEFAULTS[i].architecture) == 0) {
            return DEFAULTS[i].variant;
        }
    }
    return "";
}

static bool copy_word(struct slice word, char out[64])
{
    if (word.len == 0 || word.len >= 64) {
        return false;
    }
    for (size_t i = 0; i < word.len; i++) {
        uint8_t c = word.ptr[i];
        bool ok =
            (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
        if (!ok) {
            return false;
        }
    }
    memcpy(out, word.ptr, word.len);
    out[word.len] = '\0';
    return true;
}

enum assay_status oci_platform_choice_parse(const char *text, struct oci_platform_choice *out,
                                            struct assay_error *err)
{
    struct oci_platform_choice choice = { 0 };
    char *const words[] = { choice.os, choice.architecture, choice.variant };
    struct slice rest = slice_from_string(text);
    size_t count = 0;
    bool ok = true;

    *out = choice;
    if (slice_is(rest, "all")) {
        out->all = true;
        return ASSAY_OK;
    }
    for (bool more = true; ok && more; count++) {
        size_t slash = slice_find(rest, '/');
        more = slash < rest.len;
        ok = count < ARRAY_LEN(words) && copy_word(slice_first(rest, slash), words[count]);
        rest = slice_from(rest, slash + 1);
    }
    if (!ok || count < 2) {
        return FAIL(err, ASSAY_USAGE,
                    "'%s' is no platform: expected OS/ARCHITECTURE[/VARIANT] in lower case, as "
                    "linux/amd64, or 'all'",
                    text);
    }
    *out = choice;
    return ASSAY_OK;
}

bool oci_platform_matches(const struct oci_platform_choice *choice,
                          const struct oci_platform *platform)
{
    if (choice->all) {
        return true;
    }
    return strcmp(choice->os, platform->os) == 0 &&
           strcmp(choice->architecture, platform->architecture) == 0 &&
           (choice->variant[0] == '\0' ||
            strcmp(variant_of(choice->architecture, choice->variant),
                   variant_of(platform->architecture, platform->variant)) == 0);
}

void oci_platform_format(const struct oci_platform *platform, char *out, size_t out_bytes)
{
    bool has_variant = platform->variant[0] != '\0';

    (void)snprintf(out, out_bytes, "%s/%s%s%s", platform->os, platform->architecture,
                   has_variant ? "/" : "", platform->variant);
}

enum assay_status oci_platform_check(const struct oci_platform *index,
                                     const struct oci_platform *config, struct assay_error *err)
{
    char index_text[4 * LIMIT_PLATFORM_BYTES];
    char config_text[4 * LIMIT_PLATFORM_BYTES];

    if (strcmp(index->os, config->os) == 0 &&
        strcmp(index->architecture, config->architecture) == 0 &&
        (index->variant[0] == '\0' || config->variant[0] == '\0' ||
         strcmp(index->variant, config->variant) == 0)) {
        return ASSAY_OK;
    }
    oci_platform_format(index, index_text, sizeof(index_text));
    oci_platform_format(config, config_text, sizeof(config_text));
    return FAIL(err, ASSAY_PLATFORM_MISMATCH, "the index says %s, the image config %s", index_text,
                config_text);
}
