/* SPDX-License-Identifier: Apache-2.0 */
/* What the table of transports is made of: one open function for each. */
#ifndef SOURCE_TRANSPORTS_H
#define SOURCE_TRANSPORTS_H

#include "source/source.h"

MUST_CHECK enum assay_status source_registry_open(const char *locator,
                                                  const struct source_context *context,
                                                  struct source **out, struct assay_error *err);
MUST_CHECK enum assay_status source_oci_layout_open(const char *locator,
                                                    const struct source_context *context,
                                                    struct source **out, struct assay_error *err);

#endif
