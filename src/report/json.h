/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON report: one object for a run, the same for success and failure. Within schema 1 members
 * may be added, never changed.
 */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include "base/buf.h"
#include "verify/verdict.h"

/* {"schema":1,"tool":{...},"exit":N,"results":[...]} and a newline. A verdict may be NULL: then
 * its place says no-memory. The digest stands there only for a trusted image. */
MUST_CHECK enum assay_status report_json(const struct assay_verdict *const *verdicts, size_t count,
                                         enum assay_class exit_class, struct buf *out,
                                         struct assay_error *err);
/* The object of a run that failed before it came to an image: no results, and an "error". */
MUST_CHECK enum assay_status report_json_failure(const struct assay_error *failure, struct buf *out,
                                                 struct assay_error *err);

#endif
