/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Variables in texts: ${NAME:-word} and its family, as Dockerfiles and compose files have them.
 */
#ifndef SCAN_EXPAND_H
#define SCAN_EXPAND_H

#include "base/buf.h"

/* What a name stands for: NULL where it is not set. */
struct expand_names {
    const char *(*find)(const void *ctx, struct slice name);
    const void *ctx;
    size_t *budget; /* steps that all texts of a file may take yet; NULL: each text for itself */
};

enum expand_dialect {
    EXPAND_DOCKERFILE, /* "\$" is a dollar; quotes are taken away; #, ##, %, %%, / and // too */
    EXPAND_COMPOSE     /* "$$" is a dollar; quotes are text */
};

struct expand_result {
    bool changed;         /* the text holds a variable, a quote or an escape */
    char unset_name[128]; /* the first name that has neither value nor default, cut; "": none */
};

/* Appends to out what text comes to. A name that is not set is empty, and unset_name says so.
 * ASSAY_FILE_SYNTAX: malformed, or "${NAME:?message}" without a value; ASSAY_FILE_LIMIT: longer,
 * deeper or more work than the named limits. escape: of a Dockerfile, '\\' or '`'; 0 in compose. */
MUST_CHECK enum assay_status expand_text(enum expand_dialect dialect, char escape,
                                         struct slice text, const struct expand_names *names,
                                         struct buf *out, struct expand_result *result,
                                         struct assay_error *err);

#endif
