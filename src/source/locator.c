/* SPDX-License-Identifier: Apache-2.0 */
#include "source/locator.h"

#include "base/mem.h"

enum assay_status locator_split(const char *scheme, const char *text, struct locator *out,
                                struct assay_error *err)
{
    const char *colon = strchr(text, ':');

    *out = (struct locator){ .path = mem_copy_string(text) };
    if (out->path == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    if (colon != NULL) {
        out->path[colon - text] = '\0';
        out->ref = mem_copy_string(colon + 1);
        if (out->ref == NULL) {
            locator_clear(out);
            return FAIL_NO_MEMORY(err);
        }
    }
    if (out->path[0] == '\0' || (out->ref != NULL && out->ref[0] == '\0')) {
        locator_clear(out);
        return FAIL(err, ASSAY_USAGE, "'%s%s': expected %sPATH or %sPATH:REF", scheme, text, scheme,
                    scheme);
    }
    return ASSAY_OK;
}

void locator_clear(struct locator *locator)
{
    mem_free(locator->path);
    mem_free(locator->ref);
    *locator = (struct locator){ 0 };
}
