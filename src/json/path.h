/* SPDX-License-Identifier: Apache-2.0 */
/* Writes "$.signed.roles[3]" step by step; names from outside are sanitised. Internal to json/. */
#ifndef JSON_PATH_H
#define JSON_PATH_H

#include "base/error.h"
#include "base/slice.h"

struct path {
    char *out;
    size_t out_bytes;
    size_t len;
    bool full; /* ends in "..." */
};

/* document may be NULL; it is put in front of "$". */
void path_start(struct path *path, char *out, size_t out_bytes, const char *document);
void path_add_key(struct path *path, struct slice key);
void path_add_index(struct path *path, size_t index);
/* FAIL with the path in front. */
enum assay_status path_fail(const char *path, struct assay_error *err, enum assay_status status,
                            const char *format, va_list args) PRINTF(4, 0);

#endif
