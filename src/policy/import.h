/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of other tools' policies share: writing ours. */
#ifndef POLICY_IMPORT_H
#define POLICY_IMPORT_H

#include "policy/set.h"

struct policy_import {
    struct policy_reader reader; /* of what is read */
    struct buf *out;
    struct buf notes; /* comments for the next scope */
};

/* A comment above the next scope. */
MUST_CHECK enum assay_status policy_import_note(struct policy_import *import,
                                                struct assay_error *err, const char *format, ...)
    PRINTF(3, 4);
/* Opens a scope, below its notes; key is one as policy_read_key makes it. The caller writes its
 * members, each in a line that begins with four blanks. */
MUST_CHECK enum assay_status policy_import_scope(struct policy_import *import, const char *scope,
                                                 struct assay_error *err);
/* The scope, all of which is rejected. */
MUST_CHECK enum assay_status policy_import_reject(struct policy_import *import, const char *scope,
                                                  const char *reason, struct assay_error *err);
/* Whether the text is a scope in its normal form: others mean something else here. */
MUST_CHECK enum assay_status policy_import_is_scope(const struct policy_import *import,
                                                    const char *text, bool *out,
                                                    struct assay_error *err);

/* containers-policy.json(5). */
MUST_CHECK enum assay_status policy_import_containers(struct policy_import *import,
                                                      const struct yaml_node *top,
                                                      struct assay_error *err);
/* The trust_pinning of a notary configuration. */
MUST_CHECK enum assay_status policy_import_notary(struct policy_import *import,
                                                  const struct yaml_node *pinning,
                                                  struct assay_error *err);

#endif
