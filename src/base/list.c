/* SPDX-License-Identifier: Apache-2.0 */
#include "base/list.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

void list_sort(void *items, size_t count, size_t size, int (*compare)(const void *a, const void *b))
{
    if (count > 1) {
        qsort(items, count, size, compare);
    }
}

void list_sort_with(void *items, size_t count, size_t size,
                    int (*compare)(const void *a, const void *b, void *ctx), void *ctx)
{
    if (count > 1) {
        qsort_r(items, count, size, compare, ctx);
    }
}

size_t list_place(const void *key, const void *items, size_t count, size_t size,
                  int (*compare)(const void *key, const void *item), bool *found)
{
    const char *bytes = items;
    size_t low = 0;
    size_t high = count;
    *found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(key, bytes + middle * size);
        *found = *found || order == 0;
        low = order > 0 ? middle + 1 : low;
        high = order > 0 ? high : middle;
    }
    return low;
}

const void *list_find(const void *key, const void *items, size_t count, size_t size,
                      int (*compare)(const void *key, const void *item))
{
    bool found = false;
    size_t place = list_place(key, items, count, size, compare, &found);
    return found ? (const char *)items + place * size : NULL;
}

enum assay_status list_open(void *list, size_t *count, size_t *cap, size_t size, size_t place,
                            struct assay_error *err)
{
    char *items = NULL;
    TRY(mem_grow(list, *count, cap, size, err));
    memcpy(&items, list, sizeof(items)); /* list points to a pointer of some type */
    memmove(items + (place + 1) * size, items + place * size, (*count - place) * size);
    memset(items + place * size, 0, size);
    (*count)++;
    return ASSAY_OK;
}

int list_compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum assay_status text_list_add(struct text_list *list, const char *text, struct assay_error *err)
{
    TRY(mem_grow(&list->items, list->count, &list->cap, sizeof(char *), err));
    char *copy = mem_copy_string(text);
    if (copy == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    list->items[list->count++] = copy;
    return ASSAY_OK;
}

enum assay_status text_list_tell(struct text_list *list, name_fn *each, void *ctx,
                                 struct assay_error *err)
{
    list_sort(list->items, list->count, sizeof(char *), list_compare_texts);
    for (size_t i = 0; i < list->count; i++) {
        TRY(each(ctx, list->items[i], err));
    }
    return ASSAY_OK;
}

void text_list_clear(struct text_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        mem_free(list->items[i]);
    }
    mem_free(list->items);
    *list = (struct text_list){ 0 };
}
