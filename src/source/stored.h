/* SPDX-License-Identifier: Apache-2.0 */
/* An image as files named by their digests, manifest included: what OCI layouts, their archives and
 * skopeo's directories have in common. */
#ifndef SOURCE_STORED_H
#define SOURCE_STORED_H

#include "source/place.h"

struct stored;

/* How a form names its files. */
struct stored_naming {
    /* What the image is called in the place; DIGEST_NONE in named: it has a file of its own. */
    enum assay_status (*choose)(struct stored *stored, const char *wanted, struct assay_error *err);
    const char *named_file; /* of the manifest that has no digest; NULL: all have one */
    void (*manifest_name)(const struct digest *digest, char out[BLOB_NAME_BYTES]);
    void (*blob_name)(const struct digest *digest, char out[BLOB_NAME_BYTES]);
};

struct stored {
    struct source base;
    const struct stored_naming *naming;
    const char *scheme;
    struct place *place; /* owned */
    struct arena arena;
    struct oci_descriptor named;
};

/* Owns the place, also on failure. wanted: REF, NULL: the only image; borrowed for the call. */
MUST_CHECK enum assay_status stored_open(struct place *place, const char *scheme,
                                         const struct stored_naming *naming, const char *wanted,
                                         struct source **out, struct assay_error *err);

#endif
