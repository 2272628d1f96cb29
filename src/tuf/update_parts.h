/* SPDX-License-Identifier: Apache-2.0 */
/* What an update holds, and its parts: the walk along the roots (update_roots.c) and the storing
 * (update_store.c). Private to tuf/update*.c. */
#ifndef TUF_UPDATE_PARTS_H
#define TUF_UPDATE_PARTS_H

#include "tuf/update.h"

/* A root file that was fetched or stored, by the version it was asked for as. */
struct root_file {
    uint64_t version;
    enum tuf_file_outcome outcome;
    struct buf bytes;
    struct assay_error error;
};

/* A role file that the machine took in; its hash is then the role's floor. */
struct loaded_role {
    char role[LIMIT_ROLE_NAME_BYTES + 1];
    struct slice bytes;
};

struct tuf_update {
    struct tuf_update_options options;
    const struct tuf_state *before; /* NULL without a store */
    struct tuf_state next;
    struct tuf_trusted *trusted;
    /* roots taken in, in order; their bytes live as long as the machine */
    struct root_file *chain;
    size_t chain_count;
    size_t chain_cap;
    size_t steps; /* roots followed or searched in this update */
    /* roots fetched for the walk, not yet taken in */
    struct root_file *fetched;
    size_t fetched_count;
    size_t fetched_cap;
    struct tuf_file *flight; /* the first flight, FLIGHT_* */
    size_t flight_count;
    struct tuf_file *files; /* role files taken in after the flight */
    size_t file_count;
    size_t file_cap;
    struct loaded_role *loaded; /* what the machine took in after the roots */
    size_t loaded_count;
    size_t loaded_cap;
    uint64_t newest_claimed; /* what root.json says of itself; 0: unknown */
    bool accepted_first_use;
    size_t fallen_floors;
};

enum {
    FLIGHT_ROOT,
    FLIGHT_TIMESTAMP,
    FLIGHT_SNAPSHOT,
    FLIGHT_TARGETS,
    FLIGHT_RELEASES,
    FLIGHT_NEXT_ROOT, /* only when a version is known */
    FLIGHT_MAX
};

/* Takes in the roots that state holds, or the pinned file: what is known before any request. */
MUST_CHECK enum assay_status update_known_roots(struct tuf_update *update, struct assay_error *err);
/* From the first flight on: finds the anchor if there is none yet, follows the chain, closes it. */
MUST_CHECK enum assay_status update_walk_roots(struct tuf_update *update, struct assay_error *err);

/* After a failure, which is given: stores the roots that were verified before it, and nothing else.
 */
MUST_CHECK enum assay_status update_keep_roots(struct tuf_update *update, enum assay_status failure,
                                               struct assay_error *err);

#endif
