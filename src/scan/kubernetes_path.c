/* SPDX-License-Identifier: Apache-2.0 */
/* Where objects of other kinds name images: paths that the user gives. */
#include "scan/kubernetes_parts.h"

static enum assay_status fail_path(const char *text, const char *why, struct assay_error *err)
{
    return FAIL(err, ASSAY_USAGE, "'%s': %s; expected Kind:path.to[].image", text, why);
}

static enum assay_status add_step(struct kubernetes_path *out, const char *step, const char *text,
                                  struct assay_error *err)
{
    if (out->count == ARRAY_LEN(out->steps)) {
        return fail_path(text, "the path has too many steps", err);
    }
    out->steps[out->count++] = step;
    return ASSAY_OK;
}

/* One key with the "[]" behind it, which are cut off in place. */
static enum assay_status read_key(struct kubernetes_path *out, char *key, const char *text,
                                  struct assay_error *err)
{
    char *end = key + strcspn(key, "[]");
    if (end == key) {
        return fail_path(text, "a key is empty", err);
    }
    TRY(add_step(out, key, text, err));
    while (end[0] == '[' && end[1] == ']') {
        TRY(add_step(out, "", text, err));
        *end = '\0';
        end += 2;
    }
    return *end == '\0' ? ASSAY_OK : fail_path(text, "only '[]' may stand behind a key", err);
}

enum assay_status kubernetes_path_read(const char *text, struct kubernetes_path *out,
                                       struct assay_error *err)
{
    size_t len = strlen(text);
    *out = (struct kubernetes_path){ .kind = out->text };
    if (len >= sizeof(out->text)) {
        return FAIL(err, ASSAY_USAGE, "a path of %zu bytes, the limit is %zu", len,
                    sizeof(out->text) - 1);
    }
    memcpy(out->text, text, len);
    if (out->text[strcspn(out->text, " \t\r\n*")] != '\0') {
        return fail_path(text, "blanks and '*' have no meaning in it", err);
    }
    char *rest = strchr(out->text, ':');
    if (rest == NULL || rest == out->text) {
        return fail_path(text, "the kind is missing", err);
    }
    while (rest != NULL) {
        *rest++ = '\0';
        char *key = rest;
        rest = strchr(rest, '.');
        if (rest != NULL) {
            *rest = '\0';
        }
        TRY(read_key(out, key, text, err));
    }
    return ASSAY_OK;
}

enum assay_status scan_check_custom(const char *text, struct assay_error *err)
{
    struct kubernetes_path path;
    return kubernetes_path_read(text, &path, err);
}

struct frame {
    const struct yaml_node *node;
    size_t next; /* item; of a key: 1 once it was followed */
};

/* The next node that the step leads to from here; NULL: no more. */
static const struct yaml_node *next_child(struct frame *frame, const char *step)
{
    const struct yaml_node *node = frame->node;
    size_t next = frame->next++;
    if (step[0] != '\0') {
        return next == 0 ? yaml_find(node, step) : NULL;
    }
    return next < node->count ? node->items[next] : NULL;
}

static enum assay_status follow(const struct kubernetes_object *object, struct frame *frame,
                                const char *step, const struct yaml_node **child,
                                struct assay_error *err)
{
    enum yaml_kind wanted = step[0] == '\0' ? YAML_SEQUENCE : YAML_MAPPING;
    *child = NULL;
    if (yaml_is_null(frame->node)) {
        return ASSAY_OK;
    }
    if (frame->node->kind != wanted) {
        return scan_node_misfit(object->scan, object->file, frame->node,
                                "what the custom path leads to", wanted, err);
    }
    *child = next_child(frame, step);
    return ASSAY_OK;
}

static enum assay_status take_leaf(const struct kubernetes_object *object,
                                   const struct yaml_node *node, struct assay_error *err)
{
    const char *owner = NULL;
    if (yaml_is_null(node)) {
        return ASSAY_OK;
    }
    if (node->kind != YAML_SCALAR) {
        return scan_node_misfit(object->scan, object->file, node, "the image", YAML_SCALAR, err);
    }
    TRY(kubernetes_owner(object, "", SLICE_EMPTY, &owner, err));
    return kubernetes_add(object, node, owner, err);
}

enum assay_status kubernetes_path_take(const struct kubernetes_object *object,
                                       const struct kubernetes_path *path,
                                       const struct yaml_node *root, struct assay_error *err)
{
    struct frame frames[LIMIT_CUSTOM_STEPS] = { { .node = root } };
    size_t depth = 1; /* a path has a step at least */
    while (depth > 0) {
        const struct yaml_node *child = NULL;
        TRY(follow(object, &frames[depth - 1], path->steps[depth - 1], &child, err));
        if (child == NULL) {
            depth--;
        } else if (depth == path->count) {
            TRY(take_leaf(object, child, err));
        } else {
            frames[depth++] = (struct frame){ .node = child };
        }
    }
    return ASSAY_OK;
}
