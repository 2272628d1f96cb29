/* SPDX-License-Identifier: Apache-2.0 */
/* What a registry's answer is worth, before anybody hashes it. Private to source/registry*.c. */
#ifndef SOURCE_REGISTRY_ANSWERS_H
#define SOURCE_REGISTRY_ANSWERS_H

#include "source/source.h"

/* ASSAY_OK for HTTP 200; missing for 404. */
MUST_CHECK enum assay_status answer_transfer(const struct net_response *response,
                                             enum assay_status missing, struct assay_error *err);
/* The manifest in it. Takes the body. */
MUST_CHECK enum assay_status answer_take_manifest(struct net_response *response,
                                                  enum assay_status missing,
                                                  struct source_manifest *out,
                                                  struct assay_error *err);
/* What a descriptor promises bounds what is read. */
size_t answer_bound_of(const struct oci_descriptor *wanted, uint64_t limit);
/* More than the descriptor's size is a wrong size, not a question of limits. */
MUST_CHECK enum assay_status answer_excess(const struct net_response *response,
                                           const struct oci_descriptor *wanted, uint64_t limit,
                                           struct assay_error *err);

#endif
