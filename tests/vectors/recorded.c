/* SPDX-License-Identifier: Apache-2.0 */
/* Repositories recorded from real servers: every tag that they sign is found with its digest, every
 * other is not. */
#include "runner.h"

#include "trust/trust.h"

#include <stdio.h>
#include <stdlib.h>

struct recorded {
    struct runner *runner;
    struct pool pool;
    int64_t now_unix_s;
    const char *set;       /* "real-local" */
    const char *name;      /* "docker" */
    const char *other_pin; /* the status with a key that no root has */
    struct trust_repo *repo;
};

static void report(struct recorded *recorded, const char *what, const char *problem)
{
    const char *id =
        pool_printf(&recorded->pool, "recorded.%s.%s.%s", recorded->set, recorded->name, what);
    runner_result(recorded->runner, id, "recorded repository", problem);
}

static void check_tag(struct recorded *recorded, const char *tag, const char *digest)
{
    struct assay_error error = ERROR_INIT;
    struct trust_claim claim;
    char found[DIGEST_TEXT_BYTES] = "";
    enum assay_status status = trust_repo_find_tag(recorded->repo, tag, &claim, NULL, &error);
    enum assay_status wanted = digest == NULL ? ASSAY_TAG_NOT_SIGNED : ASSAY_OK;
    if (status != wanted) {
        report(recorded, tag,
               pool_printf(&recorded->pool, "%s: %s", assay_status_id(status), error.message));
        return;
    }
    if (status == ASSAY_OK) {
        digest_format(&claim.target.sha256, found);
    }
    report(recorded, tag, digest != NULL && strcmp(found, digest) != 0 ? "another digest" : "");
}

/* Whether the tag is one that expected.json gives an answer for. */
static bool is_signed(json_t *tags, const char *tag)
{
    return json_object_get(tags, tag) != NULL;
}

static void check_tags(struct recorded *recorded, json_t *tags)
{
    static const char *const others[] = { "v1",    "v2",    "v3",     "v4",       "arm64", "evil",
                                          "multi", "moved", "latest", "unsigned", "1.0" };
    const char *tag = NULL;
    json_t *digest = NULL;
    json_object_foreach(tags, tag, digest) {
        check_tag(recorded, tag, json_string_value(digest));
    }
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        if (!is_signed(tags, others[i])) {
            check_tag(recorded, others[i], NULL);
        }
    }
}

static enum assay_status open_at(struct recorded *recorded, const char *dir, const char *gun,
                                 const char *pin_text, int64_t now_unix_s)
{
    struct assay_error error = ERROR_INIT;
    struct tuf_pin pin = { .kind = TUF_PIN_NONE };
    if (tuf_pin_from_argument(pin_text, &pin, &error) != ASSAY_OK) {
        die("%s: %s", pin_text, error.message);
    }
    const struct assay_env env = { .clock = &assay_clock_system };
    const struct trust_options options = {
        .env = &env,
        .directory = dir,
        .pin = &pin,
        .pin_is_exact = true,
        .now_unix_s = now_unix_s,
        .has_at = true,
    };
    enum assay_status status = trust_format_notary.open(gun, &options, &recorded->repo, &error);
    tuf_pin_clear(&pin);
    return status;
}

static const char *expect(enum assay_status status, enum assay_status wanted)
{
    return status == wanted ? "" : assay_status_id(status);
}

