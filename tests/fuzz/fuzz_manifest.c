/* SPDX-License-Identifier: Apache-2.0 */
/* A document that is accepted has one shape, all its parts, and nothing beyond the limits. */
#include "harness.h"

#include "oci/manifest.h"

static void check_descriptor(const struct oci_descriptor *descriptor)
{
    INVARIANT(descriptor->digest.alg != DIGEST_NONE);
    INVARIANT(descriptor->size >= 1 && descriptor->size <= LIMIT_JSON_INTEGER);
    INVARIANT(oci_media_parse(descriptor->media_text) == descriptor->media);
}

static void check_index(const struct oci_document *document)
{
    char text[256];

    INVARIANT(oci_media_is_index(document->media));
    INVARIANT(document->entry_count >= 1 && document->entry_count <= LIMIT_INDEX_ENTRIES);
    INVARIANT(document->layer_count == 0);
    for (size_t i = 0; i < document->entry_count; i++) {
        const struct oci_index_entry *entry = &document->entries[i];
        check_descriptor(&entry->descriptor);
        INVARIANT(oci_media_is_manifest(entry->descriptor.media));
        INVARIANT(entry->has_platform || entry->platform.os[0] == '\0');
        oci_platform_format(&entry->platform, text, sizeof(text));
        INVARIANT(!entry->is_attestation || !entry->has_platform ||
                  strncmp(text, "unknown/unknown", 15) == 0);
    }
}

static void check_manifest(const struct oci_document *document)
{
    INVARIANT(oci_media_is_manifest(document->media));
    INVARIANT(document->layer_count >= 1 && document->layer_count <= LIMIT_LAYERS);
    INVARIANT(document->entry_count == 0);
    check_descriptor(&document->config);
    INVARIANT(oci_media_is_config(document->config.media));
    for (size_t i = 0; i < document->layer_count; i++) {
        check_descriptor(&document->layers[i]);
        INVARIANT(oci_media_is_layer(document->layers[i].media));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const OPPOSITE[] = { "application/vnd.oci.image.index.v1+json",
                                            "application/vnd.oci.image.manifest.v1+json" };
    struct oci_document document;
    struct assay_error err = ERROR_INIT;
    struct slice bytes = slice_of(data, size);

    enum assay_status status = oci_document_parse(bytes, NULL, 0, &document, &err);
    INVARIANT(status == err.status);
    if (status == ASSAY_OK) {
        struct oci_document again;
        const char *said = OPPOSITE[document.is_index ? 1 : 0];
        if (document.is_index) {
            check_index(&document);
        } else {
            check_manifest(&document);
        }
        /* Nobody can make it the other kind. */
        INVARIANT(oci_document_parse(bytes, &said, 1, &again, NULL) == ASSAY_MEDIA_TYPE);
    } else {
        INVARIANT(document.arena.blocks == NULL);
    }
    oci_document_clear(&document);
    return 0;
}
