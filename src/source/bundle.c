/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/reader.h"
#include "archive/tar_header.h"
#include "archive/tar_write.h"
#include "base/file.h"
#include "base/list.h"
#include "base/mem.h"
#include "source/bundle_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- blobs ---- */

static int against_digest(const void *digest, const void *blob)
{
    return digest_compare(digest, &((const struct bundle_blob *)blob)->digest);
}

struct bundle_blob *bundle_blob_find(const struct bundle *bundle, const struct digest *digest)
{
    bool found = false;
    size_t place = list_place(digest, bundle->blobs, bundle->blob_count, sizeof(*bundle->blobs),
                              against_digest, &found);
    return found ? &bundle->blobs[place] : NULL;
}

static enum assay_status read_range(const struct bundle *bundle, uint64_t offset, uint64_t size,
                                    size_t max_bytes, struct buf *out, struct assay_error *err)
{
    *out = (struct buf)BUF_INIT(max_bytes);
    if (size > max_bytes) {
        return FAIL(err, ASSAY_TOO_LARGE, "has %" PRIu64 " bytes, more than %zu", size, max_bytes);
    }
    return reader_range_read(bundle->fd, offset, (size_t)size, out, err);
}

static enum assay_status read_blob(const struct bundle *bundle, const struct bundle_blob *blob,
                                   size_t max_bytes, struct buf *out, struct assay_error *err)
{
    struct digest actual;
    TRY(read_range(bundle, blob->offset, blob->size, max_bytes, out, err));
    TRY(digest_compute(DIGEST_SHA256, buf_slice(out), &actual, err));
    if (!digest_equal(&actual, &blob->digest)) {
        return FAIL(err, ASSAY_BUNDLE, "its bytes are not those that its name says");
    }
    return ASSAY_OK;
}

enum assay_status bundle_blob_read(const struct bundle *bundle, const struct bundle_blob *blob,
                                   size_t max_bytes, struct buf *out, struct assay_error *err)
{
    char digest[DIGEST_TEXT_BYTES];
    enum assay_status status = read_blob(bundle, blob, max_bytes, out, err);
    if (status == ASSAY_OK) {
        return ASSAY_OK;
    }
    buf_clear(out);
    digest_format(&blob->digest, digest);
    return error_context(err, status, "%s in the bundle %s", digest, bundle->path);
}

/* ---- opening ---- */

/* One place of the tar: what the header there says. */
struct member {
    char name[100];
    uint64_t size;
    bool is_end;
};

/* The only header accepted is the one that the writer makes for this name and size. So there is
 * one form of a bundle, and no second way to read it. */
static enum assay_status read_header(struct slice block, struct member *out,
                                     struct assay_error *err)
{
    uint8_t expected[TAR_BLOCK_BYTES];
    struct slice name = slice_first(block, sizeof(out->name) - 1);
    struct slice size = slice_first(slice_from(block, 124), 11);
    *out = (struct member){ .is_end = tar_is_zero(block) };
    if (out->is_end) {
        return ASSAY_OK;
    }
    name = slice_first(name, slice_find(name, '\0'));
    memcpy(out->name, name.ptr, name.len);
    for (size_t i = 0; i < size.len; i++) {
        out->size = out->size * 8 + (size.ptr[i] & 7U);
    }
    TRY(tar_write_header(out->name, out->size, expected, err));
    if (!slice_equal(block, slice_of(expected, sizeof(expected)))) {
        return FAIL(err, ASSAY_BUNDLE, "'%s' has another header than a bundle's", out->name);
    }
    return ASSAY_OK;
}

/* Behind the index only blobs, in the order of their names: so none comes twice. */
static enum assay_status take_blob(struct bundle *bundle, const struct member *member,
                                   uint64_t offset, struct assay_error *err)
{
    AUTO_BUF text = BUF_INIT(sizeof(member->name) + 16);
    struct slice name = slice_from_string(member->name);
    struct slice prefix = SLICE_LITERAL(BUNDLE_BLOB_PREFIX);
    struct digest digest;
    TRY(buf_printf(&text, err, "sha256:%s", (const char *)slice_from(name, prefix.len).ptr));
    if (!slice_has_prefix(name, prefix) ||
        digest_parse(buf_slice(&text), &digest, NULL) != ASSAY_OK) {
        return FAIL(err, ASSAY_BUNDLE, "'%s' is no part of a bundle", member->name);
    }
    if (bundle->blob_count > 0 &&
        digest_compare(&bundle->blobs[bundle->blob_count - 1].digest, &digest) >= 0) {
        return FAIL(err, ASSAY_BUNDLE, "'%s' comes twice or out of order", member->name);
    }
    if (bundle->blob_count == LIMIT_BUNDLE_BLOBS) {
        return FAIL(err, ASSAY_BUNDLE, "holds more than %lu blobs", LIMIT_BUNDLE_BLOBS);
    }
    TRY(mem_grow(&bundle->blobs, bundle->blob_count, &bundle->blob_cap, sizeof(*bundle->blobs),
                 err));
    bundle->blobs[bundle->blob_count++] =
        (struct bundle_blob){ .digest = digest, .size = member->size, .offset = offset };
    return ASSAY_OK;
}

