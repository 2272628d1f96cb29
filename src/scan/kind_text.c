/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/kind.h"

#include "json/yaml.h"

/* ---- may it be Kubernetes? ---- */

enum {
    SIGN_API = 1,
    SIGN_KIND = 2,
    SIGN_HIDDEN = 4 /* letters may be written otherwise than as themselves */
};

static bool holds(struct slice bytes, const char *text)
{
    return bytes.len > 0 && memmem(bytes.ptr, bytes.len, text, strlen(text)) != NULL;
}

/* Whether an escape that begins at a backslash can stand for a letter, or for nothing. */
static bool escape_hides(struct slice escape)
{
    if (escape.len < 2) {
        return true;
    }
    switch (escape.ptr[1]) {
    case 'x':
    case 'U':
    case '\r':
    case '\n':
    case 0xC2: /* line breaks beyond ASCII */
    case 0xE2:
        return true;
    case 'u': /* of the letters of ASCII alone: other texts are full of escapes */
        return slice_has_prefix(slice_from(escape, 2), SLICE_LITERAL("00")) &&
               (escape.len < 5 || (escape.ptr[4] >= '4' && escape.ptr[4] <= '7'));
    default:
        return false;
    }
}

static bool letters_are_hidden(struct slice bytes)
{
    /* how !!binary begins, in all its spellings */
    static const char *const tags[] = { "!!b", "!!%", "!<t", "!<%", "%TAG" };
    if (bytes.len > 0 && memchr(bytes.ptr, '\0', bytes.len) != NULL) {
        return true; /* UTF-16 */
    }
    for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
        if (holds(bytes, tags[i])) {
            return true;
        }
    }
    for (size_t at = slice_find(bytes, '\\'); at < bytes.len; at = slice_find(bytes, '\\')) {
        bytes = slice_from(bytes, at);
        if (escape_hides(bytes)) {
            return true;
        }
        bytes = slice_from(bytes, 2);
    }
    return false;
}

bool scan_may_be_kubernetes(struct slice bytes, unsigned *signs)
{
    const unsigned all = SIGN_API | SIGN_KIND;
    *signs |= holds(bytes, "apiVersion") ? SIGN_API : 0;
    *signs |= holds(bytes, "kind") ? SIGN_KIND : 0;
    if ((*signs & all) != all && (*signs & SIGN_HIDDEN) == 0 && letters_are_hidden(bytes)) {
        *signs |= SIGN_HIDDEN;
    }
    return (*signs & all) == all || (*signs & SIGN_HIDDEN) != 0;
}

/* ---- what a text looks like ---- */

struct looks {
    bool is_dockerfile;
    bool has_first; /* a line that is neither blank nor a comment was seen */
    bool has_api_version;
    bool has_kind;
    bool has_services;
    bool has_jobs;
    bool has_runs;
    bool has_script;
};

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

static struct slice trim_left(struct slice line)
{
    size_t at = 0;
    while (at < line.len && is_blank(line.ptr[at])) {
        at++;
    }
    return slice_from(line, at);
}

static bool is_instruction(struct slice line, const char *lower)
{
    size_t len = strlen(lower);
    return line.len > len && slice_is_ignoring_case(slice_first(line, len), lower) &&
           (is_blank(line.ptr[len]) || line.ptr[len] == '\\');
}

static bool is_key(struct slice line, const char *key)
{
    size_t len = strlen(key);
    return slice_is(slice_first(line, len), key) && line.len > len && line.ptr[len] == ':';
}

static void look_at_line(struct looks *looks, struct slice line)
{
    struct slice text = trim_left(line);
    if (text.len == 0 || text.ptr[0] == '#') {
        return;
    }
    if (!looks->has_first) {
        looks->has_first = true;
        looks->is_dockerfile = is_instruction(text, "from") || is_instruction(text, "arg");
    }
    looks->has_api_version |= is_key(line, "apiVersion");
    looks->has_kind |= is_key(line, "kind");
    looks->has_services |= is_key(line, "services");
    looks->has_jobs |= is_key(line, "jobs");
    looks->has_runs |= is_key(line, "runs");
    looks->has_script |= is_key(text, "script");
}

static enum scan_kind kind_of_looks(const struct looks *looks)
{
    if (looks->is_dockerfile) {
        return SCAN_KIND_DOCKERFILE; /* a here-document in it may look like anything */
    }
    if (looks->has_api_version && looks->has_kind) {
        return SCAN_KIND_KUBERNETES;
    }
    if (looks->has_services) {
        return SCAN_KIND_COMPOSE;
    }
    if (looks->has_jobs || looks->has_runs) {
        return SCAN_KIND_GITHUB;
    }
    return looks->has_script ? SCAN_KIND_GITLAB : SCAN_KIND_NONE;
}

static enum scan_kind kind_of_lines(struct slice text)
{
    struct looks looks = { 0 };
    while (text.len > 0) {
        size_t end = slice_find(text, '\n');
        look_at_line(&looks, slice_first(text, end));
        text = slice_from(text, end + 1);
    }
    return kind_of_looks(&looks);
}

static void look_at_document(struct looks *looks, const struct yaml_node *node)
{
    looks->has_api_version |= yaml_find(node, "apiVersion") != NULL;
    looks->has_kind |= yaml_find(node, "kind") != NULL;
    looks->has_services |= yaml_find(node, "services") != NULL;
    looks->has_jobs |= yaml_find(node, "jobs") != NULL;
    looks->has_runs |= yaml_find(node, "runs") != NULL;
    for (size_t i = 0; node->kind == YAML_MAPPING && i < node->count; i++) {
        looks->has_script |= yaml_find(node->pairs[i].value, "script") != NULL;
    }
}

/* Of a document in one line, or with quoted keys. */
static enum assay_status kind_of_tree(struct slice text, enum scan_kind *out,
                                      struct assay_error *err)
{
    CLEANUP(yaml_file_clear) struct yaml_file file = { 0 };
    struct yaml_mark where;
    struct looks looks = { 0 };
    struct assay_error refused = ERROR_INIT;
    unsigned signs = 0;
    enum assay_status status = yaml_load(text, &file, &where, &refused);
    if (status == ASSAY_FILE_SYNTAX || status == ASSAY_FILE_LIMIT) {
        struct slice first = trim_left(text);
        bool is_json = first.len > 0 && first.ptr[0] == '{';
        *out =
            is_json && scan_may_be_kubernetes(text, &signs) ? SCAN_KIND_KUBERNETES : SCAN_KIND_NONE;
        return ASSAY_OK;
    }
    if (status != ASSAY_OK) {
        return error_pass(err, &refused);
    }
    for (size_t i = 0; i < file.count; i++) {
        look_at_document(&looks, file.documents[i]);
    }
    *out = kind_of_looks(&looks);
    return ASSAY_OK;
}

enum assay_status scan_kind_of_text(struct slice text, enum scan_kind *out, struct assay_error *err)
{
    if (slice_has_prefix(text, SLICE_LITERAL("\xEF\xBB\xBF"))) {
        text = slice_from(text, 3);
    }
    *out = kind_of_lines(text);
    return *out != SCAN_KIND_NONE ? ASSAY_OK : kind_of_tree(text, out, err);
}
