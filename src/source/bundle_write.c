/* SPDX-License-Identifier: Apache-2.0 */
/* Everything is kept in its final order from the start, so that what was added first, or taken over
 * from an older bundle, makes no difference to the bytes. */
#include "base/list.h"
#include "base/mem.h"
#include "source/bundle_writer.h"

/* ---- sorted lists ---- */

static int against_blob(const void *digest, const void *blob)
{
    return digest_compare(digest, &((const struct writer_blob *)blob)->digest);
}

static int against_role(const void *name, const void *role)
{
    return strcmp(name, ((const struct writer_role *)role)->name);
}

static int against_repository(const void *gun, const void *repository)
{
    return strcmp(gun, ((const struct writer_repository *)repository)->gun);
}

static size_t blob_place(const struct bundle_writer *writer, const struct digest *digest,
                         bool *found)
{
    return list_place(digest, writer->blobs, writer->blob_count, sizeof(*writer->blobs),
                      against_blob, found);
}

struct writer_blob *bundle_writer_blob(const struct bundle_writer *writer,
                                       const struct digest *digest)
{
    bool found = false;
    size_t place = blob_place(writer, digest, &found);
    return found ? &writer->blobs[place] : NULL;
}

/* ---- adding ---- */

/* The blob of a digest, made when it is new. */
static enum assay_status need_blob(struct bundle_writer *writer, const struct digest *digest,
                                   uint64_t size, struct writer_blob **out, bool *is_new,
                                   struct assay_error *err)
{
    bool found = false;
    size_t place = blob_place(writer, digest, &found);
    if (!found) {
        TRY(list_open(&writer->blobs, &writer->blob_count, &writer->blob_cap,
                      sizeof(*writer->blobs), place, err));
        writer->blobs[place] = (struct writer_blob){ .digest = *digest, .size = size };
    }
    *is_new = !found;
    *out = &writer->blobs[place];
    return ASSAY_OK;
}

static enum assay_status add_blob(struct bundle_writer *writer, struct slice bytes,
                                  struct writer_blob **out, struct assay_error *err)
{
    struct digest digest;
    bool is_new = false;
    TRY(digest_compute(DIGEST_SHA256, bytes, &digest, err));
    TRY(need_blob(writer, &digest, bytes.len, out, &is_new, err));
    if (!is_new) {
        return ASSAY_OK;
    }
    (*out)->bytes = (struct buf)BUF_INIT(LIMIT_BUNDLE_BYTES);
    return buf_append(&(*out)->bytes, bytes, err);
}

static enum assay_status add_role(struct writer_repository *repository, const char *name,
                                  const struct digest *digest, uint64_t size,
                                  struct assay_error *err)
{
    bool found = false;
    size_t place = list_place(name, repository->roles, repository->role_count,
                              sizeof(*repository->roles), against_role, &found);
    if (!found) {
        AUTO_MEM char *copy = mem_copy_string(name);
        if (copy == NULL) {
            return FAIL_NO_MEMORY(err);
        }
        TRY(list_open(&repository->roles, &repository->role_count, &repository->role_cap,
                      sizeof(*repository->roles), place, err));
        repository->roles[place].name = STEAL(copy);
    }
    repository->roles[place].digest = *digest;
    repository->roles[place].size = size;
    return ASSAY_OK;
}

static void clear_roles(struct writer_repository *repository)
{
    for (size_t i = 0; i < repository->role_count; i++) {
        mem_free(repository->roles[i].name);
    }
    repository->role_count = 0;
}

enum assay_status bundle_writer_repository(struct bundle_writer *writer, const char *gun,
                                           const char *server, int64_t modified_unix_s,
                                           struct assay_error *err)
{
    bool found = false;
    size_t place = list_place(gun, writer->repositories, writer->repository_count,
                              sizeof(*writer->repositories), against_repository, &found);
    if (!found) {
        AUTO_MEM char *copy = mem_copy_string(gun);
        if (copy == NULL) {
            return FAIL_NO_MEMORY(err);
        }
        TRY(list_open(&writer->repositories, &writer->repository_count, &writer->repository_cap,
                      sizeof(*writer->repositories), place, err));
        writer->repositories[place].gun = STEAL(copy);
    }
    struct writer_repository *repository = &writer->repositories[place];
    writer->current = place;
    repository->modified_unix_s = modified_unix_s;
    clear_roles(repository);
    return mem_set_string(&repository->server, server, err);
}

/* NULL before the first was begun. */
static struct writer_repository *current(const struct bundle_writer *writer)
{
    return writer->repository_count == 0 ? NULL : &writer->repositories[writer->current];
}

