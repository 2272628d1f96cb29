/* SPDX-License-Identifier: Apache-2.0 */
/* bundle create and verify: what an offline verification needs, in one file. */
#include "cli/cmd_bundle.h"

#include "base/mem.h"
#include "cli/answer.h"
#include "cli/judged.h"
#include "cli/output.h"

#include <errno.h>
#include <sys/stat.h>

void bundle_cleanup(struct bundle **bundle)
{
    bundle_free(*bundle);
}

static enum assay_status verdicts_text(struct cli *cli, const void *data, bool colour,
                                       struct buf *out, struct assay_error *err)
{
    const struct report_style style = { .colour = colour,
                                        .explain = opt_is_set(&cli->options, OPT_EXPLAIN) };
    return judged_text(data, &style, out, err);
}

/* ---- create ---- */

struct creation {
    struct judged judged; /* first: the answer's data */
    const char *path;
    struct bundle *base; /* what stood at path; NULL: nothing */
    struct bundle_writer *writer;
};

static void creation_clear(struct creation *creation)
{
    judged_clear(&creation->judged);
    bundle_writer_free(creation->writer);
    bundle_free(creation->base);
}

/* A file that is no bundle is never written over. */
static enum assay_status open_base(struct creation *creation, struct assay_error *err)
{
    struct stat info;
    if (lstat(creation->path, &info) != 0 && errno == ENOENT) {
        return ASSAY_OK;
    }
    enum assay_status status = bundle_open(creation->path, &creation->base, err);
    return status == ASSAY_BUNDLE
               ? error_remedy(err, status, "Name another file by --to: this one is left as it is.")
               : status;
}

static enum assay_status create(struct cli *cli, void *data, enum assay_status *says,
                                struct assay_error *err)
{
    struct creation *creation = data;
    const struct opt_set *options = &cli->options;
    CLEANUP(session_cleanup) struct assay_session *session = NULL;
    TRY(open_base(creation, err));
    TRY(bundle_writer_new(creation->base, &creation->writer, err));
    TRY(cli_session(cli, &session, err));
    session_collect(session, creation->writer);
    TRY(judged_run(session, options->operands + 1, options->operand_count - 1, &creation->judged,
                   says, err));
    judged_tell(cli, &creation->judged);
    if (*says == ASSAY_OK) {
        TRY(bundle_check_current(creation->base, creation->path, err));
        return bundle_writer_save(creation->writer, creation->path, err);
    }
    if (!cli->quiet) {
        output_message("assay: %s was not written: not all images are trusted\n", creation->path);
    }
    return ASSAY_OK;
}

static enum assay_status bundle_create(struct cli *cli, struct assay_error *err)
{
    CLEANUP(creation_clear)
    struct creation creation = { .path = opt_value(&cli->options, OPT_TO) };
    const struct answer answer = { &creation, create, verdicts_text, judged_json, NULL, 0 };
    if (creation.path == NULL) {
        return FAIL(err, ASSAY_USAGE, "'assay bundle create' needs --to FILE");
    }
    return answer_give(cli, &answer, err);
}

/* ---- verify ---- */

/* All references that the bundle says it holds; borrowed from it. */
static enum assay_status list_references(const struct bundle *bundle, const char ***out,
                                         size_t *count, struct assay_error *err)
{
    const struct bundle_repository *repository = NULL;
    size_t cap = 0;
    for (size_t i = 0; (repository = bundle_repository_at(bundle, i)) != NULL; i++) {
        for (size_t r = 0; r < repository->reference_count; r++) {
            TRY(mem_grow(out, *count, &cap, sizeof(**out), err));
            (*out)[(*count)++] = repository->references[r];
        }
    }
    if (*count > LIMIT_REFERENCES) {
        return FAIL(err, ASSAY_USAGE, "the bundle holds %zu references, more than %d: name some",
                    *count, LIMIT_REFERENCES);
    }
    return *count > 0 ? ASSAY_OK : FAIL(err, ASSAY_NOTHING, "the bundle holds no reference");
}

static enum assay_status verify(struct cli *cli, void *data, enum assay_status *says,
                                struct assay_error *err)
{
    struct judged *judged = data;
    const struct opt_set *options = &cli->options;
    CLEANUP(session_cleanup) struct assay_session *session = NULL;
    CLEANUP(bundle_cleanup) struct bundle *bundle = NULL;
    AUTO_MEM const char **held = NULL;
    const char *const *references = options->operands + 2;
    size_t count = options->operand_count - 2;
    cli->bundle = options->operands[1];
    TRY(bundle_open(cli->bundle, &bundle, err));
    if (count == 0) {
        TRY(list_references(bundle, &held, &count, err));
        references = held;
    }
    TRY(cli_session(cli, &session, err));
    session_judge_alone(session);
    TRY(judged_run(session, references, count, judged, says, err));
    judged_tell(cli, judged);
    if (!cli->quiet) {
        output_message(
            "assay: note: judged on the bundle alone: manifests and configs, no layers\n");
    }
    return ASSAY_OK;
}

static enum assay_status bundle_verify(struct cli *cli, struct assay_error *err)
{
    CLEANUP(judged_clear) struct judged judged = { 0 };
    const struct answer answer = { &judged, verify, verdicts_text, judged_json, NULL, 0 };
    return answer_give(cli, &answer, err);
}

/* ---- the verbs ---- */

#define WHERE_OPTIONS (OPT_BIT(OPT_CONFIG) | OPT_BIT(OPT_STATE_DIR) | OPT_BIT(OPT_OUTPUT))
#define VERIFY_OPTIONS                                                                             \
    (WHERE_OPTIONS | OPT_BIT(OPT_ROOT) | OPT_BIT(OPT_PLATFORM) | OPT_BIT(OPT_AT) |                 \
     OPT_BIT(OPT_EXPLAIN) | OPT_BIT(OPT_OFFLINE))
#define CREATE_OPTIONS (~(OPT_BIT(OPT_AT) | OPT_BIT(OPT_OFFLINE)))

struct verb {
    const char *name;
    uint64_t options;
    size_t max_operands;
    enum assay_status (*run)(struct cli *cli, struct assay_error *err);
};

static enum assay_status check_options(const struct cli *cli, const struct verb *verb,
                                       struct assay_error *err)
{
    for (size_t i = 0; i < cli->options.given_count; i++) {
        enum opt opt = cli->options.given[i].opt;
        if (((verb->options | CLI_COMMON_OPTIONS) & OPT_BIT(opt)) == 0) {
            return FAIL(err, ASSAY_USAGE, "'assay bundle %s' does not take --%s", verb->name,
                        opt_row(opt)->name);
        }
    }
    return ASSAY_OK;
}

enum assay_status command_bundle(struct cli *cli, struct assay_error *err)
{
    static const struct verb verbs[] = {
        { "create", CREATE_OPTIONS, LIMIT_REFERENCES, bundle_create },
        { "verify", VERIFY_OPTIONS, LIMIT_REFERENCES, bundle_verify },
        { "show", OPT_BIT(OPT_OUTPUT), 2, bundle_show },
    };
    const char *name = cli->options.operands[0];
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
        if (strcmp(verbs[i].name, name) != 0) {
            continue;
        }
        if (cli->options.operand_count > verbs[i].max_operands) {
            return FAIL(err, ASSAY_USAGE, "'assay bundle %s' takes one file", name);
        }
        TRY(check_options(cli, &verbs[i], err));
        return verbs[i].run(cli, err);
    }
    return FAIL(err, ASSAY_USAGE, "'assay bundle %s' is unknown: create, verify or show", name);
}
