/* SPDX-License-Identifier: Apache-2.0 */
/* The conversation with a token server (Docker Registry v2 token authentication): what is asked,
 * what an answer must look like, and who may see credentials. Pure: nothing is sent here. */
#ifndef NET_TOKEN_H
#define NET_TOKEN_H

#include "net/challenge.h"
#include "net/credentials.h"
#include "net/url.h"

struct token_request {
    struct buf url;
    struct buf form;          /* POST body when an identity token is used; wiped */
    struct buf authorization; /* "Basic ..." or empty; wiped */
};

void token_request_clear(struct token_request *request);

/* The request for scope (NULL: none), with the credential unless it is NULL. */
MUST_CHECK enum assay_status token_request_make(const struct net_challenge *challenge,
                                                const char *scope,
                                                const struct net_credential *credential,
                                                struct token_request *out, struct assay_error *err);

/* "Bearer TOKEN" from the server's JSON. ASSAY_AUTH: no token, two different ones, bytes that do
 * not belong in a header, a lifetime that is no number of seconds. */
MUST_CHECK enum assay_status token_answer_parse(struct slice body, struct buf *out,
                                                struct assay_error *err);

/* "Bearer TOKEN" of a token that is at hand. ASSAY_AUTH for bytes that do not belong in a header.
 */
MUST_CHECK enum assay_status token_bearer(const char *token, struct buf *out,
                                          struct assay_error *err);

/* "Basic ..." of user and password. */
MUST_CHECK enum assay_status token_basic(const struct net_credential *credential, struct buf *out,
                                         struct assay_error *err);

/* Whether a registry's credentials may be shown to a host: its own host, or one of the same site.
 * The site of a name is its last two labels, or three where the last two look like a registry of
 * names themselves ("co.uk"); an address or a name of one label has no site. Ports do not count:
 * the token server of a private registry is usually beside it. */
bool token_may_see(const char *registry, const char *host);

#endif
