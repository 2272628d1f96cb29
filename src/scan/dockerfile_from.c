/* SPDX-License-Identifier: Apache-2.0 */
/* Stages and what they begin with; and the image that reads a Dockerfile. */
#include "base/limits.h"
#include "base/text.h"
#include "oci/reference.h"
#include "scan/dockerfile_parts.h"

/* ---- syntax ---- */

/* The N of a tag "1.N"; UINT64_MAX: it names none. 1.3-labs has the here-documents of 1.4. */
static uint64_t version_in(const char *tag)
{
    struct slice version = slice_from_string(tag);
    bool is_labs = slice_has_suffix(version, SLICE_LITERAL("-labs"));
    version = slice_first(version, slice_find(version, '-'));
    struct slice rest = slice_from(version, slice_find(version, '.') + 1);
    uint64_t major;
    uint64_t minor;
    if (!text_to_u64(slice_first(version, slice_find(version, '.')), UINT32_MAX, &major) ||
        !text_to_u64(slice_first(rest, slice_find(rest, '.')), UINT32_MAX, &minor) || major > 1) {
        return UINT64_MAX;
    }
    return major == 0 ? 0 : minor + (minor == 3 && is_labs ? 1 : 0);
}

/* Of docker/dockerfile in any registry: mirrors have it too. */
static enum assay_status find_version(struct dockerfile *file, const char *image,
                                      struct assay_error *err)
{
    struct oci_reference reference = { 0 };
    struct assay_error failure = ERROR_INIT;
    enum assay_status status = oci_reference_parse(image, &reference, &failure);
    if (status == ASSAY_OK && reference.tag != NULL) {
        struct slice name = slice_from_string(reference.name);
        bool is_known = slice_has_suffix(name, SLICE_LITERAL("/docker/dockerfile")) ||
                        slice_has_suffix(name, SLICE_LITERAL("/docker/dockerfile-upstream"));
        file->frontend = is_known ? version_in(reference.tag) : UINT64_MAX;
    }
    oci_reference_clear(&reference);
    return status == ASSAY_OK || status == ASSAY_REFERENCE ? ASSAY_OK : error_pass(err, &failure);
}

/* given: what a build names in its place. */
static enum assay_status add_syntax(struct dockerfile *file, const struct scan_spot *spot,
                                    const char *written, bool is_given, const char *given,
                                    struct assay_error *err)
{
    struct scan_reference found = { .spot = *spot,
                                    .place = SCAN_SYNTAX,
                                    .owner = "frontend",
                                    .written = written,
                                    .text = written,
                                    .is_rewritable = !is_given };
    AUTO_BUF text = BUF_INIT(LIMIT_SCAN_BYTES);
    if (given != NULL) {
        struct slice all = slice_from_string(given);
        TRY(buf_append(&text, slice_first(all, slice_find(all, ' ')), err));
        found.text = buf_text(&text);
    }
    if (is_given && (given == NULL || found.text[0] == '\0')) {
        found.text = NULL;
        found.problem = "BUILDKIT_SYNTAX is given a value that is not known";
    }
    if (found.text != NULL) {
        TRY(find_version(file, found.text, err));
    }
    return scan_add(file->scan, &found, err);
}

/* The line may only be among directives. What stands behind a blank is for the image to read. */
static bool find_directive(struct slice text, const char *marker, struct scan_line *line,
                           struct slice *image)
{
    struct slice name;
    struct slice value;
    while (scan_line_next(text, line) &&
           dockerfile_directive(line->text, slice_from_string(marker), &name, &value)) {
        if (slice_is_ignoring_case(name, "syntax")) {
            *image = slice_first(value, slice_find(value, ' '));
            return true;
        }
        if (!slice_is_ignoring_case(name, "escape") && !slice_is_ignoring_case(name, "check")) {
            return false;
        }
    }
    return false;
}

