/* SPDX-License-Identifier: Apache-2.0 */
/* What a compose file includes, with the .env files that belong to it. */
#include "base/limits.h"
#include "base/mem.h"
#include "scan/compose.h"

/* One entry of "include" on its way to a project. */
struct entry {
    struct compose *run;
    size_t outer;
    struct compose_scope from; /* that of the file that includes */
    struct compose_scope to;
    struct compose_text directory; /* project_directory */
    const struct yaml_node *env_file;
    bool has_scope; /* to is set: by the first of several files */
};

static enum assay_status read_env(struct compose *run, const struct compose_scope *scope,
                                  const struct scan_spot *spot, const char *path,
                                  struct compose_env *env, bool *found, struct assay_error *err)
{
    AUTO_COMPOSE_OPENED opened = { 0 };
    TRY(compose_open(run, scope, spot, path, &opened, err));
    *found = opened.found;
    return opened.found ? compose_env_read(run, &opened.input, env, err) : ASSAY_OK;
}

enum assay_status compose_env_default(struct compose *run, const struct compose_scope *scope,
                                      struct assay_error *err)
{
    struct scan_spot spot = { .file = scope->file->input.file };
    bool found = false;
    return read_env(run, scope, &spot, ".env", scope->env, &found, err);
}

static enum assay_status read_env_file(struct entry *entry, const struct yaml_node *node,
                                       struct assay_error *err)
{
    struct scan *scan = entry->run->scan;
    struct scan_spot spot = scan_node_spot(entry->from.file->input.file, node);
    struct compose_text path;
    size_t problems = scan->problem_count;
    bool found = false;
    if (node->kind != YAML_SCALAR) {
        return scan_node_misfit(scan, spot.file, node, "an env_file", YAML_SCALAR, err);
    }
    TRY(compose_expand(entry->run, &entry->from, node, &path, err));
    if (path.text == NULL) {
        return compose_add_unknown(entry->run, &entry->from, node, "include", path.problem, err);
    }
    if (strcmp(path.text, "/dev/null") == 0) { /* asks for none, not even the default one */
        return ASSAY_OK;
    }
    TRY(read_env(entry->run, &entry->from, &spot, path.text, entry->to.env, &found, err));
    return found || scan->problem_count > problems
               ? ASSAY_OK
               : scan_add_problem(scan, &spot, ASSAY_FILE_IO, err, "there is no file '%s'",
                                  path.text);
}

static enum assay_status read_env_files(struct entry *entry, struct assay_error *err)
{
    const struct yaml_node *node = entry->env_file;
    if (compose_is_absent(node)) {
        return compose_env_default(entry->run, &entry->to, err);
    }
    if (node->kind != YAML_SEQUENCE) {
        return read_env_file(entry, node, err);
    }
    for (size_t i = 0; i < node->count; i++) {
        TRY(read_env_file(entry, node->items[i], err));
    }
    return ASSAY_OK;
}

static enum assay_status set_scope(struct entry *entry, const struct compose_file *file,
                                   struct assay_error *err)
{
    struct compose *run = entry->run;
    const char *directory = entry->directory.text;
    entry->has_scope = true;
    entry->to = (struct compose_scope){ file, NULL, file->input.directory, "" };
    TRY(arena_alloc(&run->arena, 1, sizeof(*entry->to.env), &entry->to.env, err));
    entry->to.env->outer = entry->from.env;
    if (directory != NULL) {
        bool is_whole = entry->from.below[0] == '\0' || directory[0] == '/';
        entry->to.directory = entry->from.directory;
        TRY(arena_format(&run->arena, &entry->to.below, err, "%s%s%s",
                         is_whole ? "" : entry->from.below, is_whole ? "" : "/", directory));
    }
    return read_env_files(entry, err);
}

static bool is_included_by_itself(const struct compose *run, size_t project,
                                  const struct compose_file *file)
{
    while (project != SIZE_MAX && run->projects[project].scope.file != file) {
        project = run->projects[project].outer;
    }
    return project != SIZE_MAX;
}

