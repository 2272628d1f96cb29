/* SPDX-License-Identifier: Apache-2.0 */
/* A state directory of one test, and states and objects to put into it. */
#ifndef STORE_SUPPORT_H
#define STORE_SUPPORT_H

#include "tuf/store.h"

#define SANDBOX_GUN "reg.test/acme/app"
#define SANDBOX_NOW 1800000000LL

struct sandbox {
    char dir[64];         /* fresh, 0700; removed with all in it at the end */
    char state[96];       /* dir/state, not yet there */
    char gun[256];        /* the GUN's directory, once it is there */
    int64_t monotonic_ms; /* jumps by 10000 at each look */
    struct assay_clock clock;
    struct assay_env env;
};

void sandbox_open(struct sandbox *box);
void sandbox_close(struct sandbox *box);
/* gun + "/" + name */
const char *sandbox_path(const struct sandbox *box, const char *name, char out[512]);
void write_file(const char *path, const void *bytes, size_t len);
size_t read_file(const char *path, uint8_t *out, size_t max);
bool path_exists(const char *path);
/* Permission bits. */
unsigned path_mode(const char *path);

/* A state with root 1 and the four floors at a version, and the objects that it names. */
#define SAMPLE_OBJECTS 4
struct sample {
    struct tuf_state state;
    struct tuf_object objects[SAMPLE_OBJECTS];
    char bytes[SAMPLE_OBJECTS][64];
};
void sample_init(struct sample *sample, uint64_t version);
void sample_clear(struct sample *sample);

/* Puts a floor of a role at a version, with contents and a key named by text, into a state; fills
 * in the object. */
void put_floor(struct tuf_state *state, const char *role, uint64_t version, const char *contents,
               const char *key, struct tuf_object *object);
struct digest digest_of(const char *text);

/* Opens, commits the sample, closes; the last status. */
enum assay_status store_sample(struct sandbox *box, uint64_t version, struct assay_error *err);
/* Opens, reads the state into out (may be NULL) and every object that it names. */
enum assay_status load_state(struct sandbox *box, struct tuf_state *out, struct assay_error *err);

#endif
