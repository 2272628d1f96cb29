/* SPDX-License-Identifier: Apache-2.0 */
#include "machine.h"

#include "tuf/trusted.h"

#include <stdio.h>

static enum assay_status add_roots(struct tuf_trusted *trusted, struct repo *repo,
                                   struct slice pinned, struct assay_error *err)
{
    AUTO_POOL pool = { NULL };
    struct tuf_pin pin = { .kind = TUF_PIN_ROOT };
    AUTO_BUF bytes = BUF_INIT(LIMIT_PIN_FILE_BYTES);
    TRY(buf_append(&bytes, pinned, err));
    pin.bytes = bytes;
    TRY(tuf_trusted_set_anchor(trusted, repo_file(repo, "1.root")->bytes, &pin, err));
    for (unsigned version = 2; version <= repo_root_version(repo); version++) {
        const char *name = pool_printf(&pool, "%u.root", version);
        TRY(tuf_trusted_add_root(trusted, repo_file(repo, name)->bytes, err));
    }
    return tuf_trusted_close_roots(trusted, err);
}

static enum assay_status add_roles(struct tuf_trusted *trusted, struct repo *repo,
                                   struct assay_error *err)
{
    static const char releases[] = "targets/releases";
    enum tuf_delegation delegation = TUF_DELEGATION_NONE;
    TRY(tuf_trusted_add_timestamp(trusted, repo_file(repo, "timestamp")->bytes, err));
    TRY(tuf_trusted_add_snapshot(trusted, repo_file(repo, "snapshot")->bytes, err));
    TRY(tuf_trusted_add_targets(trusted, "targets", repo_file(repo, "targets")->bytes, err));
    TRY(tuf_trusted_delegation(trusted, releases, &delegation, err));
    if (delegation != TUF_DELEGATION_PUBLISHED) {
        return ASSAY_ROLE_MISSING;
    }
    return tuf_trusted_add_targets(trusted, releases, repo_file(repo, releases)->bytes, err);
}

static enum assay_status find_tag(const struct tuf_trusted *trusted, struct repo *repo,
                                  struct assay_error *err)
{
    AUTO_POOL pool = { NULL };
    struct tuf_target target;
    bool found = false;
    TRY(tuf_trusted_find(trusted, "targets/releases", slice_from_string("1.0"), &target, &found,
                         err));
    if (!found) {
        return ASSAY_TAG_NOT_SIGNED;
    }
    const struct repo_file *index = repo_file(repo, "index");
    struct slice digest = sha256_raw(&pool, index->bytes);
    bool same = target.sha256.alg == DIGEST_SHA256 && target.length == index->bytes.len &&
                slice_equal(slice_of(target.sha256.bytes, 32), digest);
    return same ? ASSAY_OK : ASSAY_DIGEST_MISMATCH;
}

enum assay_status machine_run(struct repo *repo, struct slice pinned, int64_t now_unix_s)
{
    struct assay_error error = ERROR_INIT;
    struct tuf_trusted *trusted = NULL;
    const struct tuf_trusted_options options = { .dialect = &tuf_dialect_notary,
                                                 .gun = repo->gun,
                                                 .now_unix_s = now_unix_s };
    enum assay_status status = tuf_trusted_new(&options, &trusted, &error);
    if (status == ASSAY_OK) {
        status = add_roots(trusted, repo, pinned, &error);
    }
    if (status == ASSAY_OK) {
        status = add_roles(trusted, repo, &error);
    }
    if (status == ASSAY_OK) {
        status = find_tag(trusted, repo, &error);
    }
    tuf_trusted_free(trusted);
    return status;
}
