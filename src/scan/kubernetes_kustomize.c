/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The images of a Kustomization (and of Flux's): name is replaced by newName, newTag and digest.
 * What the manifests themselves name is found where it stands.
 */
#include "scan/kind.h"
#include "scan/kubernetes_parts.h"
#include "json/yaml.h"

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
    static const char *const keys[] = { "resources",
                                        "bases",
                                        "components",
                                        "generators",
                                        "transformers",
                                        "helmCharts",
                                        "helmChartInflationGenerator" };
    for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
        const char *owner = NULL;
        TRY(kubernetes_owner(object, keys[k], SLICE_EMPTY, &owner, err));
        TRY(take_remote_list(object, yaml_find(root, keys[k]), owner, err));
    }
    return ASSAY_OK;
}

/* ---- other files ---- */

#define UNREAD "it may name images, and is not read"

static bool mentions(struct slice text, const char *word)
{
    return text.len > 0 && memmem(text.ptr, text.len, word, strlen(word)) != NULL;
}

/* Whether a file is looked at for what it holds, wherever in the tree it lies. */
static bool is_found_by_name(const char *path)
{
    switch (scan_kind_of_name("", slice_from_string(path))) {
    case SCAN_KIND_CONTENT:
    case SCAN_KIND_KUBERNETES:
    case SCAN_KIND_COMPOSE:
    case SCAN_KIND_GITHUB:
    case SCAN_KIND_GITLAB:
        return true;
    case SCAN_KIND_NONE:
    case SCAN_KIND_LIST:
    case SCAN_KIND_DOCKERFILE:
    case SCAN_KIND_DOTENV:
        break;
    }
    return false;
}

/* node is the path. */
static enum assay_status open_named(const struct kubernetes_object *object,
                                    const struct yaml_node *node, struct buf *bytes,
                                    struct scan_input *out, bool *found, struct assay_error *err)
{
    struct kubernetes_reading *reading = object->reading;
    struct scan_spot spot = scan_node_spot(object->file, node);
    *found = false;
    if (reading->opened < LIMIT_SCAN_OPENED && reading->bytes < LIMIT_KUSTOMIZE_BYTES) {
        reading->opened++;
        TRY(scan_open(object->scan,
                      &(struct scan_named){ &spot, object->directory, yaml_text(node) }, bytes, out,
                      found, err));
        reading->bytes += *found ? out->text.len : 0;
        return ASSAY_OK;
    }
    if (reading->is_full) {
        return ASSAY_OK;
    }
    reading->is_full = true;
    return scan_add_problem(object->scan, &spot, ASSAY_FILE_LIMIT, err,
                            "it leads to more than %d files, or to more than %lu bytes",
                            LIMIT_SCAN_OPENED, LIMIT_KUSTOMIZE_BYTES);
}

/* A directory's files, and files with names that tell their kind, are found where they lie, unless
 * that is elsewhere. */
static enum assay_status may_name_images(const struct kubernetes_object *object,
                                         const struct yaml_node *node, bool *out,
                                         struct assay_error *err)
{
    AUTO_BUF bytes = BUF_INIT(LIMIT_SCAN_BYTES);
    struct scan_input input;
    const char *path = yaml_text(node);
    bool is_found_there = is_found_by_name(path);
    bool may_lead_out = path[0] == '/' || strncmp(path, "..", 2) == 0;
    size_t problems = object->scan->problem_count;
    bool found = false;
    unsigned signs = 0;
    *out = object->scan->tree == NULL;
    if (*out || (is_found_there && !may_lead_out) ||
        scan_is_directory(object->scan, object->directory, path)) {
        return ASSAY_OK;
    }
    TRY(open_named(object, node, &bytes, &input, &found, err));
    bool is_said = object->scan->problem_count > problems || object->reading->is_full;
    *out = !is_found_there && (found ? scan_may_be_kubernetes(input.text, &signs) : !is_said);
    return ASSAY_OK;
}

/* Or else it is the object, or the list of changes, itself. */
static bool names_file(const struct yaml_node *node)
{
    return slice_find(node->text, '\n') == node->text.len &&
           slice_find(node->text, '{') == node->text.len;
}

static enum assay_status take_local(const struct kubernetes_object *object,
                                    const struct yaml_node *node, const char *owner,
                                    struct assay_error *err)
{
    const struct scan_reference found = { .place = SCAN_KUBERNETES,
                                          .owner = owner,
                                          .problem = UNREAD };
    bool may_name = false;
    if (yaml_text(node) == NULL || is_remote(yaml_text(node))) {
        return ASSAY_OK;
    }
    if (names_file(node)) {
        TRY(may_name_images(object, node, &may_name, err));
    } else {
        may_name = mentions(node->text, "image") || mentions(node->text, "Helm");
    }
    return may_name ? scan_node_add(object->scan, object->file, node, 0, &found, err) : ASSAY_OK;
}

