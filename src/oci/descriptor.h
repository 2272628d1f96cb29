/* SPDX-License-Identifier: Apache-2.0 */
/* The parts that manifests, indexes, configs and image directories share: descriptors, platforms,
 * and the rule that a member of fixed name has one spelling. */
#ifndef OCI_DESCRIPTOR_H
#define OCI_DESCRIPTOR_H

#include "oci/manifest.h"
#include "json/tree.h"

/*
 * ASSAY_AMBIGUOUS when a member equals one of known only after folding case (ASCII, and the two
 * letters beyond it that fold to s and k): readers that ignore case would see another document.
 */
MUST_CHECK enum assay_status oci_check_case(const struct json_at *object, const char *const *known,
                                            size_t known_count, struct assay_error *err);

/* mediaType, digest and size, at least 1 byte. urls and data are never looked at: content comes
 * from the source by its digest or not at all. media_text is copied into the arena. */
MUST_CHECK enum assay_status oci_descriptor_parse(const struct json_at *at, struct arena *arena,
                                                  struct oci_descriptor *out,
                                                  struct assay_error *err);

/* A config within its limit; borrowed from the tree. */
MUST_CHECK enum assay_status oci_config_load(struct slice bytes, struct json_tree **tree,
                                             struct json_at *root, struct assay_error *err);

/* os, architecture, variant and os.version of an object; absent ones are "". */
MUST_CHECK enum assay_status oci_platform_parse(const struct json_at *at, struct arena *arena,
                                                struct oci_platform *out, struct assay_error *err);

#endif
