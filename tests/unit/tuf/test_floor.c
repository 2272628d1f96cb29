/* SPDX-License-Identifier: Apache-2.0 */
#include "store_support.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(floor, .timeout = 60);

struct floor_case {
    const char *name;
    const char *role;
    uint64_t floor_version;
    const char *floor_key; /* NULL: none */
    uint64_t version;
    const char *contents; /* the floor's are "a" */
    const char *key;      /* NULL: none */
    enum assay_status expected;
    bool fell;
};

static const struct floor_case floor_cases[] = {
    { "same again", "targets", 3, "k", 3, "a", "k", ASSAY_OK, false },
    { "newer", "targets", 3, "k", 4, "b", "k", ASSAY_OK, false },
    { "newer with the same bytes", "targets", 3, "k", 4, "a", "k", ASSAY_OK, false },
    { "older", "targets", 3, "k", 2, "b", "k", ASSAY_ROLLBACK, false },
    { "older by much", "timestamp", 3000, "k", 1, "b", "k", ASSAY_ROLLBACK, false },
    { "same version, other bytes", "targets", 3, "k", 3, "b", "k", ASSAY_EQUIVOCATION, false },
    { "older, but no key is left", "targets", 3, "k", 2, "b", "n", ASSAY_OK, true },
    { "other bytes, but no key is left", "targets/releases", 3, "k", 3, "b", "n", ASSAY_OK, true },
    { "root never falls", "root", 3, "k", 2, "b", "n", ASSAY_ROLLBACK, false },
    { "root does not show two faces", "root", 3, "k", 3, "b", "n", ASSAY_EQUIVOCATION, false },
    { "a floor without keys never falls", "targets", 3, NULL, 2, "b", "n", ASSAY_ROLLBACK, false },
    { "a role without keys drops none", "targets", 3, "k", 2, "b", NULL, ASSAY_ROLLBACK, false },
};

Test(floor, stands_falls_or_rejects)
{
    for (size_t i = 0; i < ARRAY_LEN(floor_cases); i++) {
        const struct floor_case *c = &floor_cases[i];
        struct tuf_floor floor = { .version = c->floor_version, .sha256 = digest_of("a") };
        struct digest key = digest_of(c->key == NULL ? "" : c->key);
        struct digest sha256 = digest_of(c->contents);
        struct assay_error err = ERROR_INIT;
        bool fell = !c->fell;
        if (c->floor_key != NULL) {
            floor.keys[0] = digest_of(c->floor_key);
            floor.key_count = 1;
        }
        cr_expect_eq(tuf_floor_check(&floor, c->role, c->version, &sha256, &key, c->key != NULL,
                                     &fell, &err),
                     c->expected, "%s: %s", c->name, err.message);
        cr_expect_eq(fell, c->fell, "%s", c->name);
    }
}

Test(floor, one_key_that_stays_holds_it)
{
    struct tuf_floor floor = { .version = 9, .sha256 = digest_of("a"), .key_count = 2 };
    struct digest now[2] = { digest_of("new"), digest_of("stays") };
    struct digest sha256 = digest_of("b");
    bool fell = true;
    floor.keys[0] = digest_of("goes");
    floor.keys[1] = digest_of("stays");
    cr_expect_eq(tuf_floor_check(&floor, "targets", 1, &sha256, now, 2, &fell, NULL),
                 ASSAY_ROLLBACK);
    cr_expect(!fell);
    cr_expect_eq(tuf_floor_check(&floor, "targets", 1, &sha256, now, 1, &fell, NULL), ASSAY_OK);
    cr_expect(fell);
}

Test(floor, none_is_no_obstacle)
{
    struct digest sha256 = digest_of("a");
    bool fell = true;
    cr_expect_eq(tuf_floor_check(NULL, "targets", 1, &sha256, &sha256, 1, &fell, NULL), ASSAY_OK);
    cr_expect(!fell);
}

Test(floor, sorted_by_role_replaced_and_bounded)
{
    struct tuf_floors floors = { 0 };
    struct tuf_floor floor = { .version = 1 };
    struct assay_error err = ERROR_INIT;
    for (int i = 0; i < LIMIT_DELEGATIONS + 4; i++) {
        (void)snprintf(floor.role, sizeof floor.role, "targets/%d", (i * 37) % 1009);
        cr_assert_eq(tuf_floors_put(&floors, &floor, &err), ASSAY_OK);
    }
    for (size_t i = 1; i < floors.count; i++) {
        cr_expect(strcmp(floors.items[i - 1].role, floors.items[i].role) < 0);
    }
    size_t full = floors.count;
    floor.version = 2;
    cr_expect_eq(tuf_floors_put(&floors, &floor, &err), ASSAY_OK);
    cr_expect_eq(floors.count, full);
    cr_expect_eq(tuf_floors_find(&floors, floor.role)->version, 2);
    cr_expect_null(tuf_floors_find(&floors, "root"));
    (void)snprintf(floor.role, sizeof floor.role, "root");
    cr_expect_eq(tuf_floors_put(&floors, &floor, &err), ASSAY_DELEGATION_LIMIT);
    cr_expect_not_null(strstr(err.message, "root remove"), "%s", err.message);
    cr_expect_eq(floors.count, full);
    tuf_floors_clear(&floors);
    cr_expect_null(tuf_floors_find(&floors, "targets/0"));
}
