/* SPDX-License-Identifier: Apache-2.0 */
/* The files of one pipeline. */
#include "base/mem.h"
#include "scan/gitlab_parts.h"

static enum assay_status add_unseen(struct gitlab *gitlab, size_t file,
                                    const struct yaml_node *node, const char *problem,
                                    struct assay_error *err)
{
    struct scan_reference found = { .place = SCAN_GITLAB, .owner = "include", .problem = problem };
    return scan_node_add(gitlab->scan, file, node, 0, &found, err);
}

static bool is_loaded(const struct gitlab *gitlab, size_t file)
{
    const struct scan_file *files = gitlab->scan->files;
    for (size_t i = 0; i < gitlab->count; i++) {
        if (strcmp(files[gitlab->files[i].file].name, files[file].name) == 0) {
            return true;
        }
    }
    return false;
}

static enum assay_status load(struct gitlab *gitlab, const struct scan_input *input,
                              struct assay_error *err)
{
    struct gitlab_file loaded = { .file = input->file };
    bool ok = false;
    TRY(mem_grow(&gitlab->files, gitlab->count, &gitlab->cap, sizeof(loaded), err));
    TRY(scan_node_load(gitlab->scan, input, &loaded.yaml, &ok, err));
    if (ok) {
        gitlab->bytes += input->text.len;
        gitlab->files[gitlab->count++] = loaded;
    }
    return ASSAY_OK;
}

/* Paths begin at the top of the repository, with or without a slash. */
static enum assay_status open_local(struct gitlab *gitlab, size_t file,
                                    const struct yaml_node *node, struct assay_error *err)
{
    AUTO_BUF bytes = BUF_INIT(LIMIT_SCAN_BYTES);
    struct scan *scan = gitlab->scan;
    struct scan_input input;
    struct scan_spot spot = scan_node_spot(file, node);
    const char *path = yaml_text(node);
    size_t problems = scan->problem_count;
    bool found = false;
    path += strspn(path, "/");
    if (gitlab->opened >= LIMIT_SCAN_OPENED) {
        return gitlab->opened++ > LIMIT_SCAN_OPENED
                   ? ASSAY_OK /* said before */
                   : scan_add_problem(scan, &spot, ASSAY_FILE_LIMIT, err,
                                      "the pipeline includes more than %d files",
                                      LIMIT_SCAN_OPENED);
    }
    gitlab->opened++;
    TRY(scan_open(scan, &(struct scan_named){ &spot, "", path }, &bytes, &input, &found, err));
    if (!found) {
        return scan->problem_count > problems
                   ? ASSAY_OK
                   : scan_add_problem(scan, &spot, ASSAY_FILE_IO, err,
                                      "the included file '%s' is not there", path);
    }
    if (is_loaded(gitlab, input.file)) {
        return ASSAY_OK;
    }
    if (gitlab->bytes + input.text.len > LIMIT_SCAN_BYTES) {
        return scan_add_problem(scan, &spot, ASSAY_FILE_LIMIT, err,
                                "the files of the pipeline have more than %lu bytes",
                                LIMIT_SCAN_BYTES);
    }
    TRY(scan_ignores(scan, &input, err));
    return load(gitlab, &input, err);
}

static bool is_url(const char *text)
{
    return strstr(text, "://") != NULL;
}

static enum assay_status take_local(struct gitlab *gitlab, size_t file,
                                    const struct yaml_node *node, struct assay_error *err)
{
    const char *text = yaml_text(node);
    if (text == NULL) {
        return scan_node_misfit(gitlab->scan, file, node, "what is included", YAML_SCALAR, err);
    }
    if (is_url(text)) {
        return add_unseen(gitlab, file, node, "it comes from elsewhere, and may name images", err);
    }
    if (text[strcspn(text, "$*")] != '\0') {
        return add_unseen(gitlab, file, node, "it is not one path, and may name images", err);
    }
    if (gitlab->scan->tree == NULL) {
        return add_unseen(gitlab, file, node, "no other file can be read, and it may name images",
                          err);
    }
    return open_local(gitlab, file, node, err);
}

static enum assay_status take_entry(struct gitlab *gitlab, size_t file,
                                    const struct yaml_node *node, struct assay_error *err)
{
    static const char *const elsewhere[] = { "remote", "project", "template", "component",
                                             "artifact" };
    const struct yaml_node *local = yaml_find(node, "local");
    if (node->kind == YAML_SCALAR) {
        return yaml_is_null(node) ? ASSAY_OK : take_local(gitlab, file, node, err);
    }
    if (!yaml_is_null(local)) {
        return take_local(gitlab, file, local, err);
    }
    for (size_t i = 0; i < ARRAY_LEN(elsewhere); i++) {
        const struct yaml_node *value = yaml_find(node, elsewhere[i]);
        if (value != NULL) {
            return add_unseen(gitlab, file, value, "it comes from elsewhere, and may name images",
                              err);
        }
    }
    return add_unseen(gitlab, file, node, "it cannot be told what is included", err);
}

static enum assay_status take_include(struct gitlab *gitlab, size_t file,
                                      const struct yaml_node *node, struct assay_error *err)
{
    if (node == NULL || node->kind != YAML_SEQUENCE || node->tag[0] != '\0') {
        return node == NULL ? ASSAY_OK : take_entry(gitlab, file, node, err);
    }
    for (size_t i = 0; i < node->count; i++) {
        TRY(take_entry(gitlab, file, node->items[i], err));
    }
    return ASSAY_OK;
}

/* What one file includes, its child pipelines too. */
static enum assay_status take_includes(struct gitlab *gitlab, size_t index, struct assay_error *err)
{
    const struct yaml_file yaml = gitlab->files[index].yaml; /* files may move, nodes do not */
    size_t file = gitlab->files[index].file;
    for (size_t i = 0; i < yaml.count; i++) {
        const struct yaml_node *root = yaml.documents[i];
        TRY(take_include(gitlab, file, yaml_find(root, "include"), err));
        for (size_t j = 0; root->kind == YAML_MAPPING && j < root->count; j++) {
            const struct yaml_node *trigger = yaml_find(root->pairs[j].value, "trigger");
            TRY(take_include(gitlab, file, yaml_find(trigger, "include"), err));
        }
    }
    return ASSAY_OK;
}

enum assay_status gitlab_load(struct gitlab *gitlab, const struct scan_input *input,
                              struct assay_error *err)
{
    TRY(load(gitlab, input, err));
    for (size_t i = 0; i < gitlab->count; i++) {
        TRY(take_includes(gitlab, i, err));
    }
    return ASSAY_OK;
}
