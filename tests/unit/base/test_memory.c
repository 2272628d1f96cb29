/* SPDX-License-Identifier: Apache-2.0 */
/* Memory: sizes are checked, maxima hold, everything is freed (the sanitizers look). */
#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"

#include <criterion/criterion.h>
#include <stdalign.h>

TestSuite(memory, .timeout = 60);

/* ---- mem ---- */

Test(memory, mem_is_zeroed_and_checked)
{
    static const uint8_t zeros[64] = { 0 };
    uint8_t *ptr = mem_alloc(8, 8);
    cr_assert_not_null(ptr);
    cr_expect(slice_equal(slice_of(ptr, 64), slice_of(zeros, 64)));
    ptr[63] = 1;
    ptr = mem_resize(ptr, 100, 10);
    cr_assert_not_null(ptr);
    cr_expect_eq(ptr[63], 1);
    cr_expect_null(mem_resize(ptr, SIZE_MAX / 2, 3));
    cr_expect_eq(ptr[63], 1, "still valid");
    mem_free(ptr);
    volatile size_t huge = SIZE_MAX; /* not for the compiler to see */
    cr_expect_null(mem_alloc(huge, 2));
    cr_expect_null(mem_alloc(2, huge));
    cr_expect_null(mem_alloc(huge, 1));
    cr_expect_null(mem_alloc((size_t)PTRDIFF_MAX + huge - SIZE_MAX + 1, 1));
    mem_free(NULL);
}

Test(memory, nothing_is_not_a_failure)
{
    void *nothing = mem_alloc(0, 8);
    cr_expect_not_null(nothing);
    void *still = mem_resize(nothing, 8, 0);
    cr_expect_not_null(still);
    mem_free(still);
}

Test(memory, mem_copies_and_wipes)
{
    char *copy = mem_copy_string("text");
    cr_assert_str_eq(copy, "text");
    mem_wipe(copy, 4);
    cr_expect_str_eq(copy, "");
    mem_wipe(NULL, 0);
    mem_free(copy);
}

/* ---- buf ---- */

Test(memory, buf_grows_to_its_maximum)
{
    AUTO_BUF buf = BUF_INIT(1000);
    struct assay_error err = ERROR_INIT;
    cr_expect_str_eq(buf_text(&buf), "");
    cr_expect_eq(buf_slice(&buf).len, 0);
    for (size_t i = 0; i < 1000; i++) {
        cr_assert_eq(buf_append_byte(&buf, (uint8_t)('a' + i % 26), &err), ASSAY_OK);
        cr_assert_eq(buf.len, i + 1);
        cr_assert_eq(buf.ptr[buf.len], '\0');
    }
    cr_expect_eq(buf_append_byte(&buf, 'x', &err), ASSAY_TOO_LARGE);
    cr_expect_eq(err.status, ASSAY_TOO_LARGE);
    cr_expect_eq(buf_append(&buf, SLICE_EMPTY, &err), ASSAY_OK);
    cr_expect_eq(buf.len, 1000);
    cr_expect_leq(buf.cap, 1001);
    for (size_t i = 0; i < 1000; i++) {
        cr_assert_eq(buf.ptr[i], 'a' + i % 26);
    }
}

Test(memory, buf_maximum_holds_for_every_way_in)
{
    AUTO_BUF buf = BUF_INIT(5);
    cr_expect_eq(buf_append_string(&buf, "123456", NULL), ASSAY_TOO_LARGE);
    cr_expect_eq(buf_printf(&buf, NULL, "%d", 123456), ASSAY_TOO_LARGE);
    cr_expect_eq(buf_reserve(&buf, 6, NULL), ASSAY_TOO_LARGE);
    cr_expect_eq(buf_reserve(&buf, SIZE_MAX, NULL), ASSAY_TOO_LARGE);
    cr_expect_eq(buf.len, 0);
    cr_expect_eq(buf_printf(&buf, NULL, "%d-%s", 12, "ab"), ASSAY_OK);
    cr_expect_str_eq(buf_text(&buf), "12-ab");
    buf.max = 2; /* less than it holds already */
    cr_expect_eq(buf_reserve(&buf, 1, NULL), ASSAY_TOO_LARGE);
    AUTO_BUF endless = BUF_INIT(SIZE_MAX);
    cr_expect_eq(buf_reserve(&endless, SIZE_MAX, NULL), ASSAY_NO_MEMORY);
    cr_expect_eq(buf_reserve(&endless, SIZE_MAX / 2 + 2, NULL), ASSAY_NO_MEMORY);
    cr_expect_eq(buf_append_string(&endless, "text", NULL), ASSAY_OK);
}

