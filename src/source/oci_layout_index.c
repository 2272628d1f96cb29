/* SPDX-License-Identifier: Apache-2.0 */
#include "source/oci_layout_index.h"

#include "base/file.h"
#include "oci/descriptor.h"
#include "oci/reference.h"

static const char REF_NAME[] = "org.opencontainers.image.ref.name";

/* ---- the two files that have names ---- */

static enum assay_status read_file(const struct layout_index *index, const char *name,
                                   size_t max_bytes, struct buf *out, struct assay_error *err)
{
    bool found = false;

    TRY_IN(file_read_at(index->dir_fd, name, false, max_bytes, out, &found, err), err, "%s/%s",
           index->directory, name);
    if (!found) {
        return FAIL(err, ASSAY_LAYOUT, "%s: there is no file '%s'", index->directory, name);
    }
    return ASSAY_OK;
}

/* "1.MINOR.PATCH": the promise of the image spec is that these stay readable. */
static enum assay_status check_version(const struct layout_index *index, struct assay_error *err)
{
    static const char *const KNOWN[] = { "imageLayoutVersion" };
    AUTO_BUF bytes = BUF_INIT(LIMIT_LAYOUT_FILE_BYTES);
    AUTO_JSON_TREE tree = NULL;
    struct json_at root;
    const char *version = NULL;

    TRY(read_file(index, "oci-layout", LIMIT_LAYOUT_FILE_BYTES, &bytes, err));
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

/* The name of an entry, "" without one. */
static enum assay_status ref_name(const struct json_at *entry, const char **out,
                                  struct assay_error *err)
{
    struct json_at annotations;

    *out = "";
    if (!json_find(entry, "annotations", &annotations) ||
        json_kind(&annotations) == JSON_KIND_NULL) {
        return ASSAY_OK;
    }
    TRY(json_as_object(&annotations, err));
    TRY(json_get_string_opt(&annotations, REF_NAME, out, err));
    if (*out == NULL) {
        *out = "";
    }
    return ASSAY_OK;
}

/* Whether wanted is the tag of a longer name: "1.0" of "registry.example.com/app:1.0". */
static bool is_tag_of(const char *wanted, const char *name)
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
    struct buf names; /* of all entries, for the error */
};

static void choice_clear(struct choice *choice)
{
    buf_clear(&choice->names);
}

static enum assay_status consider(const struct layout_index *index, const struct json_at *entry,
                                  struct choice *choice, struct assay_error *err)
{
    static const char *const KNOWN[] = { "annotations" };
    const char *name = NULL;

    TRY(json_as_object(entry, err));
    TRY(oci_check_case(entry, KNOWN, ARRAY_LEN(KNOWN), err));
    TRY(ref_name(entry, &name, err));
    if (index->wanted == NULL || strcmp(index->wanted, name) == 0) {
        choice->exact = choice->exact_count++ == 0 ? entry->index : choice->exact;
    } else if (is_tag_of(index->wanted, name)) {
        choice->tag = choice->tag_count++ == 0 ? entry->index : choice->tag;
    }
    if (choice->names.len < ERROR_MESSAGE_BYTES) { /* more cannot be shown */
        TRY(buf_printf(&choice->names, err, "%s%.*s", choice->names.len == 0 ? "" : ", ",
                       LIMIT_TAG_BYTES * 2, name[0] == '\0' ? "(without a name)" : name));
    }
    return ASSAY_OK;
}

static enum assay_status decide(const struct layout_index *index, const struct choice *choice,
                                size_t *out, struct assay_error *err)
{
    const char *names = buf_text(&choice->names);

    if (choice->exact_count + choice->tag_count == 0) {
        return FAIL(err, ASSAY_NOT_FOUND, "%s holds no image %s%s%s; it holds: %s",
                    index->directory, index->wanted == NULL ? "" : "'",
                    index->wanted == NULL ? "at all" : index->wanted,
                    index->wanted == NULL ? "" : "'", names[0] == '\0' ? "nothing" : names);
    }
    if (index->wanted != NULL && choice->exact_count > 1) {
        return FAIL(err, ASSAY_AMBIGUOUS, "%s: index.json names '%s' more than once",
                    index->directory, index->wanted);
    }
    if (choice->exact_count > 1 || (choice->exact_count == 0 && choice->tag_count > 1)) {
        return FAIL(err, ASSAY_USAGE, "%s holds several images, write oci:%s:NAME with one of: %s",
                    index->directory, index->directory, names);
    }
    *out = choice->exact_count == 1 ? choice->exact : choice->tag;
    return ASSAY_OK;
}

/* A name that says its registry and its tag or digest; only such a one is a claim about origin. */
static enum assay_status keep_claim(struct layout_index *index, const char *name,
                                    struct assay_error *err)
{
    struct oci_reference reference;
    struct slice written = slice_from_string(name);

    enum assay_status status = oci_reference_parse(name, &reference, NULL);
    if (status == ASSAY_NO_MEMORY) {
        return FAIL_NO_MEMORY(err);
    }
    if (status != ASSAY_OK) {
        return ASSAY_OK;
    }
    if (!reference.tag_implied && slice_find(written, '/') == strlen(reference.registry) &&
        slice_has_prefix(written, slice_from_string(reference.registry))) {
        index->claimed_name = STEAL(reference.text);
    }
    oci_reference_clear(&reference);
    return ASSAY_OK;
}

static enum assay_status keep_entry(struct layout_index *index, const struct json_at *entry,
                                    struct assay_error *err)
{
    const char *name = NULL;

    TRY(oci_descriptor_parse(entry, index->arena, &index->named, err));
    if (!oci_media_is_index(index->named.media) && !oci_media_is_manifest(index->named.media)) {
        return json_at_fail(entry, err, ASSAY_MEDIA_TYPE,
                            "'%s' is not the media type of an image manifest or index",
                            index->named.media_text);
    }
    TRY(ref_name(entry, &name, err));
    return keep_claim(index, name, err);
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

static enum assay_status choose(struct layout_index *index, struct assay_error *err)
{
    AUTO_BUF bytes = BUF_INIT(LIMIT_MANIFEST_BYTES);
    AUTO_JSON_TREE tree = NULL;
    CLEANUP(choice_clear)
    struct choice choice = { .names = BUF_INIT(4UL * ERROR_MESSAGE_BYTES) };
    struct json_at root;
    struct json_at entries;
    struct json_at entry;
    size_t chosen = 0;

    TRY(read_file(index, "index.json", LIMIT_MANIFEST_BYTES, &bytes, err));
    TRY(json_tree_load(buf_slice(&bytes), "index.json", &tree, &root, err));
    TRY(check_index(&root, err));
    if (!json_find(&root, "manifests", &entries) || json_kind(&entries) != JSON_KIND_NULL) {
        TRY(json_get_array(&root, "manifests", LIMIT_LAYOUT_ENTRIES, &entries, err));
    } /* null is how umoci writes an empty list */
    for (size_t i = 0; i < json_count(&entries); i++) {
        json_element(&entries, i, &entry);
        TRY(consider(index, &entry, &choice, err));
    }
    TRY(decide(index, &choice, &chosen, err));
    json_element(&entries, chosen, &entry);
    return keep_entry(index, &entry, err);
}

enum assay_status layout_index_read(struct layout_index *index, struct assay_error *err)
{
    index->claimed_name = NULL;
    TRY(check_version(index, err));
    return choose(index, err);
}
