/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/descriptor.h"

/* What decides the shape of any document that a registry may serve as a manifest. */
static const char *const DOCUMENT_MEMBERS[] = { "schemaVersion", "mediaType", "config",
                                                "layers",        "manifests", "artifactType",
                                                "subject",       "fsLayers",  "annotations" };

static bool has(const struct json_at *object, const char *key)
{
    struct json_at unused;

    return json_find(object, key, &unused);
}

/* ---- shape ---- */

/* The content decides, and only one reading may be possible; a null member counts as present. */
static enum assay_status find_shape(const struct json_at *root, struct oci_document *out,
                                    struct assay_error *err)
{
    bool index = has(root, "manifests");
    bool manifest = has(root, "config") || has(root, "layers");
    bool schema1 = has(root, "fsLayers");
    int64_t version = 0;

    if (index + manifest + schema1 > 1) {
        return json_at_fail(root, err, ASSAY_AMBIGUOUS,
                            "reads as more than one of an index (manifests), a manifest (config, "
                            "layers) and a schema 1 manifest (fsLayers)");
    }
    if (schema1) {
        return json_at_fail(root, err, ASSAY_MEDIA_TYPE,
                            "manifests of schema 1 are not accepted: their digest does not cover "
                            "all of their bytes");
    }
    if (!index && !manifest) {
        return json_at_fail(root, err, ASSAY_SCHEMA,
                            "expected an index (manifests) or a manifest (config and layers)");
    }
    TRY(json_get_integer(root, "schemaVersion", 0, LIMIT_JSON_INTEGER, &version, err));
    if (version != 2) {
        return json_at_fail(root, err, version == 1 ? ASSAY_MEDIA_TYPE : ASSAY_SCHEMA,
                            "schemaVersion: expected 2, found %lld", (long long)version);
    }
    out->is_index = index;
    return ASSAY_OK;
}

/* ---- media type ---- */

struct claim {
    const char *text; /* the first media type that was said, NULL: none yet */
    bool is_index;    /* by the shape */
};

static enum assay_status hear(const struct json_at *root, struct claim *claim, const char *text,
                              struct assay_error *err)
{
    if (text == NULL || text[0] == '\0') {
        return ASSAY_OK;
    }
    enum oci_media media = oci_media_parse(text);
    if (!oci_media_is_index(media) && !oci_media_is_manifest(media)) {
        return json_at_fail(root, err, ASSAY_MEDIA_TYPE,
                            "'%s' is not the media type of an image manifest or index", text);
    }
    if (oci_media_is_index(media) != claim->is_index) {
        return json_at_fail(root, err, ASSAY_MEDIA_TYPE, "is called '%s', but holds %s", text,
                            claim->is_index ? "an index" : "a manifest");
    }
    if (claim->text != NULL && strcmp(claim->text, text) != 0) {
        return json_at_fail(root, err, ASSAY_MEDIA_TYPE, "is called both '%s' and '%s'",
                            claim->text, text);
    }
    claim->text = text;
    return ASSAY_OK;
}

/* The document itself, the registry and the parent must all say the same or nothing. */
static enum assay_status find_media(const struct json_at *root, const char *const *said,
                                    size_t said_count, struct oci_document *out,
                                    struct assay_error *err)
{
    struct claim claim = { .is_index = out->is_index };
    const char *own = NULL;

    TRY(json_get_string_opt(root, "mediaType", &own, err));
    TRY(hear(root, &claim, own, err));
    for (size_t i = 0; i < said_count; i++) {
        TRY(hear(root, &claim, said[i], err));
    }
    if (claim.text != NULL) {
        out->media = oci_media_parse(claim.text);
    } else { /* only OCI lets a document go without */
        out->media = out->is_index ? OCI_MEDIA_OCI_INDEX : OCI_MEDIA_OCI_MANIFEST;
    }
    return ASSAY_OK;
}

/* ---- manifest ---- */

static enum assay_status parse_manifest(const struct json_at *root, struct oci_document *out,
                                        struct assay_error *err)
{
    struct json_at config;
    struct json_at layers;
    struct json_at layer;

    TRY(json_get_object(root, "config", &config, err));
    TRY(oci_descriptor_parse(&config, &out->arena, &out->config, err));
    if (!oci_media_is_config(out->config.media)) {
        return json_at_fail(&config, err, ASSAY_MEDIA_TYPE,
                            "'%s' is not the media type of an image config",
                            out->config.media_text);
    }
    if (out->config.size > LIMIT_CONFIG_BYTES) {
        return json_at_fail(&config, err, ASSAY_TOO_LARGE, "size: the limit of a config is %lu",
                            LIMIT_CONFIG_BYTES);
    }
    TRY(json_get_array(root, "layers", LIMIT_LAYERS, &layers, err));
    out->layer_count = json_count(&layers);
    if (out->layer_count == 0) {
        return json_at_fail(&layers, err, ASSAY_SCHEMA, "expected at least one layer");
    }
    TRY(arena_alloc(&out->arena, out->layer_count, sizeof(*out->layers), &out->layers, err));
    for (size_t i = 0; i < out->layer_count; i++) {
        json_element(&layers, i, &layer);
        TRY(oci_descriptor_parse(&layer, &out->arena, &out->layers[i], err));
        if (!oci_media_is_layer(out->layers[i].media)) {
            return json_at_fail(&layer, err, ASSAY_MEDIA_TYPE,
                                "'%s' is not the media type of an image layer",
                                out->layers[i].media_text);
        }
    }
    return ASSAY_OK;
}

