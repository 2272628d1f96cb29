/* SPDX-License-Identifier: Apache-2.0 */
/* What a run judged: the verdicts that verify, pin and pull are about. */
#ifndef CLI_JUDGED_H
#define CLI_JUDGED_H

#include "cli/cli.h"
#include "json/tree.h"

struct judged {
    struct assay_verdict **verdicts; /* NULL places: out of memory */
    size_t count;
};

void judged_clear(struct judged *judged);
/* count is at least 1. *says: the worst of the verdicts. */
MUST_CHECK enum assay_status judged_run(struct assay_session *session,
                                        const char *const *references, size_t count,
                                        struct judged *out, enum assay_status *says,
                                        struct assay_error *err);
enum assay_status judged_status(const struct assay_verdict *verdict);
/* Looks at every verdict itself: the exit code must not rest on one summary alone. */
enum assay_status judged_worst(const struct judged *judged, enum assay_status summary);
/* Notes and failures, on standard error. */
void judged_tell(const struct cli *cli, const struct judged *judged);
MUST_CHECK enum assay_status judged_text(const struct judged *judged,
                                         const struct report_style *style, struct buf *out,
                                         struct assay_error *err);
/* For struct answer; data is a struct judged. */
void judged_json(const struct cli *cli, const void *data, struct json_new *results);

#endif
