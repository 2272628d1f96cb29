/* SPDX-License-Identifier: Apache-2.0 */
/* pin with --write or --check: operands are files, not references. */
#ifndef CLI_CMD_PIN_WRITE_H
#define CLI_CMD_PIN_WRITE_H

#include "cli/cli.h"

enum assay_status command_pin_write(struct cli *cli, struct assay_error *err);

#endif
