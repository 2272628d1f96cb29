/* SPDX-License-Identifier: Apache-2.0 */
/* What a command looks for image references in: its operands, and the options that say how. */
#ifndef CLI_SCANNING_H
#define CLI_SCANNING_H

#include "cli/cli.h"
#include "scan/scan.h"

/* The lists live as long as cli. ASSAY_USAGE: --custom is malformed. */
MUST_CHECK enum assay_status cli_scan_options(struct cli *cli, struct scan_options *out,
                                              struct assay_error *err);
/* Scans all operands (paths, "docker://REF", "-" once) and finishes the scan. */
MUST_CHECK enum assay_status cli_scan_operands(const struct cli *cli, struct scan *scan,
                                               struct assay_error *err);

#endif
