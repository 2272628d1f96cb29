/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/tar_write.h"

#include <inttypes.h>
#include <stdio.h>

#define SIZE_MAX_8G UINT64_C(077777777777) /* eleven octal digits */

/* The fields of a ustar header, in its order. */
struct header {
    char name[100];
    char mode[8];
    char uid[8];
    char gid[8];
    char size[12];
    char mtime[12];
    char checksum[8];
    char type;
    char link[100];
    char magic[6];
    char version[2];
    char user[32];
    char group[32];
    char device[2][8];
    char prefix[155];
    char unused[12];
};
_Static_assert(sizeof(struct header) == TAR_BLOCK_BYTES, "a header is one block");

static void set_checksum(struct header *header)
{
    const uint8_t *bytes = (const uint8_t *)header;
    unsigned sum = 0;
    memset(header->checksum, ' ', sizeof(header->checksum));
    for (size_t i = 0; i < sizeof(*header); i++) {
        sum += bytes[i];
    }
    /* six digits, a NUL and the space that stands there */
    (void)snprintf(header->checksum, sizeof(header->checksum) - 1, "%06o", sum & 0777777U);
}

static enum assay_status append_zeros(struct buf *out, size_t count, struct assay_error *err)
{
    static const uint8_t zeros[2 * TAR_BLOCK_BYTES];
    return buf_append(out, slice_of(zeros, count), err);
}

enum assay_status tar_write_header(const char *name, uint64_t size, uint8_t out[TAR_BLOCK_BYTES],
                                   struct assay_error *err)
{
    struct header header = { .type = '0', .magic = "ustar", .version = { '0', '0' } };
    if (strlen(name) >= sizeof(header.name) || size > SIZE_MAX_8G) {
        return FAIL(err, ASSAY_INTERNAL, "'%s' with %" PRIu64 " bytes does not fit a ustar header",
                    name, size);
    }
    (void)snprintf(header.name, sizeof(header.name), "%s", name);
    (void)snprintf(header.mode, sizeof(header.mode), "0000644");
    (void)snprintf(header.uid, sizeof(header.uid), "0000000");
    (void)snprintf(header.gid, sizeof(header.gid), "0000000");
    (void)snprintf(header.size, sizeof(header.size), "%011" PRIo64, size);
    (void)snprintf(header.mtime, sizeof(header.mtime), "00000000000");
    (void)snprintf(header.device[0], sizeof(header.device[0]), "0000000");
    (void)snprintf(header.device[1], sizeof(header.device[1]), "0000000");
    set_checksum(&header);
    memcpy(out, &header, sizeof(header));
    return ASSAY_OK;
}

enum assay_status tar_write_file(struct buf *out, const char *name, struct slice bytes,
                                 struct assay_error *err)
{
    uint8_t header[TAR_BLOCK_BYTES];
    size_t over = bytes.len % TAR_BLOCK_BYTES;
    TRY(tar_write_header(name, bytes.len, header, err));
    TRY(buf_append(out, slice_of(header, sizeof(header)), err));
    TRY(buf_append(out, bytes, err));
    return append_zeros(out, over == 0 ? 0 : TAR_BLOCK_BYTES - over, err);
}

enum assay_status tar_write_end(struct buf *out, struct assay_error *err)
{
    return append_zeros(out, 2 * TAR_BLOCK_BYTES, err);
}
