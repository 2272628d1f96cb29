/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs of root share. */
#ifndef CLI_CMD_ROOT_H
#define CLI_CMD_ROOT_H

#include "cli/cli.h"
#include "tuf/pin.h"
#include "tuf/store.h"

#define ROOT_TEXT_BYTES     (16 * MIB)
#define ROOT_PIN_TEXT_BYTES 128

void root_store_cleanup(struct tuf_store **store);
/* "sha256:HEX", "root file sha256:HEX", "CA file sha256:HEX": the hash of the file. */
MUST_CHECK enum assay_status root_pin_text(const struct tuf_pin *pin, char out[ROOT_PIN_TEXT_BYTES],
                                           struct assay_error *err);
/* A repository's name in full, or a prefix that ends in "/" and '*' as it stands. */
MUST_CHECK enum assay_status root_pattern(const char *text, char out[LIMIT_REFERENCE_BYTES],
                                          struct assay_error *err);

enum assay_status root_show(struct cli *cli, struct assay_error *err);

#endif
