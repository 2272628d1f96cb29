/* SPDX-License-Identifier: Apache-2.0 */
#include "base/list.h"

#include "base/mem.h"

#include <criterion/criterion.h>

TestSuite(list, .timeout = 60);

static int compare_numbers(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static int compare_falling(const void *a, const void *b, void *sign)
{
    return *(const int *)sign * compare_numbers(a, b);
}

Test(list, places_are_those_of_a_walk)
{
    int items[] = { 1, 3, 3, 3, 7, 9, 12 };
    for (size_t count = 0; count <= ARRAY_LEN(items); count++) {
        for (int key = 0; key <= 13; key++) {
            size_t wanted = 0;
            bool found = true;
            while (wanted < count && items[wanted] < key) {
                wanted++;
            }
            size_t place = list_place(&key, items, count, sizeof(int), compare_numbers, &found);
            const int *hit = list_find(&key, items, count, sizeof(int), compare_numbers);
            bool there = wanted < count && items[wanted] == key;
            cr_expect_eq(place, wanted, "%d in the first %zu", key, count);
            cr_expect_eq(found, there, "%d in the first %zu", key, count);
            cr_expect_eq(hit, there ? &items[wanted] : NULL, "%d in the first %zu", key, count);
        }
    }
}

Test(list, nothing_is_a_list_too)
{
    int key = 1;
    bool found = true;
    cr_expect_eq(list_place(&key, NULL, 0, sizeof(int), compare_numbers, &found), 0);
    cr_expect_not(found);
    cr_expect_null(list_find(&key, NULL, 0, sizeof(int), compare_numbers));
    list_sort(NULL, 0, sizeof(int), compare_numbers);
    list_sort_with(NULL, 0, sizeof(int), compare_falling, &key);
}

Test(list, sorts_by_what_it_is_told)
{
    int items[] = { 5, 1, 4, 2, 3 };
    int sign = -1;
    list_sort(items, ARRAY_LEN(items), sizeof(int), compare_numbers);
    for (int i = 0; i < 5; i++) {
        cr_expect_eq(items[i], i + 1);
    }
    list_sort_with(items, ARRAY_LEN(items), sizeof(int), compare_falling, &sign);
    for (int i = 0; i < 5; i++) {
        cr_expect_eq(items[i], 5 - i);
    }
}

Test(list, opens_at_the_front_within_and_at_the_end)
{
    AUTO_MEM int *items = NULL;
    size_t count = 0;
    size_t cap = 0;
    for (int i = 0; i < 100; i++) {
        int key = i * 37 % 100;
        bool found = false;
        size_t place = list_place(&key, items, count, sizeof(int), compare_numbers, &found);
        cr_assert_not(found);
        cr_assert_eq(list_open(&items, &count, &cap, sizeof(int), place, NULL), ASSAY_OK);
        cr_expect_eq(items[place], 0, "the new place is empty");
        items[place] = key;
    }
    cr_assert_eq(count, 100);
    for (int i = 0; i < 100; i++) {
        cr_expect_eq(items[i], i);
    }
    size_t most = SIZE_MAX;
    cr_expect_eq(list_open(&items, &most, &most, sizeof(int), 0, NULL), ASSAY_NO_MEMORY);
    cr_expect_eq(most, SIZE_MAX);
}

static enum assay_status join(void *ctx, const char *name, struct assay_error *err)
{
    char *all = ctx;
    size_t len = strlen(all);
    if (name[0] == 'x') {
        return FAIL(err, ASSAY_NOTHING, "stop");
    }
    memcpy(all + len, name, strlen(name) + 1);
    return ASSAY_OK;
}

Test(list, texts_are_owned_and_told_in_byte_order)
{
    AUTO_TEXT_LIST list = { 0 };
    char all[32] = "";
    char text[] = "b";
    cr_assert_eq(text_list_tell(&list, join, all, NULL), ASSAY_OK);
    cr_expect_str_eq(all, "");
    cr_assert_eq(text_list_add(&list, text, NULL), ASSAY_OK);
    text[0] = '?';
    cr_assert_eq(text_list_add(&list, "a", NULL), ASSAY_OK);
    cr_assert_eq(text_list_add(&list, "B", NULL), ASSAY_OK);
    cr_assert_eq(text_list_tell(&list, join, all, NULL), ASSAY_OK);
    cr_expect_str_eq(all, "Bab");
    all[0] = '\0';
    cr_assert_eq(text_list_add(&list, "x", NULL), ASSAY_OK);
    cr_assert_eq(text_list_add(&list, "y", NULL), ASSAY_OK);
    cr_expect_eq(text_list_tell(&list, join, all, NULL), ASSAY_NOTHING);
    cr_expect_str_eq(all, "Bab", "what comes behind a failure is not told");
    text_list_clear(&list);
    cr_expect_eq(list.count, 0);
}
