/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/scan.h"

#include "base/limits.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/text.h"

void scan_init(struct scan *scan, const struct assay_env *env, const struct scan_options *options)
{
    *scan = (struct scan){ .arena = ARENA_INIT(LIMIT_SCAN_ARENA), .env = env, .options = *options };
}

void scan_clear(struct scan *scan)
{
    mem_free(scan->files);
    mem_free(scan->references);
    mem_free(scan->problems);
    mem_free(scan->ignores);
    arena_clear(&scan->arena);
    *scan = (struct scan){ 0 };
}

static enum assay_status keep_text(struct scan *scan, const char **text, struct assay_error *err)
{
    if (*text == NULL) {
        return ASSAY_OK;
    }
    return arena_copy_text(&scan->arena, slice_from_string(*text), text, err);
}

enum assay_status scan_add_file(struct scan *scan, const char *name, const char *place,
                                size_t *index, struct assay_error *err)
{
    struct scan_file file = { .name = name, .place = place };
    bool is_one = strcmp(name, place) == 0; /* most are, of a million */
    if (scan->file_count >= LIMIT_SCAN_FILES) {
        return FAIL(err, ASSAY_FILE_LIMIT, "more than %lu files name images", LIMIT_SCAN_FILES);
    }
    TRY(keep_text(scan, &file.name, err));
    if (is_one) {
        file.place = file.name;
    } else {
        TRY(keep_text(scan, &file.place, err));
    }
    TRY(mem_grow(&scan->files, scan->file_count, &scan->file_cap, sizeof(file), err));
    *index = scan->file_count;
    scan->files[scan->file_count++] = file;
    return ASSAY_OK;
}

enum assay_status scan_add(struct scan *scan, const struct scan_reference *reference,
                           struct assay_error *err)
{
    struct scan_reference kept = *reference;
    const char **texts[] = { &kept.owner, &kept.written, &kept.text, &kept.problem,
                             &kept.platform };
    if (scan->reference_count >= LIMIT_SCAN_REFERENCES) {
        return FAIL(err, ASSAY_FILE_LIMIT, "more than %lu references were found",
                    LIMIT_SCAN_REFERENCES);
    }
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        TRY(keep_text(scan, texts[i], err));
    }
    TRY(mem_grow(&scan->references, scan->reference_count, &scan->reference_cap, sizeof(kept),
                 err));
    scan->references[scan->reference_count++] = kept;
    return ASSAY_OK;
}

enum assay_status scan_add_problem(struct scan *scan, const struct scan_spot *spot,
                                   enum assay_status status, struct assay_error *err,
                                   const char *format, ...)
{
    struct scan_problem problem = { .spot = *spot, .status = status };
    char message[ERROR_MESSAGE_BYTES];
    va_list args;
    va_start(args, format);
    text_format(message, sizeof(message), format, args);
    va_end(args);
    if (scan->problem_count >= LIMIT_SCAN_PROBLEMS) {
        return FAIL(err, ASSAY_FILE_LIMIT, "more than %lu files cannot be read",
                    LIMIT_SCAN_PROBLEMS);
    }
    problem.message = message;
    TRY(keep_text(scan, &problem.message, err));
    TRY(mem_grow(&scan->problems, scan->problem_count, &scan->problem_cap, sizeof(problem), err));
    scan->problems[scan->problem_count++] = problem;
    return ASSAY_OK;
}

enum assay_status scan_add_ignore(struct scan *scan, const struct scan_ignore *ignore,
                                  struct assay_error *err)
{
    if (scan->ignore_count >= LIMIT_SCAN_IGNORES) {
        return FAIL(err, ASSAY_FILE_LIMIT, "more than %lu comments ignore rules",
                    LIMIT_SCAN_IGNORES);
    }
    TRY(mem_grow(&scan->ignores, scan->ignore_count, &scan->ignore_cap, sizeof(*ignore), err));
    scan->ignores[scan->ignore_count++] = *ignore;
    return ASSAY_OK;
}

/* ---- in order ---- */

static int compare_files(const void *a, const void *b, void *ctx)
{
    const struct scan_file *files = ctx;
    const size_t *x = a;
    const size_t *y = b;
    int order = strcmp(files[*x].name, files[*y].name);
    if (order == 0) {
        order = strcmp(files[*x].place, files[*y].place);
    }
    return order != 0 ? order : size_compare(*x, *y);
}

static bool is_same_file(const struct scan_file *a, const struct scan_file *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->place, b->place) == 0;
}

