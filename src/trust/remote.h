/* SPDX-License-Identifier: Apache-2.0 */
/* Where a repository's metadata comes from: a Notary server, a directory, a bundle,
 * the stored state. */
#ifndef TRUST_REMOTE_H
#define TRUST_REMOTE_H

#include "net/session.h"
#include "source/bundle.h"
#include "trust/trust.h"
#include "tuf/remote.h"

/* Requests that travel with the first flight; answers are left in responses. */
struct remote_companions {
    const struct net_get *gets;
    struct net_response *responses;
    size_t count;
};

/* A Notary server: BASE/v2/GUN/_trust/tuf/NAME.json. server is an https URL without a trailing
 * slash; everything is borrowed. ASSAY_CONFIG for a URL that is not https. */
MUST_CHECK enum assay_status remote_server_new(const char *server, const char *gun,
                                               struct net_session *net,
                                               const struct remote_companions *companions,
                                               struct tuf_remote **out, struct assay_error *err);

/* A directory: Docker's or notary's trust directory (tuf/GUN/metadata/ below it), a server's files
 * (v2/GUN/_trust/tuf/ below it), or the metadata files themselves; only these with a gun of "". */
MUST_CHECK enum assay_status remote_directory_new(const char *path, const char *gun,
                                                  struct tuf_remote **out, struct assay_error *err);

/* A bundle, which is borrowed. ASSAY_IMAGE_ABSENT when it does not hold the repository. */
MUST_CHECK enum assay_status remote_bundle_new(const struct bundle *bundle, const char *gun,
                                               struct tuf_remote **out, struct assay_error *err);

/* The role files that the last good run stored. */
MUST_CHECK enum assay_status remote_state_new(struct tuf_store *store, struct tuf_remote **out,
                                              struct assay_error *err);

/* The one that the options name: bundle, directory, state (store must hold some) or server.
 * ASSAY_OFFLINE when the files would have to be fetched. */
MUST_CHECK enum assay_status remote_open(const char *gun, const struct trust_options *options,
                                         struct tuf_store *store, struct tuf_remote **out,
                                         struct assay_error *err);

#endif
