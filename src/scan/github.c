/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Workflows and actions of GitHub: containers and services of jobs, steps and actions that are an
 * image. What actions of other repositories run, and workflows that are called, are their own
 * files. An expression is resolved where it is one value of the job's matrix, and not otherwise.
 */
#include "scan/github_parts.h"

/* How many bytes "docker://" takes at the front. */
static size_t scheme_of(const char *text)
{
    struct slice scheme = SLICE_LITERAL("docker://");
    struct slice front = slice_first(slice_from_string(text), scheme.len);
    return slice_is_ignoring_case(front, "docker://") ? scheme.len : 0;
}

enum assay_status github_add(const struct github_job *job, const struct yaml_node *node,
                             const char *owner, struct assay_error *err)
{
    const char *text = yaml_text(node);
    struct scan_reference found = { .place = SCAN_GITHUB, .owner = owner };
    if (node->kind == YAML_SCALAR && (text == NULL || text[0] == '\0')) {
        return ASSAY_OK; /* GitHub then uses no container */
    }
    if (text == NULL) {
        return scan_node_misfit(job->scan, job->file, node, "the image", YAML_SCALAR, err);
    }
    size_t skip = scheme_of(text);
    bool is_expression = strstr(text, "${{") != NULL;
    found.problem =
        is_expression ? "it holds an expression whose value the file does not tell" : NULL;
    found.text = is_expression ? NULL : text + skip;
    return scan_node_add(job->scan, job->file, node, skip, &found, err);
}

/* A container or service: an image, or a mapping that has one. */
static enum assay_status take_container(const struct github_job *job, const struct yaml_node *node,
                                        const char *what, struct slice name,
                                        struct assay_error *err)
{
    const struct yaml_node *image = node;
    const char *owner = NULL;
    if (yaml_is_null(node)) {
        return ASSAY_OK;
    }
    TRY(github_owner(job, what, name, &owner, err));
    if (node->kind == YAML_MAPPING) {
        image = yaml_find(node, "image");
    }
    if (yaml_is_null(image)) {
        struct scan_reference found = { .place = SCAN_GITHUB,
                                        .owner = owner,
                                        .problem = "no image is named" };
        return scan_node_add(job->scan, job->file, image == NULL ? node : image, 0, &found, err);
    }
    return github_take_image(job, image, owner, err);
}

static enum assay_status take_services(const struct github_job *job,
                                       const struct yaml_node *services, struct assay_error *err)
{
    const char *owner = NULL;
    if (yaml_is_null(services)) {
        return ASSAY_OK;
    }
    if (services->kind == YAML_SCALAR && strstr(yaml_text(services), "${{") != NULL) {
        TRY(github_owner(job, "services", SLICE_EMPTY, &owner, err));
        return github_add(job, services, owner, err);
    }
    if (services->kind != YAML_MAPPING) {
        return scan_node_misfit(job->scan, job->file, services, "services", YAML_MAPPING, err);
    }
    for (size_t i = 0; i < services->count; i++) {
        const struct yaml_pair *pair = &services->pairs[i];
        TRY(take_container(job, pair->value, "service", pair->key->text, err));
    }
    return ASSAY_OK;
}

/* Only what begins with "docker://" is an image; the rest are actions. */
static enum assay_status take_steps(const struct github_job *job, const struct yaml_node *steps,
                                    struct assay_error *err)
{
    if (yaml_is_null(steps)) {
        return ASSAY_OK;
    }
    if (steps->kind != YAML_SEQUENCE) {
        return scan_node_misfit(job->scan, job->file, steps, "steps", YAML_SEQUENCE, err);
    }
    for (size_t i = 0; i < steps->count; i++) {
        const struct yaml_node *step = steps->items[i];
        const struct yaml_node *uses = yaml_find(step, "uses");
        const struct yaml_node *name = yaml_find(step, "name");
        const char *text = yaml_text(uses);
        const char *owner = NULL;
        if (text == NULL || scheme_of(text) == 0) {
            continue;
        }
        name = yaml_is_null(name) ? yaml_find(step, "id") : name;
        TRY(github_owner(job, "step", scan_node_text(name), &owner, err));
        TRY(github_add(job, uses, owner, err));
    }
    return ASSAY_OK;
}

