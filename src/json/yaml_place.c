/* SPDX-License-Identifier: Apache-2.0 */
#include "json/yaml_place.h"

#include "base/text.h"

void yaml_place_init(struct yaml_place *place, struct slice text)
{
    struct slice bom = slice_from_string(TEXT_BOM);
    *place = (struct yaml_place){ .text = text, .mark = { .line = 1, .column = 1 } };
    place->mark.offset = slice_has_prefix(text, bom) ? bom.len : 0;
}

/* Over one character; a line ends at its line feed, as in every editor. */
static void step(struct yaml_place *place)
{
    const struct slice text = place->text;
    bool ends_line = text.ptr[place->mark.offset] == '\n';
    do {
        place->mark.offset++;
    } while (place->mark.offset < text.len && (text.ptr[place->mark.offset] & 0xC0U) == 0x80U);
    place->index++;
    place->mark.line += ends_line ? 1 : 0;
    place->mark.column = ends_line ? 1 : place->mark.column + 1;
}

void yaml_place_to_index(struct yaml_place *place, size_t index)
{
    if (index < place->index) {
        yaml_place_init(place, place->text);
    }
    while (place->index < index && place->mark.offset < place->text.len) {
        step(place);
    }
}

void yaml_place_to_offset(struct yaml_place *place, size_t offset)
{
    while (place->mark.offset < offset && place->mark.offset < place->text.len) {
        step(place);
    }
}
