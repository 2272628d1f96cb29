/* SPDX-License-Identifier: Apache-2.0 */
/* From a bundle in the making to its file. */
#include "archive/tar_write.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/time.h"
#include "source/bundle_writer.h"
#include "tuf/store_fs.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define BUNDLE_MODE 0644

static bool is_written(const struct writer_blob *blob)
{
    return blob->is_document || blob->is_used;
}

static void add_blob_members(struct json_new *object, const struct digest *digest, uint64_t size)
{
    char text[DIGEST_TEXT_BYTES];
    digest_format(digest, text);
    json_add_string(object, "digest", text);
    json_add_integer(object, "size", (int64_t)size);
}

static struct json_new *repository_json(struct bundle_writer *writer,
                                        const struct writer_repository *repository)
{
    struct json_new *object = json_new_object();
    struct json_new *references = json_new_array();
    struct json_new *roles = json_new_array();
    json_add_string(object, "name", repository->gun);
    if (repository->server[0] != '\0') {
        json_add_string(object, "server", repository->server);
    }
    if (repository->modified_unix_s != 0) {
        char time[TIME_TEXT_BYTES];
        time_format(repository->modified_unix_s, time);
        json_add_string(object, "modified", time);
    }
    for (size_t i = 0; i < repository->reference_count; i++) {
        json_append_string(references, repository->references[i]);
    }
    for (size_t i = 0; i < repository->role_count; i++) {
        const struct writer_role *role = &repository->roles[i];
        struct json_new *item = json_new_object();
        struct writer_blob *blob = bundle_writer_blob(writer, &role->digest);
        if (blob != NULL) {
            blob->is_used = true;
        }
        json_add_string(item, "name", role->name);
        add_blob_members(item, &role->digest, role->size);
        json_append(roles, item);
    }
    json_add(object, "references", references);
    json_add(object, "roles", roles);
    return object;
}

static enum assay_status make_index(struct bundle_writer *writer, struct buf *out,
                                    struct assay_error *err)
{
    struct json_new *index = json_new_object();
    struct json_new *repositories = json_new_array();
    struct json_new *documents = json_new_array();
    for (size_t i = 0; i < writer->repository_count; i++) {
        json_append(repositories, repository_json(writer, &writer->repositories[i]));
    }
    for (size_t i = 0; i < writer->blob_count; i++) {
        if (writer->blobs[i].is_document) {
            struct json_new *item = json_new_object();
            add_blob_members(item, &writer->blobs[i].digest, writer->blobs[i].size);
            json_append(documents, item);
        }
    }
    json_add_integer(index, "schema", BUNDLE_SCHEMA);
    json_add(index, "repositories", repositories);
    json_add(index, "documents", documents);
    TRY(json_write(index, 1, out, err));
    return buf_append_byte(out, '\n', err);
}

static enum assay_status add_written(const struct bundle_writer *writer, struct bundle *out,
                                     struct assay_error *err)
{
    for (size_t i = 0; i < writer->blob_count; i++) {
        const struct writer_blob *blob = &writer->blobs[i];
        if (!is_written(blob)) {
            continue;
        }
        TRY(mem_grow(&out->blobs, out->blob_count, &out->blob_cap, sizeof(*out->blobs), err));
        out->blobs[out->blob_count++] =
            (struct bundle_blob){ .digest = blob->digest, .size = blob->size };
    }
    return ASSAY_OK;
}

