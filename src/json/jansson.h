/* SPDX-License-Identifier: Apache-2.0 */
/* The bridge to jansson: the only header that includes it. Internal to json/. */
#ifndef JSON_JANSSON_H
#define JSON_JANSSON_H

#include "json/tree.h"

#include <jansson.h>

/* jansson wants non-const pointers for reading, too. */
static inline json_t *jansson_of(const struct json_at *at)
{
    union {
        const struct json_value *ours;
        json_t *theirs;
    } value = { .ours = at->value };
    return value.theirs;
}

static inline const struct json_value *jansson_value(const json_t *value)
{
    return (const struct json_value *)(const void *)value;
}

#endif
