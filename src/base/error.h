/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one error type. It lives on the caller's stack or inside a result, never allocates, and is
 * passed as last argument everywhere.
 *
 *   return FAIL(err, ASSAY_SCHEMA, "%s: expected an object", path);
 *   TRY(parse_keys(reader, &keys, err));
 *   TRY_IN(tuf_root_parse(...), err, "root version %" PRIu64, version);    adds a context line
 *
 * Messages may quote remote text: everything is passed through text_sanitise (text.h).
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "base/attr.h"

#include <assay/error.h>
#include <stdarg.h>

#define ERROR_MESSAGE_BYTES 512
#define ERROR_CONTEXT_BYTES 192
#define ERROR_CONTEXT_LINES 6

struct assay_error {
    enum assay_status status;
    char message[ERROR_MESSAGE_BYTES];
    char remedy[ERROR_MESSAGE_BYTES];                       /* empty: the status table's */
    char context[ERROR_CONTEXT_LINES][ERROR_CONTEXT_BYTES]; /* innermost first */
    size_t context_count;
    const char *file; /* where it was raised; shown with -v -v */
    int line;
};

#define ERROR_INIT                                                                                 \
    {                                                                                              \
        .status = ASSAY_OK                                                                         \
    }

/* Fills err (may be NULL) and returns status; status must not be ASSAY_OK. */
enum assay_status error_set(struct assay_error *err, const char *file, int line,
                            enum assay_status status, const char *format, ...) PRINTF(5, 6);

/* Adds an outer context line, dropped when there are ERROR_CONTEXT_LINES; returns err's status. */
enum assay_status error_context(struct assay_error *err, enum assay_status status,
                                const char *format, ...) PRINTF(3, 4);

/* Replaces the remedy of the table by a better one. Returns err's status. */
enum assay_status error_remedy(struct assay_error *err, enum assay_status status,
                               const char *format, ...) PRINTF(3, 4);

/* Hands on a failure that was kept aside: copies it into err (may be NULL) and returns its status.
 */
enum assay_status error_pass(struct assay_error *err, const struct assay_error *kept);

void error_clear(struct assay_error *err);

/* What error_set promises, where compilers and analysers see it: a failure is never ASSAY_OK. */
static inline enum assay_status error_raised(enum assay_status status)
{
    return status == ASSAY_OK ? ASSAY_INTERNAL : status;
}

#define FAIL(err, status, ...)                                                                     \
    error_raised(error_set((err), __FILE__, __LINE__, (status), __VA_ARGS__))
#define FAIL_NO_MEMORY(err) FAIL((err), ASSAY_NO_MEMORY, "out of memory")

/* No braces within: a statement of one word must not count as two levels of nesting. */
#define TRY(expression)                                                                            \
    do {                                                                                           \
        enum assay_status try_status = (expression);                                               \
        if (try_status != ASSAY_OK)                                                                \
            return try_status;                                                                     \
    } while (0)

#define TRY_IN(expression, err, ...)                                                               \
    do {                                                                                           \
        enum assay_status try_status = (expression);                                               \
        if (try_status != ASSAY_OK)                                                                \
            return error_context((err), try_status, __VA_ARGS__);                                  \
    } while (0)

#endif