static enum assay_status take_member(struct bundle *bundle, const struct member *member,
                                     uint64_t offset, bool is_first, struct buf *index,
                                     struct assay_error *err)
{
    if (!is_first) {
        return take_blob(bundle, member, offset, err);
    }
    if (strcmp(member->name, BUNDLE_INDEX_NAME) != 0) {
        return FAIL(err, ASSAY_BUNDLE, "does not begin with " BUNDLE_INDEX_NAME);
    }
    TRY_IN(read_range(bundle, offset, member->size, LIMIT_BUNDLE_INDEX_BYTES, index, err), err,
           BUNDLE_INDEX_NAME);
    return ASSAY_OK;
}

/* Goes from header to header, each with the padding of the file before it. */
static enum assay_status walk(struct bundle *bundle, uint64_t file_bytes, struct buf *index,
                              struct assay_error *err)
{
    AUTO_BUF bytes = BUF_INIT(2 * TAR_BLOCK_BYTES);
    uint64_t at = 0;
    size_t padding = 0;
    for (bool is_first = true;; is_first = false) {
        struct member member;
        if (file_bytes - at < padding + TAR_BLOCK_BYTES) {
            return FAIL(err, ASSAY_BUNDLE, "ends too early");
        }
        buf_clear(&bytes);
        TRY(read_range(bundle, at, padding + TAR_BLOCK_BYTES, 2 * TAR_BLOCK_BYTES, &bytes, err));
        if (!tar_is_zero(slice_first(buf_slice(&bytes), padding))) {
            return FAIL(err, ASSAY_BUNDLE, "holds bytes between its files");
        }
        TRY(read_header(slice_from(buf_slice(&bytes), padding), &member, err));
        at += padding + TAR_BLOCK_BYTES;
        if (member.is_end) {
            break;
        }
        if (member.size > file_bytes - at) {
            return FAIL(err, ASSAY_BUNDLE, "ends within '%s'", member.name);
        }
        TRY(take_member(bundle, &member, at, is_first, index, err));
        at += member.size;
        padding = (TAR_BLOCK_BYTES - member.size % TAR_BLOCK_BYTES) % TAR_BLOCK_BYTES;
    }
    buf_clear(&bytes);
    TRY(read_range(bundle, at, file_bytes - at, 2 * TAR_BLOCK_BYTES, &bytes, err));
    return bytes.len == TAR_BLOCK_BYTES && tar_is_zero(buf_slice(&bytes))
               ? ASSAY_OK
               : FAIL(err, ASSAY_BUNDLE, "does not end in two blocks of zeros");
}

/* Neither a pipe, which could not be read again, nor anything compressed. */
static enum assay_status check_kind(const struct bundle *bundle, uint64_t *size,
                                    struct assay_error *err)
{
    struct stat info;
    char first[sizeof(BUNDLE_INDEX_NAME)];
    if (fstat(bundle->fd, &info) != 0) {
        return FAIL(err, ASSAY_FILE_IO, "%s", strerrordesc_np(errno));
    }
    if (!S_ISREG(info.st_mode)) {
        return FAIL(err, ASSAY_BUNDLE, "a bundle is a plain tar in a regular file");
    }
    ssize_t got = TEMP_FAILURE_RETRY(pread(bundle->fd, first, sizeof(first), 0));
    if (got < 0) {
        return FAIL(err, ASSAY_FILE_IO, "%s", strerrordesc_np(errno));
    }
    if (!slice_equal(slice_of(first, (size_t)got),
                     slice_of(BUNDLE_INDEX_NAME, sizeof(BUNDLE_INDEX_NAME)))) {
        return FAIL(err, ASSAY_BUNDLE,
                    "this file is no bundle: a bundle is a plain tar, not compressed, that begins "
                    "with " BUNDLE_INDEX_NAME);
    }
    *size = (uint64_t)info.st_size;
    return ASSAY_OK;
}

