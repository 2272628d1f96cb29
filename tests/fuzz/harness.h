/* SPDX-License-Identifier: Apache-2.0 */
/* What each harness defines, and how it states an invariant. */
#ifndef TEST_FUZZ_HARNESS_H
#define TEST_FUZZ_HARNESS_H

#include <stddef.h>
#include <stdint.h>

/* Returns 0; input that breaks an invariant ends the process. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Unlike assert it stays in every build. */
#define INVARIANT(condition) ((condition) ? (void)0 : __builtin_trap())

#endif
