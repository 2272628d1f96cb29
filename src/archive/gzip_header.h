/* SPDX-License-Identifier: Apache-2.0 */
/* The header of a gzip member (RFC 1952, 2.3), byte by byte: ISA-L's own reader takes reserved
 * flags and loses the header's checksum where a header comes in pieces. */
#ifndef ARCHIVE_GZIP_HEADER_H
#define ARCHIVE_GZIP_HEADER_H

#include "base/error.h"
#include "base/slice.h"

struct gzip_header {
    unsigned part;
    unsigned have; /* bytes of the part */
    uint32_t want; /* of the extra field */
    uint8_t flags;
    uint32_t crc;
    uint16_t said_crc;
    bool complete;
};

/* Takes bytes from the front of *in up to the end of the header; zero-initialised before the first.
 * ASSAY_COMPRESSION. */
MUST_CHECK enum assay_status gzip_header_read(struct gzip_header *header, struct slice *in,
                                              struct assay_error *err);

#endif
