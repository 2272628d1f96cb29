/* SPDX-License-Identifier: Apache-2.0 */
/* vectors cases FILE...        the cases of these files
 * vectors families [STEP]      generated changes, each STEPth of them
 * vectors recorded DIR         recorded repositories below DIR
 * vectors export FILE PREFIX OUT   writes the repositories of these cases for a real server
 * Options before these: --only ID, --verbose. Ends with "N passed, N failed". */
#include "case.h"

#include <stdio.h>
#include <stdlib.h>

void runner_result(struct runner *runner, const char *id, const char *what, const char *problem)
{
    if (problem[0] == '\0') {
        runner->passed++;
        if (runner->verbose) {
            (void)printf("ok      %s\n", id);
        }
        return;
    }
    runner->failed++;
    (void)printf("FAILED  %s  %s: %s\n", id, what, problem);
    (void)fflush(stdout);
}

static void run_case(void *ctx, const char *id, json_t *test)
{
    struct runner *runner = ctx;
    char problem[TEXT_BYTES];
    if (runner->only != NULL && strncmp(id, runner->only, strlen(runner->only)) != 0) {
        return;
    }
    if (runner->verbose) {
        (void)printf("# %s: %s\n", id, op_text(test, "what", ""));
        (void)fflush(stdout);
    }
    struct scene scene = { .runner = runner, .id = id };
    struct repo plain;
    repo_base(&plain, &scene.pool, runner->ring, &repo_spec_acme);
    json_t *whole = expand_ids(&plain, test);
    scene_set(&scene, whole);
    struct slice before = dir_digest(&scene.pool, scene.state);
    json_t *answer = json_object_get(whole, "verifier-answers");
    if (answer != NULL) {
        faults_force(op_number(whole, "verifier-from", 0), op_number(whole, "verifier-count", 1000),
                     (int)json_integer_value(answer));
    }
    run_session(&scene.run);
    faults_end();
    if (runner->verbose) {
        (void)printf("#   %s: %s\n", assay_status_id(scene.run.status),
                     assay_error_message(scene.run.error));
    }
    scene_check(&scene, whole, before, problem);
    runner_result(runner, id, op_text(test, "row", op_text(test, "what", "")), problem);
    assay_verdict_free(scene.run.verdict);
    assay_error_free(scene.run.error);
    json_decref(whole);
    pool_clear(&scene.pool);
}

void runner_file(struct runner *runner, const char *path)
{
    json_error_t error;
    json_t *file = json_load_file(path, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &error);
    if (file == NULL) {
        die("%s:%d: %s", path, error.line, error.text);
    }
    json_t *cases = json_object_get(file, "cases");
    unsigned passed = runner->passed;
    unsigned failed = runner->failed;
    for (size_t i = 0; i < json_array_size(cases); i++) {
        expand_case(json_array_get(cases, i), run_case, runner);
    }
    (void)printf("group %s: %u passed, %u failed (%s)\n", op_text(file, "group", "?"),
                 runner->passed - passed, runner->failed - failed, op_text(file, "what", ""));
    json_decref(file);
}

static int run_mode(struct runner *runner, int argc, char **argv, int at)
{
    if (at + 1 < argc && strcmp(argv[at], "cases") == 0) {
        for (int i = at + 1; i < argc; i++) {
            runner_file(runner, argv[i]);
        }
    } else if (at < argc && strcmp(argv[at], "families") == 0) {
        const char *preload = getenv("LD_PRELOAD");
        long step = at + 1 < argc ? strtol(argv[at + 1], NULL, 10) : 1;
        if (preload != NULL && strstr(preload, "vgpreload") != NULL) {
            step = 199; /* valgrind is thirty times slower */
        }
        families_run(runner, (unsigned)step);
    } else if (at + 1 < argc && strcmp(argv[at], "recorded") == 0) {
        recorded_run(runner, argv[at + 1]);
    } else if (at + 3 < argc && strcmp(argv[at], "export") == 0) {
        export_run(runner, argv[at + 1], argv[at + 2], argv[at + 3]);
        return 0;
    } else {
        (void)fputs("usage: vectors [--only ID] [--verbose] cases FILE... | families [STEP] | "
                    "recorded DIR | export FILE PREFIX OUT\n",
                    stderr);
        return 2;
    }
    (void)printf("vectors: %u cases\n%u passed, %u failed\n", runner->passed + runner->failed,
                 runner->passed, runner->failed);
    return runner->failed == 0 && runner->passed > 0 ? 0 : 1;
}

static char work[] = "/tmp/assay-vectors-XXXXXX";

/* Also where die() ends the program. */
static void remove_work(void)
{
    dir_remove(work);
}

int main(int argc, char **argv)
{
    struct keyring ring;
    struct runner runner = { .ring = &ring, .work = work };
    int at = 1;
    for (; at < argc && strncmp(argv[at], "--", 2) == 0; at++) {
        if (strcmp(argv[at], "--verbose") == 0) {
            runner.verbose = true;
        } else if (strcmp(argv[at], "--only") == 0 && at + 1 < argc) {
            runner.only = argv[++at];
        } else {
            die("%s: unknown option", argv[at]);
        }
    }
    if (mkdtemp(work) == NULL || atexit(remove_work) != 0) {
        die("%s: cannot be made", work);
    }
    keyring_init(&ring, TEST_KEYS);
    int code = run_mode(&runner, argc, argv, at);
    keyring_clear(&ring);
    return code;
}
