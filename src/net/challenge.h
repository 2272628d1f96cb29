/* SPDX-License-Identifier: Apache-2.0 */
/* What a 401 asks for: WWW-Authenticate, read strictly (RFC 9110 section 11.6.1). */
#ifndef NET_CHALLENGE_H
#define NET_CHALLENGE_H

#include "base/error.h"
#include "base/limits.h"
#include "base/slice.h"

enum net_scheme {
    NET_SCHEME_NONE, /* no challenge that we can answer */
    NET_SCHEME_BASIC,
    NET_SCHEME_BEARER
};

#define NET_SERVICE_BYTES 512

struct net_challenge {
    enum net_scheme scheme;
    char realm[LIMIT_URL_BYTES]; /* of a bearer challenge: where tokens are had */
    char service[NET_SERVICE_BYTES];
};

/* The best of several header values, each of which may hold several challenges: bearer before
 * basic, the first of equals. The scope that a server names is not read: ours is what we need.
 * ASSAY_AUTH when a value is malformed, or a parameter too long or repeated. */
MUST_CHECK enum assay_status net_challenge_parse(const char *const *values, size_t count,
                                                 struct net_challenge *out,
                                                 struct assay_error *err);

#endif