static enum assay_status add_project(struct entry *entry, const struct compose_file *file,
                                     const struct yaml_node *node, struct assay_error *err)
{
    struct compose *run = entry->run;
    struct scan_spot spot = scan_node_spot(entry->from.file->input.file, node);
    size_t depth = run->projects[entry->outer].depth + 1;
    if (is_included_by_itself(run, entry->outer, file)) {
        return scan_add_problem(run->scan, &spot, ASSAY_FILE_SYNTAX, err,
                                "the file that is included here includes this one");
    }
    if (depth > LIMIT_COMPOSE_DEPTH) {
        return scan_add_problem(run->scan, &spot, ASSAY_FILE_LIMIT, err,
                                "more than %d files include each other in turn",
                                LIMIT_COMPOSE_DEPTH);
    }
    if (!entry->has_scope) {
        TRY(set_scope(entry, file, err));
    }
    TRY(mem_grow(&run->projects, run->project_count, &run->project_cap, sizeof(*run->projects),
                 err));
    struct compose_project *added = &run->projects[run->project_count++];
    *added = (struct compose_project){ entry->to, entry->outer, depth };
    added->scope.file = file;
    return ASSAY_OK;
}

static enum assay_status include_path(struct entry *entry, const struct yaml_node *node,
                                      struct assay_error *err)
{
    struct compose *run = entry->run;
    struct compose_text path;
    const struct compose_file *file = NULL;
    if (compose_is_absent(node) || node->kind != YAML_SCALAR) {
        return scan_node_misfit(run->scan, entry->from.file->input.file, node,
                                "the path of an include", YAML_SCALAR, err);
    }
    TRY(compose_expand(run, &entry->from, node, &path, err));
    if (path.text != NULL && compose_is_remote(path.text)) {
        path.text = NULL;
        path.problem = "the included file is fetched from elsewhere: its images are not known";
    }
    if (path.text == NULL) {
        return compose_add_unknown(run, &entry->from, node, "include", path.problem, err);
    }
    TRY(compose_load(run, &entry->from, node, path.text, &file, err));
    return file == NULL ? ASSAY_OK : add_project(entry, file, node, err);
}

static enum assay_status include_mapping(struct entry *entry, const struct yaml_node *node,
                                         struct assay_error *err)
{
    struct compose *run = entry->run;
    const struct yaml_node *path = yaml_find(node, "path");
    entry->env_file = yaml_find(node, "env_file");
    TRY(compose_get(run, &entry->from, node, "project_directory", "the project_directory",
                    &entry->directory, err));
    if (entry->directory.problem != NULL) {
        return compose_add_unknown(run, &entry->from, entry->directory.node, "include",
                                   entry->directory.problem, err);
    }
    if (path == NULL || path->kind != YAML_SEQUENCE) {
        return include_path(entry, path == NULL ? node : path, err);
    }
    for (size_t i = 0; i < path->count; i++) {
        TRY(include_path(entry, path->items[i], err));
    }
    return ASSAY_OK;
}

enum assay_status compose_include(struct compose *run, size_t project, const struct yaml_node *list,
                                  struct assay_error *err)
{
    struct compose_scope from = run->projects[project].scope;
    if (compose_is_absent(list)) {
        return ASSAY_OK;
    }
    if (list->kind != YAML_SEQUENCE) {
        return scan_node_misfit(run->scan, from.file->input.file, list, "include", YAML_SEQUENCE,
                                err);
    }
    for (size_t i = 0; i < list->count && !run->is_full; i++) {
        struct entry entry = { .run = run, .outer = project, .from = from };
        const struct yaml_node *item = list->items[i];
        TRY(item->kind == YAML_MAPPING ? include_mapping(&entry, item, err)
                                       : include_path(&entry, item, err));
    }
    return ASSAY_OK;
}
