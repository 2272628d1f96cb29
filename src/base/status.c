/* SPDX-License-Identifier: Apache-2.0 */
#include "base/attr.h"

#include <assay/status.h>

#include <stddef.h>

struct status_entry {
    const char *id;
    enum assay_class class;
    const char *sentence;
    const char *remedy;
};

#define X(number, name, status_id, status_class, status_sentence, status_remedy)                   \
    static const struct status_entry entry_##name = { status_id, ASSAY_CLASS_##status_class,       \
                                                      status_sentence, status_remedy };
#include <assay/status.def>
#undef X

/* Values that are no status are our bug, and must never look like success. */
static const struct status_entry *status_find(enum assay_status status)
{
    switch (status) {
#define X(number, name, status_id, status_class, status_sentence, status_remedy)                   \
    case ASSAY_##name:                                                                             \
        return &entry_##name;
#include <assay/status.def>
#undef X
    default:
        return &entry_INTERNAL;
    }
}

const char *assay_status_id(enum assay_status status)
{
    return status_find(status)->id;
}

const char *assay_status_sentence(enum assay_status status)
{
    return status_find(status)->sentence;
}

const char *assay_status_remedy(enum assay_status status)
{
    return status_find(status)->remedy;
}

enum assay_class assay_status_class(enum assay_status status)
{
    return status_find(status)->class;
}

enum assay_class assay_class_worst(enum assay_class a, enum assay_class b)
{
    static const enum assay_class worst_first[] = {
        ASSAY_CLASS_INTERRUPTED, ASSAY_CLASS_TERMINATED, ASSAY_CLASS_INTERNAL, ASSAY_CLASS_REJECTED,
        ASSAY_CLASS_UNSIGNED,    ASSAY_CLASS_UNDECIDED,  ASSAY_CLASS_USAGE,    ASSAY_CLASS_NOTHING,
    };
    for (size_t i = 0; i < ARRAY_LEN(worst_first); i++) {
        if (a == worst_first[i] || b == worst_first[i]) {
            return worst_first[i];
        }
    }
    /* Only two zeros are trusted; a value that is no class is not. */
    return a == ASSAY_CLASS_TRUSTED && b == ASSAY_CLASS_TRUSTED ? ASSAY_CLASS_TRUSTED
                                                                : ASSAY_CLASS_INTERNAL;
}
