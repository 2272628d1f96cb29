/* SPDX-License-Identifier: Apache-2.0 */
#include "report/audit_lines.h"

#include "base/buf.h"
#include "base/time.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define COLUMNS    100
#define LINE_BYTES 4096

/* How many bytes of the text fill at most so many columns: a byte that continues a character takes
 * none, so a line may be a little shorter than it could be for wide ones. */
size_t audit_fitting(const char *text, size_t columns)
{
    size_t bytes = 0;
    size_t used = 0;
    while (text[bytes] != '\0') {
        bool continues = ((uint8_t)text[bytes] & 0xC0) == 0x80;
        if (!continues && used == columns) {
            return bytes;
        }
        used += continues ? 0 : 1;
        bytes++;
    }
    return bytes;
}

/* The text in lines of at most COLUMNS, broken at blanks where there are some; the first line
 * begins in the column where the cursor is, the others below it. */
enum assay_status audit_append_wrapped(struct buf *out, size_t column, const char *text,
                                       struct assay_error *err)
{
    const char *rest = text;
    bool is_first = true;
    while (rest[0] != '\0') {
        size_t fits = audit_fitting(rest, COLUMNS - column);
        size_t cut = fits;
        if (rest[fits] != '\0') {
            size_t blank = slice_find_last(slice_of(rest, fits), ' ');
            cut = blank < fits && blank > 0 ? blank : fits;
        }
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

/* "2026-11-25", "~2026-11-25" where nobody signed it, "?" where nobody says. */
void audit_format_claim(const struct audit_time *time, char out[AUDIT_DATE_BYTES])
{
    char text[TIME_TEXT_BYTES];
    (void)snprintf(out, AUDIT_DATE_BYTES, "%s", "?");
    if (time->source != AUDIT_SOURCE_NONE) {
        time_format(time->unix_s, text);
        (void)snprintf(out, AUDIT_DATE_BYTES, "~%.10s", text);
    }
}

void audit_format_day(int64_t unix_s, char out[AUDIT_DATE_BYTES])
{
    char text[TIME_TEXT_BYTES];
    time_format(unix_s, text);
    (void)snprintf(out, AUDIT_DATE_BYTES, "%.10s", text);
}
