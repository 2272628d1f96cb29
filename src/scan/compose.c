/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/compose.h"

#include "base/limits.h"
#include "base/mem.h"

static enum assay_status walk_services(struct compose *run, const struct compose_scope *scope,
                                       const struct yaml_node *services, struct assay_error *err)
{
    if (compose_is_absent(services)) {
        return ASSAY_OK;
    }
    if (services->kind != YAML_MAPPING) {
        return scan_node_misfit(run->scan, scope->file->input.file, services, "services",
                                YAML_MAPPING, err);
    }
    for (size_t i = 0; i < services->count && !run->is_full; i++) {
        TRY(compose_service(run, scope, &services->pairs[i], err));
    }
    return ASSAY_OK;
}

static enum assay_status walk_document(struct compose *run, size_t project,
                                       const struct yaml_node *document, struct assay_error *err)
{
    struct compose_scope scope = run->projects[project].scope; /* the list grows */
    struct scan_spot spot = scan_node_spot(scope.file->input.file, document);
    if (yaml_is_null(document)) {
        return ASSAY_OK;
    }
    if (document->kind != YAML_MAPPING) {
        return scan_node_misfit(run->scan, spot.file, document, "a compose file", YAML_MAPPING,
                                err);
    }
    TRY(compose_visit(run, &spot, document->weight, err));
    if (run->is_full) {
        return ASSAY_OK;
    }
    TRY(compose_include(run, project, yaml_find(document, "include"), err));
    const struct yaml_node *services = compose_services(document);
    if (services != document) { /* otherwise it is the name of a service */
        TRY(compose_models(run, &scope, yaml_find(document, "models"), err));
    }
    return walk_services(run, &scope, services, err);
}

static enum assay_status walk(struct compose *run, const struct scan_input *input,
                              struct assay_error *err)
{
    const struct compose_file *first = NULL;
    struct compose_env env = { 0 };
    TRY(compose_load_first(run, input, &first, err));
    if (first == NULL) {
        return ASSAY_OK;
    }
    TRY(mem_grow(&run->projects, 0, &run->project_cap, sizeof(*run->projects), err));
    run->projects[run->project_count++] =
        (struct compose_project){ .scope = { first, &env, input->directory, "" },
                                  .outer = SIZE_MAX };
    TRY(compose_env_default(run, &run->projects[0].scope, err));
    for (size_t i = 0; i < run->project_count; i++) {
        const struct yaml_file *yaml = &run->projects[i].scope.file->yaml;
        for (size_t k = 0; k < yaml->count && !run->is_full; k++) {
            TRY(walk_document(run, i, yaml->documents[k], err));
        }
    }
    return ASSAY_OK;
}

enum assay_status scan_compose(struct scan *scan, const struct scan_input *input,
                               struct assay_error *err)
{
    struct compose run = { .scan = scan,
                           .arena = ARENA_INIT(LIMIT_COMPOSE_ARENA),
                           .steps = LIMIT_EXPAND_STEPS };
    struct assay_error why = ERROR_INIT;
    enum assay_status status = walk(&run, input, &why);
    compose_files_clear(&run);
    mem_free(run.projects);
    arena_clear(&run.arena);
    if (status == ASSAY_OK) {
        return ASSAY_OK;
    }
    struct scan_spot spot = { .file = input->file };
    if (status == ASSAY_FILE_LIMIT) {
        return scan_add_problem(scan, &spot, status, err, "%s", why.message);
    }
    if (status != ASSAY_JSON_LIMIT) { /* what a full arena gives */
        return error_pass(err, &why);
    }
    return scan_add_problem(scan, &spot, ASSAY_FILE_LIMIT, err,
                            "its texts have more than %lu bytes with their variables filled in",
                            LIMIT_COMPOSE_ARENA);
}
