/* SPDX-License-Identifier: Apache-2.0 */
/* pull: verify, let an engine pull by digest, tag it back, and verify what the engine then has. */
#include "cli/answer.h"
#include "cli/engine_program.h"
#include "cli/judged.h"
#include "cli/output.h"

#include "base/file.h"

#include <errno.h>
#include <unistd.h>

#define NAME_BYTES   (LIMIT_REFERENCE_BYTES + DIGEST_TEXT_BYTES + 2)
#define STDIN_SOURCE "-"

struct pull {
    struct judged judged;
    struct engine_program engine;
};

static void pull_clear(struct pull *pull)
{
    judged_clear(&pull->judged);
    engine_program_clear(&pull->engine);
}

/* The names that an engine is given: all of them parts of a reference that was read strictly. */
struct names {
    char by_digest[NAME_BYTES]; /* name@sha256:... */
    char tagged[NAME_BYTES];    /* name:tag; by_digest where no tag was asked for */
    char pinned[NAME_BYTES];    /* name:tag@sha256:..., or by_digest */
    bool has_tag;
};

static enum assay_status copy_name(const struct buf *text, char out[NAME_BYTES],
                                   struct assay_error *err)
{
    if (text->len >= NAME_BYTES) {
        return FAIL(err, ASSAY_REFERENCE, "the reference is too long");
    }
    memcpy(out, buf_text(text), text->len + 1);
    return ASSAY_OK;
}

static enum assay_status make_names(const struct assay_verdict *verdict, struct names *out,
                                    struct assay_error *err)
{
    CLEANUP(oci_reference_clear) struct oci_reference reference = { 0 };
    AUTO_BUF text = BUF_INIT(2UL * NAME_BYTES);
    TRY(oci_reference_parse(verdict->reference, &reference, err));
    out->has_tag = reference.tag != NULL;
    TRY(buf_printf(&text, err, "%s@%s", reference.name, verdict->digest));
    TRY(copy_name(&text, out->by_digest, err));
    if (!out->has_tag) {
        memcpy(out->tagged, out->by_digest, sizeof(out->tagged));
        memcpy(out->pinned, out->by_digest, sizeof(out->pinned));
        return ASSAY_OK;
    }
    buf_reset(&text);
    TRY(buf_printf(&text, err, "%s:%s", reference.name, reference.tag));
    TRY(copy_name(&text, out->tagged, err));
    TRY(buf_printf(&text, err, "@%s", verdict->digest));
    return copy_name(&text, out->pinned, err);
}

/* ---- what the engine then has ---- */

static enum assay_status judge_saved(struct cli *cli, const struct names *names, int fd,
                                     struct assay_error *err)
{
    CLEANUP(session_cleanup) struct assay_session *session = NULL;
    const struct cli_archive archive = { .as = names->pinned, .fd = fd };
    TRY(cli_session_for(cli, &archive, &session, err));
    TRY(assay_verify(session, STDIN_SOURCE, NULL, err));
    fd_drain(fd); /* the engine's own end shows whether it was all */
    return ASSAY_OK;
}

/* The engine's bytes must be the signed ones, all of them; how it stopped counts only then. */
static enum assay_status check_saved(struct cli *cli, const struct pull *pull,
                                     const struct names *names, struct assay_error *err)
{
    const struct engine_command docker = { { "save", names->tagged } };
    const struct engine_command podman = { { "save", "--quiet", "--format", "docker-archive",
                                             names->tagged } };
    const struct engine_command *save = pull->engine.is_podman ? &podman : &docker;
    AUTO_PIPE output = PROCESS_PIPE_INIT;
    pid_t pid = -1;
    struct assay_error of_program = ERROR_INIT;
    TRY(engine_program_open(&pull->engine, save, &output, &pid, err));
    enum assay_status judged = judge_saved(cli, names, output.ours, err);
    fd_close_quietly(&output.ours);
    enum assay_status ended = engine_program_wait(&pull->engine, save, pid, &cli->env, &of_program);
    if (judged == ASSAY_OK) {
        return ended == ASSAY_OK ? ASSAY_OK : error_pass(err, &of_program);
    }
    return judged;
}

