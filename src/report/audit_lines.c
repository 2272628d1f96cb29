/* SPDX-License-Identifier: Apache-2.0 */
#include "report/audit_lines.h"

#include "base/buf.h"
#include "base/time.h"
#include "report/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define LINE_BYTES 4096

/* No tables of widths here: what takes three bytes or more may be wide and counts twice, so a line
 * is at most shorter than it could be. *width is that of the character at text. */
static size_t character(const char *text, size_t *width)
{
    size_t bytes = 1;
    while (((uint8_t)text[bytes] & 0xC0) == 0x80) {
        bytes++;
    }
    *width = bytes >= 3 ? 2 : 1;
    return bytes;
}

/* *used: the columns that they fill. */
static size_t fitting(const char *text, size_t columns, size_t *used)
{
    size_t bytes = 0;
    *used = 0;
    while (text[bytes] != '\0') {
        size_t width = 0;
        size_t next = character(text + bytes, &width);
        if (*used + width > columns) {
            break;
        }
        *used += width;
        bytes += next;
    }
    return bytes;
}

size_t audit_fitting(const char *text, size_t columns)
{
    size_t used = 0;
    return fitting(text, columns, &used);
}

bool audit_fits(const char *text, size_t columns)
{
    return text[audit_fitting(text, columns)] == '\0';
}

enum assay_status audit_append_cell(struct buf *out, size_t columns, const char *text,
                                    struct assay_error *err)
{
    AUTO_BUF squeezed = BUF_INIT(LIMIT_JSON_STRING_BYTES);
    size_t used = 0;
    TRY(report_squeezed(text, &squeezed, err));
    bool fits = audit_fits(buf_text(&squeezed), columns);
    size_t dots = fits ? 0 : columns < 3 ? columns : 3;
    size_t bytes = fitting(buf_text(&squeezed), columns - dots, &used);
    TRY(buf_append(out, slice_first(buf_slice(&squeezed), bytes), err));
    return buf_printf(out, err, "%.*s%*s", (int)dots, "...", (int)(columns - used - dots), "");
}

/* Where the line is cut: at its last blank, or where it is full. */
static size_t line_end(const char *text, size_t columns)
{
    size_t fits = audit_fitting(text, columns);
    size_t blank = slice_find_last(slice_of(text, fits), ' ');
    return text[fits] != '\0' && blank < fits && blank > 0 ? blank : fits;
}

enum assay_status audit_append_wrapped(struct buf *out, size_t column, const char *text,
                                       struct assay_error *err)
{
    AUTO_BUF squeezed = BUF_INIT(LIMIT_JSON_STRING_BYTES);
    bool is_first = true;
    TRY(report_squeezed(text, &squeezed, err));
    const char *rest = buf_text(&squeezed);
    while (rest[0] != '\0') {
        size_t cut = line_end(rest, AUDIT_COLUMNS - column);
        TRY(buf_printf(out, err, "%*s", is_first ? 0 : (int)column, ""));
        TRY(buf_append(out, slice_of(rest, cut), err));
        TRY(buf_append_byte(out, '\n', err));
        rest += cut;
        rest += rest[0] == ' ' ? 1 : 0;
        is_first = false;
    }
    return is_first ? buf_append_byte(out, '\n', err) : ASSAY_OK;
}

enum assay_status audit_append_line(struct buf *out, size_t column, struct assay_error *err,
                                    const char *format, ...)
{
    char text[LINE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    TRY(buf_printf(out, err, "%*s", (int)column, ""));
    return audit_append_wrapped(out, column, text, err);
}

enum assay_status audit_append_heading(struct buf *out, const char *text, struct assay_error *err)
{
    return buf_printf(out, err, "\n%s\n", text);
}

enum assay_status audit_append_more(struct buf *out, size_t shown, uint64_t all,
                                    struct assay_error *err)
{
    return shown >= all ? ASSAY_OK
                        : buf_printf(out, err, "  ... and %" PRIu64 " more: see --output json\n",
                                     all - shown);
}

void audit_format_claim(const struct audit_time *time, char out[AUDIT_DATE_BYTES])
{
    static const char letters[] = {
        [AUDIT_SOURCE_NONE] = '?',     [AUDIT_SOURCE_CHANGEFEED] = 'f',
        [AUDIT_SOURCE_MODIFIED] = 'm', [AUDIT_SOURCE_CERTIFICATE] = 'c',
        [AUDIT_SOURCE_LIFETIME] = 'l',
    };
    char text[TIME_TEXT_BYTES];
    (void)snprintf(out, AUDIT_DATE_BYTES, "%s", "?");
    if (time->source != AUDIT_SOURCE_NONE) {
        time_format(time->unix_s, text);
        (void)snprintf(out, AUDIT_DATE_BYTES, "~%.10s%c", text, letters[time->source]);
    }
}

void audit_format_day(int64_t unix_s, char out[AUDIT_DATE_BYTES])
{
    char text[TIME_TEXT_BYTES];
    time_format(unix_s, text);
    (void)snprintf(out, AUDIT_DATE_BYTES, "%.10s", text);
}