Test(memory, buf_reset_clear_wipe)
{
    AUTO_BUF buf = BUF_INIT(100);
    cr_assert_eq(buf_append_string(&buf, "secret", NULL), ASSAY_OK);
    size_t cap = buf.cap;
    buf_reset(&buf);
    cr_expect_str_eq(buf_text(&buf), "");
    cr_expect_eq(buf.cap, cap);
    cr_assert_eq(buf_append_string(&buf, "again", NULL), ASSAY_OK);
    cr_expect_str_eq(buf_text(&buf), "again");
    buf_wipe(&buf);
    cr_expect_null(buf.ptr);
    cr_expect_eq(buf.len, 0);
    cr_expect_eq(buf.max, 100);
    buf_reset(&buf);
    buf_clear(&buf);
    buf_wipe(&buf);
    cr_assert_eq(buf_append_string(&buf, "more", NULL), ASSAY_OK);
    cr_expect_str_eq(buf_text(&buf), "more");
}

Test(memory, buf_move)
{
    AUTO_BUF from = BUF_INIT(100);
    AUTO_BUF to = BUF_INIT(50);
    cr_assert_eq(buf_append_string(&from, "new", NULL), ASSAY_OK);
    cr_assert_eq(buf_append_string(&to, "old", NULL), ASSAY_OK);
    buf_move(&to, &from);
    cr_expect_str_eq(buf_text(&to), "new");
    cr_expect_str_eq(buf_text(&from), "");
    cr_expect_eq(from.len, 0);
    cr_expect_eq(from.max, 100);
    cr_expect_eq(to.max, 50);
    buf_move(&to, &to);
    cr_expect_str_eq(buf_text(&to), "new");
    cr_expect_eq(buf_append_string(&from, "used again", NULL), ASSAY_OK);
    cr_expect_str_eq(buf_text(&from), "used again");
}

/* ---- arena ---- */

Test(memory, arena_memory_is_zeroed_aligned_and_apart)
{
    AUTO_ARENA arena = ARENA_INIT(4UL * 1024 * 1024);
    uint8_t *blocks[500];
    for (size_t i = 0; i < ARRAY_LEN(blocks); i++) {
        size_t len = i * 7 % 3000;
        cr_assert_eq(arena_alloc(&arena, len, 1, &blocks[i], NULL), ASSAY_OK);
        cr_assert_not_null(blocks[i]);
        cr_assert_eq((uintptr_t)blocks[i] % alignof(max_align_t), 0);
        for (size_t j = 0; j < len; j++) {
            cr_assert_eq(blocks[i][j], 0);
        }
        memset(blocks[i], (int)(i % 255 + 1), len);
    }
    for (size_t i = 0; i < ARRAY_LEN(blocks); i++) {
        for (size_t j = 0; j < i * 7 % 3000; j++) {
            cr_assert_eq(blocks[i][j], i % 255 + 1, "block %zu was overwritten", i);
        }
    }
}

Test(memory, arena_maximum)
{
    AUTO_ARENA arena = ARENA_INIT(1000);
    void *ptr = NULL;
    struct assay_error err = ERROR_INIT;
    cr_expect_eq(arena_alloc(&arena, 1001, 1, &ptr, &err), ASSAY_JSON_LIMIT);
    cr_expect_eq(err.status, ASSAY_JSON_LIMIT);
    cr_expect_eq(arena_alloc(&arena, SIZE_MAX, 2, &ptr, NULL), ASSAY_JSON_LIMIT);
    cr_expect_eq(arena_alloc(&arena, SIZE_MAX, 1, &ptr, NULL), ASSAY_JSON_LIMIT);
    cr_expect_null(ptr);
    cr_expect_eq(arena_alloc(&arena, 1000, 1, &ptr, NULL), ASSAY_OK);
    cr_expect_eq(arena_alloc(&arena, 1, 1, &ptr, NULL), ASSAY_JSON_LIMIT);
    arena_clear(&arena);
    cr_expect_eq(arena_alloc(&arena, 1000, 1, &ptr, NULL), ASSAY_OK, "all is given back");
    arena_clear(&arena);
    size_t count = 0; /* requests for nothing cannot get around the maximum */
    while (count < 100000 && arena_alloc(&arena, 0, 1, &ptr, NULL) == ASSAY_OK &&
           arena.used < arena.max) {
        count++;
    }
    cr_expect_lt(count, 1000);
}

