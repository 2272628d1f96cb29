/* SPDX-License-Identifier: Apache-2.0 */
#include "source/place.h"

#include <stdio.h>

void place_free(struct place *place)
{
    if (place != NULL) {
        place->ops->free(place);
    }
}

enum assay_status place_need(struct place *place, const char *name, size_t max_bytes,
                             struct buf *out, struct assay_error *err)
{
    bool found = false;

    TRY_IN(place->ops->read(place, name, max_bytes, out, &found, err), err, "%s in %s", name,
           place->shown);
    if (!found) {
        return FAIL(err, place->missing_file, "%s: there is no file '%s'", place->shown, name);
    }
    return ASSAY_OK;
}

enum assay_status place_read_blob(struct place *place, const char *name,
                                  const struct oci_descriptor *wanted, size_t max_bytes,
                                  struct buf *out, struct assay_error *err)
{
    bool found = false;

    TRY(place->ops->read(place, name, max_bytes, out, &found, err));
    if (!found) {
        return FAIL(err, ASSAY_MANIFEST_MISSING, "%s does not hold it", place->shown);
    }
    if (wanted->size != 0 && out->len != wanted->size) {
        return FAIL(err, ASSAY_SIZE_MISMATCH, "has %zu bytes, its descriptor says %llu", out->len,
                    (unsigned long long)wanted->size);
    }
    return ASSAY_OK;
}

void place_blob_name(const struct digest *digest, char out[BLOB_NAME_BYTES])
{
    char hex[DIGEST_TEXT_BYTES];

    digest_hex(digest, hex);
    (void)snprintf(out, BLOB_NAME_BYTES, "blobs/%s/%s",
                   digest->alg == DIGEST_SHA512 ? "sha512" : "sha256", hex);
}

void measured_fail(struct measured *out, const struct assay_error *err)
{
    *out = (struct measured){ .status = err->status, .error = *err };
}
