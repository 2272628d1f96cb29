/* SPDX-License-Identifier: Apache-2.0 */
/* Where results and messages go. Every write of a result is checked: a result that did not arrive
 * is ASSAY_OUTPUT. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include "base/buf.h"
#include "cli/opt.h"

/* Standard output, all bytes. ASSAY_OUTPUT. */
MUST_CHECK enum assay_status output_result(struct slice bytes, struct assay_error *err);
/* Closes standard output, which is where some file systems report a failed write. */
MUST_CHECK enum assay_status output_close(struct assay_error *err);
/* Standard error, as far as it goes: there is no one to tell that it failed. */
void output_message(const char *format, ...) PRINTF(1, 2);
void output_message_bytes(struct slice bytes);

enum output_format {
    OUTPUT_TEXT,
    OUTPUT_JSON,
    OUTPUT_HTML, /* of an audit */
    OUTPUT_SVG,
    OUTPUT_JSONL, /* of a gate */
    OUTPUT_SARIF,
    OUTPUT_JUNIT,
    OUTPUT_GITHUB,
    OUTPUT_GITLAB,
    OUTPUT_MARKDOWN,
    OUTPUT_FORMATS
};

#define OUTPUT_BIT(format) (1U << (format))

/* One --output. */
struct output {
    enum output_format format;
    const char *path; /* NULL: standard output */
    int fd;           /* of the file; -1 for standard output */
};

#define OUTPUT_MAX 8

struct output_list {
    struct output items[OUTPUT_MAX];
    size_t count;
};

/* Reads all --output options and creates their files, which must not exist, before any work is
 * done; text to standard output when there is none. allowed: OUTPUT_BITs.
 * ASSAY_USAGE, ASSAY_OUTPUT. */
MUST_CHECK enum assay_status outputs_open(const struct opt_set *options, unsigned allowed,
                                          struct output_list *out, struct assay_error *err);
/* Writes and, for a file, closes it. */
MUST_CHECK enum assay_status output_write(struct output *output, struct slice bytes,
                                          struct assay_error *err);
/* Takes away the files that were not written. */
void outputs_close(struct output_list *outputs);

#endif
