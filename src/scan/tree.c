/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/tree.h"

#include "base/file.h"
#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

bool scan_tree_place(int fd, char *room, size_t room_bytes, struct slice *out)
{
    char link[64];
    struct buf text = { .ptr = (uint8_t *)link, .cap = sizeof(link), .max = sizeof(link) - 1 };
    if (buf_printf(&text, NULL, "/proc/self/fd/%d", fd) != ASSAY_OK) {
        return false;
    }
    ssize_t len = readlink(link, room, room_bytes);
    *out = slice_of(room, len > 0 ? (size_t)len : 0);
    return len > 0 && (size_t)len < room_bytes;
}

/* Who names .github/workflows itself means workflows as well. */
static const char *name_above(int fd)
{
    static const char *const names[] = { "/.github/workflows", "/.github", "/.gitlab" };
    char room[LIMIT_SCAN_PATH_BYTES];
    struct slice place;
    if (scan_tree_place(fd, room, sizeof(room), &place)) {
        for (size_t i = 0; i < ARRAY_LEN(names); i++) {
            if (slice_has_suffix(place, slice_from_string(names[i]))) {
                return names[i] + 1;
            }
        }
    }
    return "";
}

bool scan_is_below(struct slice path)
{
    bool is_below = path.len == 0 || path.ptr[0] != '/';
    while (path.len > 0 && is_below) {
        size_t end = slice_find(path, '/');
        is_below = !slice_is(slice_first(path, end), "..");
        path = slice_from(path, end + 1);
    }
    return is_below;
}

static void end_with_slash(char *path)
{
    size_t len = strlen(path);
    if (path[len - 1] != '/') {
        memcpy(path + len, "/", 2);
    }
}

/* Of a root that may lie anywhere by where it really is: ".." behind a link is not what it looks
 * like. */
static enum assay_status find_place(struct scan_tree *tree, const char *source_root,
                                    struct assay_error *err)
{
    char real[PATH_MAX + 1];
    char source[PATH_MAX + 1];
    if (source_root == NULL && scan_is_below(slice_from_string(tree->root))) {
        return buf_append_string(&tree->real, tree->root, err);
    }
    if (realpath(tree->root[0] == '\0' ? "." : tree->root, real) == NULL ||
        realpath(source_root == NULL ? "." : source_root, source) == NULL) {
        return FAIL(err, ASSAY_FILE_IO, "cannot tell where the directory is: %s", strerror(errno));
    }
    end_with_slash(real);
    end_with_slash(source);
    TRY(buf_append_string(&tree->real, real, err));
    return buf_append_string(&tree->source, source, err);
}

