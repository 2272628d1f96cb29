/* SPDX-License-Identifier: Apache-2.0 */
/* The images of one service, with all that it extends. */
#include "base/limits.h"
#include "scan/compose.h"

struct service {
    struct compose *run;
    const char *owner;
    struct compose_level levels[LIMIT_COMPOSE_DEPTH]; /* itself, and what it extends in turn */
    size_t count;
    const char *platform; /* NULL: none */
    bool is_built;
};

static enum assay_status fail_at(struct service *service, const struct compose_scope *scope,
                                 const struct yaml_node *node, enum assay_status status,
                                 const char *message, struct assay_error *err)
{
    struct scan_spot spot = scan_node_spot(scope->file->input.file, node);
    return scan_add_problem(service->run->scan, &spot, status, err, "%s", message);
}

/* ---- what it extends ---- */

/* The file in which the extended service stands; scope->file is NULL where that is not known. */
static enum assay_status find_file(struct service *service, const struct compose_level *level,
                                   const struct yaml_node *extends, struct compose_scope *scope,
                                   struct assay_error *err)
{
    struct compose_text file;
    size_t problems = service->run->scan->problem_count;
    *scope = level->scope;
    TRY(compose_get(service->run, &level->scope, extends, "file", "the file of extends", &file,
                    err));
    if (file.node == NULL) {
        scope->file = service->run->scan->problem_count > problems ? NULL : scope->file;
        return ASSAY_OK;
    }
    if (file.text != NULL && compose_is_remote(file.text)) {
        file.text = NULL;
        file.problem = "the extended file is fetched from elsewhere: its images are not known";
    }
    scope->file = NULL;
    if (file.text == NULL) {
        return compose_add_unknown(service->run, &level->scope, file.node, service->owner,
                                   file.problem, err);
    }
    TRY(compose_load(service->run, &level->scope, file.node, file.text, &scope->file, err));
    if (scope->file != NULL) {
        scope->directory = scope->file->input.directory;
        scope->below = "";
    }
    return ASSAY_OK;
}

static enum assay_status add_level(struct service *service, const struct compose_scope *scope,
                                   const struct yaml_node *at, const char *name,
                                   struct assay_error *err)
{
    const struct yaml_node *node = compose_file_service(scope->file, name);
    const struct compose_scope *from = &service->levels[service->count - 1].scope;
    struct scan_spot spot = scan_node_spot(from->file->input.file, at);
    if (compose_is_absent(node) || node->kind != YAML_MAPPING) {
        return fail_at(service, from, at, ASSAY_FILE_SYNTAX,
                       "the service that is extended here is not in the file", err);
    }
    for (size_t i = 0; i < service->count; i++) {
        if (service->levels[i].service == node) {
            return fail_at(service, from, at, ASSAY_FILE_SYNTAX,
                           "the service that is extended here extends this one", err);
        }
    }
    if (service->count == LIMIT_COMPOSE_DEPTH) {
        return fail_at(service, from, at, ASSAY_FILE_LIMIT,
                       "more services extend each other in turn than the limit allows", err);
    }
    TRY(compose_visit(service->run, &spot, node->weight, err));
    service->levels[service->count++] = (struct compose_level){ *scope, node };
    return ASSAY_OK;
}

/* Adds what the last level extends, if that is known. */
static enum assay_status extend(struct service *service, struct assay_error *err)
{
    struct compose *run = service->run;
    const struct compose_level *last = &service->levels[service->count - 1];
    const struct yaml_node *extends = yaml_find(last->service, "extends");
    struct compose_scope scope = last->scope;
    struct compose_text name = { 0 };
    size_t problems = run->scan->problem_count;
    if (compose_is_absent(extends)) {
        return ASSAY_OK;
    }
    if (extends->kind == YAML_SEQUENCE) {
        return scan_node_misfit(run->scan, scope.file->input.file, extends, "extends", YAML_MAPPING,
                                err);
    }
    if (extends->kind == YAML_SCALAR) {
        TRY(compose_expand(run, &last->scope, extends, &name, err));
    } else {
        TRY(compose_get(run, &last->scope, extends, "service", "the service of extends", &name,
                        err));
        TRY(find_file(service, last, extends, &scope, err));
    }
    if (name.problem != NULL) {
        return compose_add_unknown(run, &last->scope, name.node, service->owner, name.problem, err);
    }
    if (scope.file == NULL || run->scan->problem_count > problems) {
        return ASSAY_OK;
    }
    return name.node == NULL ? fail_at(service, &last->scope, extends, ASSAY_FILE_SYNTAX,
                                       "extends names no service", err)
                             : add_level(service, &scope, name.node, name.text, err);
}

static enum assay_status collect_levels(struct service *service, struct assay_error *err)
{
    size_t before = 0;
    while (service->count > before && !service->run->is_full) {
        before = service->count;
        TRY(extend(service, err));
    }
    return ASSAY_OK;
}

/* ---- its images ---- */

/* The nearest level that says it; "!reset" takes away what is farther. */
static const struct compose_level *find_level(const struct service *service, const char *key)
{
    for (size_t i = 0; i < service->count; i++) {
        const struct yaml_node *node = yaml_find(service->levels[i].service, key);
        if (!compose_is_absent(node)) {
            return &service->levels[i];
        }
        if (node != NULL && strcmp(node->tag, "!reset") == 0) {
            return NULL;
        }
    }
    return NULL;
}

