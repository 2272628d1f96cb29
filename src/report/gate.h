/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outputs of the gate: text for people, JSON (gate.schema.json) and JSON lines for programs,
 * and what CI systems show beside the code. Everything here fills a buffer; cli/ writes it out.
 */
#ifndef REPORT_GATE_H
#define REPORT_GATE_H

#include "gate/gate.h"
#include "report/text.h"

enum gate_format {
    GATE_FORMAT_TEXT,
    GATE_FORMAT_JSON,     /* one object, ending in a newline; each image and finding on a line */
    GATE_FORMAT_JSONL,    /* an object a line: images, findings, the summary last */
    GATE_FORMAT_SARIF,    /* 2.1.0, within GitHub's limits */
    GATE_FORMAT_JUNIT,    /* a test suite a file, a test case an image */
    GATE_FORMAT_GITHUB,   /* annotations: commands for a workflow's log */
    GATE_FORMAT_GITLAB,   /* code quality */
    GATE_FORMAT_MARKDOWN, /* for a step's summary; below 1,000,000 bytes */
    GATE_FORMAT_COUNT
};

/* out gets the whole output; only text has colours. ASSAY_TOO_LARGE where out is too small,
 * ASSAY_NO_MEMORY. */
MUST_CHECK enum assay_status report_gate(enum gate_format format, const struct gate *gate,
                                         bool colour, struct buf *out, struct assay_error *err);

#endif
