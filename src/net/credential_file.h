/* SPDX-License-Identifier: Apache-2.0 */
/* One credential file as docker and podman write it: which helper it names, and its "auths". */
#ifndef NET_CREDENTIAL_FILE_H
#define NET_CREDENTIAL_FILE_H

#include "net/credentials.h"
#include "json/tree.h"

#define CREDENTIAL_HUB "docker.io"

/* "index.docker.io" and its kin all mean Docker Hub. */
bool credential_is_hub(struct slice host);

/* A copy in a buffer of its own. */
MUST_CHECK enum assay_status credential_take(struct buf *out, struct slice bytes,
                                             struct assay_error *err);

/* The helper for registry, "docker.io" or "host:port": its own before the general one. NULL: none.
 * Borrowed from the file. */
MUST_CHECK enum assay_status credential_file_helper(const struct json_at *file,
                                                    const char *registry, const char **out,
                                                    struct assay_error *err);

/* The entry with the longest key that stands for wanted, "host:port/ns/app". */
MUST_CHECK enum assay_status credential_file_find(const struct json_at *file, struct slice wanted,
                                                  struct net_credential *out,
                                                  struct assay_error *err);

#endif
