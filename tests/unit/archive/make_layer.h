/* SPDX-License-Identifier: Apache-2.0 */
/* Layers for tests of the measuring engine: bytes, packed bytes, and a reader that reads them in
 * pieces of odd sizes and can be told to fail or to interrupt. */
#ifndef TEST_ARCHIVE_MAKE_LAYER_H
#define TEST_ARCHIVE_MAKE_LAYER_H

#include "archive/measure.h"
#include "base/buf.h"

struct memory_reader {
    struct byte_reader base;
    struct slice bytes; /* still to come */
    size_t calls;
    size_t fails_at;         /* call, 0: never */
    size_t interrupts_at;    /* call, 0: never */
    atomic_int *interrupted; /* set to ASSAY_INTERRUPTED then */
};

struct buf made_bytes(size_t len); /* others for each length */
struct buf packed(enum compression compression, struct slice plain);
struct memory_reader reader_of(struct slice bytes);

#endif
