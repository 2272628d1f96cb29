/* SPDX-License-Identifier: Apache-2.0 */
#include "json/yaml_build.h"

#include "base/limits.h"
#include "base/text.h"

#include <yaml.h>

/* Its text means another one, of a key as well. */
#define YAML_BINARY_TAG "tag:yaml.org,2002:binary"

/* The mark of an event, in bytes and lines. Starts come in the order of the text. */
static struct yaml_mark start_of(struct yaml_builder *builder, const yaml_event_t *event)
{
    yaml_place_to_index(&builder->place, event->start_mark.index);
    return builder->place.mark;
}

static enum assay_status fail_parser(struct yaml_builder *builder, const yaml_parser_t *parser,
                                     struct assay_error *err)
{
    struct yaml_place place;
    yaml_place_init(&place, builder->place.text);
    if (parser->error == YAML_MEMORY_ERROR) {
        return FAIL_NO_MEMORY(err);
    }
    if (parser->error == YAML_READER_ERROR) {
        yaml_place_to_offset(&place, place.mark.offset + parser->problem_offset);
    } else {
        yaml_place_to_index(&place, parser->problem_mark.index);
    }
    builder->where = place.mark;
    return FAIL(err, ASSAY_FILE_SYNTAX, "%s%s%s", parser->context == NULL ? "" : parser->context,
                parser->context == NULL ? "" : ", ",
                parser->problem == NULL ? "not YAML" : parser->problem);
}

/* What stands between the marks of a scalar may begin with its anchor and tag: the text is what
 * stands last. */
static void find_text(struct yaml_builder *builder, const yaml_event_t *event,
                      struct yaml_node *node)
{
    struct slice file = builder->place.text;
    struct yaml_place place = builder->place;
    yaml_place_to_index(&place, event->end_mark.index);
    size_t start = node->start.offset;
    size_t end = place.mark.offset;
    yaml_scalar_style_t style = event->data.scalar.style;
    bool is_quoted =
        style == YAML_SINGLE_QUOTED_SCALAR_STYLE || style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    size_t quotes = is_quoted ? 2 : 0;
    node->end = place.mark;
    if (node->text.len == 0 || end - start < node->text.len + quotes ||
        (!is_quoted && style != YAML_PLAIN_SCALAR_STYLE)) {
        return;
    }
    size_t from = end - node->text.len - quotes / 2;
    node->is_literal =
        slice_equal(slice_first(slice_from(file, from), node->text.len), node->text) &&
        (!is_quoted || file.ptr[from - 1] == file.ptr[end - 1]);
    if (node->is_literal) {
        place = builder->place;
        yaml_place_to_offset(&place, from - quotes / 2);
        node->start = place.mark;
    }
}

static enum assay_status add_scalar(struct yaml_builder *builder, const yaml_event_t *event,
                                    struct assay_error *err)
{
    struct slice text = slice_of(event->data.scalar.value, event->data.scalar.length);
    const char *tag = (const char *)event->data.scalar.tag;
    struct yaml_node *node = NULL;
    TRY(yaml_build_new(builder, YAML_SCALAR, start_of(builder, event), tag, &node, err));
    if (text.len > LIMIT_YAML_SCALAR) {
        return FAIL(err, ASSAY_FILE_LIMIT, "a text has %zu bytes, the limit is %lu", text.len,
                    LIMIT_YAML_SCALAR);
    }
    if (slice_find(text, '\0') != text.len) {
        return FAIL(err, ASSAY_FILE_SYNTAX, "a text holds a NUL");
    }
    if (tag != NULL && strcmp(tag, YAML_BINARY_TAG) == 0) {
        return FAIL(err, ASSAY_FILE_SYNTAX, "a text is encoded (!!binary)");
    }
    TRY(arena_copy(&builder->out->arena, text, &node->text, err));
    node->is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && tag == NULL;
    find_text(builder, event, node);
    return yaml_build_add(builder, node, (const char *)event->data.scalar.anchor, err);
}

static enum assay_status take_event(struct yaml_builder *builder, const yaml_event_t *event,
                                    struct assay_error *err)
{
    builder->where = start_of(builder, event);
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return add_scalar(builder, event, err);
    case YAML_ALIAS_EVENT:
        return yaml_build_alias(builder, (const char *)event->data.alias.anchor, err);
    case YAML_SEQUENCE_START_EVENT:
        return yaml_build_begin(builder, YAML_SEQUENCE,
                                (const char *)event->data.sequence_start.tag,
                                (const char *)event->data.sequence_start.anchor, err);
    case YAML_MAPPING_START_EVENT:
        return yaml_build_begin(builder, YAML_MAPPING, (const char *)event->data.mapping_start.tag,
                                (const char *)event->data.mapping_start.anchor, err);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return yaml_build_end(builder, err);
    case YAML_DOCUMENT_END_EVENT:
        return yaml_build_document(builder, err);
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_START_EVENT:
    default:
        return ASSAY_OK;
    }
}

static enum assay_status take_events(struct yaml_builder *builder, yaml_parser_t *parser,
                                     struct assay_error *err)
{
    bool ended = false;
    while (!ended) {
        yaml_event_t event;
        if (yaml_parser_parse(parser, &event) == 0) {
            return fail_parser(builder, parser, err);
        }
        ended = event.type == YAML_STREAM_END_EVENT;
        enum assay_status status = take_event(builder, &event, err);
        yaml_event_delete(&event);
        TRY(status);
    }
    return ASSAY_OK;
}

static enum assay_status load(struct yaml_builder *builder, struct slice text,
                              struct assay_error *err)
{
    yaml_parser_t parser;
    if (text.len > LIMIT_YAML_BYTES) {
        return FAIL(err, ASSAY_FILE_LIMIT, "the file has %zu bytes, the limit is %lu", text.len,
                    LIMIT_YAML_BYTES);
    }
    if (!text_is_utf8(text)) {
        return FAIL(err, ASSAY_FILE_SYNTAX, "the file is not valid UTF-8");
    }
    if (yaml_parser_initialize(&parser) == 0) {
        return FAIL_NO_MEMORY(err);
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    struct slice bare = slice_from(text, builder->place.mark.offset);         /* without a BOM */
    const uint8_t *bytes = bare.ptr != NULL ? bare.ptr : (const uint8_t *)""; /* it asserts */
    yaml_parser_set_input_string(&parser, bytes, bare.len);
    enum assay_status status = take_events(builder, &parser, err);
    yaml_parser_delete(&parser);
    return status == ASSAY_OK ? yaml_build_finish(builder, err) : status;
}

enum assay_status yaml_load(struct slice text, struct yaml_file *out, struct yaml_mark *where,
                            struct assay_error *err)
{
    *out = (struct yaml_file){ .arena = ARENA_INIT(LIMIT_YAML_ARENA) };
    *where = (struct yaml_mark){ 0 };
    struct yaml_builder builder = { .out = out };
    yaml_place_init(&builder.place, text);
    enum assay_status status = load(&builder, text, err);
    yaml_build_clear(&builder);
    if (status != ASSAY_OK) {
        *where = builder.where;
        yaml_file_clear(out);
    }
    return status;
}

void yaml_file_clear(struct yaml_file *file)
{
    arena_clear(&file->arena);
    *file = (struct yaml_file){ 0 };
}
