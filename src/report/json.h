/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON report: one object for a run, the same for every command, on success and on failure.
 * Within schema 1 members may be added, never changed.
 */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include "verify/session.h"
#include "json/tree.h"

/* {"schema":1,"tool":{...},"exit":N,"results":[...],"error":null} and a newline. results is an
 * array, and taken. failure is of a run that came to no result: it becomes the "error". */
MUST_CHECK enum assay_status report_json(enum assay_class exit_class, struct json_new *results,
                                         const struct assay_error *failure, struct buf *out,
                                         struct assay_error *err);

/* Results are appended to an array; out of memory shows when that is written. */

/* A verdict; NULL says no-memory. The digest stands there only for a trusted image. */
void report_json_verdict(const struct assay_verdict *verdict, struct json_new *results);
/* The same by itself; with_checks: each check with its evidence. */
struct json_new *report_json_verdict_value(const struct assay_verdict *verdict, bool with_checks);
/* A manifest tree with the verdict on its root, null where it was not judged. */
void report_json_inspection(const struct inspection *inspection, struct json_new *results);

/* Members: a text, NULL as "" like in the accessors; a time, null when it is not known. */
void report_json_text(struct json_new *object, const char *key, const char *text);
void report_json_time(struct json_new *object, const char *key, bool known, int64_t unix_s);

#endif
