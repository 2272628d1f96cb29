/* SPDX-License-Identifier: Apache-2.0 */
/* A certificate that we accepted, as OpenSSL sees it. */
#ifndef SUPPORT_CERTIFICATE_PEER_H
#define SUPPORT_CERTIFICATE_PEER_H

#include "crypto/certificate.h"

/* NULL when OpenSSL accepts the same bytes and finds the same in them; else what differs. */
const char *certificate_difference(const struct certificate *ours);

#endif