Test(memory, arena_copy)
{
    AUTO_ARENA arena = ARENA_INIT(64);
    struct slice copy;
    cr_assert_eq(arena_copy(&arena, SLICE_LITERAL("text"), &copy, NULL), ASSAY_OK);
    cr_expect(slice_is(copy, "text"));
    cr_expect_eq(copy.ptr[4], '\0');
    cr_assert_eq(arena_copy(&arena, SLICE_EMPTY, &copy, NULL), ASSAY_OK);
    cr_expect_eq(copy.len, 0);
    cr_expect_eq(copy.ptr[0], '\0');
    cr_expect_eq(arena_copy(&arena, slice_of("", SIZE_MAX), &copy, NULL), ASSAY_JSON_LIMIT);
}

/* ---- slice ---- */

Test(memory, slices)
{
    struct slice text = SLICE_LITERAL("targets/releases");
    cr_expect(slice_is(slice_from(text, 8), "releases"));
    cr_expect_eq(slice_from(text, 99).len, 0);
    cr_expect_eq(slice_from(SLICE_EMPTY, 1).len, 0);
    cr_expect(slice_is(slice_first(text, 7), "targets"));
    cr_expect(slice_is(slice_first(text, 99), "targets/releases"));
    cr_expect_eq(slice_find(text, '/'), 7);
    cr_expect_eq(slice_find(text, '!'), text.len);
    cr_expect_eq(slice_find_last(text, 's'), text.len - 1);
    cr_expect_eq(slice_find_last(text, '!'), text.len);
    cr_expect_eq(slice_find(SLICE_EMPTY, '!'), 0);
    cr_expect(slice_has_prefix(text, SLICE_LITERAL("targets/")));
    cr_expect_not(slice_has_prefix(text, SLICE_LITERAL("targets/releases/")));
    cr_expect(slice_has_prefix(SLICE_EMPTY, SLICE_EMPTY));
    cr_expect(slice_has_suffix(text, SLICE_LITERAL("releases")));
    cr_expect_not(slice_has_suffix(text, SLICE_LITERAL("Releases")));
    cr_expect(slice_equal(SLICE_EMPTY, SLICE_LITERAL("")));
    cr_expect_not(slice_equal(text, SLICE_LITERAL("targets/release")));
    cr_expect_lt(slice_compare(SLICE_LITERAL("ab"), SLICE_LITERAL("abc")), 0);
    cr_expect_gt(slice_compare(SLICE_LITERAL("b"), SLICE_LITERAL("abc")), 0);
    cr_expect_gt(slice_compare(SLICE_LITERAL("\xff"), SLICE_LITERAL("a")), 0);
    cr_expect_eq(slice_compare(SLICE_EMPTY, SLICE_LITERAL("")), 0);
}

/* ---- lists ---- */

Test(memory, lists_grow_and_keep_what_they_hold)
{
    struct assay_error err = ERROR_INIT;
    size_t cap = 0;
    AUTO_MEM uint64_t *list = NULL;
    for (uint64_t i = 0; i < 100; i++) {
        cr_assert_eq(mem_grow(&list, i, &cap, sizeof(*list), &err), ASSAY_OK);
        cr_assert(cap > i);
        list[i] = i;
    }
    for (uint64_t i = 0; i < 100; i++) {
        cr_assert_eq(list[i], i);
    }
    uint64_t *before = list;
    size_t huge = SIZE_MAX / 2 + 1;
    cr_expect_eq(mem_grow(&list, huge, &huge, sizeof(*list), &err), ASSAY_NO_MEMORY);
    cr_expect_eq(err.status, ASSAY_NO_MEMORY);
    cr_expect_eq(huge, SIZE_MAX / 2 + 1);
    huge = SIZE_MAX / sizeof(*list);
    cr_expect_eq(mem_grow(&list, huge, &huge, sizeof(*list), NULL), ASSAY_NO_MEMORY);
    cr_expect_eq(list, before, "still valid");
}

Test(memory, strings_replace_each_other)
{
    struct assay_error err = ERROR_INIT;
    AUTO_MEM char *text = NULL;
    cr_assert_eq(mem_set_string(&text, "one", &err), ASSAY_OK);
    cr_expect_str_eq(text, "one");
    cr_assert_eq(mem_set_string(&text, text + 1, &err), ASSAY_OK);
    cr_expect_str_eq(text, "ne", "its own part, too");
}