/* ---- index ---- */

static bool platform_is_unknown(const struct oci_index_entry *entry)
{
    return entry->has_platform && strcmp(entry->platform.os, "unknown") == 0 &&
           strcmp(entry->platform.architecture, "unknown") == 0;
}

/* An entry that some engine could run is never taken for an attestation, whatever it is called:
 * attestations are not judged. */
static enum assay_status parse_attestation(const struct json_at *at, struct oci_index_entry *out,
                                           struct assay_error *err)
{
    struct json_at annotations;
    const char *type = NULL;

    if (!json_find_set(at, "annotations", &annotations)) {
        return ASSAY_OK;
    }
    TRY(json_as_object(&annotations, err));
    TRY(json_get_string_opt(&annotations, "vnd.docker.reference.type", &type, err));
    out->is_attestation =
        type != NULL && strcmp(type, "attestation-manifest") == 0 && platform_is_unknown(out);
    return ASSAY_OK;
}

static enum assay_status parse_entry(const struct json_at *at, struct arena *arena,
                                     struct oci_index_entry *out, struct assay_error *err)
{
    struct json_at platform;

    TRY(oci_descriptor_parse(at, arena, &out->descriptor, err));
    if (!oci_media_is_manifest(out->descriptor.media)) {
        return json_at_fail(at, err, ASSAY_MEDIA_TYPE,
                            "an index may list image manifests only, found '%s'",
                            out->descriptor.media_text);
    }
    if (out->descriptor.size > LIMIT_MANIFEST_BYTES) {
        return json_at_fail(at, err, ASSAY_TOO_LARGE, "size: the limit of a manifest is %lu",
                            LIMIT_MANIFEST_BYTES);
    }
    out->platform = (struct oci_platform){ "", "", "", "" };
    out->has_platform = json_find_set(at, "platform", &platform);
    if (out->has_platform) {
        TRY(oci_platform_parse(&platform, arena, &out->platform, err));
    }
    return parse_attestation(at, out, err);
}

static enum assay_status parse_index(const struct json_at *root, struct oci_document *out,
                                     struct assay_error *err)
{
    struct json_at entries;
    struct json_at entry;

    TRY(json_get_array(root, "manifests", LIMIT_INDEX_ENTRIES, &entries, err));
    out->entry_count = json_count(&entries);
    if (out->entry_count == 0) {
        return json_at_fail(&entries, err, ASSAY_SCHEMA, "expected at least one manifest");
    }
    TRY(arena_alloc(&out->arena, out->entry_count, sizeof(*out->entries), &out->entries, err));
    for (size_t i = 0; i < out->entry_count; i++) {
        json_element(&entries, i, &entry);
        TRY(parse_entry(&entry, &out->arena, &out->entries[i], err));
    }
    return ASSAY_OK;
}

/* ---- the whole ---- */

static enum assay_status parse(const struct json_at *root, const char *const *said,
                               size_t said_count, struct oci_document *out, struct assay_error *err)
{
    TRY(json_as_object(root, err));
    TRY(oci_check_case(root, DOCUMENT_MEMBERS, ARRAY_LEN(DOCUMENT_MEMBERS), err));
    TRY(find_shape(root, out, err));
    if (has(root, "artifactType") || has(root, "subject")) {
        return json_at_fail(root, err, ASSAY_MEDIA_TYPE,
                            "an artifact (artifactType, subject) is not an image");
    }
    TRY(find_media(root, said, said_count, out, err));
    return out->is_index ? parse_index(root, out, err) : parse_manifest(root, out, err);
}

enum assay_status oci_document_parse(struct slice bytes, const char *const *said, size_t said_count,
                                     struct oci_document *out, struct assay_error *err)
{
    AUTO_JSON_TREE tree = NULL;
    struct json_at root;

    *out = (struct oci_document){ .arena = ARENA_INIT(LIMIT_DOCUMENT_ARENA) };
    if (bytes.len > LIMIT_MANIFEST_BYTES) {
        return FAIL(err, ASSAY_TOO_LARGE, "the manifest has %zu bytes, the limit is %lu", bytes.len,
                    LIMIT_MANIFEST_BYTES);
    }
    TRY(json_tree_load(bytes, "manifest", &tree, &root, err));
    enum assay_status status = parse(&root, said, said_count, out, err);
    if (status != ASSAY_OK) {
        oci_document_clear(out);
    }
    return status;
}

void oci_document_clear(struct oci_document *document)
{
    arena_clear(&document->arena);
    *document = (struct oci_document){ 0 };
}