/* A tag of ours stands only on an image that was checked. */
static void remove_tag(const struct pull *pull, const struct names *names)
{
    const struct engine_command docker = { { "rmi", "--no-prune", names->tagged } };
    const struct engine_command podman = { { "untag", names->tagged, names->tagged } };
    /* without cli's environment: an interruption must not keep the tag */
    const struct assay_env env = { .clock = &assay_clock_system };
    struct engine_program program = pull->engine;
    struct assay_error err = ERROR_INIT;
    program.words_fd = STDERR_FILENO;
    if (engine_program_run(&program, program.is_podman ? &podman : &docker, &env, &err) !=
        ASSAY_OK) {
        output_message("assay: the tag %s was not removed: %s\n", names->tagged, err.message);
    }
}

/* ---- one image ---- */

static enum assay_status say(const struct pull *pull, const struct names *names, size_t index,
                             size_t count, struct assay_error *err)
{
    AUTO_BUF line = BUF_INIT(4UL * NAME_BYTES);
    TRY(buf_printf(&line, err, "Pull (%zu of %zu): %s\n", index, count, names->pinned));
    if (pull->engine.words_fd == STDOUT_FILENO) {
        return output_result(buf_slice(&line), err);
    }
    output_message_bytes(buf_slice(&line));
    return ASSAY_OK;
}

static enum assay_status pull_by_digest(struct cli *cli, const struct pull *pull,
                                        const struct names *names, struct assay_error *err)
{
    const char *platform = opt_value(&cli->options, OPT_PLATFORM);
    struct engine_command command = { { "pull" } };
    size_t count = 1;
    if (cli->quiet) {
        command.words[count++] = "--quiet";
    }
    if (platform != NULL && strcmp(platform, "all") != 0) {
        command.words[count++] = "--platform";
        command.words[count++] = platform;
    }
    command.words[count] = names->by_digest;
    return engine_program_run(&pull->engine, &command, &cli->env, err);
}

static enum assay_status set_tag(struct cli *cli, const struct pull *pull,
                                 const struct names *names, struct assay_error *err)
{
    const struct engine_command tag = { { "tag", names->by_digest, names->tagged } };
    if (!names->has_tag) {
        return ASSAY_OK;
    }
    output_message("Tagging %s as %s\n", names->by_digest, names->tagged);
    return engine_program_run(&pull->engine, &tag, &cli->env, err);
}

/* A tag command that failed or was interrupted may have set the tag all the same. */
static enum assay_status tag_and_check(struct cli *cli, const struct pull *pull,
                                       const struct names *names, struct assay_error *err)
{
    TRY(set_tag(cli, pull, names, err));
    TRY_IN(check_saved(cli, pull, names, err), err, "the image that %s now has", pull->engine.name);
    return ASSAY_OK;
}

static enum assay_status pull_one(struct cli *cli, const struct pull *pull,
                                  const struct assay_verdict *verdict, size_t index, size_t count,
                                  struct assay_error *err)
{
    struct names names;
    TRY(env_check_interrupted(&cli->env, err));
    TRY(make_names(verdict, &names, err));
    TRY(say(pull, &names, index, count, err));
    TRY(pull_by_digest(cli, pull, &names, err));
    enum assay_status status = tag_and_check(cli, pull, &names, err);
    if (status != ASSAY_OK && names.has_tag) {
        remove_tag(pull, &names);
    }
    return status;
}

/* Pulls what is trusted; a failure takes the image's word back. */
static void pull_trusted(struct cli *cli, struct pull *pull)
{
    size_t count = 0;
    size_t index = 0;
    for (size_t i = 0; i < pull->judged.count; i++) {
        count += judged_status(pull->judged.verdicts[i]) == ASSAY_OK;
    }
    for (size_t i = 0; i < pull->judged.count; i++) {
        struct assay_verdict *verdict = pull->judged.verdicts[i];
        struct assay_error err = ERROR_INIT;
        if (judged_status(verdict) == ASSAY_OK &&
            pull_one(cli, pull, verdict, ++index, count, &err) != ASSAY_OK) {
            verdict->error = err;
            answer_tell_verdict(cli, verdict);
        }
    }
}

/* ---- which images ---- */

struct tag_list {
    struct arena *arena; /* of the texts */
    const char *name;
    const char **items;
    size_t count;
};

static enum assay_status add_tag(struct tag_list *list, struct slice tag, struct assay_error *err)
{
    if (!oci_tag_is_valid(tag)) {
        return ASSAY_OK; /* signed, but no image can have it */
    }
    if (list->count == LIMIT_REFERENCES) {
        return FAIL(err, ASSAY_TOO_LARGE, "%s has more than %d signed tags: name those you want",
                    list->name, LIMIT_REFERENCES);
    }
    return arena_format(list->arena, &list->items[list->count++], err, "%s:%.*s", list->name,
                        SLICE_ARGS(tag));
}

