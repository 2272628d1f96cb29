/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Generated changes: every byte at which a role's file can end, every bit of it, every field with a
 * value of each other type. What stands above the changed file is signed anew over it, so that no
 * hash stands in for the check that is meant. None may be accepted, except what
 * vectors/cases/harmless.json lists with its reason, and that must be.
 */
#include "machine.h"

#include <stdio.h>
#include <stdlib.h>

#define NOW_UNIX_S 1800014400

struct family {
    struct runner *runner;
    struct pool pool;
    struct repo repo;
    struct slice pinned;
    json_t *harmless;
    unsigned step;
    unsigned number; /* of changes so far */
    unsigned accepted;
};

static void family_open(struct family *family, struct runner *runner, unsigned roots)
{
    struct repo_spec spec = repo_spec_acme;
    spec.root_versions = roots;
    *family = (struct family){ .runner = runner, .step = 1 };
    repo_base(&family->repo, &family->pool, runner->ring, &spec);
    repo_seal(&family->repo, NULL);
    family->pinned = pool_slice(&family->pool, repo_file(&family->repo, "1.root")->bytes);
    enum assay_status status = machine_run(&family->repo, family->pinned, NOW_UNIX_S);
    runner_result(runner, "family.control", "the unchanged repository",
                  status == ASSAY_OK ? "" : assay_status_id(status));
}

static enum file_kind above(const struct repo_file *file)
{
    return file->kind == FILE_TIMESTAMP  ? FILE_TIMESTAMP
           : file->kind == FILE_SNAPSHOT ? FILE_TIMESTAMP
                                         : FILE_SNAPSHOT;
}

/* Runs with other bytes for the file; everything above it vouches for them. */
static enum assay_status run_bytes(struct family *family, struct repo_file *file,
                                   struct slice bytes)
{
    AUTO_POOL scratch = { NULL };
    struct repo *repo = &family->repo;
    struct pool *own = repo->pool;
    struct slice kept = file->bytes;
    file->bytes = bytes;
    repo->pool = &scratch;
    if (file->kind != FILE_TIMESTAMP) {
        repo_seal_from(repo, above(file), NULL);
    }
    enum assay_status status = machine_run(repo, family->pinned, NOW_UNIX_S);
    repo->pool = own;
    file->bytes = kept;
    family->number++;
    family->accepted += status == ASSAY_OK;
    return status;
}

/* What lay in a scratch pool is made again. */
static void restore(struct family *family)
{
    repo_seal_from(&family->repo, FILE_SNAPSHOT, NULL);
}

static void judge(struct family *family, const char *id, bool is_harmless, enum assay_status status)
{
    bool was_ok = status == ASSAY_OK;
    bool is_right = was_ok == is_harmless && assay_status_class(status) != ASSAY_CLASS_INTERNAL;
    runner_result(family->runner, id, "generated change", is_right ? "" : assay_status_id(status));
}

static void run_cuts(struct family *family, const char *name)
{
    struct repo_file *file = repo_file(&family->repo, name);
    for (size_t len = 0; len < file->bytes.len; len += family->step) {
        AUTO_POOL pool = { NULL };
        enum assay_status status = run_bytes(family, file, slice_first(file->bytes, len));
        judge(family, pool_printf(&pool, "cut.%s.%zu", name, len), false, status);
    }
    restore(family);
}

/* Another case of a letter in a signature's method: methods are compared without it. */
static bool is_method_letter(struct slice bytes, size_t at, unsigned bit)
{
    static const char member[] = "\"method\":\"";
    size_t from = at;
    if (bit != 5) {
        return false;
    }
    while (from > 0 && bytes.ptr[from - 1] != '"') {
        from--;
    }
    size_t len = sizeof(member) - 1;
    return from >= len && memcmp(bytes.ptr + from - len, member, len) == 0 && bytes.ptr[at] != '"';
}

static void run_flips(struct family *family, const char *name)
{
    struct repo_file *file = repo_file(&family->repo, name);
    for (size_t i = 0; i < 8 * file->bytes.len; i += family->step) {
        AUTO_POOL pool = { NULL };
        size_t at = i / 8;
        unsigned bit = (unsigned)(i % 8);
        uint8_t *bytes = pool_bytes(&pool, file->bytes);
        bytes[at] ^= (uint8_t)(1U << bit);
        bool is_harmless = is_method_letter(file->bytes, at, bit);
        enum assay_status status = run_bytes(family, file, slice_of(bytes, file->bytes.len));
        judge(family, pool_printf(&pool, "flip.%s.%zu.%u", name, at, bit), is_harmless, status);
    }
    restore(family);
}

/* ---- types ---- */

static const char *const values[] = { "null", "true", "0", "\"x\"", "[]", "{}", NULL };

