/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk through a tree, without recursion: the entries of the directories that are open lie on
 * one stack, those of the innermost last.
 */
#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "scan/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIRECTORY_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)

struct entry {
    size_t name; /* offset into names */
    unsigned char type;
};

struct frame {
    DIR *dir;
    size_t first; /* into entries */
    size_t next;
    size_t names_len;
    size_t path_len; /* of the directory */
};

struct walk {
    struct scan *scan;
    struct buf names; /* each with its NUL */
    struct entry *entries;
    size_t entry_count;
    size_t entry_cap;
    size_t visited;
    struct frame frames[LIMIT_SCAN_DEPTH];
    size_t depth;
    char path[LIMIT_SCAN_PATH_BYTES]; /* of the entry, relative to the tree */
    size_t path_len;
};

static void walk_clear(struct walk *walk)
{
    while (walk->depth > 0) {
        (void)closedir(walk->frames[--walk->depth].dir);
    }
    mem_free(walk->entries);
    buf_clear(&walk->names);
}

static enum assay_status add_problem(struct walk *walk, enum assay_status status,
                                     const char *message, struct assay_error *err)
{
    return scan_tree_problem(walk->scan, walk->path, status, message, err);
}

static int compare_entries(const void *a, const void *b, void *ctx)
{
    const char *names = ctx;
    const struct entry *x = a;
    const struct entry *y = b;
    return strcmp(names + x->name, names + y->name);
}

static enum assay_status keep_entry(struct walk *walk, const struct dirent *found,
                                    struct assay_error *err)
{
    struct entry entry = { .name = walk->names.len, .type = found->d_type };
    if (walk->visited >= LIMIT_SCAN_ENTRIES) {
        return FAIL(err, ASSAY_FILE_LIMIT, "more than %lu files and directories",
                    LIMIT_SCAN_ENTRIES);
    }
    walk->visited++;
    TRY(buf_append(&walk->names, slice_of(found->d_name, strlen(found->d_name) + 1), err));
    TRY(mem_grow(&walk->entries, walk->entry_count, &walk->entry_cap, sizeof(entry), err));
    walk->entries[walk->entry_count++] = entry;
    return ASSAY_OK;
}

/* "." and ".." are not below, and what .git holds is not the files but their past. */
static bool is_left_out(const char *name)
{
    struct slice text = slice_from_string(name);
    return slice_is(text, ".") || slice_is(text, "..") || slice_is(text, ".git");
}

static enum assay_status read_entries(struct walk *walk, DIR *dir, struct assay_error *err)
{
    const struct dirent *found = NULL;
    errno = 0;
    while ((found = readdir(dir)) != NULL) {
        if (!is_left_out(found->d_name)) {
            TRY(keep_entry(walk, found, err));
        }
        errno = 0;
    }
    if (errno != 0) {
        return add_problem(walk, ASSAY_FILE_IO, "the directory cannot be read to its end", err);
    }
    return ASSAY_OK;
}

/* The directory at path, open as fd, which is taken over. */
static enum assay_status push(struct walk *walk, int fd, struct assay_error *err)
{
    struct frame frame = { .first = walk->entry_count,
                           .next = walk->entry_count,
                           .names_len = walk->names.len,
                           .path_len = walk->path_len };
    frame.dir = fdopendir(fd);
    if (frame.dir == NULL) {
        fd_close_quietly(&fd);
        return FAIL(err, ASSAY_FILE_IO, "cannot read a directory: %s", strerror(errno));
    }
    walk->frames[walk->depth++] = frame;
    TRY(read_entries(walk, frame.dir, err));
    if (walk->entry_count > frame.first) {
        qsort_r(walk->entries + frame.first, walk->entry_count - frame.first,
                sizeof(*walk->entries), compare_entries, walk->names.ptr);
    }
    return ASSAY_OK;
}

/* Its entries lie behind those of the directory above, which goes on where it was. */
static void pop(struct walk *walk)
{
    struct frame *frame = &walk->frames[--walk->depth];
    (void)closedir(frame->dir);
    walk->entry_count = frame->first;
    walk->names.len = frame->names_len;
}

static bool path_append(struct walk *walk, const char *name)
{
    size_t len = strlen(name);
    size_t slash = walk->path_len > 0 ? 1 : 0;
    if (walk->path_len + slash + len >= sizeof(walk->path)) {
        return false;
    }
    if (slash > 0) {
        walk->path[walk->path_len] = '/';
    }
    memcpy(walk->path + walk->path_len + slash, name, len + 1);
    walk->path_len += slash + len;
    return true;
}

