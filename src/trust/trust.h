/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What vouches for a digest. A format updates a repository's trust data and then answers which
 * digest is signed for a tag. One const table of formats; Notary v1 is the first.
 */
#ifndef TRUST_TRUST_H
#define TRUST_TRUST_H

#include "net/session.h"
#include "oci/manifest.h"
#include "oci/reference.h"
#include "source/bundle.h"
#include "tuf/store.h"
#include "tuf/trusted.h"

struct trust_repo; /* one repository's trust data, updated and verified */

/* How a repository is opened; all borrowed for the call, and for as long as the repo is committed
 * to: after the last commit only what was verified is read. */
struct trust_options {
    const struct assay_env *env;
    struct net_session *net;     /* NULL: nothing may be fetched */
    const char *server;          /* URL without trailing slash; NULL with directory or state */
    const char *directory;       /* --trust-dir */
    const struct bundle *bundle; /* --bundle */
    bool from_state;             /* --offline alone: the stored role files */
    const struct tuf_pin *pin;   /* kind NONE: none */
    bool pin_is_exact;           /* given by --root, or stored for this very GUN */
    bool tofu;
    int (*accept_root)(void *ctx, const char *gun, const char *fingerprint, const void *root,
                       size_t root_bytes);
    void *accept_root_ctx;
    const char *state_dir; /* NULL: stateless or --at */
    int64_t now_unix_s;
    bool has_at;          /* floors are neither read nor written */
    bool all_delegations; /* inspect --trust: load every delegation that can be loaded */
    struct trace *trace;
    /* Requests that travel in the first flight: the manifests by tag. */
    const struct net_get *companions;
    struct net_response *companion_responses;
    size_t companion_count;
};

/* Whether the files come from options.server. */
static inline bool trust_needs_server(const struct trust_options *options)
{
    return options->bundle == NULL && options->directory == NULL && !options->from_state;
}

struct trust_format {
    const char *name; /* "notary" */
    enum assay_status (*open)(const char *gun, const struct trust_options *options,
                              struct trust_repo **out, struct assay_error *err);
};

/* The formats in order; NULL at the end. */
const struct trust_format *trust_format_at(size_t index);

extern const struct trust_format trust_format_notary;

struct trust_claim {
    const char *role; /* the role that answered; borrowed from the repo */
    struct tuf_target target;
};

void trust_repo_free(struct trust_repo *repo);
/* For CLEANUP. */
static inline void trust_repo_cleanup(struct trust_repo **repo)
{
    trust_repo_free(*repo);
}
const struct tuf_trusted *trust_repo_trusted(const struct trust_repo *repo);
const char *trust_repo_gun(const struct trust_repo *repo);
const char *trust_repo_where(const struct trust_repo *repo);
/* The effective answer for a tag: targets/releases before targets. ASSAY_TAG_NOT_SIGNED. */
MUST_CHECK enum assay_status trust_repo_find_tag(struct trust_repo *repo, const char *tag,
                                                 struct trust_claim *out, struct trace *trace,
                                                 struct assay_error *err);
/* A tag whose effective answer is the digest. ASSAY_DIGEST_NOT_SIGNED. */
MUST_CHECK enum assay_status trust_repo_find_digest(struct trust_repo *repo,
                                                    const struct digest *digest,
                                                    struct trust_claim *out, struct trace *trace,
                                                    struct assay_error *err);
/* Digests that some tag answers with, distinct, at most max, with one tag for each. */
size_t trust_repo_signed_digests(struct trust_repo *repo, struct oci_descriptor *out,
                                 struct slice *tags, size_t max);
/* "sha256:HEX" of the last root's keys, several separated by ", ". */
MUST_CHECK enum assay_status trust_repo_fingerprint(const struct trust_repo *repo, struct buf *out,
                                                    struct assay_error *err);
/* Whether this state once verified the digest for the tag. */
bool trust_repo_was_seen(const struct trust_repo *repo, const char *tag,
                         const struct digest *digest);
/* Remembers a verified pair; stored by commit. */
MUST_CHECK enum assay_status trust_repo_mark_seen(struct trust_repo *repo, const char *tag,
                                                  const struct digest *digest,
                                                  struct assay_error *err);
/* Stores floors, roots and files durably; nothing when stateless or --at. */
MUST_CHECK enum assay_status trust_repo_commit(struct trust_repo *repo, struct assay_error *err);
/* Every file that the trust data rests on, exactly as it came: the roots from the anchor on as
 * "N.root", the last one as "root" too, then the roles that were loaded. */
MUST_CHECK enum assay_status trust_repo_files(const struct trust_repo *repo, file_fn *each,
                                              void *ctx, struct assay_error *err);
/* When its newest file was changed, as the server or a bundle claims; 0: unknown. */
int64_t trust_repo_modified(const struct trust_repo *repo);
/* The trust server that the files came from, as far as is known; "" otherwise. */
const char *trust_repo_server(const struct trust_repo *repo);
/* Sentences for the user: first use accepted, a floor that fell. Borrowed; NULL at the end. */
const char *trust_repo_note(const struct trust_repo *repo, size_t index);

#endif
