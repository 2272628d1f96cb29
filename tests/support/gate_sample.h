/* SPDX-License-Identifier: Apache-2.0 */
/* Results of the gate as its outputs may meet them, made by hand: nothing in them was judged. */
#ifndef SUPPORT_GATE_SAMPLE_H
#define SUPPORT_GATE_SAMPLE_H

#include "gate/gate.h"

enum gate_sample {
    GATE_SAMPLE_TIDY,    /* every outcome, level and kind of place */
    GATE_SAMPLE_HOSTILE, /* names and texts that mean something to each format */
    GATE_SAMPLE_GREEN,   /* one image, trusted */
    GATE_SAMPLE_EMPTY,   /* nothing was found */
    GATE_SAMPLE_COUNT
};

/* "tidy" */
const char *gate_sample_name(enum gate_sample which);
/* Lives as long as the program. */
const struct gate *gate_sample(enum gate_sample which);

/* What the hostile sample has in every text, at full length. */
extern const char gate_sample_hostile_text[];

#endif
