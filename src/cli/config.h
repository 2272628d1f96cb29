/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration: strict JSON, never read from the working directory, and not from a file that
 * others may write to.
 *
 *   {"schema":1, "trust-servers":{"HOST[:PORT][/PATH]":URL}, "plain-http":["HOST[:PORT]"],
 *    "insecure-tls":["HOST[:PORT]"]}
 */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include "cli/environment.h"

#include <assay/verify.h>

/* All texts live in the arena. Lists have room to grow by what the command line adds. */
struct config_list {
    const char **items;
    size_t count;
};

struct config {
    struct assay_trust_server *servers; /* the user's before the system's */
    size_t server_count;
    struct config_list plain_http;
    struct config_list insecure_tls;
    const char *files; /* what was read, for explain: "FILE, FILE (absent)" */
};

/* path: --config, which must exist; NULL: the user's and the system's, which may be absent. */
MUST_CHECK enum assay_status config_read(const char *path, const struct cli_environment *env,
                                         struct arena *arena, struct config *out,
                                         struct assay_error *err);
/* Appends a text to a list; the text is borrowed. */
MUST_CHECK enum assay_status config_list_add(struct config_list *list, const char *text,
                                             struct arena *arena, struct assay_error *err);

#endif
