/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kubernetes objects in YAML or JSON. Of the kinds that Kubernetes itself runs, a pod's
 * specification stands at a known place and must have its shape. In all others, whatever looks like
 * a pod's containers or image volumes is found wherever it stands, so that a kind nobody knew runs
 * no image unseen; objects within objects (lists, templates) are objects. Texts that hold YAML
 * (ConfigMaps, annotations) are not read.
 */
#include "base/mem.h"
#include "scan/kubernetes_parts.h"
#include "scan/lines.h"

struct pod_row {
    const char *api; /* how apiVersion begins, or all of it if no '/' ends it */
    const char *kind;
    const char *path[6]; /* keys that lead to the pod's specification */
};

static const struct pod_row pod_rows[] = {
    { "v1", "Pod", { "spec" } },
    { "v1", "PodTemplate", { "template", "spec" } },
    { "v1", "ReplicationController", { "spec", "template", "spec" } },
    { "apps/", "ReplicaSet", { "spec", "template", "spec" } },
    { "apps/", "Deployment", { "spec", "template", "spec" } },
    { "apps/", "StatefulSet", { "spec", "template", "spec" } },
    { "apps/", "DaemonSet", { "spec", "template", "spec" } },
    { "extensions/", "ReplicaSet", { "spec", "template", "spec" } },
    { "extensions/", "Deployment", { "spec", "template", "spec" } },
    { "extensions/", "DaemonSet", { "spec", "template", "spec" } },
    { "batch/", "Job", { "spec", "template", "spec" } },
    { "batch/", "CronJob", { "spec", "jobTemplate", "spec", "template", "spec" } },
    { "serving.knative.dev/", "Service", { "spec", "template", "spec" } },
    { "serving.knative.dev/", "Configuration", { "spec", "template", "spec" } },
    { "serving.knative.dev/", "Revision", { "spec" } },
};

struct step {
    const struct yaml_node *node;
    struct kubernetes_object object; /* that it belongs to */
    bool is_object;                  /* an item of a list: may leave out its kind */
};

struct walk {
    struct step *steps; /* the last is taken next */
    size_t count;
    size_t cap;
    struct kubernetes_path *custom;
    size_t custom_count;
};

static bool is_api(struct slice api, const char *wanted)
{
    struct slice prefix = slice_from_string(wanted);
    return slice_has_suffix(prefix, SLICE_LITERAL("/")) ? slice_has_prefix(api, prefix)
                                                        : slice_equal(api, prefix);
}

static const struct pod_row *find_pod_row(const struct kubernetes_object *object)
{
    for (size_t i = 0; i < ARRAY_LEN(pod_rows); i++) {
        if (slice_is(object->kind, pod_rows[i].kind) && is_api(object->api, pod_rows[i].api)) {
            return &pod_rows[i];
        }
    }
    return NULL;
}

static enum assay_status take_pod(const struct kubernetes_object *object, const struct pod_row *row,
                                  const struct yaml_node *node, struct assay_error *err)
{
    const char *what = "the object";
    for (size_t i = 0; !yaml_is_null(node); i++) {
        if (node->kind != YAML_MAPPING) {
            return scan_node_misfit(object->scan, object->file, node, what, YAML_MAPPING, err);
        }
        if (i == ARRAY_LEN(row->path) || row->path[i] == NULL) {
            return kubernetes_take_fields(object, node, true, err);
        }
        what = row->path[i];
        node = yaml_find(node, what);
    }
    return ASSAY_OK;
}

bool kubernetes_is_object(const struct yaml_node *node)
{
    return yaml_text(yaml_find(node, "apiVersion")) != NULL &&
           yaml_text(yaml_find(node, "kind")) != NULL;
}

static enum assay_status push(struct walk *walk, const struct yaml_node *node,
                              const struct kubernetes_object *object, bool may_be_object,
                              struct assay_error *err)
{
    if (node->kind == YAML_SCALAR) {
        return ASSAY_OK;
    }
    TRY(mem_grow(&walk->steps, walk->count, &walk->cap, sizeof(*walk->steps), err));
    walk->steps[walk->count++] = (struct step){ node, *object, may_be_object };
    return ASSAY_OK;
}

/* Items of "DeploymentList" are a Deployment each, where they say nothing else. */
static enum assay_status push_items(struct walk *walk, const struct kubernetes_object *list,
                                    const struct yaml_node *items, struct assay_error *err)
{
    struct kubernetes_object item = *list;
    item.kind = slice_first(list->kind, list->kind.len - strlen("List"));
    for (size_t i = 0; i < items->count; i++) {
        TRY(push(walk, items->items[i], &item, true, err));
    }
    return ASSAY_OK;
}

static enum assay_status push_children(struct walk *walk, const struct step *parent,
                                       struct assay_error *err)
{
    const struct yaml_node *node = parent->node;
    const struct kubernetes_object *object = &parent->object;
    bool is_list = parent->is_object && slice_has_suffix(object->kind, SLICE_LITERAL("List"));
    for (size_t i = 0; i < node->count; i++) {
        if (node->kind == YAML_SEQUENCE) {
            TRY(push(walk, node->items[i], object, false, err));
        } else if (is_list && slice_is(node->pairs[i].key->text, "items") &&
                   node->pairs[i].value->kind == YAML_SEQUENCE) {
            TRY(push_items(walk, object, node->pairs[i].value, err));
        } else {
            TRY(push(walk, node->pairs[i].value, object, false, err));
        }
    }
    return ASSAY_OK;
}

