/* SPDX-License-Identifier: Apache-2.0 */
/* The files that a compose file leads to, each read once, and their services by name. */
#include "base/limits.h"
#include "base/list.h"
#include "base/mem.h"
#include "scan/compose.h"

static enum assay_status fill_up(struct compose *run, const struct scan_spot *spot,
                                 struct assay_error *err, const char *message)
{
    run->is_full = true;
    return scan_add_problem(run->scan, spot, ASSAY_FILE_LIMIT, err, "%s", message);
}

enum assay_status compose_visit(struct compose *run, const struct scan_spot *spot, size_t nodes,
                                struct assay_error *err)
{
    run->visited += nodes;
    if (run->visited <= LIMIT_COMPOSE_NODES || run->is_full) {
        return ASSAY_OK;
    }
    return fill_up(run, spot, err, "the file leads to more values than the limit allows");
}

/* Absolute paths and those from a home directory; scan_open sees to the others. */
static bool is_outside(const char *path)
{
    return path[0] == '/' || path[0] == '~';
}

/* Whether path may be asked for; *whole is then what scan_open takes. */
static enum assay_status admit(struct compose *run, const struct compose_scope *scope,
                               const struct scan_spot *spot, const char *path, const char **whole,
                               struct assay_error *err)
{
    const char *outer = is_outside(path) ? path : scope->below;
    *whole = NULL;
    if (is_outside(outer)) {
        return scan_add_problem(run->scan, spot, ASSAY_FILE_LINK, err,
                                "'%s' lies outside of the directory that is judged", outer);
    }
    if (run->opened >= LIMIT_SCAN_OPENED || run->opened_bytes > LIMIT_COMPOSE_BYTES) {
        return fill_up(run, spot, err, "the file leads to more files than the limit allows");
    }
    if (strlen(scope->below) + strlen(path) >= LIMIT_SCAN_PATH_BYTES) {
        return scan_add_problem(run->scan, spot, ASSAY_FILE_LIMIT, err,
                                "a path has more than %d bytes", LIMIT_SCAN_PATH_BYTES);
    }
    return arena_format(&run->arena, whole, err, "%s%s%s", scope->below,
                        scope->below[0] == '\0' ? "" : "/", path);
}

enum assay_status compose_open(struct compose *run, const struct compose_scope *scope,
                               const struct scan_spot *spot, const char *path,
                               struct compose_opened *out, struct assay_error *err)
{
    const char *whole = NULL;
    *out = (struct compose_opened){ .bytes = BUF_INIT(LIMIT_SCAN_BYTES) };
    if (run->is_full) {
        return ASSAY_OK;
    }
    TRY(admit(run, scope, spot, path, &whole, err));
    if (whole == NULL) {
        return ASSAY_OK;
    }
    run->opened++;
    TRY(scan_open(run->scan, &(struct scan_named){ spot, scope->directory, whole }, &out->bytes,
                  &out->input, &out->found, err));
    run->opened_bytes += out->found ? out->input.text.len : 0;
    return ASSAY_OK;
}

void compose_opened_clear(struct compose_opened *opened)
{
    buf_clear(&opened->bytes);
    *opened = (struct compose_opened){ 0 };
}

enum assay_status compose_read(struct compose *run, const struct scan_spot *spot, size_t bytes,
                               struct assay_error *err)
{
    run->opened_bytes += bytes;
    if (run->opened_bytes <= LIMIT_COMPOSE_BYTES || run->is_full) {
        return ASSAY_OK;
    }
    return fill_up(run, spot, err, "the file leads to more bytes than the limit allows");
}

/* ---- services ---- */

static bool is_service(const struct yaml_node *node)
{
    return yaml_find(node, "image") != NULL || yaml_find(node, "build") != NULL;
}

const struct yaml_node *compose_services(const struct yaml_node *document)
{
    const struct yaml_node *services = yaml_find(document, "services");
    if (document->kind != YAML_MAPPING || services != NULL ||
        yaml_find(document, "include") != NULL) {
        return services;
    }
    for (size_t i = 0; i < document->count; i++) {
        const struct yaml_pair *pair = &document->pairs[i];
        if (is_service(pair->value) && !slice_has_prefix(pair->key->text, SLICE_LITERAL("x-"))) {
            return document;
        }
    }
    return NULL;
}

/* Of one name in several documents, the first comes first. */
static int compare_services(const void *a, const void *b)
{
    const struct yaml_pair *x = a;
    const struct yaml_pair *y = b;
    int order = slice_compare(x->key->text, y->key->text);
    size_t at = x->key->start.offset;
    size_t other = y->key->start.offset;
    return order != 0 ? order : (at > other) - (at < other);
}

