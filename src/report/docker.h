/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verified trust data in the form that `docker trust inspect [--pretty]` prints it, byte for byte,
 * for scripts that read that. One difference: where a tag has two digests, the row of
 * targets/releases, whose digest answers, always comes first.
 */
#ifndef REPORT_DOCKER_H
#define REPORT_DOCKER_H

#include "base/buf.h"
#include "tuf/trusted.h"

struct report_docker {
    const struct tuf_trusted *trusted;
    const char *argument; /* the reference as typed */
    const char *tag;      /* only the rows of this tag; NULL: all */
};

/* *rows: how many tag rows there are; an unlisted tag gives none and still a report. */
MUST_CHECK enum assay_status report_docker_json(const struct report_docker *what, struct buf *out,
                                                size_t *rows, struct assay_error *err);
MUST_CHECK enum assay_status report_docker_pretty(const struct report_docker *what, struct buf *out,
                                                  size_t *rows, struct assay_error *err);

#endif
