/* SPDX-License-Identifier: Apache-2.0 */
/* For the operator: levelled lines to a sink that the caller gives; silent without one. Not an
 * error channel. Lines are sanitised. Secrets never enter. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/attr.h"

enum log_level {
    LOG_ERROR,
    LOG_WARN,
    LOG_INFO,
    LOG_DEBUG
};

/* Must be callable from several threads when --jobs runs several. */
struct assay_log {
    enum log_level level;
    void (*emit)(void *ctx, enum log_level level, const char *line);
    void *ctx;
};

/* log may be NULL. */
void log_line(const struct assay_log *log, enum log_level level, const char *format, ...)
    PRINTF(3, 4);

#endif
