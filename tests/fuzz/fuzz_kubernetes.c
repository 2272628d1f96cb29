/* SPDX-License-Identifier: Apache-2.0 */
/* Finders of one file: whatever it holds, places lie in it, and what is rewritable stands there. */
#include "found.h"
#include "harness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *custom[] = { "Thing:spec.a[].image", "Pod:spec.b[][]" };
    struct scan_options options = { .custom = custom, .custom_count = ARRAY_LEN(custom) };
    fuzz_find(scan_kubernetes, slice_of(data, size), &options);
    fuzz_find(scan_list, slice_of(data, size), &options);
    fuzz_find(scan_ignores, slice_of(data, size), &options);
    return 0;
}
