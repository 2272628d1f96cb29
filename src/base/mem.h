/* SPDX-License-Identifier: Apache-2.0 */
/* The only malloc, realloc and free. Sizes are checked; out of memory is NULL, a status above. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include "base/attr.h"

#include <stddef.h>

void mem_free(void *ptr);
/* Zeroed; NULL when count * size overflows or memory is out. */
void *mem_alloc(size_t count, size_t size) MALLOC_OF(mem_free);
/* Grows; the old block stays valid when NULL is returned. */
MUST_CHECK void *mem_resize(void *ptr, size_t count, size_t size);
/* A copy of a NUL-terminated text. */
char *mem_copy_string(const char *text) MALLOC_OF(mem_free);
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