static struct slice path_of(const struct walk *walk)
{
    return slice_of(walk->path, walk->path_len);
}

static enum assay_status visit_directory(struct walk *walk, int above, const char *name,
                                         struct assay_error *err)
{
    if (walk->depth >= LIMIT_SCAN_DEPTH) {
        return add_problem(walk, ASSAY_FILE_LIMIT, "directories lie deeper than the named limit",
                           err);
    }
    int fd = (int)TEMP_FAILURE_RETRY(openat(above, name, DIRECTORY_FLAGS));
    if (fd < 0) {
        return add_problem(walk, ASSAY_FILE_IO, strerror(errno), err);
    }
    return push(walk, fd, err);
}

static enum assay_status read_file(struct walk *walk, int fd, enum scan_kind kind,
                                   struct assay_error *err)
{
    TRY(scan_tree_read(walk->scan, fd, walk->path, &kind, err));
    if (kind == SCAN_KIND_NONE) {
        return ASSAY_OK;
    }
    return scan_tree_find(walk->scan, kind, walk->path, buf_slice(&walk->scan->tree->bytes), err);
}

static enum scan_kind kind_of(const struct walk *walk, struct slice path)
{
    return scan_kind_of_name(walk->scan->tree->above, path);
}

static enum assay_status visit_file(struct walk *walk, int above, const char *name,
                                    struct assay_error *err)
{
    enum scan_kind kind = kind_of(walk, path_of(walk));
    if (kind == SCAN_KIND_NONE) {
        return ASSAY_OK;
    }
    AUTO_FD fd = (int)TEMP_FAILURE_RETRY(openat(above, name, SCAN_TREE_READ_FLAGS | O_NOFOLLOW));
    if (fd < 0) {
        return add_problem(walk, ASSAY_FILE_IO, strerror(errno), err);
    }
    return read_file(walk, fd, kind, err);
}

/* ---- links ---- */

/* Where fd really is, relative to the tree; false: that cannot be told. */
static bool real_path(const struct scan_tree *tree, int fd, char *room, size_t room_bytes,
                      struct slice *out)
{
    char root[LIMIT_SCAN_PATH_BYTES];
    struct slice above;
    struct slice real;
    if (!scan_tree_place(tree->root_fd, root, sizeof(root), &above) ||
        !scan_tree_place(fd, room, room_bytes, &real)) {
        return false;
    }
    if (slice_is(above, "/")) {
        above = SLICE_EMPTY;
    }
    *out = slice_from(real, above.len + 1);
    return slice_has_prefix(real, above) && real.len > above.len && real.ptr[above.len] == '/';
}

static bool is_below_git(struct slice path)
{
    while (path.len > 0) {
        size_t end = slice_find(path, '/');
        if (slice_is(slice_first(path, end), ".git")) {
            return true;
        }
        path = slice_from(path, end + 1);
    }
    return false;
}

/* A link to a directory that is visited by its own name is left alone. */
static enum assay_status judge_directory_link(struct walk *walk, int fd, struct assay_error *err)
{
    char room[LIMIT_SCAN_PATH_BYTES];
    struct slice real;
    if (!real_path(walk->scan->tree, fd, room, sizeof(room), &real)) {
        return ASSAY_OK;
    }
    if (is_below_git(real) || scan_is_excluded(&walk->scan->options, real)) {
        return add_problem(walk, ASSAY_FILE_LINK, "the link leads into what is left out", err);
    }
    return ASSAY_OK;
}

/* A file that is found by its own name, as the same kind, needs no second look. */
static bool is_found_there(struct walk *walk, int fd, enum scan_kind kind)
{
    char room[LIMIT_SCAN_PATH_BYTES];
    struct slice real;
    return real_path(walk->scan->tree, fd, room, sizeof(room), &real) && !is_below_git(real) &&
           !scan_is_excluded(&walk->scan->options, real) && kind_of(walk, real) == kind;
}

