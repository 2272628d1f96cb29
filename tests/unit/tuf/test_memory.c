/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that runs out: at every single allocation the machine reports it, stays as it was, and
 * takes the same file when memory is there again. Linked with --wrap for mem_alloc and mem_resize.
 */
#include "support.h"

#include <criterion/criterion.h>

TestSuite(tuf_memory, .timeout = 120);

void *__real_mem_alloc(size_t count, size_t size);
void *__real_mem_resize(void *ptr, size_t count, size_t size);
void *__wrap_mem_alloc(size_t count, size_t size);
void *__wrap_mem_resize(void *ptr, size_t count, size_t size);

static size_t allocations;
static size_t failing; /* this one fails; 0: none */

static bool fails_now(void)
{
    allocations++;
    return allocations == failing;
}

void *__wrap_mem_alloc(size_t count, size_t size)
{
    return fails_now() ? NULL : __real_mem_alloc(count, size);
}

void *__wrap_mem_resize(void *ptr, size_t count, size_t size)
{
    return fails_now() ? NULL : __real_mem_resize(ptr, count, size);
}

static enum assay_status take(struct tuf_trusted *machine, size_t step, struct slice bytes,
                              struct assay_error *err)
{
    switch (step) {
    case 0:
        return tuf_trusted_set_anchor(machine, bytes, NULL, err);
    case 1:
        return tuf_trusted_add_root(machine, bytes, err);
    case 2:
        return tuf_trusted_close_roots(machine, err);
    case 3:
        return tuf_trusted_add_timestamp(machine, bytes, err);
    case 4:
        return tuf_trusted_add_snapshot(machine, bytes, err);
    case 5:
        return tuf_trusted_add_targets(machine, "targets", bytes, err);
    default:
        return tuf_trusted_add_targets(machine, "targets/releases", bytes, err);
    }
}

/* Every step once, and once more where memory ran out; how often it did. */
static size_t take_all(const struct slice *files, size_t count)
{
    size_t failures = 0;
    struct tuf_trusted *machine = new_machine(NULL, NULL);
    for (size_t i = 0; i < count; i++) {
        struct assay_error err = ERROR_INIT;
        enum assay_status status = take(machine, i, files[i], &err);
        if (status == ASSAY_NO_MEMORY) {
            cr_expect_eq(err.status, ASSAY_NO_MEMORY);
            failures++;
            status = take(machine, i, files[i], &err);
        }
        cr_assert_eq(status, ASSAY_OK, "step %zu, allocation %zu: %s", i, failing, err.message);
    }
    struct tuf_target target;
    bool found = false;
    cr_assert_eq(
        tuf_trusted_find(machine, "targets/releases", text_slice("2.0"), &target, &found, NULL),
        ASSAY_OK);
    cr_expect(found);
    tuf_trusted_free(machine);
    return failures;
}

Test(tuf_memory, every_allocation_may_fail)
{
    AUTO_ARENA arena = ARENA_INIT(64 * MIB);
    struct keys keys;
    struct repo repo;
    make_keys(&arena, &keys);
    struct maker_key *const signers[] = { keys.root, NULL };
    make_repo(&arena, &keys, NULL, 0, &repo);
    const char *before = sign_file(&arena, root_text(&arena, &keys, 2), signers);
    const struct slice files[] = {
        text_slice(before),
        text_slice(repo.files[FILE_ROOT]),
        SLICE_EMPTY,
        text_slice(repo.files[FILE_TIMESTAMP]),
        text_slice(repo.files[FILE_SNAPSHOT]),
        text_slice(repo.files[FILE_TARGETS]),
        text_slice(repo.files[FILE_RELEASES]),
    };
    allocations = 0;
    tuf_trusted_free(new_machine(NULL, NULL));
    size_t first = allocations + 1; /* those before make the machine itself */
    allocations = 0;
    cr_assert_eq(take_all(files, ARRAY_LEN(files)), 0);
    size_t last = allocations;
    cr_assert_gt(last, first + 40, "only %zu allocations", last);
    for (failing = first; failing <= last; failing++) {
        allocations = 0;
        cr_expect_eq(take_all(files, ARRAY_LEN(files)), 1, "allocation %zu of %zu", failing, last);
    }
    failing = 0;
    drop_keys(&keys);
}

Test(tuf_memory, no_machine)
{
    struct tuf_trusted_options options = { .dialect = &tuf_dialect_notary, .gun = TEST_GUN };
    struct tuf_trusted *machine = NULL;
    allocations = 0;
    failing = 1;
    cr_expect_eq(tuf_trusted_new(&options, &machine, NULL), ASSAY_NO_MEMORY);
    cr_expect_null(machine);
    failing = 0;
}