static enum assay_status get(const struct service *service, const char *key, const char *what,
                             const struct compose_level **level, struct compose_text *out,
                             struct assay_error *err)
{
    *level = find_level(service, key);
    *out = (struct compose_text){ 0 };
    return *level == NULL ? ASSAY_OK
                          : compose_get(service->run, &(*level)->scope, (*level)->service, key,
                                        what, out, err);
}

/* Whether what the image names is built here and never pulled. */
static enum assay_status find_use(struct service *service, struct assay_error *err)
{
    const struct compose_level *level = NULL;
    struct compose_text text;
    TRY(get(service, "platform", "the platform", &level, &text, err));
    service->platform = text.text;
    TRY(get(service, "pull_policy", "the pull_policy", &level, &text, err));
    /* without a policy Compose pulls first and builds what it does not get (build.md, "Using build
     * and image") */
    bool is_pulled = text.node == NULL || text.text == NULL ||
                     (strcmp(text.text, "build") != 0 && strcmp(text.text, "never") != 0);
    service->is_built = find_level(service, "build") != NULL && !is_pulled;
    return ASSAY_OK;
}

static enum assay_status add_image(const struct service *service, struct assay_error *err)
{
    const struct compose_level *level = NULL;
    struct compose_text image;
    struct scan_reference reference = { .owner = service->owner,
                                        .platform = service->platform,
                                        .is_built = service->is_built };
    TRY(get(service, "image", "the image of a service", &level, &image, err));
    return image.node == NULL
               ? ASSAY_OK
               : compose_add(service->run, &level->scope, &image, 0, &reference, err);
}

static enum assay_status add_volume(const struct service *service,
                                    const struct compose_scope *scope,
                                    const struct yaml_node *volume, struct assay_error *err)
{
    struct compose_text type;
    struct compose_text source;
    struct scan_reference reference = { .owner = service->owner };
    if (volume->kind != YAML_MAPPING) { /* "SOURCE:TARGET" is never an image */
        return ASSAY_OK;
    }
    TRY(compose_get(service->run, scope, volume, "type", "the type of a volume", &type, err));
    if (type.problem != NULL) {
        return compose_add_unknown(service->run, scope, type.node, service->owner, type.problem,
                                   err);
    }
    if (type.node == NULL || strcmp(type.text, "image") != 0) {
        return ASSAY_OK;
    }
    TRY(compose_get(service->run, scope, volume, "source", "the source of a volume", &source, err));
    TRY(arena_format(&service->run->arena, &reference.owner, err, "%s, volume", service->owner));
    return source.node == NULL ? ASSAY_OK
                               : compose_add(service->run, scope, &source, 0, &reference, err);
}

/* A step that runs before the service, in a container of its own; without an image in that of the
 * service. */
static enum assay_status add_step(const struct service *service, const struct compose_scope *scope,
                                  const struct yaml_node *step, struct assay_error *err)
{
    struct compose_text image;
    struct scan_reference reference = { .platform = service->platform };
    TRY(compose_get(service->run, scope, step, "image", "the image of a step", &image, err));
    TRY(arena_format(&service->run->arena, &reference.owner, err, "%s, pre_start", service->owner));
    return image.node == NULL ? ASSAY_OK
                              : compose_add(service->run, scope, &image, 0, &reference, err);
}

/* Lists grow by what is extended. */
static enum assay_status walk_lists(const struct service *service, const char *key,
                                    enum assay_status (*add)(const struct service *service,
                                                             const struct compose_scope *scope,
                                                             const struct yaml_node *item,
                                                             struct assay_error *err),
                                    struct assay_error *err)
{
    for (size_t i = 0; i < service->count; i++) {
        const struct compose_level *level = &service->levels[i];
        const struct yaml_node *list = yaml_find(level->service, key);
        if (compose_is_absent(list)) {
            continue;
        }
        if (list->kind != YAML_SEQUENCE) {
            TRY(scan_node_misfit(service->run->scan, level->scope.file->input.file, list, key,
                                 YAML_SEQUENCE, err));
            continue;
        }
        for (size_t k = 0; k < list->count; k++) {
            TRY(add(service, &level->scope, list->items[k], err));
        }
    }
    return ASSAY_OK;
}

enum assay_status compose_service(struct compose *run, const struct compose_scope *scope,
                                  const struct yaml_pair *pair, struct assay_error *err)
{
    struct service service = { .run = run, .count = 1 };
    if (compose_is_absent(pair->value)) {
        return ASSAY_OK;
    }
    if (pair->value->kind != YAML_MAPPING) {
        return scan_node_misfit(run->scan, scope->file->input.file, pair->value, "a service",
                                YAML_MAPPING, err);
    }
    service.levels[0] = (struct compose_level){ *scope, pair->value };
    TRY(arena_format(&run->arena, &service.owner, err, "service %s",
                     (const char *)pair->key->text.ptr));
    TRY(collect_levels(&service, err));
    TRY(find_use(&service, err));
    TRY(add_image(&service, err));
    const struct compose_level *provided = find_level(&service, "provider");
    if (provided != NULL) {
        TRY(compose_provider(run, &provided->scope, yaml_find(provided->service, "provider"),
                             service.owner, err));
    }
    TRY(walk_lists(&service, "volumes", add_volume, err));
    TRY(walk_lists(&service, "pre_start", add_step, err));
    return find_level(&service, "build") == NULL
               ? ASSAY_OK
               : compose_build(run, service.levels, service.count, service.owner, err);
}
