/* SPDX-License-Identifier: Apache-2.0 */
/* A root that parses has four roles, each with a threshold that its keys can reach; and it is one
 * of one dialect alone. */
#include "signed_part.h"

static bool read_root(struct slice signed_bytes, const struct tuf_dialect *dialect)
{
    AUTO_ARENA arena = ARENA_INIT(LIMIT_ROLE_ARENA);
    AUTO_KEYRING ring = { .items = NULL };
    struct tuf_root root;
    struct assay_error err = ERROR_INIT;
    enum assay_status status = tuf_root_parse(signed_bytes, dialect, &arena, &root, &err);
    check_outcome(status, &err);
    if (status != ASSAY_OK) {
        return false;
    }
    check_header(&root.header);
    for (size_t i = 0; i < TUF_TOP_ROLES; i++) {
        check_keys(&root.roles[i], &root.keys);
    }
    status = tuf_root_load_keys(&root, &ring, dialect, &err);
    check_outcome(status, &err);
    for (size_t i = 0; status == ASSAY_OK && i < TUF_TOP_ROLES; i++) {
        struct digest identities[LIMIT_ROLE_KEYS];
        INVARIANT(root.roles[i].threshold <= tuf_role_keys_distinct(&root.roles[i]));
        INVARIANT(tuf_role_keys_identities(&root.roles[i], identities) <= root.roles[i].count);
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_BUF canonical = BUF_INIT(MIB);
    struct tuf_verified verified;
    if (signed_part(data, size, &canonical, &verified)) {
        bool is_notary = read_root(verified.signed_bytes, &tuf_dialect_notary);
        bool is_plain = read_root(verified.signed_bytes, &tuf_dialect_tuf);
        INVARIANT(!is_notary || !is_plain);
    }
    return 0;
}
