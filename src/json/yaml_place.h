/* SPDX-License-Identifier: Apache-2.0 */
/* Places in a file: libyaml counts characters, a report wants lines, a writer wants bytes. */
#ifndef JSON_YAML_PLACE_H
#define JSON_YAML_PLACE_H

#include "json/yaml.h"

/* Goes through a valid UTF-8 text, from the front to the back. */
struct yaml_place {
    struct slice text;
    struct yaml_mark mark;
    size_t index; /* characters before it */
};

/* At line 1, column 1, behind a BOM. */
void yaml_place_init(struct yaml_place *place, struct slice text);
/* To the character at index; back to the front first if it lies behind. */
void yaml_place_to_index(struct yaml_place *place, size_t index);
/* On to the byte at offset, which must not lie before. */
void yaml_place_to_offset(struct yaml_place *place, size_t offset);

#endif