/* The tags of a role; but_of: without those that this role lists as well, NULL: all. */
static enum assay_status add_tags(const struct tuf_trusted *trusted, const char *role,
                                  const char *but_of, struct tag_list *list,
                                  struct assay_error *err)
{
    size_t count = tuf_trusted_target_count(trusted, role);
    for (size_t i = 0; i < count; i++) {
        struct tuf_target target;
        struct tuf_target other;
        bool found = false;
        TRY(tuf_trusted_target_at(trusted, role, i, &target, err));
        if (but_of != NULL && tuf_trusted_target_count(trusted, but_of) > 0) {
            TRY(tuf_trusted_find(trusted, but_of, target.name, &other, &found, err));
        }
        if (!found) {
            TRY(add_tag(list, target.name, err));
        }
    }
    return ASSAY_OK;
}

/* Which role answers for a tag is decided when it is judged: here each is named once. */
static enum assay_status list_tags(const struct tuf_trusted *trusted, struct tag_list *list,
                                   struct assay_error *err)
{
    TRY(add_tags(trusted, ROLE_RELEASES, NULL, list, err));
    return add_tags(trusted, "targets", ROLE_RELEASES, list, err);
}

static enum assay_status find_all(struct cli *cli, struct assay_session *session,
                                  struct tag_list *list, struct assay_error *err)
{
    CLEANUP(oci_reference_clear) struct oci_reference reference = { 0 };
    CLEANUP(trust_repo_cleanup) struct trust_repo *repo = NULL;
    if (cli->options.operand_count != 1) {
        return FAIL(err, ASSAY_USAGE, "--all-tags takes one NAME");
    }
    TRY(oci_name_parse(cli->options.operands[0], &reference, err));
    TRY(session_open_trust(session, &reference, &repo, err));
    *list = (struct tag_list){ .arena = &cli->arena, .name = reference.name };
    TRY(arena_alloc(list->arena, LIMIT_REFERENCES, sizeof(*list->items), &list->items, err));
    TRY(list_tags(trust_repo_trusted(repo), list, err));
    if (list->count == 0) {
        return FAIL(err, ASSAY_TAG_NOT_SIGNED, "no trusted tags for %s", reference.name);
    }
    return ASSAY_OK;
}

/* Then nothing else may. */
static bool json_goes_to_stdout(const struct opt_set *options)
{
    bool goes = false;
    for (size_t i = 0; i < opt_count(options, OPT_OUTPUT); i++) {
        goes = goes || strcmp(opt_value_at(options, OPT_OUTPUT, i), "json") == 0;
    }
    return goes;
}

static enum assay_status find(struct cli *cli, void *data, enum assay_status *says,
                              struct assay_error *err)
{
    struct pull *pull = data;
    const struct opt_set *options = &cli->options;
    struct tag_list wanted = { .items = options->operands, .count = options->operand_count };
    CLEANUP(session_cleanup) struct assay_session *session = NULL;
    TRY(engine_program_find(cli, opt_value(options, OPT_ENGINE), &pull->engine, err));
    if (json_goes_to_stdout(options)) {
        pull->engine.words_fd = STDERR_FILENO;
    }
    TRY(cli_session(cli, &session, err));
    if (opt_is_set(options, OPT_ALL_TAGS)) {
        TRY(find_all(cli, session, &wanted, err));
    }
    TRY(judged_run(session, wanted.items, wanted.count, &pull->judged, says, err));
    judged_tell(cli, &pull->judged);
    pull_trusted(cli, pull);
    *says = judged_worst(&pull->judged, *says);
    return ASSAY_OK;
}

static enum assay_status make_text(struct cli *cli UNUSED, const void *data, bool colour,
                                   struct buf *out, struct assay_error *err)
{
    const struct pull *pull = data;
    const struct report_style style = { .colour = colour };
    return judged_text(&pull->judged, &style, out, err);
}

static void make_json(const struct cli *cli, const void *data, struct json_new *results)
{
    const struct pull *pull = data;
    judged_json(cli, &pull->judged, results);
}

enum assay_status command_pull(struct cli *cli, struct assay_error *err)
{
    CLEANUP(pull_clear) struct pull pull = { 0 };
    const struct answer answer = { &pull, find, make_text, make_json, NULL, 0 };
    return answer_give(cli, &answer, err);
}
