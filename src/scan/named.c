/* SPDX-License-Identifier: Apache-2.0 */
/* What the user names: a path, standard input, or a reference. */
#include "base/file.h"
#include "base/limits.h"
#include "scan/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define NO_KIND "cannot tell what kind of file this is"

/* ---- a file ---- */

/* The kind that the name tells, or else the content. */
static enum assay_status find_in_file(struct scan *scan, int fd, const char *relative,
                                      struct slice typed, struct assay_error *err)
{
    enum scan_kind by_name = scan_kind_of_name("", typed);
    enum scan_kind kind = by_name == SCAN_KIND_CONTENT ? SCAN_KIND_NONE : by_name;
    const bool is_known = kind != SCAN_KIND_NONE;
    size_t problems = scan->problem_count;
    TRY(scan_tree_read(scan, fd, relative, &kind, err));
    if (scan->problem_count > problems) {
        return ASSAY_OK;
    }
    struct slice bytes = buf_slice(&scan->tree->bytes);
    if (!is_known) {
        TRY(scan_kind_of_text(bytes, &kind, err));
    }
    if (kind == SCAN_KIND_NONE) {
        return scan_tree_problem(scan, relative, ASSAY_FILE_SYNTAX, NO_KIND, err);
    }
    return scan_tree_find(scan, kind, relative, bytes, err);
}

/* How many bytes of a clean path name the directory above it; 0: the working directory, or "/". */
static size_t parent_len(struct slice path)
{
    size_t slash = slice_find_last(path, '/');
    return slash == path.len ? 0 : slash;
}

static bool holds_repository(struct slice directory)
{
    char probe[LIMIT_SCAN_PATH_BYTES];
    struct buf text = { .ptr = (uint8_t *)probe, .cap = sizeof(probe), .max = sizeof(probe) - 1 };
    return buf_append(&text, directory, NULL) == ASSAY_OK &&
           buf_append_string(&text, directory.len > 0 ? "/.git" : ".git", NULL) == ASSAY_OK &&
           faccessat(AT_FDCWD, probe, F_OK, 0) == 0;
}

/* How many bytes of a clean path name the directory to stay in: that of the repository which the
 * path leads through, so that the file can name its neighbours there; else the file's own. */
static size_t find_root(struct slice path)
{
    size_t own = parent_len(path);
    size_t len = own;
    bool is_absolute = path.ptr[0] == '/';
    if (memmem(path.ptr, path.len, "..", strlen("..")) != NULL) {
        return own;
    }
    while (len > 0 && !holds_repository(slice_first(path, len))) {
        len = parent_len(slice_first(path, len));
    }
    return len > 0 || (!is_absolute && holds_repository(SLICE_EMPTY)) ? len : own;
}

/* Without empty and "." components, which do not change what it means; with room for a slash
 * behind it. */
static enum assay_status clean_path(struct scan *scan, const char *path, char **out,
                                    struct assay_error *err)
{
    struct slice rest = slice_from_string(path);
    size_t len = 0;
    TRY(arena_alloc(&scan->arena, rest.len + 2, 1, out, err));
    if (rest.ptr[0] == '/') {
        (*out)[len++] = '/';
    }
    while (rest.len > 0) {
        size_t end = slice_find(rest, '/');
        struct slice name = slice_first(rest, end);
        rest = slice_from(rest, end + 1);
        if (name.len == 0 || slice_is(name, ".")) {
            continue;
        }
        if (len > 0 && (*out)[len - 1] != '/') {
            (*out)[len++] = '/';
        }
        memcpy(*out + len, name.ptr, name.len);
        len += name.len;
    }
    (*out)[len] = '\0';
    return ASSAY_OK;
}

static enum assay_status scan_named_file(struct scan *scan, const char *path,
                                         struct assay_error *err)
{
    char *clean = NULL;
    const char *root = NULL;
    TRY(clean_path(scan, path, &clean, err));
    struct slice typed = slice_from_string(clean);
    size_t len = find_root(typed);
    size_t root_len = len > 0 || clean[0] == '/' ? len + 1 : 0;
    TRY(arena_copy_text(&scan->arena, slice_first(typed, root_len), &root, err));
    CLEANUP(scan_tree_close) struct scan_tree tree = { .root_fd = -1 };
    TRY(scan_tree_open(&tree, root, scan->options.source_root, err));
    /* by the path as it was typed: the user may name a link */
    AUTO_FD fd = (int)TEMP_FAILURE_RETRY(open(path, SCAN_TREE_READ_FLAGS));
    scan->tree = &tree;
    enum assay_status status =
        fd < 0 ? scan_tree_problem(scan, clean + root_len, ASSAY_FILE_IO, strerror(errno), err)
               : find_in_file(scan, fd, clean + root_len, typed, err);
    scan->tree = NULL;
    return status;
}