enum assay_status dockerfile_find_syntax(struct dockerfile *file, struct assay_error *err)
{
    static const char *const markers[] = { "#", "//" };
    struct slice text = file->input->text;
    const char *given;
    bool is_given = dockerfile_is_given(&file->build, SLICE_LITERAL("BUILDKIT_SYNTAX"), &given);
    struct scan_line start = { .next = file->lines.at.next };
    struct scan_line line = start;
    struct slice image = SLICE_EMPTY;
    bool found = false;
    if (is_given && given != NULL && given[0] == '\0') { /* as if it were not */
        is_given = false;
        given = NULL;
    }
    if (slice_has_prefix(slice_from(text, start.next), SLICE_LITERAL("#!")) &&
        scan_line_next(text, &line)) {
        start = line;
    }
    for (size_t i = 0; i < ARRAY_LEN(markers) && !found; i++) {
        line = start;
        found = find_directive(text, markers[i], &line, &image);
    }
    struct scan_spot spot = { .file = file->input->file };
    if (!found) {
        return is_given ? add_syntax(file, &spot, given == NULL ? "" : given, true, given, err)
                        : ASSAY_OK;
    }
    size_t offset = (size_t)(image.ptr - text.ptr);
    spot = (struct scan_spot){ spot.file, line.number, 1, offset, image.len };
    for (size_t i = line.offset; i < offset; i++) {
        spot.column += (text.ptr[i] & 0xC0) != 0x80;
    }
    AUTO_BUF written = BUF_INIT(LIMIT_SCAN_BYTES);
    TRY(buf_append(&written, image, err));
    if (slice_find(image, '\0') < image.len) {
        return scan_add_problem(file->scan, &spot, ASSAY_FILE_SYNTAX, err, "the line holds a NUL");
    }
    return add_syntax(file, &spot, buf_text(&written), is_given, given, err);
}

/* ---- FROM ---- */

struct from {
    size_t image_at;
    struct slice image;
    struct slice stage; /* empty: it has no name */
};

/* [a-z][a-z0-9-_.]* in any case. */
static bool is_stage_name(struct slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        uint8_t byte = byte_to_lower(name.ptr[i]);
        bool is_other = (byte >= '0' && byte <= '9') || byte == '-' || byte == '_' || byte == '.';
        if (!(byte >= 'a' && byte <= 'z') && !(is_other && i > 0)) {
            return false;
        }
    }
    return name.len > 0;
}

/* FROM IMAGE [AS NAME]. */
static enum assay_status split(struct dockerfile *file, size_t at, struct from *from, bool *ok,
                               struct assay_error *err)
{
    struct slice text = buf_slice(&file->lines.joined);
    *from = (struct from){ .image_at = at };
    from->image = dockerfile_word(text, &at);
    size_t as_at = at;
    struct slice as = dockerfile_word(text, &at);
    size_t stage_at = at;
    from->stage = dockerfile_word(text, &at);
    *ok = false;
    if (from->image.len == 0) {
        return dockerfile_problem(file, 0, text.len, ASSAY_FILE_SYNTAX, "FROM names no image", err);
    }
    if (as.len > 0 &&
        (!slice_is_ignoring_case(as, "as") || from->stage.len == 0 || at < text.len)) {
        return dockerfile_problem(file, as_at, as.len, ASSAY_FILE_SYNTAX,
                                  "behind the image of FROM, \"AS NAME\" was expected", err);
    }
    if (as.len > 0 && !is_stage_name(from->stage)) {
        return dockerfile_problem(file, stage_at, from->stage.len, ASSAY_FILE_SYNTAX,
                                  "the name of the stage is malformed", err);
    }
    *ok = true;
    return ASSAY_OK;
}

/* An image within quotes as a whole stands in the file as it is. */
static void strip_quotes(struct from *from)
{
    struct slice image = from->image;
    struct slice inner = slice_first(slice_from(image, 1), image.len < 2 ? 0 : image.len - 2);
    uint8_t quote = image.len > 2 ? image.ptr[0] : 0;
    bool is_quoted = (quote == '"' || quote == '\'') && image.ptr[image.len - 1] == quote;
    for (size_t i = 0; i < inner.len && is_quoted; i++) {
        is_quoted = strchr("\"'\\`$", inner.ptr[i]) == NULL && inner.ptr[i] != '\0';
    }
    if (is_quoted) {
        from->image = inner;
        from->image_at++;
    }
}

