/* SPDX-License-Identifier: Apache-2.0 */
/* What the table of transports is made of: one open function for each. */
#ifndef SOURCE_TRANSPORTS_H
#define SOURCE_TRANSPORTS_H

#include "source/place.h"

MUST_CHECK enum assay_status source_registry_open(const char *locator,
                                                  const struct source_context *context,
                                                  struct source **out, struct assay_error *err);
MUST_CHECK enum assay_status source_docker_daemon_open(const char *locator,
                                                       const struct source_context *context,
                                                       struct source **out,
                                                       struct assay_error *err);
MUST_CHECK enum assay_status source_oci_layout_open(const char *locator,
                                                    const struct source_context *context,
                                                    struct source **out, struct assay_error *err);
MUST_CHECK enum assay_status source_oci_archive_open(const char *locator,
                                                     const struct source_context *context,
                                                     struct source **out, struct assay_error *err);
MUST_CHECK enum assay_status source_skopeo_dir_open(const char *locator,
                                                    const struct source_context *context,
                                                    struct source **out, struct assay_error *err);
MUST_CHECK enum assay_status source_docker_archive_open(const char *locator,
                                                        const struct source_context *context,
                                                        struct source **out,
                                                        struct assay_error *err);
MUST_CHECK enum assay_status source_stdin_open(const char *locator,
                                               const struct source_context *context,
                                               struct source **out, struct assay_error *err);
/* The only image of an OCI layout. Owns the place, also on failure. */
MUST_CHECK enum assay_status source_oci_archive_in(struct place *place, struct source **out,
                                                   struct assay_error *err);
/* The layers op of a source that streams blobs; what comes after one that failed stays untouched.
 */
MUST_CHECK enum assay_status source_measure_blobs(struct source *source,
                                                  const struct assay_env *env,
                                                  const struct oci_descriptor *wanted,
                                                  const struct digest *diff_ids, size_t count,
                                                  struct measured *out, struct assay_error *err);

#endif
