/* SPDX-License-Identifier: Apache-2.0 */
/* Models, which an engine pulls from registries and runs beside the services. */
#include "scan/compose.h"

static bool is_from(const char *model, const char *host)
{
    return slice_has_prefix(slice_from_string(model), slice_from_string(host));
}

/* Only of what a registry has under a name and a digest it can be said that it is signed. */
static enum assay_status add_model(struct compose *run, const struct compose_scope *scope,
                                   const struct compose_text *model, const char *owner,
                                   struct assay_error *err)
{
    const struct scan_reference reference = { .owner = owner };
    const char *problem = NULL;
    if (model->text != NULL &&
        (is_from(model->text, "hf.co/") || is_from(model->text, "huggingface.co/"))) {
        problem = "the model is fetched file by file, not as what a registry has under a digest";
    } else if (model->text != NULL && strchr(model->text, '/') == NULL) {
        problem = "the model has no namespace, and the engine puts one in front: write it out";
    }
    return problem == NULL ? compose_add(run, scope, model, 0, &reference, err)
                           : compose_add_unknown(run, scope, model->node, owner, problem, err);
}

static enum assay_status take_pair(struct compose *run, const struct compose_scope *scope,
                                   const struct yaml_pair *pair, struct assay_error *err)
{
    struct compose_text model;
    const char *owner = NULL;
    if (compose_is_absent(pair->value)) {
        return ASSAY_OK;
    }
    if (pair->value->kind != YAML_MAPPING) {
        return scan_node_misfit(run->scan, scope->file->input.file, pair->value, "a model",
                                YAML_MAPPING, err);
    }
    TRY(compose_get(run, scope, pair->value, "model", "the artifact of a model", &model, err));
    TRY(arena_format(&run->arena, &owner, err, "model %s", (const char *)pair->key->text.ptr));
    return model.node == NULL ? ASSAY_OK : add_model(run, scope, &model, owner, err);
}

enum assay_status compose_models(struct compose *run, const struct compose_scope *scope,
                                 const struct yaml_node *models, struct assay_error *err)
{
    if (compose_is_absent(models)) {
        return ASSAY_OK;
    }
    if (models->kind != YAML_MAPPING) {
        return scan_node_misfit(run->scan, scope->file->input.file, models, "models", YAML_MAPPING,
                                err);
    }
    for (size_t i = 0; i < models->count; i++) {
        TRY(take_pair(run, scope, &models->pairs[i], err));
    }
    return ASSAY_OK;
}

static enum assay_status add_option(struct compose *run, const struct compose_scope *scope,
                                    const struct yaml_node *node, const char *owner,
                                    struct assay_error *err)
{
    struct compose_text model;
    if (compose_is_absent(node)) {
        return ASSAY_OK;
    }
    if (node->kind != YAML_SCALAR) {
        return scan_node_misfit(run->scan, scope->file->input.file, node, "the model of a provider",
                                YAML_SCALAR, err);
    }
    TRY(compose_expand(run, scope, node, &model, err));
    return add_model(run, scope, &model, owner, err);
}

enum assay_status compose_provider(struct compose *run, const struct compose_scope *scope,
                                   const struct yaml_node *provider, const char *owner,
                                   struct assay_error *err)
{
    struct compose_text type;
    const struct yaml_node *options = yaml_find(provider, "options");
    TRY(compose_get(run, scope, provider, "type", "the type of a provider", &type, err));
    if (type.problem != NULL) {
        return compose_add_unknown(run, scope, type.node, owner, type.problem, err);
    }
    if (type.node == NULL || strcmp(type.text, "model") != 0) {
        return ASSAY_OK;
    }
    const struct yaml_node *models = yaml_find(options, "model");
    if (models == NULL) {
        return ASSAY_OK;
    }
    if (models->kind != YAML_SEQUENCE) {
        return add_option(run, scope, models, owner, err);
    }
    for (size_t i = 0; i < models->count; i++) {
        TRY(add_option(run, scope, models->items[i], owner, err));
    }
    return ASSAY_OK;
}
