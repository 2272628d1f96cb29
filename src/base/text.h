/* SPDX-License-Identifier: Apache-2.0 */
/* Text from outside: UTF-8 validity, safe display, hex and base64, plain numbers.
 * No locale, no sscanf, no strtol. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/buf.h"

/* U+FEFF, which editors put before UTF-8. */
#define TEXT_BOM "\xEF\xBB\xBF"

/* Well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms). */
bool text_is_utf8(struct slice bytes);

/* Copies text into out (out_bytes including the NUL), so that it is safe on a terminal and in a
 * log: control characters, DEL, C1 controls, bidirectional marks, line separators and bad bytes
 * become \xNN or \u{N}; a cut text ends in "...". */
void text_sanitise(struct slice bytes, char *out, size_t out_bytes);

/* As text_sanitise, of a formatted text; out_bytes is at most 1024. */
void text_format(char *out, size_t out_bytes, const char *format, va_list args) PRINTF(3, 0);

/* Writes 2 * bytes.len lower-case digits and a NUL; an empty text where out_bytes does not suffice.
 */
void hex_encode(struct slice bytes, char *out, size_t out_bytes);
/* Lower-case digits only, exactly 2 * out_len of them. ASSAY_SCHEMA otherwise. */
MUST_CHECK enum assay_status hex_decode(struct slice text, uint8_t *out, size_t out_len,
                                        struct assay_error *err);

/* Standard alphabet, padded (RFC 4648 section 4). */
MUST_CHECK enum assay_status base64_encode(struct slice bytes, struct buf *out,
                                           struct assay_error *err);
/* Strict: standard alphabet, full padding, no white space, zero tail bits. Writes at most out_max
 * bytes and sets *out_len. ASSAY_SCHEMA otherwise. */
MUST_CHECK enum assay_status base64_decode(struct slice text, uint8_t *out, size_t out_max,
                                           size_t *out_len, struct assay_error *err);

/* Decimal digits without sign or leading zero (0 itself is fine), at most max.
 * Returns false otherwise; *out is then untouched. */
bool text_to_u64(struct slice text, uint64_t max, uint64_t *out);

bool text_is_lower_hex(struct slice text);

#endif
