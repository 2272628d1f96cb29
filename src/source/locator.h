/* SPDX-License-Identifier: Apache-2.0 */
/* PATH[:REF], as skopeo writes the place of a local image: cut at the first colon, since a REF may
 * hold further ones. */
#ifndef SOURCE_LOCATOR_H
#define SOURCE_LOCATOR_H

#include "base/error.h"
#include "base/slice.h"

struct locator {
    char *path; /* "-": standard input */
    char *ref;  /* NULL: the only image */
};

/* scheme stands in messages, "oci:". ASSAY_USAGE when a part is empty. */
MUST_CHECK enum assay_status locator_split(const char *scheme, const char *text,
                                           struct locator *out, struct assay_error *err);
void locator_clear(struct locator *locator);

#endif