static enum assay_status index_services(struct compose *run, struct compose_file *file,
                                        struct assay_error *err)
{
    size_t count = 0;
    for (size_t i = 0; i < file->yaml.count; i++) {
        const struct yaml_node *services = compose_services(file->yaml.documents[i]);
        count += services != NULL && services->kind == YAML_MAPPING ? services->count : 0;
    }
    TRY(arena_alloc(&run->arena, count + 1, sizeof(*file->services), &file->services, err));
    for (size_t i = 0; i < file->yaml.count; i++) {
        const struct yaml_node *services = compose_services(file->yaml.documents[i]);
        if (services == NULL || services->kind != YAML_MAPPING || services->count == 0) {
            continue;
        }
        memcpy(file->services + file->service_count, services->pairs,
               services->count * sizeof(*services->pairs));
        file->service_count += services->count;
    }
    list_sort(file->services, count, sizeof(*file->services), compare_services);
    return ASSAY_OK;
}

static int against_service(const void *name, const void *pair)
{
    return slice_compare(*(const struct slice *)name, ((const struct yaml_pair *)pair)->key->text);
}

const struct yaml_node *compose_file_service(const struct compose_file *file, const char *name)
{
    struct slice wanted = slice_from_string(name);
    const struct yaml_pair *found = list_find(&wanted, file->services, file->service_count,
                                              sizeof(*file->services), against_service);
    return found == NULL ? NULL : found->value;
}

/* ---- files ---- */

static const struct compose_file *find_read(const struct compose *run, size_t index)
{
    const struct scan_file *files = run->scan->files;
    for (size_t i = 0; i < run->file_count; i++) {
        const char *name = files[run->files[i]->input.file].name;
        if (strcmp(name, files[index].name) == 0) {
            return run->files[i];
        }
    }
    return NULL;
}

/* Keeps bytes, which input's text may lie in. */
static enum assay_status read_file(struct compose *run, const struct scan_input *input,
                                   struct buf *bytes, const struct compose_file **out,
                                   struct assay_error *err)
{
    struct compose_file *file = NULL;
    bool ok = false;
    TRY(mem_grow(&run->files, run->file_count, &run->file_cap, sizeof(struct compose_file *), err));
    TRY(arena_alloc(&run->arena, 1, sizeof(*file), &file, err));
    file->input = *input;
    TRY(scan_node_load(run->scan, input, &file->yaml, &ok, err));
    if (!ok) {
        return ASSAY_OK;
    }
    run->files[run->file_count++] = file;
    if (bytes != NULL) {
        buf_move(&file->bytes, bytes);
    }
    TRY(index_services(run, file, err));
    *out = file;
    return ASSAY_OK;
}

/* Their parsed forms are held together: as large as one may be, they may all be. */
static size_t bytes_held(const struct compose *run)
{
    size_t bytes = 0;
    for (size_t i = 0; i < run->file_count; i++) {
        bytes += run->files[i]->yaml.arena.used;
    }
    return bytes;
}

enum assay_status compose_load_first(struct compose *run, const struct scan_input *input,
                                     const struct compose_file **out, struct assay_error *err)
{
    *out = NULL;
    return read_file(run, input, NULL, out, err);
}

enum assay_status compose_load(struct compose *run, const struct compose_scope *scope,
                               const struct yaml_node *node, const char *path,
                               const struct compose_file **out, struct assay_error *err)
{
    struct scan_spot spot = scan_node_spot(scope->file->input.file, node);
    AUTO_COMPOSE_OPENED opened = { 0 };
    size_t problems = run->scan->problem_count;
    *out = NULL;
    TRY(compose_open(run, scope, &spot, path, &opened, err));
    if (!opened.found) {
        return run->scan->problem_count > problems || run->is_full
                   ? ASSAY_OK
                   : scan_add_problem(run->scan, &spot, ASSAY_FILE_IO, err, "there is no file '%s'",
                                      path);
    }
    *out = find_read(run, opened.input.file);
    if (*out != NULL) {
        return ASSAY_OK;
    }
    if (bytes_held(run) > LIMIT_YAML_ARENA) {
        return fill_up(run, &spot, err, "the file leads to larger files than the limit allows");
    }
    TRY(scan_ignores(run->scan, &opened.input, err));
    return read_file(run, &opened.input, &opened.bytes, out, err);
}

void compose_files_clear(struct compose *run)
{
    for (size_t i = 0; i < run->file_count; i++) {
        yaml_file_clear(&run->files[i]->yaml);
        buf_clear(&run->files[i]->bytes);
    }
    mem_free(run->files);
}
