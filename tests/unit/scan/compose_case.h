/* SPDX-License-Identifier: Apache-2.0 */
/* A case of compose files: files in a directory of their own, and what a scan of the first finds.
 */
#ifndef TEST_SCAN_COMPOSE_CASE_H
#define TEST_SCAN_COMPOSE_CASE_H

#include <stddef.h>

/* files: each begins with a line "=== NAME"; the first is scanned. found: a line for each
 * reference, "NAME:LINE:COLUMN WRITTEN TEXT", with " *" behind what can be rewritten, " built"
 * behind what is built here, " PLATFORM" where one is asked for, and "?" for a text that cannot be
 * told; then one for each problem, "NAME:LINE:COLUMN! STATUS". */
struct compose_case {
    const char *what;
    const char *files;
    const char *found;
};

void compose_cases_check(const struct compose_case *cases, size_t count);

#endif
