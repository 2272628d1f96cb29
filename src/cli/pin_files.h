/* SPDX-License-Identifier: Apache-2.0 */
/* References in files and the digests that are signed for them: what is asked, and what is to stand
 * there. */
#ifndef CLI_PIN_FILES_H
#define CLI_PIN_FILES_H

#include "cli/cli.h"
#include "gate/gate.h"

/* What becomes of one reference. */
struct pin_row {
    const struct scan_reference *found;
    const char *query;                   /* what is verified; NULL: nothing could be */
    const struct assay_verdict *verdict; /* NULL: none was asked for */
    enum assay_status status;
    const char *message; /* why, where no verdict says it */
    const char *remedy;
    const char *text; /* what is to stand there; NULL: it stays */
};

struct pin_files {
    struct scan scan;
    struct scan asked; /* the same without digests, as far as it can be verified */
    struct gate gate;  /* of what was asked: its verdicts count, its rules on references do not */
    struct arena arena;
    int64_t now_unix_s;
    struct pin_row *rows;
    size_t count;
    size_t changed;
};

void pin_files_clear(struct pin_files *files);
/* From the finished scan to what is to change, by the trust that the policies ask for; scan and
 * arena are set. */
MUST_CHECK enum assay_status pin_files_judge(struct cli *cli, struct pin_files *files,
                                             struct assay_error *err);
/* Writes it. A file that cannot be written is the status of its rows. */
MUST_CHECK enum assay_status pin_files_write(struct cli *cli, struct pin_files *files,
                                             struct assay_error *err);

#endif
