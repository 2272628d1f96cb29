/* SPDX-License-Identifier: Apache-2.0 */
#include "base/list.h"

#include "base/mem.h"

#include <string.h>

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