static enum assay_status take_jobs(struct scan *scan, size_t file, const struct yaml_node *jobs,
                                   struct assay_error *err)
{
    if (yaml_is_null(jobs)) {
        return ASSAY_OK;
    }
    if (jobs->kind != YAML_MAPPING) {
        return scan_node_misfit(scan, file, jobs, "jobs", YAML_MAPPING, err);
    }
    for (size_t i = 0; i < jobs->count; i++) {
        const struct yaml_node *node = jobs->pairs[i].value;
        struct github_job job = { scan, file, "job", jobs->pairs[i].key->text, node };
        if (node->kind != YAML_MAPPING) {
            TRY(scan_node_misfit(scan, file, node, "the job", YAML_MAPPING, err));
            continue;
        }
        TRY(take_container(&job, yaml_find(node, "container"), "container", SLICE_EMPTY, err));
        TRY(take_services(&job, yaml_find(node, "services"), err));
        TRY(take_steps(&job, yaml_find(node, "steps"), err));
    }
    return ASSAY_OK;
}

/* A Dockerfile beside the action, which is built whenever the action runs. */
static enum assay_status take_dockerfile(struct scan *scan, const struct scan_input *input,
                                         const struct yaml_node *image, struct assay_error *err)
{
    AUTO_BUF bytes = BUF_INIT(LIMIT_SCAN_BYTES);
    struct scan_input dockerfile;
    struct scan_build build = { 0 };
    const struct scan_spot spot = scan_node_spot(input->file, image);
    bool found = false;
    size_t problems = scan->problem_count;
    TRY(scan_open(scan, &(struct scan_named){ &spot, input->directory, yaml_text(image) }, &bytes,
                  &dockerfile, &found, err));
    if (found) {
        TRY(scan_dockerfile(scan, &dockerfile, &build, err));
        return scan_ignores(scan, &dockerfile, err);
    }
    if (scan->problem_count > problems) {
        return ASSAY_OK; /* it says why */
    }
    return scan_add_problem(scan, &spot, ASSAY_FILE_IO, err, "the Dockerfile '%s' is not there",
                            yaml_text(image));
}

static enum assay_status take_action(struct scan *scan, const struct scan_input *input,
                                     const struct yaml_node *action, struct assay_error *err)
{
    const struct yaml_node *runs = yaml_find(action, "runs");
    const struct yaml_node *image = yaml_find(runs, "image");
    const char *text = yaml_text(image);
    struct github_job job = { scan, input->file, "action",
                              scan_node_text(yaml_find(action, "name")), NULL };
    const char *owner = NULL;
    TRY(take_steps(&job, yaml_find(runs, "steps"), err));
    if (!slice_is_ignoring_case(scan_node_text(yaml_find(runs, "using")), "docker") ||
        yaml_is_null(image)) {
        return ASSAY_OK;
    }
    if (text != NULL && scheme_of(text) == 0 && strstr(text, "${{") == NULL) {
        return take_dockerfile(scan, input, image, err);
    }
    TRY(github_owner(&job, "", SLICE_EMPTY, &owner, err));
    return github_add(&job, image, owner, err);
}

enum assay_status scan_github(struct scan *scan, const struct scan_input *input,
                              struct assay_error *err)
{
    struct yaml_file yaml;
    bool ok = false;
    enum assay_status status = scan_node_load(scan, input, &yaml, &ok, err);
    for (size_t i = 0; ok && status == ASSAY_OK && i < yaml.count; i++) {
        const struct yaml_node *document = yaml.documents[i];
        status = take_jobs(scan, input->file, yaml_find(document, "jobs"), err);
        if (status == ASSAY_OK) {
            status = take_action(scan, input, document, err);
        }
    }
    if (ok) {
        yaml_file_clear(&yaml);
    }
    return status;
}
