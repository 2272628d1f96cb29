/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_FUZZ_META_MAP_H
#define TEST_FUZZ_META_MAP_H

#include "signed_part.h"

/* Names ascend, each entry is found under its name, and each can be held against a file. */
static inline void check_map(const struct tuf_meta_map *map)
{
    check_header(&map->header);
    INVARIANT(map->count <= LIMIT_SNAPSHOT_ENTRIES);
    for (size_t i = 0; i < map->count; i++) {
        char role[LIMIT_JSON_KEY_BYTES + 1] = { 0 };
        struct slice name = map->entries[i].name;
        INVARIANT(name.len < sizeof(role));
        INVARIANT(i == 0 || slice_compare(map->entries[i - 1].name, name) < 0);
        INVARIANT(map->entries[i].meta.sha256.alg == DIGEST_SHA256);
        memcpy(role, name.ptr, name.len);
        INVARIANT(tuf_meta_map_find(map, &tuf_dialect_notary, role) == &map->entries[i].meta);
    }
    INVARIANT(tuf_meta_map_find(map, &tuf_dialect_notary, "no such\x01name") == NULL);
}

#endif
