/* SPDX-License-Identifier: Apache-2.0 */
/* Floors: what was verified before, per role. A role never goes below its floor, and one version
 * has one content. A floor falls only when none of the keys that the role had is left. */
#ifndef TUF_FLOOR_H
#define TUF_FLOOR_H

#include "base/limits.h"
#include "crypto/digest.h"

struct tuf_floor {
    char role[LIMIT_ROLE_NAME_BYTES + 1];
    uint64_t version;
    struct digest sha256; /* of the file's bytes */
    uint64_t length;      /* of the file */
    int64_t expires_unix_s;
    struct digest keys[LIMIT_ROLE_KEYS]; /* identities of the keys that the role had */
    size_t key_count;
};

/* Sorted by role name. At most LIMIT_DELEGATIONS + 4. A role that is no longer delegated keeps its
 * floor: whoever could withdraw and restore it would lower it otherwise. */
struct tuf_floors {
    struct tuf_floor *items;
    size_t count;
    size_t cap;
};

/* NULL when there is none. */
const struct tuf_floor *tuf_floors_find(const struct tuf_floors *floors, const char *role);
/* Inserts or replaces by role. */
MUST_CHECK enum assay_status tuf_floors_put(struct tuf_floors *floors,
                                            const struct tuf_floor *floor, struct assay_error *err);
void tuf_floors_clear(struct tuf_floors *floors);

/* Whether a role at version with these bytes, whose keys now are these, stands on its floor (NULL:
 * none). *fell is set when the floor does not count because all its keys are gone.
 * ASSAY_ROLLBACK, ASSAY_EQUIVOCATION. root's floor never falls. */
MUST_CHECK enum assay_status tuf_floor_check(const struct tuf_floor *floor, const char *role,
                                             uint64_t version, const struct digest *sha256,
                                             const struct digest *keys, size_t key_count,
                                             bool *fell, struct assay_error *err);

#endif
