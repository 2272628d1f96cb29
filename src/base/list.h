/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays in order, of items of any size, and lists of texts. Empty ones, NULL with no items, are
 * fine everywhere, as they are not in qsort(3) and bsearch(3). */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include "base/callback.h"

#include <stdlib.h>

static inline void list_sort(void *items, size_t count, size_t size,
                             int (*compare)(const void *a, const void *b))
{
    if (count > 1) {
        qsort(items, count, size, compare);
    }
}

static inline void list_sort_with(void *items, size_t count, size_t size,
                                  int (*compare)(const void *a, const void *b, void *ctx),
                                  void *ctx)
{
    if (count > 1) {
        qsort_r(items, count, size, compare, ctx);
    }
}

/* The place of the first item that is not before key; count: there is none. *found: it is equal.
 * compare has key and an item, in this order. */
static inline size_t list_place(const void *key, const void *items, size_t count, size_t size,
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

/* The first item that is equal to key; NULL: there is none. */
static inline const void *list_find(const void *key, const void *items, size_t count, size_t size,
                                    int (*compare)(const void *key, const void *item))
{
    bool found = false;
    size_t place = list_place(key, items, count, size, compare, &found);
    return found ? (const char *)items + place * size : NULL;
}

/* Makes room for one item, all zero, at place: what stood there and behind moves up, and *count is
 * one more. list and cap as in mem_grow. */
MUST_CHECK enum assay_status list_open(void *list, size_t *count, size_t *cap, size_t size,
                                       size_t place, struct assay_error *err);

/* Of items that are texts, or of a text's address and such an item: their bytes. */
int list_compare_texts(const void *a, const void *b);

/* Texts that the list owns. Zero-initialised is empty. */
struct text_list {
    char **items;
    size_t count;
    size_t cap;
};

#define AUTO_TEXT_LIST CLEANUP(text_list_clear) struct text_list
/* A copy, behind the others. */
MUST_CHECK enum assay_status text_list_add(struct text_list *list, const char *text,
                                           struct assay_error *err);
/* Sorts it and calls each with every text, in byte order. */
MUST_CHECK enum assay_status text_list_tell(struct text_list *list, name_fn *each, void *ctx,
                                            struct assay_error *err);
void text_list_clear(struct text_list *list);

#endif
