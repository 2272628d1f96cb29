/* SPDX-License-Identifier: Apache-2.0 */
#include "json/path.h"

#include "base/text.h"
#include "json/reader.h"

#include <stdarg.h>
#include <stdio.h>

static void append(struct path *path, struct slice part)
{
    size_t room = path->out_bytes - path->len;
    if (path->full || room == 0) {
        return;
    }
    char *end = path->out + path->len;
    text_sanitise(part, end, room);
    size_t len = strlen(end);
    path->len += len;
    path->full = slice_has_suffix(slice_of(end, len), SLICE_LITERAL("...")) || len + 1 >= room;
}

void path_start(struct path *path, char *out, size_t out_bytes, const char *document)
{
    *path = (struct path){ .out = out, .out_bytes = out_bytes };
    if (out_bytes > 0) {
        out[0] = '\0';
    }
    if (document != NULL) {
        append(path, slice_from_string(document));
        append(path, SLICE_LITERAL(": "));
    }
    append(path, SLICE_LITERAL("$"));
}

void path_add_key(struct path *path, struct slice key)
{
    append(path, SLICE_LITERAL("."));
    append(path, key);
}

void path_add_index(struct path *path, size_t index)
{
    char text[32];
    int len = snprintf(text, sizeof(text), "[%zu]", index);
    append(path, slice_of(text, len > 0 ? (size_t)len : 0));
}

void json_path(const struct json_reader *reader, char *out, size_t out_bytes)
{
    struct path path;
    path_start(&path, out, out_bytes, reader->name);
    for (size_t i = 0; i < reader->depth; i++) {
        const struct json_level *level = &reader->levels[i];
        if (level->started && level->is_object) {
            path_add_key(&path, level->key.raw);
        } else if (level->started) {
            path_add_index(&path, level->index);
        }
    }
}

enum assay_status path_fail(const char *path, struct assay_error *err, enum assay_status status,
                            const char *format, va_list args)
{
    char message[ERROR_MESSAGE_BYTES];
    int len = vsnprintf(message, sizeof(message), format, args);
    return FAIL(err, status, "%s: %s", path, len < 0 ? "" : message);
}

enum assay_status json_fail(const struct json_reader *reader, struct assay_error *err,
                            enum assay_status status, const char *format, ...)
{
    char path[LIMIT_JSON_PATH_BYTES];
    json_path(reader, path, sizeof(path));
    va_list args;
    va_start(args, format);
    status = path_fail(path, err, status, format, args);
    va_end(args);
    return status;
}