static enum assay_status fill(struct bundle *bundle, struct assay_error *err)
{
    AUTO_BUF index = BUF_INIT(LIMIT_BUNDLE_INDEX_BYTES);
    uint64_t file_bytes = 0;
    /* O_NONBLOCK: a FIFO must not hold us up before we see that it is one */
    bundle->fd = open(bundle->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (bundle->fd < 0) {
        return FAIL(err, ASSAY_FILE_IO, "%s", strerrordesc_np(errno));
    }
    TRY(check_kind(bundle, &file_bytes, err));
    TRY(walk(bundle, file_bytes, &index, err));
    return bundle_index_parse(bundle, buf_slice(&index), err);
}

enum assay_status bundle_open(const char *path, struct bundle **out, struct assay_error *err)
{
    *out = NULL;
    struct bundle *bundle = mem_alloc(1, sizeof(*bundle));
    if (bundle == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    bundle->fd = -1;
    bundle->arena = (struct arena)ARENA_INIT(LIMIT_BUNDLE_ARENA);
    bundle->path = mem_copy_string(path);
    enum assay_status status = bundle->path == NULL ? FAIL_NO_MEMORY(err) : fill(bundle, err);
    if (status != ASSAY_OK) {
        bundle_free(bundle);
        return error_context(err, status, "the bundle %s", path);
    }
    *out = bundle;
    return ASSAY_OK;
}

enum assay_status bundle_check_current(const struct bundle *bundle, const char *path,
                                       struct assay_error *err)
{
    struct stat now;
    struct stat then;
    bool is_there = stat(path, &now) == 0;
    bool is_same = bundle != NULL && is_there && fstat(bundle->fd, &then) == 0 &&
                   now.st_dev == then.st_dev && now.st_ino == then.st_ino;
    if (is_same || (bundle == NULL && !is_there)) {
        return ASSAY_OK;
    }
    (void)FAIL(err, ASSAY_OUTPUT,
               "the bundle %s was written by somebody else meanwhile, and is left as it is", path);
    return error_remedy(err, ASSAY_OUTPUT, "Run the command again: it adds to what is there now.");
}

void bundle_free(struct bundle *bundle)
{
    if (bundle == NULL) {
        return;
    }
    fd_close_quietly(&bundle->fd);
    mem_free(bundle->path);
    mem_free(bundle->blobs);
    arena_clear(&bundle->arena);
    mem_free(bundle);
}

/* ---- what it holds ---- */

const char *bundle_path(const struct bundle *bundle)
{
    return bundle->path;
}

const struct bundle_repository *bundle_repository_at(const struct bundle *bundle, size_t index)
{
    return index < bundle->entry_count ? &bundle->entries[index].view : NULL;
}

bool bundle_document_at(const struct bundle *bundle, size_t index, struct digest *digest,
                        uint64_t *size)
{
    if (index >= bundle->document_count) {
        return false;
    }
    *digest = bundle->documents[index]->digest;
    *size = bundle->documents[index]->size;
    return true;
}

static const struct bundle_entry *find_entry(const struct bundle *bundle, const char *gun)
{
    for (size_t i = 0; i < bundle->entry_count; i++) {
        if (strcmp(bundle->entries[i].view.gun, gun) == 0) {
            return &bundle->entries[i];
        }
    }
    return NULL;
}

const struct bundle_repository *bundle_repository_find(const struct bundle *bundle, const char *gun)
{
    const struct bundle_entry *entry = find_entry(bundle, gun);
    return entry == NULL ? NULL : &entry->view;
}

enum assay_status bundle_metadata(const struct bundle *bundle, const char *gun, const char *name,
                                  size_t max_bytes, struct buf *out, bool *found,
                                  struct assay_error *err)
{
    const struct bundle_entry *entry = find_entry(bundle, gun);
    *found = false;
    for (size_t i = 0; entry != NULL && i < entry->role_count; i++) {
        if (strcmp(entry->roles[i].name, name) == 0) {
            *found = true;
            return bundle_blob_read(bundle, entry->roles[i].blob, max_bytes, out, err);
        }
    }
    return ASSAY_OK;
}

enum assay_status bundle_metadata_names(const struct bundle *bundle, const char *gun, name_fn *each,
                                        void *ctx, struct assay_error *err)
{
    const struct bundle_entry *entry = find_entry(bundle, gun);
    for (size_t i = 0; entry != NULL && i < entry->role_count; i++) {
        TRY(each(ctx, entry->roles[i].name, err));
    }
    return ASSAY_OK;
}