/* {"in":ROLE,"at":POINTER,"values":[...]} of harmless.json. */
static bool is_listed(const struct family *family, const char *name, const char *pointer,
                      const char *value)
{
    for (size_t i = 0; i < json_array_size(family->harmless); i++) {
        json_t *entry = json_array_get(family->harmless, i);
        json_t *list = json_object_get(entry, "values");
        if (strcmp(op_text(entry, "in", ""), name) != 0 ||
            strcmp(op_text(entry, "at", ""), pointer) != 0) {
            continue;
        }
        for (size_t k = 0; k < json_array_size(list); k++) {
            if (strcmp(json_string_value(json_array_get(list, k)), value) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* A copy of the file's document with one place changed; signed anew if the place is signed. */
static struct slice change_place(struct pool *pool, const struct repo_file *file,
                                 const char *pointer, const char *value)
{
    struct node *envelope = NULL;
    bool inside = strncmp(pointer, "/signed/", 8) == 0;
    struct repo_file copy = *file;
    copy.doc = node_copy(pool, file->doc);
    if (inside && value == NULL) {
        node_delete(copy.doc, pointer + 7);
    } else if (inside) {
        node_set(pool, copy.doc, pointer + 7, node_raw(pool, value));
    }
    envelope = repo_sign(pool, &copy);
    if (!inside && value == NULL) {
        node_delete(envelope, pointer);
    } else if (!inside) {
        node_set(pool, envelope, pointer, node_raw(pool, value));
    }
    return node_write(pool, envelope, NODE_WIRE);
}

static void run_place(struct family *family, struct repo_file *file, const char *name,
                      const char *pointer, const struct node *now)
{
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        AUTO_POOL pool = { NULL };
        const char *shown = values[i] == NULL ? "absent" : values[i];
        struct slice old = node_write(&pool, now, NODE_CANONICAL);
        if (values[i] != NULL && slice_is(old, values[i])) {
            continue; /* no change */
        }
        struct slice bytes = change_place(&pool, file, pointer, values[i]);
        enum assay_status status = run_bytes(family, file, bytes);
        judge(family, pool_printf(&pool, "type.%s.%s.%s", name, pointer, shown),
              is_listed(family, name, pointer, shown), status);
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as our own documents */
static void run_places(struct family *family, struct repo_file *file, const char *name,
                       const char *pointer, const struct node *node)
{
    size_t index = 0;
    for (const struct node *child = node->first; child != NULL; child = child->next) {
        AUTO_POOL pool = { NULL };
        struct text below = { .pool = &pool };
        text_add_string(&below, pointer);
        text_add_byte(&below, '/');
        if (node->kind == NODE_ARRAY) {
            text_add_string(&below, pool_printf(&pool, "%zu", index++));
        }
        for (size_t i = 0; i < child->key.len; i++) {
            const uint8_t *c = &child->key.ptr[i];
            text_add(&below, *c == '/' ? slice_from_string("~1") : slice_of(c, 1));
        }
        text_add_byte(&below, '\0');
        run_place(family, file, name, (const char *)below.ptr, child);
        run_places(family, file, name, (const char *)below.ptr, child);
    }
}

static void run_types(struct family *family, const char *name)
{
    AUTO_POOL pool = { NULL };
    struct repo_file *file = repo_file(&family->repo, name);
    /* A copy, since sealing rewrites the parts of snapshot and timestamp that are walked along. */
    struct repo_file copy = *file;
    copy.doc = node_copy(&pool, file->doc);
    run_places(family, file, name, "", repo_sign(&pool, &copy));
    restore(family);
}

/* ---- all ---- */

static void summarise(struct family *family, const char *what, const char *name)
{
    (void)printf("%s %s: %u changes, %u accepted as listed\n", what, name, family->number,
                 family->accepted);
    (void)fflush(stdout);
    family->number = 0;
    family->accepted = 0;
}

void families_run(struct runner *runner, unsigned step)
{
    static const char *const names[] = { "root", "timestamp", "snapshot", "targets",
                                         "targets/releases" };
    AUTO_POOL pool = { NULL };
    const char *path = pool_printf(&pool, "%s/../cases/harmless.json", runner->ring->dir);
    json_error_t error;
    json_t *file = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (file == NULL) {
        die("%s: %s", path, error.text);
    }
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct family family;
        family_open(&family, runner, i == 0 ? 3 : 1);
        family.harmless = json_object_get(file, "harmless");
        run_types(&family, names[i]);
        summarise(&family, "types", names[i]);
        family.step = step == 0 ? 1 : step;
        run_cuts(&family, names[i]);
        summarise(&family, "cuts", names[i]);
        run_flips(&family, names[i]);
        summarise(&family, "flips", names[i]);
        pool_clear(&family.pool);
    }
    json_decref(file);
}