/* One repository: with its root key, with another key, and after everything has expired. */
static void check_repo(struct recorded *recorded, const char *dir, const char *gun,
                       const char *root_id, json_t *tags)
{
    const char *pin = pool_printf(&recorded->pool, "sha256:%s", root_id);
    const char *other = pool_printf(&recorded->pool, "sha256:%064d", 1);
    enum assay_status status = open_at(recorded, dir, gun, pin, recorded->now_unix_s);
    report(recorded, "open", expect(status, ASSAY_OK));
    if (status == ASSAY_OK) {
        check_tags(recorded, tags);
    }
    trust_repo_free(recorded->repo);
    recorded->repo = NULL;
    status = open_at(recorded, dir, gun, other, recorded->now_unix_s);
    report(recorded, "other-pin",
           strcmp(assay_status_id(status), recorded->other_pin) == 0 ? ""
                                                                     : assay_status_id(status));
    trust_repo_free(recorded->repo);
    recorded->repo = NULL;
    status = open_at(recorded, dir, gun, pin, recorded->now_unix_s + (int64_t)30 * 86400);
    report(recorded, "later", expect(status, ASSAY_EXPIRED));
    trust_repo_free(recorded->repo);
    recorded->repo = NULL;
    status = open_at(recorded, dir, "localhost:5000/other/name", pin, recorded->now_unix_s);
    report(recorded, "other-name", expect(status, ASSAY_CERTIFICATE_NAME));
    trust_repo_free(recorded->repo);
    recorded->repo = NULL;
}

static json_t *load(const char *path)
{
    json_error_t error;
    json_t *out = json_load_file(path, 0, &error);
    if (out == NULL) {
        die("%s: %s", path, error.text);
    }
    return out;
}

static void run_real(struct recorded *recorded, const char *dir)
{
    struct pool *pool = &recorded->pool;
    json_t *file = load(pool_printf(pool, "%s/expected.json", dir));
    struct slice made = file_load(pool, pool_printf(pool, "%s/made_at", dir));
    recorded->now_unix_s = strtoll(pool_printf(pool, "%.*s", SLICE_ARGS(made)), NULL, 10);
    const char *name = NULL;
    json_t *entry = NULL;
    json_object_foreach(json_object_get(file, "guns"), name, entry) {
        recorded->name = name;
        recorded->other_pin = "pin-mismatch";
        const char *root_id =
            json_string_value(json_array_get(json_object_get(entry, "root_key_ids"), 0));
        check_repo(recorded, pool_printf(pool, "%s/%s", dir, name), op_text(entry, "gun", ""),
                   root_id, json_object_get(entry, "dct"));
    }
    json_decref(file);
}

/* The id of the only root key of a root.json, for sets without expected.json. */
static const char *root_id_of(struct pool *pool, const char *dir)
{
    json_t *root = load(pool_printf(pool, "%s/root.json", dir));
    json_t *roles = json_object_get(json_object_get(root, "signed"), "roles");
    json_t *ids = json_object_get(json_object_get(roles, "root"), "keyids");
    const char *id = pool_string(pool, json_string_value(json_array_get(ids, 0)));
    json_decref(root);
    return id;
}

static void run_simple(struct recorded *recorded, const char *dir, json_t *entry)
{
    recorded->name = op_text(entry, "folder", "");
    recorded->now_unix_s = op_number(entry, "at", 0);
    /* where older roots were not recorded, the search for the key cannot come to its end */
    recorded->other_pin = op_text(entry, "other-pin", "pin-mismatch");
    const char *path = pool_printf(&recorded->pool, "%s/%s", dir, recorded->name);
    check_repo(recorded, path, op_text(entry, "gun", ""), root_id_of(&recorded->pool, path),
               json_object_get(entry, "dct"));
}

void recorded_run(struct runner *runner, const char *vectors_dir)
{
    static const char *const sets[] = { "real-local", "real-signer" };
    struct recorded recorded = { .runner = runner };
    for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
        recorded.set = sets[i];
        run_real(&recorded, pool_printf(&recorded.pool, "%s/%s", vectors_dir, sets[i]));
    }
    json_t *others = load(pool_printf(&recorded.pool, "%s/expected.json", vectors_dir));
    recorded.set = "notary";
    for (size_t i = 0; i < json_array_size(json_object_get(others, "repositories")); i++) {
        run_simple(&recorded, vectors_dir,
                   json_array_get(json_object_get(others, "repositories"), i));
    }
    json_decref(others);
    pool_clear(&recorded.pool);
}
