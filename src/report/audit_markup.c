/* SPDX-License-Identifier: Apache-2.0 */
#include "report/audit_markup.h"

#include "base/time.h"

#include <stdarg.h>
#include <stdio.h>

#define RAW_BYTES 1024

void markup_raw(struct markup *markup, const char *format, ...)
{
    char text[RAW_BYTES];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (markup->status != ASSAY_OK) {
        return;
    }
    markup->status = len < 0 || (size_t)len >= sizeof(text)
                         ? FAIL(markup->err, ASSAY_INTERNAL, "a piece of markup is too long")
                         : buf_append_string(markup->out, text, markup->err);
}

void markup_fixed(struct markup *markup, const char *text)
{
    if (markup->status == ASSAY_OK) {
        markup->status = buf_append_string(markup->out, text, markup->err);
    }
}

static const char *entity_of(char c)
{
    switch (c) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* What XML does not allow was sanitised before it got into the history. */
void markup_text_first(struct markup *markup, const char *text, size_t most_bytes)
{
    for (size_t i = 0; i < most_bytes && text[i] != '\0' && markup->status == ASSAY_OK; i++) {
        const char *entity = entity_of(text[i]);
        markup->status = entity != NULL
                             ? buf_append_string(markup->out, entity, markup->err)
                             : buf_append_byte(markup->out, (uint8_t)text[i], markup->err);
    }
}

void markup_text(struct markup *markup, const char *text)
{
    markup_text_first(markup, text, SIZE_MAX);
}

void markup_time(struct markup *markup, int64_t unix_s)
{
    char text[TIME_TEXT_BYTES];
    time_format(unix_s, text);
    markup_text(markup, text);
}

void markup_claim(struct markup *markup, const struct audit_time *time)
{
    if (time->source == AUDIT_SOURCE_NONE) {
        markup_text(markup, "not known");
        return;
    }
    markup_text(markup, "~");
    markup_time(markup, time->unix_s);
    markup_raw(markup, " (%s)", audit_source_name(time->source));
}

void markup_digest(struct markup *markup, const struct digest *digest)
{
    char text[DIGEST_TEXT_BYTES] = "-";
    if (digest->alg != DIGEST_NONE) {
        digest_format(digest, text);
    }
    markup_text(markup, text);
}

const char *markup_key_id(const struct audit_key *key)
{
    return key->canonical_id[0] == '\0' ? key->id : key->canonical_id;
}

enum assay_status report_audit_svg(const struct report_audit *what, struct buf *out,
                                   struct assay_error *err)
{
    struct markup markup = { .out = out, .err = err };
    markup_raw(&markup, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    markup_timeline(&markup, what->audit);
    markup_raw(&markup, "\n");
    return markup.status;
}
