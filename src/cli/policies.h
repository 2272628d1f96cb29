/* SPDX-License-Identifier: Apache-2.0 */
/* The policies that hold for a run: the system's, the user's, those that are named, the project's.
 */
#ifndef CLI_POLICIES_H
#define CLI_POLICIES_H

#include "cli/cli.h"
#include "gate/gate.h"

/* After cli_set_up. project: the directory whose assay.yaml counts as well; NULL: none does. */
MUST_CHECK enum assay_status cli_policies(struct cli *cli, const char *project,
                                          struct policy_set **out, struct assay_error *err);

/* The project that --project means: the first directory that is named, "." where none is; NULL
 * without that option. */
const char *cli_project(const struct cli *cli);
/* A note that its assay.yaml is there and does not count, where no option says what does. */
void cli_tell_unused_project(const struct cli *cli);
/* For gate_options.session; ctx is the struct cli, once configured. */
MUST_CHECK enum assay_status cli_policy_session(void *ctx, const struct gate_trust *trust,
                                                struct assay_session **out,
                                                struct assay_error *err);

/* cli_policies, cli_configure, and a session that is thrown away: what options say wrong must not
 * look like a judgement on each image. */
MUST_CHECK enum assay_status cli_policies_configure(struct cli *cli, const char *project,
                                                    struct policy_set **out,
                                                    struct assay_error *err);

#endif