enum assay_status scan_tree_open(struct scan_tree *tree, const char *root, const char *source_root,
                                 struct assay_error *err)
{
    *tree = (struct scan_tree){ .root = root,
                                .real = BUF_INIT(2UL * LIMIT_SCAN_PATH_BYTES),
                                .source = BUF_INIT(2UL * LIMIT_SCAN_PATH_BYTES),
                                .name = BUF_INIT(2UL * LIMIT_SCAN_PATH_BYTES),
                                .place = BUF_INIT(2UL * LIMIT_SCAN_PATH_BYTES),
                                .bytes = BUF_INIT(LIMIT_SCAN_BYTES) };
    tree->root_fd = (int)TEMP_FAILURE_RETRY(
        open(root[0] == '\0' ? "." : root, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (tree->root_fd < 0) {
        return FAIL(err, ASSAY_FILE_IO, "cannot open the directory: %s", strerror(errno));
    }
    tree->above = name_above(tree->root_fd);
    return find_place(tree, source_root, err);
}

void scan_tree_close(struct scan_tree *tree)
{
    fd_close_quietly(&tree->root_fd);
    buf_clear(&tree->name);
    buf_clear(&tree->real);
    buf_clear(&tree->source);
    buf_clear(&tree->place);
    buf_clear(&tree->bytes);
}

enum assay_status scan_tree_add(struct scan *scan, const char *relative, size_t *index,
                                struct assay_error *err)
{
    struct scan_tree *tree = scan->tree;
    buf_reset(&tree->name);
    buf_reset(&tree->place);
    TRY(buf_append_string(&tree->name, tree->root, err));
    TRY(buf_append_string(&tree->name, relative, err));
    TRY(buf_append(&tree->place, buf_slice(&tree->real), err));
    TRY(buf_append_string(&tree->place, relative, err));
    bool is_below = slice_has_prefix(buf_slice(&tree->place), buf_slice(&tree->source));
    const char *place = buf_text(&tree->place) + (is_below ? tree->source.len : 0);
    return scan_add_file(scan, buf_text(&tree->name), place, index, err);
}

enum assay_status scan_tree_problem(struct scan *scan, const char *relative,
                                    enum assay_status status, const char *message,
                                    struct assay_error *err)
{
    struct scan_spot spot = { 0 };
    TRY(scan_tree_add(scan, relative, &spot.file, err));
    return scan_add_problem(scan, &spot, status, err, "%s", message);
}

enum assay_status scan_tree_directory(struct scan *scan, const char *relative, const char **out,
                                      struct assay_error *err)
{
    struct slice path = slice_from_string(relative);
    size_t slash = slice_find_last(path, '/');
    return arena_copy_text(&scan->arena, slash == path.len ? SLICE_EMPTY : slice_first(path, slash),
                           out, err);
}

/* ---- files that a file names ---- */

/* Adds one component to a clean path; false: it leads out, or is too long. */
static bool enter(struct buf *path, struct slice name)
{
    if (name.len == 0 || slice_is(name, ".")) {
        return true;
    }
    if (slice_is(name, "..")) {
        size_t slash = slice_find_last(buf_slice(path), '/');
        bool inside = path->len > 0;
        path->len = slash == path->len ? 0 : slash;
        path->ptr[path->len] = '\0';
        return inside;
    }
    return (path->len == 0 || buf_append_byte(path, '/', NULL) == ASSAY_OK) &&
           buf_append(path, name, NULL) == ASSAY_OK;
}

/* directory and path as one path without "." and "..", by their text; false: it leads out. */
static bool resolve(const char *directory, const char *path, char out[LIMIT_SCAN_PATH_BYTES])
{
    struct buf resolved = { .ptr = (uint8_t *)out,
                            .cap = LIMIT_SCAN_PATH_BYTES,
                            .max = LIMIT_SCAN_PATH_BYTES - 1 };
    struct slice parts[] = { slice_from_string(directory), slice_from_string(path) };
    out[0] = '\0';
    if (path[0] == '/') {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        while (parts[i].len > 0) {
            size_t end = slice_find(parts[i], '/');
            if (!enter(&resolved, slice_first(parts[i], end))) {
                return false;
            }
            parts[i] = slice_from(parts[i], end + 1);
        }
    }
    return true;
}

/* Reads it, or says what stands in the way in refused. */
static enum assay_status read_beneath(const struct scan_tree *tree, const char *relative,
                                      struct buf *bytes, bool *found, struct assay_error *err)
{
    AUTO_FD fd = fd_open_beneath(tree->root_fd, relative, SCAN_TREE_READ_FLAGS);
    *found = false;
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
        return ASSAY_OK;
    }
    if (fd < 0 && (errno == EXDEV || errno == ELOOP)) {
        return FAIL(err, ASSAY_FILE_LINK,
                    "a link leads out of the directory that is judged, or in a circle");
    }
    if (fd < 0) {
        return FAIL(err, ASSAY_FILE_IO, "cannot open: %s", strerror(errno));
    }
    enum assay_status status = fd_read_file(fd, LIMIT_SCAN_BYTES, bytes, err);
    if (status == ASSAY_TOO_LARGE) {
        return FAIL(err, ASSAY_FILE_LIMIT, "it is larger than %lu bytes", LIMIT_SCAN_BYTES);
    }
    TRY(status);
    *found = true;
    return ASSAY_OK;
}

bool scan_is_directory(const struct scan *scan, const char *directory, const char *path)
{
    char relative[LIMIT_SCAN_PATH_BYTES];
    if (scan->tree == NULL || !resolve(directory, path, relative)) {
        return false;
    }
    if (relative[0] == '\0') {
        return true;
    }
    AUTO_FD fd = fd_open_beneath(scan->tree->root_fd, relative, O_PATH | O_DIRECTORY);
    return fd >= 0;
}

enum assay_status scan_open(struct scan *scan, const struct scan_named *named, struct buf *bytes,
                            struct scan_input *out, bool *found, struct assay_error *err)
{
    char relative[LIMIT_SCAN_PATH_BYTES];
    struct assay_error refused = ERROR_INIT;
    *found = false;
    *out = (struct scan_input){ 0 };
    if (scan->tree == NULL) {
        return ASSAY_OK;
    }
    if (!resolve(named->directory, named->path, relative)) {
        return scan_add_problem(scan, named->spot, ASSAY_FILE_LINK, err,
                                "'%s' lies outside of the directory that is judged", named->path);
    }
    enum assay_status status = read_beneath(scan->tree, relative, bytes, found, &refused);
    if (status == ASSAY_FILE_IO || status == ASSAY_FILE_LIMIT || status == ASSAY_FILE_LINK) {
        return scan_tree_problem(scan, relative, status, refused.message, err);
    }
    if (status != ASSAY_OK) {
        return error_pass(err, &refused);
    }
    if (!*found) {
        return ASSAY_OK;
    }
    scan->seen++;
    TRY(scan_tree_add(scan, relative, &out->file, err));
    out->text = buf_slice(bytes);
    return scan_tree_directory(scan, relative, &out->directory, err);
}
