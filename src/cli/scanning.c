/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/scanning.h"

#include "base/file.h"
#include "base/text.h"
#include "cli/output.h"

#include <sys/stat.h>
#include <unistd.h>

#define TRANSPORT_DOCKER "docker://"
#define SHOWN_BYTES      1024

static enum assay_status list_of(struct cli *cli, enum opt opt, const char *const **out,
                                 size_t *count, struct assay_error *err)
{
    const char **list = NULL;
    *count = opt_count(&cli->options, opt);
    TRY(arena_alloc(&cli->arena, *count, sizeof(*list), &list, err));
    for (size_t i = 0; i < *count; i++) {
        list[i] = opt_value_at(&cli->options, opt, i);
    }
    *out = list;
    return ASSAY_OK;
}

/* Without a name a value is nobody's, and what it was meant for would be judged without it. */
static enum assay_status check_names(const char *option, const char *const *list, size_t count,
                                     struct assay_error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i][0] == '=') {
            return FAIL(err, ASSAY_USAGE, "%s: '%s' has no name before the '='", option, list[i]);
        }
    }
    return ASSAY_OK;
}

static enum assay_status check_source_root(const char *path, struct assay_error *err)
{
    struct stat info;
    if (path != NULL && (stat(path, &info) != 0 || !S_ISDIR(info.st_mode))) {
        return FAIL(err, ASSAY_USAGE, "--source-root: '%s' is no directory", path);
    }
    return ASSAY_OK;
}

enum assay_status cli_scan_options(struct cli *cli, struct scan_options *out,
                                   struct assay_error *err)
{
    *out = (struct scan_options){ 0 };
    TRY(list_of(cli, OPT_BUILD_ARG, &out->build_args, &out->build_arg_count, err));
    TRY(list_of(cli, OPT_BUILD_CONTEXT, &out->build_contexts, &out->build_context_count, err));
    TRY(list_of(cli, OPT_EXCLUDE, &out->excludes, &out->exclude_count, err));
    TRY(arena_alloc(&cli->arena, out->exclude_count, sizeof(bool), &out->exclude_used, err));
    TRY(list_of(cli, OPT_CUSTOM, &out->custom, &out->custom_count, err));
    out->source_root = opt_value(&cli->options, OPT_SOURCE_ROOT);
    TRY(check_source_root(out->source_root, err));
    TRY(check_names("--build-arg", out->build_args, out->build_arg_count, err));
    TRY(check_names("--build-context", out->build_contexts, out->build_context_count, err));
    for (size_t i = 0; i < out->custom_count; i++) {
        TRY_IN(scan_check_custom(out->custom[i], err), err, "--custom");
    }
    return ASSAY_OK;
}

static enum assay_status scan_standard_input(struct scan *scan, struct assay_error *err)
{
    AUTO_BUF text = BUF_INIT(LIMIT_SCAN_BYTES + 1);
    TRY_IN(fd_read_stream(STDIN_FILENO, scan->env, LIMIT_SCAN_BYTES, &text, err), err,
           "standard input");
    return scan_stdin(scan, buf_slice(&text), err);
}

/* A path that is mistyped would leave out less than was meant. */
static void tell_idle_excludes(const struct cli *cli, const struct scan_options *options)
{
    char shown[SHOWN_BYTES];
    for (size_t i = 0; !cli->quiet && i < options->exclude_count; i++) {
        if (!options->exclude_used[i]) {
            text_sanitise(slice_from_string(options->excludes[i]), shown, sizeof(shown));
            output_message("assay: note: --exclude %s left nothing out: it is a path below the "
                           "directory that is judged\n",
                           shown);
        }
    }
}

enum assay_status cli_scan_operands(const struct cli *cli, struct scan *scan,
                                    struct assay_error *err)
{
    size_t from_stdin = 0;
    for (size_t i = 0; i < cli->options.operand_count; i++) {
        const char *operand = cli->options.operands[i];
        struct slice text = slice_from_string(operand);
        if (slice_is(text, "-")) {
            if (++from_stdin > 1) {
                return FAIL(err, ASSAY_USAGE, "standard input can be read only once");
            }
            TRY(scan_standard_input(scan, err));
        } else if (slice_has_prefix(text, slice_from_string(TRANSPORT_DOCKER))) {
            TRY(scan_argument(scan, operand, err));
        } else {
            TRY(scan_path(scan, operand, err));
        }
    }
    tell_idle_excludes(cli, &scan->options);
    return scan_finish(scan, err);
}
