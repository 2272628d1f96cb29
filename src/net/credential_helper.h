/* SPDX-License-Identifier: Apache-2.0 */
/* Runs docker-credential-NAME, another program that keeps credentials. */
#ifndef NET_CREDENTIAL_HELPER_H
#define NET_CREDENTIAL_HELPER_H

#include "net/credentials.h"

struct credential_helper {
    const char *name; /* what follows "docker-credential-" */
    const char *path; /* directories to find it in, as in PATH; absolute ones only */
    const char *home; /* HOME it is given; NULL: none. It gets no other variable but PATH. */
};

/* Asks it for server. Without a shell; stopped after LIMIT_HELPER_MS and LIMIT_CREDENTIAL_BYTES.
 * "Not found", in the helper's protocol, leaves out->found false. ASSAY_CREDENTIALS for all that is
 * not an answer. */
MUST_CHECK enum assay_status credential_helper_get(const struct credential_helper *helper,
                                                   const char *server, struct net_credential *out,
                                                   struct assay_error *err);

#endif
