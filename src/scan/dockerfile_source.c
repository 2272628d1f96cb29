/* SPDX-License-Identifier: Apache-2.0 */
/* What COPY --from, ADD --from and RUN --mount=from= name. */
#include "base/limits.h"
#include "base/mem.h"
#include "scan/dockerfile_parts.h"

#define FROM_PROBLEM "docker fills in no variables, quotes or escapes here; name a stage for it"

/* value: what the flag says; the len bytes at start in the instruction are how. */
static enum assay_status add_source(struct dockerfile *file, enum scan_place place,
                                    struct slice value, const char *problem, size_t start,
                                    size_t len, struct assay_error *err)
{
    size_t begun = file->build.stage_count;
    struct dockerfile_source source = { .may_be_number = place == SCAN_COPY,
                                        .stage_count = begun == 0 ? 0 : begun - 1 };
    struct scan_reference *found = &source.reference;
    struct slice written = slice_first(slice_from(buf_slice(&file->lines.joined), start), len);
    bool is_whole;
    found->place = place;
    found->owner = file->owner;
    found->problem = problem;
    found->spot = dockerfile_spot(&file->lines, start, len, &is_whole);
    found->is_rewritable = is_whole && problem == NULL && slice_equal(written, value);
    if (slice_find(value, '\0') < value.len) {
        return dockerfile_problem(file, start, len, ASSAY_FILE_SYNTAX, "the image holds a NUL",
                                  err);
    }
    if (file->source_count == LIMIT_SCAN_REFERENCES) {
        return FAIL(err, ASSAY_FILE_LIMIT, "more than %lu references were found",
                    LIMIT_SCAN_REFERENCES);
    }
    TRY(arena_copy_text(&file->build.arena, written, &found->written, err));
    if (problem == NULL) {
        TRY(arena_copy_text(&file->build.arena, value, &found->text, err));
    }
    TRY(mem_grow(&file->sources, file->source_count, &file->source_cap, sizeof(source), err));
    file->sources[file->source_count++] = source;
    return ASSAY_OK;
}

static bool holds_any(struct slice text, const char *bytes)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '\0' && strchr(bytes, text.ptr[i]) != NULL) {
            return true;
        }
    }
    return false;
}

enum assay_status dockerfile_from_flag(struct dockerfile *file, const struct dockerfile_flag *flag,
                                       struct assay_error *err)
{
    const char specials[] = { '$', '"', '\'', file->build.escape, '\0' };
    const char *problem = holds_any(flag->value, specials) ? FROM_PROBLEM : NULL;
    size_t len = flag->end - flag->value_at;
    if (!flag->has_value) {
        return dockerfile_problem(file, flag->value_at, 0, ASSAY_FILE_SYNTAX, "--from has no value",
                                  err);
    }
    if (flag->value.len == 0) {
        return ASSAY_OK;
    }
    return add_source(file, SCAN_COPY, flag->value, problem, flag->value_at, len, err);
}

static bool is_from(struct slice field, struct slice *value)
{
    size_t equals = slice_find(field, '=');
    *value = slice_from(field, equals + 1);
    return equals < field.len && slice_is_ignoring_case(slice_first(field, equals), "from");
}

static bool mentions_from(struct slice text)
{
    for (size_t i = 0; i + 4 <= text.len; i++) {
        if (slice_is_ignoring_case(slice_first(slice_from(text, i), 4), "from")) {
            return true;
        }
    }
    return false;
}

/* Fields between commas. A quote makes it CSV of the full kind, which nobody writes. */
enum assay_status dockerfile_mount_flag(struct dockerfile *file, const struct dockerfile_flag *flag,
                                        struct assay_error *err)
{
    struct slice rest = flag->value;
    size_t whole = flag->end - flag->value_at;
    if (slice_find(rest, '"') < rest.len) {
        return mentions_from(rest)
                   ? add_source(file, SCAN_MOUNT, rest, "the quotes in this mount are not read",
                                flag->value_at, whole, err)
                   : ASSAY_OK;
    }
    while (rest.len > 0) {
        struct slice value;
        struct slice field = slice_first(rest, slice_find(rest, ','));
        rest = slice_from(rest, field.len + 1);
        if (!is_from(field, &value) || value.len == 0) {
            continue;
        }
        size_t before = (size_t)(value.ptr - flag->value.ptr);
        size_t at = flag->value_at + (flag->is_plain ? before : 0);
        size_t dollar = slice_find(value, '$');
        TRY(add_source(file, SCAN_MOUNT, value, dollar + 1 < value.len ? FROM_PROBLEM : NULL, at,
                       flag->is_plain ? value.len : whole, err));
    }
    return ASSAY_OK;
}

/* ---- when all stages are known ---- */

/* Digits, with a sign perhaps; *index: SIZE_MAX where it is too large or negative. */
static bool is_number(const char *text, size_t *index)
{
    size_t start = text[0] == '+' || text[0] == '-' ? 1 : 0;
    size_t at = start;
    *index = 0;
    for (; text[at] >= '0' && text[at] <= '9'; at++) {
        size_t digit = (size_t)(text[at] - '0');
        *index = *index > LIMIT_STAGES ? *index : *index * 10 + digit;
    }
    if (text[0] == '-' && *index > 0) {
        *index = SIZE_MAX;
    }
    return at > start && text[at] == '\0';
}

/* In any case. */
static enum assay_status find_stage(struct dockerfile *file, const char *name, size_t *stage,
                                    struct assay_error *err)
{
    buf_reset(&file->word);
    for (size_t i = 0; name[i] != '\0'; i++) {
        TRY(buf_append_byte(&file->word, byte_to_lower((uint8_t)name[i]), err));
    }
    *stage = dockerfile_find_stage(&file->build, buf_slice(&file->word));
    return ASSAY_OK;
}

static enum assay_status settle(struct dockerfile *file, struct dockerfile_source *source,
                                struct assay_error *err)
{
    struct dockerfile_build *build = &file->build;
    struct scan_reference *found = &source->reference;
    const char *replacement = NULL;
    size_t index;
    size_t stage;
    if (found->text == NULL) {
        return scan_add(file->scan, found, err);
    }
    if (source->may_be_number && is_number(found->text, &index)) {
        return index < build->stage_count
                   ? ASSAY_OK
                   : scan_add_problem(file->scan, &found->spot, ASSAY_FILE_SYNTAX, err,
                                      "there is no stage %s", found->text);
    }
    TRY(find_stage(file, found->text, &stage, err));
    if (stage < source->stage_count || strcmp(found->text, "scratch") == 0) {
        return ASSAY_OK;
    }
    if (stage != SIZE_MAX) {
        found->text = NULL;
        found->is_rewritable = false;
        found->problem = "the stage of that name ends further down: some builders take an image";
        return scan_add(file->scan, found, err);
    }
    TRY(dockerfile_replaced(build, found->text, &replacement, err));
    if (replacement != NULL) {
        found->text = replacement;
        found->is_rewritable = false;
    }
    return found->text[0] == '\0' ? ASSAY_OK : scan_add(file->scan, found, err);
}

enum assay_status dockerfile_settle_sources(struct dockerfile *file, struct assay_error *err)
{
    dockerfile_sort_stages(&file->build);
    for (size_t i = 0; i < file->source_count; i++) {
        TRY(settle(file, &file->sources[i], err));
    }
    return ASSAY_OK;
}
