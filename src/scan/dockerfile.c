/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images in Dockerfiles, by the rules of BuildKit. What BuildKit would refuse is a problem; what
 * stands before and behind it is found all the same.
 */
#include "base/limits.h"
#include "base/mem.h"
#include "scan/dockerfile_parts.h"

enum instruction {
    UNKNOWN,
    ARG,
    FROM,
    SOURCES, /* COPY, ADD */
    RUN,
    ONBUILD,
    NO_TRIGGER, /* not allowed behind ONBUILD, otherwise OTHER */
    OTHER
};

static enum instruction find_instruction(struct slice word)
{
    static const struct {
        const char *word;
        enum instruction instruction;
    } table[] = {
        { "add", SOURCES },
        { "arg", ARG },
        { "cmd", OTHER },
        { "copy", SOURCES },
        { "entrypoint", OTHER },
        { "env", OTHER },
        { "expose", OTHER },
        { "from", FROM },
        { "healthcheck", OTHER },
        { "label", OTHER },
        { "maintainer", NO_TRIGGER },
        { "onbuild", ONBUILD },
        { "run", RUN },
        { "shell", OTHER },
        { "stopsignal", OTHER },
        { "user", OTHER },
        { "volume", OTHER },
        { "workdir", OTHER },
    };
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (slice_is_ignoring_case(word, table[i].word)) {
            return table[i].instruction;
        }
    }
    return UNKNOWN;
}

enum assay_status dockerfile_problem(struct dockerfile *file, size_t start, size_t len,
                                     enum assay_status status, const char *message,
                                     struct assay_error *err)
{
    bool is_whole;
    struct scan_spot spot = dockerfile_spot(&file->lines, start, len, &is_whole);
    return scan_add_problem(file->scan, &spot, status, err, "%s", message);
}

/* A failure of the file itself becomes a problem at the instruction; all others end the run. */
static enum assay_status excuse(struct dockerfile *file, enum assay_status status,
                                const struct assay_error *failure, struct assay_error *err)
{
    if (status == ASSAY_FILE_SYNTAX || status == ASSAY_FILE_LIMIT) {
        return dockerfile_problem(file, 0, file->lines.joined.len, status, failure->message, err);
    }
    return status == ASSAY_OK ? ASSAY_OK : error_pass(err, failure);
}

/* ---- instructions ---- */

/* Those in stages are for what is run there. */
static enum assay_status read_args(struct dockerfile *file, size_t at, struct assay_error *err)
{
    struct slice text = buf_slice(&file->lines.joined);
    if (file->build.stage_count > 0) {
        return ASSAY_OK;
    }
    struct slice word = dockerfile_quoted_word(text, file->build.escape, &at);
    while (word.len > 0) {
        struct assay_error failure = ERROR_INIT;
        TRY(excuse(file, dockerfile_add_arg(&file->build, word, &failure), &failure, err));
        word = dockerfile_quoted_word(text, file->build.escape, &at);
    }
    return ASSAY_OK;
}

/* To a frontend that knows no here-documents, their lines are instructions. */
static enum assay_status judge_frontend(struct dockerfile *file,
                                        const struct dockerfile_heredoc *heredocs, size_t count,
                                        struct assay_error *err)
{
    bool has_blanks = false;
    for (size_t i = 0; i < count; i++) {
        has_blanks |= heredocs[i].has_blanks;
    }
    const char *message = NULL;
    if (count > 0 && file->frontend < 4) {
        message = "the frontend reads no here-documents: name docker/dockerfile:1.4 or newer";
    } else if (has_blanks && file->frontend < 16) {
        message = "the frontend takes no blanks behind \"<<\": take them out, or name "
                  "docker/dockerfile:1.16 or newer";
    }
    return message == NULL ? ASSAY_OK
                           : dockerfile_problem(file, 0, file->lines.joined.len, ASSAY_FILE_SYNTAX,
                                                message, err);
}

/* at: where the arguments begin. */
static enum assay_status skip_heredocs(struct dockerfile *file, size_t at, struct assay_error *err)
{
    AUTO_BUF names = BUF_INIT(LIMIT_SCAN_BYTES);
    struct dockerfile_heredoc heredocs[LIMIT_HEREDOCS];
    struct assay_error failure = ERROR_INIT;
    size_t count;
    enum assay_status status =
        dockerfile_heredocs(buf_slice(&file->lines.joined), &names, heredocs, &count, &failure);
    if (status != ASSAY_OK) {
        return excuse(file, status, &failure, err);
    }
    struct slice arguments = slice_from(buf_slice(&file->lines.joined), at);
    if (count > 0 && dockerfile_begins_json(arguments)) { /* of some builders it ends the line */
        return dockerfile_problem(file, at, arguments.len, ASSAY_FILE_SYNTAX,
                                  "behind a JSON array stands what may be a here-document", err);
    }
    TRY(judge_frontend(file, heredocs, count, err));
    for (size_t i = 0; i < count; i++) {
        if (!dockerfile_skip_heredoc(&file->lines, heredocs[i].name, heredocs[i].skips_tabs)) {
            (void)FAIL(&failure, ASSAY_FILE_SYNTAX, "the here-document \"%.*s\" has no end",
                       SLICE_ARGS(heredocs[i].name));
            return excuse(file, ASSAY_FILE_SYNTAX, &failure, err);
        }
    }
    return ASSAY_OK;
}

