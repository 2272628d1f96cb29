/* SPDX-License-Identifier: Apache-2.0 */
/* Per-host TLS material as docker and podman keep it: a directory named HOST[:PORT] with *.crt
 * (authorities) and X.cert with X.key (a client certificate). Everything is read and looked at
 * before the first connection. */
#ifndef NET_TLS_DIRS_H
#define NET_TLS_DIRS_H

#include "net/fetch.h"

struct tls_material {
    struct buf ca_pem; /* all *.crt, one after another */
    char *client_cert; /* paths, owned; both or neither */
    char *client_key;
};

/* From the first of directories that has one for host_port; all empty when none has. ASSAY_CONFIG:
 * something is unreadable, no certificate, has no partner, or there are two client certificates. */
MUST_CHECK enum assay_status tls_material_find(const char *const *directories, size_t count,
                                               const char *host_port, struct tls_material *out,
                                               struct assay_error *err);
void tls_material_clear(struct tls_material *material);

#endif