static enum assay_status fail_not_begun(struct assay_error *err)
{
    return FAIL(err, ASSAY_INTERNAL, "no repository of the bundle was begun");
}

enum assay_status bundle_writer_metadata(struct bundle_writer *writer, const char *name,
                                         struct slice bytes, struct assay_error *err)
{
    struct writer_repository *repository = current(writer);
    struct writer_blob *blob = NULL;
    if (repository == NULL) {
        return fail_not_begun(err);
    }
    TRY(add_blob(writer, bytes, &blob, err));
    return add_role(repository, name, &blob->digest, blob->size, err);
}

enum assay_status bundle_writer_reference(struct bundle_writer *writer, const char *reference,
                                          struct assay_error *err)
{
    struct writer_repository *repository = current(writer);
    bool found = false;
    if (repository == NULL) {
        return fail_not_begun(err);
    }
    size_t place = list_place(&reference, repository->references, repository->reference_count,
                              sizeof(char *), list_compare_texts, &found);
    if (found) {
        return ASSAY_OK;
    }
    AUTO_MEM char *copy = mem_copy_string(reference);
    if (copy == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    TRY(list_open(&repository->references, &repository->reference_count, &repository->reference_cap,
                  sizeof(char *), place, err));
    repository->references[place] = STEAL(copy);
    return ASSAY_OK;
}

enum assay_status bundle_writer_document(struct bundle_writer *writer, struct slice bytes,
                                         struct assay_error *err)
{
    struct writer_blob *blob = NULL;
    TRY(add_blob(writer, bytes, &blob, err));
    blob->is_document = true;
    return ASSAY_OK;
}

/* ---- what an older bundle holds ---- */

static enum assay_status take_over_blob(struct bundle_writer *writer,
                                        const struct bundle_blob *from, struct writer_blob **out,
                                        struct assay_error *err)
{
    bool is_new = false;
    return need_blob(writer, &from->digest, from->size, out, &is_new, err);
}

static enum assay_status take_over_entry(struct bundle_writer *writer,
                                         const struct bundle_entry *entry, struct assay_error *err)
{
    struct writer_blob *blob = NULL;
    TRY(bundle_writer_repository(writer, entry->view.gun, entry->view.server,
                                 entry->view.modified_unix_s, err));
    for (size_t i = 0; i < entry->role_count; i++) {
        TRY(take_over_blob(writer, entry->roles[i].blob, &blob, err));
        TRY(add_role(&writer->repositories[writer->current], entry->roles[i].name, &blob->digest,
                     blob->size, err));
    }
    for (size_t i = 0; i < entry->view.reference_count; i++) {
        TRY(bundle_writer_reference(writer, entry->view.references[i], err));
    }
    return ASSAY_OK;
}

static enum assay_status take_over(struct bundle_writer *writer, struct assay_error *err)
{
    const struct bundle *base = writer->base;
    struct writer_blob *blob = NULL;
    for (size_t i = 0; i < base->entry_count; i++) {
        TRY(take_over_entry(writer, &base->entries[i], err));
    }
    for (size_t i = 0; i < base->document_count; i++) {
        TRY(take_over_blob(writer, base->documents[i], &blob, err));
        blob->is_document = true;
    }
    return ASSAY_OK;
}

enum assay_status bundle_writer_new(const struct bundle *base, struct bundle_writer **out,
                                    struct assay_error *err)
{
    struct bundle_writer *writer = mem_alloc(1, sizeof(*writer));
    *out = NULL;
    if (writer == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    writer->base = base;
    enum assay_status status = base == NULL ? ASSAY_OK : take_over(writer, err);
    if (status != ASSAY_OK) {
        bundle_writer_free(writer);
        return status;
    }
    *out = writer;
    return ASSAY_OK;
}

void bundle_writer_free(struct bundle_writer *writer)
{
    if (writer == NULL) {
        return;
    }
    for (size_t i = 0; i < writer->repository_count; i++) {
        struct writer_repository *repository = &writer->repositories[i];
        clear_roles(repository);
        for (size_t r = 0; r < repository->reference_count; r++) {
            mem_free(repository->references[r]);
        }
        mem_free(repository->references);
        mem_free(repository->roles);
        mem_free(repository->server);
        mem_free(repository->gun);
    }
    for (size_t i = 0; i < writer->blob_count; i++) {
        buf_clear(&writer->blobs[i].bytes);
    }
    mem_free(writer->repositories);
    mem_free(writer->blobs);
    mem_free(writer);
}