static enum assay_status refuse_link(struct walk *walk, int above, const char *name, int error,
                                     bool is_ours, struct assay_error *err)
{
    struct stat info;
    bool is_there = fstatat(above, name, &info, 0) == 0;
    if (!is_ours && !(is_there && S_ISDIR(info.st_mode))) {
        return ASSAY_OK;
    }
    if (error == EXDEV || (is_there && (error == ELOOP || error == ENOTDIR))) {
        return add_problem(walk, ASSAY_FILE_LINK,
                           "the link leads out of the directory that is judged", err);
    }
    return add_problem(walk, ASSAY_FILE_IO, strerror(error), err);
}

static enum assay_status visit_link(struct walk *walk, int above, const char *name,
                                    struct assay_error *err)
{
    enum scan_kind kind = kind_of(walk, path_of(walk));
    struct stat info;
    AUTO_FD fd = fd_open_beneath(walk->scan->tree->root_fd, walk->path, O_PATH);
    if (fd < 0 || fstat(fd, &info) != 0) {
        return refuse_link(walk, above, name, errno, kind != SCAN_KIND_NONE, err);
    }
    if (S_ISLNK(info.st_mode)) { /* links cannot be followed safely here */
        return refuse_link(walk, above, name, ELOOP, kind != SCAN_KIND_NONE, err);
    }
    if (S_ISDIR(info.st_mode)) {
        return judge_directory_link(walk, fd, err);
    }
    if (kind == SCAN_KIND_NONE || (S_ISREG(info.st_mode) && is_found_there(walk, fd, kind))) {
        return ASSAY_OK;
    }
    if (!S_ISREG(info.st_mode)) {
        return add_problem(walk, ASSAY_FILE_IO, "expected a regular file", err);
    }
    AUTO_FD file = fd_open_beneath(walk->scan->tree->root_fd, walk->path, SCAN_TREE_READ_FLAGS);
    if (file < 0) {
        return refuse_link(walk, above, name, errno, true, err);
    }
    return read_file(walk, file, kind, err);
}

/* ---- the walk ---- */

static unsigned char type_of(int above, const char *name, unsigned char type)
{
    struct stat info;
    if (type != DT_UNKNOWN || fstatat(above, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
        return type;
    }
    return (unsigned char)IFTODT(info.st_mode);
}

static enum assay_status visit(struct walk *walk, int above, size_t at, struct assay_error *err)
{
    /* copied: the names move when a directory adds its own */
    char name[NAME_MAX + 1];
    struct slice text = slice_from_string((const char *)walk->names.ptr + walk->entries[at].name);
    if (text.len > NAME_MAX) {
        return add_problem(walk, ASSAY_FILE_LIMIT, "a name below it is too long", err);
    }
    memcpy(name, text.ptr, text.len + 1);
    if (!path_append(walk, name)) {
        return add_problem(walk, ASSAY_FILE_LIMIT, "a path below it is too long", err);
    }
    if (scan_is_excluded(&walk->scan->options, path_of(walk))) {
        return ASSAY_OK;
    }
    switch (type_of(above, name, walk->entries[at].type)) {
    case DT_DIR:
        return visit_directory(walk, above, name, err);
    case DT_REG:
        return visit_file(walk, above, name, err);
    case DT_LNK:
        return visit_link(walk, above, name, err);
    default:
        break;
    }
    if (kind_of(walk, path_of(walk)) == SCAN_KIND_NONE) {
        return ASSAY_OK;
    }
    return add_problem(walk, ASSAY_FILE_IO, "expected a regular file", err);
}

static enum assay_status walk_all(struct walk *walk, struct assay_error *err)
{
    while (walk->depth > 0) {
        struct frame *frame = &walk->frames[walk->depth - 1];
        if (frame->next == walk->entry_count) {
            pop(walk);
            continue;
        }
        walk->path_len = frame->path_len;
        walk->path[walk->path_len] = '\0';
        TRY(env_check_interrupted(walk->scan->env, err));
        TRY(visit(walk, dirfd(frame->dir), frame->next++, err));
    }
    return ASSAY_OK;
}

enum assay_status scan_tree_walk(struct scan *scan, struct assay_error *err)
{
    CLEANUP(walk_clear) struct walk walk = { .scan = scan, .names = BUF_INIT(LIMIT_SCAN_NAMES) };
    int fd = (int)TEMP_FAILURE_RETRY(openat(scan->tree->root_fd, ".", DIRECTORY_FLAGS));
    if (fd < 0) {
        return scan_tree_problem(scan, ".", ASSAY_FILE_IO, strerror(errno), err);
    }
    TRY(push(&walk, fd, err));
    return walk_all(&walk, err);
}
