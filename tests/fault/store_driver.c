/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store as a program, for faults to happen to.
 *
 *   store_driver commit DIR VERSION   stores a state at a version; "stored GENERATION" only after
 *                                     the store said so; otherwise the status and exit 4
 *   store_driver check                for each directory named on standard input: the generation
 *                                     and the version found there, every object read, or a status
 */
#include "shim.h"
#include "tuf/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GUN         "reg.test/acme/app"
#define ROLES       3
#define OBJECT_MAX  256
#define DRIVER_EXIT 4

static const char *const roles[ROLES] = { "root", "targets", "timestamp" };

struct sample {
    struct tuf_state state;
    char bytes[ROLES][OBJECT_MAX];
    struct tuf_object objects[ROLES];
};

static enum assay_status add_role(struct sample *sample, size_t i, uint64_t version,
                                  struct assay_error *err)
{
    struct tuf_floor floor = { .version = i == 0 ? 1 : version, .key_count = 1 };
    (void)snprintf(floor.role, sizeof floor.role, "%s", roles[i]);
    (void)snprintf(sample->bytes[i], OBJECT_MAX, "%s in its version %" PRIu64 ", then%0100d",
                   roles[i], floor.version, 0);
    struct slice bytes = slice_from_string(sample->bytes[i]);
    floor.length = bytes.len;
    TRY(digest_compute(DIGEST_SHA256, bytes, &floor.sha256, err));
    floor.keys[0] = floor.sha256;
    sample->objects[i] = (struct tuf_object){ floor.sha256, bytes };
    return tuf_floors_put(&sample->state.floors, &floor, err);
}

static enum assay_status fill(struct sample *sample, uint64_t version, struct assay_error *err)
{
    for (size_t i = 0; i < ROLES; i++) {
        TRY(add_role(sample, i, version, err));
    }
    struct tuf_stored_root root = { 1, sample->objects[0].sha256, sample->objects[0].bytes.len };
    sample->state.anchor = TUF_ANCHOR_PIN;
    sample->state.last_seen_unix_s = (int64_t)version;
    return tuf_state_add_root(&sample->state, &root, err);
}

static enum assay_status commit(const char *dir, uint64_t version, uint64_t *generation,
                                struct assay_error *err)
{
    struct assay_env env = { .clock = &assay_clock_system };
    struct tuf_store *store = NULL;
    struct sample sample = { .bytes = { "" } };
    enum assay_status status = fill(&sample, version, err);
    shim_begin();
    if (status == ASSAY_OK) {
        status = tuf_store_open(dir, GUN, 0, &env, &store, err);
    }
    if (status == ASSAY_OK) {
        status = tuf_store_commit(store, &sample.state, sample.objects, ROLES, err);
    }
    tuf_store_close(store);
    shim_end();
    *generation = sample.state.generation;
    tuf_state_clear(&sample.state);
    return status;
}

static enum assay_status read_all(struct tuf_store *store, struct assay_error *err)
{
    const struct tuf_state *state = tuf_store_state(store);
    for (size_t i = 0; i < state->floors.count; i++) {
        AUTO_BUF bytes = BUF_INIT(OBJECT_MAX);
        TRY(tuf_store_read(store, &state->floors.items[i].sha256, OBJECT_MAX, &bytes, err));
    }
    return ASSAY_OK;
}

static void check(const char *dir)
{
    struct tuf_store *store = NULL;
    struct assay_error err = ERROR_INIT;
    enum assay_status status = tuf_store_open(dir, GUN, 0, NULL, &store, &err);
    if (status == ASSAY_OK) {
        status = read_all(store, &err);
    }
    if (status == ASSAY_OK) {
        const struct tuf_state *state = tuf_store_state(store);
        const struct tuf_floor *targets = tuf_floors_find(&state->floors, "targets");
        const struct tuf_floor *timestamp = tuf_floors_find(&state->floors, "timestamp");
        uint64_t version = targets == NULL ? 0 : targets->version;
        bool is_whole = version == (timestamp == NULL ? 0 : timestamp->version);
        (void)printf("%" PRIu64 " %" PRIu64 "%s\n", state->generation, version,
                     is_whole ? "" : " mixed");
    } else {
        (void)printf("%s: %s\n", assay_status_id(status), err.message);
    }
    tuf_store_close(store);
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "commit") == 0) {
        struct assay_error err = ERROR_INIT;
        uint64_t generation = 0;
        enum assay_status status = commit(argv[2], strtoull(argv[3], NULL, 10), &generation, &err);
        if (status != ASSAY_OK) {
            (void)printf("%s: %s\n", assay_status_id(status), err.message);
            return DRIVER_EXIT;
        }
        shim_note("stored");
        (void)printf("stored %" PRIu64 "\n", generation);
        return 0;
    }
    if (argc == 2 && strcmp(argv[1], "check") == 0) {
        char dir[4096];
        while (fgets(dir, sizeof dir, stdin) != NULL) {
            dir[strcspn(dir, "\n")] = '\0';
            check(dir);
            (void)fflush(stdout);
        }
        return 0;
    }
    (void)fputs("usage: store_driver commit DIR VERSION | store_driver check\n", stderr);
    return 2;
}
