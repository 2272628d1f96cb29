/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include "base/text.h"

#define LOG_LINE_BYTES 1024

void log_line(const struct assay_log *log, enum log_level level, const char *format, ...)
{
    if (log == NULL || log->emit == NULL || level > log->level) {
        return;
    }
    char line[LOG_LINE_BYTES];
    va_list args;
    va_start(args, format);
    text_format(line, sizeof(line), format, args);
    va_end(args);
    log->emit(log->ctx, level, line);
}
