/* SPDX-License-Identifier: Apache-2.0 */
/* Times: seconds since 1970-01-01T00:00:00Z in int64_t, own calendar arithmetic, no tz database. */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include "base/error.h"
#include "base/slice.h"

#define TIME_TEXT_BYTES 48
/* 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z */
#define TIME_MIN_UNIX_S (-62135596800LL)
#define TIME_MAX_UNIX_S 253402300799LL

/* RFC 3339 section 5.6 as Notary's files have it: 'T', then 'Z' or an offset of at most 23:59,
 * up to nine digits of fraction, which are cut (never rounded up); years 0001 to 9999, also
 * without the offset; no second 60. ASSAY_TIME_FORMAT otherwise. */
MUST_CHECK enum assay_status time_parse(struct slice text, int64_t *out_unix_s,
                                        struct assay_error *err);
/* "Wed, 25 Nov 2026 13:18:37 GMT", the form that HTTP servers send (RFC 9110 section 5.6.7); also
 * with "UTC", as notary-server ends it. ASSAY_TIME_FORMAT. */
MUST_CHECK enum assay_status time_parse_http(struct slice text, int64_t *out_unix_s,
                                             struct assay_error *err);
/* "2026-11-25T13:18:37Z" into out. */
void time_format(int64_t unix_s, char out[TIME_TEXT_BYTES]);

#endif
