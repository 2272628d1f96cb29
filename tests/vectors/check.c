/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold after a run. */
#include "base/text.h"
#include "case.h"
#include "tuf/store.h"
#include "verify/session.h"
#include "verify/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int64_t parse_time(const char *text)
{
    struct tm parts = { 0 };
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    if (end == NULL || *end != '\0') {
        die("%s: write times as 2027-01-10T00:00:00Z", text);
    }
    return (int64_t)timegm(&parts);
}

static enum assay_status fixed_now(void *ctx, int64_t *out, struct assay_error *err)
{
    (void)err;
    *out = *(const int64_t *)ctx;
    return ASSAY_OK;
}

/* The time of the run, later with each look. */
static enum assay_status passing_now(void *ctx, int64_t *out, struct assay_error *err)
{
    struct run *run = ctx;
    (void)err;
    *out = run->now_unix_s;
    run->now_unix_s += run->clock_step_s;
    return ASSAY_OK;
}

static int64_t fixed_monotonic(void *ctx)
{
    (void)ctx;
    return 0;
}

static int64_t cpu_ms(void)
{
    return (int64_t)clock() * 1000 / CLOCKS_PER_SEC;
}

void run_session(struct run *run)
{
    const struct assay_clock clock = { passing_now, fixed_monotonic, run };
    const struct assay_env env = { .clock = &clock,
                                   .fetcher = &run->server->fetcher,
                                   .interrupted = &run->server->interrupted };
    struct assay_session *session = NULL;
    int64_t started_ms = cpu_ms();
    run->verdict = NULL;
    run->error = assay_error_new();
    if (run->error == NULL) {
        die("out of memory");
    }
    run->status = session_new(&run->options, &env, &session, run->error);
    if (run->status == ASSAY_OK) {
        run->status = assay_verify(session, run->reference, &run->verdict, run->error);
    }
    assay_session_free(session);
    run->cpu_ms = cpu_ms() - started_ms;
}

static bool is_shown_safely(const char *text)
{
    struct slice bytes = slice_from_string(text);
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.ptr[i] < 0x20 || bytes.ptr[i] == 0x7f) {
            return false;
        }
    }
    return text_is_utf8(bytes);
}

static const char *check_texts(const struct run *run)
{
    const char *texts[] = {
        assay_error_message(run->error),       assay_error_remedy(run->error),
        assay_verdict_message(run->verdict),   assay_verdict_remedy(run->verdict),
        assay_verdict_reference(run->verdict), assay_verdict_tag(run->verdict),
        assay_verdict_name(run->verdict),      assay_verdict_role(run->verdict),
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        if (!is_shown_safely(texts[i])) {
            return "a text is not fit for a terminal";
        }
    }
    for (size_t i = 0; i < assay_error_context_count(run->error); i++) {
        if (!is_shown_safely(assay_error_context(run->error, i))) {
            return "a context line is not fit for a terminal";
        }
    }
    return NULL;
}

/* What counts as judged is a manifest of the repository, by its digest. */
static const char *check_platforms(struct scene *scene)
{
    const struct assay_verdict *verdict = scene->run.verdict;
    size_t count = assay_verdict_platform_count(verdict);
    for (size_t i = 0; i < count; i++) {
        bool found = false;
        for (size_t k = 0; k < scene->repo.file_count && !found; k++) {
            const struct repo_file *file = scene->repo.files[k];
            found =
                file->kind == FILE_MANIFEST && strcmp(assay_verdict_platform_digest(verdict, i),
                                                      sha256_text(&scene->pool, file->bytes)) == 0;
        }
        if (!found) {
            return "a platform with another digest than its manifest's";
        }
    }
    return count > 0 ? NULL : "ok without a platform that was judged";
}

/* A refusal is explained by a check that did not hold, success by none of these. */
static const char *check_trace(const struct run *run)
{
    const struct trace *trace = &run->verdict->trace;
    enum assay_class class = assay_status_class(run->status);
    size_t failed = 0;
    for (size_t i = 0; i < trace->count; i++) {
        failed += trace->checks[i].ok ? 0 : 1;
    }
    bool is_evidence = class == ASSAY_CLASS_REJECTED || class == ASSAY_CLASS_UNSIGNED ||
                       class == ASSAY_CLASS_UNDECIDED;
    if (is_evidence && failed == 0) {
        return "refused without a check that failed";
    }
    return run->status == ASSAY_OK && failed > 0 ? "ok with a check that failed" : NULL;
}

