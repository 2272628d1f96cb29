/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cases as files, for real clients and servers: OUT/before and OUT/after are what a trust server
 * serves without and with the operations, OUT/oci/ID is the image, OUT/pin/ID.pin what is pinned.
 * Each repository is named PREFIX/ID and was made a day ago. OUT/list has a line a case, with tabs
 * between: id, state, expected status, what docker does, tag, how it is pinned, options, what.
 */
#include "case.h"

#include <stdio.h>
#include <time.h>

struct export
{
    struct runner *runner;
    const char *prefix;
    const char *out;
    struct text list;
};

/* Everything of the trust server; what it does not answer with 200 is not there. */
static void save_answers(struct scene *scene, const char *to)
{
    for (const struct served *item = scene->run.server->first; item != NULL; item = item->next) {
        const char *path = strstr(item->url, "/v2/");
        if (path != NULL && strstr(path, "/_trust/") != NULL && item->http_status == 200) {
            file_save(pool_printf(&scene->pool, "%s%s", to, path), item->body);
        }
    }
}

/* How 'assay root pin' is told: the first root as it is without or with the operations, or a CA. */
static const char *save_pin(struct scene *scene, json_t *options, const char *path)
{
    json_t *ca = json_object_get(json_object_get(options, "pin"), "ca");
    if (ca != NULL) {
        file_save(path, cert_from_json(&scene->repo, ca, "ca"));
        return "--ca";
    }
    bool is_new = strcmp(op_text(options, "root", "old:1.root"), "new:1.root") == 0;
    file_save(path, repo_file(is_new ? &scene->repo : &scene->old, "1.root")->bytes);
    return "--root";
}

static void export_case(void *ctx, const char *id, json_t *test)
{
    struct export *export = ctx;
    struct scene scene = { .runner = export->runner, .id = id };
    struct pool *pool = &scene.pool;
    scene.run.server = pool_alloc(pool, sizeof(*scene.run.server));
    spec_read(json_object_get(test, "spec"), &scene.spec);
    scene.spec.gun = pool_printf(pool, "%s/%s", export->prefix, id);
    scene.spec.made_unix_s = (int64_t)time(NULL) - 86400;
    repo_base(&scene.old, pool, export->runner->ring, &scene.spec);
    json_t *whole = expand_ids(&scene.old, test);
    repo_seal(&scene.old, NULL);
    json_t *nothing = json_array();
    json_t *before = json_object_get(whole, "before");
    scene_build(&scene, before == NULL ? nothing : before);
    save_answers(&scene, pool_printf(pool, "%s/before", export->out));
    scene_build(&scene, json_object_get(whole, "ops"));
    save_answers(&scene, pool_printf(pool, "%s/after", export->out));
    repo_write_oci(&scene.repo, pool_printf(pool, "%s/oci/%s", export->out, id), "1.0");
    const char *pin = save_pin(&scene, json_object_get(whole, "options"),
                               pool_printf(pool, "%s/pin/%s.pin", export->out, id));
    text_add_string(&export->list,
                    pool_printf(pool, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", id,
                                op_text(whole, "state", "good"), op_text(whole, "expect", "?"),
                                op_text(whole, "docker", "?"), op_text(whole, "tag", "1.0"), pin,
                                op_text(whole, "command", "verify"), op_text(whole, "what", "")));
    json_decref(nothing);
    json_decref(whole);
    pool_clear(pool);
}

void export_run(struct runner *runner, const char *path, const char *prefix, const char *out)
{
    AUTO_POOL pool = { NULL };
    struct export export = {
        .runner = runner, .prefix = prefix, .out = out, .list = { .pool = &pool }
    };
    json_error_t error;
    json_t *file = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (file == NULL) {
        die("%s:%d: %s", path, error.line, error.text);
    }
    json_t *cases = json_object_get(file, "cases");
    for (size_t i = 0; i < json_array_size(cases); i++) {
        expand_case(json_array_get(cases, i), export_case, &export);
    }
    file_save(pool_printf(&pool, "%s/list", out), text_slice(&export.list));
    json_decref(file);
}