static enum assay_status take_custom(const struct walk *walk,
                                     const struct kubernetes_object *object,
                                     const struct yaml_node *node, struct assay_error *err)
{
    for (size_t i = 0; i < walk->custom_count; i++) {
        if (slice_is(object->kind, walk->custom[i].kind)) {
            TRY(kubernetes_path_take(object, &walk->custom[i], node, err));
        }
    }
    return ASSAY_OK;
}

static enum assay_status take_mapping(struct walk *walk, struct step *item, struct assay_error *err)
{
    struct kubernetes_object *object = &item->object;
    const struct yaml_node *node = item->node;
    if (kubernetes_is_object(node)) {
        item->is_object = true;
        object->api = scan_node_text(yaml_find(node, "apiVersion"));
        object->kind = scan_node_text(yaml_find(node, "kind"));
    }
    if (item->is_object) {
        object->name = scan_node_text(yaml_find(yaml_find(node, "metadata"), "name"));
        TRY(take_custom(walk, object, node, err));
        const struct pod_row *row = find_pod_row(object);
        if (row != NULL) {
            return take_pod(object, row, node, err);
        }
        if (slice_has_prefix(object->api, SLICE_LITERAL("kustomize."))) {
            TRY(kubernetes_take_kustomization(object, node, err));
        }
        if (slice_is(object->api, "builtin")) {
            TRY(kubernetes_take_builtin(object, node, err));
        }
    }
    TRY(kubernetes_take_fields(object, node, false, err));
    return push_children(walk, item, err);
}

static enum assay_status take_all(struct walk *walk, struct assay_error *err)
{
    while (walk->count > 0) {
        struct step item = walk->steps[--walk->count];
        TRY(item.node->kind == YAML_MAPPING ? take_mapping(walk, &item, err)
                                            : push_children(walk, &item, err));
    }
    return ASSAY_OK;
}

/* What goes by this name needs to say neither its apiVersion nor its kind. */
static bool is_kustomization(const char *file)
{
    static const char *const names[] = { "kustomization.yaml", "kustomization.yml",
                                         "Kustomization" };
    struct slice path = slice_from_string(file);
    size_t slash = slice_find_last(path, '/');
    struct slice name = slash == path.len ? path : slice_from(path, slash + 1);
    return slice_is_any(name, names, ARRAY_LEN(names));
}

/* kubectl cuts a file at lines that begin so before it reads any YAML, to which "---#" is a text.
 */
static enum assay_status find_odd_cut(struct scan *scan, const struct scan_input *input,
                                      struct assay_error *err)
{
    struct scan_line line = { 0 };
    struct slice cut = SLICE_LITERAL("---");
    while (scan_line_next(input->text, &line)) {
        struct slice rest = slice_from(line.text, cut.len);
        bool is_odd = slice_has_prefix(line.text, cut) && rest.len > 0 &&
                      !scan_is_blank(rest.ptr[0]) && rest.ptr[0] != '\r';
        if (is_odd) {
            struct scan_spot spot = { input->file, line.number, 1, line.offset, line.text.len };
            return scan_add_problem(scan, &spot, ASSAY_FILE_SYNTAX, err,
                                    "a blank is missing behind '---'");
        }
    }
    return ASSAY_OK;
}

static bool holds_object(const struct yaml_file *yaml)
{
    for (size_t i = 0; i < yaml->count; i++) {
        if (kubernetes_is_object(yaml->documents[i])) {
            return true;
        }
    }
    return false;
}

static enum assay_status take_documents(struct walk *walk, struct scan *scan,
                                        const struct scan_input *input,
                                        const struct yaml_file *yaml, struct assay_error *err)
{
    struct kubernetes_reading reading = { 0 };
    const struct kubernetes_object unknown = {
        .scan = scan, .file = input->file, .directory = input->directory, .reading = &reading
    };
    for (size_t i = 0; is_kustomization(scan->files[input->file].name) && i < yaml->count; i++) {
        if (!kubernetes_is_object(yaml->documents[i])) {
            TRY(kubernetes_take_kustomization(&unknown, yaml->documents[i], err));
        }
    }
    if (!holds_object(yaml)) {
        return ASSAY_OK;
    }
    TRY(find_odd_cut(scan, input, err));
    for (size_t i = 0; i < yaml->count; i++) {
        TRY(push(walk, yaml->documents[i], &unknown, false, err));
        TRY(take_all(walk, err));
    }
    return ASSAY_OK;
}

static enum assay_status read_custom(struct walk *walk, const struct scan_options *options,
                                     struct assay_error *err)
{
    if (options->custom_count == 0) {
        return ASSAY_OK;
    }
    walk->custom = mem_alloc(options->custom_count, sizeof(*walk->custom));
    if (walk->custom == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    for (; walk->custom_count < options->custom_count; walk->custom_count++) {
        TRY(kubernetes_path_read(options->custom[walk->custom_count],
                                 &walk->custom[walk->custom_count], err));
    }
    return ASSAY_OK;
}

enum assay_status scan_kubernetes(struct scan *scan, const struct scan_input *input,
                                  struct assay_error *err)
{
    struct walk walk = { 0 };
    struct yaml_file yaml;
    bool ok = false;
    TRY(scan_node_load(scan, input, &yaml, &ok, err));
    if (!ok) {
        return ASSAY_OK;
    }
    enum assay_status status = read_custom(&walk, &scan->options, err);
    if (status == ASSAY_OK) {
        status = take_documents(&walk, scan, input, &yaml, err);
    }
    mem_free(walk.steps);
    mem_free(walk.custom);
    yaml_file_clear(&yaml);
    return status;
}
