/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pipelines of GitLab: image and services, for all jobs, of each job, and of templates of jobs,
 * whether used or not. A job that extends another takes its image from there, where it is found.
 * Variables are known by what the files say; a project's settings may say otherwise.
 */
#include "base/mem.h"
#include "scan/gitlab_parts.h"

/* Jobs that others extend, templates among them, may run with the others' variables; of two with
 * one name GitLab makes one. */
static bool is_alone(const struct gitlab *gitlab, struct slice name)
{
    size_t first = 0;
    return name.len > 0 && name.ptr[0] != '.' &&
           gitlab_names_find(&gitlab->tops, name, &first) == 1 &&
           gitlab_names_find(&gitlab->extended, name, &first) == 0;
}

static enum assay_status take_document(struct gitlab *gitlab, size_t file,
                                       const struct yaml_node *root, struct assay_error *err)
{
    struct gitlab_place all = { .file = file };
    TRY(gitlab_take(gitlab, &all, root, err));
    TRY(gitlab_take(gitlab, &all, yaml_find(root, "default"), err));
    for (size_t i = 0; root->kind == YAML_MAPPING && i < root->count; i++) {
        const struct yaml_pair *pair = &root->pairs[i];
        struct gitlab_place place = { file, pair->value, pair->key->text,
                                      is_alone(gitlab, pair->key->text) };
        TRY(gitlab_is_job(pair) ? gitlab_take(gitlab, &place, pair->value, err) : ASSAY_OK);
    }
    return ASSAY_OK;
}

static enum assay_status find_all(struct gitlab *gitlab, const struct scan_input *input,
                                  struct assay_error *err)
{
    TRY(gitlab_load(gitlab, input, err));
    TRY(gitlab_names_collect(gitlab, err));
    for (size_t i = 0; i < gitlab->count; i++) {
        const struct yaml_file *yaml = &gitlab->files[i].yaml;
        for (size_t j = 0; j < yaml->count; j++) {
            TRY(take_document(gitlab, gitlab->files[i].file, yaml->documents[j], err));
        }
    }
    return ASSAY_OK;
}

enum assay_status scan_gitlab(struct scan *scan, const struct scan_input *input,
                              struct assay_error *err)
{
    struct gitlab gitlab = { .scan = scan };
    enum assay_status status = find_all(&gitlab, input, err);
    for (size_t i = 0; i < gitlab.count; i++) {
        yaml_file_clear(&gitlab.files[i].yaml);
    }
    mem_free(gitlab.files);
    mem_free(gitlab.variables.items);
    mem_free(gitlab.tops.items);
    mem_free(gitlab.extended.items);
    return status;
}
