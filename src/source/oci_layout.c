/* SPDX-License-Identifier: Apache-2.0 */
/* OCI layouts: in a directory and in an archive. */
#include "source/locator.h"
#include "source/oci_layout_index.h"
#include "source/stored.h"
#include "source/transports.h"

static enum assay_status choose(struct stored *stored, const char *wanted, struct assay_error *err)
{
    struct layout_index index = {
        .place = stored->place,
        .scheme = stored->scheme,
        .wanted = wanted,
        .arena = &stored->arena,
    };
    TRY(layout_index_read(&index, err));
    stored->named = index.named;
    stored->base.claimed_name = index.claimed_name;
    return ASSAY_OK;
}

/* Content is found by its digest below blobs/, and nowhere else. */
static const struct stored_naming STORED_OCI = {
    .choose = choose,
    .manifest_name = place_blob_name,
    .blob_name = place_blob_name,
};

static enum assay_status
open_in(const char *scheme,
        enum assay_status (*open_place)(const char *path, const struct source_context *,
                                        struct place **, struct assay_error *),
        const char *text, const struct source_context *context, struct source **out,
        struct assay_error *err)
{
    CLEANUP(locator_clear) struct locator locator = { 0 };
    struct place *place = NULL;

    *out = NULL;
    TRY(locator_split(scheme, text, &locator, err));
    TRY(open_place(locator.path, context, &place, err));
    return stored_open(place, scheme, &STORED_OCI, locator.ref, out, err);
}

enum assay_status source_oci_layout_open(const char *locator, const struct source_context *context,
                                         struct source **out, struct assay_error *err)
{
    return open_in("oci:", place_open_directory, locator, context, out, err);
}

enum assay_status source_oci_archive_open(const char *locator, const struct source_context *context,
                                          struct source **out, struct assay_error *err)
{
    return open_in("oci-archive:", place_open_archive, locator, context, out, err);
}

enum assay_status source_oci_archive_in(struct place *place, struct source **out,
                                        struct assay_error *err)
{
    return stored_open(place, "oci-archive:", &STORED_OCI, NULL, out, err);
}
