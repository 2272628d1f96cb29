/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs of bundle share. */
#ifndef CLI_CMD_BUNDLE_H
#define CLI_CMD_BUNDLE_H

#include "cli/cli.h"
#include "source/bundle.h"

/* For CLEANUP. */
void bundle_cleanup(struct bundle **bundle);
enum assay_status bundle_show(struct cli *cli, struct assay_error *err);

#endif
