/* SPDX-License-Identifier: Apache-2.0 */
/* The named files of a layout directory, the input once as each of them: what is chosen is an image
 * that can be fetched, and asking for it by name chooses no other. */
#include "scratch.h"

#include "base/mem.h"
#include "oci/reference.h"
#include "source/oci_layout_index.h"

static const char VERSION[] = "{\"imageLayoutVersion\":\"1.0.0\"}";
static const char INDEX[] =
    "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":"
    "\"application/vnd.oci.image.manifest.v1+json\",\"size\":2,\"digest\":"
    "\"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff"
    "8a\"}]}";

static struct scratch with_index;   /* the input is index.json */
static struct scratch with_version; /* the input is oci-layout */

static void remove_both(void)
{
    scratch_remove(&with_index);
    scratch_remove(&with_version);
}

static void make_both(void)
{
    if (with_index.fd == 0) { /* never opened: 0 is the standard input */
        scratch_make(&with_index);
        scratch_make(&with_version);
        scratch_write(&with_index, "oci-layout", slice_from_string(VERSION));
        scratch_write(&with_version, "index.json", slice_from_string(INDEX));
        INVARIANT(atexit(remove_both) == 0);
    }
}

static void check_claim(const char *name)
{
    struct oci_reference reference;
    if (name != NULL) {
        INVARIANT(oci_reference_parse(name, &reference, NULL) == ASSAY_OK);
        INVARIANT(strcmp(reference.text, name) == 0 && !reference.tag_implied);
        oci_reference_clear(&reference);
    }
}

static enum assay_status read_layout(const struct scratch *scratch, const char *wanted,
                                     struct digest *out)
{
    AUTO_ARENA arena = ARENA_INIT(LIMIT_DOCUMENT_ARENA);
    const struct source_context context = { .threads = 1 };
    struct assay_error err = ERROR_INIT;
    struct place *place = NULL;
    INVARIANT(place_open_directory(scratch->path, &context, &place, NULL) == ASSAY_OK);
    struct layout_index index = {
        .place = place, .scheme = "oci:", .wanted = wanted, .arena = &arena
    };
    enum assay_status status = layout_index_read(&index, &err);
    INVARIANT(status == err.status);
    *out = index.named.digest;
    if (status == ASSAY_OK) {
        INVARIANT(index.named.digest.alg != DIGEST_NONE && index.named.size >= 1);
        INVARIANT(oci_media_is_index(index.named.media) ||
                  oci_media_is_manifest(index.named.media));
        check_claim(index.claimed_name);
        mem_free(index.claimed_name);
    } else {
        INVARIANT(index.claimed_name == NULL);
    }
    place_free(place);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_of(data, size);
    struct digest only;
    struct digest named;

    make_both();
    scratch_write(&with_index, "index.json", text);
    enum assay_status status = read_layout(&with_index, NULL, &only);
    enum assay_status status_named = read_layout(&with_index, "1.0", &named);
    if (status == ASSAY_OK) { /* there is one image: by its name it is the same, or not there */
        INVARIANT(status_named == ASSAY_IMAGE_ABSENT ||
                  (status_named == ASSAY_OK && digest_equal(&only, &named)));
    } else if (status_named == ASSAY_OK) {
        INVARIANT(status == ASSAY_USAGE); /* only that there are several can have been wrong */
    }
    scratch_write(&with_version, "oci-layout", text);
    status = read_layout(&with_version, NULL, &only);
    INVARIANT(status != ASSAY_OK || size <= LIMIT_LAYOUT_FILE_BYTES);
    return 0;
}
