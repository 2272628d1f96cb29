/* SPDX-License-Identifier: Apache-2.0 */
/* Workflows of GitHub and pipelines of GitLab, without other files to open. */
#include "found.h"
#include "harness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct scan_options options;
    fuzz_find(scan_github, slice_of(data, size), &options);
    fuzz_find(scan_gitlab, slice_of(data, size), &options);
    return 0;
}
