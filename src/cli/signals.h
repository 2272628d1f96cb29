/* SPDX-License-Identifier: Apache-2.0 */
/* SIGINT and SIGTERM end the work soon and orderly; a second one ends it at once. */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

#include <stdatomic.h>

/* Installs the handlers and ignores SIGPIPE: a closed pipe is a failed write. */
void signals_install(void);
/* ASSAY_INTERRUPTED or ASSAY_TERMINATED once a signal came, ASSAY_OK before. */
const atomic_int *signals_flag(void);

#endif
