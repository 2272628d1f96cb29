/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays in order, of items of any size, and lists of texts. Empty ones, NULL with no items, are
 * fine everywhere, as they are not in qsort(3) and bsearch(3). */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include "base/callback.h"

void list_sort(void *items, size_t count, size_t size,
               int (*compare)(const void *a, const void *b));
void list_sort_with(void *items, size_t count, size_t size,
                    int (*compare)(const void *a, const void *b, void *ctx), void *ctx);

/* The place of the first item that is not before key; count: there is none. *found: it is equal.
 * compare has key and an item, in this order. */
size_t list_place(const void *key, const void *items, size_t count, size_t size,
                  int (*compare)(const void *key, const void *item), bool *found);
/* The first item that is equal to key; NULL: there is none. */
const void *list_find(const void *key, const void *items, size_t count, size_t size,
                      int (*compare)(const void *key, const void *item));

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