static enum assay_status scan_directory(struct scan *scan, const char *path,
                                        struct assay_error *err)
{
    char *root = NULL;
    TRY(clean_path(scan, path, &root, err));
    size_t len = strlen(root);
    if (len > 0 && root[len - 1] != '/') {
        memcpy(root + len, "/", 2);
    }
    CLEANUP(scan_tree_close) struct scan_tree tree = { .root_fd = -1 };
    TRY(scan_tree_open(&tree, root, scan->options.source_root, err));
    scan->tree = &tree;
    enum assay_status status = scan_tree_walk(scan, err);
    scan->tree = NULL;
    return status;
}

static enum assay_status add_unread(struct scan *scan, const char *path, const char *message,
                                    struct assay_error *err)
{
    struct scan_spot spot = { 0 };
    char *clean = NULL;
    TRY(clean_path(scan, path, &clean, err));
    const char *name = clean[0] == '\0' && path[0] != '\0' ? "." : clean;
    bool is_place = scan->options.source_root == NULL && scan_is_below(slice_from_string(clean));
    TRY(scan_add_file(scan, name, is_place ? name : "", &spot.file, err));
    return scan_add_problem(scan, &spot, ASSAY_FILE_IO, err, "%s", message);
}

enum assay_status scan_path(struct scan *scan, const char *path, struct assay_error *err)
{
    struct assay_error refused = ERROR_INIT;
    struct stat info;
    enum assay_status status = ASSAY_OK;
    if (stat(path, &info) != 0) {
        return add_unread(scan, path,
                          errno == ENOENT ? "there is no such file; an image is docker://REF"
                                          : strerror(errno),
                          err);
    }
    if (S_ISDIR(info.st_mode)) {
        status = scan_directory(scan, path, &refused);
    } else if (S_ISREG(info.st_mode)) {
        status = scan_named_file(scan, path, &refused);
    } else {
        return add_unread(scan, path, "expected a file or a directory", err);
    }
    if (status == ASSAY_FILE_IO) { /* of the directory itself */
        return add_unread(scan, path, refused.message, err);
    }
    return status == ASSAY_OK ? ASSAY_OK : error_pass(err, &refused);
}

/* ---- standard input ---- */

enum assay_status scan_stdin(struct scan *scan, struct slice text, struct assay_error *err)
{
    struct scan_input input = { .text = text, .directory = "" };
    enum scan_kind kind = SCAN_KIND_NONE;
    TRY(scan_add_file(scan, "-", "", &input.file, err));
    scan->seen++;
    if (text.len > LIMIT_SCAN_BYTES) {
        struct scan_spot spot = { .file = input.file };
        return scan_add_problem(scan, &spot, ASSAY_FILE_LIMIT, err, "it is larger than %lu bytes",
                                LIMIT_SCAN_BYTES);
    }
    TRY(scan_kind_of_text(text, &kind, err));
    TRY(scan_find(scan, kind == SCAN_KIND_NONE ? SCAN_KIND_LIST : kind, &input, err));
    return scan_ignores(scan, &input, err);
}

/* ---- a reference ---- */

enum assay_status scan_argument(struct scan *scan, const char *text, struct assay_error *err)
{
    const char *scheme = "docker://";
    struct slice written = slice_from_string(text);
    if (!slice_has_prefix(written, slice_from_string(scheme))) {
        return FAIL(err, ASSAY_USAGE, "%s: expected docker://REFERENCE", text);
    }
    struct scan_reference reference = { .place = SCAN_ARGUMENT,
                                        .owner = "argument",
                                        .written = text + strlen(scheme),
                                        .text = text + strlen(scheme) };
    reference.spot.length = strlen(reference.written);
    TRY(scan_add_file(scan, text, "", &reference.spot.file, err));
    return scan_add(scan, &reference, err);
}
