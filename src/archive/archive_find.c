/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/archive_internal.h"
#include "base/list.h"

static int against_name(const void *name, const void *file)
{
    const struct archive_file *const *other = file;
    return strcmp(name, (*other)->name);
}

static struct archive_file *lookup(const struct archive *archive, const char *name)
{
    struct archive_file *const *found = list_find(name, archive->by_name, archive->count,
                                                  sizeof(struct archive_file *), against_name);
    return found == NULL ? NULL : *found;
}

/* ---- names below others ---- */

/* How those that begin with parent and a slash stand to a name: before it, around or behind. */
static int against_parent(const void *parent, const void *file)
{
    const struct slice *above = parent;
    const char *name = (*(struct archive_file *const *)file)->name;
    int order = strncmp((const char *)above->ptr, name, above->len);
    return order != 0 ? order : '/' - (int)(unsigned char)name[above->len];
}

static const struct archive_file *first_child(const struct archive *archive, const char *parent)
{
    struct slice above = slice_from_string(parent);
    struct archive_file *const *found = list_find(&above, archive->by_name, archive->count,
                                                  sizeof(struct archive_file *), against_parent);
    return found == NULL ? NULL : *found;
}

enum assay_status archive_check_parents(const struct archive *archive, struct assay_error *err)
{
    for (size_t i = 0; i < archive->count; i++) {
        const struct archive_file *file = &archive->files[i];
        const struct archive_file *child =
            file->kind == TAR_DIRECTORY ? NULL : first_child(archive, file->name);
        if (child != NULL) {
            return FAIL(err, ASSAY_ARCHIVE_LINK, "%s is no directory, and %s stands below it",
                        file->name, child->name);
        }
    }
    return ASSAY_OK;
}

/* ---- links ---- */

/* The target's name within the archive, from the directory that the link is in. */
static enum assay_status link_target(const struct archive_file *link, struct buf *out,
                                     struct assay_error *err)
{
    struct slice name = slice_from_string(link->name);
    struct slice rest = slice_from_string(link->link);
    size_t slash = slice_find_last(name, '/');
    TRY(buf_append(out, slash < name.len ? slice_first(name, slash) : SLICE_EMPTY, err));
    while (rest.len > 0) {
        size_t end = slice_find(rest, '/');
        struct slice part = slice_first(rest, end);
        rest = slice_from(rest, end + 1);
        if (slice_is(part, "..") && out->len > 0) {
            size_t parent = slice_find_last(buf_slice(out), '/');
            out->len = parent < out->len ? parent : 0;
            out->ptr[out->len] = '\0';
            continue;
        }
        if (part.len == 0 || slice_is(part, ".") || slice_is(part, "..")) {
            return FAIL(err, ASSAY_ARCHIVE_LINK, "%s is a link to '%s', which is not clean",
                        link->name, link->link);
        }
        if (out->len > 0) {
            TRY(buf_append_byte(out, '/', err));
        }
        TRY(buf_append(out, part, err));
    }
    return ASSAY_OK;
}

static enum assay_status follow_link(const struct archive *archive, const struct archive_file *link,
                                     const struct archive_file **out, struct assay_error *err)
{
    AUTO_BUF target = BUF_INIT(2 * LIMIT_TAR_HEADER_BYTES);
    TRY(link_target(link, &target, err));
    *out = lookup(archive, buf_text(&target));
    if (*out == NULL || (*out)->kind != TAR_FILE) {
        *out = NULL;
        return FAIL(err, ASSAY_ARCHIVE_LINK, "%s is a link to '%s', where no file is", link->name,
                    link->link);
    }
    return ASSAY_OK;
}

enum assay_status archive_find(const struct archive *archive, const char *name, bool follow,
                               const struct archive_file **out, struct assay_error *err)
{
    const struct archive_file *file = lookup(archive, name);
    *out = NULL;
    if (file == NULL || file->kind == TAR_FILE) {
        *out = file;
        return ASSAY_OK;
    }
    if (file->kind == TAR_SYMLINK && follow) {
        return follow_link(archive, file, out, err);
    }
    return FAIL(err, ASSAY_ARCHIVE_LINK, "%s is not a regular file", name);
}
