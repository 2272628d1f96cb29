/* SPDX-License-Identifier: Apache-2.0 */
/* The rows behind docker.h: which tags are signed with which digest, and by whom. */
#ifndef REPORT_DOCKER_ROWS_H
#define REPORT_DOCKER_ROWS_H

#include "report/docker.h"

/* A tag with a digest, as one role lists it. */
struct docker_entry {
    struct slice tag; /* borrowed from the trusted state */
    struct digest sha256;
    size_t role; /* index in roles */
    size_t rank; /* targets/releases, targets, then delegations in their order */
};

struct docker_signer {
    const char *name; /* of the role, without "targets/" */
    const struct tuf_role_view *role;
};

struct docker_rows {
    struct tuf_role_view *roles;
    size_t role_count;
    struct docker_entry *entries; /* sorted by tag (natural order), then by rank */
    size_t entry_count;
    struct docker_signer *signers; /* the delegations but targets/releases, by name */
    size_t signer_count;
};

#define DOCKER_NAME_BYTES (4 * LIMIT_TARGET_NAME_BYTES + 1) /* a name, sanitised */

/* Rows of what is asked; cleared by docker_rows_clear, on failure too. */
MUST_CHECK enum assay_status docker_rows_make(const struct report_docker *what,
                                              struct docker_rows *out, struct assay_error *err);
void docker_rows_clear(struct docker_rows *rows);

/* Calls each for every row: an entry of targets/releases or targets, one for each digest of a tag,
 * with the names of the delegations that list the same pair (max LIMIT_DELEGATIONS). */
struct docker_row {
    struct slice tag;
    const struct digest *sha256;
    const char *signers[LIMIT_DELEGATIONS]; /* without "targets/", in their parents' order */
    size_t signer_count;
};
MUST_CHECK enum assay_status docker_rows_each(
    const struct docker_rows *rows,
    enum assay_status (*each)(void *ctx, const struct docker_row *row, struct assay_error *err),
    void *ctx, struct assay_error *err);

/* The view of one of the four roles; NULL when it is not loaded. */
const struct tuf_role_view *docker_rows_role(const struct docker_rows *rows, const char *name);
/* Numbers inside a text compare by their value, digits stand before all else. */
int docker_natural_order(struct slice a, struct slice b);

#endif
