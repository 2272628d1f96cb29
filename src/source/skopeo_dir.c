/* SPDX-License-Identifier: Apache-2.0 */
/* dir:DIR, as skopeo and podman write it: manifest.json, HEX.manifest.json for each platform of an
 * index, and blobs by their hex digests, all beside each other. It has no name. From version 1.2 on
 * names say the algorithm where it is not sha256: "sha512-HEX". */
#include "source/stored.h"
#include "source/transports.h"

#include <stdio.h>

#define VERSION_FILE_BYTES 256 /* one short line */

static const struct stored_naming STORED_DIR_BY_ALGORITHM;

static enum assay_status choose(struct stored *stored, const char *wanted, struct assay_error *err)
{
    AUTO_BUF bytes = BUF_INIT(VERSION_FILE_BYTES);
    struct slice prefix = SLICE_LITERAL("Directory Transport Version: 1.");

    (void)wanted; /* there is one image */
    TRY(place_need(stored->place, "version", VERSION_FILE_BYTES, &bytes, err));
    if (!slice_has_prefix(buf_slice(&bytes), prefix)) {
        return FAIL(err, ASSAY_LAYOUT, "%s: version: expected 'Directory Transport Version: 1.x'",
                    stored->place->shown);
    }
    struct slice minor = slice_from(buf_slice(&bytes), prefix.len);
    if (!slice_is(minor, "0\n") && !slice_is(minor, "1\n")) {
        stored->naming = &STORED_DIR_BY_ALGORITHM;
    }
    return ASSAY_OK;
}

static void blob_name(const struct digest *digest, char out[BLOB_NAME_BYTES])
{
    digest_hex(digest, out);
}

static void blob_name_by_algorithm(const struct digest *digest, char out[BLOB_NAME_BYTES])
{
    char hex[DIGEST_TEXT_BYTES];

    digest_hex(digest, hex);
    (void)snprintf(out, BLOB_NAME_BYTES, "%s%s", digest->alg == DIGEST_SHA512 ? "sha512-" : "",
                   hex);
}

static void add_manifest_suffix(char name[BLOB_NAME_BYTES])
{
    size_t len = strlen(name);

    (void)snprintf(name + len, BLOB_NAME_BYTES - len, ".manifest.json");
}

static void manifest_name(const struct digest *digest, char out[BLOB_NAME_BYTES])
{
    blob_name(digest, out);
    add_manifest_suffix(out);
}

static void manifest_name_by_algorithm(const struct digest *digest, char out[BLOB_NAME_BYTES])
{
    blob_name_by_algorithm(digest, out);
    add_manifest_suffix(out);
}

static const struct stored_naming STORED_DIR = {
    .choose = choose,
    .named_file = "manifest.json",
    .manifest_name = manifest_name,
    .blob_name = blob_name,
};

static const struct stored_naming STORED_DIR_BY_ALGORITHM = {
    .choose = choose,
    .named_file = "manifest.json",
    .manifest_name = manifest_name_by_algorithm,
    .blob_name = blob_name_by_algorithm,
};

enum assay_status source_skopeo_dir_open(const char *locator, const struct source_context *context,
                                         struct source **out, struct assay_error *err)
{
    struct place *place = NULL;

    *out = NULL;
    if (locator[0] == '\0') {
        return FAIL(err, ASSAY_USAGE, "'dir:': expected dir:DIR");
    }
    TRY(place_open_directory(locator, context, &place, err));
    return stored_open(place, "dir:", &STORED_DIR, NULL, out, err);
}
