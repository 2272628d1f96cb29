/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Bytes for count objects, at least one, so that NULL only ever means failure. */
static bool mem_total(size_t count, size_t size, size_t *total)
{
    if (__builtin_mul_overflow(count, size, total) || *total > (size_t)PTRDIFF_MAX) {
        return false;
    }
    if (*total == 0) {
        *total = 1;
    }
    return true;
}

void mem_free(void *ptr)
{
    free(ptr);
}

void *mem_alloc(size_t count, size_t size)
{
    size_t total = 0;
    return mem_total(count, size, &total) ? calloc(1, total) : NULL;
}

void *mem_resize(void *ptr, size_t count, size_t size)
{
    size_t total = 0;
    return mem_total(count, size, &total) ? realloc(ptr, total) : NULL;
}

char *mem_copy_string(const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *copy = mem_alloc(bytes, 1);
    if (copy != NULL) {
        memcpy(copy, text, bytes);
    }
    return copy;
}

void mem_wipe(void *ptr, size_t len)
{
    if (len > 0) {
        explicit_bzero(ptr, len);
    }
}
