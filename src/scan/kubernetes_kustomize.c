/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The images of a Kustomization (and of Flux's): name is replaced by newName, newTag and digest.
 * What the manifests themselves name is found where it stands.
 */
#include "scan/kubernetes_parts.h"

static enum assay_status take_entry(const struct kubernetes_object *object,
                                    const struct yaml_node *entry, const char *owner,
                                    struct assay_error *err)
{
    const struct yaml_node *name = yaml_find(entry, "name");
    const struct yaml_node *new_name = yaml_find(entry, "newName");
    const struct yaml_node *tag = yaml_find(entry, "newTag");
    const struct yaml_node *digest = yaml_find(entry, "digest");
    const struct yaml_node *last = yaml_is_null(tag) ? new_name : tag;
    const char *base = yaml_text(yaml_is_null(new_name) ? name : new_name);
    last = yaml_is_null(digest) ? last : digest;
    if (entry->kind != YAML_MAPPING || (base == NULL && !yaml_is_null(last))) {
        return scan_node_misfit(object->scan, object->file, entry, "an entry with a name",
                                YAML_MAPPING, err);
    }
    if (yaml_is_null(last)) {
        return ASSAY_OK;
    }
    AUTO_BUF text = BUF_INIT(4 * LIMIT_YAML_SCALAR);
    bool has_version = yaml_text(tag) != NULL || yaml_text(digest) != NULL;
    TRY(buf_append_string(&text, base, err));
    if (yaml_text(tag) != NULL) {
        TRY(buf_printf(&text, err, ":%s", yaml_text(tag)));
    }
    if (yaml_text(digest) != NULL) {
        TRY(buf_printf(&text, err, "@%s", yaml_text(digest)));
    }
    struct scan_reference found = { .place = SCAN_KUBERNETES, .owner = owner };
    found.text = has_version ? buf_text(&text) : NULL;
    found.problem = has_version ? NULL : "its tag stands in the manifests";
    return scan_node_add(object->scan, object->file, last, 0, &found, err);
}

static bool is_remote(const char *text)
{
    static const char *const signs[] = { "//", "?ref=", "git@", "github.com" };
    for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
        if (strstr(text, signs[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static enum assay_status take_remote_list(const struct kubernetes_object *object,
                                          const struct yaml_node *list, const char *owner,
                                          struct assay_error *err)
{
    const struct scan_reference found = { .place = SCAN_KUBERNETES,
                                          .owner = owner,
                                          .problem =
                                              "it comes from elsewhere, and may name images" };
    for (size_t i = 0; list != NULL && list->kind == YAML_SEQUENCE && i < list->count; i++) {
        const char *text = yaml_text(list->items[i]);
        if (text == NULL ? list->items[i]->kind == YAML_MAPPING : is_remote(text)) {
            TRY(scan_node_add(object->scan, object->file, list->items[i], 0, &found, err));
        }
    }
    return ASSAY_OK;
}

/* Manifests of other repositories, and charts: what they name is not known here. */
static enum assay_status take_remote(const struct kubernetes_object *object,
                                     const struct yaml_node *root, struct assay_error *err)
{
    static const char *const keys[] = { "resources", "bases", "components", "helmCharts" };
    for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
        const char *owner = NULL;
        TRY(kubernetes_owner(object, keys[k], SLICE_EMPTY, &owner, err));
        TRY(take_remote_list(object, yaml_find(root, keys[k]), owner, err));
    }
    return ASSAY_OK;
}

/* ---- patches ---- */

static bool mentions(struct slice text, const char *word)
{
    return text.len > 0 && memmem(text.ptr, text.len, word, strlen(word)) != NULL;
}

/* A file with a kind is an object, which is found where it lies; others are lists of changes. */
static enum assay_status reads_image(const struct kubernetes_object *object, const char *path,
                                     bool *out, struct assay_error *err)
{
    AUTO_BUF bytes = BUF_INIT(LIMIT_SCAN_BYTES);
    struct scan_input input;
    bool found = false;
    *out = false;
    TRY(scan_open(object->scan, object->directory, path, &bytes, &input, &found, err));
    if (found) {
        *out = mentions(input.text, "image") && !mentions(input.text, "kind");
    }
    return ASSAY_OK;
}

/* A patch within the file, or a file of patches. */
static enum assay_status take_patch(const struct kubernetes_object *object,
                                    const struct yaml_node *node, bool is_path, const char *owner,
                                    struct assay_error *err)
{
    const char *text = yaml_text(node);
    struct scan_reference found = { .place = SCAN_KUBERNETES,
                                    .owner = owner,
                                    .problem = "this patch may set an image, and is not read" };
    bool sets_image = text != NULL && !is_path && mentions(node->text, "image");
    if (text != NULL && is_path) {
        TRY(reads_image(object, text, &sets_image, err));
    }
    return sets_image ? scan_node_add(object->scan, object->file, node, 0, &found, err) : ASSAY_OK;
}

static enum assay_status take_patches(const struct kubernetes_object *object,
                                      const struct yaml_node *root, struct assay_error *err)
{
    static const char *const keys[] = { "patches", "patchesJson6902", "patchesStrategicMerge" };
    const char *owner = NULL;
    TRY(kubernetes_owner(object, "patches", SLICE_EMPTY, &owner, err));
    for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
        const struct yaml_node *list = yaml_find(root, keys[k]);
        for (size_t i = 0; list != NULL && list->kind == YAML_SEQUENCE && i < list->count; i++) {
            const struct yaml_node *item = list->items[i];
            bool is_text = item->kind == YAML_SCALAR;
            bool is_file = is_text && slice_find(item->text, '\n') == item->text.len;
            TRY(take_patch(object, is_text ? item : yaml_find(item, "patch"), is_file, owner, err));
            TRY(take_patch(object, yaml_find(item, "path"), true, owner, err));
        }
    }
    return ASSAY_OK;
}

enum assay_status kubernetes_take_kustomization(const struct kubernetes_object *object,
                                                const struct yaml_node *root,
                                                struct assay_error *err)
{
    const struct yaml_node *spec = yaml_find(root, "spec");
    const struct yaml_node *images = yaml_find(spec == NULL ? root : spec, "images");
    const char *owner = NULL;
    TRY(take_remote(object, root, err));
    TRY(take_patches(object, spec == NULL ? root : spec, err));
    if (yaml_is_null(images)) {
        return ASSAY_OK;
    }
    if (images->kind != YAML_SEQUENCE) {
        return scan_node_misfit(object->scan, object->file, images, "images", YAML_SEQUENCE, err);
    }
    TRY(kubernetes_owner(object, "images", SLICE_EMPTY, &owner, err));
    for (size_t i = 0; i < images->count; i++) {
        TRY(take_entry(object, images->items[i], owner, err));
    }
    return ASSAY_OK;
}
