/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/gzip_header.h"

#include <isa-l/crc.h>

enum part {
    FIXED, /* magic, method, flags, time, two bytes of no meaning */
    EXTRA_LENGTH,
    EXTRA,
    NAME,
    COMMENT,
    CHECKSUM,
    END
};

#define FIXED_BYTES   10
#define FLAG_CHECKSUM 0x02
#define FLAG_EXTRA    0x04
#define FLAG_NAME     0x08
#define FLAG_COMMENT  0x10
#define FLAGS_NONE    0xE0 /* reserved: must be zero */

static bool part_is_there(const struct gzip_header *header, unsigned part)
{
    switch (part) {
    case EXTRA_LENGTH:
        return (header->flags & FLAG_EXTRA) != 0;
    case EXTRA:
        return header->want > 0;
    case NAME:
        return (header->flags & FLAG_NAME) != 0;
    case COMMENT:
        return (header->flags & FLAG_COMMENT) != 0;
    case CHECKSUM:
        return (header->flags & FLAG_CHECKSUM) != 0;
    default:
        return true;
    }
}

static void next_part(struct gzip_header *header)
{
    do {
        header->part++;
    } while (!part_is_there(header, header->part));
    header->have = 0;
    header->complete = header->part == END;
}

static enum assay_status fixed_byte(struct gzip_header *header, uint8_t byte,
                                    struct assay_error *err)
{
    static const uint8_t begin[] = { 0x1F, 0x8B, 8 };
    if (header->have < sizeof(begin) && byte != begin[header->have]) {
        return FAIL(err, ASSAY_COMPRESSION,
                    "no gzip header where one must be: another format, or bytes behind the end");
    }
    if (header->have == sizeof(begin)) {
        header->flags = byte;
    }
    if ((header->flags & FLAGS_NONE) != 0) {
        return FAIL(err, ASSAY_COMPRESSION, "a gzip header has reserved flags");
    }
    if (++header->have == FIXED_BYTES) {
        next_part(header);
    }
    return ASSAY_OK;
}

static enum assay_status checksum_byte(struct gzip_header *header, uint8_t byte,
                                       struct assay_error *err)
{
    header->said_crc = (uint16_t)(header->said_crc | byte << (8 * header->have));
    if (++header->have < 2) {
        return ASSAY_OK;
    }
    next_part(header);
    return header->said_crc == (header->crc & 0xFFFF)
               ? ASSAY_OK
               : FAIL(err, ASSAY_COMPRESSION, "a gzip header has a wrong checksum");
}

static void extra_length_byte(struct gzip_header *header, uint8_t byte)
{
    header->want |= (uint32_t)byte << (8 * header->have);
    if (++header->have == 2) {
        next_part(header);
    }
}

static enum assay_status take(struct gzip_header *header, uint8_t byte, struct assay_error *err)
{
    if (header->part == CHECKSUM) {
        return checksum_byte(header, byte, err);
    }
    header->crc = crc32_gzip_refl(header->crc, &byte, 1);
    switch (header->part) {
    case FIXED:
        return fixed_byte(header, byte, err);
    case EXTRA_LENGTH:
        extra_length_byte(header, byte);
        return ASSAY_OK;
    case EXTRA:
        if (++header->have == header->want) {
            next_part(header);
        }
        return ASSAY_OK;
    default: /* NAME and COMMENT end in a NUL */
        if (byte == 0) {
            next_part(header);
        }
        return ASSAY_OK;
    }
}

enum assay_status gzip_header_read(struct gzip_header *header, struct slice *in,
                                   struct assay_error *err)
{
    while (in->len > 0 && !header->complete) {
        TRY(take(header, in->ptr[0], err));
        *in = slice_from(*in, 1);
    }
    return ASSAY_OK;
}
