/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/policies.h"

#include "base/text.h"
#include "cli/output.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define SYSTEM_POLICY  "/etc/assay/policy.yaml"
#define USER_POLICY    "/assay/policy.yaml"
#define PROJECT_POLICY "assay.yaml"
#define PATH_BYTES     (64 * KIB)
#define SHOWN_BYTES    1024

/* A policy that nobody named need not be there; one that is there must be readable. */
static enum assay_status load_if_there(struct policy_set *set, const char *path,
                                       struct assay_error *err)
{
    if (access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
        return ASSAY_OK;
    }
    return policy_load(set, path, err);
}

static enum assay_status load_all(struct cli *cli, const char *project, struct policy_set *set,
                                  struct assay_error *err)
{
    const char *user = NULL;
    TRY(load_if_there(set, SYSTEM_POLICY, err));
    TRY(environment_join(&cli->arena, cli->environment.config_home, USER_POLICY, &user, err));
    if (user != NULL) {
        TRY(load_if_there(set, user, err));
    }
    for (size_t i = 0; i < opt_count(&cli->options, OPT_POLICY); i++) {
        TRY(policy_load(set, opt_value_at(&cli->options, OPT_POLICY, i), err));
    }
    if (project == NULL) {
        return ASSAY_OK;
    }
    AUTO_BUF path = BUF_INIT(PATH_BYTES);
    TRY(buf_printf(&path, err, "%s/" PROJECT_POLICY, project));
    return policy_load_project(set, buf_text(&path), err); /* it was asked for */
}

enum assay_status cli_policies(struct cli *cli, const char *project, struct policy_set **out,
                               struct assay_error *err)
{
    AUTO_POLICY_SET set = NULL;
    TRY(policy_set_new(&set, err));
    TRY(load_all(cli, project, set, err));
    *out = set;
    set = NULL;
    return ASSAY_OK;
}

static const char *find_project(const struct cli *cli)
{
    struct stat info;
    for (size_t i = 0; i < cli->options.operand_count; i++) {
        if (stat(cli->options.operands[i], &info) == 0 && S_ISDIR(info.st_mode)) {
            return cli->options.operands[i];
        }
    }
    return ".";
}

const char *cli_project(const struct cli *cli)
{
    return opt_is_set(&cli->options, OPT_PROJECT) ? find_project(cli) : NULL;
}

void cli_tell_unused_project(const struct cli *cli)
{
    AUTO_BUF path = BUF_INIT(PATH_BYTES);
    char shown[SHOWN_BYTES];
    if (cli->quiet || opt_is_set(&cli->options, OPT_PROJECT) ||
        opt_is_set(&cli->options, OPT_POLICY) ||
        buf_printf(&path, NULL, "%s/" PROJECT_POLICY, find_project(cli)) != ASSAY_OK ||
        access(buf_text(&path), F_OK) != 0) {
        return;
    }
    text_sanitise(buf_slice(&path), shown, sizeof(shown));
    output_message("assay: note: %s is not used, for --project is not given\n", shown);
}

enum assay_status cli_policies_configure(struct cli *cli, const char *project,
                                         struct policy_set **out, struct assay_error *err)
{
    CLEANUP(session_cleanup) struct assay_session *session = NULL;
    AUTO_POLICY_SET set = NULL;
    TRY(cli_policies(cli, project, &set, err));
    TRY(cli_configure(cli, err));
    TRY(cli_session_for(cli, NULL, &session, err));
    *out = set;
    set = NULL;
    return ASSAY_OK;
}

enum assay_status cli_policy_session(void *ctx, const struct gate_trust *trust,
                                     struct assay_session **out, struct assay_error *err)
{
    struct cli *cli = ctx;
    cli->policy_server = trust->server;
    cli->policy_root = trust->root;
    cli->policy_tofu = trust->tofu;
    return cli_session_for(cli, NULL, out, err);
}
