/* SPDX-License-Identifier: Apache-2.0 */
/* The grammar of references: cutting one into its parts, and judging each. What the parts mean,
 * docker.io and the tag "latest" among them, is reference.c's. */
#ifndef OCI_REFERENCE_PARTS_H
#define OCI_REFERENCE_PARTS_H

#include "oci/reference.h"

/* The parts of a reference as written; slices of the text. */
struct reference_parts {
    struct slice text;
    struct slice registry; /* empty: none written */
    struct slice path;
    struct slice tag;
    struct slice digest;
    bool has_tag;
    bool has_digest;
};

/* Cuts parts->text; what the pieces hold is not looked at. */
void reference_split(struct reference_parts *parts);
/* Every part follows the grammar. *digest is set when there is one. ASSAY_REFERENCE. */
MUST_CHECK enum assay_status reference_check(const struct reference_parts *parts,
                                             struct digest *digest, struct assay_error *err);
/* ASSAY_REFERENCE with the text as it was written. */
enum assay_status reference_refuse(struct assay_error *err, const struct reference_parts *parts,
                                   const char *what);

#endif
