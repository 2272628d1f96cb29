/* SPDX-License-Identifier: Apache-2.0 */
#include "source/docker_manifest.h"
#include "source/oci_layout_index.h"

struct hybrid {
    struct place *place;
    const struct docker_image *image;
    const struct source *source;
    bool is_reached; /* some entry leads to the config */
    /* Entries may name one document again and again: */
    size_t looks;      /* documents that were looked for */
    size_t left_bytes; /* of documents that may still be read */
};

/* Whether an entry is about the image, by what it calls itself. */
static bool is_named(const struct docker_image *image, const struct layout_entry *entry)
{
    for (size_t i = 0; i < image->name_count; i++) {
        const char *name = image->names[i];
        if (strcmp(name, entry->containerd_name) == 0 || strcmp(name, entry->ref_name) == 0 ||
            (entry->containerd_name[0] == '\0' && layout_is_tag_of(entry->ref_name, name))) {
            return true;
        }
    }
    return false;
}

/* Whether manifest.json has an image of that name. A program that reads index.json alone gives an
 * image every name that stands there. */
static bool is_known(const struct docker_image *image, const struct layout_entry *entry)
{
    bool found = entry->containerd_name[0] == '\0' && entry->ref_name[0] == '\0';

    for (size_t i = 0; !found && i < image->all_count; i++) {
        found = is_named(&image->all[i], entry);
    }
    return found;
}

/* *found is false when the archive does not hold it. */
static enum assay_status load(struct hybrid *hybrid, const struct oci_descriptor *descriptor,
                              struct oci_document *out, bool *found, struct assay_error *err)
{
    AUTO_BUF bytes = BUF_INIT(LIMIT_MANIFEST_BYTES);
    struct digest actual;
    char name[BLOB_NAME_BYTES];
    const char *said[] = { descriptor->media_text };

    if (++hybrid->looks > LIMIT_LAYOUT_ENTRIES) {
        return FAIL(err, ASSAY_TOO_LARGE, "index.json leads to more than %d documents",
                    LIMIT_LAYOUT_ENTRIES);
    }
    place_blob_name(&descriptor->digest, name);
    TRY(hybrid->place->ops->read(hybrid->place, name, LIMIT_MANIFEST_BYTES, &bytes, found, err));
    if (!*found) {
        return ASSAY_OK;
    }
    if (bytes.len > hybrid->left_bytes) {
        return FAIL(err, ASSAY_TOO_LARGE,
                    "%s: index.json leads to more than %lu bytes of manifests",
                    hybrid->place->shown, LIMIT_ARCHIVE_DOCUMENTS);
    }
    hybrid->left_bytes -= bytes.len;
    TRY(digest_compute(descriptor->digest.alg, buf_slice(&bytes), &actual, err));
    if (!digest_equal(&actual, &descriptor->digest)) {
        return FAIL(err, ASSAY_DIGEST_MISMATCH, "'%s' does not have the digest of its name", name);
    }
    TRY_IN(oci_document_parse(buf_slice(&bytes), said, ARRAY_LEN(said), out, err), err, "%s", name);
    return ASSAY_OK;
}

static enum assay_status reaches(struct hybrid *hybrid, const struct oci_descriptor *descriptor,
                                 bool *out, struct assay_error *err)
{
    CLEANUP(oci_document_clear) struct oci_document document = { 0 };
    bool found = false;

    TRY(load(hybrid, descriptor, &document, &found, err));
    *out =
        found && !document.is_index && source_has_config(hybrid->source, &document.config.digest);
    for (size_t i = 0; found && i < document.entry_count; i++) {
        CLEANUP(oci_document_clear) struct oci_document platform = { 0 };
        const struct oci_index_entry *entry = &document.entries[i];
        bool is_present = false;
        if (entry->is_attestation) {
            continue;
        }
        TRY(load(hybrid, &entry->descriptor, &platform, &is_present, err));
        *out = *out || (is_present && source_has_config(hybrid->source, &platform.config.digest));
    }
    return ASSAY_OK;
}

static enum assay_status look_at(void *ctx, const struct layout_entry *entry,
                                 struct assay_error *err)
{
    struct hybrid *hybrid = ctx;
    bool leads_there = false;

    TRY(reaches(hybrid, &entry->descriptor, &leads_there, err));
    hybrid->is_reached = hybrid->is_reached || leads_there;
    if (leads_there) {
        return ASSAY_OK;
    }
    const char *shown =
        entry->containerd_name[0] != '\0' ? entry->containerd_name : entry->ref_name;
    if (is_named(hybrid->image, entry)) {
        return FAIL(err, ASSAY_AMBIGUOUS,
                    "%s: index.json and manifest.json name different images as '%s'",
                    hybrid->place->shown, shown);
    }
    return is_known(hybrid->image, entry)
               ? ASSAY_OK
               : FAIL(err, ASSAY_AMBIGUOUS,
                      "%s: index.json names an image '%s', which manifest.json does not name",
                      hybrid->place->shown, shown);
}

/* Each is compared with each entry. */
static enum assay_status limit_names(const struct docker_image *image, struct assay_error *err)
{
    size_t count = 0;

    for (size_t i = 0; i < image->all_count; i++) {
        count += image->all[i].name_count;
    }
    return count <= LIMIT_LAYOUT_ENTRIES
               ? ASSAY_OK
               : FAIL(err, ASSAY_TOO_LARGE, "manifest.json gives %zu names, more than %d", count,
                      LIMIT_LAYOUT_ENTRIES);
}

enum assay_status docker_hybrid_check(struct place *place, const struct docker_image *image,
                                      const struct source *source, struct assay_error *err)
{
    AUTO_BUF ignored = BUF_INIT(LIMIT_MANIFEST_BYTES);
    struct hybrid hybrid = {
        .place = place, .image = image, .source = source, .left_bytes = LIMIT_ARCHIVE_DOCUMENTS
    };
    bool is_hybrid = false;

    TRY_IN(place->ops->read(place, "index.json", LIMIT_MANIFEST_BYTES, &ignored, &is_hybrid, err),
           err, "index.json in %s", place->shown);
    if (!is_hybrid) {
        return ASSAY_OK;
    }
    TRY(limit_names(image, err));
    TRY(layout_index_each(place, look_at, &hybrid, err));
    if (!hybrid.is_reached) {
        return FAIL(err, ASSAY_AMBIGUOUS,
                    "%s: no image of index.json has the config that manifest.json names",
                    place->shown);
    }
    return ASSAY_OK;
}
