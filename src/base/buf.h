/* SPDX-License-Identifier: Apache-2.0 */
/* Growable bytes with a mandatory maximum. A NUL always stands behind the last byte of a buffer
 * that holds something, so text can be handed to libraries; it does not count. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/error.h"
#include "base/slice.h"

struct buf {
    uint8_t *ptr;
    size_t len;
    size_t cap;
    size_t max; /* bytes; reaching it is ASSAY_TOO_LARGE */
};

#define BUF_INIT(max_bytes)                                                                        \
    {                                                                                              \
        .max = (max_bytes)                                                                         \
    }
#define AUTO_BUF CLEANUP(buf_clear) struct buf

/* The bytes must not lie in the buffer itself. */
MUST_CHECK enum assay_status buf_append(struct buf *buf, struct slice bytes,
                                        struct assay_error *err);
MUST_CHECK enum assay_status buf_append_string(struct buf *buf, const char *text,
                                               struct assay_error *err);
MUST_CHECK enum assay_status buf_append_byte(struct buf *buf, uint8_t byte,
                                             struct assay_error *err);
MUST_CHECK enum assay_status buf_printf(struct buf *buf, struct assay_error *err,
                                        const char *format, ...) PRINTF(3, 4);
/* buf_append as a sink of a stream: buf is a struct buf. */
MUST_CHECK enum assay_status buf_sink(void *buf, struct slice bytes, struct assay_error *err);
/* Room for len more bytes at ptr + len, which the caller fills and counts. */
MUST_CHECK enum assay_status buf_reserve(struct buf *buf, size_t len, struct assay_error *err);
/* Forgets the contents, keeps the memory and the maximum. */
void buf_reset(struct buf *buf);
void buf_clear(struct buf *buf);
/* As buf_clear, but overwrites the bytes first: for secrets. Reserve their room at once, because
 * growing leaves a copy behind. */
void buf_wipe(struct buf *buf);
#define AUTO_SECRET CLEANUP(buf_wipe) struct buf
/* Moves from's bytes into to, which is cleared first; from is left empty, its maximum kept. */
void buf_move(struct buf *to, struct buf *from);

static inline struct slice buf_slice(const struct buf *buf)
{
    return (struct slice){ buf->ptr, buf->len };
}

/* The text for a library call; "" when nothing was ever appended. */
static inline const char *buf_text(const struct buf *buf)
{
    return buf->ptr == NULL ? "" : (const char *)buf->ptr;
}

#endif
