/* SPDX-License-Identifier: Apache-2.0 */
/* Tar archives for tests, written header by header so that every field can be spoilt. */
#ifndef TEST_ARCHIVE_MAKE_TAR_H
#define TEST_ARCHIVE_MAKE_TAR_H

#include "base/buf.h"
#include "base/limits.h"

struct tar_member {
    const char *name;
    char type; /* 0: '0' */
    const char *link;
    const char *content;    /* NULL: none */
    size_t content_bytes;   /* 0: strlen(content) */
    const char *size_field; /* 12 bytes instead of the size; NULL: right */
    const char *prefix;
    bool is_gnu;
    bool is_star;
    int sum_error;
    bool signed_sum;
};

void tar_put(struct buf *tar, const struct tar_member *member);
void tar_end(struct buf *tar);

#endif