static enum assay_status take_locals(const struct kubernetes_object *object,
                                     const struct yaml_node *root, struct assay_error *err)
{
    static const char *const keys[] = { "resources", "bases", "components", "generators",
                                        "transformers" };
    for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
        const struct yaml_node *list = yaml_find(root, keys[k]);
        const char *owner = NULL;
        TRY(kubernetes_owner(object, keys[k], SLICE_EMPTY, &owner, err));
        for (size_t i = 0; list != NULL && list->kind == YAML_SEQUENCE && i < list->count; i++) {
            TRY(take_local(object, list->items[i], owner, err));
        }
    }
    return ASSAY_OK;
}

enum assay_status kubernetes_take_builtin(const struct kubernetes_object *object,
                                          const struct yaml_node *root, struct assay_error *err)
{
    static const char *const kinds[] = {
        "ImageTagTransformer",      "PatchTransformer",
        "PatchJson6902Transformer", "PatchStrategicMergeTransformer",
        "ReplacementTransformer",   "HelmChartInflationGenerator"
    };
    struct scan_reference found = { .place = SCAN_KUBERNETES, .problem = UNREAD };
    TRY(kubernetes_owner(object, "", SLICE_EMPTY, &found.owner, err));
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (slice_is(object->kind, kinds[i])) {
            return scan_node_add(object->scan, object->file, yaml_find(root, "kind"), 0, &found,
                                 err);
        }
    }
    return ASSAY_OK;
}

/* ---- patches ---- */

/* What cannot be read is not made of objects. */
static enum assay_status holds_objects(struct slice text, bool *out, struct assay_error *err)
{
    CLEANUP(yaml_file_clear) struct yaml_file file = { 0 };
    struct yaml_mark where;
    struct assay_error refused = ERROR_INIT;
    enum assay_status status = yaml_load(text, &file, &where, &refused);
    *out = status == ASSAY_OK;
    for (size_t i = 0; *out && i < file.count; i++) {
        *out = kubernetes_is_object(file.documents[i]);
    }
    return status == ASSAY_NO_MEMORY ? error_pass(err, &refused) : ASSAY_OK;
}

/* Objects are found where they lie; others are lists of changes. */
static enum assay_status reads_image(const struct kubernetes_object *object,
                                     const struct yaml_node *node, bool *out,
                                     struct assay_error *err)
{
    AUTO_BUF bytes = BUF_INIT(LIMIT_SCAN_BYTES);
    struct scan_input input;
    bool found = false;
    bool is_found_there = false;
    *out = object->scan->tree == NULL;
    TRY(open_named(object, node, &bytes, &input, &found, err));
    if (!found || !mentions(input.text, "image")) {
        return ASSAY_OK;
    }
    if (is_found_by_name(yaml_text(node))) {
        TRY(holds_objects(input.text, &is_found_there, err));
    }
    *out = !is_found_there;
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
    bool sets_image = text != NULL && (is_path ? is_remote(text) : mentions(node->text, "image"));
    if (text != NULL && is_path && !sets_image) {
        TRY(reads_image(object, node, &sets_image, err));
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
            bool is_file = is_text && names_file(item);
            TRY(take_patch(object, is_text ? item : yaml_find(item, "patch"), is_file, owner, err));
            TRY(take_patch(object, yaml_find(item, "path"), true, owner, err));
        }
    }
    return ASSAY_OK;
}

/* The fields that a replacement sets. */
static enum assay_status take_target(const struct kubernetes_object *object,
                                     const struct yaml_node *target, const char *owner,
                                     struct assay_error *err)
{
    const struct yaml_node *fields = yaml_find(target, "fieldPaths");
    for (size_t i = 0; fields != NULL && fields->kind == YAML_SEQUENCE && i < fields->count; i++) {
        TRY(take_patch(object, fields->items[i], false, owner, err));
    }
    return ASSAY_OK;
}

static enum assay_status take_replacements(const struct kubernetes_object *object,
                                           const struct yaml_node *root, struct assay_error *err)
{
    const struct yaml_node *list = yaml_find(root, "replacements");
    const char *owner = NULL;
    TRY(kubernetes_owner(object, "replacements", SLICE_EMPTY, &owner, err));
    for (size_t i = 0; list != NULL && list->kind == YAML_SEQUENCE && i < list->count; i++) {
        const struct yaml_node *targets = yaml_find(list->items[i], "targets");
        bool has_targets = targets != NULL && targets->kind == YAML_SEQUENCE;
        TRY(take_patch(object, yaml_find(list->items[i], "path"), true, owner, err));
        for (size_t t = 0; has_targets && t < targets->count; t++) {
            TRY(take_target(object, targets->items[t], owner, err));
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
    TRY(take_locals(object, root, err));
    TRY(take_patches(object, spec == NULL ? root : spec, err));
    TRY(take_replacements(object, root, err));
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
