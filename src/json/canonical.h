/* SPDX-License-Identifier: Apache-2.0 */
/* Notary's canonical JSON (OLPC rules, docker/go): the bytes that signatures cover. */
#ifndef JSON_CANONICAL_H
#define JSON_CANONICAL_H

#include "base/buf.h"

/*
 * Writes the canonical form of any well-formed JSON text into out: no white space, members sorted
 * by the bytes of their decoded names, only " and \ escaped, all else raw UTF-8, integers plain.
 * Refused, with the path: ASSAY_JSON_SYNTAX, ASSAY_JSON_DUPLICATE (after decoding),
 * ASSAY_JSON_NUMBER (fractions, exponents, -0, beyond 2^53 - 1), ASSAY_JSON_UTF8 (bad UTF-8, lone
 * surrogates, NUL), ASSAY_JSON_LIMIT (depth, string, key, number, max_nodes).
 * A text that already is canonical comes out byte for byte. Time is linear but for the sorting of
 * members that are out of order; memory is bounded by a small multiple of the text.
 */
MUST_CHECK enum assay_status json_canonicalise(struct slice text, uint64_t max_nodes,
                                               struct buf *out, struct assay_error *err);

#endif
