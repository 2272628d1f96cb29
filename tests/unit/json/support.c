/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <criterion/criterion.h>
#include <stdio.h>

void read_test_file(const char *folder, const char *name, struct buf *out)
{
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "cannot open %s", path);
    uint8_t chunk[16384];
    size_t len;
    buf_reset(out);
    while ((len = fread(chunk, 1, sizeof(chunk), file)) > 0) {
        cr_assert_eq(buf_append(out, slice_of(chunk, len), NULL), ASSAY_OK);
    }
    cr_assert_eq(ferror(file), 0);
    (void)fclose(file);
}
