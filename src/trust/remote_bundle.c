/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "trust/remote.h"

struct remote_bundle {
    struct tuf_remote remote;
    const struct bundle *bundle;
    const struct bundle_repository *repository;
};

/* Only plain names and numbered roots are there: what a parent signed by hash is found to be the
 * plain file, or is not in the bundle. */
static enum assay_status bundle_get(struct tuf_remote *remote, struct tuf_file *files, size_t count,
                                    struct assay_error *err)
{
    const struct remote_bundle *from = (struct remote_bundle *)remote;
    for (size_t i = 0; i < count; i++) {
        struct tuf_file *file = &files[i];
        bool found = false;
        enum assay_status status =
            bundle_metadata(from->bundle, from->repository->gun, file->name, file->max_bytes,
                            &file->bytes, &found, &file->error);
        if (status == ASSAY_NO_MEMORY) {
            return FAIL_NO_MEMORY(err);
        }
        file->outcome = status != ASSAY_OK ? TUF_FILE_FAILED
                        : found            ? TUF_FILE_FOUND
                                           : TUF_FILE_ABSENT;
        /* the bundle has the time of the newest file alone, which is the timestamp */
        file->modified_unix_s =
            strcmp(file->name, "timestamp") == 0 ? from->repository->modified_unix_s : 0;
    }
    return ASSAY_OK;
}

static enum assay_status bundle_list(struct tuf_remote *remote, name_fn *each, void *ctx,
                                     struct assay_error *err)
{
    const struct remote_bundle *from = (struct remote_bundle *)remote;
    return bundle_metadata_names(from->bundle, from->repository->gun, each, ctx, err);
}

static void bundle_remote_free(struct tuf_remote *remote)
{
    mem_free(remote);
}

static enum assay_status fail_absent(const struct bundle *bundle, const char *gun,
                                     struct assay_error *err)
{
    AUTO_BUF names = BUF_INIT(LIMIT_BUNDLE_INDEX_BYTES);
    const struct bundle_repository *held = NULL;
    for (size_t i = 0; (held = bundle_repository_at(bundle, i)) != NULL; i++) {
        TRY(buf_printf(&names, err, "%s%s", i == 0 ? "" : ", ", held->gun));
    }
    return FAIL(err, ASSAY_IMAGE_ABSENT, "the bundle %s holds nothing of %s; it holds: %s",
                bundle_path(bundle), gun, names.len == 0 ? "nothing" : buf_text(&names));
}

enum assay_status remote_bundle_new(const struct bundle *bundle, const char *gun,
                                    struct tuf_remote **out, struct assay_error *err)
{
    const struct bundle_repository *repository = bundle_repository_find(bundle, gun);
    if (repository == NULL) {
        return fail_absent(bundle, gun, err);
    }
    struct remote_bundle *made = mem_alloc(1, sizeof(*made));
    if (made == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    made->bundle = bundle;
    made->repository = repository;
    made->remote = (struct tuf_remote){ .get = bundle_get,
                                        .list = bundle_list,
                                        .free = bundle_remote_free,
                                        .where = bundle_path(bundle) };
    *out = &made->remote;
    return ASSAY_OK;
}
