/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The error object: a status with what was expected and found, where, and what to do.
 *
 * The caller owns it and passes it as last argument; a call that fails fills it in, a call that
 * succeeds leaves it alone. All text is valid UTF-8 without control characters, whatever the
 * server sent. An error belongs to one thread at a time.
 */
#ifndef ASSAY_ERROR_H
#define ASSAY_ERROR_H

#include <assay/status.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct assay_error;

/** A new, empty error. Returns: owned by the caller, NULL when out of memory. */
ASSAY_API struct assay_error *assay_error_new(void);

/** Frees an error. @param error may be NULL. */
ASSAY_API void assay_error_free(struct assay_error *error);

/** The status; ASSAY_OK as long as nothing failed. */
ASSAY_API enum assay_status assay_error_status(const struct assay_error *error);

/** What happened. Returns: borrowed from the error, never NULL. */
ASSAY_API const char *assay_error_message(const struct assay_error *error);

/** What to do. Returns: borrowed from the error, never NULL, may be empty. */
ASSAY_API const char *assay_error_remedy(const struct assay_error *error);

/** The number of context lines, outermost first. */
ASSAY_API size_t assay_error_context_count(const struct assay_error *error);

/** One context line. Returns: borrowed from the error; "" when index is out of range. */
ASSAY_API const char *assay_error_context(const struct assay_error *error, size_t index);

#ifdef __cplusplus
}
#endif

#endif
