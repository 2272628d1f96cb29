/* SPDX-License-Identifier: Apache-2.0 */
/* For the harnesses of role parsers: the input is what would be signed, as if it had been. */
#ifndef TEST_FUZZ_SIGNED_PART_H
#define TEST_FUZZ_SIGNED_PART_H

#include "harness.h"

#include "tuf/parsers.h"
#include "json/canonical.h"

/* The parsers see canonical objects only. */
static inline bool signed_part(const uint8_t *data, size_t size, struct buf *canonical,
                               struct tuf_verified *out)
{
    if (json_canonicalise(slice_of(data, size), LIMIT_JSON_NODES, canonical, NULL) != ASSAY_OK ||
        canonical->len == 0 || canonical->ptr[0] != '{') {
        return false;
    }
    *out = (struct tuf_verified){ .signed_bytes = buf_slice(canonical) };
    return true;
}

static inline void check_outcome(enum assay_status status, const struct assay_error *err)
{
    INVARIANT(err->status == status);
    INVARIANT(status == ASSAY_OK || assay_status_class(status) == ASSAY_CLASS_REJECTED);
}

static inline void check_header(const struct tuf_header *header)
{
    INVARIANT(header->version >= 1 && header->version <= LIMIT_JSON_INTEGER);
}

static inline void check_keys(const struct tuf_role_keys *role, const struct tuf_key_list *list)
{
    INVARIANT(role->threshold >= 1 && role->count <= LIMIT_ROLE_KEYS);
    for (size_t i = 0; i < role->count; i++) {
        INVARIANT(role->keys[i] >= list->items && role->keys[i] < list->items + list->count);
        for (size_t j = 0; j < i; j++) {
            INVARIANT(role->keys[i] != role->keys[j]);
        }
    }
}

#endif