static int compare_spots(const struct scan_spot *a, const struct scan_spot *b, const size_t *ranks)
{
    int order = size_compare(ranks[a->file], ranks[b->file]);
    order = order != 0 ? order : size_compare(a->line, b->line);
    order = order != 0 ? order : size_compare(a->column, b->column);
    return order != 0 ? order : size_compare(a->offset, b->offset);
}

/* What is known comes before what is not: of two at one spot, both stay. */
static int compare_texts(const char *a, const char *b)
{
    if (a == NULL || b == NULL) {
        return (a == NULL) - (b == NULL);
    }
    return strcmp(a, b);
}

static int compare_references(const void *a, const void *b, void *ctx)
{
    const struct scan_reference *x = a;
    const struct scan_reference *y = b;
    int order = compare_spots(&x->spot, &y->spot, ctx);
    order = order != 0 ? order : compare_texts(x->text, y->text);
    order = order != 0 ? order : size_compare(x->place, y->place);
    return order != 0 ? order : compare_texts(x->platform, y->platform);
}

/* Of one text that is pulled by one service and built by another, what is pulled comes first. */
static int compare_uses(const void *a, const void *b, void *ctx)
{
    const struct scan_reference *x = a;
    const struct scan_reference *y = b;
    int order = compare_references(x, y, ctx);
    return order != 0 ? order : size_compare(x->is_built, y->is_built);
}

static int compare_problems(const void *a, const void *b, void *ctx)
{
    const struct scan_problem *x = a;
    const struct scan_problem *y = b;
    int order = compare_spots(&x->spot, &y->spot, ctx);
    return order != 0 ? order : compare_texts(x->message, y->message);
}

static int compare_ignores(const void *a, const void *b, void *ctx)
{
    const struct scan_ignore *x = a;
    const struct scan_ignore *y = b;
    return compare_spots(&x->spot, &y->spot, ctx);
}

static void sort_all(struct scan *scan, size_t *ranks)
{
    list_sort_with(scan->references, scan->reference_count, sizeof(*scan->references), compare_uses,
                   ranks);
    list_sort_with(scan->problems, scan->problem_count, sizeof(*scan->problems), compare_problems,
                   ranks);
    list_sort_with(scan->ignores, scan->ignore_count, sizeof(*scan->ignores), compare_ignores,
                   ranks);
}

/* A file that two ways led to was read twice. list is in order; the first of equals stays. */
static size_t drop_repeated(void *list, size_t count, size_t size,
                            int (*compare)(const void *, const void *, void *), size_t *ranks)
{
    char *items = list;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        const char *item = items + i * size;
        if (kept == 0 || compare(items + (kept - 1) * size, item, ranks) != 0) {
            memmove(items + kept * size, item, size);
            kept++;
        }
    }
    return kept;
}

static void drop_all_repeated(struct scan *scan, size_t *ranks)
{
    scan->reference_count = drop_repeated(scan->references, scan->reference_count,
                                          sizeof(*scan->references), compare_references, ranks);
    scan->problem_count = drop_repeated(scan->problems, scan->problem_count,
                                        sizeof(*scan->problems), compare_problems, ranks);
    scan->ignore_count = drop_repeated(scan->ignores, scan->ignore_count, sizeof(*scan->ignores),
                                       compare_ignores, ranks);
}

enum assay_status scan_rank_files(const struct scan *scan, size_t **out, struct assay_error *err)
{
    size_t count = scan->file_count;
    AUTO_MEM size_t *by_name = mem_alloc(count + 1, sizeof(*by_name));
    AUTO_MEM size_t *ranks = mem_alloc(count + 1, sizeof(*ranks));
    if (by_name == NULL || ranks == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    for (size_t i = 0; i < count; i++) {
        by_name[i] = i;
    }
    list_sort_with(by_name, count, sizeof(*by_name), compare_files, scan->files);
    /* entries of one name and path are one file */
    for (size_t i = 0; i < count; i++) {
        bool same = i > 0 && is_same_file(&scan->files[by_name[i]], &scan->files[by_name[i - 1]]);
        ranks[by_name[i]] = same ? ranks[by_name[i - 1]] : i;
    }
    *out = STEAL(ranks);
    return ASSAY_OK;
}

enum assay_status scan_finish(struct scan *scan, struct assay_error *err)
{
    AUTO_MEM size_t *ranks = NULL;
    TRY(scan_rank_files(scan, &ranks, err));
    sort_all(scan, ranks);
    drop_all_repeated(scan, ranks);
    return ASSAY_OK;
}