static enum assay_status add_image(struct dockerfile *file, const struct from *from,
                                   const char *platform, const char *replacement,
                                   struct assay_error *err)
{
    struct dockerfile_build *build = &file->build;
    bool is_whole;
    bool changed = false;
    const char *problem = NULL;
    AUTO_BUF written = BUF_INIT(LIMIT_SCAN_BYTES);
    AUTO_BUF text = BUF_INIT(LIMIT_EXPAND_BYTES);
    struct scan_reference found = { .place = SCAN_FROM,
                                    .owner = file->owner,
                                    .platform = platform };
    found.spot = dockerfile_spot(&file->lines, from->image_at, from->image.len, &is_whole);
    TRY(buf_append(&written, from->image, err));
    found.written = buf_text(&written);
    if (replacement == NULL) {
        TRY(dockerfile_fill(build, from->image, &text, &changed, &problem, err));
        found.text = problem == NULL ? buf_text(&text) : NULL;
        found.problem = problem;
    }
    if (found.text != NULL && found.text[0] == '\0') {
        found.text = NULL;
        found.problem = "the image of FROM comes to nothing";
    }
    if (found.text != NULL) {
        if (dockerfile_is_stage(build, found.text) || strcmp(found.text, "scratch") == 0) {
            return ASSAY_OK;
        }
        TRY(dockerfile_replaced(build, found.text, &replacement, err));
    }
    found.is_rewritable = found.text != NULL && !changed && is_whole && replacement == NULL;
    found.text = replacement != NULL ? replacement : found.text;
    if (replacement != NULL && replacement[0] == '\0') {
        return ASSAY_OK; /* a directory, say */
    }
    return scan_add(file->scan, &found, err);
}

static enum assay_status read_platform(struct dockerfile *file, size_t *at, struct buf *platform,
                                       struct assay_error *err)
{
    struct dockerfile_flag flag;
    bool found = true;
    while (found) {
        size_t start = *at;
        bool changed;
        const char *problem;
        TRY(dockerfile_flag(buf_slice(&file->lines.joined), at, &file->word, &flag, &found, err));
        if (!found) {
            break;
        }
        if (!slice_is(flag.name, "platform") || flag.value.len == 0) {
            TRY(dockerfile_problem(file, start, flag.end - start, ASSAY_FILE_SYNTAX,
                                   "FROM has a flag other than --platform=PLATFORM", err));
            continue;
        }
        buf_reset(platform);
        TRY(dockerfile_fill(&file->build, flag.value, platform, &changed, &problem, err));
        if (problem != NULL) {
            buf_reset(platform);
        }
    }
    return ASSAY_OK;
}

/* The stage becomes the owner of what follows. *replacement: what a build is given in its place. */
static enum assay_status begin_stage(struct dockerfile *file, struct slice written,
                                     struct buf *name, const char **replacement,
                                     struct assay_error *err)
{
    struct dockerfile_build *build = &file->build;
    *replacement = NULL;
    if (written.len == 0) {
        return arena_format(&build->arena, &file->owner, err, "stage %zu", build->stage_count);
    }
    for (size_t i = 0; i < written.len; i++) {
        TRY(buf_append_byte(name, byte_to_lower(written.ptr[i]), err));
    }
    TRY(arena_format(&build->arena, &file->owner, err, "stage %s", buf_text(name)));
    return dockerfile_replaced(build, buf_text(name), replacement, err);
}

enum assay_status dockerfile_from(struct dockerfile *file, size_t at, struct assay_error *err)
{
    AUTO_BUF platform = BUF_INIT(LIMIT_EXPAND_BYTES);
    AUTO_BUF name = BUF_INIT(LIMIT_SCAN_BYTES);
    struct from from;
    const char *replacement;
    bool ok;
    TRY(read_platform(file, &at, &platform, err));
    TRY(split(file, at, &from, &ok, err));
    if (ok) {
        strip_quotes(&from);
        TRY(begin_stage(file, from.stage, &name, &replacement, err));
        TRY(add_image(file, &from, platform.len > 0 ? buf_text(&platform) : NULL, replacement,
                      err));
    }
    return dockerfile_add_stage(&file->build, buf_slice(&name), err);
}
