/* SPDX-License-Identifier: Apache-2.0 */
/* The one PEM text that some bytes have: lines of 64 characters, a line feed behind each, nothing
 * around them. So a text that was read needs no encoding again to compare. */
#ifndef CRYPTO_PEM_H
#define CRYPTO_PEM_H

#include "base/buf.h"

/* Takes one block with this label off the front of *pem, and appends what it encodes to der.
 * malformed is the status when there is none. */
MUST_CHECK enum assay_status pem_take(struct slice *pem, const char *label,
                                      enum assay_status malformed, struct buf *der,
                                      struct assay_error *err);

#endif
