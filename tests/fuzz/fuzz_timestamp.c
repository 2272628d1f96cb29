/* SPDX-License-Identifier: Apache-2.0 */
#include "meta_map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_BUF canonical = BUF_INIT(MIB);
    AUTO_ARENA arena = ARENA_INIT(LIMIT_ROLE_ARENA);
    struct tuf_verified verified;
    struct tuf_meta_map map;
    struct assay_error err = ERROR_INIT;
    if (!signed_part(data, size, &canonical, &verified)) {
        return 0;
    }
    enum assay_status status =
        tuf_timestamp_parse(&verified, &tuf_dialect_notary, &arena, &map, &err);
    check_outcome(status, &err);
    if (status == ASSAY_OK) {
        check_map(&map);
        INVARIANT(tuf_meta_map_find(&map, &tuf_dialect_notary, "snapshot") != NULL);
    }
    return 0;
}
