/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include "base/mem.h"

#include <stdio.h>

#define BUF_MIN_BYTES 64UL

/* Doubles, within the maximum; needed is at most max + 1. */
static size_t buf_next_cap(const struct buf *buf, size_t needed)
{
    size_t cap = buf->cap <= SIZE_MAX / 2 ? 2 * buf->cap : SIZE_MAX;
    if (cap < BUF_MIN_BYTES) {
        cap = BUF_MIN_BYTES;
    }
    if (cap > buf->max) {
        cap = buf->max + 1;
    }
    return cap < needed ? needed : cap;
}

enum assay_status buf_reserve(struct buf *buf, size_t len, struct assay_error *err)
{
    if (buf->len > buf->max || len > buf->max - buf->len) {
        return FAIL(err, ASSAY_TOO_LARGE, "more than the allowed %zu bytes", buf->max);
    }
    size_t needed = 0; /* one more for the NUL */
    if (__builtin_add_overflow(buf->len + len, 1U, &needed)) {
        return FAIL_NO_MEMORY(err);
    }
    if (needed <= buf->cap) {
        return ASSAY_OK;
    }
    size_t cap = buf_next_cap(buf, needed);
    uint8_t *ptr = mem_resize(buf->ptr, cap, 1);
    if (ptr == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    ptr[buf->len] = '\0';
    buf->ptr = ptr;
    buf->cap = cap;
    return ASSAY_OK;
}

enum assay_status buf_append(struct buf *buf, struct slice bytes, struct assay_error *err)
{
    TRY(buf_reserve(buf, bytes.len, err));
    if (bytes.len > 0) {
        memcpy(buf->ptr + buf->len, bytes.ptr, bytes.len);
        buf->len += bytes.len;
    }
    buf->ptr[buf->len] = '\0';
    return ASSAY_OK;
}

enum assay_status buf_sink(void *buf, struct slice bytes, struct assay_error *err)
{
    return buf_append(buf, bytes, err);
}

enum assay_status buf_append_string(struct buf *buf, const char *text, struct assay_error *err)
{
    return buf_append(buf, slice_from_string(text), err);
}

enum assay_status buf_append_byte(struct buf *buf, uint8_t byte, struct assay_error *err)
{
    return buf_append(buf, slice_of(&byte, 1), err);
}

enum assay_status buf_printf(struct buf *buf, struct assay_error *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int needed = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (needed < 0) {
        return FAIL(err, ASSAY_INTERNAL, "a text cannot be formatted");
    }
    size_t len = (size_t)needed;
    TRY(buf_reserve(buf, len, err));
    va_start(args, format);
    int written = vsnprintf((char *)buf->ptr + buf->len, len + 1, format, args);
    va_end(args);
    if (written != needed) {
        buf->ptr[buf->len] = '\0';
        return FAIL(err, ASSAY_INTERNAL, "a text cannot be formatted");
    }
    buf->len += len;
    return ASSAY_OK;
}

void buf_reset(struct buf *buf)
{
    buf->len = 0;
    if (buf->ptr != NULL) {
        buf->ptr[0] = '\0';
    }
}

void buf_clear(struct buf *buf)
{
    mem_free(buf->ptr);
    buf->ptr = NULL;
    buf->len = 0;
    buf->cap = 0;
}

void buf_wipe(struct buf *buf)
{
    mem_wipe(buf->ptr, buf->cap);
    buf_clear(buf);
}

void buf_move(struct buf *to, struct buf *from)
{
    if (to == from) {
        return;
    }
    buf_clear(to);
    to->ptr = from->ptr;
    to->len = from->len;
    to->cap = from->cap;
    from->ptr = NULL;
    from->len = 0;
    from->cap = 0;
}
