/* SPDX-License-Identifier: Apache-2.0 */
#include "base/trace.h"

#include "base/mem.h"
#include "base/text.h"

#define TRACE_TEXT_BYTES 1024

static const char *const rule_ids[] = {
#define X(name, id, sentence, source) id,
#include "base/rules.def"
#undef X
};

const char *rule_id(enum rule rule)
{
    return (size_t)rule < ARRAY_LEN(rule_ids) ? rule_ids[rule] : "";
}

/* Room for one more check; false when there is none to be had. */
static bool trace_reserve(struct trace *trace)
{
    return trace->count < TRACE_MAX_CHECKS && mem_grow(&trace->checks, trace->count, &trace->cap,
                                                       sizeof(*trace->checks), NULL) == ASSAY_OK;
}

/* The texts are sanitised. */
static void trace_append(struct trace *trace, enum rule rule, bool ok, const char *subject,
                         const char *detail)
{
    struct trace_check check = { rule, ok, mem_copy_string(subject), mem_copy_string(detail) };
    if (check.subject == NULL || check.detail == NULL || !trace_reserve(trace)) {
        mem_free(check.subject);
        mem_free(check.detail);
        trace->lost = true;
        return;
    }
    trace->checks[trace->count++] = check;
}

void trace_add(struct trace *trace, enum rule rule, bool ok, const char *subject,
               const char *detail_format, ...)
{
    if (trace == NULL) {
        return;
    }
    char safe_subject[TRACE_TEXT_BYTES];
    char detail[TRACE_TEXT_BYTES];
    text_sanitise(slice_from_string(subject), safe_subject, sizeof(safe_subject));
    va_list args;
    va_start(args, detail_format);
    text_format(detail, sizeof(detail), detail_format, args);
    va_end(args);
    trace_append(trace, rule, ok, safe_subject, detail);
}

void trace_copy(struct trace *trace, const struct trace *from)
{
    if (trace == NULL || from == NULL) {
        return;
    }
    for (size_t i = 0; i < from->count; i++) {
        const struct trace_check *check = &from->checks[i];
        trace_append(trace, check->rule, check->ok, check->subject, check->detail);
    }
    trace->lost = trace->lost || from->lost;
}

void trace_clear(struct trace *trace)
{
    for (size_t i = 0; i < trace->count; i++) {
        mem_free(trace->checks[i].subject);
        mem_free(trace->checks[i].detail);
    }
    mem_free(trace->checks);
    *trace = (struct trace){ 0 };
}
