/* SPDX-License-Identifier: Apache-2.0 */
#include "tuf/floor.h"

#include "base/list.h"
#include "base/mem.h"

#include <inttypes.h>

#define FLOORS_MAX (LIMIT_DELEGATIONS + 4)

static int against_role(const void *role, const void *floor)
{
    return strcmp(role, ((const struct tuf_floor *)floor)->role);
}

/* The position of role, or of the first greater one. */
static size_t floor_position(const struct tuf_floors *floors, const char *role, bool *found)
{
    return list_place(role, floors->items, floors->count, sizeof(*floors->items), against_role,
                      found);
}

const struct tuf_floor *tuf_floors_find(const struct tuf_floors *floors, const char *role)
{
    bool found = false;
    size_t at = floor_position(floors, role, &found);
    return found ? &floors->items[at] : NULL;
}

enum assay_status tuf_floors_put(struct tuf_floors *floors, const struct tuf_floor *floor,
                                 struct assay_error *err)
{
    bool found = false;
    size_t at = floor_position(floors, floor->role, &found);
    if (!found && floors->count >= FLOORS_MAX) {
        return FAIL(err, ASSAY_DELEGATION_LIMIT,
                    "the state remembers %d roles of this repository, those of the past included, "
                    "and has no room for %s; 'assay root remove' forgets all of them",
                    FLOORS_MAX, floor->role);
    }
    if (!found) {
        TRY(list_open(&floors->items, &floors->count, &floors->cap, sizeof(*floors->items), at,
                      err));
    }
    floors->items[at] = *floor;
    return ASSAY_OK;
}

void tuf_floors_clear(struct tuf_floors *floors)
{
    mem_free(floors->items);
    *floors = (struct tuf_floors){ 0 };
}

/* A floor or a role without keys says nothing about who is left: then nothing falls. */
static bool all_keys_gone(const struct tuf_floor *floor, const struct digest *keys,
                          size_t key_count)
{
    if (floor->key_count == 0 || key_count == 0) {
        return false;
    }
    for (size_t i = 0; i < floor->key_count; i++) {
        for (size_t k = 0; k < key_count; k++) {
            if (digest_equal(&floor->keys[i], &keys[k])) {
                return false;
            }
        }
    }
    return true;
}

/* NOLINTNEXTLINE(readability-function-size): the eighth parameter is the error, as everywhere */
enum assay_status tuf_floor_check(const struct tuf_floor *floor, const char *role, uint64_t version,
                                  const struct digest *sha256, const struct digest *keys,
                                  size_t key_count, bool *fell, struct assay_error *err)
{
    *fell = false;
    if (floor == NULL) {
        return ASSAY_OK;
    }
    if (strcmp(role, "root") != 0 && all_keys_gone(floor, keys, key_count)) {
        *fell = true;
        return ASSAY_OK;
    }
    if (version < floor->version) {
        return FAIL(err, ASSAY_ROLLBACK,
                    "%s: version %" PRIu64 " was seen before, this is version %" PRIu64, role,
                    floor->version, version);
    }
    if (version == floor->version && !digest_equal(sha256, &floor->sha256)) {
        char seen[DIGEST_TEXT_BYTES];
        char now[DIGEST_TEXT_BYTES];
        digest_format(&floor->sha256, seen);
        digest_format(sha256, now);
        return FAIL(err, ASSAY_EQUIVOCATION,
                    "%s version %" PRIu64 ": seen before as %s, now it is %s", role, version, seen,
                    now);
    }
    return ASSAY_OK;
}
