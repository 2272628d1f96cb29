/* SPDX-License-Identifier: Apache-2.0 */
/* Starting the crypto libraries, once for the process. */
#ifndef CRYPTO_INIT_H
#define CRYPTO_INIT_H

#include "base/error.h"

/* Every function of this folder that needs it calls it. Whoever uses another user of OpenSSL (the
 * network) calls it before: the first start decides that no OpenSSL configuration is read. */
MUST_CHECK enum assay_status crypto_init(struct assay_error *err);

#endif
