/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text for people and for cut(1): one line an image, fields separated by two or more spaces, and
 * what goes beside it on standard error. Everything here fills a buffer; cli/ writes it out.
 * Texts of verdicts and errors are sanitised already; runs of spaces are squeezed, so that no text
 * from outside can look like a field.
 */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include "verify/session.h"

struct report_style {
    bool colour;
    bool explain; /* the checks follow the line, indented */
};

/* A field: two spaces never stand inside it, and nothing that a terminal would obey; "-" for an
 * empty text. */
MUST_CHECK enum assay_status report_squeezed(const char *text, struct buf *out,
                                             struct assay_error *err);

/* TRUSTED, REJECTED, UNSIGNED, or UNDECIDED for every other class. */
const char *report_word(enum assay_status status);

/* The word in the status's colour, where the style has colours. */
MUST_CHECK enum assay_status report_coloured(enum assay_status status, const char *word,
                                             const struct report_style *style, struct buf *out,
                                             struct assay_error *err);

/* "TRUSTED  REFERENCE  sha256:...  role=...  expires=...", or
 * "REJECTED|UNSIGNED|UNDECIDED  REFERENCE  STATUS-ID  sentence"; state=none and at=TIME at the end
 * where they apply. */
MUST_CHECK enum assay_status report_verdict(const struct assay_verdict *verdict,
                                            const struct report_style *style, struct buf *out,
                                            struct assay_error *err);
/* "  sha256:...  role=...  expires=..." of a trusted verdict, and its conditions. */
MUST_CHECK enum assay_status report_evidence(const struct assay_verdict *verdict, struct buf *out,
                                             struct assay_error *err);
/* "name:tag@sha256:..." of a trusted verdict; ASSAY_INTERNAL for any other. */
MUST_CHECK enum assay_status report_pin(const struct assay_verdict *verdict, struct buf *out,
                                        struct assay_error *err);
/* What happened [id], where, why it matters, what to do. subject: what it is about, may be "". */
MUST_CHECK enum assay_status report_failure(const char *subject, const struct assay_error *failure,
                                            const struct report_style *style, struct buf *out,
                                            struct assay_error *err);
/* The verdict's notes, one line each. */
MUST_CHECK enum assay_status report_notes(const struct assay_verdict *verdict, struct buf *out,
                                          struct assay_error *err);
/* The verdict on the root of a manifest tree as report_verdict prints it, or
 * "NOT JUDGED  REFERENCE  sentence", and below it the tree. */
MUST_CHECK enum assay_status report_inspection(const struct inspection *inspection,
                                               const struct report_style *style, struct buf *out,
                                               struct assay_error *err);

/* "  name   value" lines, values below each other; fields with an empty value are left out. */
struct report_field {
    const char *name;
    const char *value;
};
MUST_CHECK enum assay_status report_fields(const struct report_field *fields, size_t count,
                                           struct buf *out, struct assay_error *err);

#endif
