/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/gate.h"

static const struct gate_rule_row rows[] = {
#define X(name, id, level, status, ignorable, what, why, remedy)                                   \
    [GATE_##name##_RULE] = { id, GATE_##level, ASSAY_##status, ignorable, what, why, remedy },
#include "gate/rules.def"
#undef X
};

const struct gate_rule_row *gate_rule_row(enum gate_rule rule)
{
    return &rows[rule];
}

enum gate_rule gate_rule_find(struct slice id)
{
    size_t rule = 0;
    while (rule < ARRAY_LEN(rows) && !slice_is(id, rows[rule].id)) {
        rule++;
    }
    return (enum gate_rule)rule;
}