/* What is written must be readable: the reader itself is asked, before the old file is gone. */
static enum assay_status check_index(const struct bundle_writer *writer, struct slice text,
                                     struct assay_error *err)
{
    struct bundle *made = mem_alloc(1, sizeof(*made));
    if (made == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    made->fd = -1;
    made->arena = (struct arena)ARENA_INIT(LIMIT_BUNDLE_ARENA);
    enum assay_status status = add_written(writer, made, err);
    if (status == ASSAY_OK) {
        status = bundle_index_parse(made, text, err);
    }
    bundle_free(made);
    return status;
}

static enum assay_status append_blob(const struct bundle_writer *writer,
                                     const struct writer_blob *blob, struct buf *out,
                                     struct assay_error *err)
{
    char hex[DIGEST_TEXT_BYTES];
    char name[sizeof(BUNDLE_BLOB_PREFIX) + DIGEST_TEXT_BYTES];
    AUTO_BUF read = BUF_INIT(LIMIT_BUNDLE_BYTES);
    struct slice bytes = buf_slice(&blob->bytes);
    digest_hex(&blob->digest, hex);
    (void)snprintf(name, sizeof(name), BUNDLE_BLOB_PREFIX "%s", hex);
    const struct bundle_blob *from =
        writer->base == NULL ? NULL : bundle_blob_find(writer->base, &blob->digest);
    if (from != NULL) {
        TRY(bundle_blob_read(writer->base, from, LIMIT_BUNDLE_BYTES, &read, err));
        bytes = buf_slice(&read);
    }
    return tar_write_file(out, name, bytes, err);
}

static enum assay_status make_tar(struct bundle_writer *writer, struct buf *out,
                                  struct assay_error *err)
{
    AUTO_BUF index = BUF_INIT(LIMIT_BUNDLE_INDEX_BYTES);
    TRY(make_index(writer, &index, err));
    TRY(check_index(writer, buf_slice(&index), err));
    TRY(tar_write_file(out, BUNDLE_INDEX_NAME, buf_slice(&index), err));
    for (size_t i = 0; i < writer->blob_count; i++) {
        if (is_written(&writer->blobs[i])) {
            TRY(append_blob(writer, &writer->blobs[i], out, err));
        }
    }
    return tar_write_end(out, err);
}

/* The store's words for what went wrong, in those of output. */
static enum assay_status as_output(struct assay_error *err, enum assay_status status)
{
    if (status != ASSAY_STATE_IO) {
        return status;
    }
    if (err != NULL) {
        err->status = ASSAY_OUTPUT;
    }
    return ASSAY_OUTPUT;
}

static enum assay_status put(const char *path, struct slice bytes, struct assay_error *err)
{
    struct slice whole = slice_from_string(path);
    size_t slash = slice_find_last(whole, '/');
    const char *name = slash < whole.len ? path + slash + 1 : path;
    AUTO_BUF directory = BUF_INIT(whole.len + 2);
    TRY(slash < whole.len ? buf_append(&directory, slice_first(whole, slash + 1), err)
                          : buf_append_string(&directory, ".", err));
    if (name[0] == '\0') {
        return FAIL(err, ASSAY_OUTPUT, "names a directory");
    }
    AUTO_FD dir_fd = open(buf_text(&directory), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir_fd < 0) {
        return FAIL(err, ASSAY_OUTPUT, "its directory cannot be opened: %s",
                    strerrordesc_np(errno));
    }
    TRY(as_output(err, fs_put(dir_fd, name, BUNDLE_MODE, bytes, err)));
    return as_output(err, fs_sync_dir(dir_fd, buf_text(&directory), err));
}

enum assay_status bundle_writer_save(struct bundle_writer *writer, const char *path,
                                     struct assay_error *err)
{
    AUTO_BUF tar = BUF_INIT(LIMIT_BUNDLE_BYTES);
    for (size_t i = 0; i < writer->blob_count; i++) {
        writer->blobs[i].is_used = false;
    }
    enum assay_status status = make_tar(writer, &tar, err);
    if (status == ASSAY_BUNDLE) {
        status = error_remedy(err, status,
                              "The old bundle cannot be added to, and is left as it is: name "
                              "another file by --to.");
    }
    TRY_IN(status, err, "the bundle %s", path);
    TRY_IN(put(path, buf_slice(&tar), err), err, "the bundle %s", path);
    return ASSAY_OK;
}
