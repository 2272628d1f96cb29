/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs of root share. */
#ifndef CLI_CMD_ROOT_H
#define CLI_CMD_ROOT_H

#include "cli/cli.h"
#include "tuf/pin.h"
#include "tuf/store.h"

#define ROOT_TEXT_BYTES (16 * MIB)

/* What a pin is: a root key's fingerprint, or the hash of a root or CA file. */
struct root_pin_view {
    enum tuf_pin_kind kind;
    char digest[DIGEST_TEXT_BYTES]; /* "" for TUF_PIN_NONE */
};

void root_store_cleanup(struct tuf_store **store);
MUST_CHECK enum assay_status root_pin_view(const struct tuf_pin *pin, struct root_pin_view *out,
                                           struct assay_error *err);
/* What stands before the digest in text: "", "root file ", "CA file ". */
const char *root_pin_words(enum tuf_pin_kind kind);
/* In JSON: "fingerprint", "root-file", "ca-file", "none". */
const char *root_pin_id(enum tuf_pin_kind kind);
/* A repository's name in full, or a prefix that ends in "/" and '*' as it stands. */
MUST_CHECK enum assay_status root_pattern(const char *text, char out[LIMIT_REFERENCE_BYTES],
                                          struct assay_error *err);

enum assay_status root_show(struct cli *cli, struct assay_error *err);

#endif
