/* SPDX-License-Identifier: Apache-2.0 */
/* The auditor's record: every check in the order it was made, with its rule, subject and evidence.
 * A verdict owns one. Adding never fails the run: out of memory sets lost, which the verdict turns
 * into ASSAY_NO_MEMORY. */
#ifndef BASE_TRACE_H
#define BASE_TRACE_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>

enum rule {
#define X(name, id, sentence, source) RULE_##name,
#include "base/rules.def"
#undef X
    RULE_COUNT
};

const char *rule_id(enum rule rule);

struct trace_check {
    enum rule rule;
    bool ok;
    char *subject; /* "root version 3", sanitised */
    char *detail;  /* the evidence, sanitised */
};

struct trace {
    struct trace_check *checks;
    size_t count;
    size_t cap;
    bool lost;
};

#define TRACE_MAX_CHECKS 65536

/* trace may be NULL. */
void trace_add(struct trace *trace, enum rule rule, bool ok, const char *subject,
               const char *detail_format, ...) PRINTF(5, 6);
/* Appends copies of all of from's checks. */
void trace_copy(struct trace *trace, const struct trace *from);
void trace_clear(struct trace *trace);

#endif
