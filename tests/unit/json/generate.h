/* SPDX-License-Identifier: Apache-2.0 */
/* Random JSON texts from a seed: mostly well-formed, in many spellings, some broken. */
#ifndef TEST_JSON_GENERATE_H
#define TEST_JSON_GENERATE_H

#include "base/buf.h"

struct generator {
    uint64_t state; /* not 0 */
    struct buf *out;
    size_t budget;  /* values left */
    bool canonical; /* no white space, no needless escapes, small sorted names */
};

/* The next text of the sequence replaces what generator->out holds. */
void generate_text(struct generator *generator);

#endif
