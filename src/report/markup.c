/* SPDX-License-Identifier: Apache-2.0 */
#include "report/markup.h"

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

const char *markup_entity(char c)
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

/* What XML does not allow was sanitised before it is written here. */
void markup_text_first(struct markup *markup, const char *text, size_t most_bytes)
{
    for (size_t i = 0; i < most_bytes && text[i] != '\0' && markup->status == ASSAY_OK; i++) {
        const char *entity = markup_entity(text[i]);
        markup->status = entity != NULL
                             ? buf_append_string(markup->out, entity, markup->err)
                             : buf_append_byte(markup->out, (uint8_t)text[i], markup->err);
    }
}

void markup_text(struct markup *markup, const char *text)
{
    markup_text_first(markup, text, SIZE_MAX);
}
