/* SPDX-License-Identifier: Apache-2.0 */
/* An archive in a file and the same in a pipe give the same table and the same digests. */
#include "harness.h"

#include "archive/archive.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define SHOWN_MAX 64 /* files of one archive that are looked at */

static const struct assay_env ENV = { .clock = &assay_clock_system };
static const struct archive_options OPTIONS = { .env = &ENV, .threads = 1 };

static bool measure(const struct archive *archive, const char *name, struct measured *out)
{
    const struct archive_file *file = NULL;
    if (archive_find(archive, name, true, &file, NULL) != ASSAY_OK || file == NULL) {
        return false;
    }
    struct archive_layer layer = {
        .file = file, .detect = true, .stored_alg = DIGEST_SHA256, .unpacked_alg = DIGEST_SHA256
    };
    INVARIANT(archive_measure(archive, &layer, 1, NULL) == ASSAY_OK);
    INVARIANT(layer.out.status == ASSAY_OK);
    *out = layer.out;
    return true;
}

static void compare(const struct archive *plain, const struct archive *stream)
{
    INVARIANT(archive_entry_count(plain) == archive_entry_count(stream));
    for (size_t i = 0; i < archive_entry_count(plain) && i < SHOWN_MAX; i++) {
        const char *name = archive_entry_name(plain, i);
        struct measured one = { 0 };
        struct measured two = { 0 };
        INVARIANT(strcmp(name, archive_entry_name(stream, i)) == 0);
        INVARIANT(name[0] != '/' && name[0] != '\0' && strstr(name, "//") == NULL);
        bool found = measure(plain, name, &one);
        INVARIANT(found == measure(stream, name, &two));
        if (found) {
            INVARIANT(digest_equal(&one.stored, &two.stored));
            INVARIANT((one.unpack_status == ASSAY_OK) == (two.unpack_status == ASSAY_OK));
            INVARIANT(one.unpack_status != ASSAY_OK || digest_equal(&one.unpacked, &two.unpacked));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    char path[64];
    struct archive *plain = NULL;
    struct archive *stream = NULL;
    if (fd < 0) {
        fd = memfd_create("archive", MFD_CLOEXEC);
    }
    INVARIANT(fd >= 0 && ftruncate(fd, 0) == 0);
    INVARIANT(pwrite(fd, data, size, 0) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    enum assay_status one = archive_open_file(path, &OPTIONS, &plain, NULL);
    enum assay_status two = archive_open_stream(fd, "stream", &OPTIONS, &stream, NULL);
    INVARIANT((one == ASSAY_OK) == (two == ASSAY_OK));
    if (one == ASSAY_OK) {
        compare(plain, stream);
    }
    archive_free(plain);
    archive_free(stream);
    return 0;
}
