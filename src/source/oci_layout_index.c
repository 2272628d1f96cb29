/* SPDX-License-Identifier: Apache-2.0 */
#include "source/oci_layout_index.h"

#include "oci/descriptor.h"
#include "oci/reference.h"
#include "source/names.h"

static const char REF_NAME[] = "org.opencontainers.image.ref.name";
static const char CONTAINERD_NAME[] = "io.containerd.image.name";

/* ---- the two files that have names ---- */

/* "1.MINOR.PATCH": the promise of the image spec is that these stay readable. */
static enum assay_status check_version(struct place *place, struct assay_error *err)
{
    static const char *const KNOWN[] = { "imageLayoutVersion" };
    AUTO_BUF bytes = BUF_INIT(LIMIT_LAYOUT_FILE_BYTES);
    AUTO_JSON_TREE tree = NULL;
    struct json_at root;
    const char *version = NULL;

    TRY(place_need(place, "oci-layout", LIMIT_LAYOUT_FILE_BYTES, &bytes, err));
    TRY(json_tree_load(buf_slice(&bytes), "oci-layout", &tree, &root, err));
    TRY(json_as_object(&root, err));
    TRY(oci_check_case(&root, KNOWN, ARRAY_LEN(KNOWN), err));
    TRY(json_get_string(&root, "imageLayoutVersion", &version, err));
    if (!slice_has_prefix(slice_from_string(version), SLICE_LITERAL("1."))) {
        return json_at_fail(&root, err, ASSAY_LAYOUT,
                            "imageLayoutVersion: expected 1.x, found '%s'", version);
    }
    return ASSAY_OK;
}

/* ---- choosing an image ---- */

/* An annotation of an entry, "" without it. */
static enum assay_status annotation(const struct json_at *entry, const char *key, const char **out,
                                    struct assay_error *err)
{
    struct json_at annotations;

    *out = "";
    if (!json_find(entry, "annotations", &annotations) ||
        json_kind(&annotations) == JSON_KIND_NULL) {
        return ASSAY_OK;
    }
    TRY(json_as_object(&annotations, err));
    TRY(json_get_string_opt(&annotations, key, out, err));
    if (*out == NULL) {
        *out = "";
    }
    return ASSAY_OK;
}

bool layout_is_tag_of(const char *wanted, const char *name)
{
    struct slice whole = slice_from_string(name);
    size_t colon = slice_find_last(whole, ':');

    return colon < whole.len && slice_is(slice_from(whole, colon + 1), wanted) &&
           oci_tag_is_valid(slice_from(whole, colon + 1));
}

struct choice {
    size_t exact_count;
    size_t exact; /* index of the first exact match */
    size_t tag_count;
    size_t tag;
    struct names names; /* of all entries, for the error */
};

static void choice_clear(struct choice *choice)
{
    names_clear(&choice->names);
}

static enum assay_status consider(const struct layout_index *index, const struct json_at *entry,
                                  struct choice *choice, struct assay_error *err)
{
    static const char *const KNOWN[] = { "annotations" };
    const char *name = NULL;

    TRY(json_as_object(entry, err));
    TRY(oci_check_case(entry, KNOWN, ARRAY_LEN(KNOWN), err));
    TRY(annotation(entry, REF_NAME, &name, err));
    if (index->wanted == NULL || strcmp(index->wanted, name) == 0) {
        choice->exact = choice->exact_count++ == 0 ? entry->index : choice->exact;
    } else if (layout_is_tag_of(index->wanted, name)) {
        choice->tag = choice->tag_count++ == 0 ? entry->index : choice->tag;
    }
    return names_add(&choice->names, name, err);
}

static enum assay_status decide(const struct layout_index *index, struct choice *choice,
                                size_t *out, struct assay_error *err)
{
    const char *shown = index->place->shown;
    const char *names = NULL;

    TRY(names_finish(&choice->names, &names, err));
    if (choice->exact_count + choice->tag_count == 0) {
        return FAIL(err, ASSAY_IMAGE_ABSENT, "%s holds no image %s%s%s; it holds: %s", shown,
                    index->wanted == NULL ? "" : "'",
                    index->wanted == NULL ? "at all" : index->wanted,
                    index->wanted == NULL ? "" : "'", names);
    }
    if (index->wanted != NULL && choice->exact_count > 1) {
        return FAIL(err, ASSAY_AMBIGUOUS, "%s: index.json names '%s' more than once", shown,
                    index->wanted);
    }
    if (choice->exact_count > 1 || (choice->exact_count == 0 && choice->tag_count > 1)) {
        return FAIL(err, ASSAY_USAGE, "%s holds several images, write %s%s:NAME with one of: %s",
                    shown, index->scheme, shown, names);
    }
    *out = choice->exact_count == 1 ? choice->exact : choice->tag;
    return ASSAY_OK;
}

