/* SPDX-License-Identifier: Apache-2.0 */
/* Notary v1 (Docker Content Trust): a GUN is one TUF repository whose targets are tags, and
 * targets/releases answers before targets. */
#include "base/mem.h"
#include "base/text.h"
#include "trust/remote.h"
#include "trust/trust.h"
#include "tuf/update.h"

#include <inttypes.h>

#define ROLE_TARGETS "targets"
#define MAX_NOTES    2

/* Whose answer stands before whose. */
static const char *const ANSWERING[] = { ROLE_RELEASES, ROLE_TARGETS };

struct trust_repo {
    char *gun;
    char *server; /* "" when the files did not come from one, or a bundle does not say */
    struct tuf_store *store;
    struct tuf_remote *remote;
    struct tuf_update *update;
    char *notes[MAX_NOTES + 1]; /* NULL at the end */
    size_t note_count;
};

static enum assay_status repo_note(struct trust_repo *repo, struct buf *text,
                                   struct assay_error *err)
{
    if (repo->note_count >= MAX_NOTES) {
        return FAIL(err, ASSAY_INTERNAL, "too many notes on a repository");
    }
    char *copy = mem_copy_string(buf_text(text));
    if (copy == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    repo->notes[repo->note_count++] = copy;
    return ASSAY_OK;
}

static enum assay_status note_first_use(struct trust_repo *repo, struct assay_error *err)
{
    if (!tuf_update_accepted_first_use(repo->update)) {
        return ASSAY_OK;
    }
    AUTO_BUF text = BUF_INIT(LIMIT_JSON_STRING_BYTES);
    TRY(buf_printf(&text, err, "first use: the root of %s was accepted, its key is ", repo->gun));
    TRY(tuf_root_fingerprint(tuf_update_trusted(repo->update), &text, err));
    return repo_note(repo, &text, err);
}

/* Where the files came from, once more for whoever passes them on. */
static enum assay_status set_server(struct trust_repo *repo, const struct trust_options *options,
                                    struct assay_error *err)
{
    const char *server = trust_needs_server(options) ? options->server : "";
    const struct bundle_repository *claimed =
        options->bundle == NULL ? NULL : bundle_repository_find(options->bundle, repo->gun);
    return mem_set_string(&repo->server, claimed != NULL ? claimed->server : server, err);
}

/* A bundle cannot be asked for something newer: say what to do about it. */
static enum assay_status run_update(struct trust_repo *repo, const struct trust_options *options,
                                    struct assay_error *err)
{
    enum assay_status status = tuf_update_run(repo->update, err);
    if (status == ASSAY_EXPIRED && options->bundle != NULL) {
        return error_remedy(err, status,
                            "Make a fresh bundle with 'assay bundle create' where there is a "
                            "network, or judge the past moment that you mean by --at TIME.");
    }
    return status;
}

static enum assay_status repo_open(struct trust_repo *repo, const struct trust_options *options,
                                   struct assay_error *err)
{
    /* judging a past moment may read stored files, never floors, and its time is not now */
    if (options->state_dir != NULL && (!options->has_at || options->from_state)) {
        TRY(tuf_store_open(options->state_dir, repo->gun, options->has_at ? 0 : options->now_unix_s,
                           options->env, &repo->store, err));
    }
    TRY(remote_open(repo->gun, options, repo->store, &repo->remote, err));
    TRY(set_server(repo, options, err));
    struct tuf_update_options update = {
        .dialect = &tuf_dialect_notary,
        .gun = repo->gun,
        .remote = repo->remote,
        .store = options->has_at ? NULL : repo->store,
        .pin = options->pin,
        .pin_is_exact = options->pin_is_exact,
        .tofu = options->tofu,
        .accept_root = options->accept_root,
        .accept_root_ctx = options->accept_root_ctx,
        .all_delegations = options->all_delegations,
        .now_unix_s = options->now_unix_s,
        .log = options->env->log,
        .trace = options->trace,
    };
    TRY(tuf_update_new(&update, &repo->update, err));
    TRY(run_update(repo, options, err));
    return note_first_use(repo, err);
}

static enum assay_status notary_open(const char *gun, const struct trust_options *options,
                                     struct trust_repo **out, struct assay_error *err)
{
    *out = NULL;
    struct trust_repo *repo = mem_alloc(1, sizeof(*repo));
    if (repo == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    repo->gun = mem_copy_string(gun);
    enum assay_status status =
        repo->gun == NULL ? FAIL_NO_MEMORY(err) : repo_open(repo, options, err);
    if (status != ASSAY_OK) {
        trust_repo_free(repo);
        return error_context(err, status, "the trust data of %s", gun);
    }
    *out = repo;
    return ASSAY_OK;
}

const struct trust_format trust_format_notary = { .name = "notary", .open = notary_open };

void trust_repo_free(struct trust_repo *repo)
{
    if (repo == NULL) {
        return;
    }
    tuf_update_free(repo->update);
    if (repo->remote != NULL) {
        repo->remote->free(repo->remote);
    }
    tuf_store_close(repo->store);
    for (size_t i = 0; i < repo->note_count; i++) {
        mem_free(repo->notes[i]);
    }
    mem_free(repo->server);
    mem_free(repo->gun);
    mem_free(repo);
}

const struct tuf_trusted *trust_repo_trusted(const struct trust_repo *repo)
{
    return tuf_update_trusted(repo->update);
}

const char *trust_repo_gun(const struct trust_repo *repo)
{
    return repo->gun;
}

const char *trust_repo_where(const struct trust_repo *repo)
{
    return repo->remote->where;
}

/* The effective answer for a name, without a word on failure. */
static enum assay_status answer(const struct trust_repo *repo, struct slice name,
                                struct trust_claim *out, bool *found, struct assay_error *err)
{
    const struct tuf_trusted *trusted = trust_repo_trusted(repo);
    *found = false;
    for (size_t i = 0; i < ARRAY_LEN(ANSWERING) && !*found; i++) {
        out->role = ANSWERING[i];
        TRY(tuf_trusted_find(trusted, ANSWERING[i], name, &out->target, found, err));
    }
    return ASSAY_OK;
}

static void trace_claim(struct trace *trace, const struct trust_repo *repo, const char *subject,
                        const struct trust_claim *claim)
{
    char text[DIGEST_TEXT_BYTES];
    digest_format(&claim->target.sha256, text);
    bool by_releases = strcmp(claim->role, ROLE_RELEASES) == 0;
    bool has_releases = tuf_trusted_target_count(trust_repo_trusted(repo), ROLE_RELEASES) > 0;
    const char *why = by_releases ? "it lists the tag and its paths cover it"
                      : has_releases
                          ? "targets/releases does not list the tag or its paths do not cover it"
                          : "targets/releases is not delegated, not published, or empty";
    trace_add(trace, RULE_DELEGATION, true, subject, "%s answers: %s", claim->role, why);
    trace_add(trace, RULE_TARGET, true, subject, "%s lists %s with %" PRIu64 " bytes", claim->role,
              text, claim->target.length);
}

enum assay_status trust_repo_find_tag(struct trust_repo *repo, const char *tag,
                                      struct trust_claim *out, struct trace *trace,
                                      struct assay_error *err)
{
    bool found = false;
    TRY(answer(repo, slice_from_string(tag), out, &found, err));
    if (!found) {
        trace_add(trace, RULE_TARGET, false, tag, "neither targets/releases nor targets lists it");
        return FAIL(err, ASSAY_TAG_NOT_SIGNED, "the trust data of %s does not list the tag %s",
                    repo->gun, tag);
    }
    trace_claim(trace, repo, tag, out);
    return ASSAY_OK;
}

enum assay_status trust_repo_find_digest(struct trust_repo *repo, const struct digest *digest,
                                         struct trust_claim *out, struct trace *trace,
                                         struct assay_error *err)
{
    const struct tuf_trusted *trusted = trust_repo_trusted(repo);
    for (size_t r = 0; r < ARRAY_LEN(ANSWERING); r++) {
        size_t count = tuf_trusted_target_count(trusted, ANSWERING[r]);
        for (size_t i = 0; i < count; i++) {
            struct tuf_target target;
            bool found = false;
            TRY(tuf_trusted_target_at(trusted, ANSWERING[r], i, &target, err));
            if (!tuf_target_has_digest(&target, digest) || !oci_tag_is_valid(target.name)) {
                continue;
            }
            /* the entry must be the one that answers for its tag, not a superseded one */
            TRY(answer(repo, target.name, out, &found, err));
            if (found && tuf_target_has_digest(&out->target, digest)) {
                char name[LIMIT_TAG_BYTES * 4];
                text_sanitise(out->target.name, name, sizeof(name));
                trace_claim(trace, repo, name, out);
                return ASSAY_OK;
            }
        }
    }
    char text[DIGEST_TEXT_BYTES];
    digest_format(digest, text);
    trace_add(trace, RULE_TARGET, false, text, "no tag of %s answers with it", repo->gun);
    return FAIL(err, ASSAY_DIGEST_NOT_SIGNED, "no signed tag of %s answers with %s", repo->gun,
                text);
}

size_t trust_repo_signed_digests(struct trust_repo *repo, struct oci_descriptor *out,
                                 struct slice *tags, size_t max)
{
    const struct tuf_trusted *trusted = trust_repo_trusted(repo);
    struct assay_error ignored = ERROR_INIT;
    size_t count = 0;
    for (size_t r = 0; r < ARRAY_LEN(ANSWERING); r++) {
        size_t entries = tuf_trusted_target_count(trusted, ANSWERING[r]);
        for (size_t i = 0; i < entries && count < max; i++) {
            struct tuf_target target;
            struct trust_claim claim;
            bool found = false;
            if (tuf_trusted_target_at(trusted, ANSWERING[r], i, &target, &ignored) != ASSAY_OK ||
                answer(repo, target.name, &claim, &found, &ignored) != ASSAY_OK || !found) {
                continue;
            }
            size_t same = 0;
            while (same < count && !digest_equal(&out[same].digest, &claim.target.sha256)) {
                same++;
            }
            if (same == count) {
                out[count] = (struct oci_descriptor){ .media_text = "",
                                                      .digest = claim.target.sha256,
                                                      .size = claim.target.length };
                tags[count++] = claim.target.name;
            }
        }
    }
    return count;
}

enum assay_status trust_repo_fingerprint(const struct trust_repo *repo, struct buf *out,
                                         struct assay_error *err)
{
    return tuf_root_fingerprint(trust_repo_trusted(repo), out, err);
}

bool trust_repo_was_seen(const struct trust_repo *repo, const char *tag,
                         const struct digest *digest)
{
    return tuf_update_was_seen(repo->update, tag, digest);
}

enum assay_status trust_repo_mark_seen(struct trust_repo *repo, const char *tag,
                                       const struct digest *digest, struct assay_error *err)
{
    return tuf_update_mark_seen(repo->update, tag, digest, err);
}

enum assay_status trust_repo_commit(struct trust_repo *repo, struct assay_error *err)
{
    TRY(tuf_update_commit(repo->update, err));
    size_t fell = tuf_update_fallen_floors(repo->update);
    if (fell > 0 && repo->note_count < MAX_NOTES) {
        AUTO_BUF text = BUF_INIT(LIMIT_JSON_STRING_BYTES);
        TRY(buf_printf(&text, err,
                       "%zu of the roles of %s lost all keys they had, so their versions begin "
                       "anew",
                       fell, repo->gun));
        TRY(repo_note(repo, &text, err));
    }
    return ASSAY_OK;
}

enum assay_status trust_repo_files(const struct trust_repo *repo, file_fn *each, void *ctx,
                                   struct assay_error *err)
{
    return tuf_update_files(repo->update, each, ctx, err);
}

int64_t trust_repo_modified(const struct trust_repo *repo)
{
    return tuf_update_modified(repo->update);
}

const char *trust_repo_server(const struct trust_repo *repo)
{
    return repo->server;
}

const char *trust_repo_note(const struct trust_repo *repo, size_t index)
{
    return index < repo->note_count ? repo->notes[index] : NULL;
}
