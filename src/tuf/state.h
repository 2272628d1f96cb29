/* SPDX-License-Identifier: Apache-2.0 */
/* What the store does with two states: compare them, and bring together what two runs learned. */
#ifndef TUF_STATE_H
#define TUF_STATE_H

#include "tuf/store.h"

/* Whether both remember the same: all but generation and time, whatever the order of seen. */
bool tuf_state_same(const struct tuf_state *a, const struct tuf_state *b);
/* Whether the state names an object: a root or the file of a floor. */
bool tuf_state_names(const struct tuf_state *state, const struct digest *sha256);
/* Puts a pair behind the others; the caller minds LIMIT_SEEN_TAGS. */
MUST_CHECK enum assay_status tuf_state_append_seen(struct tuf_state *state,
                                                   const struct tuf_seen *pair,
                                                   struct assay_error *err);

/*
 * Judges next, which a run derived from opened, against current, which may be newer than opened:
 * ASSAY_ROLLBACK, ASSAY_EQUIVOCATION. The four top-level roles and root files are always judged;
 * a delegation only if the run changed its floor, since a run does not read every delegation.
 */
MUST_CHECK enum assay_status tuf_state_judge(const struct tuf_state *opened,
                                             const struct tuf_state *current,
                                             const struct tuf_state *next, struct assay_error *err);
/* After tuf_state_judge: adds to next what only current remembers. */
MUST_CHECK enum assay_status tuf_state_merge(const struct tuf_state *opened,
                                             const struct tuf_state *current,
                                             struct tuf_state *next, struct assay_error *err);

#endif