static enum assay_status parse_entry(const struct json_at *entry, struct arena *arena,
                                     struct oci_descriptor *out, struct assay_error *err)
{
    TRY(oci_descriptor_parse(entry, arena, out, err));
    if (!oci_media_is_index(out->media) && !oci_media_is_manifest(out->media)) {
        return json_at_fail(entry, err, ASSAY_MEDIA_TYPE,
                            "'%s' is not the media type of an image manifest or index",
                            out->media_text);
    }
    return ASSAY_OK;
}

/* Only a name that says its registry and its tag or digest is a claim about origin. */
static enum assay_status keep_entry(struct layout_index *index, const struct json_at *entry,
                                    struct assay_error *err)
{
    const char *name = NULL;

    TRY(parse_entry(entry, index->arena, &index->named, err));
    TRY(annotation(entry, REF_NAME, &name, err));
    return names_claim(name, false, &index->claimed_name, err);
}

static enum assay_status check_index(const struct json_at *root, struct assay_error *err)
{
    static const char *const KNOWN[] = { "schemaVersion", "mediaType", "manifests" };
    const char *media = NULL;
    int64_t version = 0;

    TRY(json_as_object(root, err));
    TRY(oci_check_case(root, KNOWN, ARRAY_LEN(KNOWN), err));
    TRY(json_get_integer(root, "schemaVersion", 2, 2, &version, err));
    TRY(json_get_string_opt(root, "mediaType", &media, err));
    if (media != NULL && oci_media_parse(media) != OCI_MEDIA_OCI_INDEX) {
        return json_at_fail(root, err, ASSAY_MEDIA_TYPE, "expected an OCI index, found '%s'",
                            media);
    }
    return ASSAY_OK;
}

struct index_json {
    struct buf bytes;
    struct json_tree *tree;
    struct json_at root;
    struct json_at entries;
};

static void index_json_clear(struct index_json *json)
{
    json_tree_free(json->tree);
    buf_clear(&json->bytes);
}

/* root and entries point into json: it must stay where it is. */
static enum assay_status load_index(struct place *place, struct index_json *json,
                                    struct assay_error *err)
{
    TRY(check_version(place, err));
    TRY(place_need(place, "index.json", LIMIT_MANIFEST_BYTES, &json->bytes, err));
    TRY(json_tree_load(buf_slice(&json->bytes), "index.json", &json->tree, &json->root, err));
    TRY(check_index(&json->root, err));
    if (!json_find(&json->root, "manifests", &json->entries) ||
        json_kind(&json->entries) != JSON_KIND_NULL) {
        TRY(json_get_array(&json->root, "manifests", LIMIT_LAYOUT_ENTRIES, &json->entries, err));
    } /* null is how umoci writes an empty list */
    return ASSAY_OK;
}

enum assay_status layout_index_read(struct layout_index *index, struct assay_error *err)
{
    CLEANUP(index_json_clear) struct index_json json = { .bytes = BUF_INIT(LIMIT_MANIFEST_BYTES) };
    CLEANUP(choice_clear) struct choice choice = { .names = NAMES_INIT };
    struct json_at entry;
    size_t chosen = 0;

    index->claimed_name = NULL;
    TRY(load_index(index->place, &json, err));
    for (size_t i = 0; i < json_count(&json.entries); i++) {
        json_element(&json.entries, i, &entry);
        TRY(consider(index, &entry, &choice, err));
    }
    TRY(decide(index, &choice, &chosen, err));
    json_element(&json.entries, chosen, &entry);
    return keep_entry(index, &entry, err);
}

enum assay_status layout_index_each(struct place *place,
                                    enum assay_status (*each)(void *ctx,
                                                              const struct layout_entry *entry,
                                                              struct assay_error *err),
                                    void *ctx, struct assay_error *err)
{
    CLEANUP(index_json_clear) struct index_json json = { .bytes = BUF_INIT(LIMIT_MANIFEST_BYTES) };
    CLEANUP(arena_clear) struct arena arena = ARENA_INIT(LIMIT_DOCUMENT_ARENA);
    struct json_at at;

    TRY(load_index(place, &json, err));
    for (size_t i = 0; i < json_count(&json.entries); i++) {
        struct layout_entry entry = { 0 };
        json_element(&json.entries, i, &at);
        TRY(json_as_object(&at, err));
        TRY(parse_entry(&at, &arena, &entry.descriptor, err));
        TRY(annotation(&at, REF_NAME, &entry.ref_name, err));
        TRY(annotation(&at, CONTAINERD_NAME, &entry.containerd_name, err));
        TRY(each(ctx, &entry, err));
    }
    return ASSAY_OK;
}
