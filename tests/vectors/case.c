/* SPDX-License-Identifier: Apache-2.0 */
/* One case: sets the scene, runs the session, checks what must hold. */
#include "case.h"

#include <stdio.h>
#include <sys/stat.h>

#define NOW_UNIX_S 1800014400 /* 2027-01-15T12:00:00Z, within the life of everything */

/* ---- the scene ---- */

void spec_read(json_t *spec, struct repo_spec *out)
{
    *out = repo_spec_acme;
    out->gun = op_text(spec, "gun", out->gun);
    out->made_unix_s = op_number(spec, "made", out->made_unix_s);
    out->root_threshold = (unsigned)op_number(spec, "threshold", out->root_threshold);
    out->root_versions = (unsigned)op_number(spec, "roots", out->root_versions);
    out->delegation = op_number(spec, "delegation", 1) != 0;
}

static void set_key_pin(struct scene *scene, const char *text)
{
    const char *name = strchr(text, ':') + 1;
    const struct meta_key *key = repo_key(&scene->old, name);
    const char *hex = key->canonical_id;
    if (strncmp(text, "tuf:", 4) == 0) {
        hex = key->id;
    } else if (strncmp(text, "spki:", 5) == 0) {
        hex = pool_hex(&scene->pool, sha256_raw(&scene->pool, key->key->spki));
    }
    scene->run.options.root = pool_printf(&scene->pool, "sha256:%s", hex);
}

/* "none"; "canonical:KEY", "tuf:KEY", "spki:KEY"; "sha256:HEX"; "old:N.root", "new:N.root". */
static void set_root(struct scene *scene, const char *text)
{
    if (strcmp(text, "none") == 0) {
        return;
    }
    if (strncmp(text, "sha256:", 7) == 0) {
        scene->run.options.root = text;
        return;
    }
    if (strncmp(text, "old:", 4) != 0 && strncmp(text, "new:", 4) != 0) {
        set_key_pin(scene, text);
        return;
    }
    struct repo *repo = text[0] == 'o' ? &scene->old : &scene->repo;
    const char *path = pool_printf(&scene->pool, "%s/root.json", scene->dir);
    file_save(path, repo_file(repo, text + 4)->bytes);
    scene->run.options.root = path;
}

/* A stored pin: {"pattern":P, "ca":CERT | "canonical":KEY}. */
static void store_pin(struct scene *scene, json_t *pin)
{
    struct assay_error error = ERROR_INIT;
    struct tuf_pin stored = { .kind = TUF_PIN_CA, .bytes = BUF_INIT(LIMIT_PIN_FILE_BYTES) };
    const char *dir = pool_printf(&scene->pool, "%s/pins", scene->dir);
    const char **dirs = pool_alloc(&scene->pool, sizeof(*dirs));
    json_t *ca = json_object_get(pin, "ca");
    if (ca == NULL) {
        set_key_pin(scene, op_text(pin, "key", ""));
        if (tuf_pin_from_argument(scene->run.options.root, &stored, &error) != ASSAY_OK) {
            die("pin: %s", error.message);
        }
        scene->run.options.root = NULL;
    } else if (buf_append(&stored.bytes, cert_from_json(&scene->repo, ca, "ca"), &error) !=
               ASSAY_OK) {
        die("pin: %s", error.message);
    }
    (void)snprintf(stored.pattern, sizeof(stored.pattern), "%s",
                   op_text(pin, "pattern", scene->repo.gun));
    if (tuf_pins_add(dir, &stored, &error) != ASSAY_OK) {
        die("pin: %s", error.message);
    }
    tuf_pin_clear(&stored);
    dirs[0] = dir;
    scene->run.options.pin_dirs = dirs;
    scene->run.options.pin_dir_count = 1;
}

static void set_options(struct scene *scene, json_t *options)
{
    struct assay_options *out = &scene->run.options;
    out->trust_server = op_text(options, "trust-server", NULL);
    out->platform = op_text(options, "platform", NULL);
    out->tofu = json_is_true(json_object_get(options, "tofu"));
    out->layers = json_is_true(json_object_get(options, "layers"));
    out->offline = json_is_true(json_object_get(options, "offline"));
    out->stateless = json_is_true(json_object_get(options, "stateless"));
    out->auth_config = op_text(options, "auth-config", NULL);
    const char *at = op_text(options, "at", NULL);
    if (at != NULL) {
        out->has_at = 1;
        out->at_unix_s = parse_time(at);
    }
    json_t *pin = json_object_get(options, "pin");
    set_root(scene, op_text(options, "root", pin == NULL ? "old:1.root" : "none"));
    if (pin != NULL) {
        store_pin(scene, pin);
    }
}

void scene_build(struct scene *scene, json_t *list)
{
    struct ops ops = { .pool = &scene->pool,
                       .repo = &scene->repo,
                       .old = &scene->old,
                       .server = scene->run.server,
                       .list = list };
    const struct repo_hooks hooks = { &ops, ops_before, ops_after, ops_bytes };
    repo_base(&scene->repo, &scene->pool, scene->runner->ring, &scene->spec);
    /* What changes is published anew, or the floors would hide what is meant. */
    if (json_array_size(list) > 0) {
        ops_publish(&ops);
    }
    ops_prepare(&ops);
    repo_seal(&scene->repo, &hooks);
    server_init(scene->run.server, &scene->pool);
    server_offer(scene->run.server, &scene->repo);
    ops_serve(&ops);
}

