/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/policy.h"

static const struct policy_field_row rows[] = {
#define X(name, group, key, kind, choices, fallback, summary)                                      \
    [POLICY_##name] = { group, key, POLICY_##kind, choices, fallback, summary },
#include "policy/fields.def"
#undef X
};

const struct policy_field_row *policy_field_row(enum policy_field field)
{
    return &rows[field];
}
