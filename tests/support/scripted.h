/* SPDX-License-Identifier: Apache-2.0 */
/* The repository that cases start from, served by a scripted network to real sessions: for tests
 * of what stands above a session. */
#ifndef SUPPORT_SCRIPTED_H
#define SUPPORT_SCRIPTED_H

#include "../vectors/runner.h"
#include "verify/session.h"

#define SCRIPTED_NOW_UNIX_S 1800014400 /* 2027-01-15T12:00:00Z, within the life of everything */

struct scripted {
    struct pool pool;
    struct keyring ring;
    struct repo repo;
    struct server server;
    int64_t now_unix_s;
    int64_t monotonic_ms;
    struct assay_clock clock;
    struct assay_env env;
    const char *pin; /* of the first root */
};

/* Unsealed; tests change what they like. In place: it points into itself. */
void scripted_init(struct scripted *scripted);
/* Seals and serves it. */
void scripted_serve(struct scripted *scripted);
void scripted_clear(struct scripted *scripted);
/* Without state, by the pin. */
struct assay_options scripted_options(const struct scripted *scripted);
/* A member of a document, replaced by JSON, before sealing. */
void scripted_set(struct scripted *scripted, const char *file, const char *pointer,
                  const char *json);
/* How often a URL that holds the text was asked for. */
size_t scripted_asked(const struct scripted *scripted, const char *part);

#endif