/* Only a status of ASSAY_OK may come with a digest. */
static const char *check_verdict(struct scene *scene, json_t *test)
{
    const struct run *run = &scene->run;
    if (run->verdict == NULL) {
        return run->status == ASSAY_OK ? "ok without a verdict" : NULL;
    }
    if (assay_verdict_status(run->verdict) != run->status) {
        return "the verdict has another status than the call";
    }
    const char *unexplained = check_trace(run);
    if (unexplained != NULL) {
        return unexplained;
    }
    const char *digest = assay_verdict_digest(run->verdict);
    if (run->status != ASSAY_OK) {
        return digest[0] == '\0' ? check_texts(run) : "a failure with a digest";
    }
    const struct repo_file *file = repo_file(&scene->repo, op_text(test, "digest", "index"));
    if (strcmp(digest, sha256_text(&scene->pool, file->bytes)) != 0) {
        return "ok with another digest than the signed one";
    }
    const char *role = op_text(test, "role", NULL);
    if (role != NULL && strcmp(role, assay_verdict_role(run->verdict)) != 0) {
        return "another role answered";
    }
    const char *problem = check_platforms(scene);
    return problem != NULL ? problem : check_texts(run);
}

/* {"floors":{ROLE:VERSION}}; a role that is not there has version 0. */
static const char *check_floors(struct scene *scene, json_t *floors)
{
    const struct assay_clock clock = { fixed_now, fixed_monotonic, &scene->run.now_unix_s };
    const struct assay_env env = { .clock = &clock };
    struct assay_error error = ERROR_INIT;
    struct tuf_store *store = NULL;
    const char *problem = NULL;
    if (tuf_store_open(scene->state, scene->repo.gun, 0, &env, &store, &error) != ASSAY_OK) {
        return "the state cannot be opened";
    }
    const char *role = NULL;
    json_t *version = NULL;
    json_object_foreach(floors, role, version) {
        const struct tuf_floor *floor = tuf_floors_find(&tuf_store_state(store)->floors, role);
        uint64_t have = floor == NULL ? 0 : floor->version;
        if (have != (uint64_t)json_integer_value(version)) {
            problem = pool_printf(&scene->pool, "the floor of %s is %llu, not %lld", role,
                                  (unsigned long long)have, (long long)json_integer_value(version));
        }
    }
    tuf_store_close(store);
    return problem;
}

/* A failure leaves the state as it was, unless the case says which floors must stand then. */
static const char *check_state(struct scene *scene, json_t *test, struct slice before)
{
    json_t *floors = json_object_get(test, "floors");
    if (floors != NULL) {
        return check_floors(scene, floors);
    }
    bool none = before.len == 0;
    if (scene->run.status == ASSAY_OK) {
        return NULL;
    }
    if (none) {
        /* verified roots may be kept; nothing below them */
        json_t *nothing = json_pack("{s:i,s:i,s:i,s:i}", "timestamp", 0, "snapshot", 0, "targets",
                                    0, "targets/releases", 0);
        const char *problem = check_floors(scene, nothing);
        json_decref(nothing);
        return problem;
    }
    struct slice after = dir_digest(&scene->pool, scene->state);
    return slice_equal(before, after) ? NULL : "the state has changed";
}

static const char *expected_status(json_t *test)
{
    json_t *expect = json_object_get(test, "expect");
    if (json_is_string(expect)) {
        return json_string_value(expect);
    }
    const char *role = op_text(test, "this-role", "");
    return op_text(expect, role, op_text(expect, "*", "(nothing)"));
}

/* "a|b": either; for what the order of two equal checks decides. */
static bool is_expected(const char *expected, const char *id)
{
    size_t len = strlen(id);
    for (const char *at = expected; at != NULL; at = strchr(at, '|')) {
        at += *at == '|';
        if (strncmp(at, id, len) == 0 && (at[len] == '\0' || at[len] == '|')) {
            return true;
        }
    }
    return false;
}

void scene_check(struct scene *scene, json_t *test, struct slice state_before, char out[TEXT_BYTES])
{
    const struct run *run = &scene->run;
    const char *expected = expected_status(test);
    long long most = op_number(test, "max-requests", 64);
    long long most_ms = op_number(test, "max-cpu-ms", 60000);
    const char *problem = NULL;
    out[0] = '\0';
    if (!is_expected(expected, assay_status_id(run->status))) {
        (void)snprintf(out, TEXT_BYTES, "expected %s, was %s (%s)", expected,
                       assay_status_id(run->status), assay_error_message(run->error));
        return;
    }
    if (run->server->problem[0] != '\0') {
        problem = run->server->problem;
    } else if ((long long)run->server->fetcher.requests > most) {
        problem = pool_printf(&scene->pool, "%llu requests, at most %lld are allowed",
                              (unsigned long long)run->server->fetcher.requests, most);
    } else if (run->cpu_ms > most_ms) {
        problem = pool_printf(&scene->pool, "%lld ms, at most %lld are allowed",
                              (long long)run->cpu_ms, most_ms);
    } else {
        problem = check_verdict(scene, test);
    }
    if (problem == NULL && scene->run.options.state_dir != NULL) {
        problem = check_state(scene, test, state_before);
    }
    if (problem != NULL) {
        (void)snprintf(out, TEXT_BYTES, "%s", problem);
    }
}
