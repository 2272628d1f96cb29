/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include "base/mem.h"
#include "base/text.h"

enum assay_status error_set(struct assay_error *err, const char *file, int line,
                            enum assay_status status, const char *format, ...)
{
    if (status == ASSAY_OK) {
        status = ASSAY_INTERNAL; /* a failure must not turn into success */
    }
    if (err == NULL) {
        return status;
    }
    va_list args;
    va_start(args, format);
    /* First, because the arguments may be texts of this very error. */
    text_format(err->message, sizeof(err->message), format, args);
    va_end(args);
    err->status = status;
    err->remedy[0] = '\0';
    err->context_count = 0;
    err->file = file;
    err->line = line;
    return status;
}

enum assay_status error_context(struct assay_error *err, enum assay_status status,
                                const char *format, ...)
{
    if (err == NULL || err->context_count >= ERROR_CONTEXT_LINES) {
        return status;
    }
    va_list args;
    va_start(args, format);
    text_format(err->context[err->context_count], ERROR_CONTEXT_BYTES, format, args);
    va_end(args);
    err->context_count++;
    return status;
}

enum assay_status error_remedy(struct assay_error *err, enum assay_status status,
                               const char *format, ...)
{
    if (err == NULL) {
        return status;
    }
    va_list args;
    va_start(args, format);
    text_format(err->remedy, sizeof(err->remedy), format, args);
    va_end(args);
    return status;
}

enum assay_status error_pass(struct assay_error *err, const struct assay_error *kept)
{
    if (err != NULL) {
        *err = *kept;
    }
    return kept->status;
}

void error_clear(struct assay_error *err)
{
    if (err != NULL) {
        *err = (struct assay_error)ERROR_INIT;
    }
}

struct assay_error *assay_error_new(void)
{
    return mem_alloc(1, sizeof(struct assay_error));
}

void assay_error_free(struct assay_error *error)
{
    mem_free(error);
}

enum assay_status assay_error_status(const struct assay_error *error)
{
    return error == NULL ? ASSAY_OK : error->status;
}

const char *assay_error_message(const struct assay_error *error)
{
    return error == NULL ? "" : error->message;
}

const char *assay_error_remedy(const struct assay_error *error)
{
    if (error == NULL) {
        return "";
    }
    return error->remedy[0] != '\0' ? error->remedy : assay_status_remedy(error->status);
}

size_t assay_error_context_count(const struct assay_error *error)
{
    return error == NULL ? 0 : error->context_count;
}

const char *assay_error_context(const struct assay_error *error, size_t index)
{
    if (error == NULL || index >= error->context_count) {
        return "";
    }
    /* Stored as it grows, innermost first; read as a person reads it, outermost first. */
    return error->context[error->context_count - 1 - index];
}
