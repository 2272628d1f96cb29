/* SPDX-License-Identifier: Apache-2.0 */
/* From what a command found to where the user wants it: each --output gets its form. */
#ifndef CLI_ANSWER_H
#define CLI_ANSWER_H

#include "cli/cli.h"
#include "cli/output.h"
#include "json/tree.h"

struct answer {
    void *data;
    /* Finds the answer and what the exit code says about it; nothing is written if this fails, but
     * for the error in JSON. */
    enum assay_status (*find)(struct cli *cli, void *data, enum assay_status *says,
                              struct assay_error *err);
    enum assay_status (*text)(struct cli *cli, const void *data, bool colour, struct buf *out,
                              struct assay_error *err);
    /* Appends to the results; NULL: page makes the JSON as well. */
    void (*json)(const struct cli *cli, const void *data, struct json_new *results);
    /* All other formats; NULL where there are none. */
    enum assay_status (*page)(struct cli *cli, const void *data, enum output_format format,
                              struct buf *out, struct assay_error *err);
    unsigned pages; /* OUTPUT_BITs of what page makes */
};

/* Opens the outputs, finds the answer, writes it; what the exit code is. */
enum assay_status answer_give(struct cli *cli, const struct answer *answer,
                              struct assay_error *err);
/* A verdict's notes, and for a "no" what it means and what to do; on standard error. */
void answer_tell_verdict(const struct cli *cli, const struct assay_verdict *verdict);

#endif
