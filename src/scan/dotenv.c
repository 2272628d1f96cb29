/* SPDX-License-Identifier: Apache-2.0 */
/* A .env file beside which compose runs may name the compose files themselves. */
#include "scan/kind.h"
#include "scan/lines.h"

static const char name[] = "COMPOSE_FILE";

static struct slice trim(struct slice text)
{
    while (text.len > 0 && strchr(" \t\r\"'", text.ptr[0]) != NULL) {
        text = slice_from(text, 1);
    }
    while (text.len > 0 && strchr(" \t\r\"'", text.ptr[text.len - 1]) != NULL) {
        text.len--;
    }
    return text;
}

/* What a line gives COMPOSE_FILE; empty: it says nothing of it. */
static struct slice value_of(struct slice line)
{
    struct slice text = trim(line);
    struct slice prefix = SLICE_LITERAL("export ");
    text = slice_has_prefix(text, prefix) ? trim(slice_from(text, prefix.len)) : text;
    size_t equals = slice_find(text, '=');
    size_t colon = slice_find(text, ':');
    size_t end = equals < colon ? equals : colon;
    return slice_is(trim(slice_first(text, end)), name) ? trim(slice_from(text, end + 1))
                                                        : SLICE_EMPTY;
}

/* Below the directory, and found there by its name. */
static bool is_found(struct slice path)
{
    bool is_plain = slice_find(path, '$') == path.len && slice_find(path, '\\') == path.len;
    return path.len == 0 || (is_plain && path.ptr[0] != '/' &&
                             memmem(path.ptr, path.len, "..", strlen("..")) == NULL &&
                             scan_kind_of_name("", path) == SCAN_KIND_COMPOSE);
}

static bool are_found(struct slice list)
{
    while (list.len > 0) {
        size_t end = slice_find(list, ':');
        if (!is_found(trim(slice_first(list, end)))) {
            return false;
        }
        list = slice_from(list, end + 1);
    }
    return true;
}

enum assay_status scan_dotenv(struct scan *scan, const struct scan_input *input,
                              struct assay_error *err)
{
    struct scan_line line = { 0 };
    while (scan_line_next(input->text, &line)) {
        struct slice value = value_of(line.text);
        if (are_found(value)) {
            continue;
        }
        const char *written = NULL;
        TRY(arena_format(&scan->arena, &written, err, "%.*s", SLICE_ARGS(value)));
        struct scan_reference found = {
            .spot = { input->file, line.number, 1, line.offset, line.text.len },
            .place = SCAN_COMPOSE,
            .owner = name,
            .written = written,
            .problem = "it names compose files that their names do not tell: name them to the gate"
        };
        TRY(scan_add(scan, &found, err));
    }
    return ASSAY_OK;
}
