/* SPDX-License-Identifier: Apache-2.0 */
/* The index of a targets file: names ascend, each is found, each has its digest; delegations are
 * children of the role, each once. */
#include "signed_part.h"

static void check_entries(const struct tuf_targets *targets)
{
    struct tuf_target before = { .name = SLICE_EMPTY };
    INVARIANT(tuf_targets_find(targets, SLICE_EMPTY) == NULL);
    for (size_t i = 0; i < targets->count; i++) {
        struct tuf_target target;
        INVARIANT(tuf_targets_get(targets, &targets->entries[i], &target, NULL) == ASSAY_OK);
        INVARIANT(target.sha256.alg == DIGEST_SHA256 && target.length <= LIMIT_JSON_INTEGER);
        INVARIANT(slice_compare(before.name, target.name) < 0);
        INVARIANT(tuf_targets_find(targets, target.name) == &targets->entries[i]);
        before = target;
    }
}

static void check_delegations(const struct tuf_delegations *list)
{
    INVARIANT(list->count <= LIMIT_DELEGATIONS);
    for (size_t i = 0; i < list->count; i++) {
        const char *name = list->items[i].name;
        INVARIANT(tuf_dialect_notary.check_delegation_name(slice_from_string(name), "targets",
                                                           NULL) == ASSAY_OK);
        check_keys(&list->items[i].keys, &list->keys);
        INVARIANT(list->items[i].path_count <= LIMIT_DELEGATION_PATHS);
        for (size_t j = 0; j < i; j++) {
            INVARIANT(strcmp(list->items[j].name, name) != 0);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_BUF canonical = BUF_INIT(MIB);
    AUTO_ARENA arena = ARENA_INIT(LIMIT_ROLE_ARENA);
    struct tuf_verified verified;
    struct tuf_targets targets;
    struct assay_error err = ERROR_INIT;
    if (!signed_part(data, size, &canonical, &verified)) {
        return 0;
    }
    enum assay_status status =
        tuf_targets_parse(&verified, &tuf_dialect_notary, "targets", &arena, &targets, &err);
    check_outcome(status, &err);
    if (status == ASSAY_OK) {
        check_header(&targets.header);
        check_entries(&targets);
        check_delegations(&targets.delegations);
    }
    tuf_targets_clear(&targets);
    return 0;
}