/* COPY, ADD and RUN. */
static enum assay_status read_sources(struct dockerfile *file, enum instruction instruction,
                                      size_t at, struct assay_error *err)
{
    struct slice text = buf_slice(&file->lines.joined);
    struct slice arrow = SLICE_LITERAL("<<");
    struct dockerfile_flag flag;
    bool found = true;
    while (found) {
        TRY(dockerfile_flag(text, &at, &file->word, &flag, &found, err));
        if (found && instruction == SOURCES && slice_is(flag.name, "from")) {
            TRY(dockerfile_from_flag(file, &flag, err));
        } else if (found && instruction == RUN && slice_is(flag.name, "mount")) {
            TRY(dockerfile_mount_flag(file, &flag, err));
        }
    }
    bool has_arrow = false;
    for (size_t i = 0; i < text.len && !has_arrow; i++) {
        has_arrow = slice_has_prefix(slice_from(text, i), arrow);
    }
    return has_arrow ? skip_heredocs(file, at, err) : ASSAY_OK;
}

static enum assay_status dispatch(struct dockerfile *file, enum instruction instruction, size_t at,
                                  struct assay_error *err)
{
    if (instruction == FROM) {
        struct assay_error failure = ERROR_INIT;
        return excuse(file, dockerfile_from(file, at, &failure), &failure, err);
    }
    if (instruction == ARG) {
        return read_args(file, at, err);
    }
    if (instruction == SOURCES || instruction == RUN) {
        return read_sources(file, instruction, at, err);
    }
    return ASSAY_OK;
}

static enum assay_status read_instruction(struct dockerfile *file, struct assay_error *err)
{
    struct slice text = buf_slice(&file->lines.joined);
    size_t start = dockerfile_blanks(text);
    size_t at = start;
    enum instruction instruction = find_instruction(dockerfile_word(text, &at));
    bool is_trigger = instruction == ONBUILD;
    if (is_trigger) {
        start = at + dockerfile_blanks(slice_from(text, at));
        at = start;
        instruction = find_instruction(dockerfile_word(text, &at));
    }
    if (instruction == UNKNOWN || instruction == ONBUILD ||
        (is_trigger && (instruction == FROM || instruction == NO_TRIGGER))) {
        return dockerfile_problem(file, start, text.len - start, ASSAY_FILE_SYNTAX,
                                  is_trigger ? "ONBUILD is followed by no instruction that it takes"
                                             : "this is no known instruction",
                                  err);
    }
    if (file->build.stage_count == 0 && instruction != FROM && (instruction != ARG || is_trigger)) {
        TRY(dockerfile_problem(file, start, text.len - start, ASSAY_FILE_SYNTAX,
                               "before the first FROM only ARG may stand", err));
    }
    return dispatch(file, instruction, at, err);
}

static enum assay_status read_all(struct dockerfile *file, struct assay_error *err)
{
    bool found = true;
    TRY(dockerfile_find_syntax(file, err));
    while (found) {
        TRY(dockerfile_next(&file->lines, file->scan, &found, err));
        file->build.escape = file->lines.escape;
        if (found) {
            TRY(read_instruction(file, err));
        }
    }
    if (file->build.stage_count == 0) {
        struct scan_spot spot = { file->input->file, 1, 1, 0, 0 };
        TRY(scan_add_problem(file->scan, &spot, ASSAY_FILE_SYNTAX, err,
                             "the Dockerfile has no FROM"));
    }
    return dockerfile_settle_sources(file, err);
}

enum assay_status scan_dockerfile(struct scan *scan, const struct scan_input *input,
                                  const struct scan_build *build, struct assay_error *err)
{
    struct dockerfile file = {
        .scan = scan,
        .input = input,
        .frontend = UINT64_MAX,
        .owner = "",
        .word = BUF_INIT(LIMIT_SCAN_BYTES),
    };
    dockerfile_build_init(&file.build, &scan->options, build);
    dockerfile_lines_init(&file.lines, input);
    enum assay_status status = read_all(&file, err);
    dockerfile_lines_clear(&file.lines);
    dockerfile_build_clear(&file.build);
    buf_clear(&file.word);
    mem_free(file.sources);
    return status;
}
