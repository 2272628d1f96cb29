/* SPDX-License-Identifier: Apache-2.0 */
#include "store_support.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int64_t jumping_clock(void *ctx)
{
    struct sandbox *box = ctx;
    box->monotonic_ms += 10000;
    return box->monotonic_ms;
}

void sandbox_open(struct sandbox *box)
{
    *box = (struct sandbox){ .monotonic_ms = 0 };
    box->clock = (struct assay_clock){ .monotonic_ms = jumping_clock, .ctx = box };
    box->env = (struct assay_env){ .clock = &box->clock };
    /* In memory where there is such a thing: these tests sync thousands of times. */
    (void)snprintf(box->dir, sizeof box->dir, "%s/assay-store-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    cr_assert_not_null(mkdtemp(box->dir));
    (void)snprintf(box->state, sizeof box->state, "%s/state", box->dir);
    struct digest sum = digest_of(SANDBOX_GUN);
    char hex[DIGEST_TEXT_BYTES];
    digest_hex(&sum, hex);
    (void)snprintf(box->gun, sizeof box->gun, "%s/gun/%s", box->state, hex);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

void sandbox_close(struct sandbox *box)
{
    (void)nftw(box->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *sandbox_path(const struct sandbox *box, const char *name, char out[512])
{
    (void)snprintf(out, 512, "%s/%s", box->gun, name);
    return out;
}

void write_file(const char *path, const void *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    cr_assert(fd >= 0, "%s", path);
    cr_assert_eq(write(fd, bytes, len), (ssize_t)len);
    (void)close(fd);
}

size_t read_file(const char *path, uint8_t *out, size_t max)
{
    int fd = open(path, O_RDONLY);
    cr_assert(fd >= 0, "%s", path);
    ssize_t got = read(fd, out, max);
    (void)close(fd);
    cr_assert(got >= 0);
    return (size_t)got;
}

bool path_exists(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

unsigned path_mode(const char *path)
{
    struct stat st;
    cr_assert_eq(lstat(path, &st), 0, "%s", path);
    return st.st_mode & 07777U;
}

struct digest digest_of(const char *text)
{
    struct digest out;
    cr_assert_eq(digest_compute(DIGEST_SHA256, slice_from_string(text), &out, NULL), ASSAY_OK);
    return out;
}

void put_floor(struct tuf_state *state, const char *role, uint64_t version, const char *contents,
               const char *key, struct tuf_object *object)
{
    struct tuf_floor floor = { .version = version,
                               .sha256 = digest_of(contents),
                               .length = strlen(contents),
                               .expires_unix_s = SANDBOX_NOW + 86400,
                               .key_count = 1 };
    (void)snprintf(floor.role, sizeof floor.role, "%s", role);
    floor.keys[0] = digest_of(key);
    cr_assert_eq(tuf_floors_put(&state->floors, &floor, NULL), ASSAY_OK);
    *object = (struct tuf_object){ floor.sha256, slice_from_string(contents) };
}

void sample_init(struct sample *sample, uint64_t version)
{
    static const char *const roles[SAMPLE_OBJECTS] = { "root", "timestamp", "snapshot", "targets" };
    *sample = (struct sample){ .state = { .anchor = TUF_ANCHOR_PIN } };
    for (size_t i = 0; i < SAMPLE_OBJECTS; i++) {
        uint64_t role_version = i == 0 ? 1 : version;
        (void)snprintf(sample->bytes[i], sizeof sample->bytes[i], "%s version %lu", roles[i],
                       (unsigned long)role_version);
        put_floor(&sample->state, roles[i], role_version, sample->bytes[i], roles[i],
                  &sample->objects[i]);
    }
    struct tuf_stored_root root = { 1, sample->objects[0].sha256, strlen(sample->bytes[0]) };
    cr_assert_eq(tuf_state_add_root(&sample->state, &root, NULL), ASSAY_OK);
    sample->state.last_seen_unix_s = SANDBOX_NOW;
}

void sample_clear(struct sample *sample)
{
    tuf_state_clear(&sample->state);
}

enum assay_status store_sample(struct sandbox *box, uint64_t version, struct assay_error *err)
{
    struct tuf_store *store = NULL;
    struct sample sample;
    TRY(tuf_store_open(box->state, SANDBOX_GUN, 0, &box->env, &store, err));
    sample_init(&sample, version);
    enum assay_status status =
        tuf_store_commit(store, &sample.state, sample.objects, SAMPLE_OBJECTS, err);
    sample_clear(&sample);
    tuf_store_close(store);
    return status;
}

static enum assay_status read_objects(struct tuf_store *store, struct assay_error *err)
{
    const struct tuf_state *state = tuf_store_state(store);
    for (size_t i = 0; i < state->floors.count; i++) {
        AUTO_BUF bytes = BUF_INIT(4096);
        TRY(tuf_store_read(store, &state->floors.items[i].sha256, 4096, &bytes, err));
    }
    for (size_t i = 0; i < state->root_count; i++) {
        AUTO_BUF bytes = BUF_INIT(4096);
        TRY(tuf_store_read(store, &state->roots[i].sha256, 4096, &bytes, err));
    }
    return ASSAY_OK;
}

enum assay_status load_state(struct sandbox *box, struct tuf_state *out, struct assay_error *err)
{
    struct tuf_store *store = NULL;
    TRY(tuf_store_open(box->state, SANDBOX_GUN, 0, &box->env, &store, err));
    enum assay_status status = read_objects(store, err);
    if (status == ASSAY_OK && out != NULL) {
        status = tuf_state_copy(tuf_store_state(store), out, err);
    }
    tuf_store_close(store);
    return status;
}
