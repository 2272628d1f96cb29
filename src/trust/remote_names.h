/* SPDX-License-Identifier: Apache-2.0 */
/* Names of role files as a remote lists them. Private to remote*.c. */
#ifndef TRUST_REMOTE_NAMES_H
#define TRUST_REMOTE_NAMES_H

#include "base/list.h"
#include "tuf/remote.h"

/* A copy. ASSAY_TOO_LARGE beyond LIMIT_AUDIT_LISTED. */
MUST_CHECK enum assay_status remote_names_add(struct text_list *names, const char *name,
                                              struct assay_error *err);
/* Adds the role files of a directory, without ".json": those in it, and those of delegations in the
 * directories "targets" and "N.targets" below. Links are not followed; what else lies there is
 * passed over. ASSAY_FILE_IO. */
MUST_CHECK enum assay_status remote_names_scan(struct text_list *names, int dir_fd,
                                               struct assay_error *err);

#endif
