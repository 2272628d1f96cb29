/* SPDX-License-Identifier: Apache-2.0 */
/* Files for the tests of json/. */
#ifndef TEST_JSON_SUPPORT_H
#define TEST_JSON_SUPPORT_H

#include "base/buf.h"

/* The whole file FOLDER/NAME, or the test fails. */
void read_test_file(const char *folder, const char *name, struct buf *out);

#endif
