/* SPDX-License-Identifier: Apache-2.0 */
/* Image references: the grammar and normalisation of distribution/reference. */
#ifndef OCI_REFERENCE_H
#define OCI_REFERENCE_H

#include "base/limits.h"
#include "crypto/digest.h"

struct oci_reference {
    char *registry;   /* "docker.io", "localhost:5000"; docker.io for index.docker.io */
    char *repository; /* "library/alpine" */
    char *name;       /* registry/repository: the GUN */
    char *tag;        /* NULL when the reference has a digest and no tag; else "latest" default */
    bool tag_implied; /* nothing was written: "latest" */
    struct digest digest; /* DIGEST_NONE: none */
    char *text;           /* normalised: name[:tag][@digest] */
};

/* A bare name or with "docker://" in front. ASSAY_REFERENCE names what is wrong. */
MUST_CHECK enum assay_status oci_reference_parse(const char *text, struct oci_reference *out,
                                                 struct assay_error *err);
void oci_reference_clear(struct oci_reference *reference);
/* registry/repository alone, no tag and no digest allowed: a GUN as the user writes it. */
MUST_CHECK enum assay_status oci_name_parse(const char *text, struct oci_reference *out,
                                            struct assay_error *err);
bool oci_tag_is_valid(struct slice tag);

#endif
