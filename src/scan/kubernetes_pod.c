/* SPDX-License-Identifier: Apache-2.0 */
/* Containers, their like in Argo and Tekton, and image volumes. */
#include "scan/kubernetes_parts.h"

/* Keys under which something with an image stands, in any object of this API. */
struct field {
    const char *api;  /* how apiVersion begins; "": all */
    const char *kind; /* "": all */
    const char *key;
    const char *what; /* as the owner names it */
    bool is_list;
    bool is_volume; /* the image is an object, and has a reference */
};

static const struct field fields[] = {
    { "", "", "containers", "container", true, false },
    { "", "", "initContainers", "init container", true, false },
    { "", "", "ephemeralContainers", "ephemeral container", true, false },
    { "", "", "volumes", "volume", true, true },
    { "argoproj.io/", "", "container", "container", false, false },
    { "argoproj.io/", "", "script", "script", false, false },
    { "argoproj.io/", "", "sidecars", "sidecar", true, false },
    { "tekton.dev/", "", "steps", "step", true, false },
    { "tekton.dev/", "", "sidecars", "sidecar", true, false },
    { "tekton.dev/", "", "stepTemplate", "step template", false, false },
    { "tekton.dev/", "StepAction", "spec", "step", false, false },
};

enum assay_status kubernetes_owner(const struct kubernetes_object *object, const char *what,
                                   struct slice name, const char **out, struct assay_error *err)
{
    struct slice kind = object->kind.len == 0 ? SLICE_LITERAL("object") : object->kind;
    const char *blank = object->name.len == 0 ? "" : " ";
    const char *comma = what[0] == '\0' ? "" : ", ";
    const char *behind = name.len == 0 ? "" : " ";
    return arena_format(&object->scan->arena, out, err, "%.*s%s%.*s%s%s%s%.*s", SLICE_ARGS(kind),
                        blank, SLICE_ARGS(object->name), comma, what, behind, SLICE_ARGS(name));
}

static const char *unresolved(const char *text)
{
    if (strstr(text, "{{") != NULL || strstr(text, "{%") != NULL) {
        return "a template is still to fill it in";
    }
    return strchr(text, '$') == NULL ? NULL : "it holds a variable that is still to be filled in";
}

enum assay_status kubernetes_add(const struct kubernetes_object *object,
                                 const struct yaml_node *node, const char *owner,
                                 struct assay_error *err)
{
    const char *text = yaml_text(node);
    struct scan_reference found = { .place = SCAN_KUBERNETES, .owner = owner };
    if (text == NULL || text[0] == '\0') {
        found.problem = "no image is named, another tool is to fill it in";
    } else {
        found.problem = unresolved(text);
    }
    found.text = found.problem == NULL ? text : NULL;
    return scan_node_add(object->scan, object->file, node, 0, &found, err);
}

/* holder: what has, or lacks, the image. */
static enum assay_status take_image(const struct kubernetes_object *object, const char *owner,
                                    const struct yaml_node *holder, const struct yaml_node *image,
                                    bool is_pod, struct assay_error *err)
{
    bool is_missing = yaml_is_null(image);
    if (is_missing && !is_pod) {
        return ASSAY_OK;
    }
    if (!is_missing && image->kind != YAML_SCALAR && is_pod) {
        return scan_node_misfit(object->scan, object->file, image, "the image", YAML_SCALAR, err);
    }
    return kubernetes_add(object, image == NULL ? holder : image, owner, err);
}

static enum assay_status take_item(const struct kubernetes_object *object,
                                   const struct field *field, const struct yaml_node *item,
                                   bool is_pod, struct assay_error *err)
{
    const struct yaml_node *image = yaml_find(item, "image");
    const char *owner = NULL;
    if (item->kind != YAML_MAPPING) {
        return is_pod ? scan_node_misfit(object->scan, object->file, item, field->what,
                                         YAML_MAPPING, err)
                      : ASSAY_OK;
    }
    TRY(kubernetes_owner(object, field->what, scan_node_text(yaml_find(item, "name")), &owner,
                         err));
    if (!field->is_volume) {
        return take_image(object, owner, item, image, is_pod, err);
    }
    if (yaml_is_null(image)) {
        return ASSAY_OK; /* a volume of another sort */
    }
    if (is_pod && image->kind != YAML_MAPPING) {
        return scan_node_misfit(object->scan, object->file, image, "the image of the volume",
                                YAML_MAPPING, err);
    }
    return take_image(object, owner, image, yaml_find(image, "reference"), is_pod, err);
}

static enum assay_status take_list(const struct kubernetes_object *object,
                                   const struct field *field, const struct yaml_node *list,
                                   bool is_pod, struct assay_error *err)
{
    if (yaml_is_null(list)) {
        return ASSAY_OK;
    }
    if (list->kind != YAML_SEQUENCE) {
        return is_pod ? scan_node_misfit(object->scan, object->file, list, field->key,
                                         YAML_SEQUENCE, err)
                      : ASSAY_OK;
    }
    for (size_t i = 0; i < list->count; i++) {
        TRY(take_item(object, field, list->items[i], is_pod, err));
    }
    return ASSAY_OK;
}

static bool holds(const struct field *field, const struct kubernetes_object *object,
                  struct slice key)
{
    return slice_is(key, field->key) &&
           slice_has_prefix(object->api, slice_from_string(field->api)) &&
           (field->kind[0] == '\0' || slice_is(object->kind, field->kind));
}

enum assay_status kubernetes_take_fields(const struct kubernetes_object *object,
                                         const struct yaml_node *mapping, bool is_pod,
                                         struct assay_error *err)
{
    for (size_t i = 0; i < mapping->count; i++) {
        const struct yaml_pair *pair = &mapping->pairs[i];
        for (size_t j = 0; j < ARRAY_LEN(fields); j++) {
            if (!holds(&fields[j], object, pair->key->text)) {
                continue;
            }
            TRY(fields[j].is_list ? take_list(object, &fields[j], pair->value, is_pod, err)
                                  : take_item(object, &fields[j], pair->value, is_pod, err));
        }
    }
    return ASSAY_OK;
}
