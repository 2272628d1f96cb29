/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MEM_FIRST_ITEMS 8 /* of a growing list */

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

enum assay_status mem_grow(void *list, size_t count, size_t *cap, size_t size,
                           struct assay_error *err)
{
    void *items = NULL;
    size_t wanted = *cap == 0 ? MEM_FIRST_ITEMS : *cap;
    if (count < *cap) {
        return ASSAY_OK;
    }
    memcpy(&items, list, sizeof items);
    if (*cap != 0 && __builtin_mul_overflow(*cap, 2, &wanted)) {
        return FAIL_NO_MEMORY(err);
    }
    items = mem_resize(items, wanted, size);
    if (items == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    memcpy(list, &items, sizeof items);
    *cap = wanted;
    return ASSAY_OK;
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

enum assay_status mem_set_string(char **out, const char *text, struct assay_error *err)
{
    char *copy = mem_copy_string(text);
    if (copy == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    mem_free(*out);
    *out = copy;
    return ASSAY_OK;
}

void mem_wipe(void *ptr, size_t len)
{
    if (len > 0) {
        explicit_bzero(ptr, len);
    }
}
