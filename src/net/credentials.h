/* SPDX-License-Identifier: Apache-2.0 */
/* Credentials as docker and podman keep them: config.json, auth.json, credential helpers. Read
 * only, found by host, never logged, wiped when freed. Several threads may look up in one. */
#ifndef NET_CREDENTIALS_H
#define NET_CREDENTIALS_H

#include "base/buf.h"

struct net_credentials; /* the places to look, in order */

struct net_credentials_paths {
    const char *authfile;    /* --authfile or REGISTRY_AUTH_FILE: only this one; NULL: the rest */
    const char *auth_config; /* DOCKER_AUTH_CONFIG's JSON text; NULL: none */
    const char *podman_runtime; /* ${XDG_RUNTIME_DIR}/containers/auth.json; NULL: none */
    const char *podman_config;  /* ${XDG_CONFIG_HOME}/containers/auth.json */
    const char *docker_config;  /* $DOCKER_CONFIG/config.json */
    const char *helper_path;    /* PATH, for docker-credential-NAME; NULL: no helpers */
    const char *home;           /* HOME for helpers */
};

struct net_credential {
    bool found;
    struct buf user; /* owned, wiped */
    struct buf password;
    struct buf identity_token; /* a refresh token instead of user and password */
    struct buf registry_token; /* a bearer token as it is */
};

/* Strings are copied. A file that does not exist is skipped, unless it is authfile; a malformed one
 * is ASSAY_CREDENTIALS at look-up. */
MUST_CHECK enum assay_status net_credentials_new(const struct net_credentials_paths *paths,
                                                 struct net_credentials **out,
                                                 struct assay_error *err);
void net_credentials_free(struct net_credentials *credentials);

/* For a registry ("docker.io", "host:port") and repository path ("ns/app", may be empty): the
 * longest matching key of the first file that has one. Absent is not an error: found is false. */
MUST_CHECK enum assay_status net_credentials_find(struct net_credentials *credentials,
                                                  const char *registry, const char *repository,
                                                  struct net_credential *out,
                                                  struct assay_error *err);
void net_credential_clear(struct net_credential *credential);

#endif
