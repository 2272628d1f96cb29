/* SPDX-License-Identifier: Apache-2.0 */
/* Reading one file of a tree, and what its finder finds. */
#include "base/file.h"
#include "base/limits.h"
#include "scan/tree.h"

#include <errno.h>
#include <unistd.h>

static enum assay_status find_by_kind(struct scan *scan, enum scan_kind kind,
                                      const struct scan_input *input, struct assay_error *err)
{
    switch (kind) {
    case SCAN_KIND_LIST:
        return scan_list(scan, input, err);
    case SCAN_KIND_DOCKERFILE:
        return scan_dockerfile(scan, input, &(struct scan_build){ 0 }, err);
    case SCAN_KIND_COMPOSE:
        return scan_compose(scan, input, err);
    case SCAN_KIND_DOTENV:
        return scan_dotenv(scan, input, err);
    case SCAN_KIND_KUBERNETES:
        return scan_kubernetes(scan, input, err);
    case SCAN_KIND_GITHUB:
        return scan_github(scan, input, err);
    case SCAN_KIND_GITLAB:
        return scan_gitlab(scan, input, err);
    case SCAN_KIND_NONE:
    case SCAN_KIND_CONTENT:
        break;
    }
    return FAIL(err, ASSAY_INTERNAL, "a file without a kind has no finder");
}

/* Kubernetes asks for no name: any YAML may hold its objects. */
enum assay_status scan_find(struct scan *scan, enum scan_kind kind, const struct scan_input *input,
                            struct assay_error *err)
{
    bool is_other_yaml =
        kind == SCAN_KIND_COMPOSE || kind == SCAN_KIND_GITHUB || kind == SCAN_KIND_GITLAB;
    unsigned signs = 0;
    size_t problems = scan->problem_count;
    TRY(find_by_kind(scan, kind, input, err));
    return is_other_yaml && scan->problem_count == problems &&
                   scan_may_be_kubernetes(input->text, &signs)
               ? scan_kubernetes(scan, input, err)
               : ASSAY_OK;
}

static size_t count_of_all(const struct scan *scan)
{
    return scan->reference_count + scan->problem_count + scan->ignore_count;
}

enum assay_status scan_tree_find(struct scan *scan, enum scan_kind kind, const char *relative,
                                 struct slice bytes, struct assay_error *err)
{
    struct scan_input input = { .text = bytes };
    size_t found = count_of_all(scan);
    TRY(scan_tree_add(scan, relative, &input.file, err));
    TRY(scan_tree_directory(scan, relative, &input.directory, err));
    TRY_IN(scan_find(scan, kind, &input, err), err, "reading %s", relative);
    if (!slice_has_suffix(slice_from_string(relative), SLICE_LITERAL(".json"))) {
        TRY(scan_ignores(scan, &input, err));
    }
    if (count_of_all(scan) == found && scan->file_count == input.file + 1) {
        scan->file_count--; /* it names nothing */
    }
    return ASSAY_OK;
}

/* Of a file that is too large to be read at once: may it be one of ours? */
static enum assay_status look_through(int fd, struct buf *bytes, bool *may_be,
                                      struct assay_error *err)
{
    unsigned signs = 0;
    size_t kept = 0;
    ssize_t got = 0;
    if (lseek(fd, 0, SEEK_SET) != 0) {
        return FAIL(err, ASSAY_FILE_IO, "cannot read: %s", strerror(errno));
    }
    *may_be = false;
    buf_reset(bytes);
    TRY(buf_reserve(bytes, LIMIT_SCAN_BYTES, err));
    do {
        got = TEMP_FAILURE_RETRY(read(fd, bytes->ptr + kept, LIMIT_SCAN_BYTES - kept));
        if (got < 0) {
            return FAIL(err, ASSAY_FILE_IO, "cannot read: %s", strerror(errno));
        }
        size_t len = kept + (size_t)got;
        *may_be = scan_may_be_kubernetes(slice_of(bytes->ptr, len), &signs);
        kept = len < SCAN_SIGN_OVERLAP ? len : SCAN_SIGN_OVERLAP;
        memmove(bytes->ptr, bytes->ptr + (len - kept), kept);
    } while (got > 0 && !*may_be);
    buf_reset(bytes);
    return ASSAY_OK;
}

static enum assay_status read_bytes(int fd, struct buf *bytes, enum scan_kind *kind,
                                    struct assay_error *err)
{
    bool may_be = true;
    enum assay_status status = fd_read_file(fd, LIMIT_SCAN_BYTES, bytes, err);
    if (status != ASSAY_TOO_LARGE) {
        return status;
    }
    if (*kind == SCAN_KIND_CONTENT) {
        TRY(look_through(fd, bytes, &may_be, err));
    }
    if (!may_be) {
        *kind = SCAN_KIND_NONE;
        return ASSAY_OK;
    }
    return FAIL(err, ASSAY_FILE_LIMIT, "it is larger than %lu bytes", LIMIT_SCAN_BYTES);
}

enum assay_status scan_tree_read(struct scan *scan, int fd, const char *relative,
                                 enum scan_kind *kind, struct assay_error *err)
{
    struct buf *bytes = &scan->tree->bytes;
    struct assay_error refused = ERROR_INIT;
    unsigned signs = 0;
    if (scan->seen >= LIMIT_SCAN_FILES) {
        return FAIL(err, ASSAY_FILE_LIMIT, "more than %lu files to look at", LIMIT_SCAN_FILES);
    }
    scan->seen++;
    enum assay_status status = read_bytes(fd, bytes, kind, &refused);
    if (status == ASSAY_FILE_IO || status == ASSAY_FILE_LIMIT) {
        *kind = SCAN_KIND_NONE;
        return scan_tree_problem(scan, relative, status, refused.message, err);
    }
    if (status != ASSAY_OK) {
        return error_pass(err, &refused);
    }
    if (*kind == SCAN_KIND_CONTENT) {
        bool may_be = scan_may_be_kubernetes(buf_slice(bytes), &signs);
        *kind = may_be ? SCAN_KIND_KUBERNETES : SCAN_KIND_NONE;
    }
    return ASSAY_OK;
}
