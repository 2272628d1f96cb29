/* SPDX-License-Identifier: Apache-2.0 */
#include "make_tar.h"

#include <criterion/criterion.h>
#include <stdio.h>

static void put_text(uint8_t *block, size_t at, size_t room, const char *text)
{
    size_t len = text == NULL ? 0 : strnlen(text, room);
    if (len > 0) {
        (void)memcpy(block + at, text, len);
    }
}

static long sum(const uint8_t block[512], bool is_signed)
{
    long total = 0;
    for (size_t i = 0; i < 512; i++) {
        total += is_signed ? (long)(signed char)block[i] : (long)block[i];
    }
    return total;
}

void tar_put(struct buf *tar, const struct tar_member *member)
{
    uint8_t block[512] = { 0 };
    char number[32];
    size_t len = member->content == NULL      ? 0
                 : member->content_bytes != 0 ? member->content_bytes
                                              : strlen(member->content);
    put_text(block, 0, 100, member->name);
    put_text(block, 100, 8, "0000644");
    put_text(block, 108, 8, "0000000");
    put_text(block, 116, 8, "0000000");
    (void)snprintf(number, sizeof(number), "%011zo", len);
    put_text(block, 124, 12, number);
    if (member->size_field != NULL) {
        (void)memcpy(block + 124, member->size_field, 12);
    }
    put_text(block, 136, 12, "00000000000");
    (void)memset(block + 148, ' ', 8);
    block[156] = member->type == 0 ? '0' : (uint8_t)member->type;
    put_text(block, 157, 100, member->link);
    (void)memcpy(block + 257, member->is_gnu ? "ustar  " : "ustar\00000", 8);
    put_text(block, 345, 155, member->prefix);
    put_text(block, 508, 4, member->is_star ? "tar" : NULL);
    (void)snprintf(number, sizeof(number), "%06lo",
                   (unsigned long)(sum(block, member->signed_sum) + member->sum_error));
    (void)memcpy(block + 148, number, 7);
    cr_assert_eq(buf_append(tar, slice_of(block, sizeof(block)), NULL), ASSAY_OK);
    if (len > 0) {
        static const uint8_t zeros[512];
        cr_assert_eq(buf_append(tar, slice_of(member->content, len), NULL), ASSAY_OK);
        cr_assert_eq(buf_append(tar, slice_of(zeros, (512 - len % 512) % 512), NULL), ASSAY_OK);
    }
}

void tar_end(struct buf *tar)
{
    static const uint8_t zeros[1024];
    cr_assert_eq(buf_append(tar, slice_of(zeros, sizeof(zeros)), NULL), ASSAY_OK);
}
