/* SPDX-License-Identifier: Apache-2.0 */
/* What a case works with. */
#ifndef VECTORS_CASE_H
#define VECTORS_CASE_H

#include "runner.h"
#include "tuf/pin.h"

struct scene {
    struct runner *runner;
    const char *id;
    struct pool pool;
    struct repo_spec spec;
    struct repo old;  /* without operations */
    struct repo repo; /* with them */
    const char *dir;
    const char *state;
    struct run run;
};

/* {"gun","made","threshold","roots","delegation"}; what is absent is as in the base repository. */
void spec_read(json_t *spec, struct repo_spec *out);
/* Makes and serves the repository with the operations done to it. */
void scene_build(struct scene *scene, json_t *list);
/* Everything up to the moment of the run. */
void scene_set(struct scene *scene, json_t *test);
/* Afterwards: the first thing that is not as it must be, "" when all is. */
void scene_check(struct scene *scene, json_t *test, struct slice state_before,
                 char out[TEXT_BYTES]);

/* expand.c: one test object for each combination of roles and variants; calls run for each. */
void expand_case(json_t *test, void (*run)(void *ctx, const char *id, json_t *test), void *ctx);
/* "{id:KEY}" in any text becomes the key's id. A new reference. */
json_t *expand_ids(struct repo *repo, json_t *value);

#endif
