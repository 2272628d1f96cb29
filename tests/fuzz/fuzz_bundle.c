/* SPDX-License-Identifier: Apache-2.0 */
/* A bundle that opens is in order and hands out only bytes with the digest of their name. The input
 * is a whole bundle, or, behind a '{', the index of one that holds two blobs. */
#include "harness.h"

#include "archive/tar_write.h"
#include "source/bundle.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

struct reading {
    const struct bundle *bundle;
    const char *gun;
    const char *before;
};

static void expect_order(const char *before, const char *text)
{
    INVARIANT(before == NULL ||
              slice_compare(slice_from_string(before), slice_from_string(text)) < 0);
}

static enum assay_status read_role(void *ctx, const char *name, struct assay_error *err)
{
    struct reading *reading = ctx;
    AUTO_BUF bytes = BUF_INIT(1 * MIB);
    bool found = false;
    (void)err;
    expect_order(reading->before, name);
    reading->before = name;
    enum assay_status status =
        bundle_metadata(reading->bundle, reading->gun, name, 1 * MIB, &bytes, &found, NULL);
    INVARIANT(status == ASSAY_OK || status == ASSAY_BUNDLE || status == ASSAY_TOO_LARGE);
    INVARIANT(found);
    return ASSAY_OK;
}

static void read_documents(const struct bundle *bundle)
{
    struct source *source = NULL;
    struct oci_descriptor wanted = { .media_text = "" };
    INVARIANT(bundle_source_new(bundle, &source, NULL) == ASSAY_OK);
    for (size_t i = 0; bundle_document_at(bundle, i, &wanted.digest, &wanted.size); i++) {
        struct source_manifest out;
        enum assay_status status = ASSAY_INTERNAL;
        struct assay_error reason = { .status = ASSAY_OK };
        struct digest actual;
        INVARIANT(source->ops->by_digest(source, &wanted, 1, &out, &status, &reason, NULL) ==
                  ASSAY_OK);
        if (status == ASSAY_OK) {
            INVARIANT(digest_compute(DIGEST_SHA256, buf_slice(&out.bytes), &actual, NULL) ==
                          ASSAY_OK &&
                      digest_equal(&actual, &wanted.digest) && out.bytes.len == wanted.size);
        }
        source_manifest_clear(&out);
    }
    source_free(source);
}

static void read_all(const struct bundle *bundle)
{
    const struct bundle_repository *repository = NULL;
    const char *before = NULL;
    for (size_t i = 0; (repository = bundle_repository_at(bundle, i)) != NULL; i++) {
        struct reading reading = { .bundle = bundle, .gun = repository->gun };
        expect_order(before, repository->gun);
        before = repository->gun;
        INVARIANT(bundle_metadata_names(bundle, repository->gun, read_role, &reading, NULL) ==
                  ASSAY_OK);
    }
    read_documents(bundle);
}

static void make_input(struct slice input, struct buf *out)
{
    static const char one[] =
        "blobs/sha256/7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed";
    static const char two[] =
        "blobs/sha256/3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3";
    if (input.len == 0 || input.ptr[0] != '{') {
        INVARIANT(buf_append(out, input, NULL) == ASSAY_OK);
        return;
    }
    INVARIANT(tar_write_file(out, "assay-bundle.json", input, NULL) == ASSAY_OK);
    INVARIANT(tar_write_file(out, two, SLICE_LITERAL("two"), NULL) == ASSAY_OK);
    INVARIANT(tar_write_file(out, one, SLICE_LITERAL("one"), NULL) == ASSAY_OK);
    INVARIANT(tar_write_end(out, NULL) == ASSAY_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    char path[64];
    AUTO_BUF input = BUF_INIT(64 * MIB);
    struct bundle *bundle = NULL;
    make_input(slice_of(data, size), &input);
    if (fd < 0) {
        fd = memfd_create("bundle", MFD_CLOEXEC);
    }
    INVARIANT(fd >= 0 && ftruncate(fd, 0) == 0);
    INVARIANT(pwrite(fd, input.ptr, input.len, 0) == (ssize_t)input.len);
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    enum assay_status status = bundle_open(path, &bundle, NULL);
    INVARIANT(status == ASSAY_OK || status == ASSAY_BUNDLE || status == ASSAY_TOO_LARGE);
    if (bundle != NULL) {
        read_all(bundle);
    }
    bundle_free(bundle);
    return 0;
}
