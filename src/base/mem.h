/* SPDX-License-Identifier: Apache-2.0 */
/* The only malloc, realloc and free. Sizes are checked; out of memory is NULL, a status above. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include "base/error.h"

#include <stddef.h>

void mem_free(void *ptr);
/* Zeroed; NULL when count * size overflows or memory is out. */
void *mem_alloc(size_t count, size_t size) MALLOC_OF(mem_free);
/* Grows; the old block stays valid when NULL is returned. */
MUST_CHECK void *mem_resize(void *ptr, size_t count, size_t size);
/* Makes room for one item behind count of them, by doubling: list is the address of the pointer to
 * the items, *cap how many fit. What is there stays as it is, on failure too. */
MUST_CHECK enum assay_status mem_grow(void *list, size_t count, size_t *cap, size_t size,
                                      struct assay_error *err);
/* A copy of a NUL-terminated text. */
char *mem_copy_string(const char *text) MALLOC_OF(mem_free);
/* *out is freed and becomes a copy of text. */
MUST_CHECK enum assay_status mem_set_string(char **out, const char *text, struct assay_error *err);
/* Frees what the variable points to when it goes out of scope. */
#define AUTO_MEM CLEANUP(mem_cleanup)
static inline void mem_cleanup(void *variable)
{
    void *const *pointer = variable;
    mem_free(*pointer);
}
/* Overwrites memory in a way that the compiler keeps. */
void mem_wipe(void *ptr, size_t len);

#endif