/* The state of a good run, made once for each kind of repository. */
static const char *good_state(struct scene *scene)
{
    const struct repo_spec *spec = &scene->spec;
    const char *path =
        pool_printf(&scene->pool, "%s/good-%u-%u-%d", scene->runner->work, spec->root_threshold,
                    spec->root_versions, (int)spec->delegation);
    if (!file_there(path)) {
        json_t *nothing = json_array();
        scene_build(scene, nothing);
        json_decref(nothing);
        struct run first = scene->run;
        set_root(scene, "old:1.root");
        first.options.root = scene->run.options.root;
        first.options.state_dir = path;
        scene->run.options.root = NULL;
        first.reference = "reg.test/acme/app:1.0";
        first.now_unix_s = NOW_UNIX_S;
        run_session(&first);
        if (first.status != ASSAY_OK) {
            die("the unchanged repository is not accepted: %s: %s", assay_status_id(first.status),
                assay_error_message(first.error));
        }
        assay_verdict_free(first.verdict);
        assay_error_free(first.error);
    }
    return path;
}

/* Runs that come before the one which is judged, and must succeed: [OPS, OPS...]. */
static void run_before(struct scene *scene, json_t *lists)
{
    for (size_t i = 0; i < json_array_size(lists); i++) {
        scene_build(scene, json_array_get(lists, i));
        struct run first = scene->run;
        run_session(&first);
        if (first.status != ASSAY_OK) {
            die("%s: the run before failed: %s: %s", scene->id, assay_status_id(first.status),
                assay_error_message(first.error));
        }
        assay_verdict_free(first.verdict);
        assay_error_free(first.error);
    }
}

/* "{digest:FILE}" is the digest that is served, "{old-digest:FILE}" that of the plain repository.
 */
static const char *fill_digests(struct scene *scene, const char *reference)
{
    const char *open = strchr(reference, '{');
    const char *colon = open == NULL ? NULL : strchr(open, ':');
    const char *close = colon == NULL ? NULL : strchr(colon, '}');
    if (close == NULL) {
        return reference;
    }
    struct repo *repo = open[1] == 'o' ? &scene->old : &scene->repo;
    const char *name = pool_printf(&scene->pool, "%.*s", (int)(close - colon - 1), colon + 1);
    return pool_printf(&scene->pool, "%.*s%s%s", (int)(open - reference), reference,
                       sha256_text(&scene->pool, repo_file(repo, name)->bytes), close + 1);
}

void scene_set(struct scene *scene, json_t *test)
{
    static const char good[] = "good";
    scene->dir = pool_printf(&scene->pool, "%s/case", scene->runner->work);
    dir_remove(scene->dir);
    if (mkdir(scene->dir, 0700) != 0) {
        die("%s: cannot be made", scene->dir);
    }
    scene->run.server = pool_alloc(&scene->pool, sizeof(*scene->run.server));
    scene->run.options = (struct assay_options){ .struct_size = sizeof(struct assay_options) };
    spec_read(json_object_get(test, "spec"), &scene->spec);
    repo_base(&scene->old, &scene->pool, scene->runner->ring, &scene->spec);
    repo_seal(&scene->old, NULL);
    scene->state = pool_printf(&scene->pool, "%s/state", scene->dir);
    /* A changed root is only seen by who does not have it yet. */
    bool about_root = strcmp(op_text(test, "this-role", ""), "root") == 0;
    if (strcmp(op_text(test, "state", about_root ? "none" : good), good) == 0) {
        dir_copy(good_state(scene), scene->state);
    }
    scene->run.options.state_dir = scene->state;
    scene->run.reference = op_text(test, "reference", "reg.test/acme/app:1.0");
    const char *clock = op_text(test, "clock", NULL);
    scene->run.now_unix_s = NOW_UNIX_S;
    json_t *before = json_object_get(test, "before");
    if (before != NULL) {
        set_root(scene, "old:1.root");
        run_before(scene, before);
        scene->run.options.root = NULL;
    }
    scene->run.now_unix_s = clock == NULL ? NOW_UNIX_S : parse_time(clock);
    scene->run.clock_step_s = op_number(test, "clock-step-s", 0);
    scene_build(scene, json_object_get(test, "ops"));
    scene->run.reference = fill_digests(scene, scene->run.reference);
    scene->run.server->hosts = op_text(test, "hosts", scene->run.server->hosts);
    scene->run.server->auth_hosts = op_text(test, "auth-hosts", "");
    scene->run.server->interrupted_at = op_text(test, "interrupted-at", NULL);
    scene->run.server->removed =
        json_is_true(json_object_get(test, "state-vanishes")) ? scene->state : NULL;
    scene->run.server->verbose = scene->runner->verbose;
    set_options(scene, json_object_get(test, "options"));
    if (scene->run.options.stateless) {
        scene->run.options.state_dir = NULL;
    }
}
